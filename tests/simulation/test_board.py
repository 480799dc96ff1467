"""People on one board of a node whose database fails at every turn: nothing is lost.

The real directory, actors, writer and router, over virtual time.  Every ack is in the
journal once, every refusal is not, every screen ends as the index has it.
"""

import asyncio
import json
import os
from collections import Counter
from typing import Any

import pytest

from orbit.core.actors.around import Surroundings
from orbit.core.actors.directory import Directory
from orbit.core.actors.jobs import Jobs
from orbit.core.actors.journaling import Writer
from orbit.core.cluster.router import Router
from orbit.core.codec import Codec
from orbit.core.errors import Rejected
from orbit.core.ids import board_id, op_key
from orbit.core.kinds import KINDS
from orbit.core.kinds.feedback.asked import OpenBoard
from orbit.core.limits import Rate
from orbit.core.ports import Journal, NewBoard
from orbit.core.types import Principal, sees
from orbit.store.memory.world import World
from tests.kit.faults import FaultyJournal
from tests.kit.people import Person
from tests.kit.sim import SimClock, SimLoop, simulate
from tests.simulation.sabotages import sabotaged

BOARD = board_id(b"simulated")
SEEDS = range(int(os.environ.get("ORBIT_SIM_SEEDS", "60")))
FIRED: Counter[str] = Counter()  # the faults of all runs of this process


class Lease:
    """As `Beat`: valid until 5 s after the last beat that the world has seen."""

    def __init__(self, clock: SimClock) -> None:
        self._clock, self.until = clock, 0.0

    def is_valid(self) -> bool:
        return self._clock.monotonic() < self.until


class Node:
    """One start of a process."""

    def __init__(self, loop: SimLoop, world: World, inc: str, rate: float) -> None:
        self.loop, self.world, self.inc = loop, world, inc
        clock = SimClock(loop)
        self.journal = FaultyJournal(world, inc, loop, rate)
        self.lease, self.jobs = Lease(clock), Jobs()
        self.is_cut_off = False  # its beats are lost; its appends may still arrive
        self.writer = Writer(self.journal)
        self.directory = self._directory(self._around(self.journal, clock))
        self.router = self._router(clock)
        world.enter(inc, inc, inc)
        for job in (self.writer.run(), self.directory.run(), self._beat()):
            self.jobs.start(job, inc)

    def _router(self, clock: SimClock) -> Router:
        return Router(self.directory, clock)

    def _directory(self, around: Surroundings) -> Directory:
        return Directory(around, rest_after_s=8.0)

    def _around(self, journal: Journal, clock: SimClock) -> Surroundings:
        codecs = {name: Codec(kind) for name, kind in KINDS.items()}
        room = asyncio.Semaphore(64)
        free = Rate(1e6, 1.0, 1e6)
        return Surroundings(
            KINDS,
            codecs,
            journal,
            self.writer,
            self.lease,
            clock,
            self.jobs,
            room,
            free,
        )

    async def _beat(self) -> None:
        """Renew the lease, until the database no longer hears us."""
        while not self.is_cut_off:
            self.lease.until = self.loop.now + 5.0
            self.world.enter(self.inc, self.inc, self.inc)
            await asyncio.sleep(2.0)


async def _live(person: Person, nodes: list[Node], loop: SimLoop, turns: int) -> None:
    """Join, tell, stall, leave, come back; tell again whatever has no answer."""
    for n in range(turns):
        await asyncio.sleep(loop.random.uniform(0, 3))
        await _watch(person, nodes, loop)
        op = f"{person.who.id}-{n}"
        do, body = _something(person, loop)
        while True:
            is_zombie = len(nodes) > 1 and loop.random.random() < 0.1
            node = nodes[-2 if is_zombie else -1]
            try:
                if await person.tell(node.router, op, do, **body):
                    break
            except Rejected:
                break
            await asyncio.sleep(loop.random.uniform(0, 2))


async def _watch(person: Person, nodes: list[Node], loop: SimLoop) -> None:
    what = loop.random.random()
    if what < 0.2 and person.is_watching:
        person.paused = True
    elif what < 0.5 and person.paused:
        person.drain()
    elif what < 0.7 or not person.is_watching:
        await person.join(loop.random.choice(nodes[-2:]).router)


def _something(person: Person, loop: SimLoop) -> tuple[str, dict[str, Any]]:
    notes = sorted(id for type_, id in person.items if type_ == "note")
    if not notes or loop.random.random() < 0.3:
        return "add_note", {"content": "text"}
    note = loop.random.choice(notes)
    x = loop.random.random()  # unlike any before: every ack has an event
    return loop.random.choice(
        [
            ("move_note", {"note": note, "x": x, "y": x}),
            ("edit_note", {"note": note, "content": f"text {x}"}),
            ("toggle_upvote", {"note": note}),
            ("remove_note", {"note": note}),
        ]
    )


async def _open(node: Node) -> None:
    await node.journal.create(NewBoard(BOARD, "feedback", b"salt"))
    while True:
        command = OpenBoard("T", True, "link")
        ann, op = Principal("ann"), op_key("open")
        try:
            await node.router.ask(BOARD, ann, op, "open_board", command=command)
        except Exception:
            await asyncio.sleep(1)
        else:
            return


async def life(loop: SimLoop, rate: float, make: Any = Node) -> None:
    """Four people, and every so often a new start of the node; the old one goes on."""
    world = World(SimClock(loop))
    nodes = [make(loop, world, "inc-0", rate)]
    async with asyncio.timeout(100):
        await _open(nodes[0])
    people = [Person(name, BOARD) for name in ("ann", "bob", "cyd", "dan")]
    async with asyncio.timeout(600), asyncio.TaskGroup() as group:
        for person in people:
            group.create_task(_live(person, nodes, loop, turns=12))
        for start in (1, 2):
            await asyncio.sleep(loop.random.uniform(5, 15))
            if loop.random.random() < 0.5:
                await nodes[-1].directory.evict(BOARD)
            await asyncio.sleep(loop.random.uniform(0, 5))
            nodes[-1].is_cut_off = True
            nodes.append(make(loop, world, f"inc-{start}", rate))
    FIRED.update(sum((node.journal.faults for node in nodes), Counter()))
    await _settle(people, nodes, world)
    _check(people, world)
    for node in nodes:
        await node.jobs.close()


async def _settle(people: list[Person], nodes: list[Node], world: World) -> None:
    """Let the faults end and everybody catch up."""
    for node in nodes:
        node.journal.heal()
    async with asyncio.timeout(120):
        for person in people:
            person.drain()
            while not await person.join(nodes[-1].router):  # noqa: ASYNC110 - it is told
                await asyncio.sleep(1)
        await asyncio.sleep(2)  # of virtual time: what is on its way arrives


def _check(people: list[Person], world: World) -> None:
    row = world.boards[BOARD]
    assert [entry.seq for entry in row.journal] == list(range(1, row.seq + 1)), "forked"
    last = {(entry.who, entry.op): entry.seq for entry in row.journal}
    assert len(row.journal) > 10, "hardly anything happened"
    for person in people:
        name = person.who.id
        assert not person.faults, f"{name}: {person.faults}"
        for op, seq in person.acked.items():
            assert last.get((name, op_key(op))) == seq, "lost: acked, and not there"
        for op in person.refused:
            assert (name, op_key(op)) not in last, "refused, and yet applied"
        sight = {name, "anyone", "participant", "member" if name == "ann" else ""}
        index = {
            key: json.loads(item.data or b"null")
            for key, item in row.items.items()
            if sees(sight, item.audience)
        }
        assert person.items == index, f"{name} sees what is not so"
    doubles = [entry for entry in row.journal if entry.ix == 0]
    assert len(doubles) == len(last), "a command was applied twice"


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_lost_doubled_or_reordered(seed: int) -> None:
    before = FIRED.total()
    simulate(life, seed, 0.15)
    assert FIRED.total() > before, "no fault was injected"


def test_every_kind_of_fault_fires() -> None:
    for seed in range(5):
        simulate(life, seed, 0.15)
    faults = {"claim", "load", "told", "lost on the way", "answer lost"}
    assert faults <= {name for name, count in FIRED.items() if count}


class _ZombieRead(Node):
    """Answers from memory, however long ago the lease ended."""

    async def _beat(self) -> None:
        self.lease.is_valid = lambda: True
        await super()._beat()


@pytest.mark.parametrize("name", ["no_fence", "no_dedupe", "zombie_read"])
def test_the_simulation_notices_when_a_guard_is_gone(name: str) -> None:
    node = _ZombieRead if name == "zombie_read" else Node

    def all_seeds() -> None:
        for seed in range(20):
            simulate(life, seed, 0.15, node)

    noticed = AssertionError, TimeoutError, ExceptionGroup
    with sabotaged(name), pytest.raises(noticed):
        all_seeds()
