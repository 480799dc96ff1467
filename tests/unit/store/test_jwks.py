"""Fetching an identity provider's keys: all that it may answer."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from orbit.core.errors import Unavailable
from orbit.store.jwks import MAX_BYTES, Jwks

KEYS = b'{"keys": []}'


async def good(_request: web.Request) -> web.Response:
    return web.Response(body=KEYS)


async def broken(_request: web.Request) -> web.Response:
    return web.Response(status=500)


async def elsewhere(_request: web.Request) -> web.Response:
    raise web.HTTPFound("/good")


async def huge(_request: web.Request) -> web.Response:
    return web.Response(body=b" " * (MAX_BYTES + 1))


async def cut(request: web.Request) -> web.Response:
    assert request.transport
    request.transport.abort()
    return web.Response()


@pytest.fixture
async def server() -> AsyncIterator[TestServer]:
    app = web.Application()
    answers: tuple[Callable[[web.Request], Awaitable[web.Response]], ...]
    answers = (good, broken, elsewhere, huge, cut)
    for answer in answers:
        app.router.add_get(f"/{answer.__name__}", answer)
    started = TestServer(app)
    await started.start_server()
    yield started
    await started.close()


async def test_a_document_is_fetched_as_it_is(server: TestServer) -> None:
    assert await Jwks(str(server.make_url("/good"))).fetch() == KEYS


@pytest.mark.parametrize("path", ["broken", "elsewhere", "huge", "cut", "nowhere"])
async def test_whatever_else_it_answers_is_none(server: TestServer, path: str) -> None:
    with pytest.raises(Unavailable):
        await Jwks(str(server.make_url(f"/{path}"))).fetch()


async def test_who_is_not_there_tells_no_keys(server: TestServer) -> None:
    url = str(server.make_url("/good"))
    await server.close()
    with pytest.raises(Unavailable):
        await Jwks(url).fetch()
