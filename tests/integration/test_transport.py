"""Sockets over real connections: handed over or kept by aiohttp, the same to all.

Driven by two independent clients and by hand, on both event loops.
"""

import asyncio
import gc
import ipaddress
import os
import socket
import ssl
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
import uvloop
import websockets
from aiohttp import WSMsgType, web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PrivateFormat

from orbit.http.handover import TCP_RTO_MAX_MS, Connections, upgrade
from orbit.http.rfc6455 import Link, Listener, frame
from orbit.http.wheel import Wheel
from tests.kit.wire import (
    BINARY,
    CLOSE,
    CONTINUATION,
    PING,
    PONG,
    TEXT,
    Frame,
    closing,
    masked,
)

pytestmark = pytest.mark.asyncio(
    loop_scope="module", loop_factories=["asyncio", "uvloop"]
)

HANDSHAKE = {
    "Host": "orbit",
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
PATIENCE_S = 20


def _kernel() -> tuple[int, ...]:
    return tuple(map(int, os.uname().release.split(".")[:2]))


@pytest.fixture(params=[True, False], ids=["lean", "kept"])
def lean(request: pytest.FixtureRequest) -> bool:
    return request.param


class Guest:
    """A listener that echoes; `close <code> <reason>` and `fill` are orders."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self.told: asyncio.Queue[bytes | str] = asyncio.Queue()

    def received(self, text: bytes) -> None:
        self.told.put_nowait(text)
        match text.split(b" ", 2):
            case [b"close", code, reason]:
                self.link.close(int(code), reason.decode())
            case [b"boom"]:
                raise RuntimeError("a bug in the listener")
            case _:
                self.link.write(frame(text))

    def drained(self) -> None:
        self.told.put_nowait("drained")

    def lost(self) -> None:
        self.told.put_nowait("lost")

    async def next(self) -> bytes | str:
        async with asyncio.timeout(PATIENCE_S):
            return await self.told.get()


@dataclass
class House:
    """A running server and whoever has come."""

    connections: Connections
    port: int = 0
    guests: list[Guest] = field(default_factory=list)
    arrived: asyncio.Queue[Guest] = field(default_factory=asyncio.Queue)

    def welcome(self, link: Link) -> Guest:
        guest = Guest(link)
        self.guests.append(guest)
        self.arrived.put_nowait(guest)
        return guest

    async def guest(self) -> Guest:
        async with asyncio.timeout(PATIENCE_S):
            return await self.arrived.get()


async def ended(others: set[asyncio.Task[Any]]) -> None:
    """Return when all jobs but `others` are over; that they end is what is tested."""
    jobs = asyncio.all_tasks() - others - {asyncio.current_task()}
    if jobs:
        _, left = await asyncio.wait(jobs, timeout=PATIENCE_S)
        assert not left, "a job is left over"


@asynccontextmanager
async def running(
    *,
    lean: bool,
    wheel: Wheel | None = None,
    tls: ssl.SSLContext | None = None,
    factory: Callable[[Link], Listener] | None = None,
) -> AsyncIterator[House]:
    """Serve `/ws` and `/hello`; at the end nothing may be left of any of it."""
    loop = asyncio.get_running_loop()
    others = asyncio.all_tasks()
    house = House(Connections(Wheel(loop) if wheel is None else wheel))

    async def sockets(request: web.Request) -> web.StreamResponse:
        if "X-Vanish" in request.headers and request.transport is not None:
            request.transport.abort()
        if "X-Wait" in request.headers and request.transport is not None:
            while request.transport.is_reading():  # noqa: ASYNC110  # no event tells
                await asyncio.sleep(0)
        if "X-Fill" in request.headers and request.transport is not None:
            while not request.protocol.writing_paused:
                request.transport.write(b"z" * 65536)
        return await upgrade(
            request,
            factory or house.welcome,
            lean=lean,
            connections=house.connections,
        )

    async def hello(request: web.Request) -> web.StreamResponse:
        return web.Response(text="hello")

    app = web.Application()
    app.router.add_route("*", "/ws", sockets)
    app.router.add_get("/hello", hello)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=2)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    house.port = runner.addresses[0][1]
    try:
        yield house
    finally:
        await house.connections.close_all(1012, "restart", within_s=5)
        await runner.cleanup()
    assert len(house.connections) == 0
    await ended(others)


@pytest_asyncio.fixture(loop_scope="module")
async def house(lean: bool) -> AsyncIterator[House]:
    async with running(lean=lean) as house:
        yield house


class Raw:
    """A client by hand."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.reader, self.writer = reader, writer

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def head(self) -> tuple[int, dict[str, str]]:
        """Return status and headers of an answer; its body is read over."""
        async with asyncio.timeout(PATIENCE_S):
            lines = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            pairs = (line.split(": ", 1) for line in lines[1:] if line)
            headers = {name.lower(): value for name, value in pairs}
            await self.reader.readexactly(int(headers.get("content-length", 0)))
        return int(lines[0].split()[1]), headers

    async def frame(self) -> Frame:
        """Return the next frame that is no heartbeat; those may come at any time."""
        while (frame := await self.any_frame()) == Frame(PING, b""):
            pass
        return frame

    async def any_frame(self) -> Frame:
        async with asyncio.timeout(PATIENCE_S):
            first, size = await self.reader.readexactly(2)
            if size > 125:
                more = await self.reader.readexactly(2 if size == 126 else 8)
                size = int.from_bytes(more)
            return Frame(first & 15, await self.reader.readexactly(size), first > 127)

    async def closed(self) -> int:
        """Return the code of the next frame, a close; then the end must come."""
        last = await self.frame()
        assert last.opcode == CLOSE
        self.send(closing(1000))
        await self.end()
        return int.from_bytes(last.payload[:2])

    async def end(self) -> None:
        async with asyncio.timeout(PATIENCE_S):
            with suppress(ConnectionError):  # a reset is an end, too
                assert await self.reader.read() == b""
        self.writer.close()  # as every client does, or we would wait for its FIN

    async def leave(self) -> None:
        self.writer.close()
        with suppress(ConnectionError):
            await self.writer.wait_closed()


def asking(method: str = "GET", version: str = "1.1", **headers: str | None) -> bytes:
    """Return an upgrade request; `None` leaves a header of the handshake out."""
    changed = {name.replace("_", "-"): value for name, value in headers.items()}
    all_headers = {**HANDSHAKE, **changed}
    lines = [f"{name}: {value}" for name, value in all_headers.items() if value]
    return "\r\n".join([f"{method} /ws HTTP/{version}", *lines, "", ""]).encode()


@asynccontextmanager
async def connected(house: House) -> AsyncIterator[Raw]:
    raw = Raw(*await asyncio.open_connection("127.0.0.1", house.port))
    try:
        yield raw
    finally:
        await raw.leave()


@asynccontextmanager
async def upgraded(house: House, early: bytes = b"") -> AsyncIterator[Raw]:
    async with connected(house) as raw:
        raw.send(asking() + early)
        status, _ = await raw.head()
        assert status == 101
        yield raw


# Two clients that are not ours.


async def test_websockets_client(house: House) -> None:
    async with websockets.connect(
        f"ws://127.0.0.1:{house.port}/ws", compression=None
    ) as client:
        await client.send("hello")
        assert await client.recv() == "hello"
        async with asyncio.timeout(PATIENCE_S):
            await (await client.ping(b"are you there"))
        big = "é" * 32768
        await client.send(big)
        assert await client.recv() == big
        await client.send(["in ", "frag", "ments"])
        assert await client.recv() == "in fragments"
        for n in range(200):
            await client.send(f"{n}")
        assert [await client.recv() for _ in range(200)] == [f"{n}" for n in range(200)]
    assert client.close_code == 1000
    guest = await house.guest()
    while await guest.next() != "lost":
        pass
    assert len(house.connections) == 0


async def test_aiohttp_client(house: House) -> None:
    async with (
        aiohttp.ClientSession(f"http://127.0.0.1:{house.port}") as session,
        session.ws_connect("/ws") as ann,
        session.ws_connect("/ws", compress=15) as bob,
    ):
        for client in (ann, bob):
            await client.send_str("hello")
            assert await client.receive_str() == "hello"
        house.guests[0].link.write(frame(b"one") + frame(b"two"))
        assert [await ann.receive_str(), await ann.receive_str()] == ["one", "two"]
        await bob.close(code=4001)
        assert bob.close_code == 4001
        async with session.get("/hello") as beside:
            assert await beside.text() == "hello"
        await ann.send_str("still here")
        assert await ann.receive_str() == "still here"


async def test_a_client_learns_why_we_close(house: House) -> None:
    async with websockets.connect(f"ws://127.0.0.1:{house.port}/ws") as client:
        await client.send("close 4008 slow, come back")
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await client.recv()
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (
        4008,
        "slow, come back",
    )
    async with (
        aiohttp.ClientSession(f"http://127.0.0.1:{house.port}") as session,
        session.ws_connect("/ws") as other,
    ):
        await other.send_str("close 4500 never")
        message = await other.receive()
        assert (message.type, message.data) == (WSMsgType.CLOSE, 4500)
        assert message.extra == "never"


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [([], None), (["orbit.v1"], "orbit.v1"), (["other", "orbit.v1"], "orbit.v1")],
)
async def test_the_subprotocol_is_echoed_if_asked_for(
    house: House, offered: list[str], chosen: str | None
) -> None:
    uri = f"ws://127.0.0.1:{house.port}/ws"
    async with websockets.connect(uri, subprotocols=offered or None) as client:
        assert client.subprotocol == chosen


# The opening handshake.


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"Upgrade": None}, 426),
        ({"Upgrade": None, "Connection": None}, 426),
        ({"Upgrade": "h2c"}, 426),
        ({"Connection": None}, 400),
        ({"Connection": "keep-alive"}, 400),
        ({"Sec_WebSocket_Version": None}, 426),
        ({"Sec_WebSocket_Version": "8"}, 426),
        ({"Sec_WebSocket_Version": "14"}, 426),
        ({"Sec_WebSocket_Key": None}, 400),
        ({"Sec_WebSocket_Key": "short"}, 400),
        ({"Sec_WebSocket_Key": "dGhlIHNhbXBsZSBub25jZQ=="[:-4]}, 400),
        ({"Sec_WebSocket_Key": "dGhlIHNhbXBsZSBub25jZQ==AAAA"}, 400),
        ({"Sec_WebSocket_Key": "!!hlIHNhbXBsZSBub25jZQ=="}, 400),
        ({"Content_Length": "3"}, 400),
        ({"method": "POST"}, 405),
        ({"version": "1.0"}, 400),
    ],
)
async def test_a_broken_handshake_is_refused(
    house: House, change: dict[str, str | None], status: int
) -> None:
    async with connected(house) as raw:
        raw.send(asking(**change) + (b"abc" if "Content_Length" in change else b""))
        answer, headers = await raw.head()
    assert answer == status
    if status == 426:
        assert headers["sec-websocket-version"] == "13"
        assert headers["upgrade"] == "websocket"
    assert not house.guests


@pytest.mark.parametrize(
    "change",
    [
        {"Upgrade": "WebSocket", "Connection": "keep-alive, upgrade"},
        {"Sec_WebSocket_Extensions": "permessage-deflate; client_max_window_bits"},
    ],
)
async def test_a_good_handshake_is_answered(
    house: House, change: dict[str, str | None]
) -> None:
    async with connected(house) as raw:
        raw.send(asking(**change))
        status, headers = await raw.head()
        assert status == 101
        assert headers["sec-websocket-accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
        assert "sec-websocket-extensions" not in headers
        assert "sec-websocket-protocol" not in headers


async def test_an_upgrade_may_follow_other_requests(house: House) -> None:
    async with connected(house) as raw:
        for _ in range(3):
            raw.send(b"GET /hello HTTP/1.1\r\nHost: orbit\r\n\r\n")
            assert (await raw.head())[0] == 200
        raw.send(b"GET /hello HTTP/1.1\r\nHost: orbit\r\n\r\n" + asking())
        assert [(await raw.head())[0] for _ in range(2)] == [200, 101]
        raw.send(masked(b"on"))
        assert await raw.frame() == Frame(TEXT, b"on")


async def test_a_connection_serves_on_after_a_refusal(house: House) -> None:
    async with connected(house) as raw:
        raw.send(asking(Sec_WebSocket_Version="8"))
        assert (await raw.head())[0] == 426
        raw.send(asking())
        assert (await raw.head())[0] == 101


@pytest.mark.parametrize("cut", [0, 1, 5, 9, 10])
async def test_what_comes_along_with_the_upgrade_is_heard(
    house: House, cut: int
) -> None:
    sent = masked(b"1") + masked(b"2")
    async with upgraded(house, early=sent[:cut]) as raw:
        raw.send(sent[cut:] + masked(b"3"))
        assert [(await raw.frame()).payload for _ in range(3)] == [b"1", b"2", b"3"]


async def test_much_may_come_along_with_the_upgrade(house: House) -> None:
    """More than aiohttp keeps before it stops to read."""
    count = 100
    async with upgraded(house, early=masked(b"a" * 5000) * count) as raw:
        raw.send(masked(b"last"))
        for _ in range(count):
            assert await raw.frame() == Frame(TEXT, b"a" * 5000)
        assert await raw.frame() == Frame(TEXT, b"last")


async def test_a_transport_that_aiohttp_stopped_reading_is_read_again(
    house: House,
) -> None:
    """The handler takes its time, and more comes than aiohttp keeps meanwhile."""
    count = 100
    async with connected(house) as raw:
        raw.send(asking(X_Wait="yes") + masked(b"a" * 5000) * count)
        assert (await raw.head())[0] == 101
        raw.send(masked(b"last"))
        for _ in range(count):
            assert await raw.frame() == Frame(TEXT, b"a" * 5000)
        assert await raw.frame() == Frame(TEXT, b"last")


async def test_a_transport_that_is_paused_already_is_handed_over_paused() -> None:
    async with running(lean=True) as house, connected(house) as raw:
        raw.send(asking(X_Fill="yes"))
        guest = await house.guest()
        assert guest.link.paused
        assert guest.told.empty()
        async with asyncio.timeout(PATIENCE_S):
            while (await raw.reader.read(65536)).strip(b"z") == b"":
                pass
        assert await guest.next() == "drained"
        assert not guest.link.paused


async def test_who_has_gone_before_the_answer_is_no_guest(house: House) -> None:
    async with connected(house) as raw:
        raw.send(asking(X_Vanish="yes"))
        await raw.end()
    assert not house.guests
    assert len(house.connections) == 0


async def test_a_listener_that_cannot_be_made_leaves_nothing(lean: bool) -> None:
    def broken(link: Link) -> Guest:
        raise LookupError("no listener")

    async with running(lean=lean, factory=broken) as house, connected(house) as raw:
        raw.send(asking())
        async with asyncio.timeout(PATIENCE_S):
            with suppress(ConnectionError):
                await raw.reader.read()
        assert len(house.connections) == 0


# By hand.


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (masked(b"x", BINARY), 1003),
        (masked(b"\xff"), 1007),
        (masked(b"\xce", fin=False) + masked(b"x", CONTINUATION), 1007),
        (masked(b"a" * 65537), 1009),
        (b"\x81\xff" + (2**50).to_bytes(8), 1009),
        (masked(b"a" * 40000, fin=False) + masked(b"a" * 40000, CONTINUATION), 1009),
        (masked(b"x", rsv=1), 1002),
        (masked(b"x", 3), 1002),
        (masked(b"x", PING, fin=False), 1002),
        (masked(b"x" * 126, PING), 1002),
        (masked(b"x", CONTINUATION), 1002),
        (masked(b"x", CLOSE), 1002),
        (closing(1005), 1002),
        (masked(b"boom"), 1011),
        (closing(1000, b"bye"), 1000),
        (closing(4321), 4321),
    ],
)
async def test_how_it_ends(house: House, sent: bytes, code: int) -> None:
    async with upgraded(house) as raw:
        raw.send(masked(b"first") + sent)
        assert await raw.frame() == Frame(TEXT, b"first")
        assert await raw.closed() == code
        guest = await house.guest()
        told = [await guest.next()]
        while told[-1] != "lost":
            told.append(await guest.next())
        assert told == [b"first", *([b"boom"] if code == 1011 else []), "lost"]


@pytest.mark.parametrize(
    "sent", [masked(b"x", mask=None), masked(b"", PING, mask=None)]
)
async def test_unmasked_frames_are_1002(sent: bytes) -> None:
    """The parser of aiohttp takes them, so this holds for the lean way only."""
    async with running(lean=True) as house, upgraded(house) as raw:
        raw.send(sent)
        assert await raw.closed() == 1002


async def test_byte_by_byte(house: House) -> None:
    sent = masked(b"first") + masked(b"", PING) + masked("grüße".encode() * 50)
    async with upgraded(house) as raw:
        for n in range(len(sent)):
            raw.send(sent[n : n + 1])
            await raw.writer.drain()
            await asyncio.sleep(0)
        assert await raw.frame() == Frame(TEXT, b"first")
        assert await raw.frame() == Frame(PONG, b"")
        assert await raw.frame() == Frame(TEXT, "grüße".encode() * 50)


async def test_a_message_at_the_limit_is_taken(house: House) -> None:
    async with upgraded(house) as raw:
        raw.send(masked(b"a" * 65536))
        assert await raw.frame() == Frame(TEXT, b"a" * 65536)


async def test_a_client_that_vanishes_is_lost_once(house: House) -> None:
    async with upgraded(house) as raw:
        guest = await house.guest()
        raw.writer.transport.abort()
        assert await guest.next() == "lost"
        guest.link.write(frame(b"late"))
        guest.link.close(1000)
        guest.link.abort()
        assert not guest.link.is_open
        assert len(house.connections) == 0
    assert guest.told.empty()


async def test_a_fin_without_a_close_is_an_end(house: House) -> None:
    async with upgraded(house) as raw:
        guest = await house.guest()
        raw.writer.write_eof()
        assert await guest.next() == "lost"


async def test_abort_ends_at_once(house: House) -> None:
    async with upgraded(house) as raw:
        guest = await house.guest()
        guest.link.abort()
        assert await guest.next() == "lost"
        await raw.end()


# Those who read slowly, or not at all.


async def stall(guest: Guest) -> int:
    """Write until the transport pauses; return the number of frames of 64 KiB."""
    count = 0
    while not guest.link.paused:
        guest.link.write(frame(b"a" * 65526))
        count += 1
        await asyncio.sleep(0)
        assert count < 1000, "it never paused"
    return count


async def test_a_slow_reader_is_paused_and_misses_nothing(house: House) -> None:
    async with upgraded(house) as raw:
        guest = await house.guest()
        count = await stall(guest)
        raw.send(masked(b"7", PING) + masked(b"I still write"))
        assert await guest.next() == b"I still write"
        for _ in range(count):
            assert len((await raw.frame()).payload) == 65526
        assert await guest.next() == "drained"
        rest = [await raw.frame(), await raw.frame()]
        assert sorted(rest) == [Frame(TEXT, b"I still write"), Frame(PONG, b"7")]


async def test_who_never_reads_costs_less_than_1_mib_and_is_aborted(
    lean: bool,
) -> None:
    wheel = Wheel(asyncio.get_running_loop(), stall_s=0.3, heartbeat_s=0.5, slots=5)
    async with running(lean=lean, wheel=wheel) as house, upgraded(house):
        guest = await house.guest()
        (ward,) = house.connections
        told: bytes | str = "drained"
        while told == "drained":  # the kernel may take some more, later
            await stall(guest)
            assert ward.unsent() < 512 * 1024
            told = await guest.next()
        assert told == "lost"
        assert wheel.aborted == {"stalled": 1}


async def test_the_kernel_keeps_little_and_sends_at_once(house: House) -> None:
    async with upgraded(house):
        (ward,) = house.connections
        sock = ward._transport.get_extra_info("socket")  # type: ignore[attr-defined]
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        # Linux keeps as much again for its own records.
        kept = sock.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)
        assert kept in (128 * 1024, 256 * 1024)


@pytest.mark.skipif(
    sys.platform != "linux" or _kernel() < (6, 15),
    reason="the kernel sends again as seldom as it likes",
)
async def test_who_was_away_is_told_soon_after_he_is_back(house: House) -> None:
    async with upgraded(house):
        (ward,) = house.connections
        sock = ward._transport.get_extra_info("socket")  # type: ignore[attr-defined]
        assert sock.getsockopt(socket.IPPROTO_TCP, TCP_RTO_MAX_MS) == 2_000
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 75_000


async def test_who_never_answers_a_ping_is_aborted_and_who_does_lives(
    lean: bool,
) -> None:
    wheel = Wheel(asyncio.get_running_loop(), heartbeat_s=0.2, slots=2)
    async with running(lean=lean, wheel=wheel) as house:
        uri = f"ws://127.0.0.1:{house.port}/ws"
        async with websockets.connect(uri) as client:
            await house.guest()
            for _ in range(3):  # each takes as long as would end the other one
                async with upgraded(house) as raw:
                    mute = await house.guest()
                    assert await mute.next() == "lost"
                    assert await raw.any_frame() == Frame(PING, b"")
                    assert await raw.any_frame() == Frame(PING, b"")
                    await raw.end()
            await client.send("I am here")
            assert await client.recv() == "I am here"
        assert wheel.aborted == {"silent": 3}


async def test_who_never_answers_our_close_is_aborted(lean: bool) -> None:
    wheel = Wheel(asyncio.get_running_loop(), close_s=0.1, heartbeat_s=5, slots=100)
    async with running(lean=lean, wheel=wheel) as house, upgraded(house) as raw:
        guest = await house.guest()
        guest.link.close(4008, "slow")
        assert (await raw.frame()).opcode == CLOSE
        raw.send(masked(b"crossed"))
        assert await guest.next() == "lost"
        assert wheel.aborted == {"unfinished": 1}


# Encrypted.


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate for it, signed by itself, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    kept = key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(kept + signed.public_bytes(Encoding.PEM))
    return path


async def test_over_tls_it_is_the_same(lean: bool, certificate: Path) -> None:
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(certificate)
    trusting = ssl.create_default_context(cafile=certificate)
    async with running(lean=lean, tls=server) as house:
        uri = f"wss://127.0.0.1:{house.port}/ws"
        async with websockets.connect(uri, ssl=trusting) as client:
            await client.send("é" * 32768)
            assert await client.recv() == "é" * 32768
            await client.send("close 4008 slow, come back")
            with pytest.raises(websockets.ConnectionClosed):
                await client.recv()
            assert client.close_code == 4008
        async with websockets.connect(uri, ssl=trusting) as client:
            await client.send(b"binary")
            with pytest.raises(websockets.ConnectionClosed):
                await client.recv()
            assert client.close_code == 1003


# The whole node.


async def test_all_are_told_to_come_back_and_none_is_let_in(house: House) -> None:
    uri = f"ws://127.0.0.1:{house.port}/ws"
    async with (
        websockets.connect(uri) as ann,
        websockets.connect(uri) as bob,
        upgraded(house) as mute,
    ):
        assert len(house.connections) == 3
        await house.connections.close_all(1012, "restart", within_s=0.5)
        assert len(house.connections) == 0
        assert [await guest.next() for guest in house.guests] == ["lost"] * 3
        for client in (ann, bob):
            with pytest.raises(websockets.ConnectionClosed) as closed:
                await client.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1012
        assert (await mute.frame()).opcode == CLOSE
        async with connected(house) as late:
            late.send(asking())
            status, headers = await late.head()
            assert (status, headers["retry-after"]) == (503, "1")


async def test_both_ways_are_counted(house: House, lean: bool) -> None:
    async with upgraded(house), upgraded(house):
        counted = (house.connections.handed_over, house.connections.kept)
        assert counted == ((2, 0) if lean else (0, 2))


class Quiet:
    """A listener of one object."""

    __slots__ = ("link",)

    def __init__(self, link: Link) -> None:
        self.link = link

    def received(self, text: bytes) -> None: ...

    def drained(self) -> None: ...

    def lost(self) -> None: ...


@pytest.fixture
def still_gc() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("still_gc")
async def test_a_handed_over_connection_is_few_objects_and_no_task() -> None:
    count, clients = 50, []
    ours = asyncio.all_tasks()
    async with running(lean=True, factory=Quiet) as house:

        async def open_more(number: int) -> int:
            """Open connections, let aiohttp end its work, and count what is alive."""
            for _ in range(number):
                reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
                writer.write(asking())
                await reader.readuntil(b"\r\n\r\n")
                # Only a descriptor is kept of the client.
                clients.append(os.dup(writer.get_extra_info("socket").fileno()))
                writer.transport.abort()
            await ended(ours)
            gc.collect()
            return len(gc.get_objects())

        before = await open_more(5)
        after = await open_more(count)
        assert len(house.connections) == count + 5
        for client in clients:
            os.close(client)
    # One is the listener; asyncio's own transport has 8 more than uvloop's.
    is_uvloop = isinstance(asyncio.get_running_loop(), uvloop.Loop)
    assert (after - before) / count <= (10 if is_uvloop else 18)
