"""People at several nodes, while nodes, Redis and the database fail: nothing is lost.

The real directories, actors, followers and carriers' promises, over virtual time.  The
ledger is that of one node: every ack is in the journal once, no refusal is, and every
screen ends as the index has it.
"""

import asyncio
import os
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from orbit.cluster import let_go
from orbit.core.actors.around import Surroundings
from orbit.core.actors.directory import Directory
from orbit.core.cluster.following import Follower
from orbit.core.cluster.nodes import Nodes
from orbit.core.cluster.router import Router
from orbit.core.errors import Internal, Rejected, StoreDown, Unavailable
from orbit.core.ports import Journal
from orbit.store.memory.carrier import Fate, Hub, MemoryCarrier, MemoryMembers
from orbit.store.memory.world import World
from tests.kit.people import Person
from tests.kit.sim import SimClock, SimLoop, simulate
from tests.simulation import test_board as alone

SEEDS = range(int(os.environ.get("ORBIT_SIM_SEEDS", "60")))
FIRED: Counter[str] = Counter()  # the faults of all runs of this process
PATIENCE_S = 40.0  # an answer comes within 10 s, and the database is slow here


class Node(alone.Node):
    """One start of one process of a cluster."""

    def __init__(
        self, loop: SimLoop, world: World, inc: str, rate: float, hub: Hub
    ) -> None:
        self._hub, self._carrier = hub, MemoryCarrier(hub, inc)
        self.nodes = Nodes(self._carrier, MemoryMembers(hub), name=inc)
        self.is_dead = False
        super().__init__(loop, world, inc, rate)
        self.jobs.start(self.nodes.run(), inc)

    def _directory(self, around: Surroundings) -> Directory:
        directory = Directory(around, first=self.nodes.follow, rest_after_s=8.0)
        self.nodes.connect(directory, around)
        return directory

    def _router(self, clock: SimClock) -> Router:
        return Router(self.directory, clock, is_alone=False)

    def _around(self, journal: Journal, clock: SimClock) -> Surroundings:
        return replace(super()._around(journal, clock), relay=self.nodes)

    @property
    def is_owner(self) -> bool:
        actor = self.directory.get(alone.BOARD)
        return actor is not None and actor.claim is not None

    async def come_back(self) -> None:
        """Beat again; after a lapse first see which claims still count."""
        while not self.lease.is_valid():
            self.world.enter(self.inc, self.inc, self.inc)
            try:
                await self.directory.recheck()
            except StoreDown:
                continue
            break
        self.is_cut_off = False
        self.jobs.start(self._beat(), self.inc)

    async def die(self) -> None:
        """Be gone between two steps."""
        self.is_dead = self.is_cut_off = True
        self._hub.leave(self._carrier)
        await self.jobs.close()


class House:
    """The nodes that are alive, and what they share."""

    def __init__(self, loop: SimLoop, rate: float) -> None:
        self.loop, self.rate = loop, rate
        self.world, self.hub = World(SimClock(loop)), Hub(SimClock(loop))
        self.nodes: list[Node] = []
        self.started = 0
        self.faults: Counter[str] = Counter()
        self.given = 0  # boards that were handed over
        for _ in range(3):
            self.start()

    def start(self) -> None:
        inc = f"inc-{self.started}"
        self.started += 1
        self.nodes.append(Node(self.loop, self.world, inc, self.rate, self.hub))

    def any(self) -> Node:
        return self.loop.random.choice(self.nodes)

    async def kill(self) -> None:
        """Kill a node; half of them have a parent that says so."""
        node = self.any()
        self.nodes.remove(node)
        await node.die()
        if self.loop.random.random() < 0.5:
            self.world.end(node.inc)
        self.start()

    async def hit(self) -> None:
        """Have one thing go wrong for a while."""
        random = self.loop.random
        name, fault = random.choice(list(FAULTS.items()))
        self.faults[name] += 1
        await fault(self, random.uniform(0.5, 12))


async def _kill(house: House, _for_s: float) -> None:
    await house.kill()


async def _stop(house: House, for_s: float) -> None:
    house.hub.stop()
    await asyncio.sleep(for_s)
    house.hub.start(forgetting=house.loop.random.random() < 0.5)


async def _freeze(house: House, for_s: float) -> None:
    house.hub.freeze()
    await asyncio.sleep(for_s)
    house.hub.thaw()


async def _cut(house: House, for_s: float) -> None:
    node = house.any()
    house.hub.cut(node.inc)
    await asyncio.sleep(for_s)
    house.hub.mend(node.inc)


async def _lose(house: House, for_s: float) -> None:
    random = house.loop.random
    fates = (Fate.ARRIVE, Fate.ARRIVE, Fate.LOSE, Fate.DOUBT, Fate.REFUSE, Fate.HOLD)
    house.hub.fate = lambda *_: random.choice(fates)
    await asyncio.sleep(for_s)
    house.hub.fate = lambda *_: Fate.ARRIVE
    house.hub.release()


async def _evict(house: House, _for_s: float) -> None:
    await house.any().directory.evict(alone.BOARD)


async def _hand_over(house: House, _for_s: float) -> None:
    """Have the owner give the board to another node, twice."""
    for _ in range(2):
        owners = [node for node in house.nodes if node.is_owner]
        if not owners:
            return
        heirs = [node for node in house.nodes if node not in owners]
        try:
            heir = house.loop.random.choice(heirs).inc
            house.given += await owners[0].nodes.hand_over(alone.BOARD, heir)
        except Unavailable:
            house.faults["hand over in doubt"] += 1


async def _drain(house: House, for_s: float) -> None:
    """Have a node go in order, after it has got a successor."""
    node = house.any()
    house.nodes.remove(node)
    house.start()
    node.nodes.is_draining = True
    await node.nodes.beat()
    await node.nodes.moving.give_all(for_s)
    house.given += node.nodes.moving.moved
    await asyncio.sleep(for_s)
    await node.nodes.moving.give_all()
    await let_go(node.directory, node.journal)
    await node.die()
    house.world.end(node.inc)


async def _no_beat(house: House, for_s: float) -> None:
    """Have a node's beats be lost: others take over, and it must notice."""
    node = house.any()
    node.is_cut_off = True
    await asyncio.sleep(for_s)
    if not node.is_dead:
        await node.come_back()


FAULTS: dict[str, Callable[[House, float], Any]] = {
    "kill": _kill,
    "stop": _stop,
    "freeze": _freeze,
    "cut": _cut,
    "lose": _lose,
    "evict": _evict,
    "hand over": _hand_over,
    "drain": _drain,
    "no beat": _no_beat,
}


async def _live(person: Person, house: House, turns: int) -> None:
    for n in range(turns):
        await asyncio.sleep(house.loop.random.uniform(0, 3))
        await _watch(person, house)
        op, (do, body) = f"{person.who.id}-{n}", alone._something(person, house.loop)
        while not await _tell(person, house, op, do, body):  # noqa: ASYNC110
            await asyncio.sleep(house.loop.random.uniform(0, 2))


async def _tell(person: Person, house: House, op: str, do: str, body: Any) -> bool:
    """Tell once, somewhere; tell whether it needs telling no more."""
    node = house.any()
    try:
        async with asyncio.timeout(PATIENCE_S):
            return bool(await person.tell(node.router, op, do, **body))
    except Rejected:
        return True
    except Internal:
        if not node.is_dead:  # what a process says that is being killed nobody hears
            raise
        return False
    except TimeoutError:
        if not node.is_dead:
            person.faults.append(f"no answer to {op}")
        return False


async def _watch(person: Person, house: House) -> None:
    what = house.loop.random.random()
    if what < 0.2 and person.is_watching:
        person.paused = True
    elif what < 0.5 and person.paused:
        person.drain()
    elif what < 0.7 or not person.is_watching:
        await _join(person, house.any())


async def _join(person: Person, node: Node) -> bool:
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await person.join(node.router)
    except TimeoutError:
        if not node.is_dead:
            person.faults.append("no answer to a join")
        person.leave()
        return False


async def life(loop: SimLoop, rate: float, faults: int = 4) -> None:
    """Four people at three nodes, and one thing after the other goes wrong."""
    house = House(loop, rate)
    await asyncio.sleep(7)
    async with asyncio.timeout(100):
        await alone._open(house.nodes[0])
    people = [Person(name, alone.BOARD) for name in ("ann", "bob", "cyd", "dan")]
    async with asyncio.timeout(1_000), asyncio.TaskGroup() as group:
        for person in people:
            group.create_task(_live(person, house, turns=10))
        for _ in range(faults):
            await asyncio.sleep(loop.random.uniform(0, 6))
            await house.hit()
    FIRED.update(house.faults)
    FIRED.update(house.hub.faults)
    FIRED["given"] += house.given
    await _settle(people, house)
    alone._check(people, house.world)
    for node in house.nodes:
        await node.jobs.close()


async def _settle(people: list[Person], house: House) -> None:
    """Let the faults end and everybody catch up, each at a node of his own."""
    for node in house.nodes:
        node.journal.heal()
    async with asyncio.timeout(300):
        for at, person in enumerate(people):
            person.drain()
            node = house.nodes[at % len(house.nodes)]
            while not await _join(person, node):  # noqa: ASYNC110 - it is told
                await asyncio.sleep(1)
        await asyncio.sleep(10)  # of virtual time: what is on its way arrives


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_lost_doubled_or_reordered(seed: int) -> None:
    simulate(life, seed, 0.05)


def test_every_kind_of_fault_fires() -> None:
    for seed in range(1_000, 1_012):
        simulate(life, seed, 0.05)
    assert {name for name, count in FIRED.items() if count} >= FAULTS.keys() | {
        "given",
        Fate.LOSE,
        Fate.DOUBT,
        Fate.REFUSE,
        Fate.HOLD,
    }


def _sabotaged(change: Callable[[pytest.MonkeyPatch], None]) -> Any:
    def caught(monkeypatch: pytest.MonkeyPatch) -> None:
        change(monkeypatch)
        with pytest.raises((AssertionError, TimeoutError, ExceptionGroup)):
            for seed in range(40):
                simulate(life, seed, 0.05)

    return caught


def _no_gapfill(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Follower, "_read_journal", lambda _self: None)


def _nack_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def give_up(self: Any, sent: Any) -> None:
        sent.ask.settle(Rejected("not done"))

    monkeypatch.setattr(Follower, "_give_up", give_up)


test_no_gapfill_is_noticed = _sabotaged(_no_gapfill)
test_nack_unknown_is_noticed = _sabotaged(_nack_unknown)
