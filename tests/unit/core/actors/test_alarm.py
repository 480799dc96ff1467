"""A deadline: it rings when it has passed, once, and at what was set last."""

import asyncio
from datetime import datetime, timedelta

from orbit.core.actors.alarm import LONGEST_S, Alarm
from tests.kit.board import Rig, simulated


class Bell:
    """Notes when it was rung, in seconds from now."""

    def __init__(self, rig: Rig) -> None:
        self._clock, self._began = rig.clock, rig.clock.now()
        self.rung: list[float] = []
        self.alarm = Alarm(rig.clock, self._ring)

    def after(self, seconds: float) -> datetime:
        return self._began + timedelta(seconds=seconds)

    def _ring(self, due: datetime) -> None:
        now = self._clock.now()
        assert now >= due
        self.rung.append(round((now - self._began).total_seconds(), 2))


@simulated
async def test_it_rings_once_at_what_was_set_last(rig: Rig) -> None:
    bell = Bell(rig)
    for seconds in (5, 9, 7):
        bell.alarm.set(bell.after(seconds))
    await asyncio.sleep(60)
    assert bell.rung == [7]


@simulated
async def test_one_that_has_passed_already_rings_at_once(rig: Rig) -> None:
    bell = Bell(rig)
    bell.alarm.set(bell.after(-5))
    await asyncio.sleep(1)
    assert bell.rung == [0]


@simulated
async def test_what_is_cancelled_rings_when_it_is_set_again(rig: Rig) -> None:
    bell = Bell(rig)
    bell.alarm.set(bell.after(5))
    bell.alarm.cancel()
    await asyncio.sleep(6)
    assert bell.rung == []
    bell.alarm.set(bell.after(5))
    await asyncio.sleep(1)
    assert bell.rung == [6]


@simulated
async def test_no_deadline_rings_never_and_undoes_one(rig: Rig) -> None:
    bell = Bell(rig)
    bell.alarm.set(bell.after(5))
    bell.alarm.set(None)
    await asyncio.sleep(60)
    assert bell.rung == []


@simulated
async def test_what_was_rung_in_vain_is_rung_again(rig: Rig) -> None:
    bell = Bell(rig)
    bell.alarm.set(bell.after(5))
    await asyncio.sleep(6)
    bell.alarm.again()
    await asyncio.sleep(1)
    assert bell.rung == [5, 6.25]


@simulated
async def test_it_is_no_more_than_an_hour_late_if_the_clock_is_set(rig: Rig) -> None:
    bell = Bell(rig)
    bell.alarm.set(bell.after(10 * LONGEST_S))
    plain, hours = rig.clock.now, timedelta(hours=10)
    rig.clock.now = lambda: plain() + hours  # type: ignore[method-assign]
    await asyncio.sleep(LONGEST_S + 1)
    assert bell.rung == [11 * LONGEST_S]
