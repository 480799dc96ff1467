"""What one node tells of itself: measured while it is asked, and nothing more."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from orbit.core.codec import Entry
from orbit.core.errors import NotFound
from orbit.core.types import BoardId
from orbit.http.governor import Governor
from orbit.http.handover import Connections
from orbit.http.inspector import Ask, Inspector, Parts
from orbit.http.wheel import Wheel
from orbit.settings import Limits
from tests.kit.board import ANN, BOB, Rig, simulated


def inspector(rig: Rig) -> Inspector:
    parts = Parts(
        rig.directory,
        rig.journal,
        rig.around.traffic,
        rig.writer,
        rig.clock,
        Governor(Limits()),
        lambda: 7 << 20,
        Connections(Wheel(asyncio.get_running_loop())),
        rig.nodes,
    )
    return Inspector(rig.node.inc, f"host:{rig.node.inc}", parts)


async def busy(rig: Rig, board: BoardId, count: int) -> None:
    await asyncio.sleep(0.2)
    for _ in range(count):
        await rig.do(board, "add_note", ANN, content="x")


async def rates(rig: Rig, **ask: Any) -> dict[str, Any]:
    """Return what was measured of each board that was told of."""
    told = await inspector(rig).boards(Ask(**ask))
    return {board.board: board for board in told.boards}


@simulated
async def test_boards_are_ranked_by_what_happens_while_it_is_asked(rig: Rig) -> None:
    one, two, quiet = [await rig.board() for _ in range(3)]
    await rig.seat(two, BOB)
    await rig.seat(two, ANN)
    await rig.seat(quiet, BOB)
    await rig.notes(quiet, 3)  # before it is asked
    loop = asyncio.get_running_loop()
    jobs = [loop.create_task(busy(rig, one, 6)), loop.create_task(busy(rig, two, 2))]
    told = await inspector(rig).boards(Ask())
    for job in jobs:
        await job
    assert [board.board for board in told.boards] == [one, two, quiet]
    first, second, third = told.boards
    assert (first.commands_s, first.events_s, first.deliveries_s) == (6, 6, 0)
    assert (second.commands_s, second.deliveries_s, second.watchers) == (2, 4, 2)
    assert (third.commands_s, third.slowest_ms, third.watchers) == (0, 0, 1)
    assert first.slowest_ms > 0
    assert {board.owner for board in told.boards} == {"inc"}
    assert (told.commands_s, told.events_s, told.deliveries_s) == (8, 8, 4)


@pytest.mark.parametrize(("by", "first"), [("watchers", 1), ("commands", 0)])
@simulated
async def test_the_order_is_what_was_asked_for(rig: Rig, by: str, first: int) -> None:
    boards = [await rig.board(), await rig.board()]
    await rig.seat(boards[1], BOB)
    job = asyncio.get_running_loop().create_task(busy(rig, boards[0], 1))
    assert list(await rates(rig, by=by, limit=1)) == [boards[first]]
    await job


@simulated
async def test_two_who_ask_at_once_share_one_measure(rig: Rig) -> None:
    board, one = await rig.board(), inspector(rig)
    job = asyncio.get_running_loop().create_task(busy(rig, board, 3))
    began = rig.loop.time()
    async with asyncio.TaskGroup() as asking:
        asked = [asking.create_task(one.boards(Ask())) for _ in range(3)]
    assert rig.loop.time() - began < 1.1
    assert [task.result().commands_s for task in asked] == [3, 3, 3]
    await job


@simulated
async def test_it_tells_how_it_is(rig: Rig) -> None:
    board = await rig.board()
    await rig.seat(board, BOB)
    await rig.notes(board, 2)
    told = await inspector(rig).numbers()
    assert (told.boards_owned, told.boards_followed, told.boards_waking) == (1, 0, 0)
    assert (told.commands_total, told.events_total, told.deliveries_total) == (3, 3, 2)
    assert (told.memory_bytes, told.sockets, told.sheds) == (7 << 20, 0, "nothing")
    assert not told.is_draining
    assert not told.is_deaf


@simulated
async def test_what_a_board_is_here(rig: Rig) -> None:
    board, one = await rig.board(), inspector(rig)
    here = await one.board(Ask(board=board))
    assert (here.role, here.epoch, here.seq) == ("owner", 1, 1)
    assert await one.evict(Ask(board=board))
    assert (await one.board(Ask(board=board))).role == "absent"
    assert not await one.evict(Ask(board=board))
    assert not await one.move(Ask(board=board, heir="nobody"))


@simulated
async def test_other_nodes_are_answered_in_bytes(rig: Rig) -> None:
    one = inspector(rig)
    assert await one.answer("evict", b'{"board":"none"}') == b"false"
    for about in ("a secret", "answer", "__init__"):
        with pytest.raises(NotFound):
            await one.answer(about, b"{}")
    with pytest.raises(NotFound, match="no such connection"):
        await one.answer("kill", b'{"number":7}')


# Tracing ----------------------------------------------------------------------------

Told = Sequence[tuple[Entry, float | None]]


async def heard(rig: Rig, board: BoardId, count: int, since: int | None = None) -> Told:
    """Return the first so many events of a trace."""
    found: list[tuple[Entry, float | None]] = []
    tracing = inspector(rig).trace(board, since)
    while len(found) < count:
        found += await anext(tracing)
    await tracing.aclose()
    return found


@simulated
async def test_a_trace_tells_what_is_committed_from_now_on(rig: Rig) -> None:
    board = await rig.board()
    await rig.notes(board, 2)
    job = asyncio.get_running_loop().create_task(heard(rig, board, 2))
    await asyncio.sleep(5)
    await rig.notes(board, 2)
    told = await job
    assert [entry.seq for entry, _ in told] == [4, 5]
    assert [entry.type for entry, _ in told] == ["note_added"] * 2
    assert all(ms is not None and 0 < ms < 100 for _, ms in told)


@simulated
async def test_a_trace_begins_where_it_is_told_to_and_leaves_nothing_out(
    rig: Rig,
) -> None:
    board = await rig.board()
    await rig.notes(board, 250)
    await rig.directory.evict(board)
    told = await heard(rig, board, 241, since=10)
    assert [entry.seq for entry, _ in told] == list(range(11, 252))
    assert {ms for _, ms in told} == {None}


@simulated
async def test_a_trace_goes_on_when_a_board_is_let_go_and_wakes(rig: Rig) -> None:
    board = await rig.board()
    job = asyncio.get_running_loop().create_task(heard(rig, board, 4))
    for _ in range(4):
        await asyncio.sleep(90)  # by then it has been put to rest
        await rig.notes(board, 1)
        await rig.directory.evict(board)
    assert [entry.seq for entry, _ in await job] == [2, 3, 4, 5]


@simulated
async def test_a_trace_of_nothing_is_refused_and_ends_with_the_node(rig: Rig) -> None:
    one = inspector(rig)
    with pytest.raises(NotFound):
        await anext(one.trace(BoardId("6b5e5a5c-1111-4222-8333-444455556666"), None))
    tracing = one.trace(await rig.board(), None)
    assert await anext(tracing) == []
    await one.close()
    assert [told async for told in tracing] == []
