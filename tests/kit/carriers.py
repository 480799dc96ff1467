"""Carriers and members to hold to their promises: incs over one hub or one Redis."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import uuid4

from orbit.core.cluster.carrier import Member, Sent
from orbit.store.clock import SystemClock
from orbit.store.memory.carrier import Hub, MemoryCarrier, MemoryMembers
from orbit.store.redis.carrier import RedisCarrier
from orbit.store.redis.members import RedisMembers
from tests.kit.valkey import Valkey, valkey

SECRET = b"a secret of the cluster, 32 bytes"
TOLD_S = 20.0  # far more than any carrier takes
Carrier = MemoryCarrier | RedisCarrier


class Inc:
    """One start of a node: its carrier, running, and what has arrived there."""

    def __init__(self, carrier: Carrier) -> None:
        self.carrier = carrier
        self.heard: list[tuple[str, bytes]] = []
        self._job: asyncio.Task[None] | None = None
        carrier.listen(lambda source, frame: self.heard.append((source, frame)))

    @property
    def inc(self) -> str:
        return self.carrier.inc

    def start(self) -> None:
        self._job = asyncio.create_task(self.carrier.run())

    async def stop(self) -> None:
        if self._job is not None:
            self._job.cancel()
            await asyncio.wait([self._job])
            self._job = None

    def send(self, to: "Inc | str", frame: bytes) -> asyncio.Future[Sent]:
        """Send, and return what will be told of it."""
        future: asyncio.Future[Sent] = asyncio.get_running_loop().create_future()
        # a second call would raise: it is told once
        target = to if isinstance(to, str) else to.inc
        self.carrier.send(target, frame, future.set_result)

        def give_up() -> None:
            if not future.done():
                future.set_exception(AssertionError("it was never told of"))

        asyncio.get_running_loop().call_later(TOLD_S, give_up)
        return future

    async def hears(self) -> None:
        """Wait until it hears."""
        await until(lambda: not self.carrier.is_deaf)

    async def got(self, *frames: bytes) -> None:
        """Wait until these frames have come, and nothing else before them."""
        await until(lambda: len(self.heard) >= len(frames))
        assert [frame for _, frame in self.heard] == list(frames)
        self.heard.clear()


class Cluster:
    """Incs that share a hub, or a Redis, and the faults of both."""

    def __init__(self, redis: Valkey | None, secret: bytes | None) -> None:
        self.redis, self.secret = redis, secret
        self.clock = SystemClock()
        self.hub = Hub(self.clock)
        self.log_id = str(uuid4())
        self._incs: list[Inc] = []
        self._members: list[RedisMembers] = []

    def new(self, inc: str = "") -> Inc:
        """Return an inc whose carrier does not run yet."""
        inc = inc or str(uuid4())
        if self.redis is None:
            made = Inc(MemoryCarrier(self.hub, inc))
        else:
            made = Inc(self.over_redis(self.redis.url, inc))
        self._incs.append(made)
        return made

    def over_redis(self, url: str, inc: str) -> RedisCarrier:
        """Return a carrier over Redis at some address."""
        return RedisCarrier(
            url,
            inc=inc,
            log_id=self.log_id,
            clock=self.clock,
            secret=self.secret,
        )

    async def inc(self) -> Inc:
        """Return an inc that runs and hears."""
        made = self.new()
        made.start()
        await made.hears()
        return made

    def members(self) -> MemoryMembers | RedisMembers:
        """Return what one node knows the others by."""
        if self.redis is None:
            return MemoryMembers(self.hub)
        made = RedisMembers(self.redis.url, log_id=self.log_id)
        self._members.append(made)
        return made

    # --- faults ---

    def stop(self) -> None:
        if self.redis is None:
            self.hub.stop()
        else:
            self.redis.kill()

    def start(self) -> None:
        if self.redis is None:
            self.hub.start()
        else:
            self.redis.start()

    def freeze(self) -> None:
        if self.redis is None:
            self.hub.freeze()
        else:
            self.redis.freeze()

    def thaw(self) -> None:
        if self.redis is None:
            self.hub.thaw()
        else:
            self.redis.thaw()

    async def flush(self) -> None:
        if self.redis is None:
            self.hub.flush()
        else:
            await self.redis.ask("FLUSHALL")

    async def lapse(self, me: Member) -> None:
        """Let a member's 6 s end, as if it had been silent for so long."""
        if self.redis is None:
            self.hub.lapse(me.inc)
            return
        key = f"orbit:{self.log_id}:members"
        value = await self.redis.ask("HGET", key, me.inc)
        _, _, said = value.partition(b" ")
        await self.redis.ask("HSET", key, me.inc, b"1 " + said)

    async def close(self) -> None:
        for inc in self._incs:
            await inc.stop()
        for members in self._members:
            await members.close()


@asynccontextmanager
async def cluster(adapter: str) -> AsyncIterator[Cluster]:
    """Open `memory`, `redis` or `sealed`: Redis with sealed frames."""
    if adapter == "memory":
        async with _closing(Cluster(None, None)) as opened:
            yield opened
        return
    with valkey() as redis:
        secret = SECRET if adapter == "sealed" else None
        async with _closing(Cluster(redis, secret)) as opened:
            yield opened


@asynccontextmanager
async def _closing(opened: Cluster) -> AsyncIterator[Cluster]:
    try:
        yield opened
    finally:
        await opened.close()


async def until(holds: Callable[[], object], within_s: float = 20.0) -> None:
    """Return when something holds."""
    async with asyncio.timeout(within_s):
        while not holds():  # noqa: ASYNC110 - a carrier tells nobody when it hears
            await asyncio.sleep(0.002)


async def eventually(
    tried: Callable[[], Awaitable[object]], within_s: float = 20.0
) -> None:
    """Try again until it is true."""
    async with asyncio.timeout(within_s):
        while not await tried():  # noqa: ASYNC110 - asked anew each time
            await asyncio.sleep(0.01)
