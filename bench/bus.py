"""What an event costs between nodes: CPU microseconds of its owner and of a gateway.

An owner tells what was committed to gateways, processes of their own, over a real
Valkey: word, seal, `PUBLISH`; and there: open, decode, fold.  No database, no sockets.
The best of many short rounds, so that it can be read on a busy machine too.

    .venv/bin/python -m bench.bus [--gateways 1] [--turn 8] [--carry] [--profile owner]
"""

import argparse
import asyncio
import cProfile
import json
import os
import pstats
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import ExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import uvloop
from msgspec import Struct
from msgspec.structs import astuple, replace

from orbit.composition import Core, compose
from orbit.core.actors.around import Live
from orbit.core.cluster import words
from orbit.core.cluster.nodes import Nodes
from orbit.core.codec import Entry
from orbit.core.kinds.feedback.asked import OpenBoard
from orbit.core.ports import NewBoard
from orbit.core.types import SYSTEM, BoardId, Principal
from orbit.pauses import Pauses
from orbit.preflight import with_secrets
from orbit.settings import Settings
from orbit.store.clock import SystemClock
from orbit.store.embedded.valkey import EmbeddedValkey
from orbit.store.mail import mailer
from orbit.store.memory.carrier import Hub, MemoryMembers
from orbit.store.memory.node import MemoryNode
from orbit.store.memory.store import MemoryStore
from orbit.store.memory.world import World
from orbit.store.passwords import Argon2Hasher
from orbit.store.redis.carrier import RedisCarrier

OWNER = "00000000-0000-4000-8000-0000000000aa"
GATEWAY = "00000000-0000-4000-8000-{:012}".format
BOARDS = [BoardId(f"00000000-0000-4000-8000-{number:012}") for number in range(64)]
ANN = Principal("ann")
SECRET = b"of a bench: it seals, and hides nothing"
EVENTS, ROUNDS = 512, 60  # of a round, over all boards
QUIET_S = 0.001  # between two events that are told by themselves
CLOCK = SystemClock()
T = TypeVar("T")


class Cost(Struct):
    """CPU microseconds per event and gateway, of the best round."""

    owner: float
    gateway: float
    redis: float

    @property
    def nodes(self) -> float:
        return self.owner + self.gateway


# A node ------------------------------------------------------------------------------


class Node:
    """A node over a real carrier, and a store in memory that is alike in each process.

    In it one board is as another: opened by the owner, with a note that was edited.
    """

    def __init__(self, inc: str, url: str, *, is_plain: bool) -> None:
        self.inc, self.world = inc, World(CLOCK)
        self.carrier = RedisCarrier(
            url,
            inc=inc,
            log_id=self.world.log_id,
            clock=CLOCK,
            secret=None if is_plain else SECRET,
        )
        self.nodes = Nodes(
            self.carrier,
            MemoryMembers(Hub(CLOCK)),
            MemoryNode(self.world, inc),
            name=inc,
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Core]:
        """Have the boards as their owner, or follow them."""
        carrying = asyncio.get_running_loop().create_task(self.carrier.run())
        core = await self._owner(self.nodes if self.inc == OWNER else None)
        if self.inc != OWNER:
            await core.jobs.close()
            self.world.nodes[OWNER].expires = float("inf")
            core = await self._composed(self.inc, self.nodes)
        await until(lambda: not self.carrier.is_deaf)
        try:
            yield core
        finally:
            carrying.cancel()
            await asyncio.wait([carrying])
            await core.jobs.close()

    def is_watched_by(self, gateways: int) -> bool:
        serving = self.nodes._serving  # noqa: SLF001 - nobody else has to ask this
        return all(len(serving.watchers(board)) == gateways for board in BOARDS)

    async def _owner(self, nodes: Nodes | None) -> Core:
        core = await self._composed(OWNER, nodes)
        core.jobs.start(core.boards.writer.run(), "writer")
        for board in BOARDS:
            await core.boards.journal.create(NewBoard(board, "feedback", b"salt" * 4))
            opened = OpenBoard("Bench", is_public=True, link="")
            ask, op = core.boards.router.ask, b"%16d"
            await ask(board, SYSTEM, op % 1, "open_board", command=opened)
            note = (await ask(board, ANN, op % 2, "add_note", b'{"content":"-"}')).id
            text = b'{"note":"%b","content":"%b"}' % (note.encode(), b"x" * 136)
            await ask(board, ANN, op % 3, "edit_note", text)
        return core

    async def _composed(self, inc: str, nodes: Nodes | None) -> Core:
        self.world.enter(inc, inc, inc)
        store = MemoryStore(self.world, inc=inc)
        settings = with_secrets(Settings(data=Path(tempfile.mkdtemp())))
        lease = store.node.lease
        await lease.beat()
        post = mailer(None, settings.mail_from, settings.mail_folder)
        given = settings, store.journal, store.people, lease, CLOCK, post
        return compose(*given, Argon2Hasher(), nodes)


def cpu_ns(pid: int) -> int:
    """Return the CPU time of all threads of a process."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks)


async def until(is_so: Callable[[], bool]) -> None:
    while not is_so():  # noqa: ASYNC110 - it is a bench's end of a round
        await asyncio.sleep(0.002)


# A gateway ---------------------------------------------------------------------------


async def follow(flags: Any) -> None:
    """Follow all boards until the owner's process hangs up; then say how far."""
    node = Node(flags.inc, flags.url, is_plain=flags.plain)
    async with node.running() as core:
        for board in BOARDS:
            await core.boards.router.look(board, ANN)
        if flags.carry:
            node.carrier.listen(partial(_decode, node))
        Pauses().watch()
        print("follows", flush=True)
        await asyncio.to_thread(sys.stdin.read)
        print(json.dumps([core.boards.router.head(board) for board in BOARDS]))


def _decode(node: Node, sender: str, frame: bytes) -> None:
    """Take a word as far as it is the carrier's: news are read, and not followed."""
    if not isinstance(words.decode(frame), words.Happened):
        node.nodes._received(sender, frame)  # noqa: SLF001 - what it gave the carrier


class Gateway:
    """A gateway's process."""

    def __init__(self, number: int, url: str, flags: Any) -> None:
        self.inc = GATEWAY(number + 1)
        more = ("--plain",) if flags.plain else ()
        more += ("--carry",) if flags.carry else ()
        if flags.profile == "gateway":
            more += ("--profile", "gateway")
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "bench.bus", "--url", url),
                *("--inc", self.inc, *more),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    async def follows(self) -> None:
        assert self.process.stdout is not None  # noqa: S101 - it was asked for
        line = await asyncio.to_thread(self.process.stdout.readline)
        if line != "follows\n":
            raise RuntimeError(f"a gateway does not follow: {line}")

    def end(self) -> Sequence[int]:
        """Return how far it has followed each board."""
        out, _ = self.process.communicate("", timeout=60)
        heads, _, more = out.partition("\n")
        print(more, end="")
        return json.loads(heads)


# The owner ---------------------------------------------------------------------------


class Telling:
    """What the owner tells: the boards in turns, so many words a turn of the loop."""

    def __init__(self, node: Node, core: Core) -> None:
        self._node = node
        self._lives = [_live(core, board) for board in BOARDS]
        self._last = [node.world.boards[board].journal[-1] for board in BOARDS]

    @property
    def heads(self) -> Sequence[int]:
        return [live.seq for live in self._lives]

    async def cost(self, turn: int, gateways: Sequence[Gateway], redis: int) -> Cost:
        """Tell a round of events and return what each of them cost each process."""
        turns = self._turns(turn)
        pids = [os.getpid(), *(gateway.process.pid for gateway in gateways), redis]
        began = [cpu_ns(pid) for pid in pids]
        for words_of_turn in turns:
            for live, entry in words_of_turn:
                live.seq = entry.seq
                self._node.nodes.published(live.claim.board, live, [entry])
            await (asyncio.sleep(QUIET_S) if turn == 1 else self._carried(gateways))
        await self._heard(gateways)
        if not gateways:  # nobody was told
            for live, last in zip(self._lives, self._last, strict=True):
                live.seq = last.seq
        spent = [cpu_ns(pid) - at for pid, at in zip(pids, began, strict=True)]
        told = sum(map(len, turns)) * max(len(gateways), 1) * 1e3
        return Cost(spent[0] / told, sum(spent[1:-1]) / told, spent[-1] / told)

    def _turns(self, turn: int) -> Sequence[Sequence[tuple[Live, Entry]]]:
        """Return what is told, turn by turn; made beforehand, for that is no bus."""
        seqs = self.heads
        each = min(EVENTS, 128 * turn) // len(BOARDS)
        told = [
            (live, replace(last, seq=seq + at + 1))
            for at in range(each)
            for live, last, seq in zip(self._lives, self._last, seqs, strict=True)
        ]
        return [told[at : at + turn] for at in range(0, len(told), turn)]

    async def _carried(self, gateways: Sequence[Gateway]) -> None:
        """Wait until a turn is on its way: by one word more, that costs nearly none."""
        carried = asyncio.get_running_loop().create_future()
        to, word = gateways[-1].inc if gateways else OWNER, words.Beacon({})
        self._node.nodes.send(to, word, carried.set_result)
        await carried

    async def _heard(self, gateways: Sequence[Gateway]) -> None:
        """Wait until every gateway has answered what was said to it last."""
        taken = self._node.carrier.taken + len(gateways)
        board = BOARDS[0]
        for gateway in gateways:
            self._node.nodes.send(gateway.inc, words.Who(board))
        await until(lambda: self._node.carrier.taken >= taken)


def _live(core: Core, board: BoardId) -> Live:
    live = core.boards.directory.actor(board).live
    assert live is not None  # noqa: S101 - it has just been written to
    return live


async def measure(flags: Any) -> Sequence[tuple[int, Cost]]:
    """Return what an event costs, by how many are told in one turn of the loop."""
    with tempfile.TemporaryDirectory(prefix="bench-bus-") as folder, ExitStack() as end:
        redis = EmbeddedValkey(Path(folder))
        url = redis.start()
        end.callback(redis.stop)
        node = Node(OWNER, url, is_plain=flags.plain)
        async with node.running() as core:
            Pauses().watch()
            telling, pid = Telling(node, core), redis.pid or 0
            waiting = 0.0
            if 1 in flags.turn:
                waiting = (await _best(telling, 1, (), pid)).owner
            gateways = [Gateway(at, url, flags) for at in range(flags.gateways)]
            for gateway in gateways:
                await gateway.follows()
            await until(lambda: node.is_watched_by(len(gateways)))
            costs = []
            for turn in flags.turn:
                cost = await _best(telling, turn, gateways, pid)
                if turn == 1:  # to wait for the next one is no work of the bus
                    alone = waiting / len(gateways)
                    cost = replace(cost, owner=cost.owner - alone)
                costs.append((turn, cost))
            for gateway in gateways:
                if gateway.end() != telling.heads and not flags.carry:
                    raise RuntimeError("a gateway has not followed to the end")
    return costs


async def _best(
    telling: Telling, turn: int, gateways: Sequence[Gateway], redis: int
) -> Cost:
    costs = [await telling.cost(turn, gateways, redis) for _ in range(ROUNDS)]
    return Cost(*(min(each) for each in zip(*map(astuple, costs), strict=True)))


# The command -------------------------------------------------------------------------


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gateways", type=int, default=1)
    parser.add_argument("--turn", type=int, nargs="+", default=[1, 8, 64])
    parser.add_argument("--plain", action="store_true", help="without a secret")
    parser.add_argument("--carry", action="store_true", help="gateways fold nothing")
    parser.add_argument("--profile", choices=("owner", "gateway"))
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--inc", help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    flags = parser.parse_args()
    if flags.inc:
        _profiled(flags.profile, follow(flags))
        return
    costs = _profiled(flags.profile == "owner", measure(flags))
    if flags.json:
        print(json.dumps([(turn, *astuple(cost)) for turn, cost in costs]))
        return
    for turn, cost in costs:
        print(
            f"{turn:3} a turn: {cost.nodes:5.1f} us per event and gateway"
            f" (owner {cost.owner:.1f}, gateway {cost.gateway:.1f};"
            f" Redis {cost.redis:.1f})"
        )


def _profiled(is_profiled: object, job: Coroutine[Any, Any, T]) -> T:
    if not is_profiled:
        return uvloop.run(job)
    profile = cProfile.Profile()
    result = profile.runcall(uvloop.run, job)
    pstats.Stats(profile).sort_stats("tottime").print_stats(30)
    return result


if __name__ == "__main__":
    main()
