"""All nodes, as an operator sees them from one."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import pytest
from msgspec.structs import replace

from orbit.core.errors import BadRequest, NotFound, Unavailable
from orbit.core.types import BoardId
from orbit.http.fleet import Fleet
from orbit.http.reports import NodeRow
from tests.kit.board import ANN, BOB, Rig, simulated
from tests.kit.cluster import Cluster, owns, run_cluster, until
from tests.unit.http.test_inspector import inspector


def fleet(rig: Rig) -> Fleet:
    return Fleet(inspector(rig), rig.node, rig.journal, rig.nodes)


def with_fleets(scenario: Callable[[Cluster, list[Fleet]], Awaitable[None]]) -> None:
    """Run a scenario on three nodes, at each of which an operator may ask."""

    async def life(cluster: Cluster) -> None:
        await scenario(cluster, [fleet(rig) for rig in cluster.rigs])

    run_cluster(life)


async def rows(fleet: Fleet) -> dict[str, NodeRow]:
    return {row.inc: row for row in (await fleet.list_nodes()).nodes}


async def shared(cluster: Cluster) -> BoardId:
    """Return a board that is watched at each node."""
    board = await cluster[0].board()
    for rig in cluster.rigs:
        await rig.seat(board, BOB)
    return board


def test_each_node_tells_of_all() -> None:
    async def scenario(cluster: Cluster, fleets: list[Fleet]) -> None:
        board = await shared(cluster)
        home = cluster.owner(board).node.inc
        for one in fleets:
            told = await rows(one)
            assert told.keys() == {"n1", "n2", "n3"}
            assert {row.state for row in told.values()} == {"fit"}
            assert [row.inc for row in told.values() if row.is_me] == [
                one.inspector.inc
            ]
            for inc, row in told.items():
                assert row.numbers
                assert row.is_seen
                assert row.numbers.boards_owned == (inc == home)
                assert row.numbers.boards_followed == (inc != home)

    with_fleets(scenario)


def test_who_drains_is_cut_off_or_has_died_is_told_as_it_is() -> None:
    async def scenario(cluster: Cluster, fleets: list[Fleet]) -> None:
        second, third = cluster[1].nodes, cluster[2].nodes
        assert second
        assert third
        second.is_draining = True
        cluster.hub.cut("n3")
        told = await rows(fleets[0])
        states = {inc: row.state for inc, row in told.items()}
        assert states == {"n1": "fit", "n2": "draining", "n3": "silent"}
        assert told["n3"].numbers is None
        await asyncio.sleep(10)
        assert not (await rows(fleets[0]))["n3"].is_seen
        assert (await rows(fleets[2]))["n3"].state == "deaf"
        cluster.hub.mend("n3")
        await cluster.kill(cluster[2], buried=True)
        assert "n3" not in await rows(fleets[0])

    with_fleets(scenario)


def test_without_redis_nobody_is_said_to_be_unseen() -> None:
    async def scenario(cluster: Cluster, fleets: list[Fleet]) -> None:
        cluster.hub.stop()
        await asyncio.sleep(10)
        told = await rows(fleets[0])
        assert {inc: row.state for inc, row in told.items()} == {
            "n1": "deaf",
            "n2": "deaf",
            "n3": "deaf",
        }, "the database knows"
        assert {row.is_seen for row in told.values()} == {None}
        cluster.hub.start()
        await asyncio.sleep(10)

    with_fleets(scenario)


def test_what_happens_is_put_together_over_all_nodes() -> None:
    async def scenario(cluster: Cluster, fleets: list[Fleet]) -> None:
        board = await shared(cluster)
        home = cluster.owner(board)

        async def write() -> None:
            await asyncio.sleep(0.3)
            await home.notes(board, 4)

        for one in fleets:
            job = asyncio.get_running_loop().create_task(write())
            told = await one.top("commands", 10)
            await job
            (row,) = told.boards
            assert (row.board, row.kind, row.owner) == (
                board,
                "feedback",
                home.node.inc,
            )
            assert (row.commands_s, row.events_s) == (4, 4)
            assert (row.deliveries_s, row.watchers) == (12, 3)
            assert (told.commands_s, told.deliveries_s) == (4, 12)
            assert told.silent == []

    with_fleets(scenario)


def test_who_does_not_answer_is_named() -> None:
    async def scenario(cluster: Cluster, fleets: list[Fleet]) -> None:
        board = await shared(cluster)
        cluster.hub.cut("n3")
        assert (await fleets[0].top("watchers", 10)).silent == ["n3"]
        assert (await fleets[0].list_sockets("", 10)).silent == ["n3"]
        found = await fleets[0].where(board)
        assert [place.role for place in found.places if place.inc == "n3"] == [
            "unknown"
        ]
        with pytest.raises(Unavailable, match="1 nodes did not answer"):
            await fleets[0].evict(board)
        cluster.hub.mend("n3")

    with_fleets(scenario)


def test_a_board_is_found_moved_and_let_go_from_any_node() -> None:
    async def scenario(cluster: Cluster, fleets: list[Fleet]) -> None:
        board = await shared(cluster)
        home, others = cluster.owner(board), cluster.others(board)
        for one in fleets:
            found = await one.where(board)
            assert (found.owner, found.epoch, found.seq) == (home.node.inc, 1, 1)
            assert found.should_be == home.node.inc
            assert {place.inc: place.role for place in found.places} == {
                rig.node.inc: "owner" if rig is home else "follower"
                for rig in cluster.rigs
            }
        heir = others[0]
        asked = fleet(others[1])  # neither gives nor takes
        assert await asked.move(board, f"host:{heir.node.inc}"[-2:]) is True
        await until(lambda: owns(heir, board))
        found = await asked.where(board)
        assert (found.owner, found.epoch) == (heir.node.inc, 2)
        assert found.should_be == home.node.inc
        assert await asked.evict(board)
        assert not any(board in rig.directory for rig in cluster.rigs)

    with_fleets(scenario)


def test_what_cannot_be_moved_is_told() -> None:
    async def scenario(cluster: Cluster, fleets: list[Fleet]) -> None:
        board = await cluster[0].board()
        home = cluster.owner(board).node.inc
        assert await fleets[0].move(board, home) is False
        with pytest.raises(NotFound, match="no such node"):
            await fleets[0].move(board, "n9")
        with pytest.raises(NotFound, match="no such node"):
            await fleets[0].move(board, "")
        for one in fleets:
            with pytest.raises(NotFound):
                await one.where(BoardId("6b5e5a5c-1111-4222-8333-444455556666"))

    with_fleets(scenario)


def test_a_name_that_fits_several_nodes_names_none() -> None:
    async def scenario(cluster: Cluster) -> None:
        one = fleet(cluster[0])
        assert await one.find("n2") == "n2"
        with pytest.raises(BadRequest, match="several nodes"):
            await one.find("1")  # n1 and n11

    run_cluster(scenario, size=11)


@simulated
async def test_a_node_that_is_alone_tells_of_itself(rig: Rig) -> None:
    one, board = fleet(rig), await rig.board()
    (row,) = (await one.list_nodes()).nodes
    assert (row.inc, row.state, row.is_me, row.is_seen) == ("inc", "fit", True, None)
    assert (await one.where(board)).should_be == "inc"
    await rig.do(board, "add_note", ANN, content="x")
    assert await one.move(board, "inc") is False
    assert (await one.list_sockets("inc", 5)).total == 0
    for id in ("inc-7", "inc-", "inc-x", "inc-7" + "7" * 20, "nobody-1", "", "-"):
        with pytest.raises(NotFound):
            await one.kill(id)


def test_a_node_is_told_to_drain_wherever_that_is_asked() -> None:
    async def scenario(cluster: Cluster, fleets: list[Fleet]) -> None:
        left: list[str] = []
        for one in fleets:
            leave = partial(left.append, one.inspector.inc)
            one.inspector._parts = replace(one.inspector._parts, leave=leave)
        assert await fleets[0].drain("n3")
        assert await fleets[1].drain("n2")
        assert left == ["n3", "n2"]
        with pytest.raises(NotFound):
            await fleets[0].drain("nobody")

    with_fleets(scenario)
