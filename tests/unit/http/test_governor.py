"""How much a node takes on: late loops and full memories, on a clock of the test's."""

import asyncio
import logging
from collections.abc import Callable

import pytest

from orbit.core.errors import Busy
from orbit.http.governor import ACT_S, LOOK_S, MARGIN, Governor, Memory, Shed
from orbit.settings import Limits
from tests.kit.app import App
from tests.kit.sim import SimClock, SimLoop, simulate

LIMITS = Limits()  # late: 0.2 s for 5 s; memory: 70, 85, 95 %
LATE, STRAINED, WELL = 0.3, 0.15, 0.01


class Time:
    """Shows a governor the same thing for a while."""

    def __init__(self) -> None:
        self.governor, self.now = Governor(LIMITS), 0.0

    def passes(self, seconds: float, lag_s: float, used: float = 0.1) -> Shed:
        until = self.now + seconds
        while self.now < until:
            self.now += LOOK_S + lag_s
            self.governor.saw(lag_s, used, self.now)
        return self.governor.sheds


@pytest.fixture
def time() -> Time:
    return Time()


def test_a_loop_that_is_well_sheds_nothing(time: Time) -> None:
    assert time.passes(60, WELL) is Shed.NOTHING


def test_a_loop_that_is_late_for_a_moment_sheds_nothing(time: Time) -> None:
    for _ in range(10):
        time.passes(2, LATE)
        assert time.passes(2, WELL) is Shed.NOTHING


def test_one_long_stop_is_no_lateness(time: Time) -> None:
    time.passes(LOOK_S, 30.0)
    assert time.passes(20, WELL) is Shed.NOTHING


def test_what_is_shed_grows_step_by_step_while_the_loop_is_late(time: Time) -> None:
    assert time.passes(4.5, LATE) is Shed.NOTHING
    seen = [time.passes(0.1, LATE) for _ in range(200)]
    assert list(dict.fromkeys(seen)) == list(Shed)
    assert time.passes(60, LATE) is Shed.WRITES


def test_it_goes_back_step_by_step_when_the_loop_is_well_for_a_while(
    time: Time,
) -> None:
    time.passes(60, LATE)
    assert time.passes(4, WELL) is Shed.WRITES
    seen = [time.passes(0.1, WELL) for _ in range(400)]
    assert list(dict.fromkeys(seen)) == list(reversed(Shed))


def test_in_between_nothing_changes(time: Time) -> None:
    time.passes(8.5, LATE)
    assert time.governor.sheds is Shed.JOINS
    assert time.passes(600, STRAINED) is Shed.JOINS
    fresh = Time()
    assert fresh.passes(600, STRAINED) is Shed.NOTHING


@pytest.mark.parametrize(
    ("used", "memory", "sheds"),
    [
        (0.69, Memory.FREE, Shed.NOTHING),
        (0.70, Memory.TIGHT, Shed.NOTHING),
        (0.84, Memory.TIGHT, Shed.NOTHING),
        (0.85, Memory.FULL, Shed.JOINS),
        (0.95, Memory.OVER, Shed.JOINS),
    ],
)
def test_memory_has_three_steps(
    time: Time, used: float, memory: Memory, sheds: Shed
) -> None:
    assert time.passes(1, WELL, used) is sheds
    assert time.governor.memory is memory


def test_memory_around_a_step_does_not_flap(time: Time) -> None:
    time.passes(1, WELL, 0.86)
    for used in (0.84, 0.86, 0.81, 0.85):
        assert time.passes(1, WELL, used) is Shed.JOINS
    assert time.passes(1, WELL, 0.85 - MARGIN - 0.01) is Shed.NOTHING
    assert time.governor.memory is Memory.TIGHT
    time.passes(1, WELL, 0.1)
    assert time.governor.memory is Memory.FREE


def test_the_worse_of_the_two_counts(time: Time) -> None:
    time.passes(60, LATE, 0.9)
    assert time.governor.sheds is Shed.WRITES
    assert time.passes(60, WELL, 0.9) is Shed.JOINS


def test_what_is_not_taken_on_is_told_when_to_come_back(time: Time) -> None:
    time.passes(8.5, LATE)
    for what in (Shed.SIGNALS, Shed.JOINS):
        with pytest.raises(Busy) as refused:
            time.governor.admit(what)
        assert refused.value.after
    time.governor.admit(Shed.READS)
    time.governor.admit(Shed.WRITES)


def test_each_change_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    governor = Governor(LIMITS)
    for n in range(100):
        governor.look(WELL, 0.9, n / 10)
    for n in range(100, 200):
        governor.look(WELL, 0.1, n / 10)
    told = [
        (r.levelname, r.__dict__["sheds"], r.__dict__["memory"]) for r in caplog.records
    ]
    assert told == [("WARNING", "joins", "full"), ("INFO", "nothing", "free")]


def watched(
    happens: Callable[[SimLoop], None], used: Callable[[], float] = lambda: 0.1
) -> Governor:
    """Run a governor for 30 s on a loop to which something happens."""
    governors = []

    async def life(loop: SimLoop) -> None:
        governors.append(Governor(LIMITS))
        job = loop.create_task(governors[0].watch(SimClock(loop), used))
        happens(loop)
        await asyncio.sleep(30)
        job.cancel()

    simulate(life, 0)
    return governors[0]


def test_it_notices_a_loop_that_does_too_much_at_once() -> None:
    def stall(loop: SimLoop) -> None:
        loop.now += 0.4  # as long as something works and lets nobody else
        loop.call_soon(stall, loop)

    assert watched(stall).sheds is Shed.WRITES
    assert watched(lambda _loop: None).sheds is Shed.NOTHING


@pytest.mark.parametrize(
    ("used", "shrinks", "cuts"), [(0.1, 0, 0), (0.75, 30, 0), (0.96, 30, 30)]
)
def test_it_has_memory_back_every_second_while_there_is_too_little(
    used: float, shrinks: int, cuts: int
) -> None:
    done: list[str] = []

    async def life(loop: SimLoop) -> None:
        governor = Governor(LIMITS)
        governor.shrinks.append(lambda: done.append("shrink"))
        governor.cuts.append(lambda: done.append("cut"))
        job = loop.create_task(governor.watch(SimClock(loop), lambda: used))
        await asyncio.sleep(30 * ACT_S - LOOK_S)
        job.cancel()

    simulate(life, 0)
    assert abs(done.count("shrink") - shrinks) <= 3
    assert abs(done.count("cut") - cuts) <= 3


# What it refuses over REST ----------------------------------------------------------


def overload(app: App, what: Shed) -> None:
    """Have the node's loop seem late until so much is shed."""
    governor, now = app.core.boards.governor, 0.0
    while governor.sheds < what:
        now += LOOK_S
        governor.saw(LATE, 0.1, now)


@pytest.mark.parametrize("what", Shed)
async def test_rest_refuses_what_is_new_then_reads_then_writes(
    app: App, what: Shed
) -> None:
    board = (await app.board())["board"]["id"]
    ghost = await app.ghost()
    overload(app, what)
    note = {"content": "x"}
    answers = {
        Shed.JOINS: await ghost.post("/boards/", {"title": "T"}),
        Shed.READS: await ghost.get(f"/boards/{board}/"),
        Shed.WRITES: await ghost.post(f"/boards/{board}/notes/", note),
    }
    minted = await app.guest.post("/identity/ghost/")
    stream = await app.guest.get(f"/boards/{board}/stream/") if what >= 2 else minted
    for shed, answer in [
        *answers.items(),
        (Shed.JOINS, minted),
        (Shed.JOINS, stream),
    ]:
        if what < shed:
            assert answer.status in {200, 201}
        else:
            assert (answer.status, answer.error) == (503, "busy")
            assert int(answer.headers["Retry-After"]) > 0
    assert (await app.guest.get("//health/live/")).status == 200
    told = (await app.guest.get("//metrics")).text
    assert f"orbit_sheds {float(what)}" in told
