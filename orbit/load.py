"""The built-in load test: what a running node bears, and whether it keeps its word.

Writers move a note of theirs, by the SDK; everyone else follows and counts.  A follower
checks that each event comes once and in order.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack

import aiohttp
import msgspec
from msgspec import Struct
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

import orbit.client
from orbit.client import Board, Client, Refused
from orbit.client.wire import encode

QUIET_S = 10.0  # for so long the last events may be under way
AGAIN_S = 0.2  # a board that has moved is there again after this
now = time.monotonic


class Wish(Struct, frozen=True):
    """How much is asked for.  The defaults are within a node's default limits."""

    sockets: int = 100
    writers: int = 10
    boards: int = 1
    seconds: float = 10.0
    rate: float = 15.0  # commands per second and writer


class Score(Struct):
    """What came of it.  Times in seconds."""

    acks: list[float] = []
    refused: dict[str, int] = {}
    deliveries: int = 0
    duplicated: int = 0
    reordered: int = 0
    lost: int = 0
    took: float = 0.0

    @property
    def is_sound(self) -> bool:
        return not (self.lost or self.duplicated or self.reordered)

    def percentile(self, share: float) -> float:
        """Return within which time that share of the acks came."""
        acks = sorted(self.acks)
        return acks[min(int(share * len(acks)), len(acks) - 1)] if acks else 0.0


class _Event(Struct):
    """As much of an event as a follower looks at."""

    seq: int = 0


class _Seen(_Event, kw_only=True):
    """As much of a frame as a follower looks at."""

    type: str
    log: str = ""
    changes: list[_Event] = []


class _Follower:
    """Follows one board as a guest; told that it is off, it joins for the rest.

    It asks for nothing else twice, so a gap is a gap.
    """

    def __init__(self, score: Score, board: str) -> None:
        self._score, self.board = score, board
        self._log, self.seq = "", -1

    async def run(self, session: aiohttp.ClientSession, address: str) -> None:
        async with session.ws_connect(address, max_msg_size=0) as socket:
            await socket.send_str(encode({"type": "hello"}).decode())
            await socket.send_str(self._join())
            async for message in socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    for line in message.data.split("\n"):
                        if self._heard(_decode(line)):
                            await asyncio.sleep(AGAIN_S)
                            await socket.send_str(self._join())

    def _join(self) -> str:
        join = {"type": "join", "ref": 1, "board": self.board}
        if self._log:
            join |= {"log": self._log, "since": self.seq}
        return encode(join).decode()

    def _heard(self, frame: _Seen) -> bool:
        """Count what came; tell whether it has to join again."""
        if frame.type == "joined":
            for event in frame.changes:
                self._count(event.seq)
            self._log, self.seq = frame.log, frame.seq
        elif frame.type == "changed":
            self._count(frame.seq)
        return frame.type in {"left", "error"}

    def _count(self, seq: int) -> None:
        self._score.deliveries += 1
        self._score.duplicated += seq == self.seq
        self._score.reordered += seq < self.seq
        self._score.lost += max(seq - self.seq - 1, 0)
        self.seq = max(self.seq, seq)


_decode = msgspec.json.Decoder(_Seen).decode


def run(url: str, wish: Wish, console: Console | None = None) -> bool:
    """Put the node at `url` under load, print a table, and tell whether it was sound.

    Raises:
        Refused: the node did not want it, or is not there.
    """
    console = console or Console()
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("connecting", total=wish.seconds)

        def tell(stage: str, done: float) -> None:
            bar.update(task, description=stage, completed=done)

        score = asyncio.run(measure(url, wish, tell))
    console.print(_table(wish, score))
    return score.is_sound


async def measure(
    url: str, wish: Wish, tell: Callable[[str, float], None] = lambda _s, _d: None
) -> Score:
    """Put the node at `url` under load, and return what came of it."""
    score = Score()
    async with AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(orbit.client.connect(url))
            for _ in range(wish.writers)
        ]
        for client in clients:
            await client.mint()
        boards = await _boards(clients, wish)
        followers = await _follow(stack, url, wish, score, [one.id for one in boards])
        await _write(boards, wish, score, tell)
        tell("waiting for the last", wish.seconds)
        await _level(followers, boards, score)
    return score


async def _boards(clients: Sequence[Client], wish: Wish) -> list[Board]:
    """Make the boards; return each writer's own view of his."""
    ids = [
        (await clients[0].make_board(f"Load {n + 1}")).id for n in range(wish.boards)
    ]
    return [await client.join(ids[n % len(ids)]) for n, client in enumerate(clients)]


async def _follow(
    stack: AsyncExitStack, url: str, wish: Wish, score: Score, ids: Sequence[str]
) -> list[_Follower]:
    """Connect the followers, and return them when all have joined."""
    session = await stack.enter_async_context(
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
    )
    address = f"{url.rstrip('/').replace('http', 'ws', 1)}/ws"
    followers = [_Follower(score, ids[n % len(ids)]) for n in range(wish.sockets)]
    jobs = await stack.enter_async_context(_cancelled_in_the_end())
    for n, follower in enumerate(followers, 1):
        jobs.append(
            asyncio.get_running_loop().create_task(follower.run(session, address))
        )
        if n % 20 == 0:  # handshakes per second are bounded
            await asyncio.sleep(0.5)
    end = now() + 30.0
    while any(follower.seq < 0 for follower in followers):
        if now() > end or any(job.done() for job in jobs):
            raise Refused("refused", "not all sockets were let in")
        await asyncio.sleep(0.02)
    return followers


@contextlib.asynccontextmanager
async def _cancelled_in_the_end() -> AsyncIterator[list[asyncio.Task[None]]]:
    jobs: list[asyncio.Task[None]] = []
    try:
        yield jobs
    finally:
        for job in jobs:
            job.cancel()
        if jobs:
            await asyncio.wait(jobs)


async def _write(
    boards: Sequence[Board],
    wish: Wish,
    score: Score,
    tell: Callable[[str, float], None],
) -> None:
    began = now()
    async with asyncio.TaskGroup() as jobs:
        for board in boards:
            jobs.create_task(_writer(board, wish, score))
        while now() - began < wish.seconds:
            tell(f"{len(score.acks)} acked", now() - began)
            await asyncio.sleep(0.1)
    score.took = now() - began


async def _writer(board: Board, wish: Wish, score: Score) -> None:
    """Move a note of one's own; at a steady pace, whatever the answers do."""
    note = (await board.tell("add_note", content="a note under load")).id
    began, n = now(), 0
    async with asyncio.TaskGroup() as jobs:
        while now() - began < wish.seconds:
            n += 1
            jobs.create_task(_move(board, note, n, score))
            await asyncio.sleep(max(began + n / wish.rate - now(), 0.0))


async def _move(board: Board, note: str, n: int, score: Score) -> None:
    began = now()
    try:
        await board.tell("move_note", note=note, x=float(n), y=0.0)
    except Refused as error:
        score.refused[error.code] = score.refused.get(error.code, 0) + 1
    else:
        score.acks.append(now() - began)


async def _level(
    followers: Sequence[_Follower], boards: Sequence[Board], score: Score
) -> None:
    """Wait for the last events; what has not come by then is lost."""
    heads = {board.id: 0 for board in boards}
    for board in boards:
        heads[board.id] = max(heads[board.id], board.seq)
    end = now() + QUIET_S
    # hundreds would ring one bell: looking now and then costs less
    while any(one.seq < heads[one.board] for one in followers) and now() < end:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    score.lost += sum(max(heads[one.board] - one.seq, 0) for one in followers)


def _table(wish: Wish, score: Score) -> Table:
    table = Table(title=f"{wish.sockets} sockets, {wish.writers} writers")
    table.add_column("measured")
    table.add_column("value", justify="right")
    refused = ", ".join(f"{code} {n}" for code, n in score.refused.items()) or "0"
    rows = {
        "acked": f"{len(score.acks)}",
        "acked per second": f"{len(score.acks) / score.took:.0f}",
        "refused": refused,
        "ack p50": f"{score.percentile(0.5) * 1000:.1f} ms",
        "ack p99": f"{score.percentile(0.99) * 1000:.1f} ms",
        "deliveries per second": f"{score.deliveries / score.took:.0f}",
        "lost": f"{score.lost}",
        "duplicated": f"{score.duplicated}",
        "reordered": f"{score.reordered}",
    }
    for name, value in rows.items():
        table.add_row(name, value)
    return table
