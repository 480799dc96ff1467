"""Stores to hold to their promises, and what is told to them: entries, turns, boards.

`Place` is one database, real or in memory, with as many nodes as a test wants.
"""

import json
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import uuid4

import asyncpg

from orbit.core.codec import Entry, Shown
from orbit.core.ports import Append, Claim, NewBoard
from orbit.core.types import EVERYONE, Audience, BoardId
from orbit.store.clock import SystemClock
from orbit.store.memory.store import MemoryStore
from orbit.store.memory.world import World
from orbit.store.postgres.store import PostgresStore
from tests.kit.postgres import database

Store = MemoryStore | PostgresStore
AT = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
_ops = count(1)


class Place:
    """Where boards are kept, for all nodes of a test."""

    def __init__(self, dsn: str = "") -> None:
        self.dsn = dsn  # empty: in memory
        self.world = World(SystemClock())
        self._stores: list[Store] = []

    def node(self) -> Store:
        """Return the store of one more node, not yet registered."""
        inc = str(uuid4())
        if self.dsn:
            store: Store = PostgresStore(
                self.dsn, inc=inc, name="n", clock=SystemClock()
            )
        else:
            store = MemoryStore(self.world, inc=inc)
        self._stores.append(store)
        return store

    async def run(self, sql: str, *args: object) -> Sequence[asyncpg.Record]:
        """Run a statement beside the stores; only where there is a database."""
        connection = await asyncpg.connect(self.dsn)
        try:
            return list(await connection.fetch(sql, *args))
        finally:
            await connection.close()

    async def forget(self, board: BoardId, upto: int) -> None:
        """Remove events, as retention does."""
        if not self.dsn:
            self.world.boards[board].forget(upto)
            return
        await self.run(
            "DELETE FROM journal WHERE board = $1 AND seq <= $2", board, upto
        )
        await self.run("UPDATE board SET floor = $2 WHERE id = $1", board, upto)

    @asynccontextmanager
    async def held(self, board: BoardId) -> AsyncIterator[None]:
        """Hold a board's row, as an append under way does."""
        if not self.dsn:
            self.world.boards[board].is_locked = True
            yield
            self.world.boards[board].is_locked = False
            return
        connection = await asyncpg.connect(self.dsn)
        try:
            async with connection.transaction():
                await connection.fetch(
                    "SELECT FROM board WHERE id = $1 FOR UPDATE", board
                )
                yield
        finally:
            await connection.close()

    async def lapse(self, inc: str) -> None:
        """Let a node's lease end, as if it had been silent for too long."""
        if not self.dsn:
            self.world.end(inc)
            return
        await self.run(
            "UPDATE node SET expires_at = clock_timestamp() - interval '1 s'"
            " WHERE inc = $1",
            inc,
        )

    async def forget_node(self, inc: str) -> None:
        """Remove a node's row, as a failover may."""
        if not self.dsn:
            del self.world.nodes[inc]
            return
        await self.run("DELETE FROM node WHERE inc = $1", inc)

    async def close(self) -> None:
        """Close all stores."""
        for store in self._stores:
            await store.close()


@asynccontextmanager
async def place(adapter: str) -> AsyncIterator[Place]:
    """Open `memory` or `postgres`."""
    if adapter == "memory":
        yield Place()
        return
    async with database() as dsn:
        opened = Place(dsn)
        try:
            yield opened
        finally:
            await opened.close()


async def new_board(store: Store) -> BoardId:
    """Create a board and return its id."""
    board = BoardId(str(uuid4()))
    await store.journal.create(NewBoard(board, "feedback", b"salt"))
    return board


def put(id: str, audience: Audience = EVERYONE, **data: object) -> Shown:
    """A note that is now so."""
    return Shown("note", id, json.dumps(data).encode(), audience)


def drop(id: str) -> Shown:
    """A note that is gone."""
    return Shown("note", id, None, EVERYONE)


def entry(
    seq: int,
    *changes: Shown,
    who: str = "ann",
    op: bytes | None = None,
    ix: int = 0,
    text: str = "hi",
) -> Entry:
    """An event; an op of its own unless one is given."""
    return Entry(
        seq=seq,
        type="note_added",
        version=1,
        data=json.dumps({"text": text}, ensure_ascii=False).encode(),
        changes=changes,
        who=who,
        op=op or next(_ops).to_bytes(16),
        ix=ix,
        digest=b"d" * 16,
        at=(AT + timedelta(milliseconds=seq)).isoformat(timespec="milliseconds")[:-6]
        + "Z",
    )


def turn(claim: Claim, *entries: Entry, wake_at: datetime | None = None) -> Append:
    """What a board wants to have written, decided on the head before `entries`."""
    return Append(claim, entries[0].seq - 1, entries, wake_at)


def entries(seqs: Iterable[int]) -> list[Entry]:
    """Plain events, each with a note of its own."""
    return [entry(seq, put(f"n{seq}", text=f"note {seq}")) for seq in seqs]


def read(shown: Iterable[Shown]) -> list[tuple[str, object]]:
    """Items as ids and decoded data, for comparison."""
    return [(s.id, json.loads(s.data) if s.data else None) for s in shown]
