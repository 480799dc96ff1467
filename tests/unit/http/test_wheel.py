"""One timer for all: what is pinged, aborted and let be as the time passes."""

import asyncio
from dataclasses import dataclass, field

import pytest

from orbit.http.wheel import Wheel
from tests.kit.wire import FakeLoop


@dataclass(eq=False)
class Ward:
    """A connection as the wheel sees it; `life` is what the wheel did to it, when."""

    loop: FakeLoop
    life: list[tuple[float, str]] = field(default_factory=list)
    answers: bool = True
    slot: int = 0
    lagged_s: float = 0.0
    paused: bool = False
    buffered: int = 0
    on_beat: str = ""

    def beat(self) -> bool:
        self.life.append((self.loop.now, "beat"))
        if self.on_beat:
            raise RuntimeError(self.on_beat)
        return self.answers

    def unsent(self) -> int:
        return self.buffered

    def resume_writing(self) -> None:
        self.life.append((self.loop.now, "resumed"))

    def close(self, code: int, reason: str = "") -> None:
        self.life.append((self.loop.now, f"close {code}"))

    def abort(self) -> None:
        self.life.append((self.loop.now, "abort"))

    def count(self, what: str) -> int:
        return sum(done == what for _, done in self.life)


@pytest.fixture
def loop() -> FakeLoop:
    return FakeLoop()


@pytest.fixture
def wheel(loop: FakeLoop) -> Wheel:
    return Wheel(loop, heartbeat_s=25, stall_s=10, close_s=4, slots=125)


def added(wheel: Wheel, loop: FakeLoop, count: int = 1) -> list[Ward]:
    wards = [Ward(loop) for _ in range(count)]
    for ward in wards:
        wheel.add(ward)
    return wards


def test_each_is_pinged_once_a_period(wheel: Wheel, loop: FakeLoop) -> None:
    wards = added(wheel, loop, 1000)
    loop.advance(25.1)
    assert {ward.count("beat") for ward in wards} == {1}
    loop.advance(50)
    assert {ward.count("beat") for ward in wards} == {3}


def test_pings_are_spread_over_the_period(wheel: Wheel, loop: FakeLoop) -> None:
    wards = added(wheel, loop, 1000)
    loop.advance(25.1)
    moments = [ward.life[0][0] for ward in wards]
    assert max(moments.count(moment) for moment in set(moments)) == 1000 / 125


def test_there_is_one_timer_and_none_without_connections(
    wheel: Wheel, loop: FakeLoop
) -> None:
    assert loop.pending() == []
    wards = added(wheel, loop, 300)
    assert len(loop.pending()) == 1
    loop.advance(60)
    assert len(loop.pending()) == 1
    for ward in wards:
        wheel.discard(ward)
    assert loop.pending() == []
    added(wheel, loop)
    assert len(loop.pending()) == 1


def test_the_silent_are_aborted(wheel: Wheel, loop: FakeLoop) -> None:
    dead, alive = added(wheel, loop, 2)
    dead.answers = False
    loop.advance(25.1)
    assert (dead.count("abort"), alive.count("abort")) == (1, 0)
    assert wheel.aborted == {"silent": 1}


def test_a_close_is_given_its_time_once(wheel: Wheel, loop: FakeLoop) -> None:
    (ward,) = added(wheel, loop)
    wheel.ending(ward)
    loop.advance(3)
    wheel.ending(ward)  # the first time counts
    loop.advance(0.9)
    assert ward.count("abort") == 0
    loop.advance(0.4)
    assert ward.count("abort") == 1
    loop.advance(10)
    assert ward.count("abort") == 1
    assert wheel.aborted == {"unfinished": 1}


def test_a_stall_is_given_10_s(wheel: Wheel, loop: FakeLoop) -> None:
    (ward,) = added(wheel, loop)
    ward.paused, ward.buffered = True, 300_000
    wheel.stalled(ward)
    loop.advance(5)
    wheel.stalled(ward)  # the first time counts
    loop.advance(4.9)
    assert ward.count("abort") == 0
    loop.advance(0.4)
    assert ward.count("abort") == 1
    assert wheel.aborted == {"stalled": 1}


def test_a_relieved_one_may_stall_again(wheel: Wheel, loop: FakeLoop) -> None:
    (ward,) = added(wheel, loop)
    for _ in range(3):
        ward.paused, ward.buffered = True, 300_000
        wheel.stalled(ward)
        loop.advance(9)
        ward.paused = False
        wheel.relieved(ward)
        loop.advance(9)
    assert ward.count("abort") == 0


def test_for_how_long_one_was_stalled_is_noted(wheel: Wheel, loop: FakeLoop) -> None:
    (ward,) = added(wheel, loop)
    wheel.relieved(ward)
    assert ward.lagged_s == 0.0
    ward.paused, ward.buffered = True, 300_000
    wheel.stalled(ward)
    loop.advance(9)
    wheel.stalled(ward)
    ward.buffered -= 20_000  # it takes something: it is given more time
    loop.advance(5)
    wheel.relieved(ward)
    assert ward.lagged_s == 14.0


def test_who_is_slow_but_takes_something_lives_on(wheel: Wheel, loop: FakeLoop) -> None:
    (ward,) = added(wheel, loop)
    ward.paused, ward.buffered = True, 300_000
    wheel.stalled(ward)
    for _ in range(4):
        ward.buffered -= 20_000
        loop.advance(10)
    assert ward.count("abort") == 0
    ward.buffered -= 10_000  # 1 KiB a second is not reading
    loop.advance(10.5)
    assert ward.count("abort") == 1


def test_who_cannot_notice_the_end_of_a_stall_is_told(
    wheel: Wheel, loop: FakeLoop
) -> None:
    (ward,) = added(wheel, loop)
    ward.paused = True
    wheel.stalled(ward)
    loop.advance(1)
    assert ward.count("resumed") == 0
    ward.paused = False
    loop.advance(1)
    assert ward.count("resumed") == 1


def test_the_discarded_are_left_alone(wheel: Wheel, loop: FakeLoop) -> None:
    gone, other = added(wheel, loop, 2)
    wheel.ending(gone)
    wheel.stalled(gone)
    wheel.discard(gone)
    wheel.discard(gone)
    assert len(wheel) == 1
    loop.advance(50)
    assert gone.life == []
    assert other.count("beat") == 2


def test_a_bug_in_one_does_not_stop_the_wheel(wheel: Wheel, loop: FakeLoop) -> None:
    bad, good = added(wheel, loop, 2)
    bad.on_beat = "a bug"
    with pytest.raises(RuntimeError, match="a bug"):
        loop.advance(25)
    bad.on_beat = ""
    loop.advance(50)
    assert good.count("beat") >= 2


def test_all_may_be_walked_while_they_go(wheel: Wheel, loop: FakeLoop) -> None:
    wards = added(wheel, loop, 300)
    seen = set()
    for ward in wheel:
        seen.add(ward)
        wheel.discard(ward)
    assert seen == set(wards)
    assert len(wheel) == 0


async def test_one_may_wait_until_all_are_gone(wheel: Wheel, loop: FakeLoop) -> None:
    await wheel.empty()
    first, second = added(wheel, loop, 2)
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(wheel.empty())
        wheel.discard(first)
        await asyncio.sleep(0)
        assert not waiting.done()
        wheel.discard(second)
