"""`core.ports.Journal` in memory.

Each method is one synchronous block, so it is atomic as a statement of a database is.
"""

import json
from collections.abc import Iterator, Mapping, Sequence, Set
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from orbit.core.codec import Entry, Shown, rfc3339, to_mapping
from orbit.core.errors import Fenced, Gone, Moved, NotFound, Unavailable
from orbit.core.ports import (
    Append,
    Claim,
    Held,
    Loaded,
    NewBoard,
    Op,
    Outcome,
    Snapshot,
    Told,
)
from orbit.core.types import BoardId, Items, Key, Put, sees
from orbit.store.ids import existing
from orbit.store.memory.world import Row, World

_HEIR_S = 2.0


class MemoryJournal:
    """The journal as one node, `inc`, uses it."""

    def __init__(self, world: World, inc: str = "") -> None:
        self._world = world
        self._inc = inc

    async def create(self, board: NewBoard) -> None:
        """Make the row of a board, with head 0.  Does nothing if it is there."""
        row = Row(board, self._world.clock.now())
        self._world.boards.setdefault(existing(board.id), row)

    async def salt(self, board: BoardId) -> bytes:
        """Return the board's salt."""
        return self._row(board).board.salt

    async def salts_of(self, boards: Set[BoardId]) -> Mapping[BoardId, bytes]:
        """Return the salts of boards, of those that there are."""
        rows = self._world.boards
        return {board: rows[board].board.salt for board in boards & rows.keys()}

    async def claim(self, board: BoardId) -> Claim:
        """Take the board over, unless its owner is alive."""
        row, world = self._row(board), self._world
        if row.is_locked:
            raise Unavailable
        if row.owner not in (None, self._inc) and world.is_alive(row.owner):
            raise Moved("its owner is alive", after=0.25)
        if row.owner is None and self._is_promised(row):
            raise Moved("it is being handed over", after=0.25)
        row.epoch, row.token = row.epoch + 1, world.fresh_id()
        row.owner, row.heir = self._inc, None
        return self._claimed(board, row)

    def _claimed(self, board: BoardId, row: Row) -> Claim:
        return Claim(
            board=board,
            kind=row.board.kind,
            epoch=row.epoch,
            token=row.token or "",
            seq=row.seq,
            floor=row.floor,
            log_id=self._world.log_id,
        )

    async def peek(self, board: BoardId) -> Held:
        """Return who holds the board, and its head, without touching it."""
        row = self._row(board)
        owner = row.owner if row.owner and self._world.is_alive(row.owner) else None
        is_over = row.heir_until <= self._world.clock.monotonic()
        heir = None if row.owner or is_over else row.heir
        return Held(self._claimed(board, row), owner, heir)

    async def peek_all(self, boards: Sequence[BoardId]) -> Mapping[BoardId, Held]:
        """Return what `peek` does, of each of these that there is."""
        there = [board for board in boards if board in self._world.boards]
        return {board: await MemoryJournal.peek(self, board) for board in there}

    def _is_promised(self, row: Row) -> bool:
        is_over = row.heir_until <= self._world.clock.monotonic()
        return row.heir not in (None, self._inc) and not is_over

    async def release(self, claim: Claim, heir: str | None = None) -> bool:
        """Let a board go; `heir`, an inc, has it to himself for 2 s."""
        row = self._world.boards.get(claim.board)
        if row is None or not row.is_held_by(claim):
            return False
        if row.is_locked:
            raise Unavailable
        row.owner, row.token, row.heir = None, None, heir
        row.heir_until = self._world.clock.monotonic() + _HEIR_S
        return True

    async def held(self, claims: Sequence[Claim]) -> Set[BoardId]:
        """Return the boards of those claims that are still the newest."""
        return {
            claim.board
            for claim in claims
            if (row := self._world.boards.get(claim.board)) and self._holds(row, claim)
        }

    def _holds(self, row: Row, claim: Claim) -> bool:
        return row.is_held_by(claim) and claim.log_id == self._world.log_id

    async def load(self, claim: Claim, version: int) -> Loaded:
        """Return snapshot and tail up to the claim's head."""
        row = self._world.boards.get(claim.board)
        if row is None or claim.log_id != self._world.log_id:
            raise Fenced
        if (row.epoch, row.token or "") != (claim.epoch, claim.token):
            raise Fenced
        snapshot = row.snapshot
        if snapshot and (snapshot.version != version or snapshot.seq > claim.seq):
            snapshot = None
        start = snapshot.seq if snapshot else 0
        return Loaded(snapshot, [e for e in row.journal if start < e.seq <= claim.seq])

    async def snapshot(self, board: BoardId) -> Snapshot | None:
        """Return the snapshot that is kept of a board, of whatever version."""
        return self._row(board).snapshot

    async def append(self, turns: Sequence[Append]) -> Sequence[Outcome]:
        """Store events, their changes and the items; per board, all or nothing."""
        return [self._append(turn) for turn in turns]

    def _append(self, turn: Append) -> Outcome:
        row = self._world.boards.get(turn.claim.board)
        if row is None:
            return Outcome.FENCED
        if row.is_locked:
            return Outcome.BUSY
        if not self._holds(row, turn.claim) or row.seq != turn.expect:
            return Outcome.FENCED
        if not _can_be_stored(row, turn.entries):
            return Outcome.REFUSED
        _store(row, turn)
        return Outcome.DONE

    async def told(self, board: BoardId, ops: Sequence[Op]) -> Mapping[Op, Told]:
        """Return those of `ops` that the journal has."""
        existing(board)
        row = self._world.boards.get(board)
        asked = set(ops)
        return {
            (entry.who, entry.op): Told(entry.seq, entry.digest)
            for entry in (row.journal if row else ())
            if (entry.who, entry.op) in asked
        }

    async def since(
        self, board: BoardId, seq: int, limit: int, *, log_id: str | None = None
    ) -> Sequence[Entry]:
        """Return the entries after `seq`, oldest first, at most `limit` of them."""
        row = self._row(board)
        if log_id and log_id != self._world.log_id:
            raise Fenced
        if seq < row.floor:
            details = {"floor": row.floor}
            raise Gone("these events are no longer kept", details=details)
        start = seq - row.floor
        return row.journal[start : start + max(limit, 1)]

    async def save(self, claim: Claim, snapshot: Snapshot) -> bool:
        """Keep a snapshot, unless the claim is old or a newer one is kept."""
        row = self._world.boards.get(claim.board)
        if row is None or not row.is_held_by(claim) or snapshot.seq > row.seq:
            return False
        if row.snapshot and row.snapshot.seq > snapshot.seq:
            return False
        row.snapshot = snapshot
        return True

    async def redact(
        self, claim: Claim, entries: Sequence[Entry], snapshot: Snapshot
    ) -> None:
        """Replace entries that the journal has, and the snapshot: all or nothing."""
        row = self._world.boards.get(claim.board)
        if row is None or not row.is_held_by(claim):
            raise Fenced
        if row.is_locked:
            raise Unavailable
        new = {entry.seq: entry for entry in entries}
        row.journal = [_replaced(old, new.get(old.seq)) for old in row.journal]
        row.told = {(entry.who, entry.op, entry.ix): entry for entry in row.journal}
        if row.snapshot is None or row.snapshot.seq <= snapshot.seq:
            row.snapshot = snapshot

    async def wrote(self, authors: Mapping[BoardId, str]) -> Set[BoardId]:
        """Return those boards whose journal names their author as such."""
        return {
            id
            for id, author in authors.items()
            if (row := self._world.boards.get(id))
            and any(entry.who == author for entry in row.journal)
        }

    async def salts(self, after: str, limit: int) -> Sequence[tuple[BoardId, bytes]]:
        """Return all boards with their salts, in the order of `boards`."""
        page = await self.boards(after, limit)
        return [(id, self._world.boards[id].board.salt) for id in page]

    async def needed(self, board: BoardId, keys: Set[Key]) -> Items:
        """Return those of `keys` that exist, as the last append left them."""
        existing(board)
        row = self._world.boards.get(board)
        items = row.items if row else {}
        return {key: _put(items[key]) for key in keys if key in items}

    async def items(
        self,
        board: BoardId,
        type: str,
        sight: Set[str],
        *,
        after: str = "",
        search: str = "",
        limit: int = 100,
    ) -> Sequence[Shown]:
        """Return a board's items of one type that `sight` may see, by id."""
        existing(board)
        row = self._world.boards.get(board)
        words = search.lower().split()
        found = [
            item
            for item in (row.items.values() if row else ())
            if item.type == type
            and item.id > after
            and sees(sight, item.audience)
            and _holds(item, words)
        ]
        return sorted(found, key=lambda item: item.id)[:limit]

    async def due(self, now: datetime, limit: int) -> Sequence[BoardId]:
        """Return boards whose deadline has passed, the longest due first."""
        due = [
            (row.wake_at, id)
            for id, row in self._world.boards.items()
            if row.wake_at is not None and row.wake_at <= now
        ]
        return [id for _, id in sorted(due)[:limit]]

    async def boards(self, after: str, limit: int) -> Sequence[BoardId]:
        """Return all boards in the order of their ids, after one of them."""
        if after:
            existing(after)
        return sorted(id for id in self._world.boards if id > after)[:limit]

    async def purge(
        self, ends: Set[tuple[str, str]], before: datetime, limit: int
    ) -> int:
        """Remove boards that have ended, with all that they hold; return how many."""
        over = [
            id
            for id, row in self._world.boards.items()
            if not row.is_locked
            and any(
                (row.board.kind, entry.type) in ends and entry.at < rfc3339(before)
                for entry in row.journal
            )
        ]
        for id in over[:limit]:
            self._world.remove(id)
        return len(over[:limit])

    def _row(self, board: BoardId) -> Row:
        row = self._world.boards.get(existing(board))
        if row is None:
            raise NotFound("there is no such board")
        return row


def _can_be_stored(row: Row, entries: Sequence[Entry]) -> bool:
    """Tell what a database would: ops are told once, and no text holds a NUL."""
    told = [(entry.who, entry.op, entry.ix) for entry in entries]
    if len(set(told)) < len(told) or not row.told.keys().isdisjoint(told):
        return False
    return not any("\0" in text for entry in entries for text in _all_texts(entry))


def _all_texts(entry: Entry) -> Iterator[str]:
    yield entry.who
    yield entry.type
    yield from _texts(json.loads(entry.data))
    for change in entry.changes:
        yield from (change.type, change.id, *change.audience)
        yield from _texts(json.loads(change.data or b"null"))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _store(row: Row, turn: Append) -> None:
    for entry in turn.entries:
        row.journal.append(entry)
        row.told[entry.who, entry.op, entry.ix] = entry
        for change in entry.changes:
            row.items.pop((change.type, change.id), None)
            if change.data is not None:
                row.items[change.type, change.id] = change
    row.seq += len(turn.entries)
    row.wake_at = turn.wake_at


def _replaced(old: Entry, new: Entry | None) -> Entry:
    return replace(new, op=old.op, ix=old.ix, at=old.at) if new else old


def _put(item: Shown) -> Put:
    return Put(item.type, item.id, to_mapping(item.data or b"{}"), item.audience)


def _holds(item: Shown, words: Sequence[str]) -> bool:
    if not words:
        return True
    text = "\n".join(_texts(json.loads(item.data or b"null"))).lower()
    return all(word in text for word in words)
