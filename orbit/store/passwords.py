"""`core.ports.Hasher`: argon2id (RFC 9106), on a thread that gives way to the loop.

Niceness alone does not do: beside 20 sign-ins a second on one core the p99 of a board's
events rose by 80 % at 10 and by 35 % at 19.  What is left when it runs but on an idle
core is the cache: so the least memory that OWASP holds for enough, and libsodium, which
needs half of the reference's time.  Only this file imports `nacl`, and not before
somebody has a password.
"""

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cached_property
from typing import TypeVar

from msgspec import Struct

from orbit.core.errors import Busy

T = TypeVar("T")
WAITING = 32  # at the same time; at 12 ms each half a second behind them
PATIENT_S = 1.0  # a sign-in may wait so long for what the loop leaves; a board may not
NICE = 10  # of who has waited for so long


class Cost(Struct, frozen=True):
    """What a hash takes, on one lane.

    Source: OWASP, Password Storage Cheat Sheet: of the choices that it holds for equal
    the one with the least memory; the RFC's would stall a loop beside it.
    """

    time: int = 5
    memory_kib: int = 7_168


class Argon2Hasher:
    """Hashes passwords, one at a time; whoever comes when too many wait is refused."""

    def __init__(self, cost: Cost | None = None, waiting: int = WAITING) -> None:
        self._cost, self._most = cost or Cost(), waiting
        self._asked = 0
        self._pool = ThreadPoolExecutor(1, "password", _give_way)
        self._starving = ThreadPoolExecutor(1, "password-late", _compete)

    async def hash(self, password: str) -> str:
        """Return what is kept of a password."""
        return await self._beside(lambda: self._hash(password))

    async def fits(self, password: str, kept: str | None) -> bool:
        """Tell whether it is this password's; None takes as long, and is nobody's."""
        return await self._beside(lambda: self._fits(password, kept))

    def close(self) -> None:
        """Let the threads end; nobody waits for them."""
        for pool in (self._pool, self._starving):
            pool.shutdown(wait=False, cancel_futures=True)

    def _fits(self, password: str, kept: str | None) -> bool:
        from nacl.exceptions import InvalidkeyError  # noqa: PLC0415
        from nacl.pwhash import argon2id  # noqa: PLC0415

        nobodys = self._nobodys  # made by whoever comes first, known or not
        try:
            argon2id.verify((kept or nobodys).encode(), password.encode())
        except InvalidkeyError:
            return False
        return bool(kept)

    async def _beside(self, work: Callable[[], T]) -> T:
        if self._asked > self._most:
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

    def _hash(self, password: str) -> str:
        from nacl.pwhash import argon2id  # noqa: PLC0415

        memory = self._cost.memory_kib * 1024
        return argon2id.str(password.encode(), self._cost.time, memory).decode()

    @cached_property
    def _nobodys(self) -> str:
        return self._hash("")


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
