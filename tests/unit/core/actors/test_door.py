"""Nobody's board goes back, and nobody waits before it for ever."""

import asyncio

from orbit.core.actors.subscribers import Joined
from orbit.core.errors import Unavailable
from tests.kit.board import BOB, Rig, Seat, simulated, until


@simulated
async def test_who_has_seen_what_its_node_does_not_know_yet_waits_for_it(
    rig: Rig,
) -> None:
    board = await rig.board()
    await rig.notes(board, 1)
    rig.journal.gate.clear()  # committed elsewhere is all that a node sees of this
    told = rig.tell(board, "add_note", content="x")
    await asyncio.sleep(1)
    seat = Seat(rig.router, board, BOB)
    seat.join(rig.position(board, 3))
    await asyncio.sleep(1)
    assert seat.views == []
    rig.journal.gate.set()
    await until(lambda: seat.views)
    assert isinstance(seat.views[0], Joined)
    assert seat.views[0].seq == 3
    assert told.seq == 3


@simulated
async def test_who_has_seen_what_never_was_is_shown_what_is(rig: Rig) -> None:
    board = await rig.board()
    seat = await rig.seat(board, has=rig.position(board, 99))
    (view,) = seat.views
    assert isinstance(view, Joined)
    assert (view.seq, view.items is not None) == (1, True)


@simulated
async def test_who_waits_for_a_board_that_does_not_come_is_told_so(rig: Rig) -> None:
    board = await rig.board()
    await rig.directory.evict(board)
    rig.journal.is_down = True
    seat = Seat(rig.router, board, BOB)
    began = rig.loop.now
    seat.join()
    await until(lambda: seat.views)
    assert isinstance(seat.views[0], Unavailable)
    assert 9 <= rig.loop.now - began <= 10
    rig.journal.is_down = False
