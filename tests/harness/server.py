"""A node as a process of its own, with its own data folder, and its database's process.

Everything that is killed here was started here, and is named by its pid.
"""

import asyncio
import json
import os
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

import aiohttp
import asyncpg

from orbit.store.embedded import EmbeddedPostgres

ROOT = Path(__file__).parents[2]
NODE = ("-m", "orbit", "serve")
NOTHING: Mapping[str, str] = {}
READY_S = 60.0
# Nobody is to be refused for being quick: other tests are about that.
BIG: Mapping[str, str] = {
    "COMMANDS_PER_SOCKET_S": "1e6",
    "COMMAND_BURST": "1000000",
    "FRAMES_PER_SOCKET_S": "1e6",
    "COMMAND_BYTES_PER_SOCKET_S": "1e9",
    "WRITES_PER_AUTHOR_MIN": "6e4",  # and its burst lasts: asks come out of order
    "AUTHOR_BURST": "1000000",
    "GHOSTS_PER_ADDRESS_H": "1e6",
    "REST_PER_ADDRESS_MIN": "1e6",
    "HANDSHAKES_PER_ADDRESS_S": "1e6",
    "HANDSHAKES_PER_S": "1e6",
    "LOOP_LAG_S": "60",
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """A node; fsync is on, as in production.

    `environment` goes over what it is given; `enter` is called in its process before
    it begins, to take it elsewhere.
    """

    def __init__(
        self,
        data: Path,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        limits: Mapping[str, str] = BIG,
        program: Sequence[str] = NODE,
        log_level: str = "info",
        environment: Mapping[str, str] = NOTHING,
        enter: Callable[[], None] | None = None,
    ) -> None:
        self.data, self.host, self.port = data, host, port or free_port()
        self.url = f"http://{host}:{self.port}"
        self.log = data.parent / f"{data.name}.log"
        self.starts = 0
        self._program, self._enter = program, enter
        self._process: asyncio.subprocess.Process | None = None
        self._env = {
            **{k: v for k, v in os.environ.items() if not k.startswith("ORBIT_")},
            **{f"ORBIT_LIMITS__{name}": value for name, value in limits.items()},
            "ORBIT_DATA": str(data),
            "ORBIT_HOST": host,
            "ORBIT_PORT": str(self.port),
            "ORBIT_LOG_LEVEL": log_level,
            "PYTHONPATH": str(ROOT),
            **environment,
        }
        self._postgres = EmbeddedPostgres(data / "postgres")

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    @property
    def dsn(self) -> str:
        return self._postgres.dsn()

    @property
    def postgres_pid(self) -> int | None:
        """The postmaster's pid, or None while it does not run."""
        return self._postgres.pid

    async def start(self) -> None:
        """Start, and return when it says that it is ready."""
        at = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, *self._program),
                env=self._env,
                stdout=log,
                stderr=log,
                preexec_fn=self._enter,
            )
        self.starts += 1
        async with asyncio.timeout(READY_S):
            while b"Orbit is ready" not in self.log.read_bytes()[at:]:
                assert self.is_running, self.said()[-3000:]
                await asyncio.sleep(0.01)

    async def kill(self) -> None:
        """As `kill -9`: nothing is saved, nobody is told."""
        assert self._process is not None
        self._process.kill()
        await self._process.wait()

    async def stop(self) -> None:
        """Stop in order; the database with it."""
        if self._process is not None and self.is_running:
            self._process.send_signal(signal.SIGCONT)
            self._process.terminate()
            async with asyncio.timeout(60):
                await self._process.wait()
        if (pid := self.postgres_pid) is not None:  # its node was killed
            os.kill(pid, signal.SIGQUIT)
            async with asyncio.timeout(30):
                while self.postgres_pid is not None:  # noqa: ASYNC110 - a pid tells nobody
                    await asyncio.sleep(0.02)

    def said(self) -> str:
        """Return all that it has printed and logged so far."""
        return self.log.read_text(errors="replace")

    def errors(self) -> list[str]:
        """Return what it has logged as an error, or printed where nobody caught it."""
        return errors_in(self.said())

    async def sql(self, query: str, *args: Any) -> Sequence[Any]:
        """Ask its database, past the node."""
        connection = await asyncpg.connect(self.dsn)
        try:
            return list(await connection.fetch(query, *args))
        finally:
            await connection.close()


def errors_in(log: str) -> list[str]:
    """Return the lines of a log that are errors, or were printed."""
    found = []
    for line in log.splitlines():
        try:
            is_error = json.loads(line)["level"] in {"error", "critical"}
        except (ValueError, TypeError, KeyError):
            is_error = line.startswith("Traceback")
        if is_error:
            found.append(line)
    return found


def family(pid: int) -> list[int]:
    """Return a process and its children."""
    found = [pid]
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(stat[1]) == pid:
                found.append(int(entry.name))
    return found


def is_stopped(pid: int) -> bool:
    """Tell whether SIGSTOP has arrived."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


@asynccontextmanager
async def served(**options: Any) -> AsyncIterator[Server]:
    """Run a node on a fresh data folder, which goes with it."""
    home = Path(tempfile.mkdtemp(prefix="orbit-harness-", dir="/tmp"))
    home.chmod(0o755)  # as root, the database's account must get there
    server = Server(home / "data", **options)
    try:
        await server.start()
        yield server
    finally:
        await server.stop()
        shutil.rmtree(home, ignore_errors=True)


class Reachable(Protocol):
    """What has an address."""

    @property
    def url(self) -> str:
        """Where it is, without a slash at the end."""


async def rest(
    server: Reachable,
    path: str,
    body: Any = None,
    ghost: str = "",
    method: str = "POST",
) -> Any:
    """Make one REST call that must succeed, and return its answer."""
    headers = {"Idempotency-Key": os.urandom(8).hex()}
    if ghost:
        headers["X-Ghost-ID"] = ghost
    async with (
        aiohttp.ClientSession() as session,
        session.request(
            method, f"{server.url}/api/v1{path}", json=body, headers=headers
        ) as answer,
    ):
        assert answer.ok, (path, answer.status, await answer.text())
        return await answer.json()


async def mint(server: Reachable) -> str:
    return str((await rest(server, "/identity/ghost/"))["ghost"])


async def new_board(server: Reachable, title: str = "A board", ghost: str = "") -> Any:
    """Make a public board and return the answer."""
    return await rest(server, "/boards/", {"title": title}, ghost)
