"""A socket's conversation: what may be said when, and what comes of it."""

import json
from typing import Any

import pytest
from msgspec.structs import replace

from orbit.core.errors import IdReused, Unauthenticated
from orbit.core.limits import Rate
from orbit.core.protocol.close import Close
from orbit.core.protocol.frames import (
    Frame,
    Hello,
    JoinBoard,
    LeaveBoard,
    Pass,
    Ping,
    Tell,
)
from orbit.core.protocol.session import (
    TRANSITIONS,
    Bounds,
    Hangup,
    Phase,
    Refuse,
    Session,
)

SAID: dict[type[Frame], Any] = {
    Hello: {"type": "hello"},
    JoinBoard: {"type": "join", "ref": 1, "board": "b"},
    Tell: {"type": "tell", "ref": 2, "board": "b", "op": "o", "do": "add_note"},
    Pass: {"type": "signal", "board": "b", "do": "drag"},
    LeaveBoard: {"type": "leave", "board": "b"},
    Ping: {"type": "ping"},
}
STRIKES = 3
WIDE = Bounds(
    frames=Rate(200, 1.0, 200),
    commands=Rate(20, 1.0, 40),
    command_bytes=Rate(65_536, 1.0, 65_536),
    signals=Rate(50, 1.0, 50),
    signal_bytes=32_768,
    boards=1_000,
)


def text(*frames: Any) -> bytes:
    return b"\n".join(json.dumps(frame).encode() for frame in frames)


def session(phase: Phase = Phase.OPEN, **bounds: Any) -> Session:
    made = Session(replace(WIDE, **bounds))
    if phase is not Phase.NEW:
        made.receive(text(SAID[Hello]), 0.0)
    if phase is Phase.OPEN:
        made.greeted()
    elif phase is Phase.CLOSED:
        made.close(Close.NORMAL, "")
    return made


# The table --------------------------------------------------------------------------


@pytest.mark.parametrize("phase", Phase)
@pytest.mark.parametrize("frame", SAID, ids=lambda cls: cls.__name__)
def test_every_frame_in_every_phase(phase: Phase, frame: type[Frame]) -> None:
    given = session(phase)
    done = given.receive(text(SAID[frame]), 1.0)
    if frame in TRANSITIONS[phase] and phase is not Phase.GREETING:
        assert [type(one) for one in done] == [frame]
        assert given.phase is (Phase.GREETING if phase is Phase.NEW else phase)
    elif frame in TRANSITIONS[phase]:
        assert done == ()
        assert [type(one) for one in given.greeted()] == [frame]
    elif phase is Phase.CLOSED:
        assert done == ()
    elif phase is Phase.NEW:
        refusal, hangup = done
        assert isinstance(refusal, Refuse)
        assert isinstance(refusal.error, Unauthenticated)
        assert refusal.ref == SAID[frame].get("ref")
        assert isinstance(hangup, Hangup)
        assert hangup.code is Close.UNAUTHENTICATED
        assert given.phase is Phase.CLOSED
    else:
        (again,) = done
        assert isinstance(again, Refuse)
        assert (again.ref, again.error.code) == (None, "bad_request")
        assert given.phase is phase


def test_the_table_names_every_phase_and_every_frame() -> None:
    assert set(TRANSITIONS) == set(Phase)
    assert {cls for row in TRANSITIONS.values() for cls in row} == set(SAID)
    assert set(SAID) == set(Frame.__args__)


def test_what_is_said_while_it_is_greeted_is_done_afterwards_in_order() -> None:
    given = session(Phase.GREETING)
    frames = [SAID[cls] for cls in (JoinBoard, Tell, Pass, LeaveBoard, Ping)]
    assert list(given.receive(text(*frames), 1.0)) == []
    kept = given.greeted()
    assert [type(one) for one in kept] == [JoinBoard, Tell, Pass, LeaveBoard, Ping]
    assert given.greeted() == ()
    assert [type(one) for one in given.receive(text(SAID[Ping]), 1.0)] == [Ping]


def test_not_more_is_kept_than_there_is_room_for() -> None:
    given = session(Phase.GREETING, kept=3)
    for _ in range(3):
        assert given.receive(text(SAID[Ping]), 1.0) == ()
    (hangup,) = given.receive(text(SAID[Ping]), 1.0)
    assert isinstance(hangup, Hangup)
    assert hangup.code is Close.RATE_LIMITED


@pytest.mark.parametrize("ends", ["closed", "struck", "lost"])
def test_who_is_gone_before_he_was_greeted_stays_gone(ends: str) -> None:
    given = session(Phase.GREETING)
    given.receive(text(SAID[JoinBoard]), 1.0)
    if ends == "struck":
        for _ in range(STRIKES):
            given.receive(b"nonsense", 1.0)
    elif ends == "closed":
        given.close(Close.NORMAL, "")
    else:
        given.phase = Phase.CLOSED  # as the shell does when the connection is lost
    assert given.greeted() == ()
    assert given.phase is Phase.CLOSED


@pytest.mark.parametrize("versions", [[2], [], [0, 2, 99]])
def test_who_speaks_no_version_of_ours_is_told_so_and_not_to_come_back(versions: Any):
    given = session(Phase.NEW)
    refused, end = given.receive(text({"type": "hello", "versions": versions}), 0.0)
    assert isinstance(refused, Refuse)
    assert refused.error.details == {"field": "versions"}
    assert not refused.error.retry
    assert isinstance(end, Hangup)
    assert end.code == 4526
    assert given.phase is Phase.CLOSED


def test_one_version_in_common_is_enough() -> None:
    given = session(Phase.NEW)
    (done,) = given.receive(text({"type": "hello", "versions": [2, 1]}), 0.0)
    assert isinstance(done, Hello)


# What is malformed ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (b"", None),
        (b"\n", None),
        (b" \n\n\r\n", None),
        (b"[]", None),
        (b"{", None),
        (b"\xff", None),
        (b'{"type":"fly"}', "type"),
        (b'{"ref":1}', "type"),
        (b'{"type":"join","board":"b"}', "ref"),
        (b'{"type":"join","ref":"1","board":"b"}', "ref"),
        (b'{"type":"join","ref":9007199254740993,"board":"b"}', "ref"),
        (b'{"type":"join","ref":1,"board":""}', "board"),
        (b'{"type":"join","ref":1,"board":"b","since":-1}', "since"),
        (b'{"type":"tell","ref":1,"board":"b","op":"","do":"x"}', "op"),
        (text({**SAID[Tell], "attempt": 0}), "attempt"),
        (b'{"type":"ping","seen":{"b":-1}}', "seen.*"),
        (b"[" * 10_000, None),
    ],
)
def test_what_is_malformed_is_refused_and_the_third_time_closes(
    said: bytes, field: str | None
) -> None:
    given = session()
    for _ in range(STRIKES - 1):
        (refusal,) = given.receive(said, 1.0)
        assert isinstance(refusal, Refuse)
        assert refusal.error.code in {"bad_request", "invalid"}
        assert refusal.error.details.get("field") == field
    refusal, hangup = given.receive(said, 1.0)
    assert isinstance(hangup, Hangup)
    assert hangup.code is Close.BAD_FRAMES
    assert given.receive(text(SAID[Ping]), 1.0) == ()


def test_a_bad_frame_keeps_the_socket() -> None:
    given = session()
    given.receive(b"nonsense", 1.0)
    assert [type(one) for one in given.receive(text(SAID[Ping]), 1.0)] == [Ping]


def test_ops_that_are_used_twice_close_with_a_code_of_their_own() -> None:
    given = session()
    assert [given.strike(IdReused()) for _ in range(STRIKES - 1)] == [()] * 2
    (hangup,) = given.strike(IdReused())
    assert isinstance(hangup, Hangup)
    assert hangup.code is Close.ID_REUSED


def test_fields_that_are_not_known_are_ignored() -> None:
    (frame,) = session().receive(text({**SAID[JoinBoard], "later": 1}), 1.0)
    assert frame == JoinBoard(1, "b")


# Several in one ---------------------------------------------------------------------


def test_frames_joined_by_newlines_are_taken_one_by_one() -> None:
    said = text(SAID[JoinBoard], SAID[Tell]) + b"\r\n\n" + text(SAID[Ping]) + b"\n"
    assert [type(one) for one in session().receive(said, 1.0)] == [
        JoinBoard,
        Tell,
        Ping,
    ]


def test_hello_and_what_follows_may_come_together() -> None:
    given = session(Phase.NEW)
    done = given.receive(text(SAID[Hello], SAID[JoinBoard]), 1.0)
    assert [type(one) for one in done] == [Hello]
    assert [type(one) for one in given.greeted()] == [JoinBoard]


def test_a_bad_one_among_them_costs_itself() -> None:
    said = b"\n".join([text(SAID[Ping]), b"nonsense", text(SAID[Ping])])
    done = session().receive(said, 1.0)
    assert [type(one) for one in done] == [Ping, Refuse, Ping]


def test_after_the_close_the_rest_is_not_heard() -> None:
    done = session().receive(b"x\nx\nx\n" + text(SAID[Ping]), 1.0)
    assert [type(one) for one in done] == [Refuse, Refuse, Refuse, Hangup]


# Bounds -----------------------------------------------------------------------------


def test_too_many_frames_close() -> None:
    given = session(frames=Rate(10, 1.0, 10))
    for _ in range(9):  # hello was the first
        given.receive(text(SAID[Ping]), 0.0)
    (hangup,) = given.receive(text(SAID[Ping]), 0.0)
    assert isinstance(hangup, Hangup)
    assert hangup.code is Close.RATE_LIMITED


@pytest.mark.parametrize("said", [b"\n" * 60_000, b"\n".join([text(SAID[Ping])] * 300)])
def test_too_many_frames_in_one_message_close(said: bytes) -> None:
    done = session().receive(said, 1.0)
    assert isinstance(done[-1], Hangup)
    assert done[-1].code is Close.RATE_LIMITED


def test_frames_within_the_rate_go_on_for_ever() -> None:
    given = session(frames=Rate(10, 1.0, 10))
    for n in range(1_000):
        assert [type(o) for o in given.receive(text(SAID[Ping]), 1 + n / 10)] == [Ping]


@pytest.mark.parametrize("frame", [Tell, JoinBoard])
def test_too_many_commands_are_refused_with_the_time_to_wait(
    frame: type[Frame],
) -> None:
    given = session(commands=Rate(1, 1.0, 2))
    for _ in range(2):
        assert [type(o) for o in given.receive(text(SAID[frame]), 1.0)] == [frame]
    (refusal,) = given.receive(text(SAID[frame]), 1.0)
    assert isinstance(refusal, Refuse)
    assert refusal.ref == SAID[frame]["ref"]
    assert refusal.error.code == "rate_limited"
    assert refusal.error.after == pytest.approx(1.0)
    later = 1.0 + (refusal.error.after or 0)
    assert [type(one) for one in given.receive(text(SAID[frame]), later)] == [frame]


@pytest.mark.parametrize("frame", [Tell, JoinBoard])
def test_an_honest_burst_is_refused_and_not_cut_off(frame: type[Frame]) -> None:
    """As many as one message may hold beside the hello, less than a strike too many."""
    given = session()
    done = given.receive(text(*[SAID[frame]] * 160), 1.0)
    assert [type(one) for one in done] == [frame] * 40 + [Refuse] * 120
    assert [type(one) for one in given.receive(text(SAID[frame]), 2.0)] == [frame]


def test_who_never_heeds_a_refusal_is_closed_and_may_come_back() -> None:
    given = session(commands=Rate(10, 1.0, 10))
    heard: list[type] = []
    for n in range(1, 1_000):
        heard += [type(one) for one in given.receive(text(SAID[Tell]), n / 100)]
        if given.phase is Phase.CLOSED:
            break
    assert given.phase is Phase.CLOSED
    assert heard[-2:] == [Refuse, Hangup]
    assert heard.count(Refuse) > 10 * STRIKES
    again = session(commands=Rate(10, 1.0, 10))
    *_, hangup = again.receive(text(*[SAID[Tell]] * 42), 1.0)
    assert isinstance(hangup, Hangup)
    assert hangup.code is Close.RATE_LIMITED


def test_who_waits_as_he_is_told_is_never_closed() -> None:
    given = session(commands=Rate(10, 1.0, 10))
    now, refused = 1.0, 0
    for _ in range(2_000):
        (done,) = given.receive(text(SAID[Tell]), now)
        if isinstance(done, Refuse):
            refused += 1
            now += done.error.after or 0
    assert refused > 900
    assert given.phase is Phase.OPEN


def test_how_many_strikes_close_is_a_setting() -> None:
    given = session(strikes=1)
    refusal, hangup = given.receive(b"nonsense", 1.0)
    assert isinstance(refusal, Refuse)
    assert isinstance(hangup, Hangup)
    patient = session(strikes=5)
    assert [len(patient.receive(b"nonsense", 1.0)) for _ in range(5)] == [1, 1, 1, 1, 2]
    strict = session(commands=Rate(1, 1.0, 2), strikes=1)
    done = strict.receive(text(*[SAID[Tell]] * 5), 1.0)
    assert [type(one) for one in done] == [Tell, Tell, Refuse, Refuse, Refuse, Hangup]


def test_commands_are_bounded_in_bytes_too() -> None:
    given = session(command_bytes=Rate(1_000, 1.0, 1_000))
    large = {**SAID[Tell], "with": {"content": "x" * 700}}
    assert [type(one) for one in given.receive(text(large), 1.0)] == [Tell]
    (refusal,) = given.receive(text(large), 1.0)
    assert isinstance(refusal, Refuse)
    assert refusal.error.code == "rate_limited"


def test_a_socket_watches_so_many_boards() -> None:
    given = session(boards=2)
    given.boards = 2
    (refusal,) = given.receive(text(SAID[JoinBoard]), 1.0)
    assert isinstance(refusal, Refuse)
    assert (refusal.ref, refusal.error.code) == (1, "too_large")
    given.boards = 1
    assert [type(o) for o in given.receive(text(SAID[JoinBoard]), 1.0)] == [JoinBoard]


def test_a_signal_that_is_too_large_is_refused() -> None:
    large = {**SAID[Pass], "with": {"x": "y" * 32_768}}
    (refusal,) = session().receive(text(large), 1.0)
    assert isinstance(refusal, Refuse)
    assert refusal.error.code == "too_large"


def test_signals_beyond_the_rate_are_dropped_without_a_word() -> None:
    given = session(signals=Rate(1, 1.0, 2))
    done = given.receive(text(*[SAID[Pass]] * 5), 1.0)
    assert [type(one) for one in done] == [Pass, Pass]
    assert [type(one) for one in given.receive(text(SAID[Pass]), 2.0)] == [Pass]


def test_pings_and_leaves_are_no_commands() -> None:
    given = session(commands=Rate(1, 1.0, 1))
    said = text(*[SAID[Ping], SAID[LeaveBoard]] * 10)
    assert len(given.receive(said, 1.0)) == 20
