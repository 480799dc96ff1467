"""Frames between nodes over Redis: one connection to publish, one to listen.

A node hears itself once a second; when it does not, it is deaf, and says so: silence is
no news then.  Both connections are mended for ever.  It must never know what is said.

Source: guarantees.md, 2.2 (echo) and 2.7.
"""

import asyncio
import logging
import secrets
import struct
from collections import Counter
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from orbit.core.cluster.carrier import Received, Sent
from orbit.core.ports import Clock
from orbit.store.redis.client import TIMEOUT_S, Link, RedisDown, check, refused
from orbit.store.redis.frames import Drop, Frames, Kind
from orbit.store.redis.publisher import Publisher, Told

log = logging.getLogger(__name__)

ECHO_S = 1.0
SILENCE_S = 2.5
PAUSE_S, LONGEST_PAUSE_S = 0.05, 1.0
WELL_S = 5.0  # a connection that held for so long was a good one

_WORDS = Kind.WORDS
_pack_time = struct.Struct("!d")
_dice = secrets.SystemRandom()


class RedisCarrier:
    """`core.cluster.carrier.Carrier` over Redis pub/sub, a channel for each inc.

    `secret` seals the frames; without it they are plain, for loopback.
    """

    def __init__(
        self,
        url: str,
        *,
        inc: str,
        log_id: str,
        clock: Clock,
        secret: bytes | None = None,
    ) -> None:
        """Describe a carrier; nothing happens before `run`.

        Raises:
            ValueError: the address is malformed.
        """
        check(url)
        self._url, self._inc, self._clock = url, inc, clock
        self._frames = Frames(inc, log_id, secret)
        self._prefix = _prefix(log_id)
        self._publisher = Publisher(self._frames, self._channel, self._opened)
        self._received: Received | None = None
        self._reader: Link | None = None
        self._subscribed: asyncio.Future[None] | None = None
        self._subscribed_at = 0.0
        self._heard_at = float("-inf")  # when the last echo that came back was sent
        self._carried_at: float | None = None  # when one was that did not, so far
        self._lost_at: float | None = clock.monotonic()
        self.sent = self.taken = 0  # frames of others than the echo
        self.dropped: Counter[Drop] = Counter()

    @property
    def inc(self) -> str:
        """This start of this node."""
        return self._inc

    @property
    def is_deaf(self) -> bool:
        """Whether nothing may be arriving: then silence means nothing."""
        return self.deaf_since is not None

    @property
    def deaf_since(self) -> float | None:
        """Since when (monotonic) nothing may have arrived; None while it hears."""
        if self._lost_at is not None:
            return self._lost_at
        silent_s = self._clock.monotonic() - self._heard_at
        return self._heard_at if silent_s >= SILENCE_S else None

    def rotate(self, log_id: str) -> None:
        """Be with those of another log, once they are listened to."""
        self._frames.rotate(log_id)
        self._prefix = _prefix(log_id)
        self._break_reader("the log was rotated")

    def listen(self, received: Received) -> None:
        """Have `received` called with each frame that arrives; it must not raise."""
        self._received = received

    def send(self, to: str, frame: bytes, told: Told | None = None) -> None:
        """Send at most 256 KiB to an inc; never waits.

        NOWHERE at once: no room, too large, or no connection at the moment.
        """
        self.sent += 1
        self._publisher.send(to, _WORDS, frame, told)

    async def run(self) -> None:
        """Carry until cancelled; what breaks is mended."""
        async with asyncio.TaskGroup() as group:
            publish = partial(self._publisher.run, self._url)
            group.create_task(_mend("publishing", publish), name="carrier publishes")
            group.create_task(_mend("listening", self._hear), name="carrier listens")
            group.create_task(self._call_oneself(), name="carrier echoes")

    def _channel(self, inc: str) -> bytes:
        return f"{self._prefix}{inc}".encode()

    # --- listening ---

    async def _hear(self) -> str:
        """Listen over one connection until it breaks, and return why it did."""
        link = await Link.open(self._url, self._arrived)
        self._subscribed = asyncio.get_running_loop().create_future()
        try:
            link.write(b"SUBSCRIBE %b\r\n" % self._channel(self._inc))
            async with asyncio.timeout(TIMEOUT_S):
                await self._subscribed
            self._reader, self._subscribed_at = link, self._clock.monotonic()
            self._carried_at = None
            self._echo()
            return await link.broken
        except TimeoutError as error:
            raise RedisDown("no answer within 1 s") from error
        finally:
            link.break_("it is over")
            self._reader = None
            self._lost_at = self.deaf_since or self._clock.monotonic()

    def _arrived(self, reply: Any) -> None:
        match reply:
            case [b"message", _, bytes(data)]:
                self._open(data)
            case [b"subscribe", *_] if self._subscribed and not self._subscribed.done():
                self._subscribed.set_result(None)
            case _ if self._subscribed and not self._subscribed.done():
                why = refused(reply) or "it does not speak as Redis does"
                self._subscribed.set_exception(RedisDown(why))
            case _:
                self.dropped[Drop.GARBLED] += 1

    def _open(self, data: bytes) -> None:
        opened = self._frames.open(data)
        if isinstance(opened, Drop):
            self.dropped[opened] += 1
        elif opened.kind is Kind.ECHO:
            for body in opened.bodies:
                self._heard_ourselves(opened.source, body)
        elif self._received is not None:
            self.taken += len(opened.bodies)
            for body in opened.bodies:
                self._received(opened.source, body)

    # --- the echo ---

    async def _call_oneself(self) -> None:
        while True:
            self._echo()
            carried = self._carried_at
            if carried is not None and self._clock.monotonic() - carried > SILENCE_S:
                # Redis took it, and we did not get it: this connection is dead
                self._break_reader("nothing arrives")
            await asyncio.sleep(ECHO_S)

    def _opened(self) -> None:
        """Listen anew if nothing arrives: TCP would take seconds over the old link."""
        if self.is_deaf:
            self._break_reader("nothing arrived while nothing was taken")
        self._echo()

    def _echo(self) -> None:
        now = self._clock.monotonic()
        told = partial(self._echoed, now, self._reader)
        self._publisher.send(self._inc, Kind.ECHO, _pack_time.pack(now), told)

    def _echoed(self, at: float, reader: Link | None, sent: Sent) -> None:
        if reader is None or reader is not self._reader:
            return
        if sent is Sent.CARRIED and self._carried_at is None and at > self._heard_at:
            self._carried_at = at
        elif sent is Sent.NOWHERE and self._publisher.is_open:
            self._break_reader("nobody listens to our channel")

    def _heard_ourselves(self, source: str, body: bytes) -> None:
        if source != self._inc or len(body) != _pack_time.size:
            self.dropped[Drop.STRAY] += 1
            return
        # by the time of sending: an echo that was long on its way proves nothing
        self._heard_at = max(self._heard_at, _pack_time.unpack(body)[0])
        if self._carried_at is not None and self._carried_at <= self._heard_at:
            self._carried_at = None
        if self._reader and self._heard_at >= self._subscribed_at:
            self._lost_at = None

    def _break_reader(self, why: str) -> None:
        if self._reader is not None:
            self._reader.break_(why)


def _prefix(log_id: str) -> str:
    return f"orbit:{log_id}:to:"


async def _mend(what: str, session: Callable[[], Awaitable[str]]) -> None:
    """Have a connection for ever, with a pause between one and the next."""
    loop, failures = asyncio.get_running_loop(), 0
    while True:
        began = loop.time()
        try:
            why = await session()
        except RedisDown as error:
            why = str(error)
        failures = 0 if loop.time() - began > WELL_S else failures + 1
        if failures <= 1:
            log.warning("%s over redis was interrupted: %s", what, why)
        await asyncio.sleep(_pause(failures, _dice.random()))


def _pause(failures: int, chance: float) -> float:
    """Return seconds to wait, in part by chance: not all nodes come back at once."""
    longest = min(LONGEST_PAUSE_S, PAUSE_S * 2.0 ** min(failures, 16))
    return longest * (0.5 + 0.5 * chance)
