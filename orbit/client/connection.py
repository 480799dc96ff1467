"""One socket for all boards, and coming back when it is lost."""

import asyncio
import contextlib
import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import quote

import aiohttp
import msgspec
from msgspec import Struct

from orbit.client.board import Board
from orbit.client.failure import Refused, refusal
from orbit.client.items import Frame
from orbit.client.retry import BASE_S, Chance, Patience, backoff, comes_back
from orbit.client.wire import Answer, Gone, Link, Pipe, encode, parsed

GREETING_S = 10.0
GRACE_S = 10.0
MOVE_S = 5.0  # for so long boards may take to be let in elsewhere
LEAVE_S = 5.0  # and a socket that was left may take to answer
STABLE_S = 5.0  # a socket that lived longer was a good one
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
        self._link: Link | None = None  # the one that serves
        self._next: Link | None = None  # greeted, and we move to it
        self._left: Link | None = None  # that we have moved from, while it owes answers
        self._last: Link | None = None  # to serve
        self._links: asyncio.TaskGroup | None = None
        self._job: asyncio.Task[None] | None = None
        self._ref = 0
        self._failures = 0
        self._patience = Patience()

    @property
    def is_open(self) -> bool:
        """Whether a greeted socket is there."""
        return self._link is not None

    @property
    def welcome(self) -> Frame | None:
        """What the server said of itself and of us, or None while offline."""
        return self._link.welcome if self._link else None

    def time(self) -> datetime | None:
        """Return what the server's clock says now, as far as its greeting told.

        It is late by the way of that greeting.  None while offline, and if the server
        does not tell.
        """
        told = (self.welcome or {}).get("time")
        if self._link is None or told is None:
            return None
        since = timedelta(seconds=self.now() - self._link.born_at)
        return datetime.fromtimestamp(told / 1_000, UTC) + since

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
            for link in filter(None, (self._link, self._next)):
                link.lose(Gone(1012))  # greeted as a guest until now
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

    def ask(self, frame: Frame, answer: Answer) -> int:
        """Send a question; `answer` hears the first frame that carries its ref.

        Or `lost`, when its socket is gone without an answer.
        """
        if self._next and frame["type"] == "join":
            self._next.arrived.discard(frame["board"])  # not as it will be
        return self._ask_on(self._link, frame, answer)

    def _ask_on(self, link: Link | None, frame: Frame, answer: Answer) -> int:
        self._ref += 1
        if link:
            link.ask(self._ref, frame, answer)
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
                await self._serve(await self._come_back())
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
        who = self._credentials()
        try:
            async with asyncio.timeout(GREETING_S):
                pipe = await self._dial(f"{self.url.replace('http', 'ws', 1)}/ws")
                await pipe.send(encode({"type": "hello", **who}))
                welcome = next(parsed(await pipe.receive() or ""), {})
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            if pipe:
                await pipe.close()
            raise Gone from error
        except BaseException:
            if pipe:
                await pipe.close()
            raise
        is_else = who != self._credentials()  # we have become somebody meanwhile
        if welcome.get("type") == "welcome" and not is_else:
            return Link(pipe, welcome, self.now())
        code = await pipe.close()
        if is_else:
            raise Gone(1012)
        if welcome.get("type") == "error" and not welcome.get("retry"):
            raise refusal(welcome)
        raise Gone(code)

    def _credentials(self) -> Frame:
        who = {"ghost": self.ghost, "token": self._token}
        return {"versions": [1]} | {name: said for name, said in who.items() if said}

    async def _serve(self, link: Link) -> None:
        """Have a socket, or those that replace it, until there is none."""
        async with asyncio.TaskGroup() as self._links:
            self._take(link)
            self._links.create_task(self._hold(link))
        last = self._last or link
        if self.now() - last.born_at > STABLE_S or last.code == 1012:
            self._failures = 1  # a planned end is no failure
        _check(last.code)

    async def _hold(self, link: Link) -> None:
        """Read and write on one socket until it is over."""
        end = Gone()
        try:
            async with asyncio.TaskGroup() as link.jobs:
                link.jobs.create_task(_till_lost(link.write()))
                link.jobs.create_task(link.ended())
                link.jobs.create_task(self._ping(link))
                link.jobs.create_task(self._doubt(link))
                link.jobs.create_task(_till_lost(self._read(link)))
        except* Gone as group:
            end = min(_leaves(group), key=lambda gone: gone.code == 1006)
        finally:
            self._lost(link)
            code = await link.pipe.close()
            link.code = code if end.code == 1006 else end.code

    def _take(self, link: Link) -> None:
        """Have a socket serve all boards from here on."""
        self._left, self._link, self._next = self._link, link, None
        self._last = link
        link.is_settled.set()
        self.connects += 1
        for board in list(self._boards.values()):
            if board.id not in link.arrived:
                board.linked()
        for id in link.arrived - self._boards.keys():
            link.send({"type": "leave", "board": id})
        self._move_soon(link)

    def _lost(self, link: Link) -> None:
        """Have the boards go on without a socket that is over."""
        if link is self._next:
            self._next = None
        elif link is self._link:
            self._link = None
            if self._next:
                self._take(self._next)
            else:
                self._all_lost()
        link.is_settled.set()
        link.disappoint()

    def _all_lost(self) -> None:
        for board in list(self._boards.values()):
            board.unlinked()
        if self._left:
            self._left.lose(Gone(1000))

    async def _read(self, link: Link) -> None:
        while (text := await link.pipe.receive()) is not None:
            link.heard_at = self.now()
            for frame in parsed(text):
                if link.settle(frame):
                    self._settled(link)
                elif link in (self._link, self._next):
                    self._receive(link, frame)
        raise Gone

    def _settled(self, link: Link) -> None:
        if link is self._link and not link.is_owing:
            self._patience.heard()

    def _receive(self, link: Link, frame: Frame) -> None:
        board = self._boards.get(frame.get("board", ""))
        match frame.get("type"):
            case "goaway":
                if link.moves_at is None:
                    link.moves_at = self.now() + float(frame.get("after") or 0.0)
                    self._move_soon(link)
            case "changed" if board:
                board.receive(frame)
            case _ if link is self._next:
                pass  # told by the other, too
            case "pong":
                link.ponged_at = self.now()
                self._patience.heard()
                for id, head in frame.get("heads", {}).items():
                    if id in self._boards:
                        self._boards[id].behind(head)
            case _:
                if board:
                    board.receive(frame)

    # Moving: make before break, so that nobody sees us go.

    def _move_soon(self, link: Link) -> None:
        if link is self._link and link.moves_at is not None and link.jobs:
            link.jobs.create_task(self._move(link, link.moves_at))

    async def _move(self, link: Link, at: float) -> None:
        """Have another socket serve, and leave this one; it serves until then."""
        await asyncio.sleep(max(at - self.now() + self.chance() * BASE_S, 0.0))
        failures = 0
        while link is self._link:
            with contextlib.suppress(Gone, Refused):  # at its end that is asked anew
                await self._go_over(link, await self._greeted())
            if link is self._link:
                await asyncio.sleep(backoff(failures, self.chance))
                failures += 1
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LEAVE_S):
                await link.quiet()
        raise Gone(1000)

    async def _go_over(self, old: Link, new: Link) -> None:
        """Join all boards on a new socket; then it is the one that serves."""
        is_late = old is not self._link or self._next  # another one was dialled, too
        if self._links is None or is_late:
            await new.pipe.close()
            return
        self._next = new
        self._links.create_task(self._hold(new))
        out = {board.id for board in self._boards.values()}
        for board in list(self._boards.values()):
            told = partial(self._arrived, new, out, board)
            board.follow(partial(self._ask_on, new), told)
        if not out and self._next is new:
            self._take(new)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(MOVE_S):
                await new.is_settled.wait()
        if self._next is new:
            self._take(new)

    def _arrived(self, new: Link, out: set[str], board: Board, is_in: bool) -> None:
        out.discard(board.id)
        if self._boards.get(board.id) is not board:
            new.send({"type": "leave", "board": board.id})
        elif is_in:
            new.arrived.add(board.id)
        if not out and self._next is new:
            self._take(new)

    async def _doubt(self, link: Link) -> None:
        """Go round a socket that owes answers and does not hear us.

        A network that is gone in one direction says nothing, and TCP tries for minutes.
        """
        patience, vain = self._patience, 0
        while True:
            await link.owes()
            await asyncio.sleep(patience.answer_s(vain))
            if link is not self._link or not link.is_owing:
                continue
            asked_at = self.now()
            self._ask_heads(link)
            await asyncio.sleep(patience.pong_s)
            vain = 0 if link.ponged_at >= asked_at else vain + 1
            if vain and link is self._link and not self._next:
                with contextlib.suppress(Gone, Refused):
                    await self._go_over(link, await self._greeted())
            if vain and link is not self._link:
                patience.gone_round()
                raise Gone(1000)  # what it owes is asked anew

    def _ask_heads(self, link: Link) -> None:
        seen = {board.id: board.seq for board in self._boards.values()}
        link.send({"type": "ping", "seen": seen})

    async def _ping(self, link: Link) -> None:
        every = float(link.welcome.get("ping", 25.0))
        while True:
            await asyncio.sleep(every)
            if self.now() - link.heard_at > 2 * every + GRACE_S:
                raise Gone
            self._ask_heads(link)
            for board in list(self._boards.values()):
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
    """Return why a socket ended."""
    return [one for one in group.exceptions if isinstance(one, Gone)]


def _check(code: int) -> None:
    if not comes_back(code):
        raise Refused("closed", f"the server closed with {code}", details=code)
