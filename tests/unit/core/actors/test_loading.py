"""A board comes into memory as the journal has it, and what was missed is named."""

import pytest
from msgspec.structs import replace

from orbit.core.actors.loading import load, missed
from orbit.core.errors import Fenced
from tests.kit.board import Rig, simulated


@simulated
async def test_a_board_is_what_its_journal_comes_to(rig: Rig) -> None:
    board = await rig.board()
    await rig.notes(board, 3)
    held = await rig.journal.peek(board)
    risen = await load(rig.around, held.claim)
    assert risen.live.state == rig.state(board)
    assert (risen.live.seq, risen.saved) == (4, 0)
    before = rig.around.traffic.loads
    await load(rig.around, held.claim)
    assert rig.around.traffic.loads == before + 1  # a herd would show


@simulated
async def test_a_snapshot_and_what_came_after_it_are_one_board(rig: Rig) -> None:
    board = await rig.board()
    await rig.notes(board, 3)
    await rig.directory.actor(board).save()
    await rig.notes(board, 2)
    held = await rig.journal.peek(board)
    risen = await load(rig.around, held.claim)
    assert risen.saved == 4
    assert risen.live.state == rig.state(board)


@simulated
async def test_what_was_missed_ends_where_the_claim_does(rig: Rig) -> None:
    board = await rig.board()
    before = (await load(rig.around, (await rig.journal.peek(board)).claim)).live
    await rig.notes(board, 2)
    claim = (await rig.journal.peek(board)).claim
    await rig.notes(board, 2)
    entries = await missed(rig.around, before, claim)
    assert entries is not None
    assert [entry.seq for entry in entries] == [2, 3]


@simulated
async def test_what_is_ahead_of_the_claim_or_of_another_log_is_void(rig: Rig) -> None:
    board = await rig.board()
    await rig.notes(board, 2)
    claim = (await rig.journal.peek(board)).claim
    live = (await load(rig.around, claim)).live
    assert await missed(rig.around, live, replace(claim, seq=1)) is None
    assert await missed(rig.around, live, replace(claim, log_id="other")) is None


@simulated
async def test_what_retention_has_removed_is_not_told_in_part(rig: Rig) -> None:
    board = await rig.board()
    before = (await load(rig.around, (await rig.journal.peek(board)).claim)).live
    await rig.notes(board, 3)
    rig.world.boards[board].forget(3)
    claim = (await rig.journal.peek(board)).claim
    assert await missed(rig.around, before, claim) is None


@simulated
async def test_what_another_history_has_is_not_told_as_missed(rig: Rig) -> None:
    board = await rig.board()
    before = (await load(rig.around, (await rig.journal.peek(board)).claim)).live
    await rig.notes(board, 2)
    claim = (await rig.journal.peek(board)).claim
    await rig.node.rotate_log()
    with pytest.raises(Fenced):
        await missed(rig.around, before, claim)
