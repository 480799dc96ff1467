"""A board's stream as server-sent events, for networks that block sockets.

    connect ──joined──> streaming ──slow──> lagging ──drained, caught up──┐
                            ^                                             │
                            └─────────────────────────────────────────────┘

The same messages as on a socket.  An event's `id` is `<log>-<seq>`; the browser sends
it back as `Last-Event-ID` and gets the rest.  What is unsent is bounded: who cannot
keep up gets nothing until it has drained, and then what it missed.
Source: WHATWG HTML, 9.2, Server-sent events.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from functools import lru_cache

from aiohttp import hdrs, web

from orbit.core.actors.subscribers import Joined, Outlet, Subscriber, Wire
from orbit.core.actors.watching import Position
from orbit.core.errors import Busy, OrbitError, Unauthenticated
from orbit.core.ports import Cut
from orbit.core.protocol import frames
from orbit.core.services.identity import GONE
from orbit.core.types import BoardId, Principal
from orbit.http.calls import Call

UNSENT_BYTES = 256 * 1024
HEARTBEAT_S = 15.0
LOOK_S = 5.0  # between two looks whether the client is still there
STALL_S = 10.0  # to take what was written, before it is cut off
RETRY_MS = 2_000  # what an EventSource waits before it comes back
MAX_STREAMS = 5_000
CHANGED = b'{"type":"changed"'
SEQ = b'"seq":'


class Streams:
    """The open streams of a node; they end when it does."""

    def __init__(self) -> None:
        self._open: set[Stream] = set()
        self._is_closing = False

    def __len__(self) -> int:
        return len(self._open)

    async def close(self, _app: web.Application) -> None:
        """End all streams: their clients come back, elsewhere perhaps."""
        self._is_closing = True
        for stream in list(self._open):
            stream.end()

    def hang_up(self, id: str) -> None:
        """End the streams of a caller that is being erased."""
        for stream in list(self._open):
            stream.end_for(id)

    def turn_out(self, cut: Cut) -> None:
        """End the streams of an account whose rights have changed: they come back."""
        for stream in [one for one in self._open if one.account == cut.account]:
            stream.end()

    async def serve(
        self, call: Call, board: BoardId, who: Principal, has: Position | None = None
    ) -> web.StreamResponse:
        """Stream a board until the client goes, or loses the right to see it.

        `has` is what the client has, if it has not said so by `Last-Event-ID`.

        Raises:
            NotFound, Forbidden, Gone: he may see nothing of it.
            Unavailable: not possible at the moment.
        """
        if self._is_closing or len(self._open) >= MAX_STREAMS:
            raise Busy("too many streams", after=5.0)
        stream = Stream(call, board, who)
        self._open.add(stream)
        try:
            return await stream.run(has)
        finally:
            self._open.discard(stream)


class Stream:
    """One client that watches one board; an `Outlet` of the fan-out."""

    def __init__(self, call: Call, board: BoardId, who: Principal) -> None:
        self._call, self._board = call, board
        self._router = call.node.router
        self._pending: list[bytes] = []
        self._unsent = 0
        self._ready = asyncio.Event()
        self._has_ended = False
        self._first: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._subscriber = Subscriber(self, wire(""), who, self._told)

    # What the fan-out sees -------------------------------------------------------

    @property
    def paused(self) -> bool:
        return self._unsent >= UNSENT_BYTES or self._has_ended

    @property
    def write(self) -> Callable[[bytes], None]:
        return self._put

    def _put(self, data: bytes) -> None:
        self._pending.append(data)
        self._unsent += len(data)
        self._ready.set()

    def end(self) -> None:
        self._has_ended = True
        self._ready.set()

    @property
    def account(self) -> str:
        """The account of whoever watches; empty: he has none."""
        return self._call.caller.account

    def end_for(self, id: str) -> None:
        """End, and say why, if it is that caller's."""
        if self._call.caller.is_called(id):
            self._settle(Unauthenticated(GONE))
            self._told(self._subscriber, Unauthenticated(GONE))

    # What the board says ---------------------------------------------------------

    def _settle(self, view: Joined | OrbitError) -> None:
        """Take the first view, or the refusal, which is an HTTP answer of its own."""
        if self._first.done():
            return
        if isinstance(view, Joined):
            self._show(view)
            self._first.set_result(None)
        else:
            self._first.set_exception(view)

    def _told(self, _subscriber: Subscriber, view: Joined | OrbitError) -> None:
        """Take what comes unasked: a new view, or that there is none any more."""
        if isinstance(view, Joined):
            self._show(view)
        else:
            self._put(event(frames.left(self._board, view)))
            self.end()

    def _show(self, view: Joined) -> None:
        self._subscriber.wire = wire(view.log_id)
        position = f"{view.log_id}-{view.seq}".encode()
        self._put(event(frames.joined(view, None), position))

    # The connection --------------------------------------------------------------

    async def run(self, has: Position | None = None) -> web.StreamResponse:
        has = position(self._call.request.headers.get("Last-Event-ID", "")) or has
        try:
            at = self._call.at
            self._router.join(self._board, self._subscriber, has, self._settle, at)
            await self._first
            return await self._stream()
        finally:
            self.end()
            self._router.leave(self._board, self._subscriber)

    async def _stream(self) -> web.StreamResponse:
        response = web.StreamResponse(
            headers={
                hdrs.CONTENT_TYPE: "text/event-stream; charset=utf-8",
                hdrs.CACHE_CONTROL: "no-store",
                "X-Accel-Buffering": "no",  # nginx would hold events back
            }
        )
        with contextlib.suppress(ConnectionError):  # the client has gone
            await self._pass_on(response)
        return response

    async def _pass_on(self, response: web.StreamResponse) -> None:
        await response.prepare(self._call.request)
        await response.write(b"retry: %d\n\n" % RETRY_MS)
        quiet = 0.0
        while not (self._has_ended and not self._pending):
            if await self._wait():
                quiet = 0.0
                await self._flush(response)
            elif self._call.request.transport is None:
                break  # the client has gone
            elif (quiet := quiet + LOOK_S) >= HEARTBEAT_S:
                quiet = 0.0
                self._put(b": still here\n\n")

    async def _wait(self) -> bool:
        """Return whether there is something to send, after a while at most."""
        try:
            async with asyncio.timeout(LOOK_S):
                await self._ready.wait()
        except TimeoutError:
            return False
        self._ready.clear()
        return True

    async def _flush(self, response: web.StreamResponse) -> None:
        """Send what is pending, however long it takes, within bounds; then catch up."""
        while self._pending:
            data, self._pending = b"".join(self._pending), []
            try:
                async with asyncio.timeout(STALL_S):
                    await response.write(data)
            except TimeoutError:
                self._cut_off()
                return
            self._unsent -= len(data)
        if self._subscriber.behind is not None:
            self._router.catch_up(self._board, self._subscriber)

    def _cut_off(self) -> None:
        """Give up on a client that takes nothing."""
        self._pending.clear()
        self.end()
        if transport := self._call.request.transport:
            transport.abort()


STREAMS = web.AppKey("streams", Streams)


class EventWire:
    """Frames messages of one log as server-sent events."""

    __slots__ = ("_log",)

    def __init__(self, log_id: str) -> None:
        self._log = log_id.encode()

    def frame(self, text: bytes) -> bytes:
        return b"".join([_framed(self._log, message) for message in text.split(b"\n")])

    def crowd(self, outlets: Sequence[Outlet]) -> None:
        """Each is written to by itself: aiohttp may hold bytes back."""


@lru_cache(maxsize=64)
def wire(log_id: str) -> Wire:
    """Return what frames messages of one log; the same object for the same log."""
    return EventWire(log_id)


def _framed(log: bytes, message: bytes) -> bytes:
    if not message.startswith(CHANGED):
        return event(message)
    start = message.index(SEQ) + len(SEQ)
    seq = message[start : message.index(b",", start)]
    return event(message, b"%b-%b" % (log, seq))


def event(message: bytes, id: bytes = b"") -> bytes:
    """Return one message as an event; with `id` it is a place to resume from."""
    return b"id: %b\ndata: %b\n\n" % (id, message) if id else b"data: %b\n\n" % message


def position(last_event_id: str) -> Position | None:
    """Return what a client has, by the last id it got; None if it is none of ours."""
    log_id, _, seq = last_event_id.rpartition("-")
    if not (log_id and len(seq) <= 16 and seq.isascii() and seq.isdigit()):
        return None
    return Position(log_id, int(seq))
