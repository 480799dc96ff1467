"""What an operator has done at once to what is past its time."""

import asyncio
from uuid import uuid1

from orbit.core.kinds import KINDS
from orbit.core.services.housekeeping import Housekeeper, Purged
from orbit.database import running
from orbit.settings import Settings
from orbit.store.clock import SystemClock
from orbit.store.postgres.store import PostgresStore


def purge(settings: Settings) -> Purged:
    """Remove boards that ended 7 days ago, and ghosts whose time is over.

    Their lists go with them, up to a day later.  May be told again, and while nodes
    run: they do so by themselves every hour.
    """
    with running(settings) as dsn:
        return asyncio.run(_purge_at(dsn))


async def _purge_at(dsn: str) -> Purged:
    clock = SystemClock()
    store = PostgresStore(dsn, inc=str(uuid1()), name="purge", clock=clock)
    try:
        return await Housekeeper(store.journal, store.ghosts, clock, KINDS).sweep()
    finally:
        await store.close()
