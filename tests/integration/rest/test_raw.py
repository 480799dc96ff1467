"""Requests that no client library sends: bytes on the wire, by hand."""

import asyncio

import pytest

from tests.kit.app import App


async def raw(app: App, request: bytes) -> tuple[int, bytes]:
    """Send bytes; return the status and all that came back."""
    reader, writer = await asyncio.open_connection(app.http.host, app.http.port)
    writer.write(request)
    try:
        async with asyncio.timeout(10):
            answer = await reader.read(1 << 16)
            while answer and b"\r\n\r\n" not in answer:
                answer += await reader.read(1 << 16)
    finally:
        writer.close()
    return int(answer.split(b" ", 2)[1]) if answer else 0, answer


def get(path: bytes, *headers: bytes) -> bytes:
    lines = (b"GET %b HTTP/1.1" % path, b"Host: orbit", b"Connection: close", *headers)
    return b"\r\n".join(lines) + b"\r\n\r\n"


@pytest.mark.parametrize(
    "path",
    [
        b"/api/v1/boards/%/",
        b"/api/v1/boards/%zz/",
        b"/api/v1/boards/%ff%fe/",
        b"/api/v1/boards/%00/",
        b"/api/v1/boards/%c0%af/",
        b"/api/v1/boards/\xff\xfe/",
        b"/api/v1/boards/x/items/%00/?cursor=%ff&search=%00",
        b"/api/v1/boards/x/journal/?since=%ff",
        b"/api/v1/boards/" + b"a" * 7_000 + b"/",
        b"/" + b"a/" * 3_500,
        b"/" + b"%2e%2e%2f" * 100,
        b"//////",
        b"/?" + b"a=1&" * 1_500,
        b"/\\..\\..\\",
        b"*",
        b"http://",
        b"http://[::1/",
        b"/;a=b/%23%3f",
        b"/b/%0d%0aSet-Cookie:%20a=b",
    ],
)
async def test_no_path_is_a_server_error(app: App, path: bytes) -> None:
    status, answer = await raw(app, get(path))
    assert status == 200 or 400 <= status < 500, answer[:300]
    assert b"Set-Cookie: a=b" not in answer


@pytest.mark.parametrize(
    "name",
    [
        b"X-Ghost-ID",
        b"X-Admin-Token",
        b"Idempotency-Key",
        b"X-Request-ID",
        b"Cookie",
        b"Origin",
        b"If-None-Match",
        b"Last-Event-ID",
        b"X-Forwarded-For",
        b"X-Forwarded-Proto",
        b"Content-Type",
        b"Content-Length",
        b"Transfer-Encoding",
        b"Content-Encoding",
        b"Host",
        b"Expect",
        b"Authorization",
        b"Range",
        b"Upgrade",
    ],
)
@pytest.mark.parametrize(
    "value", [b"\xff\xfe", b"", b"\xed\xa0\x80", b"a" * 5_000, b"orbit_ghost=\xff; ;=;"]
)
async def test_no_header_is_a_server_error(app: App, name: bytes, value: bytes) -> None:
    board = (await app.board())["board"]["id"].encode()
    header = name + b": " + value
    status, answer = await raw(app, get(b"/api/v1/boards/%b/" % board, header))
    assert 200 <= status < 500, answer[:300]
    body = b'{"title":"x"}'
    length = b"Content-Length: %d" % len(body)
    lines = (b"Connection: close", header)
    more = [] if name.lower() == b"host" else [b"Host: orbit"]
    if name.lower() not in {b"content-length", b"transfer-encoding"}:
        more.append(length)
    if name.lower() != b"content-type":
        more.append(b"Content-Type: application/json")
    for path in (b"/api/v1/boards/", b"/unsubscribe/x"):
        asked = b"POST %b HTTP/1.1" % path
        request = b"\r\n".join((asked, *lines, *more)) + b"\r\n\r\n" + body
        status, answer = await raw(app, request)
        assert 200 <= status < 500, answer[:300]


@pytest.mark.parametrize(
    "request_",
    [
        b"GET\r\n\r\n",
        b"\x00\x01\x02\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        (
            b"POST /api/v1/boards/ HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        ),
        b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 20_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX\x00: 1\r\n\r\n",
    ],
)
async def test_what_is_no_http_is_a_bad_request(app: App, request_: bytes) -> None:
    status, answer = await raw(app, request_)
    assert 400 <= status < 500, answer[:300]
    assert (await app.guest.get("//health/live/")).status == 200


async def test_a_body_that_lies_about_its_compression(app: App) -> None:
    body = b"this is no gzip"
    request = (
        b"POST /api/v1/boards/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
        b"Content-Type: application/json\r\nContent-Encoding: gzip\r\n"
        b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
    )
    status, answer = await raw(app, request)
    assert 400 <= status < 500, answer[:300]
