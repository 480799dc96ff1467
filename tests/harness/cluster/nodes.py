"""The nodes: each a process on a host of its own, or all under one parent."""

import asyncio
import secrets
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from orbit.settings import Failover
from orbit.store.embedded.server import death_wish
from tests.harness.cluster import witness
from tests.harness.cluster.outside import Outside
from tests.harness.cluster.standby import Pair
from tests.harness.field import Place, until
from tests.harness.server import READY_S, Server, errors_in
from tests.kit.hosts import Host, Loopback, Network
from tests.kit.node import workers

COUNT = 3
PORT = 8080
AGAIN_S = 0.5
OWNED = "SELECT id::text FROM board WHERE owner = $1::uuid"
INC_FILE = "inc"


class Node:
    """One node at one place; whoever follows it there is it, too."""

    def __init__(self, name: str, host: Host, server: Server) -> None:
        self.name, self.host, self.server = name, host, server
        self.place = Place(server.host, server.port)

    @property
    def inc(self) -> str:
        """Who it is to the database, since its last start."""
        return (self.server.data / INC_FILE).read_text()

    async def come_back(self) -> None:
        """Start until it serves, as whoever looks after it would."""
        while True:
            try:
                return await self.server.start()
            except (AssertionError, TimeoutError):
                await self.server.stop()
                await asyncio.sleep(AGAIN_S)


class Cluster:
    """Three nodes, and what they share."""

    def __init__(self, home: Path, network: Network | Loopback) -> None:
        self.home, self.network = home, network
        self.outside = self._made_outside()
        self.nodes: list[Node] = []
        self._hosts = [network.host(f"node{n + 1}") for n in range(COUNT)]
        self._given = {
            "ORBIT_DATABASE_URL": self.outside.dsn,
            "ORBIT_REDIS_URL": self.outside.url,
            **_secrets(),
        }
        self._starts = 0

    def _made_outside(self) -> Outside:
        return Outside(self.home, self.network)

    @property
    def operator_key(self) -> str:
        """What opens the room of operators."""
        return self._given["ORBIT_OPERATOR_KEY"]

    @property
    def places(self) -> list[Place]:
        return [node.place for node in self.nodes]

    async def start(self) -> None:
        """Start all, on a fresh database."""
        await self.outside.start()
        await self.prepare()
        self.nodes = [self.made(host) for host in self._hosts]
        async with asyncio.TaskGroup() as jobs:
            for node in self.nodes:
                jobs.create_task(node.server.start())

    async def prepare(self) -> None:
        """Do what is to be done to the database before a node comes."""
        await witness.install(self.outside)

    async def stop(self) -> None:
        async with asyncio.TaskGroup() as jobs:
            for node in self.nodes:
                jobs.create_task(node.server.stop())
        await self.outside.stop()

    def made(self, host: Host, is_beside: Node | None = None) -> Node:
        """Return a node with a folder of its own, which has not been started."""
        self._starts += 1
        taken = is_beside.place.port if is_beside else 0
        port = PORT + (taken == PORT) if self.network.is_real else 0
        server = self._server(host, f"node-{self._starts}", port, {})
        return Node(host.name, host, server)

    async def owned(self, node: Node) -> list[str]:
        """Return the boards that a node writes now."""
        return await self.owned_by(node.inc)

    async def owned_by(self, inc: str) -> list[str]:
        """Return the boards that one start of a node writes now."""
        return [row[0] for row in await self.outside.sql(OWNED, inc)]

    def errors(self) -> list[str]:
        """Return what any node has logged as an error."""
        logs = self.home.glob("*.log")
        return [line for log in logs for line in errors_in(log.read_text("utf-8"))]

    def _server(
        self, host: Host, name: str, port: int, more: Mapping[str, str]
    ) -> Server:
        wish = death_wish(signal.SIGKILL)

        def enter() -> None:
            host.enter()
            if wish:
                wish()

        return Server(
            self.home / name,
            host=host.address,
            port=port,
            environment={**self._given, **more},
            enter=enter,
        )


class Workers(Cluster):
    """Three nodes under one parent, which share one port: `bin/serve --workers 3`."""

    async def start(self) -> None:
        await self.outside.start()
        await self.prepare()
        host = self._hosts[0]
        port = PORT if self.network.is_real else 0
        more = {"ORBIT_WORKERS": str(COUNT)}
        server = self._server(host, "workers", port, more)
        self.nodes = [Node(host.name, host, server)]
        await server.start()

    def pids(self) -> dict[str, int]:
        """Return the workers that live now, by inc."""
        parent = self.nodes[0].server
        return workers(parent.pid, parent.data)

    async def all_there(self) -> bool:
        """Wait until as many live as should."""
        return await until(lambda: len(self.pids()) == COUNT, READY_S, every_s=0.1)


class Replicated(Cluster):
    """Three nodes whose database has a standby."""

    outside: Pair
    failover = Failover.ASYNC

    def __init__(self, home: Path, network: Network | Loopback) -> None:
        super().__init__(home, network)
        self._given["ORBIT_FAILOVER"] = self.failover

    def _made_outside(self) -> Pair:
        is_synchronous = self.failover is Failover.SYNC
        return Pair(self.home, self.network, is_synchronous=is_synchronous)


class Synchronous(Replicated):
    """The same, where nothing is acknowledged that the standby has not."""

    failover = Failover.SYNC


def _secrets() -> dict[str, str]:
    names = ("PEPPER", "SECRET_KEY", "CLUSTER_SECRET", "OPERATOR_KEY")
    return {f"ORBIT_{name}": secrets.token_urlsafe(32) for name in names}


@asynccontextmanager
async def running(
    network: Network | Loopback, kind: type[Cluster] = Cluster
) -> AsyncIterator[Cluster]:
    """Run a cluster on fresh folders, which go with it."""
    home = Path(tempfile.mkdtemp(prefix="orbit-cluster-", dir="/tmp"))
    home.chmod(0o755)  # as root, the database's account must get there
    cluster = kind(home, network)
    try:
        await cluster.start()
        yield cluster
    finally:
        await cluster.stop()
        shutil.rmtree(home, ignore_errors=True)
