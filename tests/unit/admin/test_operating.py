"""What an operator sees and does with the command line, on a node that runs."""

import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from orbit import cli
from orbit.client import Board, Client, connect
from orbit.node import Node, running
from orbit.preflight import with_secrets
from orbit.settings import Limits, Settings


class Desk:
    """A node, the folder that an operator knows, and what he was told."""

    def __init__(
        self,
        node: Node,
        given: Settings,
        capsys: pytest.CaptureFixture[str],
        left: list[int],
    ) -> None:
        self.node, self.given, self._capsys, self._left = node, given, capsys, left

    @property
    def left(self) -> int:
        """How often the node was told to leave."""
        return len(self._left)

    async def __call__(self, *words: str, code: int = 0) -> str:
        """Say a command, and return what it printed: on standard error if refused."""
        said = [*words, "--data", str(self.given.data)]
        with pytest.raises(SystemExit) as ended:
            await asyncio.to_thread(cli.main, said)
        told = self._capsys.readouterr()
        assert ended.value.code == code, told
        return told.err if code > 1 else told.out

    async def json(self, *words: str) -> Any:
        return json.loads(await self(*words, "--json"))


@pytest.fixture
async def desk(dsn: str, capsys: pytest.CaptureFixture[str]) -> AsyncIterator[Desk]:
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        limits = Limits(rest_per_address_min=10_000, loop_lag_s=60)
        given = Settings(data=Path(name), database_url=dsn, port=0, limits=limits)
        given = with_secrets(given)
        left: list[int] = []
        async with running(given, lambda: left.append(1)) as node:
            yield Desk(node, given, capsys, left)


@asynccontextmanager
async def seat(desk: Desk) -> AsyncIterator[tuple[Client, Board]]:
    async with connect(desk.node.address) as client:
        await client.mint()
        made = await client.make_board("Retro")
        yield client, await client.join(made.id)


async def test_nodes_are_shown(desk: Desk) -> None:
    async with seat(desk):
        told = await desk("nodes")
        assert "fit" in told
        (node,) = (await desk.json("nodes"))["nodes"]
        assert node["inc"][:8] in told
        assert node["numbers"]["sockets"] == 1
    assert desk.given.operator_key
    assert desk.given.operator_key.get_secret_value() not in told


async def test_a_workers_socket_is_found_from_the_parents_folder(desk: Desk) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        parent = Path(name)
        (parent / "worker-1").symlink_to(desk.given.data)
        assert desk.given.operator_key
        key = desk.given.operator_key.get_secret_value()
        (parent / "operator.key").write_text(key)
        (parent / "operator.key").chmod(0o600)
        of_parent = desk.given.model_copy(update={"data": parent})
        there = Desk(desk.node, of_parent, desk._capsys, [])
        assert len((await there.json("nodes"))["nodes"]) == 1


async def test_a_node_is_asked_by_its_address(desk: Desk) -> None:
    url = desk.node.address
    assert (await desk.json("nodes", "--url", url))["nodes"]
    refused = await desk("nodes", "--url", "http://127.0.0.1:1", code=69)
    assert refused.endswith("orbit: no node answers at http://127.0.0.1:1\n")


async def test_with_a_wrong_key_nothing_is_told(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORBIT_OPERATOR_KEY", "another key than that of this node")
    told = await desk("top", code=69)
    assert told.endswith("orbit: this is not the operator key\n")
    monkeypatch.delenv("ORBIT_OPERATOR_KEY")
    (desk.given.operator_file).unlink()
    assert "no operator key" in await desk("top", code=69)


async def test_boards_are_ranked(desk: Desk) -> None:
    async with seat(desk) as (_, board):
        job = asyncio.get_running_loop().create_task(desk("top", "--once"))
        while not job.done():
            await board.tell("add_note", content="x")
            await asyncio.sleep(0.05)
        told = await job
        assert board.id in told
        assert "all boards: " in told
        (row,) = (await desk.json("top", "--by", "watchers"))["boards"]
        assert (row["board"], row["watchers"]) == (board.id, 1)
    assert "invalid choice" in await desk("top", "--by", "luck", code=2)


async def test_a_board_is_found(desk: Desk) -> None:
    async with seat(desk) as (_, board):
        told = await desk("board", "where", board.id.upper())
        found = await desk.json("board", "where", board.id)
        assert "owner" in told
        assert found["owner"][:8] in told
        assert (found["seq"], found["epoch"]) == (1, 1)
    assert "no such board" in await desk("board", "where", "nonsense", code=69)
    nowhere = "6b5e5a5c-1111-4222-8333-444455556666"
    assert "no such board" in await desk("board", "where", nowhere, code=69)


async def test_what_is_not_moved_is_told_with_exit_1(desk: Desk) -> None:
    async with seat(desk) as (_, board):
        inc = (await desk.json("nodes"))["nodes"][0]["inc"]
        told = await desk("board", "move", board.id, inc, code=1)
        assert told == "it was not: is it there already?\n"
        assert "no such node" in await desk("board", "move", board.id, "#9", code=69)


async def test_a_board_is_forgotten_and_its_people_come_back(desk: Desk) -> None:
    async with seat(desk) as (_, board):
        assert await desk("board", "evict", board.id) == "it will be woken anew\n"
        told = await board.tell("add_note", content="after")
        assert told.seq == 2


async def test_a_connection_is_closed_and_comes_back(desk: Desk) -> None:
    async with seat(desk) as (client, board):
        (one,) = (await desk.json("conn", "list"))["sockets"]
        assert (one["boards"], one["boards_behind"]) == (1, 0)
        listed = await desk("conn", "list", "--limit", "1")
        assert one["id"] in listed
        assert "127.0.0.1" not in listed
        assert "may come back" in await desk("conn", "kill", one["id"])
        async with asyncio.timeout(20):
            while client.connects < 2 or not client.is_open:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert (await board.tell("add_note", content="again")).seq == 2
        assert "no such connection" in await desk("conn", "kill", one["id"], code=69)
        (other,) = (await desk.json("conn", "list", "--node", one["node"]))["sockets"]
        assert other["id"] != one["id"]


async def test_the_close_code_is_the_documented_one(desk: Desk) -> None:
    url = f"{desk.node.address}/ws"
    async with aiohttp.ClientSession() as http, http.ws_connect(url) as ws:
        await ws.send_json({"type": "hello"})
        await ws.receive()
        (one,) = (await desk.json("conn", "list"))["sockets"]
        await desk("conn", "kill", one["id"])
        message = await ws.receive()
        assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, 4410)


async def test_a_board_is_followed(desk: Desk) -> None:
    async with seat(desk) as (_, board):
        await board.tell("add_note", content="kilroy")
        for flags, has_text in (((), False), (("--content",), True)):
            words = ["board", "trace", board.id, "--since", "0", "--json", *flags]
            process = await asyncio.create_subprocess_exec(
                *(
                    sys.executable,
                    "-m",
                    "orbit",
                    *words,
                    "--data",
                    str(desk.given.data),
                ),
                stdout=asyncio.subprocess.PIPE,
            )
            assert process.stdout
            lines = [json.loads(await process.stdout.readline()) for _ in range(2)]
            process.terminate()
            await process.communicate()
            assert [line["seq"] for line in lines] == [1, 2]
            assert ("kilroy" in json.dumps(lines)) == has_text


async def test_a_node_is_told_to_drain(desk: Desk) -> None:
    (row,) = (await desk.json("nodes"))["nodes"]
    assert "gives all away" in await desk("drain", row["inc"])
    assert desk.left == 1
    assert "no such node" in await desk("drain", "#9", code=69)
