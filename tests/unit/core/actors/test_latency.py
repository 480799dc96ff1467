"""How long acks took."""

import asyncio

import pytest

from orbit.core.actors.latency import BOUNDS_S, Latency
from tests.kit.board import Rig, simulated


def test_each_counts_once_up_to_its_bound() -> None:
    latency = Latency()
    for seconds in (0.0, 0.001, 0.0011, 10.0, 10.1, 1e9):
        latency.felt(seconds)
    told = dict(zip([*BOUNDS_S, float("inf")], latency.counts, strict=True))
    assert {bound: n for bound, n in told.items() if n} == {
        0.001: 2,
        0.0025: 1,
        10.0: 1,
        float("inf"): 2,
    }
    assert latency.total_s == pytest.approx(1e9 + 20.1021)


@simulated
async def test_what_counts_is_from_the_telling_to_the_ack(rig: Rig) -> None:
    board = await rig.board()
    before = sum(rig.around.acks.counts)
    rig.journal.gate.clear()
    told = [rig.tell(board, "add_note", content="x") for _ in range(3)]
    await asyncio.sleep(2.0)
    rig.journal.gate.set()
    for each in told:
        await each.answer()
    acks = rig.around.acks
    assert sum(acks.counts) - before == 3
    assert acks.counts[BOUNDS_S.index(2.5)] == 3


@simulated
async def test_a_refusal_is_no_ack(rig: Rig) -> None:
    board = await rig.board()
    before = sum(rig.around.acks.counts)
    told = rig.tell(board, "edit_note", note="nowhere", content="x")
    await told.answer()
    assert told.code == "not_found"
    assert sum(rig.around.acks.counts) == before
