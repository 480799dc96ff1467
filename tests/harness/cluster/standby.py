"""A database with a standby, which takes its place when it is told to.

The nodes know both by one address.  Whoever is replaced is thrown away, and made anew
as a copy of who has replaced it.
"""

import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import asyncpg

from orbit.store.embedded.binaries import find_binaries
from orbit.store.embedded.initdb import ENVIRONMENT, ROLE
from tests.harness.cluster.outside import PORTS, Outside, database
from tests.harness.field import until
from tests.kit.hosts import Loopback, Network

NAME = "standby"
LEVEL_S = 30.0
# What it has received by now, it has replayed, and it waits for more.
WAITS = """
SELECT wait_event IN ('RecoveryWalStream', 'RecoveryRetrieveRetryInterval')
  FROM pg_stat_activity WHERE backend_type = 'startup'"""
RECEIVES = "SELECT EXISTS (SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming')"
FOLLOWED = """
SELECT coalesce(bool_or(state = 'streaming' AND (NOT $1 OR sync_state = 'sync')), false)
  FROM pg_stat_replication WHERE application_name = 'standby'"""
REPLAYED = "SELECT pg_last_wal_replay_lsn() >= $1::text::pg_lsn"
HEADS = "SELECT id::text, seq FROM board"


class Pair(Outside):
    """The same with a standby; `is_synchronous`: no commit is told before it has it."""

    def __init__(
        self, home: Path, network: Network | Loopback, *, is_synchronous: bool
    ) -> None:
        super().__init__(home, network)
        self.is_synchronous = is_synchronous
        self._standby_host = network.host(NAME)
        self._standby = database(home / NAME, self._standby_host)
        self._dsn = self._address_of_both()

    @property
    def dsn(self) -> str:
        """The address of both, to the nodes: whichever may be written."""
        return self._dsn

    async def start(self) -> None:
        """Start all, and have the standby be level."""
        await super().start()
        await self.stand_by()

    async def stop(self) -> None:
        await self._kept(self._standby_host, self._standby.stop)
        await super().stop()

    async def stand_by(self) -> None:
        """Make a standby of who serves; when this returns, it follows him."""
        await self._kept(self._standby_host, self._standby.stop)
        await self._kept(self._standby_host, self._copy)
        await self._kept(self._standby_host, self._standby.start)
        await self._followed(is_synchronous=False)
        if self.is_synchronous:
            await self._configure(
                self._postgres.dsn(), "synchronous_standby_names", NAME
            )
            await self._followed(is_synchronous=True)

    async def level(self) -> None:
        """Wait until the standby has all that is committed by now."""
        end = (await self.sql("SELECT pg_current_wal_lsn()::text"))[0][0]

        async def is_level() -> bool:
            return bool((await self._ask_standby(REPLAYED, end))[0][0])

        assert await until(is_level, LEVEL_S), "the standby does not come level"

    async def fall_behind(self) -> None:
        """Have the standby receive nothing more; who serves does not wait for it."""
        await self._configure(self._standby.dsn(), "primary_conninfo", "")

        async def is_deaf() -> bool:
            return not (await self._ask_standby(RECEIVES))[0][0]

        assert await until(is_deaf, LEVEL_S), "the standby goes on receiving"

    async def kill(self) -> None:
        """Kill who serves, postmaster first, as when its machine is lost."""
        pid = self.postgres_pid
        self.signal_postgres(signal.SIGKILL)
        await until(lambda: self.postgres_pid != pid, LEVEL_S)

    async def bury(self) -> None:
        """Kill who was replaced, and serves on for whoever has not noticed."""
        if (pid := self._standby.pid) is not None:
            os.kill(pid, signal.SIGKILL)
            await until(lambda: self._standby.pid != pid, LEVEL_S)

    async def heads(self) -> dict[str, int]:
        """Return how far each board is at the standby, when it has replayed all."""

        async def is_over() -> bool:
            return bool((await self._ask_standby(WAITS))[0][0])

        assert await until(is_over, LEVEL_S), "the standby replays for ever"
        return {row["id"]: row["seq"] for row in await self._ask_standby(HEADS)}

    async def promote(self) -> None:
        """Have the standby serve; when this returns, it may be written."""
        await self._ask_standby("SELECT pg_promote(true, 60)")
        self._postgres, self._standby = self._standby, self._postgres
        hosts = self._standby_host, self.postgres_host
        self.postgres_host, self._standby_host = hosts

    def _address_of_both(self) -> str:
        if self._is_real:
            hosts = self.postgres_host.address, self._standby_host.address
            places = ",".join(f"{host}:{PORTS['postgres']}" for host in hosts)
            return f"postgresql://{ROLE}@{places}/postgres"
        both = (_folder(server.dsn()) for server in (self._postgres, self._standby))
        return f"postgresql://{ROLE}@/postgres?host={','.join(both)}"

    def _copy(self) -> None:
        """Take a copy of who serves, which will follow him."""
        shutil.rmtree(self._standby_data, ignore_errors=True)
        host = _folder(self._postgres.dsn())
        if self._is_real:
            host = self.postgres_host.address
        words = f"host={host} port=5432 user={ROLE} application_name={NAME}"
        options = ("--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast")
        where = (f"--pgdata={self._standby_data}", f"--dbname={words}", "--no-sync")
        subprocess.run(
            [find_binaries() / "pg_basebackup", *where, *options],
            env=ENVIRONMENT,
            check=True,
            capture_output=True,
            timeout=LEVEL_S,
        )

    @property
    def _standby_data(self) -> Path:
        return self._standby.log.with_suffix("")

    async def _followed(self, *, is_synchronous: bool) -> None:
        async def is_followed() -> bool:
            return bool((await self.sql(FOLLOWED, is_synchronous))[0][0])

        assert await until(is_followed, LEVEL_S), "nobody follows the database"

    async def _configure(self, dsn: str, name: str, value: str) -> None:
        connection = await asyncpg.connect(dsn)
        await connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")
        await connection.execute("SELECT pg_reload_conf()")
        await connection.close()

    async def _ask_standby(self, query: str, *args: Any) -> list[Any]:
        connection = await asyncpg.connect(self._standby.dsn())
        try:
            return list(await connection.fetch(query, *args))
        finally:
            await connection.close()


def _folder(dsn: str) -> str:
    """Return where the socket of a server is."""
    return unquote(dsn.rpartition("?host=")[2])
