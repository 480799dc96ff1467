"""Boards on several nodes: whoever asks where, it is one board."""

import asyncio

import pytest

from orbit.core.cluster.nodes import BEAT_S
from orbit.core.errors import OrbitError, StoreDown, Unavailable
from orbit.core.ports import Claim
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


def test_a_board_that_is_handed_over_goes_on_elsewhere_and_nobody_is_troubled() -> None:
    async def scenario(cluster: Cluster) -> None:
        board = await cluster[0].board()
        near, (heir, other) = cluster.owner(board), cluster.others(board)
        seats = [await rig.seat(board) for rig in (near, other)]
        await near.notes(board, 3)
        assert await near.given(board, heir)
        tellings = [
            rig.tell(board, "add_note", content="x") for rig in cluster.rigs * 2
        ]
        assert [await told.answer() for told in tellings]
        assert {told.code for told in tellings} == {"done"}
        assert max(told.took for told in tellings) < 0.2
        assert cluster.owner(board) is heir
        assert cluster[0].seqs(board) == list(range(1, 11))
        await until(lambda: all(seat.seqs[-1:] == [10] for seat in seats))
        assert [seat.seqs for seat in seats] == [list(range(2, 11))] * 2
        assert [len(seat.views) for seat in seats] == [1, 1], "nobody had to come back"

    run_cluster(scenario)


def test_what_was_begun_is_finished_before_a_board_is_handed_over() -> None:
    async def scenario(cluster: Cluster) -> None:
        board = await cluster[0].board()
        near, (heir, other) = cluster.owner(board), cluster.others(board)
        await other.seat(board)
        near.journal.gate.clear()
        begun = near.tell(board, "add_note", content="x")
        await until(lambda: len(near.journal.batches) == 2)
        giving = near.give(board, heir)
        late = [rig.tell(board, "add_note", content="x") for rig in (near, other)]
        await asyncio.sleep(1)
        assert not giving.done()
        near.journal.gate.set()
        assert await giving
        assert [await told.answer() for told in (begun, *late)]
        assert begun.seq == 2
        assert {told.code for told in late} == {"done"}
        claims = [rig.journal.calls.count("claim") for rig in (near, other)]
        assert max(claims) <= 1, "nobody but the heir tried to claim it"
        row = cluster.world.boards[board]
        assert row.snapshot
        assert row.snapshot.seq == 2
        assert owns(heir, board)

    run_cluster(scenario)


def test_an_heir_that_never_heard_of_it_is_told() -> None:
    async def scenario(cluster: Cluster) -> None:
        board = await cluster[0].board()
        near = cluster.owner(board)
        heir = next(rig for rig in cluster.rigs if board not in rig.directory)
        assert await near.given(board, heir)
        await until(lambda: owns(heir, board), within_s=0.2)

    run_cluster(scenario)


def test_an_heir_that_is_gone_costs_a_moment() -> None:
    async def scenario(cluster: Cluster) -> None:
        board = await cluster[0].board()
        near, (heir, other) = cluster.owner(board), cluster.others(board)
        seat = await other.seat(board)
        giving = near.give(board, heir)
        await cluster.kill(heir, buried=False)
        assert await giving
        told = other.tell(board, "add_note", content="x")
        await told.answer()
        assert told.code == "done"
        assert told.took < 4, "the right of an heir ends after 2 s"
        await until(lambda: seat.seqs == [2])

    run_cluster(scenario)


def test_a_board_is_given_to_who_has_come_this_moment() -> None:
    async def scenario(cluster: Cluster) -> None:
        board = await cluster[0].board()
        near = cluster.owner(board)
        await asyncio.sleep(BEAT_S - cluster.loop.time() % BEAT_S + 0.1)
        heir = await cluster.join()
        await asyncio.sleep(0.1)
        assert near.nodes
        assert heir.node.inc not in near.nodes.seen(), "its last beat was before"
        assert await near.given(board, heir)
        await until(lambda: owns(heir, board), within_s=0.2)

    run_cluster(scenario)


def test_a_board_is_given_to_nobody_unknown_and_only_by_its_owner() -> None:
    async def scenario(cluster: Cluster) -> None:
        board = await cluster[0].board()
        near, (far, other) = cluster.owner(board), cluster.others(board)
        await far.seat(board)
        with pytest.raises(Unavailable):
            await near.nodes.hand_over(board, "nobody")  # type: ignore[union-attr]
        assert not await near.given(board, near)
        assert not await far.given(board, other)
        assert not await other.given(board, near), "it has never heard of it"
        assert cluster.owner(board) is near

    run_cluster(scenario)


@pytest.mark.parametrize("is_done", [True, False])
def test_a_release_without_an_answer_is_cleared_up_by_a_claim(is_done: bool) -> None:
    async def scenario(cluster: Cluster) -> None:
        board = await cluster[0].board()
        near, (heir, other) = cluster.owner(board), cluster.others(board)
        await other.seat(board)
        release = near.journal.release

        async def broken(claim: Claim, heir: str | None = None) -> bool:
            if is_done:
                await release(claim, heir)
            raise StoreDown

        near.journal.release = broken  # type: ignore[method-assign]
        with pytest.raises(StoreDown):
            await near.given(board, heir)
        tellings = [rig.tell(board, "add_note", content="x") for rig in cluster.rigs]
        assert [await told.answer() for told in tellings]
        assert {told.code for told in tellings} == {"done"}
        assert cluster.owner(board) is (heir if is_done else near)

    run_cluster(scenario)


def test_an_owner_that_was_overtaken_gives_nothing_away() -> None:
    async def scenario(cluster: Cluster) -> None:
        board = await cluster[0].board()
        near, (heir, other) = cluster.owner(board), cluster.others(board)
        await near.node.bury(near.node.inc)
        await other.journal.claim(board)
        assert not await near.given(board, heir)
        await until(lambda: follows(near, board))

    run_cluster(scenario)


def test_after_a_rotation_all_boards_are_of_the_new_history() -> None:
    async def scenario(cluster: Cluster) -> None:
        board = await cluster[0].board()
        near, (far, other) = cluster.owner(board), cluster.others(board)
        seats = [await rig.seat(board) for rig in (near, far)]
        near.journal.gate.clear()
        flying = near.tell(board, "add_note", content="x")
        await until(lambda: len(near.journal.batches) == 2)
        cluster.world.log_id = new = cluster.world.fresh_id()
        for rig in (far, other):
            rig.directory.renew(new)
        with pytest.raises(Unavailable):  # it shows what it has: its lease may end
            near.directory.renew(new)
        near.journal.gate.set()
        await flying.answer()
        assert flying.code == "done", "it is fenced, and done under a new claim"
        await until(lambda: all(len(seat.views) == 2 for seat in seats))
        for seat in seats:
            assert getattr(seat.views[1], "log_id") == new  # noqa: B009
            assert getattr(seat.views[1], "items") is not None  # noqa: B009
        done = await other.do(board, "add_note", content="x")
        assert done.seq == 3
        await until(lambda: seats[0].items == seats[1].items)
        assert {rig.directory.renew(new) for rig in cluster.rigs} == {0}

    run_cluster(scenario)
