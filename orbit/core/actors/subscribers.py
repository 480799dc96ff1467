"""Who watches a board, and how each is told.

Delivery never waits.  What is published in one turn of the loop goes out together:
encoded once for all who see the same, written once to each.  Who cannot keep up gets
nothing until it has drained; then the actor brings it up to date from its seq.  A crowd
is served in slices, so that it costs its neighbours little.

    publish ──> pending ──flush, once a loop turn──> batches ──slices──> outlets
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from typing import Any, Protocol

from msgspec import Struct

from orbit.core.codec import Entry, Shown
from orbit.core.errors import OrbitError
from orbit.core.types import EVERYONE, BoardId, Principal, sight, visible

SLICE = 50  # writes per loop turn, 0.3 ms: a neighbour's command takes ten turns
CROWD = 250  # so many take long to be told, and are left alone for a while after it
Wire = Callable[[bytes], bytes]  # frames newline-joined messages for one transport
REST_S = 0.1  # at most, between two flushes to a crowd


class Loop(Protocol):
    """What the fan-out uses of the event loop."""

    def time(self) -> float: ...

    def call_soon(self, act: Callable[[], None], /) -> Any: ...

    def call_later(self, delay_s: float, act: Callable[[], None], /) -> Any: ...


class Joined(Struct, frozen=True):
    """A view at `seq`, whole (`items`) or as what came after the seq the viewer had."""

    board: BoardId
    kind: str
    log_id: str
    seq: int
    roles: Sequence[str]
    may: Sequence[str]
    here: int
    items: bytes | None  # a JSON array of [type, id, data]
    changes: bytes = b"[]"  # a JSON array of {seq, at, event, changes}


class Outlet(Protocol):
    """A connection, as the fan-out sees it."""

    @property
    def paused(self) -> bool:
        """Whether it has enough to send for now."""

    @property
    def write(self) -> Callable[[bytes], None]:
        """Send what a `Wire` has framed; never waits."""


class Subscriber:
    """One connection that watches one board.

    It is told what comes after `since`; when it lags, `behind` is the last seq it has.
    """

    __slots__ = (
        "behind",
        "has_left",
        "outlet",
        "roles",
        "since",
        "told",
        "who",
        "wire",
    )

    def __init__(
        self,
        outlet: Outlet,
        wire: Wire,
        who: Principal,
        told: Callable[["Subscriber", "Joined | OrbitError"], None],
    ) -> None:
        """`told` is called with a new view unasked, or with why there is none."""
        self.outlet, self.wire, self.who, self.told = outlet, wire, who, told
        self.roles: Set[str] = frozenset()
        self.since = 0
        self.has_left = False
        self.behind: int | None = None

    def seen(self, entry: Entry) -> list[Shown]:
        """Return the changes of an event that it may see."""
        return visible(sight(self.who, self.roles), entry.changes)


NEVER = 1 << 62  # the `since` of one who is told nothing


class _Batch:
    """What goes out together to those who were there when it was published."""

    __slots__ = ("at", "first", "frames", "members", "special", "text")

    def __init__(
        self,
        first: int,
        text: bytes,
        special: Mapping[Subscriber, bytes],
        members: Sequence[Subscriber],
    ) -> None:
        self.first, self.text = first, text  # the first seq in it
        self.special, self.members = special, members
        self.frames: dict[Wire, bytes] = {}
        self.at = 0  # of the members, the next to be written to

    def frame(self, wire: Wire) -> bytes:
        """Return what most get, framed once for each transport."""
        if wire not in self.frames:
            self.frames[wire] = wire(self.text)
        return self.frames[wire]

    def write(self, count: int) -> bool:
        """Write to the next `count` members; return whether all have been served."""
        stop = self.at + count
        first, special, wire, frame = self.first, self.special, None, b""
        for subscriber in self.members[self.at : stop]:
            if subscriber.since >= first:
                continue  # joined later, left, or lags
            outlet = subscriber.outlet
            if outlet.paused:
                subscriber.behind, subscriber.since = first - 1, NEVER
            elif special and subscriber in special:
                if text := special[subscriber]:
                    outlet.write(subscriber.wire(text))
            else:
                if subscriber.wire is not wire:
                    wire = subscriber.wire
                    frame = self.frame(wire)
                write = outlet.write  # an attribute, not a method: cheaper in two steps
                write(frame)
        self.at = stop
        return stop >= len(self.members)


class Subscribers:
    """The subscribers of one board."""

    __slots__ = (
        "_batches",
        "_began",
        "_board",
        "_by_id",
        "_by_role",
        "_entries",
        "_head",
        "_loop",
        "_members",
        "_notes",
        "_present",
        "_rested_at",
        "_scheduled",
    )

    def __init__(self, board: BoardId, loop: Loop) -> None:
        self._board = board.encode()
        self._loop = loop
        self._members: dict[Subscriber, None] = {}
        self._present: Sequence[Subscriber] | None = None  # the members, frozen
        self._by_id: dict[str, list[Subscriber]] = {}
        self._by_role: dict[str, set[Subscriber]] = {}
        self._entries: list[Entry] = []
        self._notes: dict[tuple[str, str], bytes] = {}  # by sender and name: last wins
        self._batches: deque[_Batch] = deque()
        self._head = 0
        self._scheduled = False
        self._began = self._rested_at = 0.0  # the last flush; when the next may begin

    def __len__(self) -> int:
        return len(self._members)

    def __iter__(self) -> Iterator[Subscriber]:
        return iter(list(self._members))

    def here(self) -> int:
        """Return how many people are here: the tabs of one count once, guests each."""
        guests = len(self._by_id.get("", ()))
        return len(self._by_id) + max(guests - 1, 0)

    def add(self, subscriber: Subscriber, seq: int) -> None:
        """Tell it what comes after `seq`, the head; it has all before."""
        self._seal()
        self._head = seq
        subscriber.since, subscriber.behind = seq, None
        if subscriber not in self._members:
            self._members[subscriber] = None
            self._present = None
            self._by_id.setdefault(subscriber.who.id, []).append(subscriber)
            for role in subscriber.roles:
                self._by_role.setdefault(role, set()).add(subscriber)

    def is_level(self, subscriber: Subscriber) -> bool:
        """Tell whether it is told what comes: it is here, and does not lag."""
        return subscriber in self._members and subscriber.since != NEVER

    def hold(self, subscriber: Subscriber) -> None:
        """Tell it nothing until it has drained; then what it has is worth nothing."""
        subscriber.behind, subscriber.since = 0, NEVER

    def remove(self, subscriber: Subscriber) -> None:
        """Tell it nothing more.  Does nothing if it is not here."""
        if subscriber not in self._members:
            return
        del self._members[subscriber]
        self._present = None
        subscriber.since = NEVER
        for role in subscriber.roles:
            self._by_role[role].discard(subscriber)
        same = self._by_id[subscriber.who.id]
        same.remove(subscriber)
        if not same:
            del self._by_id[subscriber.who.id]

    def publish(self, entries: Sequence[Entry]) -> None:
        """Tell every member the seqs, even if it may see nothing: a gap is a loss."""
        self._head = entries[-1].seq
        if self._members:
            self._entries += entries
            self._schedule()

    def pass_on(self, sender: str, name: str, message: bytes) -> None:
        """Tell all but the sender, at most once; the last of each name wins."""
        if self._members:
            self._notes[sender, name] = message
            self._schedule()

    def message(self, entry: Entry, seen: Sequence[Shown]) -> bytes:
        """Return the message by which those who see `seen` learn of an event."""
        return b'{"type":"changed","board":"%b",%b' % (self._board, entry.changed(seen))

    def _schedule(self) -> None:
        if self._scheduled:
            return
        self._scheduled = True
        wait = 0.0 if self._batches else self._rested_at - self._loop.time()
        if wait > 0:
            self._loop.call_later(wait, self._flush)
        else:
            self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        """Write one slice; what was published during the slices goes out after them."""
        self._scheduled = False
        if not self._batches:
            self._seal()
            self._began = self._loop.time()
        if self._batches and self._batches[0].write(SLICE):
            self._batches.popleft()
            self._rest()
        if self._batches or self._entries or self._notes:
            self._schedule()

    def _rest(self) -> None:
        """Let a crowd be for as long as it took to tell it, within a bound.

        What is committed meanwhile goes out with one write to each: half the writes
        of a busy board, and nothing for one that is told less often.
        """
        if len(self._members) > CROWD:
            now = self._loop.time()
            self._rested_at = now + min(now - self._began, REST_S)

    def _seal(self) -> None:
        """Make what is pending a batch for those who are here now; a flush is due."""
        if not self._entries and not self._notes:
            return
        entries, self._entries = self._entries, []
        notes, self._notes = self._notes, {}
        if self._present is None:
            self._present = tuple(self._members)
        common = [self.message(entry, _public(entry)) for entry in entries]
        self._batches.append(
            _Batch(
                entries[0].seq if entries else self._head + 1,
                b"\n".join([*common, *notes.values()]),
                self._special(entries, common, notes),
                self._present,
            )
        )

    def _special(
        self,
        entries: Sequence[Entry],
        common: Sequence[bytes],
        notes: Mapping[tuple[str, str], bytes],
    ) -> Mapping[Subscriber, bytes]:
        """Return what those get who see more than everyone, or who sent a note."""
        own: dict[Subscriber, list[bytes]] = {}
        for at, entry in enumerate(entries):
            for subscriber in self._insiders(entry):
                texts = own.setdefault(subscriber, list(common))
                texts[at] = self.message(entry, subscriber.seen(entry))
        for sender, _ in notes:
            for subscriber in self._by_id.get(sender, ()) if sender else ():
                own.setdefault(subscriber, list(common))
        for subscriber, texts in own.items():
            texts += [n for (s, _), n in notes.items() if s != subscriber.who.id]
        return {subscriber: b"\n".join(texts) for subscriber, texts in own.items()}

    def _insiders(self, entry: Entry) -> Set[Subscriber]:
        """Return who sees changes of this entry that not everyone sees."""
        inside: set[Subscriber] = set()
        for change in entry.changes:
            if change.audience != EVERYONE:
                for id_or_role in change.audience:
                    inside.update(self._by_id.get(id_or_role, ()))
                    inside.update(self._by_role.get(id_or_role, ()))
        return inside


def _public(entry: Entry) -> list[Shown]:
    return [change for change in entry.changes if change.audience == EVERYONE]
