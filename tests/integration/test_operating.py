"""An operator before several nodes: real workers, asked through whichever answers."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

from orbit.client import Board, Client, connect
from tests.kit.node import GENEROUS, NodeProcess, node_process, workers

COUNT = 2
ENVIRONMENT = {**GENEROUS, "ORBIT_WORKERS": str(COUNT)}
pytestmark = pytest.mark.timeout(300)
Row = dict[str, Any]


@pytest.fixture(scope="module")
def node() -> Iterator[NodeProcess]:
    """The parent of two workers."""
    with node_process(ENVIRONMENT) as node:
        node.start()
        yield node


async def orbit(node: NodeProcess, *words: str) -> Any:
    """Say a command as an operator on that machine does; return what it told."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "orbit", *words, "--json", "--data", str(node.data)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert not err, err.decode()
    return json.loads(out)


async def nodes(node: NodeProcess) -> dict[str, Row]:
    return {row["inc"]: row for row in (await orbit(node, "nodes"))["nodes"]}


async def living(node: NodeProcess) -> dict[str, Row]:
    found = (await nodes(node)).items()
    return {inc: row for inc, row in found if row["state"] == "fit"}


async def all_live(node: NodeProcess) -> dict[str, Row]:
    async with asyncio.timeout(60):
        while len(found := await living(node)) < COUNT:  # noqa: ASYNC110 - of others
            await asyncio.sleep(0.1)
    return found


@asynccontextmanager
async def shared(node: NodeProcess) -> AsyncIterator[Sequence[tuple[Client, Board]]]:
    """A board that somebody watches at each worker; several where chance wills it."""
    async with AsyncExitStack() as stack:
        seats: list[tuple[Client, Board]] = []
        made = None
        while len({where(client) for client, _ in seats}) < COUNT:
            client = await stack.enter_async_context(connect(node.url))
            await client.mint()
            made = made or await client.make_board("Shared")
            seats.append((client, await client.join(made.id)))
        yield seats


def where(client: Client) -> str:
    return str((client.welcome or {}).get("node"))


async def test_each_worker_tells_of_all(node: NodeProcess) -> None:
    async with shared(node) as seats:
        found = await all_live(node)
        assert sum(row["is_me"] for row in found.values()) == 1
        assert sorted(row["name"][-2:] for row in found.values()) == ["#1", "#2"]
        assert all(row["numbers"]["sockets"] >= 1 for row in found.values())
        told = await orbit(node, "board", "where", seats[0][1].id)
        assert {place["role"] for place in told["places"]} == {"owner", "follower"}
        ranked = (await orbit(node, "top", "--by", "watchers"))["boards"]
        (board,) = [each for each in ranked if each["board"] == seats[0][1].id]
        assert (board["watchers"], board["owner"]) == (len(seats), told["owner"])


async def test_a_board_is_moved_while_people_write_on_it(node: NodeProcess) -> None:
    async with shared(node) as seats:
        board = seats[0][1].id
        before = await orbit(node, "board", "where", board)
        heir = next(inc for inc in await all_live(node) if inc != before["owner"])
        done = False

        async def write(seat: Board) -> int:
            count = 0
            while not done:
                await seat.tell("add_note", content="x")
                count += 1
                await asyncio.sleep(0.2)
            return count

        async with asyncio.TaskGroup() as jobs:
            writing = [jobs.create_task(write(seat)) for _, seat in seats]
            told = await orbit(node, "board", "move", board, heir[:8])
            after = await orbit(node, "board", "where", board)
            done = True
        assert told == {"done": True}
        assert after["owner"] == heir
        assert after["epoch"] > before["epoch"]
        assert all(client.connects == 1 for client, _ in seats)
        head = 1 + sum(job.result() for job in writing)
        assert (await seats[0][1].tell("add_note", content="last")).seq == head + 1
        roles = {place["inc"]: place["role"] for place in after["places"]}
        assert roles == {heir: "owner", before["owner"]: "follower"}


async def test_any_workers_connection_is_closed_from_any(node: NodeProcess) -> None:
    async with shared(node) as seats:
        listed = (await orbit(node, "conn", "list", "--limit", "100"))["sockets"]
        assert {one["node"] for one in listed} == (await all_live(node)).keys()
        for inc in {one["node"] for one in listed}:
            one = next(each for each in listed if each["node"] == inc)
            assert await orbit(node, "conn", "kill", one["id"]) == {"done": True}
        async with asyncio.timeout(30):
            while sum(client.connects - 1 for client, _ in seats) < COUNT:  # noqa: ASYNC110
                await asyncio.sleep(0.01)


async def test_a_worker_that_is_killed_is_gone_and_another_is_there(
    node: NodeProcess,
) -> None:
    before = await all_live(node)
    victim, pid = next(iter(workers(node.pid, node.data).items()))
    assert victim in before
    os.kill(pid, signal.SIGKILL)
    async with asyncio.timeout(60):
        while (await nodes(node))[victim]["state"] != "gone":  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    after = await all_live(node)
    assert victim not in after
    assert {row["name"] for row in after.values()} == {
        row["name"] for row in before.values()
    }
