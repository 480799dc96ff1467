"""Rings when a board's next deadline has passed.  It knows no board."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from orbit.core.ports import Clock

LONGEST_S = 3_600.0  # a later deadline is looked at again after so long: clocks are set
AGAIN_S = 0.25


class Alarm:
    """One deadline, or none; `ring` gets it once it has passed."""

    __slots__ = ("_clock", "_due", "_loop", "_ring", "_timer")

    def __init__(self, clock: Clock, ring: Callable[[datetime], None]) -> None:
        self._clock, self._ring = clock, ring
        self._loop = asyncio.get_running_loop()
        self._due: datetime | None = None
        self._timer: asyncio.TimerHandle | None = None

    def set(self, due: datetime | None) -> None:
        """Ring at `due`, and not at what was set before."""
        if due != self._due or not (self._timer or due is None):
            self.cancel()
            self._due = due
            self._wait()

    def cancel(self) -> None:
        """Do not ring, until it is set again."""
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def again(self) -> None:
        """Ring once more, soon."""
        self.cancel()
        self._timer = self._loop.call_later(AGAIN_S, self._look)

    def _wait(self) -> None:
        if self._due:
            left = (self._due - self._clock.now()).total_seconds()
            wait = min(max(left, 0.0), LONGEST_S)
            self._timer = self._loop.call_later(wait, self._look)

    def _look(self) -> None:
        self._timer = None
        if self._due is None:
            return
        if self._due > self._clock.now():
            self._wait()
        else:
            self._ring(self._due)
