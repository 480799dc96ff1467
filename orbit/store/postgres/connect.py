"""Connections to Postgres, and lanes: a few of them for one purpose, with a bound.

A lane of its own keeps reads from making commits wait.  Whatever can hang ends: by a
timeout here, by a setting there.  It must never know a table.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from operator import itemgetter
from typing import Any

import asyncpg

from orbit.core.errors import Unavailable
from orbit.store.postgres.dsn import servers
from orbit.store.postgres.errors import FAILURES, is_answer, is_spent, translated

TIMEOUT_S = 5.0
_CONNECT_S = 2.0
_ROOM_S = 1.0

# Trap 11.  A peer that is gone without a word is noticed within 5 s, on both sides.
_SETTINGS = {
    "idle_in_transaction_session_timeout": "2000",
    "client_connection_check_interval": "2000",
    "tcp_keepalives_idle": "2",
    "tcp_keepalives_interval": "1",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "5000",
    "timezone": "UTC",
    "jit": "off",
}


SAME_LOG = "SELECT same_log($1)"


class Address:
    """Where the database is, and who we tell it that we are."""

    def __init__(
        self, dsn: str, name: str, inc: str, *, is_synchronous: bool | None = None
    ) -> None:
        """`name` is the node's, `inc` that of this start of it.

        Who holds boards says whether the standby `is_synchronous`: before anything is
        read over a new connection, it is seen to that a failover has begun a history.
        """
        self._servers = list(servers(dsn))
        self._is_synchronous = is_synchronous
        self._settings = {"application_name": f"orbit/{name}/{inc}", **_SETTINGS}

    async def connect(self, statement_s: float = TIMEOUT_S) -> Any:
        """Open a connection to a server that may be written, in 2 s each at most.

        The server ends a statement after `statement_s`.  `json` and `jsonb` go in and
        come out as bytes.
        """
        connection = await dial(
            self._servers,
            within_s=_CONNECT_S,
            command_timeout=TIMEOUT_S,
            max_cached_statement_lifetime=0,  # prepared once, for life
            max_cacheable_statement_size=0,
            server_settings={
                **self._settings,
                "statement_timeout": f"{statement_s * 1000:.0f}",
            },
        )
        try:
            await _pass_json_on(connection)
            if self._is_synchronous is not None:
                await connection.fetchval(SAME_LOG, self._is_synchronous)
        except BaseException:
            connection.terminate()  # nobody else has it, so nobody else would end it
            raise
        return connection


async def dial(servers: list[str], *, within_s: float, **options: Any) -> Any:
    """Connect to the first server that may be written, which then is the first.

    The driver, told of all at once, would have one time for them together: a
    machine that is gone without a word would use it up.
    """
    for server in servers[:-1]:
        with suppress(*FAILURES):
            return await _dial(servers, server, within_s, options)
    return await _dial(servers, servers[-1], within_s, options)


async def _dial(
    servers: list[str], server: str, within_s: float, options: Mapping[str, Any]
) -> Any:
    connection = await asyncpg.connect(
        server, timeout=within_s, target_session_attrs="read-write", **options
    )
    servers.remove(server)
    servers.insert(0, server)
    return connection


async def _pass_json_on(connection: Any) -> None:
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        encoder=b"\x01".__add__,  # its format's version, then the text
        decoder=itemgetter(slice(1, None)),
        format="binary",
    )
    await connection.set_type_codec(
        "json", schema="pg_catalog", encoder=bytes, decoder=bytes, format="binary"
    )


class Lane:
    """At most `size` connections, opened when needed.

    A statement that takes longer than `statement_s` is ended: `Unavailable`.
    """

    def __init__(
        self, address: Address, size: int, statement_s: float = TIMEOUT_S
    ) -> None:
        self._address = address
        self._statement_s = statement_s
        self._room = asyncio.BoundedSemaphore(size)
        self._idle: list[Any] = []
        self._lent: set[Any] = set()

    async def fetch(self, sql: str, *args: object) -> Sequence[Any]:
        """Run a statement and return its rows.

        Raises:
            StoreDown, Unavailable: as `errors.translated` says.
        """
        async with self.connection() as connection:
            rows: Sequence[Any] = await connection.fetch(sql, *args)
            return rows

    async def fetchrow(self, sql: str, *args: object) -> Any:
        """Run a statement and return its only row, or None."""
        rows = await self.fetch(sql, *args)
        return rows[0] if rows else None

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Any]:
        """Lend a connection.  One that failed is ended, never lent again.

        Raises:
            Unavailable: all are lent and none came back within 1 s.
            StoreDown: there is no connection to be had, or it was lost.
        """
        await self._wait_for_room()
        try:
            with translated():
                connection = await self._take()
                try:
                    yield connection
                except BaseException as error:
                    if is_spent(error):
                        connection.terminate()
                    if isinstance(error, FAILURES) and not is_answer(error):
                        self._forsake()
                    raise
                finally:
                    self._give_back(connection)
        finally:
            self._room.release()

    async def _wait_for_room(self) -> None:
        if not self._room.locked():  # a timer would cost more than the room
            await self._room.acquire()
            return
        try:
            async with asyncio.timeout(_ROOM_S):
                await self._room.acquire()
        except TimeoutError:
            raise Unavailable("too many wait for the database") from None

    async def _take(self) -> Any:
        while self._idle and self._idle[-1].is_closed():
            self._idle.pop()
        if self._idle:
            connection = self._idle.pop()
        else:
            connection = await self._address.connect(self._statement_s)
        self._lent.add(connection)
        return connection

    def _give_back(self, connection: Any) -> None:
        self._lent.discard(connection)
        if not connection.is_closed():
            self._idle.append(connection)

    def _forsake(self) -> None:
        """End idle connections: their server is gone, if it did not answer on one.

        Each would cost whoever takes it 5 s to find that out.
        """
        for connection in self._idle:
            connection.terminate()
        self._idle.clear()

    def close(self) -> None:
        """End all connections, those that are lent too."""
        for connection in [*self._idle, *self._lent]:
            connection.terminate()
        self._idle.clear()
