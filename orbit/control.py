"""What an operator has done to what is past its time."""

import asyncio
from datetime import datetime, timedelta
from uuid import uuid1

from msgspec import Struct

from orbit.core.kind import wire_name
from orbit.core.kinds import KINDS
from orbit.core.ports import Ghosts, Journal
from orbit.core.services.identity import LIFETIME
from orbit.database import running
from orbit.settings import Settings
from orbit.store.clock import SystemClock
from orbit.store.postgres.store import PostgresStore

KEPT = timedelta(days=7)  # for so long a board outlives its end
BATCH = 20  # boards in one statement: each may hold thousands of rows
GHOSTS = 1_000


class Purged(Struct, frozen=True):
    """How much was removed."""

    boards: int
    ghosts: int


def purge(settings: Settings) -> Purged:
    """Remove boards that ended 7 days ago, and ghosts whose time is over.

    Their lists go with them, up to a day later.  May be told again, and while nodes
    run.
    """
    with running(settings) as dsn:
        return asyncio.run(_purge_at(dsn))


async def _purge_at(dsn: str) -> Purged:
    clock = SystemClock()
    store = PostgresStore(dsn, inc=str(uuid1()), name="purge", clock=clock)
    try:
        return await sweep(store.journal, store.ghosts, clock.now())
    finally:
        await store.close()


async def sweep(journal: Journal, ghosts: Ghosts, now: datetime) -> Purged:
    """Remove what is past its time at `now`, in batches."""
    ends = {
        (kind.name, wire_name(event)) for kind in KINDS.values() for event in kind.ends
    }
    boards = minted = 0
    while removed := await journal.purge(ends, now - KEPT, BATCH):
        boards += removed
    while removed := await ghosts.purge(now, GHOSTS):
        minted += removed
    while await ghosts.purge_boxes(now - LIFETIME, GHOSTS):
        pass  # whose ghosts, none younger than its box, have expired
    return Purged(boards, minted)
