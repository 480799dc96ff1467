"""Made-up stories of a board: letters drawn from the annotations of a kind's commands.

What a class says about its fields is obeyed, or broken in one of them.  A text field
that is named after an item type holds the id of such an item, or of none.  A seed tells
its story again; each story leaves some commands out, so that all get their turn.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2b, sha256
from random import Random
from typing import Any

import msgspec
from msgspec import Struct, inspect
from msgspec.structs import replace

from orbit.core.codec import digest
from orbit.core.ids import command_id, op_key
from orbit.core.kind import (
    Asked,
    Command,
    Context,
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

LETTERS = 'ab(c) \n\\"é☃😀\u202e'
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


def body(random: Random, cls: type[Asked], ids: Ids, *, broken: bool = False) -> Body:
    """Draw what may stand in `with`; what has a default is left out now and then."""
    types, fields = {}, {}
    for field in _fields(cls):
        name = field.encode_name
        if field.required or random.random() < 0.7:
            types[name] = field.type
            fields[name] = _value(random, field.type, name, ids)
    if not broken or not fields:
        return Body(fields)
    culprit = random.choice(sorted(fields))
    wrong = random.choice(_broken(types[culprit]))
    return Body({**fields, culprit: wrong}, culprit)


def _fields(cls: type[Asked]) -> Sequence[inspect.Field]:
    if cls not in _INFO:
        info = inspect.type_info(cls)
        assert isinstance(info, inspect.StructType)
        _INFO[cls] = info.fields
    return _INFO[cls]


_INFO: dict[type[Asked], Sequence[inspect.Field]] = {}


def _value(  # noqa: C901 - a table of types
    random: Random, type_: inspect.Type, name: str, ids: Ids
) -> Any:
    """Draw what the annotation allows."""
    drawn: Any = None
    match type_:
        case inspect.StrType():
            drawn = _text(random, type_, name, ids)
        case inspect.FloatType(ge=low, le=high):
            some = random.uniform(low or -1e9, high or 1e9)
            drawn = random.choice([0.0, -0.0, 1.0, 100.0, low, high, some])
        case inspect.IntType(ge=low):
            drawn = random.randint(low or 0, 3)
        case inspect.BoolType():
            drawn = random.random() < 0.5
        case inspect.EnumType(cls=cls):
            drawn = random.choice([member.value for member in cls])
        case inspect.DateTimeType():
            drawn = random.choice(HOURS)
        case inspect.VarTupleType(item, low, _):
            count = random.randint(low or 0, 4)
            each = name.removesuffix("s")
            drawn = [_value(random, item, each, ids) for _ in range(count)]
        case inspect.StructType(fields=fields):
            drawn = {
                each.encode_name: _value(random, each.type, each.encode_name, ids)
                for each in fields
            }
        case inspect.UnionType(types=types):
            drawn = _value(random, random.choice(types), name, ids)
        case inspect.NoneType():
            drawn = None
        case _:
            raise NotImplementedError(f"draw {type_}: add an arm")
    return drawn


def _text(random: Random, type_: inspect.StrType, name: str, ids: Ids) -> str:
    if name == "link":
        return random.choice(LINKS)
    if name in ids and random.random() < 0.9:
        return random.choice(ids[name][-random.choice([3, 1000]) :])
    low, high = type_.min_length or 0, type_.max_length or 100
    if random.random() < 0.1:
        return "x" * high
    length = random.randint(low, min(high, low + 12))
    return "".join(random.choices(LETTERS, k=length))


def _broken(type_: inspect.Type) -> list[Any]:
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
            wrong += [value for inner in given for value in _broken(inner)]
        case _:
            wrong += ["no such"]
    return wrong


def _beside(low: int | None, high: int | None, one: Any) -> Sequence[Any]:
    """Return what is too short and what is too long."""
    short = [one * (low - 1)] if low else []
    return [*short, one * (high + 1)] if high else short


def _outside(low: float | None, high: float | None) -> Sequence[float]:
    under = [] if low is None else [low - 1]
    return under if high is None else [*under, high + 1]


def story(kind: Kind[Any], seed: int, cast: Sequence[type[Command]] = ()) -> Story:
    """Tell a story: internal commands first, for most boards must be opened.

    It ends when nothing has happened for a while.  Letters may speak of what others in
    the same chapter have made.
    """
    random, world, chapters = Random(seed), World(kind), list[Chapter]()
    first = sorted(kind.internal, key=lambda cls: cls.__name__)
    cast, done = cast or _cast(random, kind), Counter[type[Command]]()
    n = dull = 0
    while len(chapters) < 100 and dull < 4:
        batch, before = [], world.seq
        opens = bool(first) and random.random() < 0.9
        for cls in first if opens else [None] * random.randint(1, 5):
            letter = _letter(random, cls, world, n) if cls else None
            batch.append(letter or _likely(random, cast, done, world, n))
            turn, _ = world.tell(batch[-1:])
            done.update(type(record.letter.command) for record in turn.recorded)
            n += 1
        first = [] if opens else first
        dull = dull + 1 if world.seq == before else 0
        chapters.append(Chapter(batch, _signals(random, world)))
    return chapters


def stories(
    kind: Kind[Any], count: int, cast: Sequence[type[Command]] = ()
) -> Iterator[Story]:
    """Tell `count` stories, the same ones every time; of `cast` alone, if given."""
    return (story(kind, seed, cast) for seed in range(count))


def _cast(random: Random, kind: Kind[Any]) -> Sequence[type[Command]]:
    """Leave some commands out: a story in which a board is deleted soon is short.

    Orbit's own commands are rarer yet: one that erases leaves little to tell of.
    """
    commands = [cls for cls in kind.permissions if issubclass(cls, Command)]
    often = {cls: 0.2 if cls in kind.internal else 0.6 for cls in commands}
    return [cls for cls in commands if random.random() < often[cls]] or commands


def _likely(
    random: Random,
    cast: Sequence[type[Command]],
    done: Mapping[type[Command], int],
    world: World,
    n: int,
) -> Letter:
    """Draw a letter; one that is refused is mostly, but not always, drawn anew.

    What has seldom been done is drawn more often, or what is possible at once, whatever
    was before, would crowd out the rest.
    """
    weights = [1 / (1 + done[cls]) for cls in cast]
    drawn = random.choices(cast, weights, k=1 + random.choice([0, 16, 32]))
    for cls in drawn[1:]:
        letter = _letter(random, cls, world, n)
        if world.decide([letter]).recorded:
            return letter
    return _letter(random, drawn[0], world, n)


def _letter(random: Random, cls: type[Command], world: World, n: int) -> Letter:
    drawn = body(random, cls, world.ever)
    command = msgspec.json.decode(drawn.json, type=cls)
    who = random.choice([*PEOPLE, ANN, BOB, *([SYSTEM] * 9 if cls is Tick else [])])
    op = op_key(f"{n}")
    at = HOURS[min(n // 6, len(HOURS) - 1)]
    ctx = Context(who, at, command_id(BOARD, who.id, op))
    return Letter(command, ctx, op, digest(wire_name(cls), command))


def _signals(random: Random, world: World) -> Sequence[Passed]:
    signals = []
    for cls in world.kind.permissions:
        if issubclass(cls, Signal):
            drawn = body(random, cls, world.ever)
            ctx = Context(random.choice(PEOPLE), HOURS[0], "")
            signals.append(Passed(msgspec.json.decode(drawn.json, type=cls), ctx))
    return signals


def shorter(story: Story) -> Iterator[Story]:
    """Return stories with less in them, the shortest first."""
    for at in range(len(story)):
        yield story[:at]
    for at, chapter in enumerate(story):
        yield [*story[:at], *story[at + 1 :]]
        for gone in range(len(chapter.letters)):
            letters = [*chapter.letters[:gone], *chapter.letters[gone + 1 :]]
            if letters:
                less = replace(chapter, letters=letters, signals=())
                yield [*story[:at], less, *story[at + 1 :]]


def outline(story: Story) -> str:
    """Return a story for people to read."""
    names = {who.id: who.name or "visitor" for who in PEOPLE}
    lines = []
    for chapter in story:
        for letter in chapter.letters:
            ctx = letter.ctx
            who = names.get(ctx.who.id, ctx.who.id)
            lines.append(f"{ctx.at:%H:%M} {who} ({ctx.id}): {letter.command!s:.200}")
        lines.append("-" * 20)
    return "\n".join(lines)
