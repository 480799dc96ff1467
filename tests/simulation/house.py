"""The nodes that are alive and what they share, and the table of what goes wrong.

A fault is one function, named in `FAULTS`, that makes one thing go wrong for a while
and undoes it.  It counts itself in `house.faults` once it has bitten.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Set
from copy import deepcopy

from orbit.cluster import let_go
from orbit.core.cluster import words
from orbit.core.cluster.isolation import DEAF_S
from orbit.core.errors import Unavailable
from orbit.core.ids import board_id
from orbit.core.ports import NewBoard
from orbit.store.memory.carrier import SILENCE_S, Fate
from orbit.store.memory.world import Row, World
from tests.kit.faults import FaultyJournal
from tests.kit.sim import SimClock, SimLoop
from tests.simulation.hub import SimHub
from tests.simulation.node import Node
from tests.simulation.people import Client

BOARD = board_id(b"simulated")
SETTLED_S = 7.0  # a younger view of the cluster moves nothing


class House:
    """A cluster, its database, and its clients."""

    def __init__(
        self,
        loop: SimLoop,
        *,
        size: int = 3,
        rate: float = 0.03,
        without: Set[str] = frozenset(),
    ) -> None:
        """`without` names faults of journals that are not made."""
        self.loop, self.random = loop, loop.random
        self.world, self.hub = World(SimClock(loop)), SimHub(SimClock(loop))
        self.nodes: list[Node] = []
        self.journals: list[FaultyJournal] = []
        self.clients: list[Client] = []
        self.faults: Counter[str] = Counter()
        self.busy: set[str] = set()  # faults that are under way
        self.healed_at = float("-inf")  # until then a failover may lose acks
        self.rows = 0  # of faults that are not over
        self.is_database_down = False
        self._rate, self._without = rate, without
        for _ in range(size):
            self.start()

    def start(self) -> None:
        """Start one more node."""
        inc = f"inc-{len(self.journals)}"
        journal = FaultyJournal(self.world, inc, self.loop, self._rate, slow_s=0.6)
        journal.is_down, journal.without = self.is_database_down, self._without
        self.journals.append(journal)
        self.nodes.append(Node(self.loop, self.world, inc, journal, self.hub))

    def any(self) -> Node:
        """Return one of the nodes; it need not be well."""
        return self.random.choice(self.nodes)

    @property
    def row(self) -> Row:
        return self.world.boards[BOARD]

    @property
    def owner(self) -> Node | None:
        """The node that the database names, if it lives."""
        return next((node for node in self.nodes if node.inc == self.row.owner), None)

    def other(self, than: Node) -> Node:
        """Return a node that is another."""
        return self.random.choice([node for node in self.nodes if node is not than])

    async def open(self) -> None:
        """Make the board, on a quiet day."""
        await asyncio.sleep(SETTLED_S)
        await self.nodes[0].journal.create(NewBoard(BOARD, "feedback", b"salt"))

    async def hit(self, name: str) -> None:
        """Have one thing go wrong for a while, unless it does already."""
        if name not in self.busy:
            self.busy.add(name)
            self.loop.note(f"--- {name}")
            try:
                await (FAULTS | PLANNED)[name](self, self.random.uniform(0.5, 12))
            finally:
                self.busy.discard(name)
                self.loop.note(f"--- end of {name}")

    def calm(self) -> None:
        """Have nothing go wrong from now on."""
        self.is_database_down = False
        self.hub.calm()
        for journal in self.journals:
            journal.heal()
        for node in self.nodes:
            node.go_on()

    def fired(self) -> Counter[str]:
        """Return how often each fault has bitten, wherever it was made."""
        hub = {f"frame {fate}": count for fate, count in self.hub.faults.items()}
        journals = sum((journal.faults for journal in self.journals), Counter[str]())
        return self.faults + Counter(hub) + journals

    async def close(self) -> None:
        """End all nodes."""
        for node in self.nodes:
            await node.jobs.close()


Fault = Callable[[House, float], Awaitable[None]]


async def kill(house: House, _for_s: float) -> None:
    """The process is gone; its parent says so."""
    house.world.end(await _gone(house))
    house.faults["kill"] += 1


async def machine_lost(house: House, _for_s: float) -> None:
    """The process is gone, and nobody says so: its lease ends."""
    await _gone(house)
    house.faults["machine lost"] += 1


async def _gone(house: House) -> str:
    node = _preferred(house)
    house.nodes.remove(node)
    house.start()
    await node.die()
    return node.inc


def _preferred(house: House) -> Node:
    """Return the owner, mostly: there the harm is greatest."""
    owner = house.owner
    return owner if owner and house.random.random() < 0.6 else house.any()


async def pause(house: House, for_s: float) -> None:
    """SIGSTOP, now or in the midst of an append; all clocks go on."""
    node = _preferred(house)
    if house.random.random() < 0.5:
        await _appending(node)
    await _stopped(house, node, for_s)
    house.faults["pause"] += 1
    house.faults["pause beyond the lease"] += for_s > 6


async def _appending(node: Node) -> None:
    """Wait until the node writes, for a while."""
    for _ in range(40):
        if node.writer._under_way:
            return
        await asyncio.sleep(0.05)


async def zombie(house: House, _for_s: float) -> None:
    """The owner is stopped in the midst of an append, until another has its board."""
    if (owner := house.owner) is None:
        return
    await _appending(owner)
    await _stopped(house, owner, house.random.uniform(7, 14))
    house.faults["zombie"] += house.row.owner != owner.inc


async def failover(house: House, _for_s: float) -> None:
    """A standby that is behind becomes the database: claims and acks are lost.

    The owner sleeps through it, and wakes when its epoch was given out a second time
    and the head is where it has left it: only its token tells.
    """
    standby = deepcopy((house.world.boards, house.world.nodes))
    behind = standby[0][BOARD]
    for _ in range(4):
        await _claimed_again(house)
    written = behind.seq + 4
    if not await _comes(lambda: house.row.seq >= written and house.owner is not None):
        return
    if (sleeper := house.owner) is None:
        return
    sleeper.stop()
    epoch, head = house.row.epoch, house.row.seq
    house.loop.note(f"failover: {head} in {epoch} was {behind.seq} in {behind.epoch}")
    house.world.boards, house.world.nodes = standby
    house.world.log_id = house.world.fresh_id()
    house.faults["failover"] += 1
    for _ in range(8):
        if house.row.epoch < epoch and await _comes(lambda: house.owner is not None):
            await _claimed_again(house)
    if await _comes(lambda: house.row.seq >= head):
        is_same = (house.row.seq, house.row.epoch) == (head, epoch)
        house.faults["same epoch and head twice"] += is_same
        others = [node for node in house.nodes if node is not sleeper]
        for node in others:
            node.stop()
        sleeper.go_on()
        await asyncio.sleep(2)
        for node in others:
            node.go_on()
    sleeper.go_on()
    house.healed_at = house.loop.now


async def _claimed_again(house: House) -> None:
    """Have the board go to rest; whoever watches it wakes it."""
    epoch = house.row.epoch
    owner = house.owner
    if owner and owner.is_well:
        await evict_from(owner)
    await _comes(lambda: house.row.epoch > epoch)


async def _comes(holds: Callable[[], bool]) -> bool:
    """Wait until something holds, for a while."""
    for _ in range(3_000):
        if holds():
            return True
        await asyncio.sleep(0.005)
    return False


async def straggler(house: House, _for_s: float) -> None:
    """What was asked of an owner arrives when it has the board for the second time."""
    if (first := house.owner) is None:
        return
    hub, inc = house.hub, first.inc
    hub.fate = lambda _from, to, frame: _held(frame) if to == inc else Fate.ARRIVE
    await asyncio.sleep(house.random.uniform(1, 3))
    hub.fate = lambda *_: Fate.ARRIVE
    second = house.other(first)
    await _handed_over(house, first, second)
    await asyncio.sleep(house.random.uniform(4, 10))
    await _handed_over(house, second, first)
    await asyncio.sleep(house.random.uniform(1, 3))
    house.faults["straggler"] += house.owner is first and bool(hub._held)
    hub.release()


async def told_twice(house: House, _for_s: float) -> None:
    """What a gateway was told is under way for long; people tell it at others again."""
    if (owner := house.owner) is None:
        return
    hub, inc = house.hub, house.other(owner).inc
    hub.fate = lambda source, _, frame: _held(frame) if source == inc else Fate.ARRIVE
    await asyncio.sleep(house.random.uniform(1, 3))
    for client in house.clients:
        client.cut_off()
    await asyncio.sleep(house.random.uniform(3, 6))
    hub.fate = lambda *_: Fate.ARRIVE
    house.faults["told twice"] += bool(hub._held)
    hub.release()


def _held(frame: bytes) -> Fate:
    return Fate.HOLD if isinstance(words.decode(frame), words.Ask) else Fate.ARRIVE


async def _handed_over(house: House, owner: Node, heir: Node) -> None:
    if owner.owned(BOARD) is None or owner.nodes is None:
        return
    try:
        given = await owner.run(owner.nodes.hand_over(BOARD, heir.inc))
        house.faults["hand over"] += bool(given)
    except Unavailable:
        house.faults["hand over in doubt"] += 1


async def _stopped(house: House, node: Node, for_s: float) -> None:
    node.stop()
    house.loop.note(f"{node.inc} stands still")
    await asyncio.sleep(for_s)
    node.go_on()


async def redis_stop(house: House, for_s: float) -> None:
    """Redis is down, and comes back with or without what it knew."""
    house.hub.stop()
    await asyncio.sleep(for_s)
    if not house.hub.is_up:
        house.hub.start(forgetting=house.random.random() < 0.5)
    house.faults["redis stop"] += 1


async def redis_flush(house: House, _for_s: float) -> None:
    """Redis forgets who is there: whoever beats first sees itself alone."""
    house.faults["redis flush"] += bool(house.hub._members)
    house.hub.flush()


async def redis_freeze(house: House, for_s: float) -> None:
    """Redis answers nothing, and carries later what was sent."""
    house.hub.freeze()
    await asyncio.sleep(for_s)
    house.hub.thaw()
    house.faults["redis freeze"] += 1


def _silenced(name: str, silence: Callable[[SimHub, str], None]) -> Fault:
    async def silenced(house: House, for_s: float) -> None:
        node = _preferred(house)
        silence(house.hub, node.inc)
        await asyncio.sleep(for_s)
        house.hub.mend(node.inc)
        house.faults[name] += 1

    return silenced


async def isolated(house: House, for_s: float) -> None:
    """One node is cut off from Redis for so long that it gives all its boards away."""
    node = _preferred(house)
    house.hub.cut(node.inc)
    await asyncio.sleep(DEAF_S + SILENCE_S + for_s)
    house.faults["isolated"] += node.nodes is not None and node.nodes.is_isolated
    house.hub.mend(node.inc)


async def bad_carrier(house: House, for_s: float) -> None:
    """Some words are lost, in doubt, refused, held or late."""
    random = house.random
    fates = (Fate.ARRIVE, Fate.ARRIVE, Fate.LOSE, Fate.DOUBT, Fate.REFUSE, Fate.HOLD)
    house.hub.fate = lambda *_: random.choice(fates)
    house.hub.delay = lambda *_: random.choice((0.0, 0.01, 0.5, 3.0))
    await asyncio.sleep(for_s)
    house.hub.fate = lambda *_: Fate.ARRIVE
    house.hub.delay = lambda *_: 0.0
    house.hub.release()
    house.faults["bad carrier"] += 1


async def evict(house: House, _for_s: float) -> None:
    """A board is put to rest, at any moment."""
    node = house.any()
    house.faults["evict"] += BOARD in node.directory
    await evict_from(node)


async def evict_from(node: Node) -> None:
    await node.run(node.directory.evict(BOARD))


async def hand_over(house: House, _for_s: float) -> None:
    """The owner gives the board to another node, twice."""
    for _ in range(2):
        if owner := house.owner:
            await _handed_over(house, owner, house.other(owner))


async def drain(house: House, for_s: float) -> None:
    """A node goes in order, after it has got a successor."""
    node = _preferred(house)
    if node.nodes is None:
        return
    house.nodes.remove(node)
    house.start()
    node.nodes.is_draining = True
    await node.run(node.nodes.beat())
    await node.run(node.nodes.moving.give_all(for_s))
    await asyncio.sleep(for_s)
    await node.run(let_go(node.directory, node.journal))
    await node.die()
    house.world.end(node.inc)
    house.faults["drain"] += 1


async def beats_lost(house: House, for_s: float) -> None:
    """A node's beats do not arrive: others take over, and it must notice."""
    node = _preferred(house)
    node.journal.loses_beats = True
    await asyncio.sleep(for_s)
    node.journal.loses_beats = False
    house.faults["beats lost"] += 1


async def database_cut(house: House, for_s: float) -> None:
    """One node does not reach the database."""
    node = _preferred(house)
    node.journal.is_down = True
    await asyncio.sleep(for_s)
    node.journal.is_down = house.is_database_down
    house.faults["database cut"] += 1


async def database_down(house: House, for_s: float) -> None:
    """The database answers nobody."""
    house.is_database_down = True
    for node in house.nodes:
        node.journal.is_down = True
    await asyncio.sleep(for_s)
    house.is_database_down = False
    for node in house.nodes:
        node.journal.is_down = False
    house.faults["database down"] += 1


async def database_slow(house: House, for_s: float) -> None:
    """The database takes its time."""
    for node in house.nodes:
        node.journal.slow_s = 2.0
    await asyncio.sleep(for_s)
    for node in house.nodes:
        node.journal.slow_s = 0.6
    house.faults["database slow"] += 1


async def clients_cut(house: House, _for_s: float) -> None:
    """Clients lose their connections without a word, and what was asked over them."""
    for client in house.clients:
        if house.random.random() < 0.7:
            house.faults["clients cut"] += client.cut_off()


FAULTS: dict[str, Fault] = {
    "kill": kill,
    "machine lost": machine_lost,
    "pause": pause,
    "redis stop": redis_stop,
    "redis flush": redis_flush,
    "redis freeze": redis_freeze,
    "cut": _silenced("cut", SimHub.cut),
    "deaf": _silenced("deaf", SimHub.deafen),
    "mute": _silenced("mute", SimHub.mute),
    "isolated": isolated,
    "bad carrier": bad_carrier,
    "evict": evict,
    "hand over": hand_over,
    "drain": drain,
    "beats lost": beats_lost,
    "database cut": database_cut,
    "database down": database_down,
    "database slow": database_slow,
    "clients cut": clients_cut,
}

# For those who bring one thing out: too harsh, or too seldom of use, for the others.
PLANNED: dict[str, Fault] = {
    "zombie": zombie,
    "failover": failover,
    "straggler": straggler,
    "told twice": told_twice,
}
