"""A websocket's wire by hand: what a client sends, and a transport that remembers.

Independent of the code under test: frames are built and read by the letter of
RFC 6455, 5.2, and may be wrong on purpose.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import cycle
from typing import NamedTuple

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10


class Frame(NamedTuple):
    """One frame of a server, taken apart."""

    opcode: int
    payload: bytes
    fin: bool = True


def masked(
    payload: bytes,
    opcode: int = TEXT,
    *,
    fin: bool = True,
    rsv: int = 0,
    mask: bytes | None = b"\x37\xfa\x21\x3d",
    length_bytes: int | None = None,
) -> bytes:
    """Return one client frame.  `mask=None`: unmasked; `length_bytes`: 0, 2 or 8."""
    size = len(payload)
    if length_bytes is None:
        length_bytes = 0 if size < 126 else 2 if size < 65536 else 8
    short = {0: size, 2: 126, 8: 127}[length_bytes]
    head = bytes((fin << 7 | rsv << 4 | opcode, (mask is not None) << 7 | short))
    head += size.to_bytes(length_bytes) if length_bytes else b""
    if mask is None:
        return head + payload
    return head + mask + bytes(a ^ b for a, b in zip(payload, cycle(mask)))


def closing(code: int, reason: bytes = b"") -> bytes:
    """Return a client's close frame."""
    return masked(code.to_bytes(2) + reason, CLOSE)


def frames(data: bytes) -> list[Frame]:
    """Take apart what a server has sent: whole, unmasked frames and nothing else."""
    found = []
    while data:
        first, size, start = data[0], data[1], 2
        assert first & 0x70 == 0, "a server spoke an extension"
        assert size < 0x80, "a server masked"
        if size == 126:
            size, start = int.from_bytes(data[2:4]), 4
            assert size > 125, "a length is not minimal"
        elif size == 127:
            size, start = int.from_bytes(data[2:10]), 10
            assert size > 65535, "a length is not minimal"
        assert len(data) >= start + size, "a frame is cut off"
        payload, data = data[start : start + size], data[start + size :]
        found.append(Frame(first & 15, payload, first >= 0x80))
    return found


class FakeTransport(asyncio.Transport):
    """What was written, and how it ended; `lose` tells the protocol of the end."""

    def __init__(self, *, can_half_close: bool = True) -> None:
        super().__init__()
        self.sent = b""
        self.writes = 0
        self.unsent = 0
        self.ended: str | None = None  # "eof", "closed" or "aborted"
        self.can_half_close = can_half_close

    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert self.ended is None, f"written after {self.ended}"
        self.sent += data
        self.writes += 1

    def frames(self) -> list[Frame]:
        """Take apart what was sent so far."""
        return frames(self.sent)

    def get_write_buffer_size(self) -> int:
        return self.unsent

    def set_write_buffer_limits(
        self, high: int | None = None, low: int | None = None
    ) -> None:
        assert high == 0, "pausing must mean that something is unsent"

    def can_write_eof(self) -> bool:
        return self.can_half_close

    def write_eof(self) -> None:
        assert self.can_half_close
        self.ended = self.ended or "eof"

    def is_closing(self) -> bool:
        return self.ended in ("closed", "aborted")

    def close(self) -> None:
        if self.ended != "aborted":
            self.ended = "closed"

    def abort(self) -> None:
        self.ended = "aborted"


@dataclass
class Ear:
    """A listener that remembers what it was told, in order."""

    told: list[bytes | str] = field(default_factory=list)
    on_message: Callable[[bytes], object] | None = None

    def received(self, text: bytes) -> None:
        self.told.append(text)
        if self.on_message is not None:
            self.on_message(text)

    def drained(self) -> None:
        self.told.append("drained")

    def lost(self) -> None:
        self.told.append("lost")


@dataclass
class FakeTimer:
    """One entry of a `FakeLoop`."""

    when: float
    callback: Callable[[], object]
    is_cancelled: bool = False

    def cancel(self) -> None:
        self.is_cancelled = True


class FakeLoop:
    """A clock that goes when told, and fires what is due on the way."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.timers: list[FakeTimer] = []

    def time(self) -> float:
        return self.now

    def call_later(self, delay: float, callback: Callable[[], object], /) -> FakeTimer:
        timer = FakeTimer(self.now + delay, callback)
        self.timers.append(timer)
        return timer

    def pending(self) -> list[FakeTimer]:
        """Return what will fire yet, the next first."""
        self.timers = [timer for timer in self.timers if not timer.is_cancelled]
        return sorted(self.timers, key=lambda timer: timer.when)

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        end = self.now + seconds
        while (due := self.pending()) and due[0].when <= end:
            self.timers.remove(due[0])
            self.now = due[0].when
            due[0].callback()
        self.now = end
