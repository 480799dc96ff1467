"""One socket: messages out, in bundles, and in; it knows no board."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

import aiohttp
import msgspec

from orbit.client.items import Frame

FRAME_BYTES = 48 << 10  # of several messages that go out together
encode = msgspec.json.Encoder().encode


class Pipe(Protocol):
    """A websocket, as the client sees it."""

    async def send(self, text: bytes) -> None:
        """Send one text message."""

    async def receive(self) -> str | None:
        """Return the next text message, or None: it is closed."""

    async def close(self) -> int:
        """Let go, at once, and return the close code."""


class AiohttpPipe:
    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket

    async def send(self, text: bytes) -> None:
        await self._socket.send_str(text.decode())

    async def receive(self) -> str | None:
        message = await self._socket.receive()
        return message.data if message.type is aiohttp.WSMsgType.TEXT else None

    async def close(self) -> int:
        await self._socket.close()
        return self._socket.close_code or 1006


def bundles(messages: Iterable[bytes], limit: int = FRAME_BYTES) -> Iterator[bytes]:
    """Join messages by newlines, each bundle within `limit` unless one alone is not."""
    bundle: list[bytes] = []
    size = 0
    for message in messages:
        if bundle and size + len(message) > limit:
            yield b"\n".join(bundle)
            bundle, size = [], 0
        bundle.append(message)
        size += len(message) + 1
    if bundle:
        yield b"\n".join(bundle)


def parsed(text: str) -> Iterator[Frame]:
    """Give the frames of a message; what is not ours is passed over."""
    for line in text.split("\n"):
        try:
            frame = msgspec.json.decode(line)
        except msgspec.DecodeError:
            continue
        if isinstance(frame, dict):
            yield frame


class Gone(Exception):
    """A socket is over: closed with `code`."""

    def __init__(self, code: int = 1006) -> None:
        super().__init__(code)
        self.code = code


Answer = Callable[[int, Frame], None]  # the ref, and the frame that carries it
Asking = Callable[[Frame, Answer], int]


class Link:
    """One greeted socket."""

    def __init__(self, pipe: Pipe, welcome: Frame, now: float) -> None:
        self.pipe, self.welcome = pipe, welcome
        self.arrived: set[str] = set()  # boards, before it is the one that serves
        self.born_at = self.heard_at = self.ponged_at = now
        self.moves_at: float | None = None
        self.code = 1006  # that it was closed with
        self.is_settled = asyncio.Event()  # it serves, or never will
        self.jobs: asyncio.TaskGroup | None = None  # which end with it
        self.end: asyncio.Future[Gone] = asyncio.get_running_loop().create_future()
        self._answers: dict[int, Answer] = {}
        self._is_quiet, self._owes = asyncio.Event(), asyncio.Event()
        self._out: list[bytes] = []
        self._has_out = asyncio.Event()

    def send(self, frame: Frame) -> None:
        self._out.append(encode(frame))
        self._has_out.set()

    def ask(self, ref: int, frame: Frame, answer: Answer) -> None:
        """Send a question; `answer` hears the first frame that carries its ref."""
        self._answers[ref] = answer
        self._is_quiet.clear()
        self._owes.set()
        self.send({**frame, "ref": ref})

    def settle(self, frame: Frame) -> bool:
        """Hand an answer to whoever waits for it; tell whether somebody did."""
        ref = frame.get("ref", -1)
        answer = self._answers.pop(ref, None)
        if not self._answers:
            self._is_quiet.set()
            self._owes.clear()
        if answer:
            answer(ref, frame)
        return answer is not None

    def disappoint(self) -> None:
        """Tell all who still wait that this socket does not answer any more."""
        for ref in list(self._answers):
            self.settle({"type": "lost", "ref": ref})

    async def quiet(self) -> None:
        """Wait until it owes no answer."""
        if self._answers:
            await self._is_quiet.wait()

    @property
    def is_owing(self) -> bool:
        """Whether an answer is awaited."""
        return bool(self._answers)

    async def owes(self) -> None:
        """Wait until it owes an answer."""
        await self._owes.wait()

    def lose(self, gone: Gone) -> None:
        if not self.end.done():
            self.end.set_result(gone)

    async def write(self) -> None:
        while True:
            await self._has_out.wait()
            self._has_out.clear()
            out, self._out = self._out, []
            for bundle in bundles(out):
                await self.pipe.send(bundle)

    async def ended(self) -> None:
        raise await self.end
