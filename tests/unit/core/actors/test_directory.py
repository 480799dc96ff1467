"""The live boards of a node: woken when asked for, rested when not needed."""

import asyncio
from typing import Any

import pytest

from orbit.core.actors.directory import Actor
from orbit.core.errors import Unavailable
from orbit.core.ids import board_id
from orbit.core.ports import Claim, Outcome, Snapshot
from orbit.store.memory.journal import MemoryJournal
from tests.kit.board import ANN, BOB, GUEST, Rig, Seat, simulated, until


@simulated
async def test_a_board_has_one_actor(rig: Rig) -> None:
    board = await rig.board()
    assert rig.directory.actor(board) is rig.directory.actor(board)
    assert len(rig.directory) == 1


@simulated
async def test_many_who_ask_wake_a_board_once(rig: Rig) -> None:
    board = await rig.board()
    await rig.directory.rest(board)
    before = rig.journal.calls.count("claim")
    async with asyncio.TaskGroup() as group:
        for _ in range(50):
            group.create_task(rig.router.look(board, ANN))
    assert rig.journal.calls.count("claim") == before + 1


@simulated
async def test_a_board_is_busy_while_it_has_something_to_write(rig: Rig) -> None:
    board = await rig.board()
    actor = rig.directory.actor(board)
    await until(lambda: not actor.is_busy)
    rig.journal.gate.clear()
    rig.tell(board, "add_note", content="x")
    assert actor.is_busy
    await asyncio.sleep(1)
    assert actor.is_busy
    rig.journal.gate.set()
    await until(lambda: not actor.is_busy)
    assert rig.directory.actor(await rig.new()).is_busy, "it wakes up"


@simulated(rest_after_s=5.0)
async def test_a_board_that_nobody_needs_is_saved_and_rests(rig: Rig) -> None:
    board = await rig.board()
    await asyncio.sleep(4)
    assert board in rig.directory
    await asyncio.sleep(3)
    assert board not in rig.directory
    assert rig.world.boards[board].snapshot is not None
    assert (await rig.router.look(board, ANN)).seq == 1


@simulated(rest_after_s=5.0)
async def test_a_board_that_is_watched_or_looked_at_stays(rig: Rig) -> None:
    watched, looked_at, told = [await rig.board() for _ in range(3)]
    seat = await rig.seat(watched)
    for n in range(10):
        await asyncio.sleep(3)
        await rig.router.look(looked_at, ANN)
        await rig.do(told, "add_note", content=f"{n}")
    assert {watched, looked_at, told} == set(rig.directory._actors)
    seat.leave()
    await asyncio.sleep(8)
    assert len(rig.directory) == 0


@simulated
async def test_when_memory_is_tight_boards_rest_sooner_and_remember_less(
    rig: Rig,
) -> None:
    await rig.board()
    watched = await rig.board()
    await rig.notes(watched, 200)
    seat = await rig.seat(watched)
    rig.directory.shrink()
    await asyncio.sleep(3)
    assert set(rig.directory._actors) == {watched}
    late = await rig.seat(watched, ANN, rig.position(watched, 1))
    assert late.seqs == list(range(2, 202)), "the journal has what is forgotten"
    assert "since" in rig.journal.calls
    await asyncio.sleep(3)
    seat.leave()
    late.leave()
    await asyncio.sleep(10)
    assert watched in rig.directory, "it is tight no longer"


@simulated(most=3)
async def test_of_too_many_boards_the_idlest_rest(rig: Rig) -> None:
    boards = []
    for _ in range(6):
        boards.append(await rig.board())
        await asyncio.sleep(0.1)
    await rig.seat(boards[0])
    await asyncio.sleep(2)
    assert set(rig.directory._actors) == {boards[0], boards[4], boards[5]}


@simulated(rest_after_s=5.0)
async def test_a_board_that_is_needed_while_it_is_saved_stays(rig: Rig) -> None:
    board = await rig.board()
    rig.journal.door.clear()
    await asyncio.sleep(7)  # it is being saved
    seat = await rig.seat(board)
    rig.journal.door.set()
    await asyncio.sleep(2)
    assert board in rig.directory
    assert seat.of("left") == []


@simulated
async def test_closing_saves_all_boards(rig: Rig) -> None:
    boards = [await rig.board() for _ in range(5)]
    await rig.directory.close()
    assert len(rig.directory) == 0
    assert all(rig.world.boards[board].snapshot for board in boards)


@simulated
async def test_evicting_what_is_not_here_does_nothing(rig: Rig) -> None:
    board, other = await rig.board(), await rig.board()
    await rig.directory.evict(board)
    before = rig.world.boards[board].epoch
    await rig.directory.evict(board)
    await rig.directory.rest(board)
    assert board not in rig.directory, "nobody asked for it"
    assert rig.world.boards[board].epoch == before
    assert other in rig.directory
    assert (await rig.do(board, "add_note", content="x")).seq == 2


@simulated(rest_after_s=5.0)
async def test_a_database_that_is_down_stops_no_care(rig: Rig) -> None:
    boards = [await rig.board() for _ in range(3)]
    rig.journal.is_down = True
    await asyncio.sleep(30)
    assert len(rig.directory) == 0
    rig.journal.is_down = False
    assert (await rig.router.look(boards[0], ANN)).seq == 1
    await asyncio.sleep(10)
    assert len(rig.directory) == 0


def test_a_bug_in_the_care_for_one_board_stops_no_care(
    caplog: pytest.LogCaptureFixture,
) -> None:
    @simulated(rest_after_s=5.0)
    async def scenario(rig: Rig) -> None:
        board = await rig.board()
        actor = rig.directory.actor(board)
        broken = Broken(actor)
        rig.directory.put(broken)  # type: ignore[arg-type]
        await asyncio.sleep(20)
        assert broken.is_asked
        assert board not in rig.directory

    scenario()
    assert "ZeroDivisionError" in caplog.text


class Broken:
    """An actor whose idleness cannot be told, once."""

    def __init__(self, actor: Actor) -> None:
        self._actor, self.is_asked = actor, False

    def idle_s(self, now: float) -> float:
        if not self.is_asked:
            self.is_asked = True
            raise ZeroDivisionError
        return self._actor.idle_s(now)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._actor, name)


def test_a_board_that_cannot_be_saved_keeps_no_other_from_its_end(
    caplog: pytest.LogCaptureFixture,
) -> None:
    @simulated(rest_after_s=5.0)
    async def scenario(rig: Rig) -> None:
        boards = [await rig.board() for _ in range(5)]
        plain = rig.journal.save

        async def save(claim: Claim, snapshot: Snapshot) -> bool:
            if claim.board == boards[0]:
                raise ZeroDivisionError
            return await plain(claim, snapshot)

        rig.journal.save = save  # type: ignore[method-assign]
        await rig.directory.close()
        assert len(rig.directory) == 0
        kept = [rig.world.boards[board].snapshot is not None for board in boards]
        assert kept == [False, True, True, True, True]

    scenario()
    assert "ZeroDivisionError" in caplog.text


@simulated(rest_after_s=5.0)
async def test_a_board_with_somebody_waiting_does_not_rest(rig: Rig) -> None:
    board = await rig.board()
    rig.journal.gate.clear()
    told = rig.tell(board, "add_note", BOB, content="x")
    await asyncio.sleep(8)
    assert board in rig.directory
    rig.journal.gate.set()
    await until(lambda: told.is_answered)
    assert told.code == "done"


@simulated
async def test_boards_that_are_made_up_do_not_outlive_who_asked_for_them(
    rig: Rig,
) -> None:
    """While the database is away, nobody can tell them from others."""
    board = await rig.board()
    seat = await rig.seat(board)
    rig.journal.fate.append(Outcome.FENCED)
    rig.tell(board, "add_note", content="x")
    await asyncio.sleep(0.0015)
    rig.journal.is_down = True
    for n in range(200):
        Seat(rig.router, board_id(b"made up %d" % n), GUEST).join()
    await asyncio.sleep(5)
    assert len(rig.directory) == 201
    await asyncio.sleep(10)
    assert list(rig.directory._actors) == [board]  # whose watcher is still there
    rig.journal.is_down = False
    await until(lambda: rig.directory.actor(board).live)
    assert (await rig.do(board, "add_note", content="y")).seq == 2
    await until(lambda: seat.seqs == [2])


@simulated(waking=50)
async def test_no_more_boards_wake_up_at_once_than_there_is_room_for(rig: Rig) -> None:
    board = await rig.board()
    await asyncio.sleep(1)
    rig.journal.is_down = True
    seats = [Seat(rig.router, board_id(b"made up %d" % n), GUEST) for n in range(60)]
    for seat in seats:
        seat.join()
    refused = [seat for seat in seats if seat.views]
    assert len(refused) == 10
    assert all(isinstance(seat.views[0], Unavailable) for seat in refused)
    assert len(rig.directory) == 51
    told = rig.tell(board_id(b"one more"), "add_note", content="x")
    assert told.code == "unavailable"
    assert (await rig.router.look(board, ANN)).seq == 1
    await asyncio.sleep(15)
    rig.journal.is_down = False
    await rig.board()


@simulated
async def test_a_board_that_was_being_claimed_as_the_lease_ended_is_claimed_again(
    rig: Rig,
) -> None:
    board = await rig.board()
    await rig.directory.evict(board)
    load, arrives = rig.journal.load, asyncio.Event()

    async def late(claim: Claim, version: int) -> Any:
        loaded = await load(claim, version)
        await arrives.wait()
        return loaded

    rig.journal.load = late
    Seat(rig.router, board, ANN).join()
    await until(lambda: rig.world.boards[board].epoch == 2)
    await asyncio.sleep(0.1)  # it is loaded, and the answer is on its way
    rig.world.end(rig.node.inc)
    rig.world.enter("other", "other", "other")
    await MemoryJournal(rig.world, "other").claim(board)
    await rig.node.lease.beat()
    assert await rig.directory.recheck() == 0
    arrives.set()
    await asyncio.sleep(2)
    assert rig.directory.claims() == []
    rig.world.end("other")
    await until(rig.directory.claims)


@simulated
async def test_a_lease_is_not_trusted_while_a_lost_board_is_in_the_midst_of_a_turn(
    rig: Rig,
) -> None:
    board = await rig.board()
    rig.journal.gate.clear()
    begun = len(rig.journal.batches)
    rig.tell(board, "add_note", content="x")
    await until(lambda: len(rig.journal.batches) > begun)
    rig.world.end(rig.node.inc)
    rig.world.enter("other", "other", "other")
    await MemoryJournal(rig.world, "other").claim(board)
    with pytest.raises(Unavailable):
        await rig.directory.recheck()
    rig.journal.gate.set()
    await until(lambda: rig.directory.claims() == [])
    assert await rig.directory.recheck() == 0
