"""The nine laws that hold for a kind from the day it is registered.

Each is a function of a kind and a story; what is wrong is an `AssertionError`.
"""

import sys
from collections.abc import Callable, Iterable, Sequence, Set
from datetime import timedelta
from functools import reduce
from itertools import chain
from typing import Any

import msgspec

from orbit.core.actors.redaction import Redactor
from orbit.core.codec import Entry, Shown, digest, shown
from orbit.core.errors import Rejected
from orbit.core.ids import command_id, op_key
from orbit.core.kind import (
    Asked,
    Command,
    Context,
    Erasure,
    Event,
    Join,
    Kind,
    Letter,
    Signal,
    Tick,
    authorize,
    wire_name,
)
from orbit.core.turn import Recorded
from orbit.core.types import EVERYONE, SYSTEM, Principal, Record, sees, visible
from tests.kit.stories import (
    BOARD,
    HOURS,
    LINKS,
    PEOPLE,
    Story,
    outline,
    shorter,
)
from tests.kit.world import Screen, Viewer, Watched, World, fold

Law = Callable[[Kind[Any], Story], None]


def total(kind: Kind[Any], told: Story) -> None:
    """1. Whatever it is told, it answers or refuses; a refusal leaves no trace."""
    world = World(kind)
    for chapter in told:
        for letter in chapter.letters:
            before = world.codec.encode(world.state)
            turn = world.decide([letter])
            (answer,) = turn.answers
            is_told = isinstance(answer, int | Rejected)
            assert is_told, f"{letter.command} is answered by {answer!r}"
            after = world.codec.encode(world.state)
            assert after == before, "the state is changed in place"
            if isinstance(answer, Rejected):
                assert turn.state == world.state, "a refusal leaves a trace"
                assert not turn.recorded, "a refusal is recorded"
            world.tell([letter])
        for passed in chapter.signals:
            _signal(world, passed.signal, passed.ctx)


def _signal(world: World, signal: Signal, ctx: Context) -> None:
    try:
        authorize(world.kind, world.state, signal, ctx)
    except Rejected:
        return
    audience = world.kind.audience(world.state, signal)
    assert isinstance(audience, Set), f"{signal} is for {audience!r}"


def deterministic(kind: Kind[Any], told: Story) -> None:
    """2. The same letters give the same turn; a batch is its letters one by one."""
    world, again, single = World(kind), World(kind), World(kind)
    for chapter in told:
        turn, entries = world.tell(chapter.letters)
        twin, twins = again.tell(chapter.letters)
        assert (twin.state, twins) == (turn.state, entries), "told again, it differs"
        alone = [single.tell([letter]) for letter in chapter.letters]
        one_by_one = list(chain.from_iterable(entries for _, entries in alone))
        assert one_by_one == entries, "a batch is not its letters one by one"
        assert single.state == turn.state, "a batch leaves another state"
        answers = [answer for one, _ in alone for answer in one.answers]
        same = [_comparable(a) for a in answers] == [*map(_comparable, turn.answers)]
        assert same, "a batch is answered otherwise"


def _comparable(answer: int | Exception) -> object:
    return answer if isinstance(answer, int) else (type(answer), str(answer))


def replay(kind: Kind[Any], told: Story) -> None:
    """3. The journal gives the live state; its seqs are 1, 2, 3, ..."""
    world = World(kind)
    for chapter in told:
        world.tell(chapter.letters)
        seqs = [entry.seq for entry in world.journal]
        assert seqs == list(range(1, len(seqs) + 1)), "the history has gaps"
        events = map(world.codec.event, world.journal)
        state = reduce(kind.apply, events, kind.initial)
        assert state == world.state, "the journal gives another state"


def round_trip(kind: Kind[Any], told: Story) -> None:
    """4. Commands, signals, events, states and changes survive being bytes."""
    world = World(kind)
    for chapter in told:
        for letter in chapter.letters:
            _asked_again(world, letter.command)
        for passed in chapter.signals:
            _asked_again(world, passed.signal)
        turn, entries = world.tell(chapter.letters)
        for record, entry in zip(turn.recorded, entries, strict=True):
            assert world.codec.event(entry) == record.event, (
                "an event is read otherwise"
            )
            _told_alike(record, entry.changes)
        restored = world.codec.restored(world.codec.encode(world.state))
        assert restored == world.state, "a snapshot is read otherwise"
        assert _items(world, restored) == _items(world, world.state), "and shown so"


def _asked_again(world: World, asked: Asked) -> None:
    name = wire_name(type(asked))
    if name in world.kind.asked_by_name:
        again = world.codec.asked(name, world.codec.encode(asked))
        assert again == asked, f"{asked} is read as {again}"
        assert digest(name, again) == digest(name, asked)


def _told_alike(record: Recorded, stored: Sequence[Shown]) -> None:
    """Compare what was changed with what the journal has, and with what is told."""
    told = [shown(change) for change in record.changes]
    assert stored == told, "changes are read otherwise"
    for change in stored:
        wire = msgspec.json.decode(change.wire)
        if change.data is None:
            assert wire == {"drop": [change.type, change.id]}
        else:
            data = msgspec.json.decode(change.data)
            assert wire == {"put": [change.type, change.id, data]}


def _items(world: World, state: Any) -> Screen:
    """Return what is shown to anybody at all."""
    kind, shows = world.kind, list(world.index.values())
    not_public = [put for put in kind.public(state) if put.audience != EVERYONE]
    assert not not_public, f"shown to everyone: {not_public[0]}"
    all_eyes = frozenset[str]().union(*(item.audience for item in shows))
    return {(put.type, put.id): shown(put) for put in kind.view(state, all_eyes)}


def quiet(kind: Kind[Any], told: Story) -> None:
    """9. What is quiet changes nothing public, and the state knows how often it was."""
    world = World(kind)
    for chapter in told:
        for letter in chapter.letters:
            before = _public(world)
            _, entries = world.tell([letter])
            hushed = [entry for entry in entries if entry.type in kind.quieting]
            shown = [one for entry in hushed for one in entry.changes]
            public = [one for one in shown if one.audience == EVERYONE]
            assert not public, f"quiet, and shown to everyone: {public[0]}"
            if len(hushed) == len(entries):
                assert _public(world) == before, "a quiet event is seen by all"
        count = sum(entry.type in kind.quieting for entry in world.journal)
        assert kind.untold(world.state) == count, "quiet events are miscounted"


def _public(world: World) -> object:
    return [shown(put) for put in world.kind.public(world.state)]


def agreement(kind: Kind[Any], told: Story) -> None:
    """5. Each screen, the view and the index show the same; a window may show less."""
    watched = Watched(kind, PEOPLE)
    world = watched.world
    for chapter in told:
        watched.tell(chapter.letters)
        for viewer in watched.viewers:
            if viewer.roles is not None:
                rights = world.roles(viewer.who, chapter.letters[-1].ctx)
                assert rights == viewer.roles, (
                    "rights changed: name the event a regroup"
                )
                _alike(viewer.screen, world.index, viewer.eyes, kind.windowed)
                _alike(world.view(viewer.eyes), world.index, viewer.eyes, kind.windowed)
        undeclared = {type for type, _ in world.index} - kind.shows
        assert not undeclared, f"items that `shows` does not name: {undeclared}"
        view = _items(world, world.state)
        _alike(view, world.index, None, kind.windowed)


def _alike(
    shows: Screen, index: Screen, eyes: Set[str] | None, windowed: Set[str]
) -> None:
    mine = {k: i for k, i in index.items() if eyes is None or sees(eyes, i.audience)}
    wrong = [item for key, item in shows.items() if mine.get(key) != item]
    assert not wrong, f"shown, and not so in the index: {wrong[0]}"
    hidden = {type for type, _ in mine.keys() - shows.keys()} - windowed
    assert not hidden, f"in the index, and not shown: {hidden}"


def secrecy(kind: Kind[Any], told: Story) -> None:
    """6. Nobody is sent an item, its removal or a secret that is not for him."""
    watched = Watched(kind, PEOPLE)
    for chapter in told:
        index = dict(watched.world.index)
        for entry, frames in watched.tell(chapter.letters):
            for viewer, seen in frames:
                _drops_are_known(index, viewer, entry)
                _keeps_secrets(viewer.who, entry.changed(seen))
            fold(index, entry.changes)
        for viewer in watched.viewers:
            for item in viewer.screen.values():
                _keeps_secrets(viewer.who, item.wire)


def _drops_are_known(index: Screen, viewer: Viewer, entry: Entry) -> None:
    for drop in visible(viewer.eyes, entry.changes):
        if drop.data is None:
            item = index.get((drop.type, drop.id))
            known = item is not None and sees(viewer.eyes, item.audience)
            assert known, f"learns of a {drop.type} that was hidden, by its removal"


def _keeps_secrets(who: Principal, wire: bytes) -> None:
    others = [other.id for other in PEOPLE if other.id and other.id != who.id]
    for secret in (*others, *LINKS):
        assert secret.encode() not in wire, f"a secret is told: {wire!r}"


def complete(kind: Kind[Any], _told: Story = ()) -> None:
    """7. What the kind's modules ask and tell is in its table and among its events."""
    homes = {cls.__module__ for cls in (*kind.permissions, *kind.events)}
    names = [name for home in homes for name in vars(sys.modules[home]).values()]
    made = [cls for cls in names if isinstance(cls, type) and issubclass(cls, Record)]
    asked = {cls for cls in made if issubclass(cls, Command | Signal)}
    asked -= {Command, Signal, Join, Tick}
    assert Join in kind.permissions, "nobody is told who may watch"
    missing = asked - kind.permissions.keys()
    assert not missing, f"not in the table: {missing}"
    events = {cls for cls in made if issubclass(cls, Event)} - {Event}
    assert events == set(kind.events), f"events: {events ^ set(kind.events)}"
    assert kind.internal <= kind.permissions.keys(), "internal, and not in the table"
    assert kind.regroups <= events, f"no events: {kind.regroups - events}"
    wire = {wire_name(cls) for cls in (*kind.permissions, *kind.events)}
    count = len(kind.permissions) + len(kind.events)
    assert len(wire) == count, "two classes have one name on the wire"


def deadline(kind: Kind[Any], told: Story) -> None:
    """7. A `Tick` at the deadline ends or moves it, and none is told without one."""
    world = World(kind)
    for chapter in told:
        world.tell(chapter.letters)
        if due := kind.deadline(world.state):
            assert due.tzinfo is not None, "a deadline without a time zone"
            turn = world.decide([Letter(Tick(), Context(SYSTEM, due, "tick"))])
            assert turn.answers == [turn.seq], f"a tick is refused: {turn.answers}"
            after = kind.deadline(turn.state)
            assert after is None or after > due, "a tick does not end its deadline"


def erasure(kind: Kind[Any], told: Story) -> None:
    """8. Who is erased is in no row, and the journal still gives state and index."""
    if kind.erasure is None:
        return
    world = World(kind)
    for chapter in told:
        world.tell(chapter.letters)
    for person in PEOPLE:
        if person.id and world.journal:
            _forget(world, kind.erasure, person)


def _forget(world: World, erasure: Erasure, person: Principal) -> None:
    author, alias = person.id, f"nobody once {person.name}"
    at = HOURS[-1] + timedelta(seconds=world.seq)
    op = op_key(f"erase {world.seq}")  # longer than those of the story
    ctx = Context(person, at, command_id(BOARD, author, op))
    turn, _ = world.tell([Letter(erasure.command(), ctx, op)])
    if isinstance(turn.answers[0], Exception):
        return  # nothing has ever happened on this board
    version = world.kind.event_version
    redactor = Redactor(world.codec, erasure, author, alias, version)
    before = world.journal
    world.journal = [redactor.redacted(entry) or entry for entry in before]
    for was, now in zip(before, world.journal, strict=True):
        kept = (was.seq, was.op, was.ix, was.at)
        assert (now.seq, now.op, now.ix, now.at) == kept, "a row has moved"
        assert author not in repr(now), f"the author is named: {now}"
        assert now.who != alias or not now.digest, "a digest tells what was asked"
    assert author not in repr((world.state, world.index)), "he is not forgotten"
    events = map(world.codec.event, world.journal)
    state = reduce(world.kind.apply, events, world.kind.initial)
    assert state == world.state, "what is left gives another state"
    index: Screen = {}
    for entry in world.journal:
        fold(index, entry.changes)
    assert index == world.index, "what is left gives another index"
    again = Redactor(world.codec, erasure, author, "somebody", version)
    assert not any(map(again.redacted, world.journal)), "told again, more has to go"


def blank_entry(type: str, version: int, data: bytes) -> Entry:
    """Return a row of the journal of which only the event matters."""
    return Entry(1, type, version, data, [], "", b"", 0, b"", "2030-01-01T00:00:00Z")


LAWS: Sequence[Law] = (
    total,
    deterministic,
    replay,
    round_trip,
    agreement,
    secrecy,
    complete,
    deadline,
    erasure,
    quiet,
)


def hold(law: Law, kind: Kind[Any], stories: Iterable[Story]) -> None:
    """Hold a kind to a law in one story after another.

    Raises:
        AssertionError: what is wrong, and the shortest story in which it is.
    """
    for n, told in enumerate(stories):
        if wrong := _broken_by(law, kind, told):
            least, wrong = _shortened(law, kind, told, wrong)
            raise AssertionError(f"{wrong}\nstory {n}, shortened:\n{outline(least)}")


def _broken_by(law: Law, kind: Kind[Any], told: Story) -> str:
    try:
        law(kind, told)
    except AssertionError as error:
        return str(error)
    return ""


def _shortened(law: Law, kind: Kind[Any], told: Story, wrong: str) -> tuple[Story, str]:
    """Leave out whatever the law is broken without."""
    for less in shorter(told):
        if still := _broken_by(law, kind, less):
            return _shortened(law, kind, less, still)
    return told, wrong
