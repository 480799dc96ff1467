"""What a board does with what it is asked, whatever its database does."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from msgspec import structs

from orbit.core.actors.actor import BUSY_S
from orbit.core.actors.alarm import LONGEST_S
from orbit.core.actors.mailbox import HOLD_S, Done
from orbit.core.actors.parking import MAX_PARKED
from orbit.core.actors.subscribers import Joined
from orbit.core.errors import (
    Forbidden,
    IdReused,
    Internal,
    NotFound,
    RateLimited,
    Unavailable,
)
from orbit.core.ids import board_id, op_key
from orbit.core.kinds import feedback
from orbit.core.kinds.feedback.asked import OpenBoard
from orbit.core.kinds.feedback.events import NoteAdded
from orbit.core.limits import Rate
from orbit.core.ports import Outcome, Snapshot
from orbit.core.types import Principal
from orbit.store.memory.journal import MemoryJournal
from tests.kit.board import (
    ANN,
    BOB,
    BY_LINK,
    GUEST,
    LINK,
    Fault,
    Rig,
    Seat,
    simulated,
    until,
)
from tests.kit.kinds import poll

# Asking -----------------------------------------------------------------------------


@simulated
async def test_a_command_is_answered_when_it_is_committed(rig: Rig) -> None:
    board = await rig.board()
    rig.journal.gate.clear()
    told = rig.tell(board, "add_note", content="x")
    await asyncio.sleep(1)
    assert not told.is_answered
    rig.journal.gate.set()
    assert await told.answer() == Done(2, told.answers[0].id)
    assert rig.seqs(board) == [1, 2]


@simulated
async def test_nothing_is_shown_before_it_is_committed(rig: Rig) -> None:
    board = await rig.board()
    seat = await rig.seat(board)
    rig.journal.gate.clear()
    told = rig.tell(board, "add_note", content="x")
    await asyncio.sleep(1)
    late = await rig.seat(board)
    assert (seat.seqs, late.views[0].seq) == ([], 1)
    rig.journal.gate.set()
    await told.answer()
    await until(lambda: seat.seqs == late.seqs == [2])


@simulated
async def test_a_subscriber_hears_of_an_event_before_its_author_is_answered(
    rig: Rig,
) -> None:
    board = await rig.board()
    seat = await rig.seat(board)
    order: list[str] = []
    seat.write = lambda _: order.append("event")  # type: ignore[method-assign]
    settle = lambda _: rig.loop.call_soon(order.append, "reply")  # noqa: E731
    body = b'{"content": "x"}'
    rig.router.tell(board, ANN, op_key("o"), "add_note", body, settle, 1)
    await until(lambda: len(order) == 2)
    assert order == ["event", "reply"]


@simulated
async def test_what_arrives_together_is_one_commit_in_the_order_of_arrival(
    rig: Rig,
) -> None:
    board = await rig.board()
    before = len(rig.journal.batches)
    tellings = [rig.tell(board, "add_note", content=f"{n}") for n in range(50)]
    await until(lambda: all(told.is_answered for told in tellings))
    assert [told.seq for told in tellings] == list(range(2, 52))
    assert len(rig.journal.batches) == before + 1


@simulated
async def test_a_refusal_leaves_no_trace_and_its_neighbours_alone(rig: Rig) -> None:
    board = await rig.board()
    first = rig.tell(board, "add_note", content="x")
    refused = rig.tell(board, "add_note", GUEST, content="x")
    second = rig.tell(board, "add_note", BOB, content="x")
    await second.answer()
    assert [told.code for told in (first, refused, second)] == [
        "done",
        "forbidden",
        "done",
    ]
    assert rig.seqs(board) == [1, 2, 3]


@simulated
async def test_what_changes_nothing_is_acked_with_the_present_seq_and_not_stored(
    rig: Rig,
) -> None:
    board = await rig.board()
    await rig.do(board, "edit_board", BY_LINK, title="New")
    commits = len(rig.journal.batches)
    done = await rig.do(board, "edit_board", BY_LINK, title="New")
    assert done.seq == 2
    assert len(rig.journal.batches) == commits


@simulated
@pytest.mark.parametrize(
    ("do", "body", "code"),
    [
        ("fly", {}, "bad_request"),
        ("add_note", {"content": 3}, "invalid"),
        ("drag", {"note": "n", "x": 0, "y": 0}, "invalid"),
        ("open_board", {"title": "T", "is_public": True, "link": ""}, "bad_request"),
        ("tick", {}, "bad_request"),
    ],
)
async def test_what_cannot_be_asked_is_refused_naming_the_field(
    rig: Rig, do: str, body: dict[str, Any], code: str
) -> None:
    board = await rig.board()
    told = rig.tell(board, do, **body)
    await told.answer()
    assert told.code == code
    assert rig.seqs(board) == [1]


@simulated
async def test_a_board_that_does_not_exist_is_not_found_whatever_is_asked(
    rig: Rig,
) -> None:
    nowhere = board_id(b"nowhere")
    with pytest.raises(NotFound):
        await rig.do(nowhere, "add_note", content="x")
    with pytest.raises(NotFound):
        await rig.router.look(nowhere, ANN)
    seat = Seat(rig.router, nowhere, ANN)
    seat.join()
    await until(lambda: seat.views)
    assert isinstance(seat.views[0], NotFound)
    assert nowhere not in rig.directory


# Bounds -----------------------------------------------------------------------------


@simulated(letters=8)
async def test_a_full_mailbox_refuses_at_once(rig: Rig) -> None:
    board = await rig.board()
    rig.journal.gate.clear()
    rig.tell(board, "add_note", content="in flight")
    await asyncio.sleep(0.1)
    waiting = [rig.tell(board, "add_note", content="x") for _ in range(8)]
    refused = rig.tell(board, "add_note", content="one too many")
    assert (refused.code, refused.took) == ("busy", 0.0)
    assert refused.answers[0].after is not None
    rig.journal.gate.set()
    await until(lambda: all(told.is_answered for told in waiting))
    assert {told.code for told in waiting} == {"done"}


@simulated
async def test_a_board_that_does_not_keep_up_takes_no_more_for_now(rig: Rig) -> None:
    """Every commit is quick, and yet who came first has waited for half a second."""
    board = await rig.board()
    await asyncio.sleep(1)
    append = rig.journal.append

    async def slow(turns: Any) -> Any:
        await asyncio.sleep(0.2)
        return await append(turns)

    rig.journal.append = slow  # type: ignore[method-assign]
    waiting = [rig.tell(board, "add_note", content="x") for _ in range(64 * 5)]
    await asyncio.sleep(0.7)
    refused = rig.tell(board, "add_note", content="one too many")
    assert (refused.code, refused.took) == ("busy", 0.0)
    assert refused.answers[0].after is not None
    await until(lambda: all(told.is_answered for told in waiting))
    assert {told.code for told in waiting} == {"done"}
    await rig.do(board, "add_note", content="there is room again")


@simulated
async def test_while_the_database_does_not_answer_commands_are_held(rig: Rig) -> None:
    board = await rig.board()
    await asyncio.sleep(1)
    rig.journal.gate.clear()
    held = [rig.tell(board, "add_note", content="x")]
    await asyncio.sleep(0.1)
    for _ in range(5):
        held.append(rig.tell(board, "add_note", content="x"))
        await asyncio.sleep(0.5)
    assert not any(told.is_answered for told in held)
    rig.journal.gate.set()
    await until(lambda: all(told.is_answered for told in held))
    assert {told.code for told in held} == {"done"}


@simulated
async def test_a_board_that_has_just_woken_up_is_not_swamped_by_who_waited(
    rig: Rig,
) -> None:
    board = await rig.board()
    await rig.directory.evict(board)
    rig.journal.is_down = True
    held = [rig.tell(board, "add_note", content="x") for _ in range(200)]
    await asyncio.sleep(5)
    rig.journal.is_down = False
    await until(lambda: held[0].is_answered)
    late = rig.tell(board, "add_note", content="late")
    await until(lambda: all(told.is_answered for told in [*held, late]))
    assert {told.code for told in [*held, late]} == {"done"}


@simulated
async def test_a_board_remembers_as_much_as_it_is_given_room_for(rig: Rig) -> None:
    rig.directory._around = structs.replace(rig.around, ring_events=3)
    board = await rig.board()
    await rig.notes(board, 5)
    for since, calls in ((3, 0), (2, 1)):
        before = rig.journal.calls.count("since")
        await rig.seat(board, BOB, rig.position(board, since))
        assert rig.journal.calls.count("since") - before == calls


@simulated(letters=0)
async def test_a_resent_command_is_not_told_that_nothing_was_done(rig: Rig) -> None:
    board = await rig.new()
    told = rig.tell(board, "add_note", attempt=2, content="x")
    assert told.code == "unknown"
    assert told.answers[0].details == {"reason": "busy"}
    assert told.answers[0].after is not None


@simulated
async def test_more_than_a_batch_waits_its_turn(rig: Rig) -> None:
    board = await rig.board()
    tellings = [rig.tell(board, "add_note", content="x") for _ in range(200)]
    await until(lambda: all(told.is_answered for told in tellings))
    assert [told.seq for told in tellings] == list(range(2, 202))


@simulated(rate=Rate(60, 60.0, 2))
async def test_an_author_who_writes_too_much_is_told_when_to_come_back(
    rig: Rig,
) -> None:
    board = await rig.board()
    first, second, third = [rig.tell(board, "add_note", content="x") for _ in range(3)]
    other = rig.tell(board, "add_note", BOB, content="x")
    await other.answer()
    assert [t.code for t in (first, second, third, other)] == [
        "done",
        "done",
        "rate_limited",
        "done",
    ]
    await asyncio.sleep(third.answers[0].after)
    await rig.do(board, "add_note", content="x")


@simulated(rate=Rate(60, 60.0, 30))
@pytest.mark.parametrize("fate", ["lost", Outcome.REFUSED, Outcome.FENCED])
async def test_a_command_that_has_to_be_taken_again_counts_once(
    rig: Rig, fate: Fault
) -> None:
    board = await rig.board()
    rig.journal.fate.append(fate)
    tellings = [rig.tell(board, "add_note", content=f"{n}") for n in range(30)]
    await until(lambda: all(told.is_answered for told in tellings))
    assert {told.code for told in tellings} == {"done"}
    assert not rig.journal.fate


@simulated(rate=Rate(1, 600.0, 2))
async def test_links_that_are_made_up_wash_nobody_s_debt_away(rig: Rig) -> None:
    board = await rig.board()
    await rig.notes(board, 2, BOB)
    made_up = [_by_link(f"{n:064x}") for n in range(1, 1_101)]
    for who in made_up:
        rig.tell(board, "edit_board", who, title="x")
        if len(rig.tellings) % 50 == 0:
            await rig.tellings[-1].answer()
    await rig.tellings[-1].answer()
    codes = [told.code for told in rig.tellings[2:]]
    assert (codes.count("forbidden"), codes.count("rate_limited")) == (2, 1_098)
    told = rig.tell(board, "add_note", BOB, content="x")
    await told.answer()
    assert told.code == "rate_limited"
    assert (await rig.do(board, "edit_board", _by_link(LINK), title="y")).seq == 4


def _by_link(digest: str) -> Principal:
    return Principal("", claims=frozenset({f"link:{digest}"}))


@simulated(rate=Rate(60, 60.0, 1))
async def test_positions_do_not_count_against_an_author(rig: Rig) -> None:
    board = await rig.board()
    (note,) = await rig.notes(board, 1)
    for x in range(20):
        await rig.do(board, "move_note", note=note, x=x + 1, y=0)


@simulated
async def test_what_waits_for_ten_seconds_is_answered(rig: Rig) -> None:
    board = await rig.board()
    await rig.directory.evict(board)
    rig.journal.is_down = True
    told = rig.tell(board, "add_note", content="x")
    await told.answer()
    assert told.code == "timeout"
    assert HOLD_S < told.took < HOLD_S + 0.5


@simulated
async def test_what_waits_behind_a_claim_that_hangs_is_answered(rig: Rig) -> None:
    board = await rig.board()
    await rig.directory.evict(board)
    rig.journal.door.clear()
    told = rig.tell(board, "add_note", content="x")
    await told.answer()
    assert told.code == "timeout"
    assert HOLD_S < told.took <= HOLD_S + 1.0
    rig.journal.door.set()
    await rig.do(board, "add_note", content="y")
    assert rig.seqs(board) == [1, 2]


@simulated
async def test_who_waits_for_an_append_that_hangs_is_answered_once(rig: Rig) -> None:
    board = await rig.board()
    rig.journal.fate.append("applied")
    rig.journal.gate.clear()
    told = rig.tell(board, "add_note", op="o", content="x")
    await told.answer()
    assert told.code == "unknown"
    assert HOLD_S < told.took <= HOLD_S + 0.5
    rig.journal.gate.set()
    again = rig.tell(board, "add_note", op="o", attempt=2, content="x")
    assert isinstance(await again.answer(), Done)
    assert rig.seqs(board) == [1, 2]
    assert told.code == "unknown", "it was answered once"


@simulated
async def test_what_somebody_was_told_is_unknown_is_not_begun_anew(rig: Rig) -> None:
    board = await rig.board()
    rig.journal.gate.clear()
    told = rig.tell(board, "add_note", content="x")
    await told.answer()
    await MemoryJournal(rig.world, rig.node.inc).claim(board)  # fences it
    rig.journal.gate.set()
    await rig.do(board, "add_note", content="y")
    assert rig.seqs(board) == [1, 2]


@simulated
@pytest.mark.parametrize(("attempt", "said"), [(1, "timeout"), (2, "unknown")])
async def test_who_waits_for_a_read_that_hangs_is_answered(
    rig: Rig, attempt: int, said: str
) -> None:
    board = await _poll(rig)
    comment = await rig.do(board, "add_comment", text="x")
    rig.journal.door.clear()
    told = rig.tell(board, "remove_comment", attempt=attempt, comment=comment.id)
    await told.answer()
    assert told.code == said
    assert HOLD_S <= told.took <= HOLD_S + 0.5
    rig.journal.door.set()
    assert (await rig.do(board, "remove_comment", comment=comment.id)).seq == 3


@simulated
async def test_what_may_have_been_applied_is_unknown_after_ten_seconds(
    rig: Rig,
) -> None:
    board = await rig.board()
    rig.journal.fate.append("applied")
    told = rig.tell(board, "add_note", op="o", content="x")
    await asyncio.sleep(0.0015)
    rig.journal.is_down = True
    await told.answer()
    assert told.code == "unknown"
    rig.journal.is_down = False
    again = rig.tell(board, "add_note", op="o", attempt=2, content="x")
    assert isinstance(await again.answer(), Done)
    assert rig.seqs(board) == [1, 2]


# The same command told again --------------------------------------------------------


@simulated
async def test_twins_are_done_once_and_answered_alike(rig: Rig) -> None:
    board = await rig.board()
    twins = [rig.tell(board, "add_note", op="o", content="x") for _ in range(5)]
    await until(lambda: all(told.is_answered for told in twins))
    assert len({told.answers[0] for told in twins}) == 1
    assert rig.seqs(board) == [1, 2]


@simulated
async def test_a_twin_of_one_in_flight_waits_for_its_answer(rig: Rig) -> None:
    board = await rig.board()
    rig.journal.gate.clear()
    first = rig.tell(board, "add_note", op="o", content="x")
    await asyncio.sleep(0.1)
    second = rig.tell(board, "add_note", op="o", attempt=2, content="x")
    await asyncio.sleep(1)
    assert not second.is_answered
    rig.journal.gate.set()
    assert await first.answer() == await second.answer()
    assert rig.seqs(board) == [1, 2]


@simulated
@pytest.mark.parametrize("rests", [False, True])
async def test_a_command_told_again_gets_its_first_answer(
    rig: Rig, rests: bool
) -> None:
    board = await rig.board()
    first = await rig.do(board, "add_note", op="o", content="x")
    await rig.notes(board, 3)
    if rests:
        await rig.directory.rest(board)
        assert board not in rig.directory
    assert await rig.do(board, "add_note", op="o", attempt=2, content="x") == first


@simulated
async def test_what_is_remembered_is_answered_without_the_store(rig: Rig) -> None:
    board = await rig.board()
    first = await rig.do(board, "add_note", op="o", content="x")
    before = (len(rig.journal.batches), len(rig.journal.calls))
    assert await rig.do(board, "add_note", op="o", attempt=2, content="x") == first
    assert (len(rig.journal.batches), len(rig.journal.calls)) == before


@simulated
@pytest.mark.parametrize("rests", [False, True])
async def test_another_command_under_the_same_op_is_refused(
    rig: Rig, rests: bool
) -> None:
    board = await rig.board()
    await rig.do(board, "add_note", op="o", content="x")
    if rests:
        await rig.directory.rest(board)
    for body in ({"content": "y"}, {"content": 3}):
        with pytest.raises(IdReused):
            await rig.do(board, "add_note", op="o", attempt=2, **body)
    assert rig.seqs(board) == [1, 2]


@simulated
async def test_an_op_is_its_authors_own(rig: Rig) -> None:
    board = await rig.board()
    anns = rig.tell(board, "add_note", ANN, op="1", content="x")
    bobs = rig.tell(board, "add_note", BOB, op="1", content="y")
    await bobs.answer()
    assert (anns.seq, bobs.seq) == (2, 3)


@simulated
async def test_the_refusal_of_a_resent_command_looks_the_journal_up(rig: Rig) -> None:
    board = await rig.board()
    (note,) = await rig.notes(board, 1)
    gone = await rig.do(board, "remove_note", op="o", note=note)
    await rig.directory.rest(board)
    # The ring is empty now: only the journal knows that it was done.
    again = rig.tell(board, "remove_note", op="o", attempt=2, note=note)
    assert await again.answer() == gone
    with pytest.raises(NotFound):
        await rig.do(board, "remove_note", note=note)


@simulated
@pytest.mark.parametrize("attempt", [0, 2])
async def test_a_refusal_that_cannot_be_looked_up_is_unknown(
    rig: Rig, attempt: int
) -> None:
    board = await rig.board()
    await rig.seat(board)
    rig.journal.is_down = True
    told = rig.tell(board, "remove_note", attempt=attempt, note="none")
    await told.answer()
    assert told.code == "unknown"
    first = rig.tell(board, "remove_note", attempt=1, note="none")
    await first.answer()
    assert first.code == "not_found"


@simulated
async def test_without_a_valid_lease_a_refusal_is_not_told_from_memory(
    rig: Rig,
) -> None:
    """Another node may have made by now what this one says there is not."""
    board = await rig.board()
    await rig.seat(board)
    rig.is_beating = False
    await asyncio.sleep(6)
    told = rig.tell(board, "remove_note", attempt=1, note="none")
    await told.answer()
    assert told.code == "unavailable"


@simulated
async def test_a_neighbour_with_the_same_op_does_not_hide_what_was_done(
    rig: Rig,
) -> None:
    """Ann resends what was done long ago; bob tells something new under the same op."""
    board = await rig.board()
    (note,) = await rig.notes(board, 1)
    gone = await rig.do(board, "remove_note", op="1", note=note)
    await rig.directory.rest(board)
    await rig.router.look(board, ANN)
    again = rig.tell(board, "remove_note", op="1", attempt=2, note=note)
    rig.tell(board, "add_note", BOB, op="1", content="x")
    assert await again.answer() == gone


@simulated(rate=Rate(60, 60.0, 1))
async def test_a_resent_command_that_is_over_its_bound_is_looked_up_too(
    rig: Rig,
) -> None:
    board = await rig.board()
    done = await rig.do(board, "add_note", op="o", content="x")
    await rig.directory.rest(board)
    fresh = rig.tell(board, "add_note", content="y")
    again = rig.tell(board, "add_note", op="o", attempt=2, content="x")
    assert await again.answer() == done
    assert fresh.code == "done"


# What becomes of an append ----------------------------------------------------------


@simulated
@pytest.mark.parametrize("fate", ["lost", "applied", Outcome.UNKNOWN, Outcome.FENCED])
async def test_in_doubt_the_board_is_claimed_again_and_the_command_done_once(
    rig: Rig, fate: Any
) -> None:
    board = await rig.board()
    seat = await rig.seat(board)
    epoch = rig.world.boards[board].epoch
    rig.journal.fate.append(fate)
    told = rig.tell(board, "add_note", content="x")
    await told.answer()
    assert told.seq == 2
    assert rig.world.boards[board].epoch == epoch + 1
    await rig.notes(board, 2)
    await until(lambda: seat.seqs == [2, 3, 4])


@simulated
async def test_in_doubt_what_waits_is_kept_in_its_order(rig: Rig) -> None:
    board = await rig.board()
    rig.journal.fate.extend(["applied", "lost", "applied"])
    first = rig.tell(board, "add_note", content="0")
    await asyncio.sleep(0.0005)
    rest = [rig.tell(board, "add_note", content=f"{n}") for n in range(5)]
    await until(lambda: all(told.is_answered for told in (first, *rest)))
    assert [told.seq for told in (first, *rest)] == [2, 3, 4, 5, 6, 7]


@simulated
async def test_a_row_that_is_held_for_a_moment_delays(rig: Rig) -> None:
    board = await rig.board()
    row = rig.world.boards[board]
    row.is_locked = True
    told = rig.tell(board, "add_note", content="x")
    await asyncio.sleep(BUSY_S - 1)
    assert not told.is_answered
    row.is_locked = False
    await told.answer()
    assert told.seq == 2


@simulated
async def test_a_row_that_is_held_for_five_seconds_is_a_refusal(rig: Rig) -> None:
    board = await rig.board()
    row = rig.world.boards[board]
    row.is_locked = True
    told = rig.tell(board, "add_note", content="x")
    await told.answer()
    assert told.code == "unavailable"
    assert BUSY_S < told.took < BUSY_S + 1
    row.is_locked = False
    await rig.do(board, "add_note", content="y")
    assert rig.seqs(board) == [1, 2]


@simulated
async def test_a_store_that_says_no_is_a_refusal_and_the_next_may_be_done(
    rig: Rig,
) -> None:
    board = await rig.board()
    rig.journal.fate.append(Outcome.UNAVAILABLE)
    with pytest.raises(Unavailable):
        await rig.do(board, "add_note", content="x")
    assert (await rig.do(board, "add_note", content="y")).seq == 2


@simulated
async def test_of_a_batch_that_cannot_be_stored_only_the_culprit_is_refused(
    rig: Rig,
) -> None:
    board = await rig.board()
    (note,) = await rig.notes(board, 1)
    good = [rig.tell(board, "add_note", content=f"{n}") for n in range(3)]
    bad = rig.tell(board, "edit_note", note=note, content="ok")
    more = [rig.tell(board, "add_note", content=f"{n}") for n in range(3)]
    _poison(rig, b"ok")
    await until(lambda: all(told.is_answered for told in (*good, bad, *more)))
    assert [told.seq for told in (*good, *more)] == [3, 4, 5, 6, 7, 8]
    assert bad.code == "invalid"


def _poison(rig: Rig, text: bytes) -> None:
    """Let the store refuse entries that hold a text, as a database may."""
    plain = rig.journal._append

    def append(turn: Any) -> Outcome:
        if any(text in entry.data for entry in turn.entries):
            return Outcome.REFUSED
        return plain(turn)

    rig.journal._append = append  # type: ignore[method-assign]


@simulated
async def test_a_batch_that_holds_what_was_done_long_ago_answers_it(rig: Rig) -> None:
    """Neither the ring nor the state knows it; the journal's unique key does."""
    board = await rig.board()
    done = await rig.do(board, "add_note", op="o", content="x")
    await rig.directory.rest(board)
    again = rig.tell(board, "add_note", op="o", attempt=2, content="x")
    other = rig.tell(board, "add_note", content="y")
    assert await again.answer() == done
    await other.answer()
    assert other.seq == 3


@simulated
async def test_an_evicted_board_leaves_what_is_under_way_unknown(rig: Rig) -> None:
    board = await rig.board()
    rig.journal.gate.clear()
    told = rig.tell(board, "add_note", op="o", content="x")
    waiting = rig.tell(board, "add_note", content="y")
    await asyncio.sleep(0.1)
    late = rig.tell(board, "add_note", content="z")
    await rig.directory.evict(board)
    assert (told.code, waiting.code, late.code) == ("unknown", "unknown", "unavailable")
    rig.journal.gate.set()
    again = await rig.do(board, "add_note", op="o", attempt=2, content="x")
    assert again.seq == 2


@simulated
@pytest.mark.parametrize("fate", [Outcome.BUSY, Outcome.REFUSED])
async def test_an_evicted_board_answers_once_what_it_was_about_to_try_again(
    rig: Rig, fate: Outcome
) -> None:
    board = await rig.board()
    rig.journal.fate.append(fate)
    told = rig.tell(board, "add_note", content="x")
    other = rig.tell(board, "add_note", content="y")
    await asyncio.sleep(0.0015)
    await rig.directory.evict(board)
    await asyncio.sleep(1)
    assert told.code == "unknown"
    assert other.code in {"unknown", "unavailable"}


@simulated
async def test_a_board_that_ends_while_it_looks_for_the_culprit_answers_once(
    rig: Rig,
) -> None:
    board = await rig.board()
    rig.journal.fate.append(Outcome.REFUSED)
    told = rig.tell(board, "add_note", content="x")
    await asyncio.sleep(0.0005)
    rig.journal.door.clear()
    await until(lambda: rig.journal.calls[-1] == "told")
    rig.directory.actor(board).stop()
    rig.journal.door.set()
    await asyncio.sleep(1)
    assert told.code == "unknown"


@simulated
async def test_a_board_evicted_while_it_reads_the_index_answers(rig: Rig) -> None:
    board = await _poll(rig)
    said = await rig.do(board, "add_comment", text="x")
    told = rig.tell(board, "remove_comment", comment=said.id)
    await asyncio.sleep(0.0005)
    rig.directory.actor(board).stop()
    await told.answer()
    assert told.code == "unavailable"
    assert rig.seqs(board) == [1, 2]


@simulated
async def test_a_board_evicted_while_it_wakes_up_stays_evicted(rig: Rig) -> None:
    board = await rig.board()
    await rig.directory.evict(board)
    rig.journal.door.clear()
    told = rig.tell(board, "add_note", content="x")
    old = rig.directory.actor(board)
    await asyncio.sleep(0.1)
    await rig.directory.evict(board)
    rig.journal.door.set()
    await asyncio.sleep(0.1)
    assert told.code == "unavailable"
    assert old.head is None
    assert board not in rig.directory


# Bugs of ours -----------------------------------------------------------------------


def _broken(**functions: Any) -> Any:
    """Return a feedback board that falls over a note that says BUG."""
    return replace(feedback.KIND, name="broken", **functions)


def _decide(state: Any, command: Any, ctx: Any) -> Any:
    if getattr(command, "content", "") == "BUG":
        raise ZeroDivisionError
    return feedback.KIND.decide(state, command, ctx)


def _needs(command: Any) -> Any:
    if getattr(command, "content", "") == "BUG":
        raise ZeroDivisionError
    return ()


def _changes(state: Any, event: Any) -> Any:
    changes = feedback.KIND.changes(state, event)
    if isinstance(event, NoteAdded) and event.note.content == "BUG":
        return [replace_data(change) for change in changes]
    return changes


def replace_data(change: Any) -> Any:
    return type(change)(change.type, change.id, {"no": object()}, change.audience)


def _deadline(state: Any) -> Any:
    if any(note.content == "BUG" for note in state.notes.values()):
        raise ZeroDivisionError


BROKEN = {
    "decide": _broken(decide=_decide),
    "needs": _broken(needs=_needs),
    "changes": _broken(changes=_changes),
    "deadline": _broken(deadline=_deadline),
}


@pytest.mark.parametrize("where", BROKEN)
def test_a_bug_in_a_kind_costs_its_own_letter_and_is_told_as_internal(
    where: str, caplog: pytest.LogCaptureFixture
) -> None:
    @simulated(kinds=[BROKEN[where]])
    async def scenario(rig: Rig) -> None:
        board = await rig.new("broken")
        await rig.order(board, OpenBoard("T", True, ""))
        tellings = [
            rig.tell(board, "add_note", content=content)
            for content in ("a", "BUG", "b")
        ]
        await until(lambda: all(told.is_answered for told in tellings))
        assert [told.code for told in tellings] == ["done", "internal", "done"]
        assert isinstance(tellings[1].answers[0], Internal)
        assert rig.seqs(board) == [1, 2, 3]
        assert await rig.do(board, "add_note", content="c")

    scenario()
    assert "a bug on board" in caplog.text
    assert "BUG" not in caplog.text.replace("a bug", "")


def test_a_bug_in_rights_costs_no_answer(caplog: pytest.LogCaptureFixture) -> None:
    """The event is committed before rights are looked at anew: its author is told."""

    def roles(state: Any, asked: Any, ctx: Any) -> Any:
        if state.title == "BUG" and ctx.who.id == "bob":
            raise ZeroDivisionError
        return feedback.KIND.roles(state, asked, ctx)

    @simulated(kinds=[_broken(roles=roles)])
    async def scenario(rig: Rig) -> None:
        board = await rig.new("broken")
        await rig.order(board, OpenBoard("T", True, "0" * 64))
        await rig.seat(board, BOB)
        told = rig.tell(board, "edit_board", BY_LINK, title="BUG")
        await told.answer()
        assert told.code == "done"
        assert await rig.do(board, "add_note", content="x")

    scenario()
    assert "ZeroDivisionError" in caplog.text


def test_a_board_that_cannot_be_folded_says_so_and_nothing_hangs(
    caplog: pytest.LogCaptureFixture,
) -> None:
    @simulated
    async def scenario(rig: Rig) -> None:
        board = await rig.new("gone with a release")
        told = rig.tell(board, "add_note", content="x")
        await told.answer()
        assert told.code == "internal"
        assert board not in rig.directory

    scenario()
    assert "a job failed: wake" in caplog.text


# Sleeping and waking ----------------------------------------------------------------


@simulated
async def test_a_snapshot_is_saved_every_500_events_and_used_on_waking(
    rig: Rig,
) -> None:
    board = await rig.board()
    row = rig.world.boards[board]
    await _many(rig, board, 498)
    assert row.snapshot is None
    await _many(rig, board, 2)
    await until(lambda: row.snapshot)
    assert 500 <= row.snapshot.seq <= 501
    await _many(rig, board, 10)
    _crash(rig, board)
    first, row.journal[0] = row.journal[0], row.journal[1]  # it is not read again
    view = await rig.router.look(board, ANN)
    assert view.seq == 511
    assert b'"title":"T"' in view.items
    row.journal[0] = first


async def _many(rig: Rig, board: Any, count: int) -> None:
    tellings = [rig.tell(board, "add_note", content="x") for _ in range(count)]
    await until(lambda: all(told.is_answered for told in tellings))


def _crash(rig: Rig, board: Any) -> None:
    """End the actor without a snapshot."""
    rig.directory.actor(board).stop()


@simulated
async def test_a_board_at_rest_is_woken_from_its_snapshot(rig: Rig) -> None:
    board = await rig.board()
    await rig.notes(board, 3)
    await rig.directory.rest(board)
    row = rig.world.boards[board]
    assert row.snapshot.seq == 4
    before = (await rig.router.look(board, ANN)).items
    row.snapshot = None
    await rig.directory.rest(board)
    assert (await rig.router.look(board, ANN)).items == before


@simulated
async def test_nothing_new_is_not_saved_again(rig: Rig) -> None:
    board = await rig.board()
    await rig.directory.rest(board)
    await rig.router.look(board, ANN)
    await rig.directory.rest(board)
    assert rig.journal.calls.count("save") == 1


@simulated
async def test_a_snapshot_of_another_version_is_ignored(rig: Rig) -> None:
    board = await rig.board()
    await rig.notes(board, 2)
    await rig.directory.rest(board)
    row = rig.world.boards[board]
    row.snapshot = Snapshot(3, feedback.KIND.state_version + 1, b"of a later release")
    view = await rig.router.look(board, ANN)
    assert view.seq == 3
    assert view.items.count(b'"note"') == 2


@simulated
async def test_a_snapshot_that_cannot_be_saved_is_saved_later(rig: Rig) -> None:
    board = await rig.board()
    rig.journal.is_down = True
    await rig.directory.actor(board).save()
    rig.journal.is_down = False
    await rig.directory.actor(board).save()
    assert rig.world.boards[board].snapshot.seq == 1


@simulated
async def test_who_asks_while_a_board_wakes_up_is_let_in_afterwards(rig: Rig) -> None:
    board = await rig.board()
    await rig.directory.rest(board)
    seats = [Seat(rig.router, board, BOB) for _ in range(5)]
    for seat in seats:
        seat.join()
    told = rig.tell(board, "add_note", content="x")
    await told.answer()
    await until(lambda: all(seat.seqs == [2] for seat in seats))
    assert rig.journal.calls.count("claim") == 2


@simulated
async def test_who_asks_for_a_board_that_cannot_wake_up_is_told_to_come_back(
    rig: Rig,
) -> None:
    board = await rig.board()
    await rig.directory.evict(board)
    rig.journal.is_down = True
    began = rig.loop.now
    seat = Seat(rig.router, board, BOB)
    seat.join()
    with pytest.raises(Unavailable) as refused:
        await rig.router.look(board, ANN)
    assert refused.value.after
    assert HOLD_S < rig.loop.now - began <= HOLD_S + 0.5
    (view,) = seat.views
    assert isinstance(view, Unavailable)
    rig.journal.is_down = False
    assert (await rig.router.look(board, ANN)).seq == 1
    assert not seat.writes[1:], "let in after it was refused"


@simulated
async def test_who_asks_in_a_short_outage_is_let_in_when_it_is_over(rig: Rig) -> None:
    board = await rig.board()
    await rig.directory.evict(board)
    rig.journal.is_down = True
    seat = Seat(rig.router, board, BOB)
    seat.join()
    told = rig.tell(board, "add_note", content="x")
    await asyncio.sleep(HOLD_S - 1)
    assert not seat.views
    assert not told.is_answered
    rig.journal.is_down = False
    assert (await rig.router.look(board, ANN)).here == 1
    await told.answer()
    assert told.code == "done"
    await until(lambda: seat.seqs == [2])
    assert isinstance(seat.views[0], Joined)


@simulated
async def test_a_board_in_memory_is_shown_when_the_lease_is_back(rig: Rig) -> None:
    """An outage of more than 5 s ends the lease; the next beat brings it back."""
    board = await rig.board()
    rig.is_beating = False
    await asyncio.sleep(7)
    seat = Seat(rig.router, board, BOB)
    seat.join()
    await asyncio.sleep(3)
    assert not seat.views
    assert rig.directory.actor(board).idle_s(rig.loop.now) == 0, "somebody waits"
    rig.node.lease.trust(1)
    rig.is_beating = True
    await until(lambda: seat.views)
    assert isinstance(seat.views[0], Joined)


@simulated
async def test_what_was_waited_for_before_counts_too(rig: Rig) -> None:
    """A REST call may have waited for its caller's identity before it came here."""
    board = await rig.board()
    await rig.directory.evict(board)
    rig.journal.is_down = True
    early = rig.clock.monotonic()
    await asyncio.sleep(8)
    with pytest.raises(Unavailable):
        await rig.router.look(board, ANN, at=early)
    assert rig.loop.now - early <= HOLD_S + 0.5


@simulated
async def test_not_more_may_wait_for_a_board_than_it_can_bear(rig: Rig) -> None:
    board = await rig.board()
    await rig.directory.evict(board)
    rig.journal.door.clear()
    answers: list[Any] = []
    for _ in range(MAX_PARKED + 1):
        rig.directory.actor(board).look(ANN, answers.append)
    assert len(answers) == 1
    assert isinstance(answers[0], Unavailable)
    rig.journal.door.set()
    await until(lambda: len(answers) == MAX_PARKED + 1)


@simulated
async def test_a_board_that_was_claimed_elsewhere_is_not_written_nor_answered_for(
    rig: Rig,
) -> None:
    board = await rig.board()
    other = Rig(rig.loop, world=rig.world, inc="other")
    await other.start()
    rig.is_beating = False
    await asyncio.sleep(7)
    assert (await other.do(board, "add_note", content="theirs")).seq == 2
    with pytest.raises(Unavailable):
        await rig.router.look(board, ANN)
    mine = rig.tell(board, "add_note", content="mine")
    await mine.answer()
    assert mine.code == "timeout"
    assert rig.seqs(board) == [1, 2]
    await other.close()


# What time it is --------------------------------------------------------------------


async def _poll(rig: Rig, seconds: float = 3_600.0) -> Any:
    board = await rig.new("poll")
    closes_at = rig.clock.now() + timedelta(seconds=seconds)
    await rig.order(board, poll.OpenPoll(("a", "b"), closes_at))
    return board


@simulated
async def test_a_deadline_ends_a_poll_that_is_live(rig: Rig) -> None:
    board = await _poll(rig, 20)
    seat = await rig.seat(board)
    await asyncio.sleep(19.9)
    assert seat.seqs == []
    await asyncio.sleep(0.2)
    assert [m["event"] for m in seat.of("changed")] == ["poll_closed"]


@simulated
async def test_a_deadline_further_than_a_timer_reaches_is_kept(rig: Rig) -> None:
    board = await _poll(rig, 5_000)
    seat = await rig.seat(board)
    await asyncio.sleep(4_990)
    assert seat.seqs == []
    await asyncio.sleep(20)
    assert seat.seqs == [2]


@simulated(rest_after_s=5.0)
async def test_a_deadline_wakes_a_board_that_sleeps(rig: Rig) -> None:
    board = await _poll(rig, 100)
    await asyncio.sleep(20)
    assert board not in rig.directory
    await asyncio.sleep(90)
    assert [entry.type for entry in rig.world.boards[board].journal][-1] == (
        "poll_closed"
    )
    assert rig.world.boards[board].wake_at is None
    await asyncio.sleep(20)
    assert board not in rig.directory


@simulated
async def test_a_deadline_that_falls_into_an_outage_is_kept_later(rig: Rig) -> None:
    board = await _poll(rig, 20)
    await rig.seat(board)
    await asyncio.sleep(10)
    rig.journal.is_down = True
    await asyncio.sleep(60)
    rig.journal.is_down = False
    await until(lambda: rig.seqs(board) == [1, 2])


@simulated
async def test_a_deadline_is_kept_once(rig: Rig) -> None:
    board = await _poll(rig, 20)
    rig.journal.fate.extend([])
    await asyncio.sleep(19.9)
    rig.journal.fate.extend(["applied", "lost", Outcome.BUSY, Outcome.UNAVAILABLE])
    await asyncio.sleep(60)
    assert rig.seqs(board) == [1, 2]


@simulated
@pytest.mark.parametrize("seconds", [20, 5_000])
async def test_a_deadline_is_kept_although_its_first_turn_was_not_committed(
    rig: Rig, seconds: int
) -> None:
    """The board stays awake all the time: nothing else reminds it."""
    board = await _poll(rig, seconds)
    seat = await rig.seat(board)
    await asyncio.sleep(seconds - 1)
    rig.journal.fate.append(Outcome.UNAVAILABLE)
    await until(lambda: seat.seqs == [2], within_s=3)
    assert not rig.journal.fate


@simulated
async def test_a_deadline_is_kept_within_the_hour_if_the_clock_was_set_forward(
    rig: Rig,
) -> None:
    plain, hours = rig.clock.now, timedelta(0)
    rig.clock.now = lambda: plain() + hours  # type: ignore[method-assign]
    board = await _poll(rig, 10 * LONGEST_S)
    seat = await rig.seat(board)
    await asyncio.sleep(10)
    hours = timedelta(hours=10)
    await asyncio.sleep(LONGEST_S)
    assert seat.seqs == [2]


@simulated
async def test_a_deadline_that_has_gone_tells_nothing(rig: Rig) -> None:
    board = await _poll(rig, 20)
    await rig.do(board, "close_poll", ANN)
    await asyncio.sleep(60)
    assert rig.seqs(board) == [1, 2]


# What is not in the state -----------------------------------------------------------


@simulated
async def test_a_decision_sees_what_only_the_index_still_has(rig: Rig) -> None:
    board = await _poll(rig)
    said = [await rig.do(board, "add_comment", text=f"{n}") for n in range(6)]
    with pytest.raises(Forbidden):
        await rig.do(board, "remove_comment", BOB, comment=said[0].id)
    await rig.do(board, "remove_comment", ANN, comment=said[0].id)
    assert ("comment", said[0].id) not in rig.world.boards[board].items


@simulated
async def test_an_index_that_does_not_answer_is_a_refusal(rig: Rig) -> None:
    board = await _poll(rig)
    said = await rig.do(board, "add_comment", text="x")
    rig.journal.is_down = True
    with pytest.raises(Unavailable):
        await rig.do(board, "remove_comment", comment=said.id)
    rig.journal.is_down = False
    assert (await rig.do(board, "remove_comment", comment=said.id)).seq == 3


def test_a_bug_in_the_index_answers_too(caplog: pytest.LogCaptureFixture) -> None:
    @simulated
    async def scenario(rig: Rig) -> None:
        board = await _poll(rig)
        said = await rig.do(board, "add_comment", text="x")
        plain = rig.journal.needed

        async def broken(*_: Any) -> Any:
            raise ZeroDivisionError

        rig.journal.needed = broken  # type: ignore[method-assign]
        told = rig.tell(board, "remove_comment", comment=said.id)
        await told.answer()
        assert told.code == "internal"
        rig.journal.needed = plain  # type: ignore[method-assign]
        assert (await rig.do(board, "remove_comment", comment=said.id)).seq == 3

    scenario()
    assert "ZeroDivisionError" in caplog.text


def test_a_bug_in_what_the_journal_was_told_answers_and_the_board_goes_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """After an append that was refused, and when a refusal is looked up."""

    @simulated
    async def scenario(rig: Rig) -> None:
        board = await rig.board()
        plain = rig.journal.told

        async def broken(*_: Any) -> Any:
            raise ZeroDivisionError

        rig.journal.told = broken  # type: ignore[method-assign]
        rig.journal.fate.append(Outcome.REFUSED)
        told = rig.tell(board, "add_note", content="x")
        await told.answer()
        assert told.code == "internal"
        looked_up = rig.tell(board, "remove_note", attempt=2, note="none")
        await looked_up.answer()
        assert looked_up.code == "internal"
        rig.journal.told = plain  # type: ignore[method-assign]
        assert (await rig.do(board, "add_note", content="y")).seq == 2

    scenario()
    assert caplog.text.count("a bug on board") == 2


def test_a_bug_in_one_body_costs_its_neighbours_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    @simulated
    async def scenario(rig: Rig) -> None:
        board = await rig.board()
        codec = rig.codecs["feedback"]
        plain = codec.asked

        def broken(name: str, body: bytes) -> Any:
            if b"poison" in body:
                raise ZeroDivisionError
            return plain(name, body)

        codec.asked = broken  # type: ignore[method-assign]
        bodies = ["x", "poison", "y"]
        tellings = [rig.tell(board, "add_note", content=body) for body in bodies]
        await until(lambda: all(told.is_answered for told in tellings))
        assert [told.code for told in tellings] == ["done", "internal", "done"]

    scenario()
    assert "ZeroDivisionError" in caplog.text


@simulated
async def test_two_decisions_on_one_state_are_never_both_made(rig: Rig) -> None:
    board = await _poll(rig)
    first, second = [rig.tell(board, "close_poll") for _ in range(2)]
    late = rig.tell(board, "cast_vote", BOB, option=0)
    await late.answer()
    assert (first.seq, second.seq, late.code) == (2, 2, "gone")


@simulated(rate=Rate(1, 60.0, 1))
async def test_the_rate_is_told_in_seconds(rig: Rig) -> None:
    board = await rig.board()
    await rig.notes(board, 1)
    with pytest.raises(RateLimited) as refused:
        await rig.do(board, "add_note", content="x")
    assert refused.value.after == pytest.approx(60, abs=1)
