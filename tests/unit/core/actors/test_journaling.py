"""Group commit: what is ready while one commit runs is the next one."""

import asyncio
from typing import Any

import pytest

from orbit.core.actors.journaling import MAX_EVENTS
from orbit.core.ports import Outcome
from tests.kit.board import Rig, simulated, until
from tests.kit.stores import entries, turn


@simulated
async def test_boards_that_are_ready_together_share_a_commit(rig: Rig) -> None:
    boards = [await rig.board() for _ in range(5)]
    before = len(rig.journal.batches)
    tellings = [rig.tell(board, "add_note", content="x") for board in boards]
    await until(lambda: all(told.is_answered for told in tellings))
    assert [sorted(batch) for batch in rig.journal.batches[before:]] == [sorted(boards)]


@simulated
async def test_what_comes_during_a_commit_is_the_next_one(rig: Rig) -> None:
    boards = [await rig.board() for _ in range(4)]
    before = len(rig.journal.batches)
    rig.journal.gate.clear()
    tellings = [rig.tell(boards[0], "add_note", content="x")]
    await asyncio.sleep(0.1)
    tellings += [rig.tell(board, "add_note", content="x") for board in boards[1:]]
    await asyncio.sleep(0.1)
    rig.journal.gate.set()
    await until(lambda: all(told.is_answered for told in tellings))
    assert [len(batch) for batch in rig.journal.batches[before:]] == [1, 3]


@simulated
async def test_a_board_has_one_append_in_flight(rig: Rig) -> None:
    board = await rig.board()
    tellings = []
    for n in range(50):
        tellings.append(rig.tell(board, "add_note", content=f"{n}"))
        await asyncio.sleep(0.0003)
    await until(lambda: all(told.is_answered for told in tellings))
    assert all(batch.count(board) == 1 for batch in rig.journal.batches)
    assert [told.seq for told in tellings] == list(range(2, 52))


@simulated
async def test_a_commit_is_bounded_in_events(rig: Rig) -> None:
    outcomes: list[Outcome] = []
    claims = [await rig.journal.claim(await rig.new()) for _ in range(3)]
    for claim in claims:
        rig.writer.submit(turn(claim, *entries(range(1, MAX_EVENTS))), outcomes.append)
    await until(lambda: len(outcomes) == 3)
    assert outcomes == [Outcome.DONE] * 3
    assert [len(batch) for batch in rig.journal.batches] == [2, 1]


@simulated
async def test_it_counts_commits_and_events(rig: Rig) -> None:
    board = await rig.board()
    await rig.notes(board, 3)
    assert (rig.writer.commits, rig.writer.events) == (4, 4)


def test_a_board_that_fails_on_its_outcome_stops_no_other(
    caplog: pytest.LogCaptureFixture,
) -> None:
    @simulated
    async def scenario(rig: Rig) -> None:
        def fall(_: Outcome) -> None:
            raise ZeroDivisionError

        claim = await rig.journal.claim(await rig.new())
        rig.writer.submit(turn(claim, *entries([1])), fall)
        board = await rig.board()
        assert (await rig.do(board, "add_note", content="x")).seq == 2

    scenario()
    assert "failed on its outcome" in caplog.text


def test_a_store_that_raises_leaves_a_writer(caplog: pytest.LogCaptureFixture) -> None:
    @simulated
    async def scenario(rig: Rig) -> None:
        board = await rig.board()
        plain = rig.journal.append

        async def once(turns: Any) -> Any:
            rig.journal.append = plain  # type: ignore[method-assign]
            raise ZeroDivisionError

        rig.journal.append = once  # type: ignore[method-assign]
        assert (await rig.do(board, "add_note", content="x")).seq == 2

    scenario()
    assert "an append raised" in caplog.text
