"""One start of a process: real directory, actors, writer, lease, care for others.

The database is the shipped memory store, made to fail; Redis is a hub, made to fail.
Alone (`hub` is None) or one of a cluster.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from orbit.core.actors.actor import BoardActor
from orbit.core.actors.around import Alone, Surroundings
from orbit.core.actors.directory import Directory
from orbit.core.actors.jobs import Jobs
from orbit.core.actors.journaling import Writer
from orbit.core.cluster.nodes import Nodes
from orbit.core.cluster.router import Router
from orbit.core.codec import Codec
from orbit.core.errors import Unavailable
from orbit.core.kinds import KINDS
from orbit.core.limits import Rate
from orbit.core.types import BoardId
from orbit.store.memory.carrier import MemoryMembers
from orbit.store.memory.world import World
from orbit.store.postgres.node import Beat
from orbit.upkeep import beat
from tests.kit.faults import FaultyJournal
from tests.kit.sim import Process, SimClock, SimLoop
from tests.simulation.hub import SimCarrier, SimHub

log = logging.getLogger(__name__)

T = TypeVar("T")
BEAT_S = 2.0
FREE = Rate(1e6, 1.0, 1e6)
REST_S = 8.0  # boards are put to rest soon: waking is where much goes wrong


class Node:
    """A process of a node, which may be stopped, cut off and killed."""

    def __init__(
        self,
        loop: SimLoop,
        world: World,
        inc: str,
        journal: FaultyJournal,
        hub: SimHub | None = None,
    ) -> None:
        self.loop, self.world, self.inc, self.journal = loop, world, inc, journal
        self.process, self.jobs = Process(), Jobs()
        self.is_dead = False
        self.well_since = loop.now
        # In their order, which sets would not keep from one run to the next.
        self.pending: dict[asyncio.Future[Any], None] = {}  # of clients, until it dies
        self._acts: dict[asyncio.Task[Any], None] = {}  # that it was told to do
        self._hub = hub
        self._carrier = SimCarrier(hub, inc, loop, self.process) if hub else None
        world.enter(inc, inc, inc)
        self.process.context.run(self._start)

    def _start(self) -> None:
        clock = SimClock(self.loop)
        self.lease = Beat(_Lane(self.journal), self.inc, clock)  # type: ignore[arg-type]
        self.writer = Writer(self.journal)
        self.nodes: Nodes | None = None
        if self._carrier and self._hub:
            members = MemoryMembers(self._hub)
            self.nodes = Nodes(self._carrier, members, self.journal, name=self.inc)
        around = self._around(clock)
        first = self.nodes.follow if self.nodes else None
        self.directory = Directory(around, first=first, rest_after_s=REST_S)
        self.router = Router(self.directory, clock, is_alone=self.nodes is None)
        for job in (self.writer.run(), self.directory.run(), self._beats()):
            self.jobs.start(job, self.inc)
        if self.nodes:
            self.nodes.connect(self.directory, around)
            self.jobs.start(self.nodes.run(), self.inc)

    def _around(self, clock: SimClock) -> Surroundings:
        return Surroundings(
            kinds=KINDS,
            codecs={name: Codec(kind) for name, kind in KINDS.items()},
            journal=self.journal,
            writer=self.writer,
            lease=self.lease,
            clock=clock,
            jobs=self.jobs,
            wakes=asyncio.Semaphore(64),
            author_rate=FREE,
            relay=self.nodes or Alone(),
        )

    async def _beats(self) -> None:
        """Renew the lease as a node does; a lapse has its boards looked at again."""
        while True:
            try:
                await beat(self.lease, self.directory, self._register, self.nodes)
            except Unavailable:
                log.info("the database did not answer")
            await asyncio.sleep(BEAT_S)

    async def _register(self) -> None:
        self.world.enter(self.inc, self.inc, self.inc)

    # As clients and signals reach it ------------------------------------------------

    def reach(self, act: Callable[..., object], *args: object) -> None:
        """Have the process do something, in its own time; the dead do nothing."""
        if not self.is_dead:
            self.loop.call_soon(act, *args, context=self.process.context)

    async def run(self, job: Coroutine[Any, Any, T]) -> T | None:
        """Have the process do something to its end; None if that came before."""
        task = self.loop.create_task(job, context=self.process.context)
        self._acts[task] = None
        await asyncio.wait([task])
        self._acts.pop(task, None)
        return None if task.cancelled() else task.result()

    def stop(self) -> None:
        """Stand still, as after SIGSTOP."""
        self.process.stop()

    def go_on(self) -> None:
        """Run again, as after SIGCONT."""
        if self.process.is_stopped:
            self.process.go_on(self.loop)
            self.well_since = self.loop.now

    @property
    def is_well(self) -> bool:
        """Whether it runs."""
        return not (self.is_dead or self.process.is_stopped)

    async def die(self) -> None:
        """Be gone between two steps, as after SIGKILL."""
        self.is_dead = True
        self.journal.is_closed = True
        if self._hub and self._carrier:
            self._hub.leave(self._carrier)
        for waiting in self.pending:
            if not waiting.done():
                waiting.set_result(None)
        self.process.go_on(self.loop)
        for act in self._acts:
            act.cancel()
        await self.jobs.close()

    def owned(self, board: BoardId) -> BoardActor | None:
        """Return the board's actor if it is live here."""
        actor = self.directory.get(board)
        is_live = isinstance(actor, BoardActor) and actor.live is not None
        return actor if is_live else None  # type: ignore[return-value]


class _Lane:
    """The way to the database on which a node beats."""

    def __init__(self, journal: FaultyJournal) -> None:
        self._journal = journal

    async def fetchrow(
        self, _query: str, _inc: str, deaf_s: float | None
    ) -> tuple[int | None]:
        return (await self._journal.beat(deaf_s),)
