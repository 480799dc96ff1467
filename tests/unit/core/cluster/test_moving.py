"""Boards move in good time: all when a node goes, and slowly when one has come."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence, Set
from functools import wraps
from types import SimpleNamespace
from typing import Any

import pytest

from orbit.core.cluster.moving import LOOKED_AT, MOVED_PER_S, Moving
from orbit.core.errors import StoreDown
from orbit.core.types import BoardId
from tests.kit.cluster import Cluster, owns, run_cluster, until
from tests.kit.sim import SimLoop, simulate


class Mover:
    """A node with boards; those whose name ends in `x` should live elsewhere."""

    inc = "here"

    def __init__(self, loop: SimLoop, boards: Sequence[str]) -> None:
        self.loop, self.boards = loop, list(boards)
        self.is_settled, self.nodes = True, {"here", "there"}
        self.at_once = self.most_at_once = 0
        self.given: list[tuple[str, float]] = []
        self.fails: type[Exception] | None = None

    def owned(self) -> Any:
        return [SimpleNamespace(id=BoardId(board)) for board in self.boards]

    def place(self, board: BoardId) -> str:
        return "there" if board.endswith("x") else "here"

    def settled(self) -> Set[str]:
        return set(self.nodes) if self.is_settled else set()

    async def hand_over(self, board: BoardId, heir: str) -> bool:
        assert heir == "there"
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0.03)
        self.at_once -= 1
        if self.fails:
            raise self.fails
        self.given.append((board, self.loop.now))
        self.boards.remove(board)
        return True

    def most_in_a_second(self) -> int:
        times = [at for _, at in self.given]
        return max(sum(at <= t < at + 0.999 for t in times) for at in times)


def simulated(scenario: Callable[[SimLoop], Coroutine[Any, Any, None]]) -> Any:
    @wraps(scenario, updated=())
    def run() -> None:
        simulate(scenario, 0)

    del run.__wrapped__  # type: ignore[attr-defined]
    return run


@simulated
async def test_only_what_is_misplaced_moves_and_only_so_fast(loop: SimLoop) -> None:
    names = [f"{n}x" for n in range(200)] + [f"{n}" for n in range(200)]
    node = Mover(loop, names)
    moving = Moving(node)
    while len(node.given) < 200:
        await moving.rebalance()
        assert loop.now < 30
    assert node.most_in_a_second() <= MOVED_PER_S + 1
    assert node.most_at_once <= 4
    assert moving.moved == 200
    assert all(not board.endswith("x") for board in node.boards)
    places = [names.index(board) for board, _ in node.given]
    late = max(abs(at - place) for at, place in enumerate(places))
    assert late <= 8, "the least needed first"


@simulated
async def test_many_boards_are_looked_at_in_turn_and_none_is_left_out(
    loop: SimLoop,
) -> None:
    node = Mover(loop, [f"{n}" for n in range(3 * LOOKED_AT)] + ["x"])
    moving = Moving(node)
    for _ in range(4):
        await moving.rebalance()
    assert [board for board, _ in node.given] == ["x"]


@simulated
async def test_what_is_moved_by_hand_stays_until_a_node_joins(loop: SimLoop) -> None:
    node = Mover(loop, ["1x"])
    moving = Moving(node)
    await moving.rebalance()
    for nodes in ({"here", "there"}, {"here"}, {"here", "there"}):
        node.boards = ["2x"]
        node.nodes = nodes
        await moving.rebalance()
    assert [board for board, _ in node.given] == ["1x", "2x"]
    node.boards = ["3x"]
    node.is_settled = False
    await moving.rebalance()
    node.is_settled = True
    await moving.rebalance()
    assert node.boards == ["3x"], "nobody has joined"


@simulated
async def test_nothing_moves_while_the_view_is_young(loop: SimLoop) -> None:
    node = Mover(loop, [f"{n}x" for n in range(100)])
    moving = Moving(node)
    node.is_settled = False
    await moving.rebalance()
    assert not node.given
    node.is_settled = True
    job = loop.create_task(moving.rebalance())
    await until(lambda: len(node.given) >= 10)
    node.is_settled = False
    await job
    assert len(node.given) < 20, "what had been chosen before did not move, either"


@simulated
async def test_who_goes_gives_what_others_can_take_however_young_the_view(
    loop: SimLoop,
) -> None:
    node = Mover(loop, ["1x", "2", "3x"])
    node.is_settled = False
    await Moving(node).give_all()
    assert node.boards == ["2"]
    assert loop.now < 0.1, "at once"


@simulated
async def test_who_goes_in_order_takes_its_time_but_not_more(loop: SimLoop) -> None:
    few, many = (Mover(loop, [f"{n}x" for n in range(size)]) for size in (50, 1_000))
    await Moving(few).give_all(within_s=5.0)
    assert 0.9 < loop.now < 1.2, "50 a second"
    began = loop.now
    await Moving(many).give_all(within_s=12.0)
    assert 11 < loop.now - began < 13


@pytest.mark.parametrize("error", [StoreDown, RuntimeError])
def test_a_board_that_cannot_be_given_keeps_no_other_here(
    error: type[Exception],
) -> None:
    async def scenario(loop: SimLoop) -> None:
        node = Mover(loop, ["1x", "2x"])
        node.fails = error
        moving = Moving(node)
        await moving.give_all()
        assert node.boards == ["1x", "2x"]
        assert moving.moved == 0

    simulate(scenario, 0)


def test_a_node_that_joins_gets_its_share_when_it_has_stood_a_while() -> None:
    async def scenario(cluster: Cluster) -> None:
        boards = [await cluster[0].board() for _ in range(60)]
        seats = [await cluster[0].seat(board) for board in boards]
        new = await cluster.join()
        joined_at = cluster.loop.now
        await until(lambda: any(owns(new, board) for board in boards))
        assert cluster.loop.now - joined_at >= 30
        await until(lambda: sum(owns(new, board) for board in boards) > 8)
        await asyncio.sleep(30)
        counts = [sum(owns(rig, board) for board in boards) for rig in cluster.rigs]
        assert sum(counts) == 60
        assert min(counts) > 5
        for seat, board in zip(seats, boards, strict=True):
            await new.do(board, "add_note", content="x")
            await until(lambda seat=seat: seat.seqs == [2])  # type: ignore[misc]
            assert len(seat.views) == 1

    run_cluster(scenario)


def test_a_node_that_drains_keeps_nothing_and_is_given_nothing() -> None:
    async def scenario(cluster: Cluster) -> None:
        boards = [await cluster[0].board() for _ in range(30)]
        goes, stays = cluster[1], [cluster[0], cluster[2]]
        assert goes.nodes
        seat = await goes.seat(boards[0])
        goes.nodes.is_draining = True
        await goes.nodes.beat()
        await goes.nodes.moving.give_all()
        assert not goes.nodes.owned()
        for board in boards:
            await until(lambda board=board: any(owns(rig, board) for rig in stays))  # type: ignore[misc]
        assert (await goes.do(boards[0], "add_note", content="x")).seq == 2
        await until(lambda: seat.seqs == [2])
        await asyncio.sleep(60)
        assert not goes.nodes.owned()

    run_cluster(scenario)
