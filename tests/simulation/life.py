"""A few minutes in the life of a cluster: people at three nodes, and much goes wrong.

`run(seed)` plays one such life and returns what it came to; the same seed plays the
same life.  At the end all faults are undone, the last word is lost on its way to the
others, and everybody must still come to see what is stored.
"""

import asyncio
import json
import logging
from collections.abc import Sequence, Set
from itertools import count
from typing import Any

from orbit.core.cluster import words
from orbit.core.ids import command_id
from orbit.core.kinds.feedback.asked import OpenBoard
from orbit.store.memory.carrier import Fate
from tests.harness.ledger import Read, Viewed
from tests.kit.sim import SimLoop, simulate
from tests.simulation.house import BOARD, FAULTS, House
from tests.simulation.oracle import Report, judge
from tests.simulation.people import REFUSED, Client, Person

PEOPLE = ("ann", "bob", "cyd", "dan")
GUESTS = ("guest one", "guest two", "guest three")
TURNS = 10
HITS = 4  # in each of two rows of faults
LONGEST_S = 1_000.0
CALM_S = 10.0  # after which nothing is left of any fault
QUIET_S = 15.0  # after which everybody knows everything
TRIES = 40
Plan = Sequence[Sequence[str]]  # rows of faults, that go wrong beside each other


def run(seed: int, plan: Plan = (), without: Set[str] = frozenset()) -> Report:
    """Live through one seed; with a `plan`, its rows of faults come as they stand.

    `without` names faults of the database that are not made.
    """
    report = Report(seed)
    try:
        simulate(_life, seed, report, plan, without)
    except Exception as error:  # what is raised is a finding, as all others are
        report.verdict.add("bug", f"{type(error).__name__}: {error}")
    return report


def quietly(seed: int) -> Report:
    """Live through one seed, with little to carry between processes."""
    logging.disable(logging.CRITICAL)  # every fault would be logged, as it should be
    report = run(seed)
    report.trace = ()
    return report


async def _life(loop: SimLoop, report: Report, plan: Plan, without: Set[str]) -> None:
    report.trace = loop.notes
    house = House(loop, without=without)
    people = [Person(name, BOARD, loop) for name in PEOPLE]
    guests = [Client(name, BOARD, loop) for name in GUESTS]
    house.clients += [*people, *guests]
    await house.open()
    await _open(house, people[0])
    reads: list[Read] = []
    async with asyncio.timeout(LONGEST_S), asyncio.TaskGroup() as group:
        jobs = [group.create_task(_watch(house, guest)) for guest in guests]
        jobs += [group.create_task(_read(house, guest, reads)) for guest in guests]
        await _trouble(house, people, plan)
        house.calm()
        for person in people:
            person.drain()
            jobs.append(group.create_task(_watch(house, person)))
        await _settle(house, people[0])
        for job in jobs:
            job.cancel()
    for person in people:
        lost = person.forgive(house.row.told, house.healed_at)
        house.faults["ack lost in a failover"] += lost
    report.verdict = judge(house.world, BOARD, house.clients, reads)
    _sum_up(report, house, people)
    await house.close()


async def _open(house: House, ann: Person) -> None:
    record, command = ann.command("open"), OpenBoard("T", True, "link")
    node = house.nodes[0]
    for _ in range(TRIES):
        if await ann.tell(node, record, "open_board", {}, command) == "ack":
            return
        await asyncio.sleep(1)
    raise TimeoutError("the board could not be opened")


async def _trouble(house: House, people: Sequence[Person], plan: Plan) -> None:
    """Have people live here while one thing after the other goes wrong, in two rows."""
    names = list(FAULTS)
    rows = plan or [house.random.choices(names, k=HITS) for _ in range(2)]
    async with asyncio.TaskGroup() as group:
        for row in rows:
            group.create_task(_hit(house, row))
        for person in people:
            group.create_task(_live(house, person))


async def _hit(house: House, names: Sequence[str]) -> None:
    house.rows += 1
    for name in names:
        await asyncio.sleep(house.random.uniform(0, 6))
        await house.hit(name)
    house.rows -= 1


# People ---------------------------------------------------------------------------


async def _watch(house: House, client: Client) -> None:
    """Watch for ever; come back when the connection is lost."""
    while True:
        if not client.is_watching:
            await client.join(house.any())
        await asyncio.sleep(house.random.uniform(0.2, 1.5))


async def _read(house: House, guest: Client, reads: list[Read]) -> None:
    """Look at what a node shows that takes itself for the owner: it must be newest.

    But what is on its way back to it from the database as one asks, others may know.
    """
    while True:
        await asyncio.sleep(house.random.uniform(0.2, 2.0))
        node = house.any()
        actor = node.owned(BOARD)
        if actor is None:
            continue
        at = house.loop.now if actor._flight is None else float("-inf")
        view = await guest.look(node)
        if view and node.owned(BOARD) is actor:
            house.loop.note(f"{guest.name} reads {view.seq} at {node.inc}")
            rows = json.loads(view.items or b"[]")
            items = {(type_, id): data for type_, id, data in rows}
            reads.append(Read(BOARD, at, Viewed(view.log_id, view.seq, items)))


async def _live(house: House, person: Person) -> None:
    """Come and go, tell things, and tell again what has no answer."""
    random = house.random
    for n in count():
        if n >= TURNS and not house.rows:
            return
        await asyncio.sleep(random.uniform(0, 3))
        await _move(house, person)
        do, body = _something(house, person)
        command, told = person.command(f"{person.name}-{n}"), None
        for _ in range(TRIES):
            told = await person.tell(house.any(), command, do, body)
            if _is_final(house, told):
                break
            await asyncio.sleep(random.uniform(0, 2))
        if told == "ack" and do == "add_note":
            person.notes.append(command_id(BOARD, person.who.id, command.op))


def _is_final(house: House, told: str | None) -> bool:
    """Tell whether nothing is told again; some accept that it cannot be done now."""
    is_doubtful = told in {None, "unknown"}
    is_enough = not is_doubtful and house.random.random() < 0.5
    return told in {"ack", REFUSED} or is_enough


async def _move(house: House, person: Person) -> None:
    what = house.random.random()
    if what < 0.2:
        person.pause()
    elif what < 0.5:
        person.drain()
    elif what < 0.7 or not person.is_watching:
        await person.join(house.any())


def _something(house: House, person: Person) -> tuple[str, dict[str, Any]]:
    """Think of a command; what is done is unlike all before: each ack has an event.

    Half of all that is removed or restored is so already, and refused.
    """
    random, own = house.random, person.notes
    notes = sorted(id for type_, id in person.items if type_ == "note") or own
    if not notes or random.random() < 0.15:
        return "add_note", {"content": "text"}
    note = random.choice(own if own and random.random() < 0.7 else notes)
    x = random.random()
    things: list[tuple[str, dict[str, Any]]] = [
        ("move_note", {"note": note, "x": x, "y": x}),
        ("edit_note", {"note": note, "content": f"text {x}"}),
        ("toggle_upvote", {"note": random.choice(notes)}),
        ("remove_note", {"note": note}),
        ("restore_note", {"note": note}),
    ]
    return random.choice(things)


# The end --------------------------------------------------------------------------


async def _settle(house: House, ann: Person) -> None:
    """Lose the last word; wait until everybody must know it."""
    await asyncio.sleep(CALM_S)
    before = house.hub.faults[Fate.LOSE]
    house.hub.fate = _loses_what_happened
    await _last_word(house, ann)
    await asyncio.sleep(0.5)
    house.faults["last word lost"] += house.hub.faults[Fate.LOSE] > before
    house.calm()
    await asyncio.sleep(QUIET_S)


async def _last_word(house: House, person: Person) -> None:
    command = person.command("last word")
    for _ in range(TRIES):
        body = {"content": "last word"}
        if await person.tell(house.any(), command, "add_note", body) == "ack":
            return
        await asyncio.sleep(0.5)
    person.silent.append("nothing can be told, although all is well")


def _loses_what_happened(_source: str, _to: str, frame: bytes) -> Fate:
    is_told = isinstance(words.decode(frame), words.Happened)
    return Fate.LOSE if is_told else Fate.ARRIVE


def _sum_up(report: Report, house: House, people: Sequence[Person]) -> None:
    report.faults, report.virtual_s = house.fired(), house.loop.now
    if usurped := report.faults["takeover of a live owner"]:
        report.verdict.add("usurped", f"{usurped} times")
    told = [command for person in people for command in person.commands]
    report.commands = len(told)
    sends = [sent for command in told for sent in command.sends]
    report.unknowns = sum(sent.answer == "unknown" for sent in sends)
