"""What is done again and again goes on whatever happens, and ends when it is to."""

import asyncio
from collections.abc import Callable

import pytest

from orbit.core.actors.periodic import every
from orbit.core.errors import Unavailable
from tests.kit.sim import SimLoop, simulate


def times(
    act: Callable[[int], None], *, until: float = 35.0, **pauses: float
) -> list[float]:
    """Return when something was done that is done every 10 s."""
    done: list[float] = []

    async def scenario(loop: SimLoop) -> None:
        began = loop.time()

        async def work() -> None:
            done.append(round(loop.time() - began, 3))
            act(len(done))

        async with asyncio.TaskGroup() as group:
            job = group.create_task(every(10.0, work, **pauses))
            await asyncio.sleep(until)
            job.cancel()

    simulate(scenario, 0)
    return done


def do_nothing(_time: int) -> None:
    """Go well."""


def test_the_first_time_comes_after_as_long_as_the_others_or_as_is_said() -> None:
    assert times(do_nothing) == [10.0, 20.0, 30.0]
    assert times(do_nothing, first_s=0.0) == [0.0, 10.0, 20.0, 30.0]


def test_what_could_not_be_done_is_tried_sooner(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def act(time: int) -> None:
        if time == 1:
            raise Unavailable("the database sleeps")

    assert times(act, again_s=1.0) == [10.0, 11.0, 21.0, 31.0]
    assert "the database sleeps" in caplog.text
    assert {record.levelname for record in caplog.records} == {"WARNING"}  # no bug


def test_an_error_is_logged_and_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    def act(time: int) -> None:
        if time == 1:
            raise ZeroDivisionError

    assert times(act) == [10.0, 20.0, 30.0]
    assert "ZeroDivisionError" in caplog.text


def test_a_cancellation_that_was_lost_on_the_way_ends_it() -> None:
    """Else whoever waits for the end would wait for ever: a task group asks once."""
    done = 0

    async def lose_it() -> None:
        nonlocal done
        done += 1
        try:
            await asyncio.sleep(5)
        except asyncio.CancelledError:
            return

    async def loops() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(every(10.0, lose_it))

    async def scenario(_loop: SimLoop) -> None:
        job = asyncio.create_task(loops())
        await asyncio.sleep(12)
        job.cancel()
        await asyncio.wait([job], timeout=100)
        assert job.cancelled()

    simulate(scenario, 0)
    assert done == 1
