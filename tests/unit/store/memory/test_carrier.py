"""A hub fails on demand as Redis does, in simulated time, and counts what bit."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any

import pytest

from orbit.core.cluster.carrier import Member, Sent
from orbit.core.errors import Unavailable
from orbit.store.memory.carrier import Fate, Hub, MemoryCarrier, MemoryMembers
from tests.kit.carriers import Inc
from tests.kit.sim import SimClock, SimLoop, simulate

ANN = Member("ann", "ann", 1, is_fit=True)
BOB = Member("bob", "bob", 1, is_fit=True)
Scenario = Callable[["Rig"], Coroutine[Any, Any, None]]


class Rig:
    """A hub with two incs, in simulated time."""

    def __init__(self, loop: SimLoop) -> None:
        self.loop, self.hub = loop, Hub(SimClock(loop))
        self.ann = Inc(MemoryCarrier(self.hub, "ann"))
        self.bob = Inc(MemoryCarrier(self.hub, "bob"))
        self.members = MemoryMembers(self.hub)


def simulated(scenario: Scenario) -> Callable[[], None]:
    """Run a scenario with a rig, under some seeds."""

    async def run(loop: SimLoop) -> None:
        rig = Rig(loop)
        for inc in (rig.ann, rig.bob):
            inc.start()
            await inc.hears()
        await scenario(rig)
        for inc in (rig.ann, rig.bob):
            await inc.stop()

    @wraps(scenario)
    def test() -> None:
        for seed in range(5):
            simulate(run, seed)

    del test.__wrapped__  # type: ignore[attr-defined] # pytest would ask for fixtures
    return test


@simulated
async def test_order_holds_however_long_each_frame_travels(rig: Rig) -> None:
    rig.hub.delay = lambda _source, _to: rig.loop.random.choice((0.0, 0.01, 1.0))
    frames = [b"%d" % at for at in range(200)]
    for frame in frames:
        rig.ann.carrier.send("bob", frame)
        if rig.loop.random.random() < 0.2:
            await asyncio.sleep(0.01)
            rig.loop.call_soon(str)
            rig.loop.shuffle_ready()
    await rig.bob.got(*frames)


@simulated
async def test_each_fate_is_told_and_counted(rig: Rig) -> None:
    told = {
        Fate.ARRIVE: Sent.CARRIED,
        Fate.LOSE: Sent.CARRIED,
        Fate.REFUSE: Sent.NOWHERE,
        Fate.DOUBT: Sent.UNSURE,
    }
    rig.hub.fate = lambda _source, _to, frame: Fate(frame.decode())
    for fate, sent in told.items():
        assert await rig.ann.send(rig.bob, fate.encode()) is sent
    await rig.bob.got(b"arrive")
    assert rig.hub.faults == {Fate.LOSE: 1, Fate.REFUSE: 1, Fate.DOUBT: 1}


@simulated
async def test_what_comes_after_a_held_frame_waits_with_it(rig: Rig) -> None:
    rig.hub.fate = lambda _source, _to, frame: (
        Fate.HOLD if frame == b"held" else Fate.ARRIVE
    )
    assert await rig.ann.send(rig.bob, b"held") is Sent.UNSURE
    assert await rig.ann.send(rig.bob, b"after") is Sent.CARRIED
    assert await rig.bob.send(rig.bob, b"of another pair") is Sent.CARRIED
    await rig.bob.got(b"of another pair")
    rig.hub.release([("ann", "bob")])
    await rig.bob.got(b"held", b"after")


@simulated
async def test_who_is_cut_off_is_deaf_in_time_and_reaches_nobody(rig: Rig) -> None:
    rig.hub.cut("bob")
    at = rig.loop.now
    assert not rig.bob.carrier.is_deaf
    assert await rig.ann.send(rig.bob, b"lost") is Sent.CARRIED
    assert await rig.bob.send(rig.ann, b"lost") is Sent.UNSURE
    with pytest.raises(Unavailable):
        await rig.members.beat(BOB)
    await asyncio.sleep(3)
    assert rig.bob.carrier.deaf_since == at
    assert not rig.ann.carrier.is_deaf
    rig.hub.mend("bob")
    assert not rig.bob.carrier.is_deaf
    assert await rig.ann.send(rig.bob, b"found") is Sent.CARRIED
    await rig.bob.got(b"found")


@simulated
async def test_what_was_on_its_way_through_a_hub_that_stops_is_lost(rig: Rig) -> None:
    rig.hub.delay = lambda _source, _to: 1.0
    assert await rig.ann.send(rig.bob, b"lost") is Sent.CARRIED
    rig.hub.stop()
    assert rig.ann.carrier.is_deaf
    assert await rig.ann.send(rig.bob, b"x") is Sent.NOWHERE
    rig.hub.start()
    assert await rig.ann.send(rig.bob, b"found") is Sent.CARRIED
    await rig.bob.got(b"found")


@simulated
async def test_members_live_for_six_seconds(rig: Rig) -> None:
    await rig.members.beat(BOB)
    await asyncio.sleep(5.9)
    assert (await rig.members.beat(ANN)).members == [ANN, BOB]
    await asyncio.sleep(0.2)
    assert (await rig.members.beat(ANN)).members == [ANN]


@simulated
async def test_a_hub_may_come_back_with_what_it_knew(rig: Rig) -> None:
    before = await rig.members.beat(ANN)
    rig.hub.stop()
    rig.hub.start(forgetting=False)
    after = await rig.members.beat(BOB)
    assert after.members == [ANN, BOB]
    assert after.run_id != before.run_id
