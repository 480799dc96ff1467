"""Who alone hears nothing gives away all it has; if nobody hears, nothing moves."""

import asyncio
from collections.abc import Iterable

import pytest

from orbit.core.cluster.isolation import DEAF_S, Isolation
from orbit.core.errors import StoreDown
from orbit.core.types import BoardId
from orbit.store.memory.carrier import SILENCE_S, Hub, MemoryCarrier
from orbit.store.memory.node import MemoryNode
from orbit.store.memory.world import World
from tests.kit.board import Rig
from tests.kit.cluster import Cluster, follows, owns, run_cluster, until
from tests.kit.sim import SimClock, SimLoop, simulate


def isolated(rig: Rig) -> bool:
    return rig.nodes is not None and rig.nodes.is_isolated


def held(rig: Rig, boards: Iterable[BoardId]) -> list[BoardId]:
    return [board for board in boards if owns(rig, board)]


def test_what_a_deaf_node_has_is_soon_served_by_those_that_hear() -> None:
    async def scenario(cluster: Cluster) -> None:
        boards = [await cluster[0].board() for _ in range(60)]
        deaf, others = cluster[0], cluster.rigs[1:]
        seats = {board: await others[0].seat(board) for board in boards}
        for board in boards:
            await deaf.do(board, "add_note", content="before")
        gone = held(deaf, boards)
        assert len(gone) > 5
        cluster.hub.cut(deaf.node.inc)
        cut_at = cluster.loop.now
        await until(lambda: not held(deaf, boards), within_s=30)
        assert cluster.loop.now - cut_at > DEAF_S, "a short silence moves nothing"
        for board in gone:
            await until(lambda board=board: any(owns(rig, board) for rig in others))  # type: ignore[misc]
        assert cluster.loop.now - cut_at < 19
        counts = [len(held(rig, boards)) for rig in others]
        assert min(counts) > 10, "all that hear get some"
        for board in boards:
            told = others[1].tell(board, "add_note", content="after")
            await told.answer()
            assert told.code == "done"
            await until(lambda seat=seats[board]: seat.seqs[-1:] == [3])  # type: ignore[misc]
        assert all(seat.seqs == [2, 3] for seat in seats.values())

    run_cluster(scenario)


def test_people_of_a_deaf_node_see_what_happens_elsewhere() -> None:
    async def scenario(cluster: Cluster) -> None:
        board = await cluster[0].board()
        deaf, (other, _) = cluster.owner(board), cluster.others(board)
        await other.seat(board)
        seat = await deaf.seat(board)
        cluster.hub.cut(deaf.node.inc)
        await until(lambda: owns(other, board) or owns(cluster.rigs[-1], board), 30)
        await other.notes(board, 2)
        await until(lambda: seat.seqs == [2, 3])
        late = deaf.tell(board, "add_note", content="x")
        await late.answer()
        assert late.code in ("timeout", "unavailable"), "and it is not done"
        await until(lambda: isolated(deaf))
        assert cluster[0].seqs(board) == [1, 2, 3]

    run_cluster(scenario)


def test_if_nobody_hears_nothing_moves() -> None:
    async def scenario(cluster: Cluster) -> None:
        boards = [await cluster[0].board() for _ in range(12)]
        before = [held(rig, boards) for rig in cluster.rigs]
        for rig in cluster.rigs:
            for board in boards:
                await rig.seat(board)
        cluster.hub.stop()
        for _ in range(60):
            await asyncio.sleep(1)
            assert not any(isolated(rig) for rig in cluster.rigs)
        assert [held(rig, boards) for rig in cluster.rigs] == before

    run_cluster(scenario)


def test_who_hears_again_is_one_of_them_again() -> None:
    async def scenario(cluster: Cluster) -> None:
        boards = [await cluster[0].board() for _ in range(30)]
        for rig in cluster.rigs:
            for board in boards:
                await rig.seat(board)
        deaf = cluster[0]
        cluster.hub.cut(deaf.node.inc)
        await until(lambda: isolated(deaf) and not held(deaf, boards), within_s=30)
        cluster.hub.mend(deaf.node.inc)
        assert not isolated(deaf)
        await until(lambda: all(follows(deaf, board) for board in boards))
        assert (await deaf.do(boards[0], "add_note", content="x")).seq == 2
        await until(lambda: len(held(deaf, boards)) > 3, within_s=60)
        seen = await cluster[1].node.registered(0)
        assert [node.deaf_s for node in seen] == [None] * 3

    run_cluster(scenario)


def test_nobody_is_given_what_he_cannot_hear_of() -> None:
    async def scenario(cluster: Cluster) -> None:
        boards = [await cluster[0].board() for _ in range(30)]
        one, two, hears = cluster.rigs
        for board in boards:
            await hears.seat(board)
        for rig in (one, two):
            cluster.hub.cut(rig.node.inc)
        await until(lambda: len(held(hears, boards)) == 30, within_s=40)

    run_cluster(scenario)


def test_no_board_is_begun_where_nothing_is_heard() -> None:
    async def scenario(cluster: Cluster) -> None:
        deaf, other = cluster[0], cluster[1]
        cluster.hub.cut(deaf.node.inc)
        await until(lambda: isolated(deaf), within_s=30)
        boards = [await other.new() for _ in range(20)]
        told = [deaf.tell(board, "add_note", content="x") for board in boards]
        for one in told:
            await one.answer()
        assert not held(deaf, boards)
        assert {one.took < 10.6 for one in told} == {True}

    run_cluster(scenario)


class Database(MemoryNode):
    """What a node knows of the others, when the database answers."""

    is_down = False

    async def registered(self, ended_within_s: float):  # type: ignore[no-untyped-def]
        if self.is_down:
            raise StoreDown
        return await super().registered(ended_within_s)


@pytest.mark.parametrize("deaf_s", [None, 0.5])
def test_only_those_count_that_live_and_hear(deaf_s: float | None) -> None:
    async def scenario(loop: SimLoop) -> None:
        clock = SimClock(loop)
        world, hub = World(clock), Hub(clock)
        carrier = MemoryCarrier(hub, "me")
        job = loop.create_task(carrier.run())
        nodes = Database(world, "me"), MemoryNode(world, "other")
        me, other = nodes
        for node in nodes:
            await node.register(node.inc, node.inc)
        isolation = Isolation(carrier, me, after_s=5.0)
        await asyncio.sleep(0.1)
        assert isolation.deaf_s(loop.now) is None
        hub.cut("me")
        await asyncio.sleep(SILENCE_S + 1.0)
        await other.lease.beat(deaf_s)
        await isolation.look(loop.now)
        assert not isolation.is_isolated, "not yet"
        await asyncio.sleep(2.0)
        await isolation.look(loop.now)
        hears = deaf_s is None
        assert [one.inc for one in isolation.hearing] == (["other"] if hears else [])
        me.is_down = True
        await isolation.look(loop.now)
        assert isolation.is_isolated is hears, "the database is asked again"
        me.is_down = False
        await asyncio.sleep(6)
        await isolation.look(loop.now)
        assert not isolation.is_isolated, "the other has died"
        await other.lease.beat(deaf_s)
        await isolation.look(loop.now)
        hub.mend("me")
        assert not isolation.is_isolated
        job.cancel()

    simulate(scenario, 0)
