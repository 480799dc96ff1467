"""Reads that wait while the database is away for a moment: for 10 s at most.

Only a few of those who wait ask again; the others stand behind them, so that a crowd
does not stand before a database that has just started.  Only for reads, which may be
asked twice.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from orbit.core.actors.mailbox import HOLD_S
from orbit.core.errors import Unavailable
from orbit.core.ports import Clock

T = TypeVar("T")
RETRY_S = 0.25
AT_ONCE = 8  # ask again at the same time
MOST = 10_000  # wait at the same time


class Patience:
    """What those who wait for one database share.  Source: guarantees.md, 2.12."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._room = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def read(self, ask: Callable[[], Awaitable[T]], at: float | None) -> T:
        """Return what `ask` does, perhaps after a while: until 10 s after `at`, or now.

        Raises:
            Unavailable: the database did not come back in time, or too many wait.
        """
        now = self._clock.monotonic()
        left = HOLD_S if at is None else at + HOLD_S - now
        try:
            async with asyncio.timeout(left):
                return await self._read(ask)
        except TimeoutError:
            raise Unavailable(after=1.0) from None

    async def _read(self, ask: Callable[[], Awaitable[T]]) -> T:
        try:
            return await ask()
        except Unavailable:
            if self._waiting >= MOST:
                raise
        self._waiting += 1
        try:
            async with self._room:
                return await _until_it_answers(ask)
        finally:
            self._waiting -= 1


async def _until_it_answers(ask: Callable[[], Awaitable[T]]) -> T:
    while True:
        try:
            return await ask()
        except Unavailable:
            await asyncio.sleep(RETRY_S)
