"""Whether journal, row, snapshot and index of a board tell the same story.

Reads page by page and keeps of a board its state, and 16 bytes an item: never a
journal.  Boards may be written meanwhile: what is found is looked for again, and told
only if it is still so.  It must never write, nor wake a board.
"""

from collections.abc import Callable, Mapping, Sequence, Set
from enum import StrEnum
from typing import Any

import msgspec
from msgspec import Struct

from orbit.core.codec import Codec, Entry, Shown, fingerprint
from orbit.core.kind import Kind
from orbit.core.ports import Journal, Snapshot
from orbit.core.types import EVERYONE, BoardId, Key

PAGE, ITEMS = 500, 100


class Sort(StrEnum):
    """What may be wrong with a board."""

    GAP = "gap"  # a seq is missing within the journal
    SHORT = "short"  # the board's row knows of later events than the journal
    AHEAD = "ahead"  # the journal has events that the board's row does not know
    UNREADABLE = "unreadable"  # an event cannot be read, or not be applied
    SNAPSHOT = "snapshot"  # the snapshot is not what the journal comes to
    INDEX = "index"  # an item is not what the journal says
    KIND = "kind"  # nobody here knows the board's kind


class Finding(Struct, frozen=True):
    """One thing that is wrong; `seq` is where, 0 if that says nothing."""

    board: BoardId
    sort: Sort
    words: str
    seq: int = 0


class Verifier:
    """Looks at boards of these kinds; `read` is told how many events were read."""

    def __init__(
        self,
        journal: Journal,
        kinds: Mapping[str, Kind[Any]],
        read: Callable[[int], None] = lambda _events: None,
    ) -> None:
        self._journal, self._kinds, self._read = journal, kinds, read
        self._codecs = {name: Codec(kind) for name, kind in kinds.items()}

    async def verify(self, board: BoardId) -> Sequence[Finding]:
        """Return what is wrong with a board; nothing is told that passes by itself.

        Raises:
            NotFound: there is no such board.
            Unavailable: the database did not answer; nothing is known.
        """
        found = await self._look(board)
        again = await self._look(board) if found else ()
        return [finding for finding in again if finding in found]

    async def _look(self, board: BoardId) -> Sequence[Finding]:
        snapshot = await self._journal.snapshot(board)  # first: it is never ahead
        row = (await self._journal.peek(board)).claim
        if row.kind not in self._kinds:
            return [Finding(board, Sort.KIND, f"there is no kind {row.kind}")]
        kind, codec = self._kinds[row.kind], self._codecs[row.kind]
        if snapshot and snapshot.version != kind.state_version:
            snapshot = None  # of another shape: it is left out when a board wakes
        walk = _Walk(board, kind, codec, snapshot, row.floor)
        while True:
            await self._read_on(board, walk)
            head = (await self._journal.peek(board)).claim.seq
            if head <= walk.last or not await self._read_on(board, walk):
                break
        walk.end(head)
        if not walk.found:
            walk.found += await self._index(board, walk)
        return walk.found

    async def _read_on(self, board: BoardId, walk: "_Walk") -> int:
        """Read to the end of the journal; return how many events that were."""
        count = 0
        while page := await self._journal.since(board, walk.last, PAGE):
            for entry in page:
                walk.take(entry)
            self._read(len(page))
            count += len(page)
        return count

    async def _index(self, board: BoardId, walk: "_Walk") -> Sequence[Finding]:
        """Compare the items that everybody may see."""
        indexed: dict[Key, bytes] = {}
        for name in sorted(walk.types):
            last = ""
            while page := await self._journal.items(
                board, name, frozenset(), after=last, limit=ITEMS
            ):
                indexed |= {(item.type, item.id): _hash(item) for item in page}
                last = page[-1].id
        said = walk.items
        known = said.keys() if walk.floor else said | indexed  # what it can know of
        differing = {key for key in known if said.get(key) != indexed.get(key)}
        if differing:  # unless that was written since
            differing -= await self._touched(board, walk.last)
        return [
            Finding(board, Sort.INDEX, f"{type} {id} differs")
            for type, id in sorted(differing)
        ]

    async def _touched(self, board: BoardId, last: int) -> Set[Key]:
        """Return the items that were written after a seq."""
        touched: set[Key] = set()
        while page := await self._journal.since(board, last, PAGE):
            touched |= {(c.type, c.id) for entry in page for c in entry.changes}
            last = page[-1].seq
        return touched


class _Walk:
    """What a journal comes to, event by event."""

    def __init__(
        self,
        board: BoardId,
        kind: Kind[Any],
        codec: Codec,
        snapshot: Snapshot | None,
        floor: int,
    ) -> None:
        self._board, self._kind, self._codec = board, kind, codec
        self._snapshot, self._is_whole = snapshot, floor == 0
        self._state = kind.initial
        self.floor = self.last = floor
        self.found: list[Finding] = []
        self.items: dict[Key, bytes] = {}
        self.types = set(kind.shows)

    def take(self, entry: Entry) -> None:
        """Go on by one event."""
        if entry.seq != self.last + 1:
            self._is_whole = False
            self._tell(Sort.GAP, f"after seq {self.last} comes {entry.seq}", entry.seq)
        self.last = entry.seq
        for change in entry.changes:
            self._fold(change)
        if self._is_whole:
            self._apply(entry)

    def end(self, head: int) -> None:
        """Compare with the head that the board's row knows."""
        if self.last < head:
            words = f"the journal ends at {self.last}, the row says {head}"
            self._tell(Sort.SHORT, words, self.last)
        elif self.last > head:
            words = f"the journal goes on to {self.last}, the row says {head}"
            self._tell(Sort.AHEAD, words, head)
        if self._snapshot and self._snapshot.seq > self.last:
            words = (
                f"it is of seq {self._snapshot.seq}, the journal ends at {self.last}"
            )
            self._tell(Sort.SNAPSHOT, words, self._snapshot.seq)

    def _fold(self, change: Shown) -> None:
        key = (change.type, change.id)
        self.types.add(change.type)
        if change.data is not None and change.audience == EVERYONE:
            self.items[key] = _hash(change)
        else:
            self.items.pop(key, None)

    def _apply(self, entry: Entry) -> None:
        try:
            self._state = self._kind.apply(self._state, self._codec.event(entry))
        except Exception as error:  # whatever it is, this is what is looked for
            self._is_whole = False
            words = f"{entry.type} cannot be replayed: {type(error).__name__}"
            self._tell(Sort.UNREADABLE, words, entry.seq)
            return
        if self._snapshot and self._snapshot.seq == entry.seq:
            self._compare(self._snapshot)

    def _compare(self, snapshot: Snapshot) -> None:
        try:
            kept = fingerprint(self._codec.restored(snapshot.state))
        except Exception as error:  # as above
            words = f"it cannot be read: {type(error).__name__}"
            self._tell(Sort.SNAPSHOT, words, snapshot.seq)
            return
        if kept != fingerprint(self._state):
            words = f"at seq {snapshot.seq} a replay comes to another state"
            self._tell(Sort.SNAPSHOT, words, snapshot.seq)

    def _tell(self, sort: Sort, words: str, seq: int) -> None:
        self.found.append(Finding(self._board, sort, words, seq))


def _hash(item: Shown) -> bytes:
    """Return 16 bytes, the same for the same data however it was written."""
    data = msgspec.json.decode(item.data or b"null")
    return fingerprint(_plain(data))


def _plain(value: Any) -> Any:
    """Write 1.0 as 1: of a number the database keeps the value alone."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value
