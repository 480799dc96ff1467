"""The parent of several nodes on one machine, which share one port.

    lock ─> port ─> database ─> schema ─> Valkey ─> workers ─> ready

A worker is `orbit serve` in a folder of its own.  One that dies is buried at once, so
that the others take its boards over, and replaced; on SIGHUP each gets a successor
before it goes.  It must never serve anybody: what holds no socket is never too busy.
"""

import asyncio
import logging
import signal
import socket
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from uuid import uuid1

from orbit.core.errors import Unavailable
from orbit.database import embedded
from orbit.environment import environment_of
from orbit.http.logs import configure
from orbit.preflight import CannotServe
from orbit.settings import Settings
from orbit.store.clock import SystemClock
from orbit.store.embedded import CannotStart, EmbeddedPostgres
from orbit.store.embedded.locks import Lock
from orbit.store.embedded.server import death_wish
from orbit.store.embedded.valkey import EmbeddedValkey
from orbit.store.postgres.migrate import migrate_at
from orbit.store.postgres.store import PostgresStore

log = logging.getLogger(__name__)

READY = b"Orbit is ready: "
INC_FILE = "inc"  # in which a node says who it is, before it owns anything
START_S = 60.0
LEAVE_S = 40.0  # for so long a worker may send its sockets away
STOP_S = 20.0
HEAL_S = 0.5
PORT_S = 8.0  # for so long the workers of a parent that was killed may hold the port
SOON_S, LATE_S, WELL_S = 0.05, 10.0, 30.0  # before the next try; what is no quick death
SETTLE_S = 3.0  # within which the living have taken the boards of a dead one


def run(settings: Settings, say: Callable[[str], None]) -> None:
    """Have workers serve until SIGTERM or SIGINT; `say` is told when all are ready.

    Raises:
        CannotServe: the folder or the port is taken, or a worker does not start.
    """
    asyncio.run(_serve(settings, say))


async def _serve(settings: Settings, say: Callable[[str], None]) -> None:
    configure(settings.log_level)
    loop = asyncio.get_running_loop()
    stop, roll = asyncio.Event(), asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    loop.add_signal_handler(signal.SIGHUP, roll.set)
    async with AsyncExitStack() as stack:
        _lock(settings.data, stack)
        settings = await _with_port(settings, stack)
        settings = await stack.enter_async_context(_outside(settings))
        workers = Workers(settings)
        stack.push_async_callback(workers.close)
        await workers.start()
        for slot, worker in sorted(workers.slots.items()):
            say(f"worker {slot} has the pid {worker.process.pid}")
        say(f"Orbit is ready: {_address(settings)}")
        async with asyncio.TaskGroup() as jobs:
            running = [jobs.create_task(workers.keep(slot)) for slot in workers.slots]
            running.append(jobs.create_task(_roll(workers, roll)))
            await stop.wait()
            say("Orbit stops: saving boards")
            for job in running:
                job.cancel()


async def _roll(workers: "Workers", asked: asyncio.Event) -> None:
    while True:
        await asked.wait()
        asked.clear()
        await workers.replace_all()


class Worker:
    """One process, from its start to its end."""

    def __init__(self, folder: Path, process: Process) -> None:
        """Begin to read what it says; `ready` tells its end, too."""
        self.folder, self.process = folder, process
        self.born_at = time.monotonic()

    async def ready(self) -> bool:
        """Wait until it serves; False if it has ended, or takes too long."""
        assert self.process.stdout is not None  # noqa: S101 - it was asked for
        with suppress(TimeoutError):
            async with asyncio.timeout(START_S):
                async for line in self.process.stdout:
                    if line.startswith(READY):
                        return True
        return False

    @property
    def inc(self) -> str | None:
        """Who it is to the database; None if it never came so far."""
        try:
            return (self.folder / INC_FILE).read_text() or None
        except OSError:
            return None

    async def end(self, how: signal.Signals, within_s: float) -> None:
        """Have it end, harshly if it must be."""
        with suppress(ProcessLookupError):
            self.process.send_signal(how)
        try:
            async with asyncio.timeout(within_s):
                await self.process.wait()
        except TimeoutError:
            log.warning("a worker did not end in time: it is killed")
            with suppress(ProcessLookupError):
                self.process.kill()
            await self.process.wait()


class Workers:
    """All of them, by slot: 1, 2, 3, ..."""

    def __init__(self, settings: Settings) -> None:
        """`settings` name a database, a Redis and a port: those of all of them."""
        self._settings = settings
        self.slots: dict[int, Worker] = {}
        self._locks = [asyncio.Lock() for _ in range(settings.workers + 1)]
        self._all: set[Worker] = set()  # successors, and those that leave, too
        self._store = PostgresStore(
            settings.database_url or "",
            inc=str(uuid1()),
            name="workers",
            clock=SystemClock(),
        )

    async def start(self) -> None:
        """Start them all at once.

        Raises:
            CannotServe: one of them did not start; it has said why.
        """
        slots = range(1, self._settings.workers + 1)
        spawned = [(slot, await self._spawn(slot)) for slot in slots]
        for slot, worker in spawned:
            self.slots[slot] = await self._ready(slot, worker)

    async def keep(self, slot: int) -> None:
        """Replace whoever dies in a slot, for ever."""
        pause = SOON_S
        while True:
            worker = self.slots[slot]
            code = await worker.process.wait()
            async with self._locks[slot]:
                if self.slots[slot] is not worker:
                    continue  # it was replaced, and told to go
                log.warning("worker %d has ended with %d: it is replaced", slot, code)
                await self._bury(worker)
                lived_s = time.monotonic() - worker.born_at
                pause = SOON_S if lived_s > WELL_S else min(pause * 2, LATE_S)
                await self._settle(worker)
                await asyncio.sleep(pause)
                with suppress(CannotServe):  # said; the dead one is looked at again
                    self.slots[slot] = await self._successor(slot)

    async def _settle(self, dead: Worker) -> None:
        """Leave the living a while to take what the dead one had, if any lives.

        To start one more takes a second of a core, which people would wait for.
        """
        others = [worker for worker in self.slots.values() if worker is not dead]
        with suppress(TimeoutError):
            async with asyncio.timeout(SETTLE_S):
                for other in others:
                    await other.process.wait()

    async def replace_all(self) -> None:
        """Give each a successor, and have it go when that serves: one at a time."""
        for slot in sorted(self.slots):
            async with self._locks[slot]:
                old = self.slots[slot]
                try:
                    self.slots[slot] = await self._successor(slot)
                except CannotServe as error:
                    log.error("%s: those that run go on", error)
                    return
                await old.end(signal.SIGTERM, LEAVE_S)
                await self._bury(old)
        log.warning("all workers were replaced")

    async def close(self) -> None:
        """End them all."""
        async with asyncio.TaskGroup() as jobs:
            for worker in self._all:
                if worker.process.returncode is None:
                    jobs.create_task(worker.end(signal.SIGINT, STOP_S))
        await self._store.close()

    async def _successor(self, slot: int) -> Worker:
        worker = await self._ready(slot, await self._spawn(slot))
        log.warning("worker %d has the pid %d", slot, worker.process.pid)
        return worker

    async def _spawn(self, slot: int) -> Worker:
        ours = self._settings
        folder = self._free_folder()
        given = {"data": folder, "workers": 1, "worker": f"{slot}/{ours.workers}"}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "orbit", "serve"),
            env=environment_of(ours.model_copy(update=given)),
            stdin=DEVNULL,
            stdout=PIPE,
            start_new_session=True,  # a Ctrl-C is ours
            preexec_fn=death_wish(),  # should we be killed, they stop in order
        )
        worker = Worker(folder, process)
        self._all.add(worker)
        return worker

    async def _ready(self, slot: int, worker: Worker) -> Worker:
        if not await worker.ready():
            await worker.end(signal.SIGKILL, STOP_S)
            self._all.discard(worker)
            raise CannotServe(f"worker {slot} did not start")
        return worker

    def _free_folder(self) -> Path:
        """Return a folder that no living process has."""
        taken = {
            worker.folder for worker in self._all if worker.process.returncode is None
        }
        number = 0
        while True:
            number += 1
            folder = self._settings.data / f"worker-{number}"
            if folder not in taken and _is_free(folder):
                return folder

    async def _bury(self, worker: Worker) -> None:
        """Tell the database at once that it is dead; it was waited for."""
        self._all.discard(worker)
        if (inc := worker.inc) is None:
            return
        try:
            if await self._store.node.bury(inc):
                log.warning("its boards are free for the others")
        except Unavailable:
            log.warning("the database does not answer: a lease of 6 s has to end first")


def _is_free(folder: Path) -> bool:
    folder.mkdir(exist_ok=True)
    lock = Lock(folder / "node.lock")
    try:
        return lock.seize()
    finally:
        lock.close()


def _lock(data: Path, stack: AsyncExitStack) -> None:
    lock = Lock(data / "node.lock")
    stack.callback(lock.close)
    if not lock.seize():
        raise CannotServe(f"another node runs on {data}; stop it, or name another data")


async def _with_port(settings: Settings, stack: AsyncExitStack) -> Settings:
    """Hold the port, for while no worker listens; take a free one if it is 0."""
    end = time.monotonic() + PORT_S
    while (held := _held(settings, is_last=time.monotonic() > end)) is None:  # noqa: ASYNC110 - whoever has it tells nobody
        await asyncio.sleep(HEAL_S)
    stack.callback(held.close)
    return settings.model_copy(update={"port": held.getsockname()[1]})


def _held(settings: Settings, *, is_last: bool) -> socket.socket | None:
    try:
        _bound(settings, is_shared=False).close()  # nobody else is there
        return _bound(settings, is_shared=True)
    except OSError as error:
        if not is_last:
            return None
        where = f"{settings.host}:{settings.port}"
        raise CannotServe(f"cannot listen on {where}: {error.strerror}") from None


def _bound(settings: Settings, *, is_shared: bool) -> socket.socket:
    family, kind, proto, _, place = socket.getaddrinfo(
        settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    made = socket.socket(family, kind, proto)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if is_shared:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        made.bind(place)
        if not is_shared:
            made.listen(1)  # two may be bound, but not two listen
    except OSError:
        made.close()
        raise
    return made


def _address(settings: Settings) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return settings.public_url or f"http://{host}:{settings.port}"


@asynccontextmanager
async def _outside(settings: Settings) -> AsyncIterator[Settings]:
    """Give the settings with a database and a Redis that run: ours, or those named."""
    async with AsyncExitStack() as stack:
        server: EmbeddedPostgres | None = None
        valkey: EmbeddedValkey | None = None
        dsn, url = settings.database_url, settings.redis_url
        if dsn is None:
            server = embedded(settings)
            stack.push_async_callback(asyncio.to_thread, server.stop)
            dsn = await asyncio.to_thread(server.start)
        await migrate_at(dsn)
        if url is None:
            valkey = EmbeddedValkey(settings.data / "valkey")
            stack.callback(valkey.stop)
            url = valkey.start()
        healing = asyncio.get_running_loop().create_task(_heal(server, valkey))
        stack.push_async_callback(_cancelled, healing)
        yield settings.model_copy(update={"database_url": dsn, "redis_url": url})


async def _heal(server: EmbeddedPostgres | None, valkey: EmbeddedValkey | None) -> None:
    """Start again what has died."""
    while True:
        await asyncio.sleep(HEAL_S)
        try:
            if server is not None and await asyncio.to_thread(server.ensure):
                log.warning("the database had died and runs again")
            # in this thread: with another one's end it would end
            if valkey is not None and valkey.ensure():
                log.warning("valkey had died and runs again")
        except (CannotStart, OSError):
            log.exception("a part of the outside does not start")


async def _cancelled(job: asyncio.Task[None]) -> None:
    job.cancel()
    await asyncio.wait([job])
