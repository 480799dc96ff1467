"""Many look at boards; few statements are made, and none is older than its question."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any

import pytest

from orbit.core.actors.jobs import Jobs
from orbit.core.cluster.looking import AT_ONCE, Looking
from orbit.core.errors import NotFound, OrbitError, Unavailable
from orbit.core.ports import Claim, Held
from orbit.core.types import BoardId

BOARDS = [BoardId(f"board {n}") for n in range(AT_ONCE + 1)]


class Journal:
    """Tells who holds what, as of the time at which it was asked."""

    def __init__(self) -> None:
        self.asked: list[Sequence[BoardId]] = []
        self.seq = 0
        self.fails: BaseException | None = None
        self.answers = asyncio.Event()
        self.answers.set()

    async def peek_all(self, boards: Sequence[BoardId]) -> Mapping[BoardId, Held]:
        self.asked.append(boards)
        seq = self.seq
        await self.answers.wait()
        if self.fails:
            raise self.fails
        return {board: held(board, seq) for board in boards if board in BOARDS}


def held(board: BoardId, seq: int) -> Held:
    return Held(Claim(board, "feedback", 1, "token", seq, 0, "log"), "ann", None)


@pytest.fixture
def journal() -> Journal:
    return Journal()


def looking(journal: Journal, jobs: Jobs) -> Looking:
    def start(job: Coroutine[Any, Any, None], name: str) -> None:
        jobs.start(job, name)

    return Looking(journal.peek_all, start)


async def begun(journal: Journal) -> None:
    """Wait until a statement is under way."""
    while not journal.asked:  # noqa: ASYNC110 - it is about to be
        await asyncio.sleep(0)


async def all_of(looks: Looking, boards: Sequence[BoardId]) -> list[Held]:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(looks.at(board)) for board in boards]
    return [task.result() for task in tasks]


async def test_who_asks_together_is_answered_together(journal: Journal) -> None:
    looks = looking(journal, Jobs())
    assert [one.claim.board for one in await all_of(looks, BOARDS)] == BOARDS
    assert [len(asked) for asked in journal.asked] == [AT_ONCE, 1]


async def test_an_answer_is_younger_than_its_question(journal: Journal) -> None:
    looks, board = looking(journal, Jobs()), BOARDS[0]
    journal.answers.clear()
    async with asyncio.TaskGroup() as group:
        first = group.create_task(looks.at(board))
        await begun(journal)
        journal.seq = 7  # it moves while the first statement is under way
        second = group.create_task(looks.at(board))
        journal.answers.set()
    assert (first.result().claim.seq, second.result().claim.seq) == (0, 7)


async def test_one_who_goes_takes_no_answer_along(journal: Journal) -> None:
    looks, board = looking(journal, Jobs()), BOARDS[0]
    journal.answers.clear()
    async with asyncio.TaskGroup() as group:
        gone, stays = (group.create_task(looks.at(board)) for _ in range(2))
        await begun(journal)
        gone.cancel()
        journal.answers.set()
    assert stays.result() == held(board, 0)


async def test_what_is_missing_is_not_found_and_the_others_are(
    journal: Journal,
) -> None:
    looks = looking(journal, Jobs())
    asked = [looks.at(BoardId("nobody's")), looks.at(BOARDS[0])]
    missing, there = await asyncio.gather(*asked, return_exceptions=True)
    assert isinstance(missing, NotFound)
    assert there == held(BOARDS[0], 0)


@pytest.mark.parametrize("fails", [Unavailable(), ValueError("a bug")])
async def test_a_failure_is_told_and_the_next_one_asks_again(
    journal: Journal, fails: BaseException
) -> None:
    looks = looking(journal, Jobs())
    journal.fails = fails
    with pytest.raises(OrbitError):
        await looks.at(BOARDS[0])
    journal.fails = None
    assert await looks.at(BOARDS[0]) == held(BOARDS[0], 0)
