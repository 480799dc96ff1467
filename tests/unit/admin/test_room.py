"""How the command line enters the operators' room, and what it says if it cannot."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from orbit.admin.room import entered
from orbit.core.errors import NotFound, Unavailable
from orbit.environment import load
from orbit.http.inside import listen_inside, socket_path
from orbit.preflight import CannotServe

KEY = "of an operator, as long as it should be"


@asynccontextmanager
async def server() -> AsyncIterator[TestServer]:
    """Something that answers where a node would."""

    async def answer(request: web.Request) -> web.Response:
        told = {"key": request.headers["Authorization"], "by": request.query.get("by")}
        return web.json_response(told)

    async def refuse(_request: web.Request) -> web.Response:
        body = {"error": "not_found", "message": "there is no such node"}
        return web.json_response(body, status=404)

    async def fail(_request: web.Request) -> web.Response:
        return web.Response(text="<h1>Bad gateway</h1>", status=502)

    app = web.Application()
    app.router.add_get("/api/v1/node/top/", answer)
    app.router.add_get("/api/v1/node/none/", refuse)
    app.router.add_get("/api/v1/node/proxy/", fail)
    async with TestServer(app) as running:
        yield running


async def test_it_asks_with_the_key() -> None:
    async with server() as there:
        settings = load({"operator_key": KEY})
        async with entered(settings, str(there.make_url("/"))) as room:
            told = await room.get("/top/", by="acks")
            assert told == {"key": f"Bearer {KEY}", "by": "acks"}
            with pytest.raises(NotFound, match="no such node"):
                await room.get("/none/")
            with pytest.raises(Unavailable, match="something else answers there: 502"):
                await room.get("/proxy/")


async def test_it_finds_the_socket_of_a_worker_that_lives() -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        data = Path(name)
        for worker in ("worker-1", "worker-2"):
            (data / worker).mkdir()
        (data / "worker-1" / "node.sock").write_text("of one that is dead")
        settings = load({"data": data, "operator_key": KEY})
        with pytest.raises(Unavailable, match="no node answers on"):
            async with entered(settings):
                pass
        async with server() as there:
            assert there.runner
            await listen_inside(there.runner, socket_path(data / "worker-2"))
            async with entered(settings) as room:
                assert (await room.get("/top/"))["by"] is None


async def test_without_a_key_it_does_not_knock(tmp_path: Path) -> None:
    with pytest.raises(CannotServe, match="no operator key"):
        async with entered(load({"data": tmp_path})):
            pass
