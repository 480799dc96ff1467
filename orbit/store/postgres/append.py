"""A commit lane: one connection, one append under way, outcomes instead of errors.

    not sent ........................ UNAVAILABLE
    the server answered: rows ....... DONE, FENCED, BUSY, board by board
    the server answered: bad data ... by halves, until one board is left: REFUSED
    the server answered: no ......... UNAVAILABLE
    no answer ....................... UNKNOWN for all; the connection is ended

An append is never cancelled: it ends by its answer or by the end of its connection.
Source: guarantees.md, 2.5 and 2.6.
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

from orbit.core.ports import Append, Outcome
from orbit.store.postgres.batch import APPEND, arguments
from orbit.store.postgres.connect import TIMEOUT_S, Address
from orbit.store.postgres.errors import FAILURES, DatabaseFailed, is_spent, outcome

log = logging.getLogger(__name__)


class Appender:
    """Owns the connection that appends, and makes it anew when it was lost."""

    def __init__(
        self, address: Address, proto: int, *, timeout_s: float = TIMEOUT_S
    ) -> None:
        self._address = address
        self._proto = proto
        self._timeout_s = timeout_s
        self._connection: Any = None
        self._statement: Any = None
        self._turn = asyncio.Lock()
        self._jobs: set[asyncio.Task[list[Outcome]]] = set()

    @property
    def is_idle(self) -> bool:
        """Whether no append is under way."""
        return not self._jobs

    async def append(self, turns: Sequence[Append]) -> Sequence[Outcome]:
        """Keep the promise of `Journal.append`."""
        # A task of its own, held by us: whoever asked may be cancelled, and the append
        # must end all the same, or nobody would know what became of it.
        job = asyncio.create_task(self._run(turns))  # noqa: TID251 - see above
        self._jobs.add(job)
        job.add_done_callback(self._jobs.discard)
        return await asyncio.shield(job)

    async def _run(self, turns: Sequence[Append]) -> list[Outcome]:
        async with self._turn:
            return await self._append(turns)

    async def _append(self, turns: Sequence[Append]) -> list[Outcome]:
        if not turns:
            return []
        outcomes = await self._try(turns)
        if outcomes[0] is not Outcome.REFUSED or len(turns) == 1:
            return outcomes
        # One board's data refused the whole batch, and nothing of it was committed.
        half = len(turns) // 2
        return await self._append(turns[:half]) + await self._append(turns[half:])

    async def _try(self, turns: Sequence[Append]) -> list[Outcome]:
        """Send it once.  Outcomes of a batch that failed are all the same."""
        try:
            await self._connect()
        except FAILURES as error:
            log.warning("no connection to append on: %s", DatabaseFailed(error))
            return [Outcome.UNAVAILABLE] * len(turns)
        try:
            async with asyncio.timeout(self._timeout_s):
                # `fetch` returns after the commit, a cursor would not (trap 2).
                rows = await self._statement.fetch(*arguments(self._proto, turns))
        except BaseException as error:
            if is_spent(error):
                self._connection.terminate()
            if not isinstance(error, FAILURES):
                raise
            log.warning("an append failed: %s", DatabaseFailed(error))
            return [outcome(error)] * len(turns)
        return [Outcome(result) for result in rows[0][0]]

    async def _connect(self) -> None:
        """Have a connection and a statement, so that what fails later was sent."""
        if self._connection is not None and not self._connection.is_closed():
            return
        connection = await self._address.connect()
        try:
            self._statement = await connection.prepare(APPEND)
        except BaseException:
            connection.terminate()
            raise
        self._connection = connection

    async def close(self) -> None:
        """Wait for what is under way, then end the connection."""
        if self._jobs:
            await asyncio.wait(self._jobs)
        if self._connection is not None:
            self._connection.terminate()
