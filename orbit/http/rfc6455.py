"""RFC 6455, the server's side, on one asyncio transport: text messages in and out.

An idle connection is one slotted object: no task, queue, timer or parser.  Whatever
a peer sends ends in a call of the listener or in a close frame, never in an error.

    open -- close() -----> closing -- its close, its FIN, or `CLOSE_S` --.
      |-- it breaks a rule: our close and our FIN ------------> deaf ----|
      '-- its close (echoed), its FIN ------------------------> deaf ----'--> lost

Once a close frame was sent, `write` does nothing (5.5.1).  No extension is spoken.
It must never know JSON, boards, aiohttp, or what the listener does.
"""

import asyncio
import base64
import contextlib
import fcntl
import hashlib
import logging
import termios
from array import array
from collections.abc import Callable
from typing import Final, Protocol, cast

from orbit.http import crowd
from orbit.http.wheel import Wheel

CONTINUATION: Final = 0x0
TEXT: Final = 0x1
BINARY: Final = 0x2
CLOSE: Final = 0x8
PING: Final = 0x9
PONG: Final = 0xA

MESSAGE_BYTES: Final = 64 * 1024
FRAGMENTS: Final = 1024  # more pieces than this of one message are an attack
CONTROLS: Final = 128  # pings and pongs in one segment; an answer costs a write each
MISSED_PINGS: Final = 2

_GUID: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_PING_FRAME: Final = bytes((0x80 | PING, 0))
# Plain integers: they are compared on every message, an enum's member costs 3 times.
_OPEN, _CLOSING, _DEAF, _LOST = range(4)

_from_bytes = int.from_bytes
_log = logging.getLogger(__name__)


class Violation(Exception):
    """The peer broke a rule; `code` and `reason` are for the close frame."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason


class Listener(Protocol):
    """Who is told; synchronous, in order, never after `lost`."""

    def received(self, text: bytes) -> None:
        """Take one whole text message; it is valid UTF-8 and within the limit."""

    def drained(self) -> None:
        """Go on writing: the transport had paused and takes bytes again."""

    def lost(self) -> None:
        """Let go: the connection is over.  Called exactly once."""


class Link(Protocol):
    """What a listener may do with its connection, whatever carries it."""

    @property
    def paused(self) -> bool:
        """Whether the peer reads too slowly; what is written now is only kept."""

    lagged_s: float  # for how long it was paused before the last `drained`
    fd: int  # -1: what is written goes by `write` alone
    ticket: int  # of `crowd.issue`

    @property
    def is_open(self) -> bool:
        """Whether what is written may still arrive; False once closing."""

    @property
    def write(self) -> Callable[[bytes], None]:
        """Send whole frames, one or many joined; a no-op unless open."""

    def close(self, code: int, reason: str = "") -> None:
        """Start the close handshake; only the first call counts.

        `reason` is cut to 123 bytes.  The end comes within about `CLOSE_S`.

        Raises:
            ValueError: `code` may not stand in a close frame (RFC 6455, 7.4).
        """

    def abort(self) -> None:
        """Drop the connection at once, with whatever is unsent."""


class _Nobody:
    """The listener before there is one, and after the end."""

    __slots__ = ()

    def received(self, text: bytes) -> None: ...

    def drained(self) -> None: ...

    def lost(self) -> None: ...


_NOBODY: Final = _Nobody()


def _ignore(data: bytes, /) -> None:
    """Stand in for `write` when nothing may be written any more."""


def accept_key(key: str) -> str:
    """Return `Sec-WebSocket-Accept` for a `Sec-WebSocket-Key` (RFC 6455, 4.2.2)."""
    digest = hashlib.sha1(key.encode() + _GUID, usedforsecurity=False).digest()
    return base64.b64encode(digest).decode()


def frame(payload: bytes, opcode: int = TEXT) -> bytes:
    """Return one whole, unmasked server frame; equal for all who are sent it."""
    size = len(payload)
    if size < 126:
        return bytes((0x80 | opcode, size)) + payload
    if size < 65536:
        return bytes((0x80 | opcode, 126)) + size.to_bytes(2) + payload
    return bytes((0x80 | opcode, 127)) + size.to_bytes(8) + payload


def close_frame(code: int, reason: str = "") -> bytes:
    """Return a close frame; `reason` is cut to what fits (123 bytes), between letters.

    Raises:
        ValueError: `code` may not stand in a close frame.
    """
    if not _may_close_with(code):
        raise ValueError(f"{code} may not stand in a close frame")
    text = reason.encode("utf-8", "replace")[:123].decode("utf-8", "ignore")
    return frame(code.to_bytes(2) + text.encode(), CLOSE)


def check_close(payload: bytes) -> bytes:
    """Return the payload that echoes a peer's close: its code, or nothing.

    Raises:
        Violation: one byte, a code that may not be sent, or a broken reason.

    Source: RFC 6455, 5.5.1 and 7.4.
    """
    if not payload:
        return b""
    if not _may_close_with(_from_bytes(payload[:2])):  # one byte is below 1000
        raise Violation(1002, "bad close code")
    check_text(payload[2:])
    return payload[:2]


def check_text(text: bytes) -> None:
    """Do nothing if `text` is UTF-8.

    Raises:
        Violation: it is not (surrogates and overlong forms included).
    """
    if not text.isascii():  # a fifth of the price of decoding, and the usual case
        try:
            text.decode()
        except UnicodeDecodeError:
            raise Violation(1007, "not UTF-8") from None


def _may_close_with(code: int) -> bool:
    # 7.4.1 and the registry of IANA: 1004 to 1006 and 1015 never stand in a frame,
    # 1016 to 2999 are not given out, 3000 to 4999 belong to libraries and products.
    return 1000 <= code <= 1003 or 1007 <= code <= 1014 or 3000 <= code <= 4999


def _unmask(mask: bytes, data: bytes) -> bytes:
    # One XOR of two long integers: 0.4 us for a usual command, 8 times a loop's speed.
    size = len(data)
    key = (mask * ((size >> 2) + 1))[:size]
    return (_from_bytes(data, "little") ^ _from_bytes(key, "little")).to_bytes(
        size, "little"
    )


def _check_head(first: int, second: int) -> None:
    """Judge the first two bytes of a frame by themselves (RFC 6455, 5.2 and 5.5)."""
    opcode = first & 0x0F
    if first & 0x70:
        raise Violation(1002, "reserved bits are set")
    if second < 0x80:
        raise Violation(1002, "frames from a client must be masked")
    if opcode > PONG or BINARY < opcode < CLOSE:
        raise Violation(1002, "unknown opcode")
    if opcode >= CLOSE and (first < 0x80 or second > 0x80 + 125):
        raise Violation(1002, "control frames are short and whole")


def _span(data: bytes, pos: int) -> tuple[int, int]:
    """Return where the payload of the frame at `pos` starts and stops.

    A `stop` beyond the data means: not all is here, look again when there is that
    much.  The head was judged before; here only lengths are (minimal: 5.2).
    """
    end = len(data)
    size = data[pos + 1] & 0x7F
    start = pos + 6
    if size == 126:
        if end < pos + 4:
            return start, pos + 4
        size = _from_bytes(data[pos + 2 : pos + 4])
        start += 2
        if size < 126:
            raise Violation(1002, "length is not minimal")
    elif size == 127:
        if end < pos + 10:
            return start, pos + 10
        size = _from_bytes(data[pos + 2 : pos + 10])
        start += 8
        if size < 65536 or size >> 63:
            raise Violation(1002, "length is not minimal")
    return start, start + size


def _whole(data: bytes, end: int) -> int:
    """Return where the payload starts if `data` is exactly one masked frame, else 0.

    For frames below 64 KiB; the longer ones, and all that is odd, take the long way.
    """
    size = data[1] - 0x80
    if size < 126:
        return 6 if size == end - 6 else 0
    if size == 126:
        size = data[2] << 8 | data[3]
        return 8 if size == end - 8 and size > 125 else 0
    return 0


def _plain_socket(transport: asyncio.Transport) -> int:
    """Return the descriptor whose bytes are the transport's bytes, or -1."""
    sock = transport.get_extra_info("socket")
    if sock is None or transport.get_extra_info("sslcontext") is not None:
        return -1
    return int(sock.fileno())


def _queued(transport: asyncio.Transport) -> int:
    """Return the bytes that the kernel has and the peer has not; 0 if it won't say."""
    sock = transport.get_extra_info("socket")
    if sock is None:
        return 0
    size = array("i", [0])
    with contextlib.suppress(OSError):
        fcntl.ioctl(sock.fileno(), termios.TIOCOUTQ, size)
    return size[0]


class Connection(asyncio.Protocol):
    """One websocket on one transport; a `Link` for its listener.

    `limit` bounds a message in bytes, over all its fragments; what is kept of a
    message that has not come whole is never more than that (and one frame's head).
    """

    __slots__ = (
        "_fragments",
        "_limit",
        "_message",
        "_need",
        "_owed",
        "_phase",
        "_rest",
        "_transport",
        "_wheel",
        "fd",
        "lagged_s",
        "listener",
        "missed",
        "paused",
        "slot",
        "ticket",
        "write",
    )

    def __init__(self, wheel: Wheel, limit: int = MESSAGE_BYTES) -> None:
        self.listener: Listener = _NOBODY
        self.write: Callable[[bytes], None] = _ignore
        self.paused = False
        self.missed = 0  # pings since the peer was last heard
        self.lagged_s = 0.0
        self.slot = 0
        self.fd, self.ticket = -1, 0
        self._wheel = wheel
        self._limit = limit
        self._transport: asyncio.Transport | None = None
        self._phase = _OPEN
        self._rest: bytearray | None = None  # a frame that has not come whole
        self._need = 0  # bytes of `_rest` before it is worth another look
        self._message: bytearray | None = None  # a message in fragments
        self._fragments = 0
        self._owed: bytes | None = None  # the last ping that came while paused

    @property
    def is_open(self) -> bool:
        """Whether what is written may still arrive."""
        return self._phase == _OPEN

    def close(self, code: int, reason: str = "") -> None:
        """Start the close handshake; only the first call counts.

        Raises:
            ValueError: `code` may not stand in a close frame (RFC 6455, 7.4).
        """
        last = close_frame(code, reason)
        if self._phase == _OPEN:
            self.write(last)
            self._mute()
            self._phase = _CLOSING
            self._wheel.ending(self)

    def abort(self) -> None:
        """Drop the connection at once, with whatever is unsent."""
        if self._transport is not None:
            self._stop(_DEAF)
            self._transport.abort()

    # For the wheel.

    def beat(self) -> bool:
        """Ping the peer; False when it has left two pings unanswered."""
        if self.missed >= MISSED_PINGS:
            return False
        if not self.paused:  # a stall has a clock of its own
            self.missed += 1
            self.write(_PING_FRAME)
        return True

    def unsent(self) -> int:
        """Return the bytes which the transport, or the kernel, still holds."""
        transport = self._transport
        if transport is None:
            return 0
        return transport.get_write_buffer_size() + _queued(transport)

    # From the event loop.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin; `listener` is set right after, before any data arrives."""
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=0)  # paused: it holds bytes back
        self.write = self._transport.write
        self.fd = _plain_socket(self._transport)
        if self.fd >= 0:
            self.ticket = crowd.issue(self.fd)
        self._wheel.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """End; the listener is told once and everything else let go."""
        listener, self.listener = self.listener, _NOBODY
        self._stop(_LOST)
        self._transport = None
        self.paused = False
        self._wheel.discard(self)
        listener.lost()

    def eof_received(self) -> None:
        """Answer the peer's FIN with ours: None makes the transport close itself."""
        self._stop(_DEAF)
        self._wheel.ending(self)

    def pause_writing(self) -> None:
        """Note that the peer reads too slowly."""
        self.paused = True
        if self.fd >= 0:
            crowd.withdraw(self.fd)
        self._wheel.stalled(self)

    def resume_writing(self) -> None:
        """Pay the pong that is owed, then let the listener go on."""
        self.paused = False
        if self.fd >= 0:
            crowd.restore(self.fd, self.ticket)
        self._wheel.relieved(self)
        owed, self._owed = self._owed, None
        if owed is not None:
            self.write(frame(owed, PONG))
        if self._phase == _OPEN:
            self.listener.drained()

    def data_received(self, data: bytes) -> None:
        """Take any bytes of the peer, cut anywhere."""
        self.missed = 0
        try:
            # What a command nearly always is: one whole text frame, nothing pending.
            if (
                (end := len(data)) > 6
                and data[0] == 0x81
                and self._rest is None
                and self._message is None
                and 0 < (start := _whole(data, end)) >= end - self._limit
            ):
                self._deliver(_unmask(data[start - 4 : start], data[start:]))
                return
            if self._phase < _DEAF:
                self._feed(data)
        except Violation as broken:
            self._fail(broken)

    # Frames.

    def _feed(self, data: bytes) -> None:
        rest = self._rest
        if rest is not None:
            rest += data
            if len(rest) < self._need:
                return
            data = bytes(rest)
            self._rest = None
        pos, end, controls = 0, len(data), 0
        stop = pos + 2
        while stop <= end and self._phase < _DEAF:
            start, stop = self._measure(data, pos)
            if stop > end:
                break
            self._take(data[pos], _unmask(data[start - 4 : start], data[start:stop]))
            if data[pos] & 0x08:
                controls += 1
                if controls > CONTROLS:
                    raise Violation(1008, "too many control frames")
            pos = stop
            stop += 2
        if pos < end and self._phase < _DEAF:
            self._rest = bytearray(data[pos:] if pos else data)
            self._need = stop - pos

    def _measure(self, data: bytes, pos: int) -> tuple[int, int]:
        """Judge the frame at `pos` by its head; return the span of its payload."""
        first = data[pos]
        opcode = first & 0x0F
        _check_head(first, data[pos + 1])
        start, stop = _span(data, pos)
        if opcode >= CLOSE:
            return start, stop
        message = self._message
        if (opcode == CONTINUATION) == (message is None):
            raise Violation(1002, "fragments are out of order")
        if opcode == BINARY:
            raise Violation(1003, "text messages only")
        # At the head, not at the end: nobody makes us wait for, or keep, too much.
        if stop - start + (0 if message is None else len(message)) > self._limit:
            raise Violation(1009, f"messages are at most {self._limit} bytes")
        return start, stop

    def _take(self, first: int, payload: bytes) -> None:
        opcode = first & 0x0F
        if opcode < CLOSE:
            self._take_text(payload, whole=first >= 0x80)
        elif opcode == CLOSE:
            self._take_close(payload)
        elif opcode == PING and self._phase == _OPEN:
            if self.paused:
                # 5.5.3: the last one is enough; a peer that pings and never reads
                # must not fill our memory with pongs.
                self._owed = payload
            else:
                self.write(frame(payload, PONG))

    def _take_text(self, payload: bytes, *, whole: bool) -> None:
        message = self._message
        if message is None:
            if whole:
                self._deliver(payload)
            else:
                self._message = bytearray(payload)
                self._fragments = 1
            return
        self._fragments += 1
        if self._fragments > FRAGMENTS:
            raise Violation(1009, f"messages are at most {FRAGMENTS} fragments")
        message += payload
        if whole:
            self._message = None
            self._deliver(bytes(message))

    def _deliver(self, text: bytes) -> None:
        if self._phase != _OPEN:
            return
        check_text(text)
        try:
            self.listener.received(text)
        except Exception:
            # A bug of ours, in one socket's session: told and logged, and no more of
            # this session, whose state nobody knows now.
            _log.exception("listener_failed")
            self.close(1011, "internal error")

    def _take_close(self, payload: bytes) -> None:
        echo = check_close(payload)
        self.write(frame(echo, CLOSE))  # a no-op if ours was first
        self._stop(_DEAF)
        self._wheel.ending(self)  # what is unsent may never be taken
        if self._transport is not None:
            self._transport.close()

    def _fail(self, broken: Violation) -> None:
        """Say why, send our FIN, and hear no more (RFC 6455, 7.1.7).

        Closing at once would reset the connection when there is unread data, and the
        peer would lose the close frame; so it is the peer who closes, or the wheel.
        """
        self.write(close_frame(broken.code, broken.reason))
        self._stop(_DEAF)
        self._wheel.ending(self)
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        if transport.can_write_eof():
            transport.write_eof()
        else:
            transport.close()

    def _stop(self, phase: int) -> None:
        """Neither send nor keep anything from here on."""
        self._phase = max(phase, self._phase)
        self._mute()
        self._rest = self._message = self._owed = None

    def _mute(self) -> None:
        """Send nothing more."""
        self.write = _ignore
        if self.fd >= 0:
            crowd.withdraw(self.fd)
            self.fd = -1
