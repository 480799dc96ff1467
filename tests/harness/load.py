"""People who write, follow and read while things are done to the nodes."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol

from msgspec import Struct

from tests.harness.field import Field, Place, now, until
from tests.harness.ledger import Journal, Row, public
from tests.harness.peers import (
    RawFollower,
    RawWriter,
    Reader,
    SdkFollower,
    SdkWriter,
)
from tests.harness.server import mint, new_board

MINTS_AT_ONCE = 8
LEVEL_S = 20.0  # for so long who follows may be behind at the end
GHOST_S = 12.0  # who has gone is forgotten after 10 s, and it is told a moment later
JOURNAL = """
SELECT seq, who, op, ix, changes::text FROM journal WHERE board = $1 ORDER BY seq"""
LOG = "SELECT log_id::text FROM log_identity"
HEADS = "SELECT id::text, seq FROM board"
Follower = RawFollower | SdkFollower


class Size(Struct, frozen=True):
    """How much goes on."""

    boards: int = 6
    writers: int = 12  # half by hand, half by the SDK
    followers: int = 18
    readers: int = 2
    rate: float = 12.0  # commands per second and writer
    seed: int = 1
    read_every_s: float = 0.25
    followed: bool = False  # by nodes that may be late
    patience_s: float = 60.0  # with the last commands, and who follows

    @property
    def sockets(self) -> int:
        """How many of them are held by hand."""
        by_hand = sum(self.is_by_hand(n) for n in range(self.writers))
        by_hand += sum(self.is_by_hand(n) for n in range(self.followers))
        return by_hand + self.readers

    def is_by_hand(self, n: int) -> bool:
        """Say of each other one of a board that he uses no SDK."""
        return (n + n // self.boards) % 2 == 0


class Stored(Protocol):
    """What keeps the journals, to be asked past all nodes."""

    async def sql(self, query: str, *args: Any) -> Sequence[Any]:
        """Return the rows of a query."""


@asynccontextmanager
async def under_load(
    places: Sequence[Place], stored: Stored, size: Size
) -> AsyncIterator[tuple[Field, list[str]]]:
    """Let peers write, follow and read; in the end all is answered, all are level."""
    field = Field(places, size.seed, size.rate)
    ghosts = await _many(size.writers, lambda _n: mint(field.place()))

    async def make(n: int) -> str:
        made = await new_board(field.place(), f"Board {n}", ghosts[0])
        return str(made["board"]["id"])

    boards = await _many(size.boards, make)
    writers: list[RawWriter | SdkWriter] = []
    for n, ghost in enumerate(ghosts):
        peer = RawWriter if size.is_by_hand(n) else SdkWriter
        writers.append(peer(field, f"w{n}", boards[n % size.boards], ghost))
    followers: list[Follower] = []
    for n in range(size.followers):
        follower = RawFollower if size.is_by_hand(n) else SdkFollower
        followers.append(follower(field, f"f{n}", boards[n % size.boards]))
    readers = [
        Reader(field, boards, size.read_every_s, followed=size.followed)
        for _ in range(size.readers)
    ]
    async with asyncio.TaskGroup() as jobs:
        passive = [jobs.create_task(one.run()) for one in followers]
        reading = [jobs.create_task(one.run()) for one in readers]
        passive.append(jobs.create_task(field.ping()))
        if len(places) > 1:
            passive.append(jobs.create_task(field.balance()))
        active = [jobs.create_task(one.run()) for one in writers]
        yield field, boards
        field.is_stopping = True
        await asyncio.wait(active, timeout=size.patience_s)
        await _quiet(stored, followers, min(size.patience_s, LEVEL_S))
        field.ledger.ended_at = now()
        for job in (*active, *reading):
            job.cancel()
        field.ledger.ghosts = await _ghosts(field, followers)
        for job in passive:
            job.cancel()
    for raw in field.open:
        raw.abort()


async def _many(times: int, make: Callable[[int], Awaitable[str]]) -> list[str]:
    """Make so many of something, a few at once, in order."""
    room = asyncio.Semaphore(MINTS_AT_ONCE)

    async def one(n: int) -> str:
        async with room:
            return await make(n)

    async with asyncio.TaskGroup() as jobs:
        made = [jobs.create_task(one(n)) for n in range(times)]
    return [job.result() for job in made]


async def _quiet(
    stored: Stored, followers: Sequence[Follower], within_s: float
) -> None:
    """Wait until all are level; whoever is not by then will be found out."""
    heads = {row["id"]: row["seq"] for row in await stored.sql(HEADS)}
    await until(
        lambda: all(one.seq >= heads[one.viewer.board] for one in followers),
        within_s,
        every_s=0.02,
    )


async def _ghosts(field: Field, followers: Sequence[Follower]) -> list[str]:
    """Have all others go, and tell who is still told of them."""
    stay = {one.raw for one in followers if isinstance(one, RawFollower)}
    for raw in field.open - stay:
        raw.abort()
    there = Counter(one.viewer.board for one in followers)

    def wrong() -> list[Follower]:
        return [one for one in followers if one.here != there[one.viewer.board]]

    await until(lambda: not wrong(), GHOST_S, every_s=0.05)
    return [
        f"{one.viewer.name} is told of {one.here}, there are {there[one.viewer.board]}"
        for one in wrong()
    ]


async def journals(stored: Stored, boards: Sequence[str]) -> dict[str, Journal]:
    """Read what is stored, past the nodes."""
    log = (await stored.sql(LOG))[0][0]
    found = {}
    for board in boards:
        rows = [_row(row) for row in await stored.sql(JOURNAL, board)]
        found[board] = Journal(log, rows)
    return found


def _row(row: Any) -> Row:
    changes = public(json.loads(row["changes"]))
    return Row(row["seq"], row["who"], row["op"], row["ix"], changes)
