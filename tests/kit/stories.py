"""Made-up stories of a board: letters drawn from the annotations of a kind's commands.

Whatever a class says about its fields is obeyed; `broken` breaks one of them.  A text
field that is named after an item type holds the id of such an item, or of none.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2b, sha256
from typing import Any

import msgspec
from hypothesis import strategies as st
from msgspec import Struct, inspect

from orbit.core.codec import digest
from orbit.core.ids import command_id, op_key
from orbit.core.kind import (
    Asked,
    Command,
    Context,
    Join,
    Kind,
    Letter,
    Signal,
    Tick,
    wire_name,
)
from orbit.core.types import SYSTEM, BoardId, Principal
from tests.kit.world import World

BOARD = BoardId("6f1c2f0e-52c7-4be2-9d3b-0d1f6d1a7c55")
HOURS = [datetime(2030, 1, 1, tzinfo=UTC) + timedelta(hours=n) for n in range(12)]
LINKS = [sha256(name).hexdigest() for name in (b"first link", b"second link")]


def ghost(name: str, *claims: str) -> Principal:
    """Return somebody whose author key is unlike any other text."""
    key = blake2b(name.encode(), digest_size=16).hexdigest()
    return Principal(key, name.title(), frozenset(claims))


ANN, BOB = ghost("ann"), ghost("bob", "user")
HOLDER = ghost("holder", f"link:{LINKS[0]}")
SECOND_HOLDER = ghost("second", f"link:{LINKS[1]}")
VISITOR = Principal("")
VISITING_HOLDER = Principal("", claims=frozenset({f"link:{LINKS[0]}"}))
PEOPLE = (ANN, BOB, HOLDER, SECOND_HOLDER, VISITOR, VISITING_HOLDER)
WRITERS = (ANN, ANN, ANN, BOB, BOB, HOLDER, HOLDER, SECOND_HOLDER, *PEOPLE[4:])

TEXT = st.text('ab(c) \n\\"é☃😀\u202e', max_size=12)
Ids = Mapping[str, Sequence[str]]


class Body(Struct, frozen=True):
    """What stands in `with`, and the field that is out of bounds, if one is."""

    fields: Mapping[str, Any]
    broken: str = ""

    @property
    def json(self) -> bytes:
        return msgspec.json.encode(self.fields)


class Passed(Struct, frozen=True):
    """A signal that somebody sends."""

    signal: Signal
    ctx: Context


class Chapter(Struct, frozen=True):
    """What arrives at once."""

    letters: Sequence[Letter]
    signals: Sequence[Passed] = ()


Story = Sequence[Chapter]


@st.composite
def bodies(draw: st.DrawFn, cls: type[Asked], ids: Ids, broken: bool) -> Body:
    """Draw what may stand in `with`; what has a default is left out now and then."""
    fields, optional = {}, []
    for field in _fields(cls):
        if not field.required:
            optional.append(field.encode_name)
        fields[field.encode_name] = draw(_value(field.type, field.encode_name, ids))
    left_out = draw(st.sets(st.sampled_from(optional))) if optional else set()
    fields = {name: value for name, value in fields.items() if name not in left_out}
    if not broken or not fields:
        return Body(fields)
    culprit = draw(st.sampled_from(sorted(fields)))
    types = {field.encode_name: field.type for field in _fields(cls)}
    return Body({**fields, culprit: draw(_broken(types[culprit]))}, culprit)


def _fields(cls: type[Asked]) -> Sequence[inspect.Field]:
    info = inspect.type_info(cls)
    assert isinstance(info, inspect.StructType)
    return info.fields


def _value(type_: inspect.Type, name: str, ids: Ids) -> st.SearchStrategy[Any]:
    """Return what the annotation allows."""
    drawn: st.SearchStrategy[Any]
    match type_:
        case inspect.StrType():
            drawn = _text(type_, name, ids)
        case inspect.FloatType(ge=low, le=high):
            drawn = st.floats(low, high) | st.sampled_from([0.0, 1.0, 100.0])
        case inspect.IntType(ge=low):
            drawn = st.integers(low or 0, 3)
        case inspect.BoolType():
            drawn = st.booleans()
        case inspect.EnumType(cls=cls):
            drawn = st.sampled_from([member.value for member in cls])
        case inspect.DateTimeType():
            drawn = st.sampled_from(HOURS)
        case inspect.VarTupleType(item, low, _):
            drawn = st.lists(_value(item, "", ids), min_size=low or 0, max_size=4)
        case inspect.UnionType(types=types):
            drawn = st.one_of([_value(inner, name, ids) for inner in types])
        case inspect.NoneType():
            drawn = st.none()
        case _:
            raise NotImplementedError(f"draw {type_}: add an arm")
    return drawn


def _text(type_: inspect.StrType, name: str, ids: Ids) -> st.SearchStrategy[str]:
    if name == "link":
        return st.sampled_from(LINKS)
    if known := ids.get(name):
        return st.sampled_from(known) | st.just("nothing")
    low, high = type_.min_length or 0, type_.max_length or 100
    longest = st.just("x" * high)
    return TEXT.filter(lambda text: low <= len(text) <= high) | longest


def _broken(type_: inspect.Type) -> st.SearchStrategy[Any]:
    """Return what the annotation forbids."""
    wrong: list[Any] = [{"": []}]
    match type_:
        case inspect.StrType(min_length=low, max_length=high):
            wrong += [7, "NUL \0", *_beside(low, high, "x")]
        case inspect.FloatType(ge=low, le=high):
            wrong += ["7", True, *_outside(low, high)]
        case inspect.IntType(ge=low, lt=high):
            wrong += ["7", 0.5, *_outside(low, high and high - 1)]
        case inspect.VarTupleType(_, low, high):
            wrong += [7, *_beside(low, high, ["x"])]
        case inspect.UnionType(types=types):
            given = [
                inner for inner in types if not isinstance(inner, inspect.NoneType)
            ]
            return st.one_of([_broken(inner) for inner in given])
        case _:
            wrong += ["no such"]
    return st.sampled_from(wrong)


def _beside(low: int | None, high: int | None, one: Any) -> Sequence[Any]:
    """Return what is too short and what is too long."""
    short = [one * (low - 1)] if low else []
    return [*short, one * (high + 1)] if high else short


def _outside(low: float | None, high: float | None) -> Sequence[float]:
    under = [] if low is None else [low - 1]
    return under if high is None else [*under, high + 1]


@st.composite
def letters(draw: st.DrawFn, kind: Kind[Any], world: World, n: int) -> Letter:
    """Draw a command that somebody tells, whether he may or not."""
    commands = [cls for cls in kind.permissions if issubclass(cls, Command)]
    return _letter(draw, draw(st.sampled_from(commands)), world, n)


def _letter(draw: st.DrawFn, cls: type[Command], world: World, n: int) -> Letter:
    body = draw(bodies(cls, world.ever, broken=False))
    command = msgspec.json.decode(body.json, type=cls)
    system = [SYSTEM] * 9 if cls in (Tick, Join) else []
    who = draw(st.sampled_from([*system, *WRITERS]))
    op = op_key(f"{n}")
    ctx = Context(who, HOURS[min(n // 4, 11)], command_id(BOARD, who.id, op))
    return Letter(command, ctx, op, digest(wire_name(cls), command))


def _signals(draw: st.DrawFn, kind: Kind[Any], world: World) -> Sequence[Passed]:
    classes = [cls for cls in kind.permissions if issubclass(cls, Signal)]
    if not classes:
        return ()
    cls = draw(st.sampled_from(classes))
    body = draw(bodies(cls, world.ever, broken=False))
    ctx = Context(draw(st.sampled_from(PEOPLE)), HOURS[0], "")
    return [Passed(msgspec.json.decode(body.json, type=cls), ctx)]


@st.composite
def stories(draw: st.DrawFn, kind: Kind[Any]) -> Story:
    """Draw a story: internal commands first, for most boards must be opened."""
    world, chapters, n = World(kind), [], 0
    first = sorted(kind.internal, key=lambda cls: cls.__name__)
    for _ in range(draw(st.integers(2, 14))):
        batch = []
        if first and draw(st.integers(0, 9)):
            batch = [_letter(draw, cls, world, n + at) for at, cls in enumerate(first)]
            first = []
        else:
            for at in range(draw(st.integers(1, 5))):
                batch.append(draw(letters(kind, world, n + at)))
        n += len(batch)
        world.tell(batch)
        chapters.append(Chapter(batch, _signals(draw, kind, world)))
    return chapters
