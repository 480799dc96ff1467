"""`core.ports.Hasher`: argon2id (RFC 9106), in a process that gives way to the loop.

It runs but on an idle core: beside 20 sign-ins a second on one core the p99 of what a
board tells rose by 80 % at niceness 10 and by 35 % at 19.  No thread may give way so
far: interrupted it would keep the interpreter's lock, and the loop wait for it as long
as others want the core.  What is left is the cache: so the least memory that OWASP
holds for enough, and libsodium, which needs half of the reference's time.
"""

import asyncio
import logging
import socket
import subprocess
import sys
from asyncio import Future
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import cast

import msgspec
from msgspec import Struct

from orbit.core.errors import Busy, Unavailable

log = logging.getLogger(__name__)

PROGRAM = Path(__file__).with_name("hashing.py")
WAITING = 32  # at the same time; at 12 ms each half a second behind them
PATIENT_S = 1.0  # a sign-in may wait so long for what the loop leaves; a board may not
LOST_S = 30.0  # after which the machine is at its end, or the process

Answer = str | bool
_answer = msgspec.json.Decoder(tuple[int, Answer]).decode


class Cost(Struct, frozen=True):
    """What a hash takes, on one lane.

    Source: OWASP, Password Storage Cheat Sheet: of the choices that it holds for equal
    the one with the least memory; the RFC's would stall a loop beside it.
    """

    time: int = 5
    memory_kib: int = 7_168


class Argon2Hasher:
    """Hashes passwords, one at a time; whoever comes when too many wait is refused.

    While one has waited for longer than he may, a second process does it, which takes
    a share of the core.

    Raises:
        Busy: too many wait for theirs.
        Unavailable: there is no process to be had, or it is lost.
    """

    def __init__(self, cost: Cost | None = None, waiting: int = WAITING) -> None:
        self._most, self._asked = waiting, 0
        self._patient, self._late = (
            Program(manner, cost or Cost()) for manner in ("gives-way", "competes")
        )

    async def hash(self, password: str) -> str:
        """Return what is kept of a password."""
        return cast("str", await self._ask({"password": password}))

    async def fits(self, password: str, kept: str | None) -> bool:
        """Tell whether it is this password's; None takes as long, and is nobody's."""
        return await self._ask({"password": password, "kept": kept}) is True

    async def close(self) -> None:
        """End the processes; who waits is told `Unavailable`."""
        async with asyncio.TaskGroup() as jobs:
            for program in (self._patient, self._late):
                jobs.create_task(program.close())

    async def _ask(self, question: object) -> Answer:
        if self._asked > self._most:
            raise Busy("too many sign in at the moment", after=1.0)
        self._asked += 1
        try:
            if not self._patient.is_behind:
                with suppress(TimeoutError):
                    async with asyncio.timeout(PATIENT_S):
                        return await self._patient.ask(question)
            return await self._at_last(question)
        finally:
            self._asked -= 1

    async def _at_last(self, question: object) -> Answer:
        try:
            async with asyncio.timeout(LOST_S):
                return await self._late.ask(question)
        except TimeoutError:
            self._late.end()
            raise _unavailable() from None


class Program:
    """`hashing.py` in a process: begun by who asks first, anew when it has ended."""

    def __init__(self, manner: str, cost: Cost) -> None:
        said = manner, str(cost.time), str(cost.memory_kib * 1024)
        # -P: what lies beside the file are no modules of its.
        self._command = sys.executable, "-P", str(PROGRAM), *said
        self._process: subprocess.Popen[bytes] | None = None
        self._link: _Link | None = None
        self._beginning: asyncio.Task[_Link] | None = None
        self._is_closed = False

    @property
    def is_behind(self) -> bool:
        """Whether it works on what nobody waits for any more."""
        return bool(self._link and self._link.is_behind)

    async def ask(self, question: object) -> Answer:
        """Return its answer; if it ends before, another one's.

        Raises:
            Unavailable: that has ended, too, or cannot be begun.
        """
        reason: OSError | None = None
        for _ in ("this one", "the next"):
            try:
                return await (await self._linked()).ask(question)
            except OSError as error:
                reason = error
        log.error("passwords cannot be hashed: %s", reason)
        raise _unavailable()

    async def _linked(self) -> "_Link":
        if self._is_closed:
            raise _unavailable()
        if self._link and not self._link.is_lost:
            return self._link
        if self._beginning is None:
            # Who asked may give up meanwhile; that must not end what is half begun.
            self._beginning = asyncio.get_running_loop().create_task(self._begin())
        return await asyncio.shield(self._beginning)

    async def _begin(self) -> "_Link":
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        loop = asyncio.get_running_loop()
        try:
            await self._reap()
            # Beside the loop, and not by it: to fork a large process takes long.
            self._process = await asyncio.to_thread(self._spawn, theirs)
            self._link = (await loop.create_connection(_Link, sock=ours))[1]
            return self._link
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
            self._beginning = None

    def _spawn(self, link: socket.socket) -> "subprocess.Popen[bytes]":
        # A group of its own, for a Ctrl-C is the node's; but no session, or Linux would
        # weigh it against the node's as a whole, and to give way would mean nothing.
        return subprocess.Popen(
            self._command,
            stdin=link.fileno(),
            stdout=subprocess.DEVNULL,
            process_group=0,
            env={},  # it has no use for the pepper, nor for where the database is
        )

    def end(self) -> None:
        """End the process, if there is one; the next question begins another."""
        if self._link:
            self._link.lose()
        if self._process:
            self._process.kill()

    async def close(self) -> None:
        """End it for good, and wait until it has."""
        self._is_closed = True
        if self._beginning:
            await asyncio.wait([self._beginning])
        await self._reap()

    async def _reap(self) -> None:
        self.end()
        if self._process:
            await asyncio.to_thread(self._process.wait)
            self._process = None


class _Link(asyncio.Protocol):
    """The questions that one process was asked, and its answers.

    Whatever it says that is no answer to one of them ends it: a wrong password must
    not be let in by another's answer.
    """

    def __init__(self) -> None:
        self._asked: dict[int, Future[Answer]] = {}
        self._ids, self._rest = count(1), b""
        self._transport: asyncio.Transport | None = None
        self.is_lost = False

    @property
    def is_behind(self) -> bool:
        """Whether there is a question for whose answer nobody waits."""
        return any(future.done() for future in self._asked.values())

    async def ask(self, question: object) -> Answer:
        """Return the answer.

        Raises:
            ConnectionError: the process has ended, or is out of its mind.
        """
        if self._transport is None or self.is_lost:
            raise ConnectionError("it has ended")
        id = next(self._ids)
        line = msgspec.json.encode((id, question))
        future: Future[Answer] = asyncio.get_running_loop().create_future()
        self._asked[id] = future
        self._transport.write(line + b"\n")
        return await future

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            try:
                id, answer = _answer(line)
                future = self._asked.pop(id)
            except (msgspec.MsgspecError, KeyError):
                self.lose()
                return
            if not future.done():  # else he has given up
                future.set_result(answer)

    def connection_lost(self, exc: Exception | None) -> None:
        self.lose()

    def lose(self) -> None:
        """Take nothing from it any more; who waits is told `ConnectionError`."""
        self.is_lost = True
        if self._transport:
            self._transport.abort()
        for future in self._asked.values():
            if not future.done():
                future.set_exception(ConnectionError("it ended before it answered"))
        self._asked.clear()


def _unavailable() -> Unavailable:
    return Unavailable("passwords cannot be looked at now", after=1.0)
