"""What is quiet is on disk and answered, and nobody else learns that anything was."""

import json
from typing import Any

from tests.kit.board import ANN, BOB, BY_LINK, Rig, Seat, simulated, until


def types(seat: Seat) -> list[str]:
    return [event["event"] for event in seat.of("changed")]


def texts(seat: Seat, type: str) -> list[str]:
    return [data["content"] for (of, _), data in seat.items.items() if of == type]


@simulated
async def test_a_quiet_event_is_durable_and_moves_no_seq(rig: Rig) -> None:
    board = await rig.board(strict=3)
    bob = await rig.seat(board, BOB)
    before = bob.heard
    done = [await rig.do(board, "add_note", ANN, content="mine") for _ in range(3)]
    assert [each.seq for each in done] == [1, 1, 1]
    assert rig.seqs(board) == [1, 2, 3, 4]
    assert bob.heard == before
    assert rig.router.head(board) == 1
    assert (await rig.router.look(board, BOB)).seq == 1


@simulated
async def test_its_author_sees_it_at_once_on_every_tab(rig: Rig) -> None:
    board = await rig.board(strict=3)
    tabs = [await rig.seat(board, ANN), await rig.seat(board, ANN)]
    await rig.do(board, "add_note", ANN, content="mine")
    for tab in tabs:
        assert texts(tab, "waiting") == ["mine"]
        assert not tab.of("changed")
    late = await rig.seat(board, ANN, rig.position(board, 1))
    assert texts(late, "waiting") == ["mine"]


@simulated
async def test_a_release_tells_all_together_by_contiguous_seqs(rig: Rig) -> None:
    board = await rig.board(strict=3)
    ann, bob = await rig.seat(board, ANN), await rig.seat(board, BOB)
    for who in (ANN, BOB, ANN):
        await rig.do(board, "add_note", who, content=f"of {who.name}")
    await until(lambda: types(ann) and types(bob))
    for seat in (ann, bob):
        assert types(seat) == ["notes_released"]
        assert len(texts(seat, "note")) == 3
        assert not texts(seat, "waiting")
        assert seat.seqs == [2]
    assert rig.seqs(board) == [1, 2, 3, 4, 5]
    (frame,) = bob.of("changed")
    ids = [
        put["put"][1] for put in frame["changes"] if put.get("put", "x")[0] == "note"
    ]
    assert ids == sorted(ids)


@simulated
async def test_what_admins_do_need_not_wait_and_tells_nothing_of_what_does(
    rig: Rig,
) -> None:
    board = await rig.board(strict=3)
    bob = await rig.seat(board, BOB)
    await rig.do(board, "add_note", ANN, content="mine")
    done = await rig.do(board, "set_phase", BY_LINK, phase="vote")
    await until(lambda: bob.seqs == [2])
    assert done.seq == 2
    await rig.do(board, "set_phase", BY_LINK, phase="discuss")
    await until(lambda: bob.seqs == [2, 3])
    assert "mine" not in json.dumps(bob.heard)


@simulated
async def test_a_command_told_again_is_answered_with_no_place(rig: Rig) -> None:
    board = await rig.board(strict=3)
    first = await rig.do(board, "add_note", ANN, op="once", content="mine")
    await rig.do(board, "add_note", BOB, content="his")
    again = await rig.do(board, "add_note", ANN, op="once", content="mine")
    assert (again.id, again.seq) == (first.id, first.seq) == (first.id, 1)
    assert len(rig.seqs(board)) == 3


@simulated
async def test_one_who_does_not_read_gets_it_when_he_has_drained(rig: Rig) -> None:
    board = await rig.board(strict=3)
    tab = await rig.seat(board, ANN)
    tab.paused = True
    await rig.do(board, "add_note", ANN, content="mine")
    await until(lambda: rig.seqs(board) == [1, 2])
    tab.drain()
    await until(lambda: texts(tab, "waiting") == ["mine"])


@simulated
async def test_nobody_is_told_who_is_here_or_when(rig: Rig) -> None:
    board = await rig.board(strict=3)
    bob = await rig.seat(board, BOB)
    ann = await rig.seat(board, ANN)
    ann.leave()
    await rig.do(board, "add_note", ANN, content="x")
    await until(lambda: types(bob))
    assert not bob.of("here")
    assert {view.here for view in (*bob.views, *ann.views)} == {0}  # type: ignore[union-attr]
    times = [entry.at for entry in rig.world.boards[board].journal]
    assert all(at.endswith(":00.000Z") and int(at[14:16]) % 5 == 0 for at in times)
    ((_, note),) = [i for i in bob.items.items() if i[0][0] == "note"]
    assert note["created_at"] == times[-1].replace(".000", "")


@simulated
async def test_an_author_drags_nothing_before_the_eyes_of_others(rig: Rig) -> None:
    board = await rig.board(strict=3)
    bob, ann = await rig.seat(board, BOB), await rig.seat(board, ANN)
    note = (await rig.do(board, "add_note", ANN, content="x")).id
    await until(lambda: types(bob))
    ann.signal("drag", note=note, x=1.0, y=1.0)
    await rig.do(board, "set_phase", BY_LINK, phase="vote")
    await until(lambda: bob.seqs == [2, 3])
    assert not bob.of("signal")


@simulated
async def test_a_board_that_wakes_up_counts_on(rig: Rig) -> None:
    board = await rig.board(strict=3)
    await rig.do(board, "add_note", ANN, content="mine")
    rig.directory.actor(board).stop()
    bob = await rig.seat(board, BOB)
    view: Any = bob.views[0]
    assert view.seq == 1
    await until(lambda: types(bob) == ["notes_released"])
    assert bob.seqs == [2]
