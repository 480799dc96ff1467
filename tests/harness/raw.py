"""A websocket client of the letter, not of a library: it can also speak garbage.

Nothing is interpreted but frames; what is wrong on purpose goes out as it is.
"""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from typing import Any

from tests.kit.wire import CLOSE, CONTINUATION, PING, PONG, TEXT, masked

NO_MASK = b"\0\0\0\0"  # a mask all the same, and a cheap one
HEADERS = (
    "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
    "{more}\r\n"
)
Frame = dict[str, Any]


class Refused(ConnectionError):
    """The handshake was not answered with 101."""


def text_frame(payload: bytes) -> bytes:
    """Return a frame of text, quickly: `masked` walks over each byte."""
    size = len(payload)
    if size < 126:
        head = bytes((0x81, 0x80 | size))
    elif size < 65536:
        head = b"\x81\xfe" + size.to_bytes(2)
    else:
        head = b"\x81\xff" + size.to_bytes(8)
    return head + NO_MASK + payload


class Raw:
    """One connection."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._reader, self._writer = reader, writer
        self._waiting: list[Frame] = []
        self.code: int | None = None  # with which the server closed
        self.heard: list[bytes] | None = None  # every message, if somebody listens
        self.ponged_at = asyncio.get_running_loop().time()
        self.node = ""  # who has greeted us
        self.obeys = False  # a `goaway`, when it is told to
        self.leaves = False  # it was sent away, and goes

    @classmethod
    async def open(cls, port: int, more: str = "", *, host: str = "127.0.0.1") -> "Raw":
        """Connect; `more` are further header lines, each with its line end."""
        reader, writer = await asyncio.open_connection(host, port, limit=1 << 24)
        key = base64.b64encode(b"0123456789abcdef").decode()
        writer.write(HEADERS.format(key=key, more=more).encode())
        try:
            answer = await reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            writer.close()
            raise Refused("no answer") from error
        if not answer.startswith(b"HTTP/1.1 101"):
            writer.close()
            raise Refused(answer.split(b"\r\n")[0].decode())
        return cls(reader, writer)

    @classmethod
    async def greeted(
        cls, port: int, ghost: str | None = None, *, host: str = "127.0.0.1"
    ) -> "Raw":
        """Connect and say hello."""
        raw = await cls.open(port, host=host)
        raw.send(
            {"type": "hello"} if ghost is None else {"type": "hello", "ghost": ghost}
        )
        try:
            raw.node = (await raw.expect("welcome"))["node"]
        except BaseException:
            raw.abort()
            raise
        return raw

    def send(self, *frames: Frame) -> None:
        """Send frames as one message."""
        text = "\n".join(json.dumps(frame, ensure_ascii=False) for frame in frames)
        self.send_text(text.encode())

    def send_text(self, payload: bytes) -> None:
        self.send_bytes(text_frame(payload))

    def send_bytes(self, data: bytes) -> None:
        """Send what may be no frame at all."""
        if not self._writer.is_closing():
            self._writer.write(data)

    async def drain(self) -> None:
        await self._writer.drain()

    async def messages(self) -> AsyncIterator[Frame]:
        """Give what the server says, one frame of our protocol after the other."""
        while True:
            while self._waiting:
                frame = self._waiting.pop(0)
                if frame["type"] == "goaway" and self.obeys:
                    self._leave(frame["after"])
                yield frame
            message = await self._message()
            if message is None:
                return
            self._waiting += [json.loads(line) for line in message.split(b"\n")]

    def _leave(self, after: float) -> None:
        if not self.leaves:
            self.leaves = True
            asyncio.get_running_loop().call_later(after, self.abort)

    async def next(self) -> Frame | None:
        """Return the next frame of our protocol, or None: the connection is over."""
        async for frame in self.messages():
            return frame
        return None

    async def expect(self, *types: str, ref: int | None = None) -> Frame:
        """Return the next frame of one of these types; others are passed over.

        Raises:
            ConnectionError: it ended before.
            TimeoutError: 15 s.
        """
        async with asyncio.timeout(15):
            async for frame in self.messages():
                if frame["type"] in types and (ref is None or frame.get("ref") == ref):
                    return frame
        raise ConnectionError(f"closed with {self.code}, waiting for {types}")

    async def ask(self, frame: Frame) -> Frame:
        """Send a frame that has a ref, and return its answer."""
        self.send(frame)
        return await self.expect("joined", "reply", "error", ref=frame["ref"])

    async def join(self, board: str, ref: int = 1, **more: Any) -> Frame:
        answer = await self.ask({"type": "join", "ref": ref, "board": board, **more})
        assert answer["type"] == "joined", answer
        return answer

    def abort(self) -> None:
        self._writer.transport.abort()

    def close(self) -> None:
        """Say goodbye, without waiting for the answer."""
        self.send_bytes(masked((1000).to_bytes(2), CLOSE))
        self._writer.close()

    async def _message(self) -> bytes | None:
        """Return the next text; pings are answered, a close is kept."""
        parts = b""
        try:
            while True:
                opcode, fin, payload = await self._frame()
                if opcode == PING:
                    self.send_bytes(masked(payload, PONG))
                elif opcode == CLOSE:
                    self.code = int.from_bytes(payload[:2]) if payload else 1005
                    return None
                elif opcode in (TEXT, CONTINUATION):
                    parts += payload
                    if fin:
                        if b'"type":"pong"' in parts:
                            self.ponged_at = asyncio.get_running_loop().time()
                        if self.heard is not None:
                            self.heard.append(parts)
                        return parts
        except (asyncio.IncompleteReadError, ConnectionError):
            return None

    async def _frame(self) -> tuple[int, bool, bytes]:
        first, size = await self._reader.readexactly(2)
        if size == 126:
            size = int.from_bytes(await self._reader.readexactly(2))
        elif size == 127:
            size = int.from_bytes(await self._reader.readexactly(8))
        return first & 15, first >= 0x80, await self._reader.readexactly(size)
