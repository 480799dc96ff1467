"""What a live board remembers of its journal: enough for most resumes and repeats."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence

from orbit.core.codec import Entry
from orbit.core.ports import Op, Told

MAX_EVENTS = 1_000
MAX_BYTES = 1 << 20


class Memory:
    """The last events of a board, and which commands they came from."""

    __slots__ = ("_bytes", "_entries", "_max_events", "_told")

    def __init__(self, max_events: int = MAX_EVENTS) -> None:
        self._max_events = max_events
        self._entries: deque[Entry] = deque()
        self._told: dict[Op, Entry] | None = None  # who only follows is not asked
        self._bytes = 0

    def keep(self, entries: Sequence[Entry]) -> None:
        """Remember what has been committed; forget the oldest beyond the bounds."""
        self._bytes += sum(map(_size, entries))
        self._entries.extend(entries)
        if self._told is not None:
            self._told.update(_by_op(entries))
        self._forget(self._max_events, MAX_BYTES)

    def shrink(self) -> None:
        """Keep an eighth of what there is room for."""
        self._forget(self._max_events // 8, MAX_BYTES // 8)

    def _forget(self, max_events: int, max_bytes: int) -> None:
        while len(self._entries) > max_events or self._bytes > max_bytes:
            oldest = self._entries.popleft()
            self._bytes -= _size(oldest)
            if self._told and self._told.get((oldest.who, oldest.op)) is oldest:
                del self._told[oldest.who, oldest.op]

    def replace(self, entries: Sequence[Entry]) -> None:
        """Forget what these entries were, for what they are now."""
        new = {entry.seq: entry for entry in entries}
        self._told = None
        self._entries = deque(new.get(old.seq, old) for old in self._entries)
        self._bytes = sum(map(_size, self._entries))

    def told(self, op: Op) -> Told | None:
        """Return what has become of a command, if it is remembered."""
        if self._told is None:
            self._told = dict(_by_op(self._entries))
        entry = self._told.get(op)
        return Told(entry.seq, entry.digest) if entry else None

    def since(self, seq: int) -> Sequence[Entry] | None:
        """Return all entries after `seq`, or None if some of them are forgotten."""
        if not self._entries or seq < self._entries[0].seq - 1:
            return None
        skip = seq + 1 - self._entries[0].seq
        return [entry for at, entry in enumerate(self._entries) if at >= skip]


def _by_op(entries: Iterable[Entry]) -> Iterator[tuple[Op, Entry]]:
    return (((entry.who, entry.op), entry) for entry in entries)


def _size(entry: Entry) -> int:
    size = len(entry.data)
    for change in entry.changes:  # twice an event: half the price of a sum
        size += len(change.data or b"")
    return size
