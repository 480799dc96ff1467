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
    """A socket is over: closed with `code`, or left for the link `to`."""

    def __init__(self, code: int = 1006, to: "Link | None" = None) -> None:
        super().__init__(code)
        self.code, self.to = code, to


class Link:
    """One greeted socket."""

    def __init__(self, pipe: Pipe, welcome: Frame, now: float) -> None:
        self.pipe, self.welcome = pipe, welcome
        self.answers: dict[int, Callable[[int, Frame], None]] = {}
        self.born_at = self.heard_at = now
        self.moves_at: float | None = None
        self.end: asyncio.Future[Gone] = asyncio.get_running_loop().create_future()
        self._out: list[bytes] = []
        self._has_out = asyncio.Event()

    def send(self, frame: Frame) -> None:
        self._out.append(encode(frame))
        self._has_out.set()

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
