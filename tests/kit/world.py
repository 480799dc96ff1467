"""A board, its journal, its index and its viewers: the runtime's order without a loop.

Everything is kept as bytes, as a store keeps it, and read again where it is needed.
"""

from collections.abc import Iterable, Sequence, Set
from typing import Any

from msgspec.structs import replace

from orbit.core.codec import (
    Codec,
    Entry,
    Shown,
    shown,
    store_changes,
    stored_changes,
    to_mapping,
)
from orbit.core.errors import Rejected
from orbit.core.kind import Context, Join, Kind, Letter, Role, authorize, wire_name
from orbit.core.turn import Turn, needed, take_turn
from orbit.core.types import Items, Key, Principal, Put, sight, visible

Screen = dict[Key, Shown]


class World:
    """What there is of one board after each turn."""

    def __init__(self, kind: Kind[Any]) -> None:
        self.kind, self.codec = kind, Codec(kind)
        self.state: Any = kind.initial
        self.journal: list[Entry] = []
        self.index: Screen = {}
        self.ever: dict[str, list[str]] = {}  # ids that were ever in the index, by type

    @property
    def seq(self) -> int:
        return len(self.journal)

    def items(self, letters: Iterable[Letter]) -> Items:
        """Return the items that `letters` need, as the index has them."""
        keys = needed(self.kind, letters) & self.index.keys()
        return {key: _put(self.index[key]) for key in keys}

    def decide(self, letters: Sequence[Letter]) -> Turn:
        """Return what `letters` would come to; nothing is changed."""
        return take_turn(self.kind, self.state, self.seq, letters, self.items(letters))

    def tell(self, letters: Sequence[Letter]) -> tuple[Turn, Sequence[Entry]]:
        """Decide and commit; return the turn and what the journal has of it."""
        turn = self.decide(letters)
        is_coarse = self.kind.guarded(turn.state)
        records = turn.recorded
        entries = [_stored(self.codec.entry(one, is_coarse)) for one in records]
        for entry in entries:
            fold(self.index, entry.changes)
            for change in entry.changes:
                ids = self.ever.setdefault(change.type, [])
                if change.id not in ids:
                    ids.append(change.id)
        self.state = turn.state
        self.journal += entries
        return turn, entries

    def roles(self, who: Principal, at: Context) -> Set[Role] | None:
        """Return what somebody is who watches, or None if he may not."""
        ctx = replace(at, who=who, id="")
        try:
            return frozenset(authorize(self.kind, self.state, Join(), ctx))
        except Rejected:
            return None

    def view(self, eyes: Set[str]) -> Screen:
        """Return what one who joins now is given."""
        puts = [shown(put) for put in self.kind.view(self.state, eyes)]
        return {(put.type, put.id): put for put in visible(eyes, puts)}


def _stored(entry: Entry) -> Entry:
    return replace(entry, changes=stored_changes(store_changes(entry.changes)))


def _put(item: Shown) -> Put:
    return Put(item.type, item.id, to_mapping(item.data or b"{}"), item.audience)


def fold(screen: Screen, changes: Iterable[Shown]) -> None:
    """The reducer of `types.fold`, on what has been encoded."""
    for change in changes:
        screen.pop((change.type, change.id), None)
        if change.data is not None:
            screen[change.type, change.id] = change


class Viewer:
    """Somebody who watches whenever he may, and what is on his screen."""

    def __init__(self, who: Principal) -> None:
        self.who = who
        self.roles: Set[Role] | None = None
        self.screen: Screen = {}

    @property
    def eyes(self) -> Set[str]:
        """The ids and roles that he sees by."""
        return sight(self.who, self.roles or frozenset())

    def look(self, world: World, at: Context) -> None:
        """Join if he may and has not; look at his rights anew if he has."""
        roles = world.roles(self.who, at)
        if roles != self.roles:
            self.roles = roles
            self.screen = world.view(self.eyes) if roles is not None else {}


class Watched:
    """A board and all who watch it: each is told as the runtime tells him."""

    def __init__(self, kind: Kind[Any], people: Iterable[Principal]) -> None:
        self.world = World(kind)
        self.viewers = [Viewer(who) for who in people]
        self._regrouping = {wire_name(cls) for cls in kind.regroups}
        self._quiet = kind.quieting

    def tell(
        self, letters: Sequence[Letter]
    ) -> list[tuple[Entry, list[tuple[Viewer, list[Shown]]]]]:
        """Commit a batch and bring the screens up to date; return what each was sent.

        Whose rights a batch has changed is sent none of it: he gets a view, or nothing.
        Of a quiet event nobody is sent anything, and whoever sees a change a view.
        """
        at = letters[0].ctx
        for viewer in self.viewers:
            if viewer.roles is None:
                viewer.look(self.world, at)
        _, entries = self.world.tell(letters)
        told = [viewer for viewer in self.viewers if viewer.roles is not None]
        if any(entry.type in self._regrouping for entry in entries):
            told = [v for v in told if self.world.roles(v.who, at) == v.roles]
            for viewer in set(self.viewers) - set(told):
                viewer.look(self.world, at)
        sent = []
        anew = {
            viewer
            for viewer in told
            for entry in entries
            if entry.type in self._quiet and visible(viewer.eyes, entry.changes)
        }
        for entry in entries:
            hear = [] if entry.type in self._quiet else told
            frames = [(viewer, visible(viewer.eyes, entry.changes)) for viewer in hear]
            for viewer, seen in frames:
                fold(viewer.screen, seen)
            sent.append((entry, frames))
        for viewer in anew:
            viewer.screen = self.world.view(viewer.eyes)
        return sent
