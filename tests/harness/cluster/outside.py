"""What all nodes share: a Postgres and a Valkey, each on a host of its own."""

import asyncio
import os
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import asyncpg

from orbit.store.embedded import EmbeddedPostgres
from orbit.store.embedded.initdb import ROLE
from orbit.store.postgres.migrate import migrate_at
from tests.kit.hosts import Host, Loopback, Network
from tests.kit.valkey import Valkey

PORTS = {"postgres": 5432, "redis": 6379}
SETTINGS = {
    "max_connections": "150",  # three nodes, successors, and what we ask
    "wal_retrieve_retry_interval": "100ms",  # of a standby
}
TRUST = """
local all,replication all trust
host all,replication all samenet trust
"""  # from its own subnet
PASSING = (OSError, asyncpg.OperatorInterventionError, asyncpg.PostgresConnectionError)
AGAIN_S = 0.05
P = ParamSpec("P")
T = TypeVar("T")


class Outside:
    """A Postgres and a Valkey, which stay at their addresses whatever is done to them.

    One thread starts them all and lives as long as we do: they end with it, even by
    kill -9.
    """

    def __init__(self, home: Path, network: Network | Loopback) -> None:
        self.postgres_host = network.host("postgres")
        self.redis_host = network.host("redis")
        self._keeper = ThreadPoolExecutor(1, "keeper")
        self._postgres = database(home / "postgres", self.postgres_host)
        self._redis = Valkey(home / "valkey", _redis_options(self.redis_host))
        self._is_real = network.is_real

    @property
    def dsn(self) -> str:
        """The database's address, to the nodes."""
        if not self._is_real:
            return self._postgres.dsn()
        return f"postgresql://{ROLE}@{self.postgres_host.address}/postgres"

    @property
    def url(self) -> str:
        """The address of Redis, to the nodes."""
        if not self._is_real:
            return self._redis.url
        return f"redis://{self.redis_host.address}:{PORTS['redis']}"

    async def start(self) -> None:
        """Start both, and bring the database to its schema."""
        await self.start_postgres()
        await self.start_redis()
        await migrate_at(self._postgres.dsn())

    async def stop(self) -> None:
        self._thaw()
        await self._kept(self.redis_host, self._redis.stop)
        await self._kept(self.postgres_host, self._postgres.stop)
        self._keeper.shutdown()

    async def sql(self, query: str, *args: Any) -> Sequence[Any]:
        """Ask the database, past all nodes and whatever was cut."""
        while True:
            connection = await self.connect()
            try:
                return list(await connection.fetch(query, *args))
            except PASSING:
                continue  # it has just been killed
            finally:
                connection.terminate()

    async def connect(self) -> Any:
        """Connect to the database, past whatever was cut, when it is there again."""
        while True:
            try:
                return await asyncpg.connect(self._postgres.dsn())
            except PASSING:
                await asyncio.sleep(AGAIN_S)

    # The database.

    @property
    def postgres_pid(self) -> int | None:
        return self._postgres.pid

    def signal_postgres(self, word: signal.Signals) -> None:
        """Tell the postmaster something: SIGKILL, or SIGQUIT for `immediate`."""
        pid = self._postgres.pid
        assert pid is not None, "the database does not run"
        os.kill(pid, word)

    async def start_postgres(self) -> None:
        """Start it, or again; it answers when this returns."""
        await self._kept(self.postgres_host, self._postgres.start)

    # Redis.

    @property
    def redis_pid(self) -> int | None:
        return self._redis.pid

    async def start_redis(self) -> None:
        await self._kept(self.redis_host, self._redis.start)

    async def kill_redis(self) -> None:
        await self._kept(self.redis_host, self._redis.kill)

    async def ask_redis(self, *words: str) -> Any:
        return await self._redis.ask(*words)

    def freeze_redis(self) -> None:
        self._redis.freeze()

    def thaw_redis(self) -> None:
        self._redis.thaw()

    def _thaw(self) -> None:
        if self._redis.pid is not None:
            self._redis.thaw()

    async def _kept(
        self, host: Host, act: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Do something in the keeper's thread, at a host."""

        def there() -> T:
            with host.inside():
                return act(*args, **kwargs)

        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._keeper, partial(there))


def database(data: Path, host: Host) -> EmbeddedPostgres:
    """Return a server that others reach at `host`."""
    settings = _postgres_settings(data.parent, host)
    return EmbeddedPostgres(data, settings=settings, die_with_parent=True)


def _postgres_settings(home: Path, host: Host) -> dict[str, str]:
    if host.fd < 0:
        return SETTINGS
    who = home / "pg_hba.conf"
    who.write_text(TRUST)
    who.chmod(0o644)
    open_ = {"listen_addresses": host.address, "port": str(PORTS["postgres"])}
    return {**SETTINGS, **open_, "hba_file": str(who)}


def _redis_options(host: Host) -> Sequence[str]:
    if host.fd < 0:
        return ()
    place = ("--bind", host.address, "--port", str(PORTS["redis"]))
    return (*place, "--protected-mode", "no")
