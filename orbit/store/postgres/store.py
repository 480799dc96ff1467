"""All of Postgres that one node uses, in lanes that cannot keep each other waiting."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid1

from orbit.core.ports import Clock, People
from orbit.store.clock import SystemClock
from orbit.store.postgres.accounts import PostgresAccounts, PostgresLogins
from orbit.store.postgres.append import Appender
from orbit.store.postgres.catalogue import PostgresCatalogue
from orbit.store.postgres.connect import Address, Lane
from orbit.store.postgres.console import PostgresConsole
from orbit.store.postgres.factors import PostgresFactors
from orbit.store.postgres.ghosts import PostgresGhosts
from orbit.store.postgres.invites import PostgresInvites
from orbit.store.postgres.journal import PROTO, PostgresJournal
from orbit.store.postgres.leads import PostgresLeads
from orbit.store.postgres.node import PostgresNode
from orbit.store.postgres.notices import PostgresNotices
from orbit.store.postgres.organisations import PostgresOrganisations
from orbit.store.postgres.outbox import PostgresCodes, PostgresOutbox
from orbit.store.postgres.outside import PostgresOutsiders
from orbit.store.postgres.passwords import PostgresPasswords
from orbit.store.postgres.preferences import PostgresPreferences
from orbit.store.postgres.trail import PostgresTrail
from orbit.store.postgres.unsubscribed import PostgresUnsubscribed

COMMITS_AT_ONCE = 2  # while Postgres works on one, the node prepares the other
SEARCHES_AT_ONCE = 2
SEARCH_S = 0.4  # 5,000 notes of 4,000 characters take half of that


class PostgresStore:
    """Opens nothing by itself: each lane connects when it is used first."""

    def __init__(
        self,
        dsn: str,
        *,
        inc: str,
        name: str,
        clock: Clock,
        is_synchronous: bool | None = None,
    ) -> None:
        """`is_synchronous`, as of `Address`: None for who holds no boards."""
        address = Address(dsn, name, inc, is_synchronous=is_synchronous)
        self._appends = [Appender(address, PROTO) for _ in range(COMMITS_AT_ONCE)]
        self._loads = Lane(address, 4)
        self.reads = Lane(address, 4)
        self._searches = Lane(address, SEARCHES_AT_ONCE, SEARCH_S)
        self._beats = Lane(address, 1)
        self._records = Lane(address, 1)
        self.journal = PostgresJournal(
            inc,
            self._appends,
            self._loads,
            self.reads,
            self._searches,
            is_synchronous=bool(is_synchronous),
        )
        self.catalogue = PostgresCatalogue(self._searches)
        self.ghosts = PostgresGhosts(self.reads)
        self.people = People(
            self.ghosts,
            PostgresAccounts(self.reads),
            PostgresLogins(self.reads),
            PostgresPasswords(self.reads),
            PostgresFactors(self.reads),
            PostgresOutsiders(self.reads),
            PostgresCodes(self.reads),
            PostgresOutbox(self.reads),
            PostgresInvites(self.reads),
            PostgresUnsubscribed(self.reads),
            PostgresOrganisations(self.reads),
            PostgresTrail(self._records, self._searches),
            PostgresConsole(self._searches),
            PostgresPreferences(self.reads),
            PostgresNotices(self.reads),
            PostgresLeads(self.reads),
        )
        self.node = PostgresNode(
            self._beats, inc, clock, is_synchronous=bool(is_synchronous)
        )

    async def close(self) -> None:
        """Finish the appends under way and end all connections."""
        for appender in self._appends:
            await appender.close()
        lanes = self._loads, self.reads, self._searches, self._beats, self._records
        for lane in lanes:
            lane.close()


@asynccontextmanager
async def opened(dsn: str, name: str) -> AsyncIterator[PostgresStore]:
    """Open a database for a command that soon ends, and holds no boards."""
    store = PostgresStore(dsn, inc=str(uuid1()), name=name, clock=SystemClock())
    try:
        yield store
    finally:
        await store.close()
