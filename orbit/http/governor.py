"""How much a node takes on: it measures itself, and refuses what can come again later.

    nothing ──> signals ──> joins ──> reads ──> writes      each with those before it
            <──         <──       <──       <──

A loop that is late for a while goes one step to the right, then one more each half of
that while; one that is well for a while goes one back.  Memory has steps of its own.
What has been taken on is finished.  It must never know boards, sockets or requests.
Source: guarantees.md, section 4.
"""

import asyncio
import logging
import math
from collections.abc import Callable
from enum import IntEnum

from orbit.core.errors import Busy
from orbit.core.ports import Clock
from orbit.settings import Limits

LOOK_S = 0.1  # between two looks at the loop
ACT_S = 1.0  # between two looks at memory, and two tries to have some back
RECENT_S = 1.0  # what was seen within this is so
MARGIN = 0.05  # of memory, below a step, before it is taken back
COME_BACK_S = 2.0

_log = logging.getLogger(__name__)


class Shed(IntEnum):
    """What is refused, with all that stands before it."""

    NOTHING = 0
    SIGNALS = 1
    JOINS = 2  # and what else is new: sockets, streams, boards, ghosts
    READS = 3
    WRITES = 4


class Memory(IntEnum):
    """How much of it is used."""

    FREE = 0
    TIGHT = 1  # boards at rest are let go, and rings are cut short
    FULL = 2  # nothing new is taken on
    OVER = 3  # who has the most unsent is closed


class Governor:
    """The state of one node; `saw` is pure, `watch` tells it what is seen.

    `shrinks` are called every second while memory is tight, `cuts` while it is over.
    """

    def __init__(self, limits: Limits) -> None:
        self.sheds = Shed.NOTHING
        self.memory = Memory.FREE
        self.lag_s = self.used = 0.0  # at the last look; `used` is a share
        self.shrinks: list[Callable[[], None]] = []
        self.cuts: list[Callable[[], None]] = []
        self._limit_s, self._for_s = limits.loop_lag_s, limits.loop_lag_for_s
        self._shares = (
            limits.memory_shrinks,
            limits.memory_refuses,
            limits.memory_cuts,
        )
        self._late = Shed.NOTHING  # what is shed because of the loop
        self._trend, self._since = 0, -math.inf  # 1: late, -1: well, 0: in between
        self._late_at = self._strained_at = -math.inf

    def admit(self, what: Shed) -> None:
        """Raise `Busy` if this is not taken on now."""
        if self.sheds >= what:
            raise Busy(after=COME_BACK_S)

    async def check(self) -> str:
        """For `/health/ready`: raise if nothing new is taken on."""
        self.admit(Shed.JOINS)
        return "healthy"

    def saw(self, lag_s: float, used: float, now: float) -> None:
        """Take in how late the loop was, and which share of its memory is used."""
        self.lag_s, self.used = lag_s, used
        self._saw_lag(lag_s, now)
        self._saw_memory(used)
        full = Shed.JOINS if self.memory >= Memory.FULL else Shed.NOTHING
        self.sheds = max(self._late, full)

    def _saw_lag(self, lag_s: float, now: float) -> None:
        if lag_s > self._limit_s:
            self._late_at = now
        if lag_s > self._limit_s / 2:
            self._strained_at = now
        if now - self._late_at <= RECENT_S:
            trend = 1
        else:  # in between nothing changes: it would only come back
            trend = -1 if now - self._strained_at > RECENT_S else 0
        if trend != self._trend:
            self._trend, self._since = trend, now
        is_next = trend > 0 and self._late > Shed.NOTHING
        if now - self._since >= self._for_s * (0.5 if is_next else 1.0):
            step = min(max(self._late + trend, Shed.NOTHING), Shed.WRITES)
            self._late, self._since = Shed(step), now

    def _saw_memory(self, used: float) -> None:
        up = sum(used >= share for share in self._shares)
        down = sum(used >= share - MARGIN for share in self._shares)
        self.memory = Memory(max(up, min(self.memory, down)))

    async def watch(self, clock: Clock, used: Callable[[], float]) -> None:
        """Measure until cancelled; `used` returns the share of memory that is used."""
        looked, share = -math.inf, 0.0
        while True:
            before = clock.monotonic()
            await asyncio.sleep(LOOK_S)
            now = clock.monotonic()
            is_time = now - looked >= ACT_S
            if is_time:
                looked, share = now, used()
            self.look(max(now - before - LOOK_S, 0.0), share, now)
            if is_time:
                self._act()

    def look(self, lag_s: float, used: float, now: float) -> None:
        """As `saw`; each change is logged, once."""
        before = self.sheds, self.memory
        self.saw(lag_s, used, now)
        if before != (self.sheds, self.memory):
            told = {
                "sheds": self.sheds.name.lower(),
                "memory": self.memory.name.lower(),
                "lag_ms": round(lag_s * 1_000),
                "used": round(used, 2),
            }
            is_worse = (self.sheds, self.memory) > before
            level = logging.WARNING if is_worse else logging.INFO
            _log.log(level, "what is shed has changed", extra=told)

    def _act(self) -> None:
        if self.memory >= Memory.TIGHT:
            for shrink in self.shrinks:
                shrink()
        if self.memory >= Memory.OVER:
            for cut in self.cuts:
                cut()
