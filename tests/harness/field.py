"""What all peers of a run share: where the nodes are, what was answered, the ledger.

Who connects is sent to the next node that is ready, and from one that takes nobody to
the next, as a balancer does.  It must never know what is done to the nodes.
"""

import asyncio
import json
import random
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import TypeVar

import aiohttp
from msgspec import Struct

from orbit.client import Client
from orbit.client.wire import AiohttpPipe, Pipe
from orbit.core.ids import op_key
from tests.harness.ledger import Command, Ledger, Sent
from tests.harness.raw import Frame, Raw

PING_S = 2.0
DEAD_S = 6.0  # without an answer from it a connection is given up
LOOK_S = 0.5  # between two looks of the balancer
AGAIN_S = (0.02, 0.2)
ANSWERS = re.compile(
    '"(?:welcome|joined|reply|error)"'
)  # in a message worth taking apart
now = time.monotonic
T = TypeVar("T")


class Place(Struct, eq=False):
    """Where a node, or several behind one port, can be reached."""

    host: str
    port: int
    is_ready: bool = True

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"


class Answer(Struct, frozen=True):
    """An ack, for those who draw."""

    at: float
    took_s: float  # since the command was first sent
    board: str
    via: str


class Field:
    """What all peers of a run share."""

    def __init__(self, places: Sequence[Place], seed: int, rate: float) -> None:
        self.places, self.rate = list(places), rate  # commands per second and writer
        self.random = random.Random(seed)
        self.ledger = Ledger()
        self.is_stopping = False
        self.open: set[Raw] = set()
        self.clients: set[Client] = set()
        self.connects = 0  # by hand
        self.resets = self.acks = 0
        self.lost = 0  # sockets that ended, and nobody had sent their owner away
        self.moved = 0  # sockets whose owner was sent away, and went
        self.passed_on = 0  # attempts to connect that another node took
        self.turned_down = 0  # that none took
        self.acked: list[Answer] = []
        self.heads: dict[tuple[str, str], int] = {}  # by log: the highest acked seq
        self.acked_at = 0.0  # when the latest ack came
        self.newest = 0.0  # when the newest acked command was first sent
        self.answers: Counter[str] = Counter()
        self.unanswered = 0
        self._by_op: dict[tuple[str, str], Command] = {}
        self._call = asyncio.Event()

    def place(self) -> Place:
        """Return where the next one is sent; all are as good if none is ready."""
        return self._order()[0]

    def _order(self) -> list[Place]:
        """Return where the next one is sent, and where after that."""
        # in turn, all of a board might be sent to one node
        order = self.random.sample(self.places, len(self.places))
        return sorted(order, key=lambda place: not place.is_ready)

    async def _connected(self, connect: Callable[[Place], Awaitable[T]]) -> T:
        """Connect to a node, or to the next one.

        Raises:
            OSError, TimeoutError, ClientError: what the last of them said.
        """
        order = self._order()
        for place in order[:-1]:
            try:
                return await connect(place)
            except (OSError, TimeoutError, aiohttp.ClientError):
                place.is_ready = False  # until it says otherwise
                self.passed_on += 1
        try:
            return await connect(order[-1])
        except BaseException:
            self.turned_down += 1
            raise

    async def sockets(self, ghost: str | None) -> AsyncIterator[Raw]:
        """Give greeted connections, one after the other, until the end."""

        async def greeted(place: Place) -> Raw:
            async with asyncio.timeout(DEAD_S):
                return await Raw.greeted(place.port, ghost, host=place.host)

        while True:
            try:
                raw = await self._connected(greeted)
            except (OSError, TimeoutError):
                await asyncio.sleep(self.random.uniform(*AGAIN_S))
                continue
            self.connects += 1
            raw.obeys = True
            self.open.add(raw)
            yield raw
            self.open.discard(raw)
            raw.abort()
            if raw.leaves:
                self.moved += 1
                continue
            self.lost += not self.is_stopping
            await asyncio.sleep(self.random.uniform(*AGAIN_S))

    @asynccontextmanager
    async def client(
        self, ghost: str | None = None, at: Place | None = None
    ) -> AsyncIterator[Client]:
        """Give a client of the SDK, which is sent to a ready node each time it dials.

        Or `at` one, always.

        As `orbit.client.connect`, which knows one address.
        """
        closing = aiohttp.ClientWSTimeout(ws_close=1.0)
        async with aiohttp.ClientSession() as session:

            async def reach(place: Place) -> aiohttp.ClientWebSocketResponse:
                async with asyncio.timeout(DEAD_S):
                    return await session.ws_connect(
                        f"{place.url}/ws", timeout=closing, max_msg_size=0
                    )

            async def dial(_address: str) -> Pipe:
                found = await (reach(at) if at else self._connected(reach))
                return _Watched(found, self)

            client = Client(self.place().url, dial, session, ghost=ghost)
            self.clients.add(client)
            try:
                yield client
            finally:
                await client.close()

    async def ping(self) -> None:
        """Give up connections that do not answer, for ever; some tell all the same."""
        while True:
            await asyncio.sleep(PING_S)
            dead = asyncio.get_running_loop().time() - DEAD_S
            for raw in list(self.open):
                if raw.ponged_at < dead:
                    raw.abort()
                else:
                    raw.send({"type": "ping", "seen": {}})

    async def balance(self) -> None:
        """Ask the nodes whether they are ready, as a balancer does, for ever."""
        while True:
            async with asyncio.TaskGroup() as jobs:
                for place in self.places:
                    jobs.create_task(_look(place))
            await asyncio.sleep(LOOK_S)

    def turned_away(self, frame: Frame) -> None:
        self.answers[f"{frame['type']}: {frame['error']}"] += 1

    async def think(self) -> None:
        """Wait as long as a writer thinks, or until all are called."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self.random.expovariate(self.rate)):
                await self._call.wait()

    def call(self) -> None:
        """Have all writers tell something now: else their thinking is timed."""
        self._call.set()
        self._call = asyncio.Event()

    async def room(self, may_go_on: Callable[[], bool]) -> bool:
        """Wait until a writer with too much under way may go on; False: it is over.

        A thought is put off, not dropped: else the slow times would be tried least.
        """
        while not may_go_on():
            if self.is_stopping:
                return False
            await asyncio.sleep(0.02)
        return not self.is_stopping

    # Commands, however they are told.

    def began(self, board: str, op: str) -> Command:
        """Write a command down, before it is sent."""
        command = Command(board, op_key(op))
        self.ledger.commands.append(command)
        self._by_op[board, op] = command
        return command

    def named(self, board: str, op: str) -> Command | None:
        """Return the command of that op, if it is one of ours."""
        return self._by_op.get((board, op))

    def sent(self, command: Command, node: str) -> Sent:
        """Write down that a command is on its way to a node."""
        sent = Sent(now(), via=node)
        command.sends.append(sent)
        self.unanswered += 1
        return sent

    def cut(self, sent: Sent) -> None:
        """Write down that its connection is over, and nobody will answer."""
        sent.until = now()
        self.unanswered -= 1

    def answered(self, command: Command, sent: Sent, frame: Frame, log: str) -> None:
        """Write down what was answered, and in which history that was heard."""
        sent.log, answer = log, "ack" if frame["type"] == "reply" else frame["error"]
        sent.until, sent.answer, sent.seq = now(), answer, frame.get("seq", 0)
        self.unanswered -= 1
        self.answers[answer] += 1
        if answer == "ack":
            first, board = command.sends[0].at, command.board
            self.acks += 1
            self.acked_at = sent.until
            self.newest = max(self.newest, first)
            head = board, log
            self.heads[head] = max(self.heads.get(head, 0), sent.seq)
            took_s = sent.until - first
            self.acked.append(Answer(sent.until, took_s, board, sent.via))


class _Watched(AiohttpPipe):
    """A pipe of the SDK, on which each command and answer is written down."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, field: Field) -> None:
        super().__init__(socket)
        self._field, self._is_let_go, self._node = field, False, ""
        self._open: dict[int, tuple[Command, Sent]] = {}
        self._logs: dict[str, str] = {}

    async def send(self, text: bytes) -> None:
        for line in text.split(b"\n") if b'"tell"' in text else ():
            frame = json.loads(line)
            if frame["type"] == "tell":
                command = self._field.named(frame["board"], frame["op"])
                assert command is not None, "a command that was not written down"
                sent = self._field.sent(command, self._node)
                self._open[frame["ref"]] = command, sent
        await super().send(text)

    async def receive(self) -> str | None:
        text = await super().receive()
        if text is None:
            self._field.lost += not (self._is_let_go or self._field.is_stopping)
            return None
        for line in text.split("\n") if ANSWERS.search(text) else ():
            self._heard(json.loads(line))
        return text

    def _heard(self, frame: Frame) -> None:
        if frame["type"] == "welcome":
            self._node = frame["node"]
        elif frame["type"] == "joined":
            self._logs[frame["board"]] = frame["log"]
        elif frame["type"] in {"reply", "error"} and frame.get("ref") in self._open:
            command, sent = self._open.pop(frame["ref"])
            log = self._logs.get(command.board, "")
            self._field.answered(command, sent, frame, log)

    async def close(self) -> int:
        self._is_let_go = True
        for _command, sent in self._open.values():
            self._field.cut(sent)
        self._open.clear()
        return await super().close()


async def _look(place: Place) -> None:
    place.is_ready = await is_ready(place)


async def is_ready(place: Place) -> bool:
    """Ask a node whether it takes new sockets."""
    return (await get(place, "/health/ready/"))[0] == 200


async def get(place: Place, path: str) -> tuple[int, bytes]:
    """Ask a node for something; no whole answer in a second is a status of 0."""
    request = f"GET {path} HTTP/1.1\r\nHost: orbit\r\nConnection: close\r\n\r\n"
    try:
        async with asyncio.timeout(1.0):
            reader, writer = await asyncio.open_connection(place.host, place.port)
            try:
                writer.write(request.encode())
                head, _, body = (await reader.read()).partition(b"\r\n\r\n")
                return int(head.split(maxsplit=2)[1]), body
            finally:
                writer.transport.abort()
    except (OSError, TimeoutError, LookupError, ValueError):
        return 0, b""


async def until(
    is_so: Callable[[], bool] | Callable[[], Awaitable[bool]],
    within_s: float,
    *,
    every_s: float = 0.005,
) -> bool:
    """Wait until something is so; say whether it came to be in time."""
    end = now() + within_s
    while True:
        so = is_so()
        if isinstance(so, bool):
            found = so
        else:
            found = await so
        if found or now() > end:
            return found
        await asyncio.sleep(every_s)
