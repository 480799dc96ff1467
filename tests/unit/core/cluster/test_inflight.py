"""Whoever outwaits what was told finds all of it in the journal, and nothing after."""

import asyncio

import pytest

from orbit.core.actors.mailbox import Answer, Done
from orbit.core.cluster import words
from orbit.core.cluster.inflight import LONGEST_S, InFlight
from orbit.core.cluster.inquiry import ANSWER_S
from orbit.core.errors import Unavailable
from orbit.store.memory.carrier import Fate
from tests.kit.board import ANN, BOB, Rig, simulated
from tests.kit.cluster import Cluster, follows, run_cluster, until

DONE = Done(1, "id")


def ignored(_answer: Answer) -> None:
    """Nobody waits for it."""


@simulated
async def test_only_what_was_told_before_is_outwaited(rig: Rig) -> None:
    flight = InFlight()
    told: list[Answer] = []
    first, second = flight.enter(told.append), flight.enter(told.append)
    over = rig.loop.create_task(flight.over())
    await asyncio.sleep(1)
    third = flight.enter(told.append)
    second(DONE)
    await asyncio.sleep(1)
    assert not over.done()
    first(DONE)
    await over
    assert (len(told), len(flight)) == (2, 1)
    with pytest.raises(Unavailable):
        await flight.over()
    third(DONE)
    await flight.over()
    assert len(flight) == 0


@simulated
async def test_who_is_told_that_it_takes_long_asks_again(rig: Rig) -> None:
    flight = InFlight()
    settle = flight.enter(ignored)
    waiting = [rig.loop.create_task(flight.over()) for _ in range(2)]
    began = rig.loop.now
    done, _ = await asyncio.wait(waiting)
    assert {type(one.exception()) for one in done} == {Unavailable}
    assert LONGEST_S <= rig.loop.now - began < ANSWER_S
    again = rig.loop.create_task(flight.over())
    await asyncio.sleep(0)
    settle(DONE)
    await again


@simulated
async def test_whatever_is_told_is_in_flight_until_it_is_answered(rig: Rig) -> None:
    board, flight = await rig.board(), rig.router.in_flight
    assert len(flight) == 0
    rig.journal.gate.clear()
    told = rig.tell(board, "add_note", content="x")
    asked = rig.loop.create_task(rig.router.ask(board, BOB, b"op", "open_board"))
    await asyncio.sleep(0.5)
    assert len(flight) == 2
    rig.journal.gate.set()
    await told.answer()
    await asyncio.wait([asked])
    assert asked.exception()
    assert len(flight) == 0


async def forget(rig: Rig, board: str) -> None:
    """Have the board forget ann, and whatever it holds of hers now."""
    upto = await rig.router.erase(board, ANN.id, b"op of an erasure")  # type: ignore[arg-type]
    await rig.router.redact(board, ANN.id, "alias", upto)  # type: ignore[arg-type]


@pytest.mark.parametrize("outwaits", [True, False])
def test_what_another_gateway_holds_does_not_land_after_an_erasure(
    *, outwaits: bool
) -> None:
    """The erasing node is the owner; the other's ask is under way for seconds."""

    async def scenario(cluster: Cluster) -> None:
        board = await cluster[0].board(who=BOB)
        near, (far, *_) = cluster.owner(board), cluster.others(board)
        await far.seat(board)
        await until(lambda: follows(far, board))
        assert near.nodes
        assert far.nodes
        held = (far.node.inc, near.node.inc)
        cluster.hub.fate = lambda source, to, frame: (
            Fate.HOLD
            if (source, to) == held and isinstance(words.decode(frame), words.Ask)
            else Fate.ARRIVE
        )
        late = far.tell(board, "add_note", content="nobody may keep this")
        await asyncio.sleep(0.1)
        over = [rig.nodes.in_flight.over() for rig in (near, far) if rig.nodes]
        waiting = asyncio.gather(*over)
        cluster.loop.call_later(1.0, cluster.hub.release)
        if outwaits:
            await waiting
            assert late.is_answered
        await forget(near, board)
        await waiting
        await late.answer()
        kept = [e for e in cluster.world.boards[board].journal if e.who == ANN.id]
        assert bool(kept) is not outwaits, "without it the fault is found"

    run_cluster(scenario)


def test_an_owner_outwaits_what_other_nodes_have_asked() -> None:
    async def scenario(cluster: Cluster) -> None:
        board = await cluster[0].board()
        near, (far, *_) = cluster.owner(board), cluster.others(board)
        near.journal.gate.clear()
        late = far.tell(board, "add_note", content="x")
        await asyncio.sleep(0.5)
        assert near.nodes
        over = cluster.loop.create_task(near.nodes.in_flight.over())
        await asyncio.sleep(0.5)
        assert not over.done()
        near.journal.gate.set()
        await over
        assert cluster[0].seqs(board) == [1, 2]
        await late.answer()

    run_cluster(scenario)
