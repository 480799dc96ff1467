"""One node on a loop where time is free, and people who watch and tell its boards.

`@simulated` runs a test on such a loop and gives it a `Rig`: the real directory,
actors, writer and router over the shipped memory store, whose failures are arranged.
At its end every ask has had one answer and every journal folds to its live state.
"""

import asyncio
import inspect
import json
from collections import deque
from collections.abc import Callable, Coroutine, Mapping, Sequence
from functools import reduce
from itertools import count
from typing import Any

from orbit.core.actors.around import Alone, Surroundings
from orbit.core.actors.directory import Directory
from orbit.core.actors.jobs import Jobs
from orbit.core.actors.journaling import Writer
from orbit.core.actors.mailbox import Answer, Done
from orbit.core.actors.subscribers import Joined, Subscriber
from orbit.core.actors.watching import Position
from orbit.core.cluster.nodes import Nodes
from orbit.core.cluster.router import Router
from orbit.core.codec import Codec
from orbit.core.errors import OrbitError, StoreDown
from orbit.core.ids import board_id, op_key
from orbit.core.kind import Command, Kind
from orbit.core.kinds import KINDS
from orbit.core.kinds.feedback.asked import OpenBoard
from orbit.core.limits import Rate
from orbit.core.ports import (
    Append,
    Claim,
    Held,
    Loaded,
    NewBoard,
    Op,
    Outcome,
    Snapshot,
)
from orbit.core.types import BoardId, Items, Key, Principal
from orbit.store.memory.carrier import Hub, MemoryCarrier, MemoryMembers
from orbit.store.memory.journal import MemoryJournal
from orbit.store.memory.node import MemoryNode
from orbit.store.memory.world import World
from tests.kit.kinds import poll
from tests.kit.sim import SimClock, SimLoop, simulate
from tests.kit.wires import WIRE

FREE = Rate(1e9, 1.0, 1e9)
ANN, BOB, GUEST = Principal("ann"), Principal("bob"), Principal("")
LINK = "0" * 64
BY_LINK = Principal("eve", claims=frozenset({f"link:{LINK}"}))
Fault = Outcome | str  # "lost": sent and not written; "applied": written, no answer


class RiggedJournal(MemoryJournal):
    """The memory store; the next appends end as `fate` says, and it may be down."""

    def __init__(self, world: World, inc: str) -> None:
        super().__init__(world, inc)
        self.fate: deque[Fault] = deque()
        self.is_down = False
        self.calls: list[str] = []
        self.batches: list[list[BoardId]] = []
        self.gate = asyncio.Event()  # an append waits here
        self.gate.set()
        self.door = asyncio.Event()  # and everything else there
        self.door.set()

    async def append(self, turns: Sequence[Append]) -> Sequence[Outcome]:
        self.batches.append([turn.claim.board for turn in turns])
        await asyncio.sleep(0.001)
        fate = self.fate.popleft() if self.fate else None
        if isinstance(fate, Outcome):
            return [fate] * len(turns)
        if fate == "lost" or self.is_down:
            return [Outcome.UNKNOWN] * len(turns)
        await self.gate.wait()
        outcomes = await super().append(turns)
        return [Outcome.UNKNOWN] * len(turns) if fate == "applied" else outcomes

    async def claim(self, board: BoardId) -> Claim:
        await self._go("claim")
        return await super().claim(board)

    async def peek(self, board: BoardId) -> Held:
        await self._go("peek")
        return await super().peek(board)

    async def peek_all(self, boards: Sequence[BoardId]) -> Mapping[BoardId, Held]:
        await self._go("peek")
        return await super().peek_all(boards)

    async def load(self, claim: Claim, version: int) -> Loaded:
        await self._go("load")
        return await super().load(claim, version)

    async def told(self, board: BoardId, ops: Sequence[Op]) -> Any:
        await self._go("told")
        return await super().told(board, ops)

    async def since(self, board: BoardId, seq: int, limit: int, **of: Any) -> Any:
        await self._go("since")
        return await super().since(board, seq, limit, **of)

    async def save(self, claim: Claim, snapshot: Snapshot) -> bool:
        await self._go("save")
        return await super().save(claim, snapshot)

    async def release(self, claim: Claim, heir: str | None = None) -> bool:
        await self._go("release")
        return await super().release(claim, heir)

    async def needed(self, board: BoardId, keys: Any) -> Items:
        await self._go("needed")
        found: Mapping[Key, Any] = await super().needed(board, keys)
        return found

    async def due(self, now: Any, limit: int) -> Sequence[BoardId]:
        await self._go("due")
        return await super().due(now, limit)

    async def _go(self, name: str) -> None:
        self.calls.append(name)
        await asyncio.sleep(0.001)
        await self.door.wait()
        if self.is_down:
            raise StoreDown


class Seat:
    """A connection that watches one board and writes down what it hears."""

    def __init__(self, router: Router, board: BoardId, who: Principal) -> None:
        self.who, self.board, self._router = who, board, router
        self.paused = False
        self.writes: list[list[Any]] = []  # the messages of each write
        self.views: list[Joined | OrbitError] = []
        self.subscriber = Subscriber(self, WIRE, who, lambda _, v: self._seen(v))

    def write(self, data: bytes) -> None:
        assert not self.paused, "written to while it does not read"
        self.writes.append([json.loads(line) for line in data.split(b"\n")])

    def _seen(self, view: Joined | OrbitError) -> None:
        self.views.append(view)
        self.writes.append([_as_message(view)])

    def join(self, has: Position | None = None) -> None:
        """Ask to watch; the answer is the next of `views`."""
        self._router.join(self.board, self.subscriber, has, self._seen)

    async def joined(self, has: Position | None = None) -> "Seat":
        """Watch, or fail."""
        before = len(self.views)
        self.join(has)
        await until(lambda: len(self.views) > before)
        assert isinstance(self.views[-1], Joined), self.views[-1]
        return self

    def leave(self) -> None:
        self._router.leave(self.board, self.subscriber)

    def drain(self) -> None:
        """Read again."""
        self.paused = False
        self._router.catch_up(self.board, self.subscriber)

    def signal(self, do: str, **body: Any) -> None:
        self._router.signal(self.board, self.who, do, json.dumps(body).encode())

    @property
    def heard(self) -> list[Any]:
        return [message for write in self.writes for message in write]

    def of(self, type: str) -> list[Any]:
        return [message for message in self.heard if message["type"] == type]

    @property
    def seqs(self) -> list[int]:
        """The seqs of the events it was told, one by one or after a position."""
        return [event["seq"] for message in self.heard for event in _events(message)]

    @property
    def items(self) -> dict[tuple[str, str], Any]:
        """What is on its screen."""
        items: dict[tuple[str, str], Any] = {}
        for message in self.heard:
            if message.get("items") is not None:
                items = {(type, id): data for type, id, data in message["items"]}
            for event in _events(message):
                for change in event["changes"]:
                    _fold(items, change)
        return items


def _events(message: Any) -> Sequence[Any]:
    if message["type"] == "changed":
        return [message]
    return message.get("changes", ())  # type: ignore[no-any-return]


def _fold(items: dict[tuple[str, str], Any], change: Any) -> None:
    if "put" in change:
        type, id, data = change["put"]
        items[type, id] = data
    else:
        items.pop(tuple(change["drop"]), None)


def _as_message(view: Joined | OrbitError) -> Any:
    if isinstance(view, OrbitError):
        return {"type": "left", "error": view.code}
    message = {"type": "joined", "seq": view.seq, "role": view.roles, "here": view.here}
    if view.items is None:
        return {**message, "changes": json.loads(view.changes)}
    return {**message, "items": json.loads(view.items)}


class Told:
    """One telling of a command: its answers, and when they came."""

    def __init__(self, loop: SimLoop) -> None:
        self._loop, self.began = loop, loop.now
        self.answers: list[Answer] = []
        self.took = 0.0

    def settle(self, answer: Answer) -> None:
        self.answers.append(answer)
        self.took = self._loop.now - self.began

    @property
    def is_answered(self) -> bool:
        return bool(self.answers)

    @property
    def code(self) -> str:
        """`done`, or the code of the error."""
        (answer,) = self.answers
        return "done" if isinstance(answer, Done) else getattr(answer, "code", "bug")

    @property
    def seq(self) -> int:
        (answer,) = self.answers
        assert isinstance(answer, Done), repr(answer)
        return answer.seq

    async def answer(self) -> Answer:
        await until(lambda: self.is_answered)
        return self.answers[0]


class Rig:
    """A node, and its database."""

    def __init__(
        self,
        loop: SimLoop,
        *,
        world: World | None = None,
        inc: str = "inc",
        kinds: Sequence[Kind[Any]] = (),
        rate: Rate = FREE,
        rest_after_s: float = 60.0,
        most: int = 10_000,
        waking: int = 5_000,
        letters: int = 1_024,
        hub: Hub | None = None,
    ) -> None:
        self.loop, self.clock = loop, SimClock(loop)
        self.kinds = {**KINDS, "poll": poll.KIND, **{kind.name: kind for kind in kinds}}
        self.codecs = {name: Codec(kind) for name, kind in self.kinds.items()}
        self.world = world or World(self.clock)
        self.journal = RiggedJournal(self.world, inc)
        self.node = MemoryNode(self.world, inc)
        self.jobs, self.writer = Jobs(), Writer(self.journal)
        self.nodes: Nodes | None = None
        if hub:
            carrier, members = MemoryCarrier(hub, inc), MemoryMembers(hub)
            self.nodes = Nodes(carrier, members, self.node, name=inc)
        self.around = Surroundings(
            kinds=self.kinds,
            codecs=self.codecs,
            journal=self.journal,
            writer=self.writer,
            lease=self.node.lease,
            clock=self.clock,
            jobs=self.jobs,
            wakes=asyncio.Semaphore(64),
            author_rate=rate,
            mailbox_letters=letters,
            relay=self.nodes or Alone(),
        )
        self.directory = Directory(
            self.around,
            first=self.nodes.follow if self.nodes else None,
            rest_after_s=rest_after_s,
            most=most,
            waking=waking,
        )
        if self.nodes:
            self.nodes.connect(self.directory, self.around)
        in_flight = self.nodes.in_flight if self.nodes else None
        self.router = Router(
            self.directory, self.clock, in_flight, is_alone=hub is None
        )
        self.is_beating = True
        self.tellings: list[Told] = []
        self._ops = count(1)
        self._boards = count(1)

    async def start(self) -> None:
        await self.node.register(self.node.inc, f"lock of {self.node.inc}")
        await self.node.lease.beat()
        parts = [self.writer.run(), self.directory.run(), self._beat()]
        for job in parts + ([self.nodes.run()] if self.nodes else []):
            self.jobs.start(job, "part of the node")

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(2)
            if self.is_beating:
                deaf_s = self.nodes.deaf_s() if self.nodes else None
                await self.node.lease.beat(deaf_s)

    async def new(self, kind: str = "feedback") -> BoardId:
        """Create a board on which nothing has happened."""
        id = board_id(b"%d" % next(self._boards))
        await self.journal.create(NewBoard(id, kind, b"salt"))
        return id

    async def board(self, **fields: Any) -> BoardId:
        """Open a feedback board by ann; its admin link is `LINK`."""
        id = await self.new()
        is_public, strict = fields.pop("is_public", True), fields.pop("strict", 0)
        command = OpenBoard("T", is_public, LINK, strict)
        await self.order(id, command, **fields)
        return id

    async def order(
        self, board: BoardId, command: Command, who: Principal = ANN
    ) -> Done:
        """Have one of Orbit's own commands done."""
        op = op_key(f"order {self.node.inc} {next(self._ops)}")
        return await self.router.ask(board, who, op, "order", command=command)

    def tell(
        self,
        board: BoardId,
        do: str,
        who: Principal = ANN,
        *,
        op: str = "",
        attempt: int = 1,
        **body: Any,
    ) -> Told:
        """Tell a board a command, under a new op unless one is given."""
        told = Told(self.loop)
        self.tellings.append(told)
        key = op_key(op or f"op {self.node.inc} {next(self._ops)}")
        text = json.dumps(body).encode()
        self.router.tell(board, who, key, do, text, told.settle, attempt)
        return told

    async def do(
        self, board: BoardId, do: str, who: Principal = ANN, **more: Any
    ) -> Done:
        """Have a command done, or raise why not."""
        answer = await self.tell(board, do, who, **more).answer()
        if isinstance(answer, Done):
            return answer
        raise answer

    async def notes(
        self, board: BoardId, count: int, who: Principal = ANN
    ) -> list[str]:
        """Add notes, one after the other, and return their ids."""
        done = [
            await self.do(board, "add_note", who, content="x") for _ in range(count)
        ]
        return [each.id for each in done]

    async def seat(
        self, board: BoardId, who: Principal = BOB, has: Position | None = None
    ) -> Seat:
        """Sit somebody down before a board."""
        return await Seat(self.router, board, who).joined(has)

    def position(self, board: BoardId, seq: int) -> Position:
        return Position(self.world.log_id, seq)

    def seqs(self, board: BoardId) -> list[int]:
        return [entry.seq for entry in self.world.boards[board].journal]

    def state(self, board: BoardId) -> Any:
        """Return what the journal comes to."""
        row = self.world.boards[board]
        kind, codec = self.kinds[row.board.kind], self.codecs[row.board.kind]
        return reduce(kind.apply, map(codec.event, row.journal), kind.initial)

    def give(self, board: BoardId, heir: "Rig") -> "asyncio.Task[bool]":
        """Hand a board over to another node."""
        assert self.nodes
        return self.loop.create_task(self.nodes.hand_over(board, heir.node.inc))

    async def given(self, board: BoardId, heir: "Rig") -> bool:
        """Hand a board over, and tell whether it was."""
        return await self.give(board, heir)

    async def die(self) -> None:
        """Be gone, between two steps: nothing is said to anybody."""
        self.tellings.clear()
        self.journal.door.clear()
        self.journal.gate.clear()
        await self.jobs.close()

    async def close(self) -> None:
        """Let what is under way end, then look whether all is well."""
        await asyncio.sleep(30)  # of a time that is free
        for told in self.tellings:
            assert len(told.answers) == 1, f"answers: {told.answers}"
        for board, actor in self.directory._actors.items():
            if (live := actor.live) and not self.world.boards[board].floor:
                assert live.state == self.state(board), "memory is not what was stored"
        await self.jobs.close()


Scenario = Callable[..., Coroutine[Any, Any, None]]


def simulated(scenario: Scenario | None = None, **options: Any) -> Any:
    """Run a coroutine function as a test; its first argument is a running `Rig`."""
    if scenario is None:
        return lambda given: simulated(given, **options)

    async def life(loop: SimLoop, fixtures: Mapping[str, Any]) -> None:
        rig = Rig(loop, **options)
        await rig.start()
        async with asyncio.timeout(10_000):
            await scenario(rig, **fixtures)
            await rig.close()

    def run(**fixtures: Any) -> None:
        simulate(life, 0, fixtures)

    signature = inspect.signature(scenario)
    others = list(signature.parameters.values())[1:]
    run.__name__, run.__doc__ = scenario.__name__, scenario.__doc__
    run.__module__ = scenario.__module__
    setattr(run, "__signature__", signature.replace(parameters=others))  # noqa: B010
    setattr(run, "pytestmark", getattr(scenario, "pytestmark", []))  # noqa: B010
    return run


async def until(holds: Callable[[], object], within_s: float = 60.0) -> None:
    """Return when something holds; simulated time, so a long while costs nothing."""
    async with asyncio.timeout(within_s):
        while not holds():  # noqa: ASYNC110 - time is free
            await asyncio.sleep(0.005)
