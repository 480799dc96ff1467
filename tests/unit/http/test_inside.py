"""The node's second door, for an operator on this machine."""

import stat
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from orbit.http.inside import MAX_PATH_BYTES, listen_inside, socket_path
from tests.kit.app import App


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short name: a socket's is bounded."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        yield Path(name)


@asynccontextmanager
async def inside(app: App, path: Path) -> AsyncIterator[aiohttp.ClientSession]:
    assert app.http.server.runner
    assert await listen_inside(app.http.server.runner, path)
    connector = aiohttp.UnixConnector(str(path))
    async with aiohttp.ClientSession("http://node", connector=connector) as http:
        yield http


async def test_it_leads_where_the_port_leads(app: App, folder: Path) -> None:
    board = (await app.board())["board"]["id"]
    async with inside(app, socket_path(folder)) as http:
        answer = await http.get(f"/api/v1/boards/{board}/")
        assert (await answer.json())["seq"] == 1


async def test_who_comes_in_by_it_shows_the_key_all_the_same(
    app: App, folder: Path
) -> None:
    async with inside(app, socket_path(folder)) as http:
        assert (await http.get("/api/v1/node/nodes/")).status in (401, 403)


async def test_nobody_else_may_open_it(app: App, folder: Path) -> None:
    path = socket_path(folder)
    async with inside(app, path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_what_a_dead_node_left_is_replaced(app: App, folder: Path) -> None:
    path = socket_path(folder)
    path.write_text("stale")
    async with inside(app, path) as http:
        assert (await http.get("/health/live")).status == 200


async def test_a_name_that_is_too_long_is_done_without(app: App, folder: Path) -> None:
    path = folder / ("x" * MAX_PATH_BYTES)
    assert app.http.server.runner
    assert not await listen_inside(app.http.server.runner, path)
    assert not path.exists()
