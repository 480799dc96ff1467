"""Boards on several nodes: whoever asks where, it is one board."""

import pytest

from orbit.core.errors import OrbitError
from tests.kit.board import ANN, BOB, GUEST
from tests.kit.cluster import Cluster, follows, owns, run_cluster, until


def test_a_command_is_done_wherever_it_is_told() -> None:
    async def scenario(cluster: Cluster) -> None:
        board = await cluster[0].board()
        seqs = [
            (await rig.do(board, "add_note", content="x")).seq for rig in cluster.rigs
        ]
        assert seqs == [2, 3, 4]
        assert sum(owns(rig, board) for rig in cluster.rigs) == 1
        assert cluster[0].seqs(board) == [1, 2, 3, 4]

    run_cluster(scenario)


def test_boards_live_on_all_nodes() -> None:
    async def scenario(cluster: Cluster) -> None:
        boards = [await cluster[0].board() for _ in range(40)]
        counts = [sum(owns(rig, board) for board in boards) for rig in cluster.rigs]
        assert sum(counts) == 40
        assert min(counts) > 3

    run_cluster(scenario)


def test_people_at_all_nodes_see_the_same_in_the_same_order() -> None:
    async def scenario(cluster: Cluster) -> None:
        board = await cluster[0].board()
        seats = [await rig.seat(board) for rig in cluster.rigs]
        for _ in range(5):
            for rig in cluster.rigs:
                await rig.do(board, "add_note", content="x")
        await until(lambda: all(seat.seqs[-1:] == [16] for seat in seats))
        assert all(seat.seqs == list(range(2, 17)) for seat in seats)
        assert seats[0].items == seats[1].items == seats[2].items

    run_cluster(scenario)


def test_a_refusal_is_told_as_the_owner_says_it() -> None:
    async def scenario(cluster: Cluster) -> None:
        board = await cluster[0].board()
        (far, *_) = cluster.others(board)
        with pytest.raises(OrbitError) as refused:
            await far.do(board, "add_note", content="")
        near = cluster.owner(board)
        with pytest.raises(OrbitError) as same:
            await near.do(board, "add_note", content="")
        assert refused.value.code == same.value.code
        assert refused.value.details == same.value.details

    run_cluster(scenario)


def test_a_command_told_at_two_nodes_is_done_once() -> None:
    async def scenario(cluster: Cluster) -> None:
        board = await cluster[0].board()
        tellings = [
            rig.tell(board, "add_note", op="same", attempt=n, content="x")
            for n, rig in enumerate(cluster.rigs, 1)
        ]
        answers = [await told.answer() for told in tellings]
        assert len(set(map(str, answers))) == 1
        assert cluster[0].seqs(board) == [1, 2]

    run_cluster(scenario)


def test_all_are_counted_once_wherever_they_are() -> None:
    async def scenario(cluster: Cluster) -> None:
        board = await cluster[0].board()
        seats = [
            await rig.seat(board, who) for rig in cluster.rigs for who in (BOB, GUEST)
        ]
        await until(
            lambda: all(
                s.of("here")[-1:] and s.of("here")[-1]["count"] == 4 for s in seats
            )
        )
        await cluster[0].seat(board, ANN)
        await until(lambda: all(s.of("here")[-1]["count"] == 5 for s in seats))
        for seat in seats[1:]:
            seat.leave()
        await until(lambda: seats[0].of("here")[-1]["count"] == 2)

    run_cluster(scenario)


def test_signals_reach_everybody_but_the_sender() -> None:
    async def scenario(cluster: Cluster) -> None:
        board = await cluster[0].board()
        (note,) = await cluster[0].notes(board, 1)
        seats = [
            await rig.seat(board, who) for rig in cluster.rigs for who in (ANN, BOB)
        ]
        for sender in seats[0::2]:
            sender.signal("drag", note=note, x=1, y=2)
            await until(lambda: all(len(s.of("signal")) >= 1 for s in seats[1::2]))
        assert not any(seat.of("signal") for seat in seats[0::2])

    run_cluster(scenario)


@pytest.mark.parametrize("buried", [True, False])
def test_an_owner_that_dies_loses_nothing(buried: bool) -> None:
    async def scenario(cluster: Cluster) -> None:
        board = await cluster[0].board()
        seats = [await rig.seat(board) for rig in cluster.others(board)]
        await cluster[0].notes(board, 3)
        survivors = cluster.others(board)
        await cluster.kill(cluster.owner(board), buried=buried)
        tellings = [rig.tell(board, "add_note", content="x") for rig in survivors]
        assert [await told.answer() for told in tellings]
        assert [told.code for told in tellings] == ["done", "done"]
        assert max(told.took for told in tellings) < (2 if buried else 9)
        await until(lambda: all(seat.seqs[-1:] == [6] for seat in seats))
        assert [seat.seqs for seat in seats] == [list(range(2, 7))] * 2

    run_cluster(scenario)


def test_a_lost_event_is_read_from_the_journal() -> None:
    async def scenario(cluster: Cluster) -> None:
        board = await cluster[0].board()
        (far, *_) = cluster.others(board)
        seat, near = await far.seat(board), cluster.owner(board)
        cluster.hub.cut(far.node.inc)
        await near.notes(board, 2)
        await until(lambda: seat.seqs == [2, 3], within_s=5)
        cluster.hub.mend(far.node.inc)
        await near.notes(board, 1)
        await until(lambda: seat.seqs == [2, 3, 4], within_s=5)

    run_cluster(scenario)


def test_without_redis_boards_of_this_node_go_on_and_others_are_followed() -> None:
    async def scenario(cluster: Cluster) -> None:
        board = await cluster[0].board()
        near, (far, *_) = cluster.owner(board), cluster.others(board)
        seat = await far.seat(board)
        cluster.hub.stop()
        await near.notes(board, 2)
        await until(lambda: seat.seqs == [2, 3], within_s=4)
        late = far.tell(board, "add_note", content="x")
        await late.answer()
        assert late.code in ("timeout", "unavailable")
        assert late.took < 10.6
        cluster.hub.start()
        await until(lambda: follows(far, board))
        assert (await far.do(board, "add_note", content="x")).seq == 4

    run_cluster(scenario)
