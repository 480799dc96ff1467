"""What a node answers to its operator, and to nobody else."""

import stat
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from orbit.http.inside import MAX_PATH_BYTES, listen_inside, make_inside, socket_path
from tests.kit.app import App


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short name: a socket's is bounded."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        yield Path(name)


@asynccontextmanager
async def inside(app: App, path: Path) -> AsyncIterator[aiohttp.ClientSession]:
    directory = app.core.directory
    made = make_inside(directory, lambda: {"boards_live": len(directory)})
    runner = await listen_inside(made, path)
    assert runner is not None
    connector = aiohttp.UnixConnector(str(path))
    async with aiohttp.ClientSession("http://node", connector=connector) as http:
        yield http
    await runner.cleanup()


async def test_a_board_is_evicted_and_wakes_again(app: App, folder: Path) -> None:
    made = await app.board()
    board = made["board"]["id"]
    assert board in app.core.directory
    async with inside(app, socket_path(folder)) as http:
        answer = await http.post(f"/evict/{board}")
        assert await answer.json() == {"board": board, "was_live": True}
        assert board not in app.core.directory
        again = await http.post(f"/evict/{board.upper()}")
        assert await again.json() == {"board": board, "was_live": False}
    assert (await app.guest.get(f"/boards/{board}/")).status == 200


async def test_what_is_no_board_is_not_found(app: App, folder: Path) -> None:
    async with inside(app, socket_path(folder)) as http:
        assert (await http.post("/evict/nonsense")).status == 404
        assert (await http.get("/")).status == 404


async def test_it_tells_how_it_is(app: App, folder: Path) -> None:
    await app.board()
    async with inside(app, socket_path(folder)) as http:
        answer = await http.get("/status")
        assert await answer.json() == {"boards_live": 1}


async def test_nobody_else_may_open_it(app: App, folder: Path) -> None:
    path = socket_path(folder)
    async with inside(app, path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (await app.guest.post("//evict/x")).status == 404
    assert (await app.guest.get("//status")).status == 404


async def test_what_a_dead_node_left_is_replaced(app: App, folder: Path) -> None:
    path = socket_path(folder)
    path.write_text("stale")
    async with inside(app, path) as http:
        assert (await http.get("/status")).status == 200


async def test_a_name_that_is_too_long_is_done_without(app: App, folder: Path) -> None:
    path = folder / ("x" * MAX_PATH_BYTES)
    assert await listen_inside(make_inside(app.core.directory, dict), path) is None
    assert not path.exists()
