"""What is no HTTP is refused as everything else is, and nothing of it is repeated."""

import asyncio
import json
import logging
from typing import Any

import pytest
from aiohttp import web

from orbit.http import runner
from tests.kit.app import App, running

MARK = b"a-secret-of-somebody"
CHUNKED = (
    b"POST /api/v1/boards/ HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n"
)
BAD = {
    "request line": MARK + b"\r\n\r\n",
    "method": b"\x16\x03\x01" + MARK + b"\r\n\r\n",
    "version": b"GET /" + MARK + b" HTTP/9.9\r\n\r\n",
    "address": b"GET http://[::1/" + MARK + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    "long address": b"GET /" + MARK * 1_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    "long header": b"GET / HTTP/1.1\r\nHost: a\r\nX: " + MARK * 1_000 + b"\r\n\r\n",
    "many headers": b"GET / HTTP/1.1\r\n" + b"X: %b\r\n" % MARK * 200 + b"\r\n",
    "header": b"GET / HTTP/1.1\r\nHost: a\r\nX\x00: " + MARK + b"\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nHost: a\r\nHost: %b\r\n\r\n" % MARK,
    "chunk size": CHUNKED + MARK + b"\r\nhello\r\n0\r\n\r\n",
    "chunk end": CHUNKED + b"5\r\nhello%b\r\n0\r\n\r\n" % MARK,
}


async def raw(app: App, request: bytes) -> tuple[int, dict[str, str], Any]:
    """Send bytes; return the status, headers and body of the one answer."""
    reader, writer = await asyncio.open_connection(app.http.host, app.http.port)
    writer.write(request)
    async with asyncio.timeout(10):
        answer = await reader.read()  # until the connection is closed
    writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    return int(status.split(" ")[1]), headers, json.loads(body)


@pytest.mark.parametrize("what", BAD)
async def test_what_cannot_be_read_is_refused_in_the_envelope(
    app: App, caplog: pytest.LogCaptureFixture, what: str
) -> None:
    caplog.set_level(logging.INFO)
    status, headers, body = await raw(app, BAD[what])
    assert (status, body["error"]) == (400, "bad_request")
    assert body["message"] == body["detail"]
    assert body["request_id"] == headers["X-Request-ID"]
    assert len(body["request_id"]) == 24
    assert body["timestamp"].endswith("Z")
    assert headers["Server"] == "Orbit"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert MARK.decode() not in json.dumps([headers, body])
    (line,) = [r for r in caplog.records if r.name != "aiohttp.access"]
    assert line.__dict__["request_id"] == body["request_id"]
    assert line.exc_info is None
    assert MARK.decode() not in caplog.text
    assert "127.0.0.1" not in caplog.text


async def test_what_cannot_be_read_is_counted(app: App) -> None:
    for _ in range(3):
        await raw(app, BAD["request line"])
    told = (await app.guest.get("//metrics")).text
    count = 'orbit_requests_total{method="other",operation="unreadable",status="400"}'
    assert f"{count} 3.0" in told


async def test_a_bug_before_our_middleware_is_told_as_one(
    caplog: pytest.LogCaptureFixture,
) -> None:
    @web.middleware
    async def broken(_request: web.Request, handler: Any) -> web.StreamResponse:
        raise ZeroDivisionError("a password")

    async with running(change=lambda app: app.middlewares.insert(0, broken)) as app:
        answer = await app.guest.get("//health/live/")
    assert (answer.status, answer.error) == (500, "internal")
    assert "password" not in answer.text
    assert [type(r.exc_info[1]) for r in caplog.records if r.exc_info] == [
        ZeroDivisionError
    ]


async def test_who_has_gone_is_no_bug(caplog: pytest.LogCaptureFixture) -> None:
    @web.middleware
    async def gone(_request: web.Request, handler: Any) -> web.StreamResponse:
        raise ConnectionResetError

    async with running(change=lambda app: app.middlewares.insert(0, gone)) as app:
        reader, writer = await asyncio.open_connection(app.http.host, app.http.port)
        writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert await reader.read() == b""
        writer.close()
    assert not caplog.records


async def test_who_never_ends_his_request_holds_up_no_end_and_is_named(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "LAST_S", 0.05)
    head = b"POST /api/v1/boards/ HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n"
    async with asyncio.timeout(30):
        async with running() as app:
            host, port = app.http.host, app.http.port
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(head + b"Expect: 100-continue\r\n\r\n{")
            assert b"100 Continue" in await reader.readline()
        writer.close()
    (line,) = [r for r in caplog.records if "cut off" in r.message]
    assert line.__dict__["operation"] == "create_board"
