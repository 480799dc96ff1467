"""Values as bytes and back; what comes in malformed is refused in a sentence."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from immutables import Map
from msgspec import Meta, Raw, Struct

from orbit.core.codec import (
    Codec,
    Entry,
    Shown,
    checked,
    digest,
    item,
    shown,
    store_changes,
    stored_changes,
    to_mapping,
)
from orbit.core.errors import BadRequest, Invalid
from orbit.core.kind import Context, Letter
from orbit.core.kinds import feedback
from orbit.core.kinds.feedback.asked import RemoveNote
from orbit.core.kinds.feedback.state import Board, Colour, Note
from orbit.core.turn import take_turn
from orbit.core.types import EVERYONE, Drop, Principal, Put
from tests.kit.given import NOON
from tests.kit.kinds import poll

FEEDBACK, POLL = Codec(feedback.KIND), Codec(poll.KIND)
ANN = Principal("ann")


class Inner(Struct):
    z: int


class Outer(Struct):
    """Everything that a frame or a command may be made of."""

    a: list[Annotated[int, Meta(le=5)]] = []
    b: Mapping[str, Inner] = {}
    c: Inner | None = None
    d: str = ""
    e: Raw = msgspec.field(name="with", default=Raw(b"{}"))
    f: tuple[str, ...] = ()
    g: dict[str, Any] = {}


decode = msgspec.json.Decoder(Outer).decode


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"a":[1,"x"]}', "a.1"),
        (b'{"a":[1,9]}', "a.1"),
        (b'{"b":{"k":{}}}', "b.*.z"),
        (b'{"b":{"k":{"z":"q"}}}', "b.*.z"),
        (b'{"c":{}}', "c.z"),
        (b'{"d":7}', "d"),
        (b'{"d":"a\\u0000"}', "d"),
        (b'{"f":["a","\\u0000"]}', "f.1"),
        (b'{"b":{"\\u0000":{"z":1}}}', "b.*"),
        (b'{"g":{"k":{"l":["\\u0000"]}}}', "g.*.*.0"),
    ],
)
def test_what_is_wrong_is_named_by_its_path(body, field):
    with pytest.raises(Invalid) as refused:
        checked(decode, body)
    assert refused.value.details == {"field": field}
    assert refused.value.message[0].islower()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nonsense",
        b"{} {}",
        b"[]",
        b"null",
        b'"text"',
        b"\xef\xbb\xbf{}",
    ],
)
def test_what_is_no_object_in_json_is_malformed_and_names_no_field(body):
    with pytest.raises(BadRequest) as refused:
        checked(decode, body)
    assert type(refused.value) is BadRequest
    assert not refused.value.details


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"d":NaN}', "d"),
        (b'{"d":"\\ud800"}', "d"),
        (b'{"d":"\xff"}', "d"),
        (b'{"d":"\x00"}', "d"),
        (b'{"f":["a",NaN]}', "f.1"),
        (b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "x"),
    ],
)
def test_a_field_that_makes_it_no_json_is_named(body, field):
    with pytest.raises(BadRequest) as refused:
        checked(decode, body)
    assert type(refused.value) is BadRequest
    assert refused.value.details == {"field": field}


@pytest.mark.parametrize("body", [b"[]", b"null", b'"x"', b"7"])
def test_a_command_that_is_no_object_names_what_holds_it(body):
    with pytest.raises(Invalid) as refused:
        FEEDBACK.asked("add_note", body)
    assert refused.value.details == {"field": "with"}


def test_what_nobody_asked_for_does_no_harm():
    """Unknown fields are ignored, whatever is in them: NUL, huge numbers, depth."""
    junk = b'{"d":"a\\\\u0000b","x":1e999,"y":%b,"z":%b}' % (
        b"9" * 5_000,
        b"[" * 500 + b'"\\u0000"' + b"]" * 500,
    )
    assert checked(decode, junk).d == "a\\u0000b"


def test_what_is_kept_raw_is_looked_at_when_it_is_read():
    frame = checked(decode, b'{"with":{"x":"\\u0000"}}')
    assert bytes(frame.e) == b'{"x":"\\u0000"}'


def test_what_was_sent_cannot_pose_as_the_field_and_is_not_sent_back_whole():
    colour = "x" * 5_000
    for sent in (f"{colour} - at `$.content`", "a - at `$.content`"):
        body = msgspec.json.encode({"content": "x", "colour": sent})
        with pytest.raises(Invalid) as refused:
            FEEDBACK.asked("add_note", body)
        assert refused.value.details == {"field": "colour"}
        assert len(refused.value.message) <= 200


@pytest.mark.parametrize("name", ["", "nope", "join", "tick", "open_board", "AddNote"])
def test_a_command_that_there_is_not_is_named(name):
    with pytest.raises(BadRequest) as refused:
        FEEDBACK.asked(name, b"{}")
    assert refused.value.details == {"field": "do"}


@given(st.binary(max_size=40) | st.text(max_size=20).map(str.encode))
def test_whatever_comes_is_read_or_refused(body):
    for wrapped in (body, b'{"note":"' + body + b'"}', b'{"note":' + body + b"}"):
        with suppress(BadRequest):
            assert isinstance(FEEDBACK.asked("remove_note", wrapped).note, str)


def test_a_command_has_one_digest_however_it_was_written():
    def of(body):
        return digest("add_note", FEEDBACK.asked("add_note", body))

    plain = of(b'{"content":"x"}')
    assert len(plain) == 16
    assert of(b' {"x":null, "colour":"YELLOW","content":"\\u0078","more":1}') == plain
    assert of(b'{"content":"y"}') != plain
    note = RemoveNote("n")
    assert digest("remove_note", note) != digest("restore_note", note)


# The journal ------------------------------------------------------------------------


def an_entry():
    """Return the entry of a vote: changes for everyone, for one, and for a role."""
    state = poll.apply(poll.Poll(), poll.PollOpened(("a", "b"), "host", NOON))
    early = NOON.replace(hour=11, microsecond=123_456)
    ctx = Context(ANN, early, "b1")
    letter = Letter(poll.CastVote(1), ctx, b"op", b"digest")
    (record,) = take_turn(poll.KIND, state, 6, [letter], {}).recorded
    return POLL.entry(record)


def test_an_entry_is_what_happened_in_bytes():
    entry = an_entry()
    assert (entry.seq, entry.type, entry.version, entry.ix) == (7, "vote_cast", 2, 0)
    assert (entry.who, entry.op, entry.digest) == ("ann", b"op", b"digest")
    assert entry.at == "2030-01-01T11:00:00.123Z"
    assert entry.data == b'{"voter":"ann","ballot":"b1","option":1}'
    assert POLL.event(entry) == poll.VoteCast("ann", "b1", 1)


def test_what_is_told_of_an_entry_is_json_without_its_opening_brace():
    entry = an_entry()
    told = msgspec.json.decode(b"{" + entry.changed(entry.changes[:1]))
    assert told == {
        "seq": 7,
        "at": "2030-01-01T11:00:00.123Z",
        "event": "vote_cast",
        "changes": [{"put": ["ballot", "b1", {"option": 1}]}],
    }
    nothing = msgspec.json.decode(b"{" + entry.changed([]))
    assert nothing["changes"] == []


def test_old_rows_are_read_as_todays_events():
    old = Entry(1, "poll_ended", 1, b"{}", [], "", b"", 0, b"", "")
    assert POLL.event(old) == poll.PollClosed()


def test_a_change_on_the_wire_is_a_put_or_a_drop():
    put = shown(Put("note", 'n"1', {"text": "é", "at": NOON}))
    assert (
        put.wire
        == b'{"put":["note","n\\"1",{"text":"\xc3\xa9","at":"2030-01-01T12:00:00Z"}]}'
    )
    gone = shown(Drop("note", "n1"))
    assert gone.wire == b'{"drop":["note","n1"]}'


def test_an_item_reads_as_what_is_put_on_the_wire():
    for put in (Put("note", 'n"1', {"text": "é", "at": NOON}), Put("board", "b", {})):
        wire = shown(put).wire[len(b'{"put":') : -1]
        assert item(put) == shown(put).item == wire


def test_changes_keep_their_audience_in_the_journal():
    changes = [
        Shown("a", "1", b'{"x":1.0}', EVERYONE),
        Shown("a", "2", b"{}", frozenset()),
        Shown("a", "3", None, frozenset({"ann", "admin"})),
        Shown("a", "4", None, EVERYONE),
    ]
    stored = store_changes(changes)
    assert stored_changes(stored) == changes
    assert b'"to":[]' in stored, "nobody must not be read as everyone"
    assert stored_changes(b"[]") == [] == stored_changes(store_changes([]))


def test_the_database_may_write_json_its_own_way():
    """A jsonb column gives back spaces, and keys in an order of its own."""
    stored = (
        b'[{"to": ["ann"], "put": ["a", "1", {"y": 2, "x": 1}]}, {"drop": ["a", "2"]}]'
    )
    one, two = stored_changes(stored)
    assert (one.type, one.id, one.audience) == ("a", "1", {"ann"})
    assert to_mapping(one.data) == {"x": 1, "y": 2}
    assert two == Shown("a", "2", None, EVERYONE)


def test_a_state_survives_a_snapshot():
    note = Note("n", "ann", None, "x", Colour.COOL, 1.0, 2.0, NOON)
    voted = msgspec.structs.replace(note, votes={"bob": "v", "cyd": None})
    state = Board("Retro", notes=Map({"n": voted}), removed={"m": note})
    again = FEEDBACK.restored(FEEDBACK.encode(state))
    assert again == state
    assert isinstance(again.notes, Map)
    assert again.notes["n"].votes == {"bob": "v", "cyd": None}
    assert isinstance(again.notes["n"].colour, Colour)


def test_only_values_are_encoded():
    with pytest.raises(NotImplementedError):
        POLL.encode(object())


def test_only_values_are_decoded():
    class Odd(Struct):
        x: complex

    with pytest.raises(NotImplementedError):
        Codec(replaced(initial=Odd(1j))).restored(b'{"x":1}')


def replaced(**parts):
    fields = {name: getattr(poll.KIND, name) for name in poll.KIND.__dataclass_fields__}
    return type(poll.KIND)(**(fields | parts))
