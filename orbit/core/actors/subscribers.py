"""Who watches a board, and how each is told.

Delivery never waits.  What is published in one turn of the loop goes out together:
encoded once for all who see the same, written once to each.  Who cannot keep up gets
nothing until it has drained; then the actor brings it up to date from its seq.  A crowd
is served in slices, so that it costs its neighbours little.

    publish ──> pending ──flush, once a loop turn──> batch ──slices──> outlets
"""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from typing import Any, Protocol

from msgspec import Struct

from orbit.core.actors.presence import Presence
from orbit.core.actors.projection import Projection, project
from orbit.core.codec import Entry
from orbit.core.errors import OrbitError
from orbit.core.types import BoardId, Principal, sight

SLICE = 50  # writes per loop turn, 0.3 ms: a neighbour's command takes ten turns
SLICE_BYTES = 256 << 10  # so much, and the rest of what is begun; a copy is not free
SLICE_CHANGES = 250  # are encoded in one, 0.7 ms: thousands of notes are revealed
CROWD = 250  # so many take long to be told, and are left alone for a while after it
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
    is_hushed: bool = False  # seqs are not those of the journal: there are quiet events


class Outlet(Protocol):
    """A connection, as the fan-out sees it."""

    @property
    def paused(self) -> bool:
        """Whether it has enough to send for now."""

    @property
    def write(self) -> Callable[[bytes], None]:
        """Send what a `Wire` has framed; never waits."""


class Crowd(Protocol):
    """Outlets that can be written to together, each at its place in a sequence."""

    def copy(self) -> "Crowd":
        """Return one that can be changed by itself."""

    def skip(self, at: int) -> None:
        """Never write to the outlet at `at`."""

    def write(self, frame: bytes, start: int, stop: int) -> Sequence[int]:
        """Write to those from `start` to `stop`; return the places left out.

        Left out is who was skipped, paused, or must be looked at for another reason.
        """


class Wire(Protocol):
    """How one transport carries messages.  Compared by identity."""

    def frame(self, text: bytes) -> bytes:
        """Return newline-joined messages as they go over it."""

    def crowd(self, outlets: Sequence[Any]) -> Crowd | None:
        """Return a way to write to all of its outlets together, if there is one."""


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


NEVER = 1 << 62  # the `since` of one who is told nothing
NOTHING = -1  # the `behind` of one for whom only a view will do


class _Section:
    """The members whose connections are of one wire."""

    __slots__ = ("_places", "crowd", "members", "wire")

    def __init__(self, wire: Wire, members: Sequence[Subscriber]) -> None:
        self.wire, self.members = wire, members
        self.crowd = wire.crowd([member.outlet for member in members])
        self._places: dict[Subscriber, int] | None = None

    def place(self, subscriber: Subscriber) -> int | None:
        """Return where it is among the members, if it is."""
        if self._places is None:
            self._places = {member: at for at, member in enumerate(self.members)}
        return self._places.get(subscriber)


def _sections(subscribers: Iterable[Subscriber]) -> Sequence[_Section]:
    """Return those who are told what comes, by wire."""
    by_wire: defaultdict[Wire, list[Subscriber]] = defaultdict(list)
    for subscriber in subscribers:
        if subscriber.since != NEVER:
            by_wire[subscriber.wire].append(subscriber)
    return [_Section(wire, members) for wire, members in by_wire.items()]


class _Batch:
    """What goes out together to those who were there when it was published."""

    __slots__ = (
        "_alone",
        "_at",
        "_count",
        "_crowds",
        "_first",
        "_frames",
        "_last",
        "_special",
        "_text",
        "_to",
    )

    def __init__(
        self,
        seqs: tuple[int, int],
        text: bytes,
        special: Mapping[Subscriber, Callable[[], bytes]],
        to: Sequence[_Section],
    ) -> None:
        """`seqs` are the first and the last in it; `special` has who gets another text.

        So does everybody who has some of it already.  It is made when he is written to.
        """
        (self._first, self._last), self._text = seqs, text
        self._special, self._to = special, deque(to)
        self._crowds = deque(one.crowd.copy() if one.crowd else None for one in to)
        self._frames: dict[Wire, bytes] = {}
        self._at = 0  # of the first section, the next to be written to
        self._alone: deque[Subscriber] = deque()  # of a slice, yet to be looked at
        is_short = len(text) * SLICE <= SLICE_BYTES
        self._count = SLICE if is_short else SLICE_BYTES // len(text) or 1
        for subscriber in special:
            self.skip(subscriber)

    def skip(self, subscriber: Subscriber) -> None:
        """Look at it by itself, if it has not been served yet."""
        for section, crowd in zip(self._to, self._crowds, strict=True):
            if crowd and subscriber.wire is section.wire:
                at = section.place(subscriber)
                if at is not None:
                    crowd.skip(at)

    def write(self) -> Sequence[Subscriber]:
        """Write to the next few members; return who of them lags from now on."""
        if not self._alone:
            self._write_together()
        lag, left, last = [], SLICE_BYTES, self._last
        while self._alone and left > 0:
            subscriber = self._alone.popleft()
            if subscriber.since >= last:
                continue
            written = self._write_to(subscriber)
            if written is None:
                lag.append(subscriber)
            else:
                left -= written
        return lag

    def _write_together(self) -> None:
        """Write to a few with one call, if they can be; the others come next."""
        section, crowd, members = self._to[0], self._crowds[0], self._to[0].members
        start, stop = self._at, min(self._at + self._count, len(members))
        alone: Iterable[int] = range(start, stop)
        if crowd:
            alone = crowd.write(self._frame(section.wire), start, stop)
        self._alone.extend(map(members.__getitem__, alone))
        self._at = stop
        if stop == len(members):
            self._to.popleft()
            self._crowds.popleft()
            self._at = 0

    @property
    def is_over(self) -> bool:
        """Whether all have been served."""
        return not self._to and not self._alone

    def _frame(self, wire: Wire) -> bytes:
        """Return what most get, framed once for each transport."""
        if wire not in self._frames:
            self._frames[wire] = wire.frame(self._text)
        return self._frames[wire]

    def _write_to(self, subscriber: Subscriber) -> int | None:
        """Write to one, and tell how much that was that it alone gets.

        None: it cannot keep up, and lags from here on.
        """
        outlet = subscriber.outlet
        if outlet.paused:
            subscriber.behind = max(self._first - 1, subscriber.since)
            subscriber.since = NEVER
            return None
        if subscriber in self._special:
            if text := self._special[subscriber]():
                outlet.write(subscriber.wire.frame(text))
            return len(text)
        write = outlet.write  # an attribute, not a method: cheaper in two steps
        write(self._frame(subscriber.wire))
        return 0


class Subscribers:
    """The subscribers of one board."""

    __slots__ = (
        "_batch",
        "_began",
        "_begin",
        "_by_id",
        "_by_role",
        "_entries",
        "_head",
        "_late",
        "_loop",
        "_members",
        "_notes",
        "_present",
        "_rested_at",
        "_scheduled",
        "presence",
    )

    def __init__(self, board: BoardId, loop: Loop) -> None:
        self._begin = b'{"type":"changed","board":"%b",' % board.encode()
        self._loop = loop
        self._members: dict[Subscriber, None] = {}
        self._present: Sequence[_Section] | None = None  # who is told what comes
        self._by_id: dict[str, list[Subscriber]] = {}  # without guests
        self.presence = Presence()
        self._by_role: dict[str, set[Subscriber]] = {}
        self._entries: list[Projection] = []
        self._notes: dict[tuple[str, str], bytes] = {}  # by sender and name: last wins
        self._late: dict[Subscriber, None] = {}  # who has joined since: has some of it
        self._batch: _Batch | None = None  # on its way
        self._head = 0
        self._scheduled = False
        self._began = self._rested_at = 0.0  # the last flush; when the next may begin

    def __len__(self) -> int:
        return len(self._members)

    def __iter__(self) -> Iterator[Subscriber]:
        return iter(list(self._members))

    def add(self, subscriber: Subscriber, seq: int) -> None:
        """Tell it what comes after `seq`, the head; it has all before.

        What is pending still goes out together: a join costs the others no write.
        """
        self._single_out(subscriber)
        if self._entries:
            self._late[subscriber] = None
        self._head = seq
        subscriber.since, subscriber.behind = seq, None
        if subscriber not in self._members:
            self._members[subscriber] = None
            self._arrive(subscriber, subscriber.who.id)
            for role in subscriber.roles:
                self._by_role.setdefault(role, set()).add(subscriber)

    def is_level(self, subscriber: Subscriber) -> bool:
        """Tell whether it is told what comes: it is here, and does not lag."""
        return subscriber in self._members and subscriber.since != NEVER

    def hold(self, subscriber: Subscriber) -> None:
        """Tell it nothing until it has drained; then what it has is worth nothing."""
        subscriber.behind, subscriber.since = NOTHING, NEVER
        self._single_out(subscriber)

    def _single_out(self, subscriber: Subscriber) -> None:
        """Look at what it has before it is told more of what was published."""
        self._present = None
        if self._batch:
            self._batch.skip(subscriber)

    def remove(self, subscriber: Subscriber) -> None:
        """Tell it nothing more.  Does nothing if it is not here."""
        if subscriber not in self._members:
            return
        del self._members[subscriber]
        subscriber.since = NEVER
        self._single_out(subscriber)
        for role in subscriber.roles:
            self._by_role[role].discard(subscriber)
        self._leave(subscriber, subscriber.who.id)

    def _arrive(self, subscriber: Subscriber, id: str) -> None:
        same = self._by_id.setdefault(id, []) if id else []
        same.append(subscriber)
        if len(same) == 1:
            self.presence.arrive(id)

    def _leave(self, subscriber: Subscriber, id: str) -> None:
        if id:
            same = self._by_id[id]
            same.remove(subscriber)
            if same:
                return
            del self._by_id[id]
        self.presence.leave(id)

    def publish(self, entries: Sequence[Entry]) -> None:
        """Tell every member the seqs, even if it may see nothing: a gap is a loss."""
        self._head = entries[-1].seq
        if self._members:
            self._entries += map(project, entries)
            self._schedule()

    def pass_on(self, sender: str, name: str, message: bytes) -> None:
        """Tell all but the sender, at most once; the last of each name wins."""
        if self._members:
            self._notes[sender, name] = message
            self._schedule()

    def _schedule(self) -> None:
        if self._scheduled:
            return
        self._scheduled = True
        wait = 0.0 if self._batch else self._rested_at - self._loop.time()
        if wait > 0:
            self._loop.call_later(wait, self._flush)
        else:
            self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        """Write one slice; what was published during the slices goes out after them."""
        self._scheduled = False
        if not self._batch and self._is_prepared():
            self._batch = self._sealed()
            self._began = self._loop.time()
        if self._batch:
            self._write_slice(self._batch)
        if self._batch or self._entries or self._notes:
            self._schedule()

    def _write_slice(self, batch: _Batch) -> None:
        for subscriber in () if batch.is_over else batch.write():
            self._single_out(subscriber)
        if batch.is_over:
            self._batch = None
            self._rest()

    def _rest(self) -> None:
        """Let a crowd be for as long as it took to tell it, within a bound.

        What is committed meanwhile goes out with one write to each: half the writes
        of a busy board, and nothing for one that is told less often.
        """
        if len(self._members) > CROWD:
            now = self._loop.time()
            self._rested_at = now + min(now - self._began, REST_S)

    def _is_prepared(self) -> bool:
        """Encode some of what is pending; tell whether all of it is."""
        left = SLICE_CHANGES
        for one in self._entries:
            if one.left:
                left -= one.prepare(left)
                if one.left:
                    return False
        return True

    def _sealed(self) -> _Batch | None:
        """Make what is pending a batch for those who are here now."""
        if not self._entries and not self._notes:
            return None
        entries, self._entries = self._entries, []
        notes, self._notes = self._notes, {}
        if self._present is None:
            self._present = _sections(self._members)
        common = [one.told(self._begin) for one in entries]
        first = last = self._head + 1  # of notes alone: after all that anybody has
        if entries:
            first, last = entries[0].entry.seq, entries[-1].entry.seq
        batch = _Batch(
            (first, last),
            b"\n".join([*common, *notes.values()]),
            self._special(entries, common, notes),
            self._present,
        )
        self._late = {}
        return batch

    def _special(
        self,
        entries: Sequence[Projection],
        common: Sequence[bytes],
        notes: Mapping[tuple[str, str], bytes],
    ) -> Mapping[Subscriber, Callable[[], bytes]]:
        """Return what those get who see more, have some of it, or sent a note."""
        own: dict[Subscriber, list[int]] = {one: [] for one in self._late}
        for at, entry in enumerate(entries):
            if readers := entry.readers():
                for subscriber in self.insiders(readers):
                    own.setdefault(subscriber, []).append(at)
        for sender, _ in notes:
            for subscriber in self._by_id.get(sender, ()):
                own.setdefault(subscriber, [])
        return {
            subscriber: self._own(subscriber, inside, entries, common, notes)
            for subscriber, inside in own.items()
        }

    def _own(
        self,
        subscriber: Subscriber,
        inside: Sequence[int],
        entries: Sequence[Projection],
        common: Sequence[bytes],
        notes: Mapping[tuple[str, str], bytes],
    ) -> Callable[[], bytes]:
        """Return what makes the text for one who sees more of those `inside`.

        Thousands of notes are revealed to hundreds, each in a text of his own: it is
        made when its turn has come.  What he may see is settled now.
        """
        mine, start = sight(subscriber.who, subscriber.roles), 0
        if subscriber in self._late:
            start = sum(one.entry.seq <= subscriber.since for one in entries)
        id = subscriber.who.id
        heard = [n for (sender, _), n in notes.items() if not sender or sender != id]

        def text() -> bytes:
            texts = list(common)
            for at in inside:
                texts[at] = entries[at].told(self._begin, mine)
            return b"\n".join([*texts[start:], *heard])

        return text

    def insiders(self, readers: Iterable[str]) -> Set[Subscriber]:
        """Return who is here of those who hold one of these ids and roles."""
        inside: set[Subscriber] = set()
        for id_or_role in readers:
            inside.update(self._by_id.get(id_or_role, ()))
            inside.update(self._by_role.get(id_or_role, ()))
        return inside
