"""Reads while the database is away: held for a while, and never for ever."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from orbit.core.actors.mailbox import HOLD_S
from orbit.core.errors import NotFound, StoreDown, Unavailable
from orbit.core.services import patience
from orbit.core.services.patience import AT_ONCE, RETRY_S, Patience
from tests.kit.sim import SimClock, SimLoop, simulate


class Database:
    """Something to read, that may be down, or hang."""

    def __init__(self) -> None:
        self.is_down = self.hangs = False
        self.asked = self.at_once = self.most_at_once = 0

    async def read(self) -> str:
        self.asked += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(1_000 if self.hangs else 0.001)
        finally:
            self.at_once -= 1
        if self.is_down:
            raise StoreDown
        return "read"


Scenario = Callable[[Database, Patience, SimLoop], Coroutine[Any, Any, None]]


def simulated(scenario: Scenario) -> Callable[[], None]:
    async def life(loop: SimLoop) -> None:
        await scenario(Database(), Patience(SimClock(loop)), loop)

    def run() -> None:
        simulate(life, 0)

    run.__name__, run.__doc__ = scenario.__name__, scenario.__doc__
    return run


@simulated
async def test_what_is_there_is_read_at_once(
    database: Database, patience: Patience, loop: SimLoop
) -> None:
    assert await patience.read(database.read, None) == "read"
    assert (database.asked, loop.now) == (1, pytest.approx(0.001))


@simulated
async def test_a_read_outlasts_a_short_outage(
    database: Database, patience: Patience, loop: SimLoop
) -> None:
    database.is_down = True
    loop.call_later(HOLD_S - 1, lambda: setattr(database, "is_down", False))
    assert await patience.read(database.read, None) == "read"
    assert loop.now < HOLD_S


@pytest.mark.parametrize("how", ["is_down", "hangs"])
def test_a_long_outage_is_a_refusal_after_ten_seconds(how: str) -> None:
    async def life(loop: SimLoop) -> None:
        database, waiting = Database(), Patience(SimClock(loop))
        setattr(database, how, True)
        with pytest.raises(Unavailable) as refused:
            await waiting.read(database.read, None)
        assert refused.value.after
        assert loop.now == pytest.approx(HOLD_S)

    simulate(life, 0)


@simulated
async def test_the_ten_seconds_run_from_when_it_was_asked(
    database: Database, patience: Patience, loop: SimLoop
) -> None:
    await asyncio.sleep(5)
    database.is_down = True
    with pytest.raises(Unavailable):
        await patience.read(database.read, 2.0)
    assert loop.now == pytest.approx(2.0 + HOLD_S)


@simulated
async def test_a_crowd_does_not_ask_all_at_once(
    database: Database, patience: Patience, loop: SimLoop
) -> None:
    database.is_down = True
    async with asyncio.TaskGroup() as group:
        reads = [
            group.create_task(patience.read(database.read, None)) for _ in "x" * 500
        ]
        await asyncio.sleep(0.1)
        before, database.most_at_once = database.asked, 0
        await asyncio.sleep(5)
        assert database.most_at_once <= AT_ONCE
        assert 0 < database.asked - before <= AT_ONCE * (5 / RETRY_S + 1)
        database.is_down = False
    assert {read.result() for read in reads} == {"read"}
    assert loop.now < HOLD_S


def test_not_more_wait_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "MOST", 2)

    async def life(loop: SimLoop) -> None:
        database, waiting = Database(), Patience(SimClock(loop))
        database.is_down = True
        async with asyncio.TaskGroup() as group:
            held = [
                group.create_task(_refused(waiting.read(database.read, None)))
                for _ in range(2)
            ]
            await asyncio.sleep(0.1)
            with pytest.raises(StoreDown):
                await waiting.read(database.read, None)
            assert loop.now < 1
        assert all(task.result() for task in held)
        database.is_down = False
        assert await waiting.read(database.read, None) == "read", "the room is free"

    simulate(life, 0)


async def _refused(read: Coroutine[Any, Any, str]) -> bool:
    try:
        await read
    except Unavailable:
        return True
    return False


@simulated
async def test_what_is_not_there_is_said_at_once(
    database: Database, patience: Patience, loop: SimLoop
) -> None:
    async def nowhere() -> str:
        raise NotFound

    with pytest.raises(NotFound):
        await patience.read(nowhere, None)
    assert loop.now == 0
