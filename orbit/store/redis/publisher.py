"""The one connection that a node publishes through, and its queue.

What waits for one inc is sealed as one frame, all frames go out together, and the next
only when all were answered: so order holds, and what is in doubt is known to the frame.
Of each is told what is certain: nobody listened (0, refused, never written), somebody
did, or in doubt (written and not answered).  It must never know what a frame says.

Source: guarantees.md, 2.7 (client settings); redis/redis-py#4082.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

from msgspec import Struct

from orbit.core.cluster.carrier import Sent
from orbit.store.redis.client import TIMEOUT_S, Link
from orbit.store.redis.frames import Frames, Kind

FRAME_BYTES = 256 * 1024
QUEUE_FRAMES, QUEUE_BYTES = 4_096, 16 * 1024 * 1024
LETTER_BYTES = 64 * 1024  # who opens it does so at once, and has others to serve
BATCH_FRAMES, BATCH_BYTES = 512, 1024 * 1024

_ECHO = Kind.ECHO  # looked up in its class it would cost a quarter of a `send`
Told = Callable[[Sent], None]


class _Letter(Struct):
    """What goes to one inc together: one number, one seal, one answer."""

    to: str
    kind: Kind
    bodies: list[bytes]
    size: int  # of them all
    told: list[Told]


class Publisher:
    """Publishes frames in the order in which they were given."""

    def __init__(
        self,
        frames: Frames,
        channel: Callable[[str], bytes],
        opened: Callable[[], None],
    ) -> None:
        """Publish to the `channel` of an inc; `opened` is told of each connection."""
        self._frames, self._channel, self._opened = frames, channel, opened
        self._link: Link | None = None
        self._queue: deque[_Letter] = deque()
        self._flight: deque[_Letter] = deque()  # written, not yet answered
        self._last: dict[str, _Letter] = {}  # to each inc, of the queue
        self._count = self._bytes = 0  # of all bodies in both
        self._is_due = False
        self._answered_at = 0.0
        self._patience: asyncio.TimerHandle | None = None

    @property
    def is_open(self) -> bool:
        """Whether a frame that is given now will be written."""
        return self._link is not None and self._link.is_open

    def send(self, to: str, kind: Kind, body: bytes, told: Told | None) -> None:
        """Publish, or tell NOWHERE at once if there is no room, or no connection."""
        size = len(body)
        if not (self.is_open and self._has_room(kind, size)):
            if told:
                told(Sent.NOWHERE)
            return
        letter = self._last.get(to)
        if letter and letter.kind is kind and letter.size + size <= LETTER_BYTES:
            letter.size += size
        else:
            letter = self._last[to] = _Letter(to, kind, [], size, [])
            self._queue.append(letter)
        letter.bodies.append(body)
        if told:
            letter.told.append(told)
        self._count += 1
        self._bytes += size
        if not (self._is_due or self._flight):
            # the end of this turn: what else it has to say goes with it
            self._is_due = True
            asyncio.get_running_loop().call_soon(self._flush)

    def _has_room(self, kind: Kind, size: int) -> bool:
        # one echo a second is always taken: we would seem deaf without
        return kind is _ECHO or (
            size <= FRAME_BYTES
            and self._count < QUEUE_FRAMES
            and self._bytes + size <= QUEUE_BYTES
        )

    async def run(self, url: str) -> str:
        """Publish over one connection until it breaks, and return why it did.

        Raises:
            RedisDown: there was none to be had.
        """
        self._link = await Link.open(url, self._replied)
        try:
            self._opened()
            return await self._link.broken
        finally:
            self._link.break_("it is over")
            self._link = None
            self._give_up()

    def _flush(self) -> None:
        """Write what waits: numbered only now, so that numbers have no gaps."""
        self._is_due = False
        if self._flight or not self._queue or not self.is_open:
            return
        assert self._link is not None  # noqa: S101 - it is open
        size, parts = 0, list[bytes]()
        while self._queue and len(parts) < BATCH_FRAMES and size < BATCH_BYTES:
            letter = self._queue.popleft()
            frame = self._frames.pack(letter.to, letter.kind, letter.bodies)
            parts.append(_publish(self._channel(letter.to), frame))
            size += len(frame)
            self._flight.append(letter)
        self._last.clear()
        self._link.write(b"".join(parts))
        loop = asyncio.get_running_loop()
        self._answered_at = loop.time()
        self._patience = loop.call_later(TIMEOUT_S, self._lose_patience)

    def _replied(self, reply: Any) -> None:
        # an error is a no as well: Redis has done nothing then
        letter = self._flight.popleft()
        self._count -= len(letter.bodies)
        self._bytes -= letter.size
        self._answered_at = asyncio.get_running_loop().time()
        if not self._flight:
            self._rest()
            self._flush()
        somebody = isinstance(reply, int) and reply > 0
        _tell(letter, Sent.CARRIED if somebody else Sent.NOWHERE)

    def _lose_patience(self) -> None:
        loop = asyncio.get_running_loop()
        ends = self._answered_at + TIMEOUT_S
        if loop.time() < ends:
            self._patience = loop.call_at(ends, self._lose_patience)
        elif self._link:
            self._link.break_("no answer within 1 s")

    def _rest(self) -> None:
        if self._patience:
            self._patience.cancel()
            self._patience = None

    def _give_up(self) -> None:
        """Tell what is certain of everything that was given."""
        self._rest()
        flight, queue = self._flight, self._queue
        self._flight, self._queue, self._last = deque(), deque(), {}
        self._count = self._bytes = 0
        for letters, sent in ((flight, Sent.UNSURE), (queue, Sent.NOWHERE)):
            for letter in letters:
                _tell(letter, sent)


def _tell(letter: _Letter, sent: Sent) -> None:
    for told in letter.told:  # a turn of its own: one that raises costs no other
        asyncio.get_running_loop().call_soon(told, sent)


def _publish(channel: bytes, frame: bytes) -> bytes:
    """Return the command as it travels."""
    return b"*3\r\n$7\r\nPUBLISH\r\n$%d\r\n%b\r\n$%d\r\n%b\r\n" % (
        len(channel),
        channel,
        len(frame),
        frame,
    )
