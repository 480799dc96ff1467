"""What a decision may depend on: who, when, and an id that can be had again."""

import asyncio
from typing import Any

from orbit.core.types import GUEST, Principal
from tests.kit.board import ANN, Rig, simulated


@simulated
async def test_a_context_has_the_time_and_an_id_that_can_be_had_again(rig: Rig) -> None:
    board, other = await rig.board(), await rig.board()
    first = rig.around.context(board, ANN, b"op")
    assert first.at == rig.clock.now()
    await asyncio.sleep(5)
    again = rig.around.context(board, ANN, b"op")
    assert (again.id, again.at) == (first.id, rig.clock.now())
    others: list[Any] = [
        rig.around.context(other, ANN, b"op"),
        rig.around.context(board, Principal("bob"), b"op"),
        rig.around.context(board, ANN, b"another"),
    ]
    assert len({first.id, *(context.id for context in others)}) == 4


@simulated
async def test_without_an_op_there_is_nothing_to_name(rig: Rig) -> None:
    assert rig.around.context(await rig.board(), GUEST).id == ""
