"""The one way to a board, whoever asks."""

import asyncio

import pytest

from orbit.core.actors.subscribers import Joined
from orbit.core.cluster.router import known
from orbit.core.errors import Forbidden, NotFound, Rejected, Unavailable
from orbit.core.ids import op_key
from orbit.core.kinds.feedback.asked import OpenBoard
from tests.kit.board import ANN, GUEST, Rig, Seat, simulated, until


@simulated
async def test_who_waits_gets_what_was_done_or_why_not(rig: Rig) -> None:
    board = await rig.board()
    body = b'{"content": "x"}'
    done = await rig.router.ask(board, ANN, op_key("a"), "add_note", body, attempt=1)
    assert done.seq == 2
    with pytest.raises(Forbidden):
        await rig.router.ask(board, GUEST, op_key("b"), "add_note", body, attempt=1)


@simulated
async def test_orbits_own_commands_need_no_wire(rig: Rig) -> None:
    board = await rig.new()
    command = OpenBoard("T", True, "")
    op = op_key("open")
    first = await rig.router.ask(board, ANN, op, "open_board", command=command)
    again = await rig.router.ask(board, ANN, op, "open_board", command=command)
    assert first == again
    with pytest.raises(Rejected):
        body = b'{"title": "T", "is_public": true, "link": ""}'
        await rig.router.ask(await rig.new(), ANN, op, "open_board", body)


@simulated
async def test_an_asker_who_goes_away_disturbs_nobody(rig: Rig) -> None:
    board = await rig.board()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.0005):
            await rig.router.ask(
                board, ANN, op_key("a"), "add_note", b'{"content": "x"}'
            )
    await until(lambda: rig.seqs(board) == [1, 2])
    assert (await rig.do(board, "add_note", content="y")).seq == 3


@simulated
async def test_leaving_signalling_and_catching_up_wake_nothing(rig: Rig) -> None:
    board = await rig.board()
    seat = await rig.seat(board)
    await rig.directory.evict(board)
    seat.leave()
    seat.drain()
    seat.signal("drag", note="n", x=0, y=0)
    assert rig.router.head(board) is None
    assert board not in rig.directory


@simulated
async def test_the_head_is_that_of_the_live_board(rig: Rig) -> None:
    board = await rig.board()
    await rig.notes(board, 2)
    assert rig.router.head(board) == 3


@simulated
async def test_one_looks_without_watching(rig: Rig) -> None:
    board = await rig.board()
    view = await rig.router.look(board, ANN)
    assert isinstance(view, Joined)
    assert view.here == 0
    seat = Seat(rig.router, board, ANN)
    seat.join()
    assert (await rig.router.look(board, ANN)).here == 1


@simulated
async def test_an_author_is_forgotten_or_it_is_said_why_not(rig: Rig) -> None:
    board = await rig.board()
    await rig.do(board, "add_note", ANN, content="nobody but ann wrote this")
    upto = await rig.router.erase(board, ANN.id, op_key("1"))
    assert upto == 3
    await rig.router.redact(board, ANN.id, "alias", upto)
    row = rig.world.boards[board]
    assert "nobody but ann" not in repr((row.journal, row.items, row.snapshot))
    assert [entry.who for entry in row.journal] == ["alias"] * 3
    with pytest.raises(NotFound):
        await rig.router.erase(await rig.new(), ANN.id, op_key("2"))
    rig.journal.is_down = True
    with pytest.raises(Unavailable):
        await rig.router.redact(board, ANN.id, "another alias", upto)
    rig.journal.is_down = False


@pytest.mark.parametrize(
    "id",
    [
        "6B5E5A5C-1111-4222-8333-444455556666",
        "6b5e5a5c111142228333444455556666",
        "6b5e5a5c-1111-4222-8333-444455556666",
    ],
)
def test_a_board_is_known_however_its_id_is_written(id: str) -> None:
    assert known(id) == "6b5e5a5c-1111-4222-8333-444455556666"


@pytest.mark.parametrize("id", ["", "x", "6b5e5a5c-1111-4222-8333-44445555666g"])
def test_what_is_no_id_is_not_found(id: str) -> None:
    with pytest.raises(NotFound):
        known(id)
