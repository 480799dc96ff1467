"""From an HTTP request to a websocket: the handshake, and who carries on after it.

aiohttp does the upgrade (routing, middlewares, cookies); then its transport is given
to a `Connection` and aiohttp's objects for it go: 1.5 KiB a socket instead of 14.
Or `lean=False`: aiohttp's own `WebSocketResponse` carries the same `Listener`, at
aiohttp's price, should the hand-over ever break (it uses four of its internals, see
`_let_go`; `tests/contract/test_handover.py` guards them).
It must never know sessions, boards, origins or who may connect.
"""

import asyncio
import base64
import binascii
import logging
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Final

from aiohttp import WSMsgType, hdrs, web
from aiohttp.abc import AbstractStreamWriter

from orbit.http.rfc6455 import (
    CLOSE,
    MESSAGE_BYTES,
    MISSED_PINGS,
    PING,
    PONG,
    Connection,
    Link,
    Listener,
    Violation,
    accept_key,
    check_close,
    check_text,
    close_frame,
    frame,
)
from orbit.http.wheel import CLOSE_S, Ward, Wheel

SUBPROTOCOLS: Final = ("orbit.v1",)
SEND_BUFFER_BYTES: Final = 128 * 1024  # the kernel doubles it
TCP_RTO_MAX_MS: Final = 44  # of Linux; Python has no name for it
RESEND_MS, AWAY_MS = 2_000, 75_000
HIGH_WATER_BYTES: Final = 256 * 1024
SLICE: Final = 250  # writes between two yields

ListenerFactory = Callable[[Link], Listener]

_log = logging.getLogger(__name__)


class Connections:
    """The open sockets of a node, whichever way they are carried.

    aiohttp does not know the handed-over ones, so its own shutdown does not end
    them: call `close_all` **before** `AppRunner.cleanup`.
    """

    __slots__ = ("handed_over", "is_closing", "kept", "limit", "wheel")

    def __init__(self, wheel: Wheel, *, limit: int = MESSAGE_BYTES) -> None:
        self.wheel = wheel
        self.limit = limit
        self.is_closing = False
        self.handed_over = 0  # since the start: by hand-over, by aiohttp
        self.kept = 0

    def __len__(self) -> int:
        return len(self.wheel)

    def __iter__(self) -> Iterator[Ward]:
        """Walk over a copy of what is open (or closing) now."""
        return iter(self.wheel)

    async def close_all(self, code: int, reason: str, *, within_s: float) -> None:
        """Refuse new sockets, say goodbye to all, return when every one is gone.

        Each has told its listener `lost` by then.  Who has not answered within
        `within_s` is aborted.
        """
        self.is_closing = True
        try:
            async with asyncio.timeout(within_s):
                for n, ward in enumerate(self, 1):
                    ward.close(code, reason)
                    if n % SLICE == 0:
                        await asyncio.sleep(0)
                await self.wheel.empty()
        except TimeoutError:
            for ward in self:
                ward.abort()
            await self.wheel.empty()


async def upgrade(
    request: web.Request,
    listener_factory: ListenerFactory,
    *,
    lean: bool,
    connections: Connections,
    subprotocols: Sequence[str] = SUBPROTOCOLS,
) -> web.StreamResponse:
    """Answer an opening handshake and connect a listener; return what aiohttp wants.

    `listener_factory(link)` is called after the 101 and before any message, within
    this call, and may write at once.  With `lean` this returns right away; without,
    when the socket is over.  Of `subprotocols` the first that the client offers is
    chosen.  If the client has gone already, no listener is made.  Who may connect
    is settled before: `Origin` is not looked at.

    Raises:
        web.HTTPException: 400 or 405 for a broken handshake, 426 for no upgrade or
            a version other than 13, 503 while `connections` close.

    Source: RFC 6455, 4.2; performance.md, Q1.
    """
    key = _check_handshake(request)
    if connections.is_closing:
        raise web.HTTPServiceUnavailable(headers={hdrs.RETRY_AFTER: "1"})
    transport = request.transport
    if transport is None or transport.is_closing():
        return _Detached()
    if not lean:
        return await _keep(
            request, transport, listener_factory, connections, subprotocols
        )
    chosen = _choose(request, subprotocols)
    _hand_over(request, transport, listener_factory, connections, _answer(key, chosen))
    return _Detached()


# The opening handshake.


def _check_handshake(request: web.Request) -> str:
    """Return the key of a good handshake (RFC 6455, 4.2.1)."""
    headers = request.headers
    if request.method != hdrs.METH_GET:
        raise web.HTTPMethodNotAllowed(request.method, [hdrs.METH_GET])
    if headers.get(hdrs.UPGRADE, "").strip().lower() != "websocket":
        raise _upgrade_required("a websocket is spoken here")
    tokens = ",".join(headers.getall(hdrs.CONNECTION, ())).lower().split(",")
    if "upgrade" not in (token.strip() for token in tokens):
        raise web.HTTPBadRequest(text="the Connection header lacks Upgrade")
    if request.version < (1, 1) or request.can_read_body:
        raise web.HTTPBadRequest(text="HTTP/1.1 without a body is needed")
    if headers.getall(hdrs.SEC_WEBSOCKET_VERSION, ()) != ["13"]:
        raise _upgrade_required("only version 13 is spoken")
    keys = headers.getall(hdrs.SEC_WEBSOCKET_KEY, ())
    if len(keys) != 1 or not _is_key(keys[0]):
        raise web.HTTPBadRequest(text="Sec-WebSocket-Key is not 16 bytes in base64")
    return keys[0]


def _upgrade_required(text: str) -> web.HTTPException:
    return web.HTTPUpgradeRequired(
        text=text,
        headers={
            hdrs.UPGRADE: "websocket",
            hdrs.CONNECTION: "Upgrade",
            hdrs.SEC_WEBSOCKET_VERSION: "13",
        },
    )


def _is_key(key: str) -> bool:
    try:
        return len(base64.b64decode(key, validate=True)) == 16
    except (binascii.Error, ValueError):
        return False


def _choose(request: web.Request, subprotocols: Sequence[str]) -> str | None:
    header = ",".join(request.headers.getall(hdrs.SEC_WEBSOCKET_PROTOCOL, ()))
    offered = [name.strip() for name in header.split(",")]
    return next((name for name in offered if name in subprotocols), None)


def _answer(key: str, subprotocol: str | None) -> bytes:
    lines = [
        "HTTP/1.1 101 Switching Protocols",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Accept: {accept_key(key)}",
    ]
    if subprotocol is not None:
        lines.append(f"Sec-WebSocket-Protocol: {subprotocol}")
    return "\r\n".join([*lines, "", ""]).encode()


def _tune(transport: asyncio.Transport) -> None:
    """Bound what one peer that does not read can cost: less than 1 MiB in all.

    And for how long one waits whose network is back: as TCP has it, what was sent while
    it was away is sent again after twice the time each time, so he may hear of it as
    late again as it was away.
    """
    sock = transport.get_extra_info("socket")
    if sock is None or sock.family not in (socket.AF_INET, socket.AF_INET6):
        return
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if sys.platform == "linux":
        with suppress(OSError):  # before 6.15
            sock.setsockopt(socket.IPPROTO_TCP, TCP_RTO_MAX_MS, RESEND_MS)
            # Or so many attempts would be over before the wheel gives it up.
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, AWAY_MS)


# The lean way.


class _Detached(web.StreamResponse):
    """The answer of a handler whose transport is no longer aiohttp's: no bytes."""

    def __init__(self) -> None:
        super().__init__(status=101)

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        return None

    async def write_eof(self, data: bytes = b"") -> None:
        return None


def _hand_over(
    request: web.Request,
    transport: asyncio.Transport,
    listener_factory: ListenerFactory,
    connections: Connections,
    answer: bytes,
) -> None:
    connection = Connection(connections.wheel, connections.limit)
    early, was_paused = _let_go(request)
    transport.set_protocol(connection)
    connection.connection_made(transport)
    connections.handed_over += 1
    try:
        _tune(transport)
        transport.write(answer)
        if was_paused:  # by an earlier answer on this transport; it will resume
            connection.pause_writing()
        connection.listener = listener_factory(connection)
    except BaseException:
        connection.abort()
        raise
    # At once, not by call_soon: what the socket holds already must come after it.
    if early:
        connection.data_received(early)
    if not transport.is_closing():
        transport.resume_reading()  # aiohttp pauses when much came early


def _let_go(request: web.Request) -> tuple[bytes, bool]:
    """Make aiohttp forget this connection, and leave its transport open.

    Return the bytes that came along with the upgrade, and whether writing is paused.
    `connection_lost` unregisters it, cancels its timers and drops its parser; its
    task ends with this request.  The price of it: it relies on `transport` being
    the only thing by which aiohttp would close, and on `_message_tail`.
    """
    protocol = request.protocol
    early = protocol._message_tail  # noqa: SLF001  # there is no public name for it
    was_paused = protocol.writing_paused
    protocol.transport = None
    protocol.connection_lost(None)
    return early, was_paused


# aiohttp's way, the fall-back.


class _Kept:
    """A `Link` over aiohttp's `WebSocketResponse`, with the rules of `Connection`.

    aiohttp parses; whatever it is lenient about (unmasked frames, the number of
    fragments) stays so.  Frames are written past it, as they come framed already.
    """

    __slots__ = (
        "_open",
        "_owed",
        "_protocol",
        "_transport",
        "_wheel",
        "_ws",
        "fd",
        "lagged_s",
        "listener",
        "missed",
        "slot",
        "ticket",
    )

    def __init__(
        self,
        request: web.Request,
        ws: "web.WebSocketResponse[bool]",
        transport: asyncio.Transport,
        wheel: Wheel,
    ) -> None:
        self._ws = ws
        self._protocol = request.protocol
        self._transport = transport
        self._wheel = wheel
        self._open = True
        self._owed: bytes | None = None
        self.missed = 0
        self.lagged_s = 0.0
        self.fd, self.ticket = -1, 0  # aiohttp may hold bytes back, unseen
        self.slot = 0

    @property
    def paused(self) -> bool:
        return self._protocol.writing_paused

    @property
    def is_open(self) -> bool:
        return self._open and not self._transport.is_closing()

    def write(self, data: bytes) -> None:
        if not self.is_open:
            return
        self._transport.write(data)
        if self._protocol.writing_paused:
            self._wheel.stalled(self)  # it looks on every turn, and calls us back

    def close(self, code: int, reason: str = "") -> None:
        last = close_frame(code, reason)
        if self._open:
            self.write(last)
            self._open = False
            self._wheel.ending(self)

    def abort(self) -> None:
        self._open = False
        self._transport.abort()

    def beat(self) -> bool:
        if self.missed >= MISSED_PINGS:
            return False
        if not self.paused:
            self.missed += 1
            self.write(frame(b"", PING))
        return True

    def unsent(self) -> int:
        return self._transport.get_write_buffer_size()

    def resume_writing(self) -> None:
        owed, self._owed = self._owed, None
        if owed is not None:
            self.write(frame(owed, PONG))
        if self.is_open:
            self.listener.drained()

    async def run(self, listener_factory: ListenerFactory) -> None:
        """Drive the listener until the socket is over."""
        self._wheel.add(self)
        try:
            self.listener = listener_factory(self)
        except BaseException:
            self._wheel.discard(self)
            self.abort()
            raise
        try:
            while await self._take_next():
                self.missed = 0
        finally:
            self._open = False
            self._wheel.discard(self)
            self.listener.lost()

    async def _take_next(self) -> bool:
        """Take one message; False after the last."""
        message = await self._ws.receive()
        match message.type:
            case WSMsgType.TEXT:
                self._deliver(message.data)
            case WSMsgType.BINARY:
                self.close(1003, "text messages only")
            case WSMsgType.PING if self.paused:
                self._owed = bytes(message.data)
            case WSMsgType.PING:
                self.write(frame(bytes(message.data), PONG))
            case WSMsgType.PONG:
                pass
            case WSMsgType.CLOSE:
                self._echo(message.data)
                return False
            case _:  # closed, or aiohttp has answered a violation by itself
                return False
        return True

    def _deliver(self, text: bytes) -> None:
        try:
            check_text(text)
        except Violation as broken:
            self.close(broken.code, broken.reason)
        if not self.is_open:
            return
        try:
            self.listener.received(text)
        except Exception:
            _log.exception("listener_failed")
            self.close(1011, "internal error")

    def _echo(self, code: int) -> None:
        try:
            echo = check_close(code.to_bytes(2) if code else b"")
        except Violation as broken:
            echo = broken.code.to_bytes(2)
        self.write(frame(echo, CLOSE))
        self._open = False
        if self.paused:  # nobody would be left to watch the rest being sent
            self._transport.abort()
        else:
            self._transport.close()


async def _keep(
    request: web.Request,
    transport: asyncio.Transport,
    listener_factory: ListenerFactory,
    connections: Connections,
    subprotocols: Sequence[str],
) -> web.StreamResponse:
    ws: web.WebSocketResponse[bool] = web.WebSocketResponse(
        timeout=CLOSE_S,
        autoclose=False,  # it would answer every close with 1000
        autoping=False,  # it hides the pongs that the wheel waits for
        protocols=subprotocols,
        compress=False,
        max_msg_size=connections.limit + 1,  # it refuses what reaches the size
        decode_text=False,
    )
    await ws.prepare(request)
    transport.set_write_buffer_limits(high=HIGH_WATER_BYTES)
    _tune(transport)
    connections.kept += 1
    await _Kept(request, ws, transport, connections.wheel).run(listener_factory)
    return ws
