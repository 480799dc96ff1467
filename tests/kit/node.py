"""A real node, as an operator runs it: a process of its own, which may be killed."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import asyncpg

from orbit.store.embedded import EmbeddedPostgres

READY = "Orbit is ready: "
GENEROUS = {  # all tests come from one address
    "ORBIT_LIMITS__GHOSTS_PER_ADDRESS_H": "1000000",
    "ORBIT_LIMITS__REST_PER_ADDRESS_MIN": "1000000",
    "ORBIT_LIMITS__CODES_PER_PERSON_MIN": "1000",
    "ORBIT_LIMITS__SIGN_INS_PER_PERSON_MIN": "1000",
    "ORBIT_LIMITS__LOOP_LAG_S": "60",  # and the machine is shared by many
}


class NodeProcess:
    """`orbit serve` on a data folder of its own; started again it is the same node."""

    def __init__(
        self,
        home: Path,
        environment: Mapping[str, str] = GENEROUS,
        program: str = "orbit",
    ) -> None:
        self.data = home / "data"
        self._program = program
        self.log = home / "log"
        self.url = ""
        self._environment = {**os.environ, **environment}
        self._process: subprocess.Popen[str] | None = None

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        if self._process is None:
            raise RuntimeError("the node does not run")
        return self._process.pid

    def start(self) -> str:
        """Start, wait until it is ready, and return its address; the same each time."""
        port = self.url.rpartition(":")[2] or "0"
        flags = ["--data", str(self.data), "--port", port]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", self._program, "serve", *flags],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=self._environment,
            )
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith(READY):
                self.url = line.removeprefix(READY).strip()
                return self.url
        raise RuntimeError(f"the node did not start: {self.log.read_text()[-2000:]}")

    def kill(self) -> None:
        """End it as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """End it as an operator would; return its exit code."""
        return self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> int:
        process, self._process = self._process, None
        if process is None:
            return 0
        process.send_signal(how)
        code = process.wait(45)
        if process.stdout:
            process.stdout.close()
        return code


def workers(parent: int, data: Path) -> dict[str, int]:
    """Return the pids of the workers of a parent that live now, by inc."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    found = {}
    for said in data.glob("worker-*/inc"):
        for pid in map(int, children):
            if _opens(pid, said.with_name("node.lock")):
                found[said.read_text()] = pid
    return found


async def owner(node: NodeProcess, board: str) -> str:
    """Return the inc that writes a board now."""
    dsn = EmbeddedPostgres(node.data / "postgres").dsn()
    connection = await asyncpg.connect(dsn)
    try:
        return str(await connection.fetchval(OWNER, board))
    finally:
        await connection.close()


OWNER = "SELECT owner FROM board WHERE id = $1::uuid"


def _opens(pid: int, path: Path) -> bool:
    for link in Path(f"/proc/{pid}/fd").glob("*"):
        try:
            if os.readlink(link) == str(path):
                return True
        except FileNotFoundError:
            continue
    return False


@contextmanager
def node_process(
    environment: Mapping[str, str] = GENEROUS, program: str = "orbit"
) -> Iterator[NodeProcess]:
    """Give a node that has not been started; it is stopped and gone afterwards."""
    # not tmp_path: as root, its parents are closed to the database's account
    home = Path(tempfile.mkdtemp(prefix="orbit-node-", dir="/tmp"))
    home.chmod(0o755)
    node = NodeProcess(home, environment, program)
    try:
        yield node
    finally:
        if node.is_running:
            node.stop()
        elif node.data.exists():  # killed: its database goes on without it
            node.start()
            node.stop()
        shutil.rmtree(home, ignore_errors=True)
