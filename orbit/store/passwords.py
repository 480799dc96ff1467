"""`core.ports.Hasher`: argon2id (RFC 9106), in a process that gives way to the loop.

It runs but on an idle core: beside 20 sign-ins a second on one core the p99 of what a
board tells rose by 80 % at niceness 10 and by 35 % at 19.  No thread may give way so
far: interrupted it would keep the interpreter's lock, and the loop wait for it as long
as others want the core.  What is left is the cache: so the least memory that OWASP
holds for enough, and libsodium, which needs half of the reference's time.
"""

import asyncio
import sys
from asyncio import StreamReader, StreamWriter
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import msgspec
from msgspec import Struct

from orbit.core.errors import Busy, Unavailable

PROGRAM = Path(__file__).with_name("hashing.py")
WAITING = 32  # at the same time; at 12 ms each half a second behind them
PATIENT_S = 1.0  # a sign-in may wait so long for what the loop leaves; a board may not


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
        self._most, self._asked = waiting, 0
        self._beside, self._late = (
            Program(manner, cost or Cost()) for manner in ("gives-way", "competes")
        )

    async def hash(self, password: str) -> str:
        """Return what is kept of a password."""
        return str(await self._ask({"password": password}))

    async def fits(self, password: str, kept: str | None) -> bool:
        """Tell whether it is this password's; None takes as long, and is nobody's."""
        return bool(await self._ask({"password": password, "kept": kept}))

    async def close(self) -> None:
        """End the programs; nobody waits for them."""
        await self._beside.end()
        await self._late.end()

    async def _ask(self, question: object) -> Any:
        if self._asked > self._most:
            raise Busy("too many sign in at the moment", after=1.0)
        self._asked += 1
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(PATIENT_S):
                    return await self._beside.ask(question)
            return await self._late.ask(question)
        finally:
            self._asked -= 1


class Program:
    """`hashing.py` in a process: begun by who asks first, anew when it has ended."""

    def __init__(self, manner: str, cost: Cost) -> None:
        memory = cost.memory_kib * 1024
        said = manner, str(cost.time), str(memory)
        # -P: what lies beside the file are no modules of its.
        self._command = sys.executable, "-P", str(PROGRAM), *said
        self._turn = asyncio.Lock()
        self._process: Process | None = None

    async def ask(self, question: object) -> Any:
        """Return its answer, when those who asked before have theirs.

        Raises:
            Unavailable: it cannot be had to answer.
        """
        line = msgspec.json.encode(question) + b"\n"
        async with self._turn:
            for process in (self._process, None):
                if answer := await self._answer(process, line):
                    return msgspec.json.decode(answer)
            raise Unavailable("passwords cannot be looked at now", after=1.0)

    async def _answer(self, process: Process | None, line: bytes) -> bytes:
        """Return a whole line; empty, if the process has ended before it said one."""
        try:
            process = self._process = process or await self._begun()
            cast("StreamWriter", process.stdin).write(line)
            answer = await cast("StreamReader", process.stdout).readline()
        except OSError:  # there are too many processes
            answer = b""
        except BaseException:  # nobody would take the answer
            await self.end()
            raise
        if not answer.endswith(b"\n"):
            await self.end()
            return b""
        return answer

    async def _begun(self) -> Process:
        # A session of its own: what is typed at a terminal ends the node, and that it.
        return await asyncio.create_subprocess_exec(
            *self._command, stdin=PIPE, stdout=PIPE, start_new_session=True
        )

    async def end(self) -> None:
        """End the process, if there is one."""
        process, self._process = self._process, None
        if process is not None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
