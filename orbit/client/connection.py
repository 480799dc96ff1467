"""One socket for all boards, and coming back when it is lost."""

import asyncio
import contextlib
import secrets
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

import aiohttp
import msgspec
from msgspec import Struct

from orbit.client.board import Board
from orbit.client.failure import Refused, refusal
from orbit.client.items import Frame
from orbit.client.retry import BASE_S, Chance, backoff, comes_back
from orbit.client.wire import Gone, Link, Pipe, encode, parsed

GREETING_S = 10.0
GRACE_S = 10.0
STABLE_S = 10.0  # a socket that lived longer was a good one
REST_TRIES = 3
PASSING = frozenset({429, 502, 503, 504})  # a proxy's, too; a key makes it safe
Dial = Callable[[str], Awaitable[Pipe]]  # raises OSError


class NewBoard(Struct, frozen=True):
    """A board that was made.  Nobody is told its admin token again."""

    board: Frame
    admin_token: str
    seq: int
    share_url: str = ""
    admin_url: str = ""

    @property
    def id(self) -> str:
        return str(self.board["id"])


class Client:
    """One socket for all boards, and coming back when it is lost."""

    def __init__(
        self,
        url: str,
        dial: Dial,
        rest: aiohttp.ClientSession | None,
        *,
        ghost: str | None = None,
        token: str | None = None,
        chance: Chance | None = None,
    ) -> None:
        self.url = url.rstrip("/")
        self.ghost, self._token = ghost, token
        self.chance = chance or secrets.SystemRandom().random
        self.loop = asyncio.get_running_loop()
        self.error: Refused | None = None  # why it does not come back
        self.connects = 0  # how often it was greeted
        self._dial, self._rest = dial, rest
        self._boards: dict[str, Board] = {}
        self._link: Link | None = None
        self._job: asyncio.Task[None] | None = None
        self._ref = 0
        self._failures = 0

    @property
    def is_open(self) -> bool:
        """Whether a greeted socket is there."""
        return self._link is not None

    @property
    def welcome(self) -> Frame | None:
        """What the server said of itself and of us, or None while offline."""
        return self._link.welcome if self._link else None

    def now(self) -> float:
        return self.loop.time()

    async def join(self, id: str, link: str | None = None) -> Board:
        """Watch a board until it is left; `link` is its admin token.

        Raises:
            Refused: it is not there, or not for us.
        """
        board = self._boards.get(id)
        if board is None or board.link != link:
            board = self._boards[id] = Board(self, id, link)
            if self.error:
                board.close(self.error)
            elif self._link:
                board.linked()
        if self._job is None:
            self._job = self.loop.create_task(self._run(), name="orbit.client")
        await asyncio.shield(board.entered)
        return board

    async def mint(self) -> str:
        """Become a new ghost, unless we are somebody, and return its secret."""
        if self.ghost is None and self._token is None:
            self.ghost = (await self.rest("POST", "/identity/ghost/"))["ghost"]
            if self._link:
                self._link.lose(Gone(1012))  # greeted as a guest until now
        return self.ghost or ""

    async def make_board(
        self, title: str, *, is_public: bool = True, kind: str = "feedback"
    ) -> NewBoard:
        """Make a board; its admin token is told this once."""
        wish = {"title": title, "is_public": is_public, "kind": kind}
        made = await self.rest("POST", "/boards/", wish)
        return msgspec.convert(made, NewBoard)

    async def rest(
        self,
        method: str,
        path: str,
        body: Frame | None = None,
        *,
        link: str | None = None,
        key: str | None = None,
    ) -> Any:
        """Make a REST call under `/api/v1` and return the decoded answer.

        A write carries an Idempotency-Key: it is done once however often it is sent.

        Raises:
            Refused: with `status`; passing trouble was waited out, a few times.
        """
        headers = {"X-Ghost-ID": self.ghost} if self.ghost else {}
        if self._token:
            headers = {"Authorization": f"Bearer {self._token}"}
        if link:
            headers["X-Admin-Token"] = link
        if method not in {"GET", "HEAD"}:
            headers["Idempotency-Key"] = key or secrets.token_hex(16)
        for attempt in range(REST_TRIES):
            try:
                return await self._fetch(method, path, body, headers)
            except Refused as error:
                if not error.retry or attempt == REST_TRIES - 1:
                    raise
                wait = (error.after or 0.0) + backoff(attempt, self.chance)
            await asyncio.sleep(wait)
        raise AssertionError("unreachable")

    async def _fetch(
        self, method: str, path: str, body: Frame | None, headers: dict[str, str]
    ) -> Any:
        if self._rest is None:
            raise Refused("offline", "there is no HTTP here")
        address = f"{self.url}/api/v1{quote(path, safe='/?=&%')}"
        try:
            async with self._rest.request(
                method, address, json=body, headers=headers
            ) as response:
                data = await response.read()
        except (aiohttp.ClientError, OSError) as error:
            raise Refused("offline", "it cannot be reached", retry=True) from error
        return _answer(response.status, data, response.headers.get("Retry-After", ""))

    # What boards ask for.

    def send(self, frame: Frame) -> None:
        """Send, or not at all."""
        if self._link:
            self._link.send(frame)

    def ask(self, frame: Frame, answer: Callable[[int, Frame], None]) -> int:
        """Send a question; `answer` hears the first frame that carries its ref."""
        self._ref += 1
        if self._link:
            self._link.answers[self._ref] = answer
            self._link.send({**frame, "ref": self._ref})
        return self._ref

    def forget(self, board: Board) -> None:
        if self._boards.get(board.id) is board:
            del self._boards[board.id]

    async def close(self) -> None:
        """Leave everything; commands without an answer are given up."""
        if self._job:
            self._job.cancel()
            await asyncio.wait([self._job])
        for board in list(self._boards.values()):
            board.leave()

    # Being there.

    async def _run(self) -> None:
        try:
            while True:
                link: Link | None = await self._come_back()
                while link:
                    link = await self._serve(link)
        except Refused as error:
            self.error = error
            for board in list(self._boards.values()):
                board.close(error)

    async def _come_back(self) -> Link:
        while True:
            if self._failures:
                await asyncio.sleep(backoff(self._failures - 1, self.chance))
            self._failures += 1
            try:
                return await self._greeted()
            except Gone as gone:
                _check(gone.code)

    async def _greeted(self) -> Link:
        """Return a new link, greeted; raise `Gone` or, for good, `Refused`."""
        pipe: Pipe | None = None
        try:
            async with asyncio.timeout(GREETING_S):
                pipe = await self._dial(f"{self.url.replace('http', 'ws', 1)}/ws")
                await pipe.send(encode({"type": "hello", **self._credentials()}))
                welcome = next(parsed(await pipe.receive() or ""), {})
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            if pipe:
                await pipe.close()
            raise Gone from error
        except BaseException:
            if pipe:
                await pipe.close()
            raise
        if welcome.get("type") == "welcome":
            return Link(pipe, welcome, self.now())
        code = await pipe.close()
        if welcome.get("type") == "error" and not welcome.get("retry"):
            raise refusal(welcome)
        raise Gone(code)

    def _credentials(self) -> Frame:
        who = {"ghost": self.ghost, "token": self._token}
        return {"versions": [1]} | {name: said for name, said in who.items() if said}

    async def _serve(self, link: Link) -> Link | None:
        """Read and write until the socket is over; return the one that replaces it."""
        self._link = link
        self.connects += 1
        for board in list(self._boards.values()):
            board.linked()
        end = Gone()
        try:
            async with asyncio.TaskGroup() as jobs:
                jobs.create_task(_till_lost(link.write()))
                jobs.create_task(link.ended())
                jobs.create_task(self._ping(link))
                jobs.create_task(_till_lost(self._read(link, jobs)))
        except* Gone as group:
            end = next(gone for gone in _leaves(group))
        finally:
            if end.to is None:
                self._link = None
                for board in list(self._boards.values()):
                    board.unlinked()
            code = await link.pipe.close()
        if end.to:
            return end.to
        if self.now() - link.born_at > STABLE_S or 1012 in {code, end.code}:
            self._failures = 1  # a planned end is no failure
        _check(code if end.code == 1006 else end.code)
        return None

    async def _read(self, link: Link, jobs: asyncio.TaskGroup) -> None:
        while (text := await link.pipe.receive()) is not None:
            link.heard_at = self.now()
            for frame in parsed(text):
                self._receive(link, frame, jobs)
        raise Gone

    def _receive(self, link: Link, frame: Frame, jobs: asyncio.TaskGroup) -> None:
        if answer := link.answers.pop(frame.get("ref", -1), None):
            answer(frame["ref"], frame)
        elif frame.get("type") == "goaway":
            if link.moves_at is None:
                link.moves_at = self.now() + float(frame.get("after") or 0.0)
                jobs.create_task(self._move(link))
        elif frame.get("type") == "pong":
            for id, head in frame.get("heads", {}).items():
                if id in self._boards:
                    self._boards[id].behind(head)
        elif board := self._boards.get(frame.get("board", "")):
            board.receive(frame)

    async def _move(self, link: Link) -> None:
        """Make before break: nobody sees us go."""
        wait = (link.moves_at or 0.0) - self.now() + self.chance() * BASE_S
        await asyncio.sleep(max(wait, 0.0))
        # should it fail, the old one still serves; when that is closed, we come back
        with contextlib.suppress(Gone):
            link.lose(Gone(1000, await self._greeted()))

    async def _ping(self, link: Link) -> None:
        every = float(link.welcome.get("ping", 25.0))
        while True:
            await asyncio.sleep(every)
            if self.now() - link.heard_at > 2 * every + GRACE_S:
                raise Gone
            boards = list(self._boards.values())
            link.send({"type": "ping", "seen": {b.id: b.seq for b in boards}})
            for board in boards:
                board.tick(self.now())


def _answer(status: int, data: bytes, after: str) -> Any:
    """Return a body, or raise the refusal; who answers may be a proxy, not Orbit."""
    said = f"not an answer of Orbit's, with the status {status}"
    told: Frame = {"error": "unavailable", "message": said}
    try:
        answer = msgspec.json.decode(data) if data else None
        if status < 400:
            return answer
        told = answer if isinstance(answer, dict) else told
    except msgspec.DecodeError:
        pass  # `told` says so
    wait = float(after) if after.isdecimal() else None
    raise refusal({**told, "retry": status in PASSING, "after": wait}, status)


async def _till_lost(job: Any) -> None:
    try:
        await job
    except (aiohttp.ClientError, OSError) as error:
        raise Gone from error


def _leaves(group: BaseExceptionGroup[Gone]) -> list[Gone]:
    """Return why a socket ended, a planned end first."""
    found = [one for one in group.exceptions if isinstance(one, Gone)]
    return sorted(found, key=lambda gone: (gone.to is None, gone.code == 1006))


def _check(code: int) -> None:
    if not comes_back(code):
        raise Refused("closed", f"the server closed with {code}", details=code)
