"""One timer for all sockets of a node: heartbeats, write stalls, closes that hang.

Connections are spread over the slots of a wheel; each turn pings one slot, so that
15,000 of them cost a few writes every 0.2 s and no timer of their own.  The few that
are stalled or closing are looked at on every turn.  It is the list of what is open,
too.  It must never know frames, boards, or which transport carries a connection.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Final, Protocol

HEARTBEAT_S: Final = 25.0
STALL_S: Final = 10.0
CLOSE_S: Final = 4.0
SLOTS: Final = 125
# A reader this slow is as good as dead, and each holds up to 0.5 MiB of ours.
PROGRESS_BYTES: Final = 16 * 1024


class Ward(Protocol):
    """What the wheel needs of a connection."""

    slot: int  # the wheel's own note: where it put this connection
    lagged_s: float  # and this: for how long it was paused the last time

    @property
    def listener(self) -> object:
        """Who hears what the peer says."""

    @property
    def paused(self) -> bool:
        """Whether the transport holds more unsent bytes than it should."""

    def beat(self) -> bool:
        """Ping the peer; False when it has left two pings unanswered."""

    def unsent(self) -> int:
        """Return the bytes which the transport still holds."""

    def resume_writing(self) -> None:
        """Go on after a pause (only told to wards that do not notice by themselves)."""

    def write(self, data: bytes) -> None:
        """Send a frame that is framed already; nothing, once it is closing."""

    def close(self, code: int, reason: str = "") -> None:
        """Start the close handshake."""

    def abort(self) -> None:
        """End at once; `discard` follows, from the ward."""


class Timer(Protocol):
    """A timer that can be taken back."""

    def cancel(self) -> None:
        """Never fire."""


class Loop(Protocol):
    """What the wheel needs of the event loop: a clock in seconds, and one timer."""

    def time(self) -> float:
        """Return the loop's time in seconds."""

    def call_later(self, delay: float, callback: Callable[[], object], /) -> Timer:
        """Call back once, `delay` seconds from now."""


class Wheel:
    """All open connections, and what their lives need of the clock.

    A silent peer is aborted after two unanswered pings (50 to 75 s); a peer that
    takes less than 16 KiB within `stall_s` of a pause is aborted; so is a close that
    is not over after `close_s`.  All are exact to one turn (`heartbeat_s / slots`).
    The timer runs only while there is a connection.

    Source: performance.md, Q5; guarantees.md, 4 (write stall).
    """

    __slots__ = (
        "_close_s",
        "_count",
        "_empty",
        "_ending",
        "_loop",
        "_next_slot",
        "_slots",
        "_stall_s",
        "_stalled",
        "_timer",
        "_turn_s",
        "_turning",
        "aborted",
    )

    def __init__(
        self,
        loop: Loop,
        *,
        heartbeat_s: float = HEARTBEAT_S,
        stall_s: float = STALL_S,
        close_s: float = CLOSE_S,
        slots: int = SLOTS,
    ) -> None:
        self._loop = loop
        self._stall_s = stall_s
        self._close_s = close_s
        self._turn_s = heartbeat_s / slots
        self._slots: list[set[Ward]] = [set() for _ in range(slots)]
        self._next_slot = 0
        self._turning = 0
        self._count = 0
        # When to look, what was unsent then, and since when it is so.
        self._stalled: dict[Ward, tuple[float, int, float]] = {}
        self._ending: dict[Ward, float] = {}
        self._timer: Timer | None = None
        self._empty = asyncio.Event()
        self._empty.set()
        self.aborted: Counter[str] = Counter()  # silent, stalled, unfinished

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Ward]:
        """Walk over a copy: connections may come and go meanwhile."""
        return iter([ward for slot in self._slots for ward in slot])

    def add(self, ward: Ward) -> None:
        """Watch over `ward` until it is discarded."""
        self._next_slot = (self._next_slot + 1) % len(self._slots)
        ward.slot = self._next_slot
        self._slots[ward.slot].add(ward)
        self._count += 1
        self._empty.clear()
        if self._timer is None:
            self._timer = self._loop.call_later(self._turn_s, self._turn)

    def discard(self, ward: Ward) -> None:
        """Forget `ward`; a second time does nothing."""
        slot = self._slots[ward.slot]
        if ward not in slot:
            return
        slot.remove(ward)
        self._stalled.pop(ward, None)
        self._ending.pop(ward, None)
        self._count -= 1
        if not self._count:
            self._empty.set()
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None

    def stalled(self, ward: Ward) -> None:
        """Note that the transport of `ward` has paused; its time runs from now."""
        now = self._loop.time()
        self._stalled.setdefault(ward, (now + self._stall_s, ward.unsent(), now))

    def relieved(self, ward: Ward) -> None:
        """Note that the transport of `ward` takes bytes again, and after how long."""
        if stall := self._stalled.pop(ward, None):
            ward.lagged_s = self._loop.time() - stall[2]

    @property
    def lagging(self) -> int:
        """How many are paused now."""
        return len(self._stalled)

    def lag_s(self, ward: Ward) -> float:
        """Return for how long `ward` has been paused now; 0 if it is not."""
        stall = self._stalled.get(ward)
        return self._loop.time() - stall[2] if stall else 0.0

    def ending(self, ward: Ward) -> None:
        """Note that `ward` is closing; the first time counts."""
        self._ending.setdefault(ward, self._loop.time() + self._close_s)

    async def empty(self) -> None:
        """Return when no connection is left."""
        await self._empty.wait()

    def _turn(self) -> None:
        # First the next turn: whatever a ward does below, the wheel goes on.
        self._timer = self._loop.call_later(self._turn_s, self._turn)
        now = self._loop.time()
        self._turning = (self._turning + 1) % len(self._slots)
        for ward in list(self._slots[self._turning]):
            if not ward.beat():
                self._abort(ward, "silent")
        for ward, deadline in list(self._ending.items()):
            if now >= deadline:
                self._abort(ward, "unfinished")
        for ward, (deadline, unsent, since) in list(self._stalled.items()):
            if not ward.paused:
                self.relieved(ward)
                ward.resume_writing()
            elif now >= deadline:
                self._judge(ward, now, unsent, since)

    def _judge(self, ward: Ward, now: float, before: int, since: float) -> None:
        """Abort a stalled ward, unless it is slow but has taken something."""
        unsent = ward.unsent()
        if before - unsent < PROGRESS_BYTES:
            self._abort(ward, "stalled")
        else:
            self._stalled[ward] = (now + self._stall_s, unsent, since)

    def _abort(self, ward: Ward, why: str) -> None:
        self._stalled.pop(ward, None)
        self._ending.pop(ward, None)
        self.aborted[why] += 1
        ward.abort()
