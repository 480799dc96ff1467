"""Several nodes on one machine, as an operator runs them: real processes, one port."""

import asyncio
import os
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from orbit.client import Board, Client, connect
from tests.kit.node import GENEROUS, NodeProcess, node_process, owner
from tests.kit.node import workers as pids_of_workers

COUNT = 3
WRITERS = 5
ENVIRONMENT = {
    **GENEROUS,
    "ORBIT_WORKERS": str(COUNT),
    "ORBIT_LIMITS__WRITES_PER_AUTHOR_MIN": "1000000",
    "ORBIT_LIMITS__AUTHOR_BURST": "1000000",
    "ORBIT_LIMITS__COMMANDS_PER_SOCKET_S": "1000",
    "ORBIT_LIMITS__COMMAND_BURST": "1000",
}
Seat = tuple[Client, Board]
pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def node() -> Iterator[NodeProcess]:
    """The parent of three workers, and all that it has started."""
    with node_process(ENVIRONMENT) as node:
        node.start()
        yield node


def workers(node: NodeProcess) -> dict[str, int]:
    """Return the pids of the workers that live now, by inc."""
    return pids_of_workers(node.pid, node.data)


async def until(holds: Any, within_s: float = 30) -> None:
    async with asyncio.timeout(within_s):
        while not holds():  # noqa: ASYNC110 - of another process
            await asyncio.sleep(0.01)


@asynccontextmanager
async def seats(
    node: NodeProcess, *, count: int = COUNT, apart: bool = True
) -> AsyncIterator[list[Seat]]:
    """Sit people down before one new board; `apart`: each at another worker."""
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(connect(node.url))
        await first.mint()
        made = await first.make_board("Shared")
        found: list[Seat] = []
        while len(found) < count:
            client = await stack.enter_async_context(connect(node.url))
            await client.mint()
            board = await client.join(made.id)
            if apart and where(client) in {where(other) for other, _ in found}:
                await client.close()
            else:
                found.append((client, board))
        yield found


def where(client: Client) -> str:
    return str((client.welcome or {}).get("node"))


def notes(board: Board) -> Counter[str]:
    return Counter(note["content"] for note in board.items.get("note", {}).values())


async def journal(node: NodeProcess, board: str) -> list[Any]:
    """Return what a board's journal has, read by REST."""
    found: list[Any] = []
    async with aiohttp.ClientSession() as http:
        while True:
            since = found[-1]["seq"] if found else 0
            path = f"/api/v1/boards/{board}/journal/?since={since}"
            async with http.get(node.url + path) as answer:
                page = await answer.json()
            found += page["changes"]
            if not page["changes"] or found[-1]["seq"] >= page["head"]:
                return found


async def test_people_at_different_workers_share_one_board(node: NodeProcess) -> None:
    async with seats(node) as people:
        assert {where(client) for client, _ in people} == set(workers(node))
        (_, ann), (_, bob), (_, cyd) = people
        told = [
            await board.tell("add_note", content=f"note {n}")
            for n, (_, board) in enumerate(people)
        ]
        voted = await bob.tell("toggle_upvote", note=told[0].id)
        for _, board in people:
            await board.reached(voted.seq)
            assert notes(board) == Counter(["note 0", "note 1", "note 2"])
            assert board.items["note"][told[0].id]["upvotes"] == 1
        await until(lambda: [board.here for _, board in people] == [3, 3, 3])
        heard: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        bob.on_signal = lambda do, body: heard.done() or heard.set_result((do, body))
        async with asyncio.timeout(10):
            while not heard.done():
                cyd.signal("drag", note=told[2].id, x=5.0, y=6.0)
                await asyncio.wait([heard], timeout=0.1)
        assert heard.result() == ("drag", {"note": told[2].id, "x": 5.0, "y": 6.0})
        await people[2][0].close()
        await until(lambda: ann.here == bob.here == 2)


class Writing:
    """People who write without a pause; each word must be there once."""

    def __init__(self, people: list[Seat]) -> None:
        self.people = people
        self.acked: dict[str, tuple[int, float]] = {}  # seq, and when
        self._jobs: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "Writing":
        loop = asyncio.get_running_loop()
        self._jobs = [
            loop.create_task(self._write(n, board))
            for n, (_, board) in enumerate(self.people)
        ]
        await self.more(20)
        return self

    async def __aexit__(self, *_: object) -> None:
        for job in self._jobs:
            job.cancel()
        await asyncio.wait(self._jobs)
        for job in self._jobs:
            if not job.cancelled():
                job.result()

    async def _write(self, n: int, board: Board) -> None:
        mine = (await board.tell("add_note", content=f"{n}")).id
        for k in range(100_000):
            word = f"{n}.{k}"
            told = await board.tell("edit_note", note=mine, content=word)
            self.acked[word] = told.seq, time.monotonic()

    async def more(self, count: int) -> None:
        """Wait for so many more acks."""
        enough = len(self.acked) + count
        await until(lambda: len(self.acked) >= enough)

    def gap_s(self, since: float) -> float:
        """Return for how long at most nobody was acked, from a moment on."""
        times = sorted(at for _, at in self.acked.values() if at > since)
        return max(b - a for a, b in pairwise([since, *times]))

    async def verify(self, node: NodeProcess) -> None:
        """See each word once in the journal, where its author was told that it is."""
        board = self.people[0][1].id
        events = await journal(node, board)
        assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
        found = [
            (change["put"][2]["content"], event["seq"])
            for event in events
            if event["event"] == "note_edited"
            for change in event["changes"]
            if change.get("put", [""])[0] == "note"
        ]
        times = Counter(word for word, _ in found)
        assert set(times.values()) == {1}
        acked = {word: seq for word, (seq, _) in self.acked.items()}
        assert acked.items() <= dict(found).items()
        last = max(seq for seq, _ in self.acked.values())
        for _, screen in self.people:
            await screen.reached(last)
            assert screen.items["note"] == self.people[0][1].items["note"]


async def test_a_worker_is_killed_and_no_word_is_lost_or_doubled(
    node: NodeProcess,
) -> None:
    async with seats(node, count=WRITERS, apart=False) as people:
        board = people[0][1].id
        async with Writing(people) as writing:
            for times in range(1, 4):
                await until(lambda: len(workers(node)) == COUNT)
                before = workers(node)
                victim = await owner(node, board)
                os.kill(before[victim], signal.SIGKILL)
                killed_at = time.monotonic()
                await writing.more(100)
                gap_s = writing.gap_s(killed_at)
                print(f"kill {times}: nobody was acked for {gap_s:.2f} s")  # noqa: T201
                assert await owner(node, board) != victim
                assert victim not in workers(node)
        await writing.verify(node)
        assert all(board.waiting <= 1 for _, board in people)
    await until(lambda: len(workers(node)) == COUNT)


async def test_all_workers_are_killed_at_once_and_others_serve(
    node: NodeProcess,
) -> None:
    await until(lambda: len(workers(node)) == COUNT)
    async with seats(node, count=1) as [(_, board)]:
        told = await board.tell("add_note", content="before")
        for pid in workers(node).values():
            os.kill(pid, signal.SIGKILL)
        again = await board.tell("edit_note", note=told.id, content="after")
        assert again.seq == told.seq + 1
    await until(lambda: len(workers(node)) == COUNT)


async def test_all_workers_are_replaced_one_after_the_other_while_people_write(
    node: NodeProcess,
) -> None:
    await until(lambda: len(workers(node)) == COUNT)
    before = workers(node)
    async with seats(node, count=WRITERS, apart=False) as people:
        async with Writing(people) as writing:
            began = time.monotonic()
            os.kill(node.pid, signal.SIGHUP)
            await until(lambda: len({*workers(node)} - {*before}) == COUNT, 60)
            await until(lambda: not {*workers(node)} & {*before}, 60)
            assert all(client.is_open for client, _ in people)
            await writing.more(100)
            gap_s = writing.gap_s(began)
        print(f"a rolling restart: nobody was acked for {gap_s:.2f} s")  # noqa: T201
        await writing.verify(node)
        assert not {where(client) for client, _ in people} & {*before}


async def test_without_valkey_sockets_stay_and_boards_go_on_where_they_live(
    node: NodeProcess,
) -> None:
    await until(lambda: len(workers(node)) == COUNT)
    async with seats(node) as people:
        board = people[0][1].id
        home = await owner(node, board)
        (local,) = [seat for client, seat in people if where(client) == home]
        others = [seat for client, seat in people if where(client) != home]
        connects = [client.connects for client, _ in people]
        killed = await _kill_valkey(node)
        told = await local.tell("add_note", content="while it is away")
        for seat in others:
            await seat.reached(told.seq)
        await until(lambda: _valkey(node) not in (None, killed))
        for seat in others:
            told = await seat.tell("add_note", content="from elsewhere")
            await local.reached(told.seq)
        assert [client.connects for client, _ in people] == connects
        assert await owner(node, board) == home


def _valkey(node: NodeProcess) -> int | None:
    """Return the pid of the Valkey that runs."""
    text = (node.data / "valkey" / "valkey.pid").read_text().strip()
    return int(text) if text and Path(f"/proc/{text}").exists() else None


async def _kill_valkey(node: NodeProcess) -> int:
    await until(lambda: _valkey(node))
    pid = _valkey(node)
    assert pid
    os.kill(pid, signal.SIGKILL)
    return pid
