"""An event, as each of those who watch sees it.

Thousands of changes are encoded once, in portions, for that takes long: what everyone
sees stands in one text; where something else belongs in it, and whose that is, is kept
beside.  So they cost a viewer what he alone sees, and a copy.  It never knows who
watches.
"""

from collections.abc import Iterable, Iterator, Sequence, Set
from typing import ClassVar, Protocol

from msgspec import Struct

from orbit.core.codec import Entry
from orbit.core.types import EVERYONE, Audience

SHORT = 64  # changes
NOBODY: Set[str] = frozenset()


def readers(entry: Entry) -> Set[str]:
    """Return the ids and roles that see more of an event than everyone does."""
    found: set[str] = set()
    for change in entry.changes:
        if change.audience != EVERYONE:
            found |= change.audience
    return found


class Projection(Protocol):
    """An event of the journal, for all viewers."""

    @property
    def entry(self) -> Entry:
        """The event."""

    @property
    def left(self) -> int:
        """How many changes are yet to be prepared; `told` wants none."""

    def prepare(self, most: int) -> int:
        """Encode the next changes, at most so many; return how many it were."""

    def readers(self) -> Iterable[str]:
        """Return the ids and roles that see more than everyone does."""

    def told(self, begin: bytes, sight: Set[str] = NOBODY) -> bytes:
        """Return the event as whoever holds these ids and roles sees it: JSON.

        `begin` stands before its first member.
        """


def project(entry: Entry) -> Projection:
    """Return an event for all viewers, by the way that is cheaper for so many."""
    return _Short(entry) if len(entry.changes) <= SHORT else _Long(entry)


class _Short(Struct, frozen=True, gc=False):
    """Of a few changes: whoever sees more has them looked through."""

    entry: Entry
    left: ClassVar[int] = 0

    def prepare(self, _most: int) -> int:
        return 0

    def readers(self) -> Iterable[str]:
        return readers(self.entry)

    def told(self, begin: bytes, sight: Set[str] = NOBODY) -> bytes:
        wires = [
            change.wire
            for change in self.entry.changes
            if change.audience == EVERYONE or not sight.isdisjoint(change.audience)
        ]
        return b"%b%b%b]}" % (begin, self.entry.lead, b",".join(wires))


class _Long:
    """Of thousands: who sees what of it has been written down."""

    __slots__ = ("_apart", "_by_reader", "_public", "_size", "entry", "left")

    def __init__(self, entry: Entry) -> None:
        self.entry, self.left = entry, len(entry.changes)
        self._public: list[bytes] = []  # each change with a comma before it
        self._size = 0  # of them all
        self._apart: list[tuple[int, bytes]] = []  # where among them, and what
        self._by_reader: dict[str, list[int]] = {}  # places in `_apart`, ascending

    def prepare(self, most: int) -> int:
        start, count = len(self.entry.changes) - self.left, min(most, self.left)
        public: list[bytes] = []
        for change in self.entry.changes[start : start + count]:
            wire = b"," + change.wire
            if change.audience == EVERYONE:
                public.append(wire)
                self._size += len(wire)
            else:
                self._set_apart(change.audience, wire)
        self._public.append(b"".join(public))
        self.left -= count
        return count

    def _set_apart(self, audience: Audience, wire: bytes) -> None:
        for reader in audience:
            self._by_reader.setdefault(reader, []).append(len(self._apart))
        self._apart.append((self._size, wire))

    def readers(self) -> Iterable[str]:
        return self._by_reader

    def told(self, begin: bytes, sight: Set[str] = NOBODY) -> bytes:
        mine = [self._by_reader[one] for one in sight if one in self._by_reader]
        places = mine[0] if len(mine) == 1 else sorted(set[int]().union(*mine))
        changes = [*self._woven(places)]
        changes[:1] = [first[1:] for first in changes[:1]]  # its comma; no copy
        return b"".join([begin, self.entry.lead, *changes, b"]}"])

    def _woven(self, places: Sequence[int]) -> Iterator[memoryview]:
        """Give what everyone sees, with what stands at these places in between."""
        self._public = [b"".join(self._public)]
        rest, last = memoryview(self._public[0]), 0
        for place in places:
            at, wire = self._apart[place]
            if at > last:
                yield rest[last:at]
            yield memoryview(wire)
            last = at
        if self._size > last:
            yield rest[last:]
