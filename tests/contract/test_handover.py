"""What the hand-over relies on in aiohttp, one by one.

Should one of these fail after an upgrade of aiohttp: read `_let_go` in
`orbit/http/handover.py` against the new `aiohttp/web_protocol.py`; until it is right,
run with the fall-back (`lean=False`), which relies on public names only.
"""

import asyncio
import gc
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import aiohttp
import pytest
from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from orbit.http.handover import _Detached, _let_go
from tests.kit.wire import masked

PINNED = "3.14.5"
HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: orbit\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
PATIENCE_S = 20

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Raw(asyncio.Protocol):
    """A protocol that is given the transport: what it hears, and whether it ended."""

    def __init__(self) -> None:
        self.heard = b""
        self.something = asyncio.Event()
        self.over = asyncio.Event()

    def data_received(self, data: bytes) -> None:
        self.heard += data
        self.something.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self.over.set()


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[tuple[web.AppRunner, int]]:
    app = web.Application()
    app.router.add_get("/", handler)
    runner = web.AppRunner(app, shutdown_timeout=2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield runner, runner.addresses[0][1]
    finally:
        await runner.cleanup()


def living(kind: type) -> int:
    gc.collect()
    return sum(type(each) is kind for each in gc.get_objects())


async def settled(before: set[asyncio.Task[None]]) -> None:
    """Wait until whatever aiohttp has started since `before` is over."""
    mine = asyncio.current_task()
    if jobs := asyncio.all_tasks() - before - {mine}:
        _, left = await asyncio.wait(jobs, timeout=PATIENCE_S)
        assert not left, "aiohttp's task for a handed-over connection lives on"
    await asyncio.sleep(0)  # what a job calls at its end is one turn later


def test_aiohttp_is_the_one_that_was_read() -> None:
    assert aiohttp.__version__ == PINNED, (
        "aiohttp has changed: read `_let_go` in orbit/http/handover.py against its "
        "web_protocol.py, see that this file passes, then write the new version here "
        "and in setup.cfg"
    )


@pytest.mark.parametrize("name", ["_message_tail", "transport", "_parser", "_manager"])
def test_a_request_handler_has_the_attribute(name: str) -> None:
    slots = {
        slot
        for base in RequestHandler.__mro__
        for slot in getattr(base, "__slots__", ())
    }
    assert name in slots


def test_a_request_handler_tells_whether_writing_is_paused() -> None:
    assert isinstance(
        inspect.getattr_static(RequestHandler, "writing_paused"), property
    )


@pytest.mark.parametrize("method", ["prepare", "write_eof"])
def test_a_detached_answer_replaces_all_that_would_write(method: str) -> None:
    ours = inspect.signature(getattr(_Detached, method))
    theirs = inspect.signature(getattr(web.StreamResponse, method))
    assert list(ours.parameters) == list(theirs.parameters)


async def test_aiohttp_lets_go_of_everything_but_the_transport() -> None:
    raw, before = Raw(), asyncio.all_tasks()
    protocols: list[RequestHandler] = []

    async def handler(request: web.Request) -> web.StreamResponse:
        transport = request.transport
        assert transport is not None
        protocol = request.protocol
        assert _let_go(request) == (b"", False)
        transport.set_protocol(raw)
        transport.write(b"ours now")
        # All that could still act on the transport, or hold memory, is gone.
        assert protocol.transport is None
        assert protocol._parser is None
        assert protocol._manager is None
        assert protocol._keepalive_handle is None or (
            protocol._keepalive_handle.cancelled()
        )
        assert request.transport is None
        assert not transport.is_closing()
        protocols.append(protocol)
        return _Detached()

    async with serving(handler) as (runner, port), asyncio.timeout(PATIENCE_S):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(HANDSHAKE)
        assert await reader.readexactly(8) == b"ours now"
        await settled(before)
        assert runner.server is not None
        assert runner.server.connections == []
        writer.write(b"to us")
        await raw.something.wait()
        assert raw.heard == b"to us"
        assert len(protocols) == 1
        protocols.clear()
        assert living(RequestHandler) == 0
        await runner.cleanup()  # ends what aiohttp knows, so not ours
        assert not raw.over.is_set()
        writer.close()
        await raw.over.wait()


@pytest.mark.parametrize("early", [b"", b"x", masked(b"hello"), b"y" * 300_000])
async def test_bytes_that_come_along_are_kept(early: bytes) -> None:
    """All of them: what aiohttp has read, and then what the socket still holds."""
    raw, got = Raw(), asyncio.Event()

    async def handler(request: web.Request) -> web.StreamResponse:
        transport = request.transport
        assert transport is not None
        await got.wait()
        first, _ = _let_go(request)
        transport.set_protocol(raw)
        raw.data_received(first)
        transport.resume_reading()
        return _Detached()

    async with serving(handler) as (_, port), asyncio.timeout(PATIENCE_S):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(HANDSHAKE + early)
        got.set()
        while len(raw.heard) < len(early):
            raw.something.clear()
            await raw.something.wait()
        assert raw.heard == early
        writer.close()
        await raw.over.wait()


async def test_the_access_log_tells_of_the_upgrade(
    caplog: pytest.LogCaptureFixture,
) -> None:
    raw, before = Raw(), asyncio.all_tasks()

    async def handler(request: web.Request) -> web.StreamResponse:
        transport = request.transport
        assert transport is not None
        _let_go(request)
        transport.set_protocol(raw)
        transport.write(b"ours now")
        return _Detached()

    with caplog.at_level("INFO", "aiohttp.access"):
        async with serving(handler) as (_, port), asyncio.timeout(PATIENCE_S):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(HANDSHAKE)
            await reader.readexactly(8)
            await settled(before)
            writer.close()
            await raw.over.wait()
    assert [" 101 " in line.getMessage() for line in caplog.records] == [True]


async def test_a_pause_of_an_earlier_answer_is_known() -> None:
    """The transport will call `resume_writing` of whoever has it then."""
    seen: list[bool] = []

    async def handler(request: web.Request) -> web.StreamResponse:
        transport = request.transport
        assert transport is not None
        while not request.protocol.writing_paused:
            transport.write(b"z" * 100_000)
        seen.append(_let_go(request)[1])
        transport.abort()
        return _Detached()

    async with serving(handler) as (_, port), asyncio.timeout(PATIENCE_S):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(HANDSHAKE)
        with suppress(ConnectionError):
            await reader.read(-1)
        assert seen == [True]
        writer.close()
