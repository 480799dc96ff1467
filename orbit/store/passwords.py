"""`core.ports.Hasher`: argon2id (RFC 9106), on a few threads that give way to the loop.

Niceness alone does not do: beside 20 sign-ins a second on one core the p99 of a board's
events rose by 80 % at 10 and by 35 % at 19; by 4 % when they run but on an idle core.
Only this file imports `argon2`, and not before somebody has a password.
"""

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct

from orbit.core.errors import Busy

if TYPE_CHECKING:
    from argon2 import PasswordHasher

T = TypeVar("T")
THREADS = 2
WAITING = 32  # at the same time; at 30 ms each half a second behind them
PATIENT_S = 1.0  # a sign-in may wait so long for what the loop leaves; a board may not
NICE = 10  # of who has waited for so long


class Cost(Struct, frozen=True):
    """What a hash takes: the RFC's second choice would stall a loop beside it."""

    time: int = 2
    memory_kib: int = 19_456
    lanes: int = 1


class Argon2Hasher:
    """Hashes passwords, two at a time; whoever comes when too many wait is refused."""

    def __init__(self, cost: Cost | None = None, waiting: int = WAITING) -> None:
        self._cost, self._most = cost or Cost(), waiting
        self._asked = 0
        self._pool = ThreadPoolExecutor(THREADS, "password", _give_way)
        self._starving = ThreadPoolExecutor(1, "password-late", _compete)

    async def hash(self, password: str) -> str:
        """Return what is kept of a password."""
        return await self._beside(lambda: self._argon2.hash(password))

    async def fits(self, password: str, kept: str | None) -> bool:
        """Tell whether it is this password's; None takes as long, and is nobody's."""
        return await self._beside(lambda: self._fits(password, kept))

    def close(self) -> None:
        """Let the threads end; nobody waits for them."""
        for pool in (self._pool, self._starving):
            pool.shutdown(wait=False, cancel_futures=True)

    def _fits(self, password: str, kept: str | None) -> bool:
        from argon2.exceptions import VerifyMismatchError  # noqa: PLC0415

        nobodys = self._nobodys  # made by whoever comes first, known or not
        try:
            self._argon2.verify(kept or nobodys, password)
        except VerifyMismatchError:
            return False
        return bool(kept)

    async def _beside(self, work: Callable[[], T]) -> T:
        if self._asked >= THREADS + self._most:
            raise Busy("too many sign in at the moment", after=1.0)
        self._asked += 1
        loop = asyncio.get_running_loop()
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(PATIENT_S):
                    return await loop.run_in_executor(self._pool, work)
            return await loop.run_in_executor(self._starving, work)
        finally:
            self._asked -= 1

    @cached_property
    def _argon2(self) -> "PasswordHasher":
        from argon2 import PasswordHasher  # noqa: PLC0415

        cost = self._cost
        return PasswordHasher(cost.time, cost.memory_kib, cost.lanes)

    @cached_property
    def _nobodys(self) -> str:
        return self._argon2.hash("")


def _give_way() -> None:
    """Have the calling thread run when nobody else wants its core."""
    if sys.platform == "linux":  # where threads have a policy of their own
        with suppress(OSError):  # a sandbox may forbid it
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def _compete() -> None:
    """Have the calling thread take a small share of its core, if others want it."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
