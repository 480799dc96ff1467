"""Clients as the protocol wants them: they tell again, resume, and note everything.

What they were told, when, and by whom goes into the ledger.  A client may stop reading,
lose its connection without a word, and come back elsewhere.
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from orbit.core import kind
from orbit.core.actors.mailbox import Answer, Ask, Done
from orbit.core.actors.subscribers import Joined, Subscriber
from orbit.core.actors.watching import Position
from orbit.core.codec import Entry
from orbit.core.errors import OrbitError, Rejected, Unavailable, Unknown
from orbit.core.ids import op_key
from orbit.core.types import BoardId, Principal
from tests.harness.ledger import Applied, Command, Sent, Viewed, Viewer
from tests.kit.sim import SimLoop
from tests.kit.wires import WIRE
from tests.simulation.node import Node

T = TypeVar("T")
Key = tuple[str, str]

# 10.5 s; and what is looked up after 10 s takes up to 4 s in this slow database.
SILENCE_S = 15.0
PATIENCE_S = 20.0  # then a client hangs up
REFUSED = "refused"
UNNOTICED_S = 10.0  # a connection that was lost silently is found out within this


class Connection:
    """One socket."""

    def __init__(self, client: "Client", node: Node) -> None:
        self.node, self.client = node, client
        self.paused = self.has_paused = self.is_cut = False
        self.here: int | None = None  # how many are here, as it was told last
        self.subscriber = Subscriber(self, WIRE, client.who, self._told)

    def write(self, data: bytes) -> None:
        if self.is_gone:
            return
        if self.paused:
            self.client.bugs.append("written to while it does not read")
        for line in data.split(b"\n"):
            message = json.loads(line)
            if message["type"] == "changed":
                self.client.changed(message, is_live=True)
            elif message["type"] == "here":
                self.here = message["count"]

    @property
    def is_gone(self) -> bool:
        return self.is_cut or self.node.is_dead

    def _told(self, _subscriber: Subscriber, view: Joined | OrbitError) -> None:
        self.seen(view)

    def seen(self, view: Joined | OrbitError) -> None:
        """Take a view, asked for or not; an error ends it."""
        if self.is_gone:
            return
        if isinstance(view, OrbitError):
            self.is_cut = True
        else:
            self.here = view.here
            self.client.joined(view)


class Client:
    """Somebody who watches one board."""

    def __init__(self, name: str, board: BoardId, loop: SimLoop) -> None:
        self.name, self.board, self._loop = name, board, loop
        self.who = Principal("" if name.startswith("guest") else name)
        self.viewer = Viewer(name, name)
        self.items: dict[Key, Any] = {}
        self.seq, self.log = 0, ""
        self.connection: Connection | None = None
        self._waiting: dict[asyncio.Future[Any], None] = {}
        self.bugs: list[str] = []  # what no client should ever see
        self.silent: list[str] = []  # what it waited for in vain

    # What it is told ----------------------------------------------------------------

    def joined(self, view: Joined) -> None:
        """Begin anew, or from where it was."""
        if view.items is not None:
            rows = json.loads(view.items)
            self.items = {(type_, id): data for type_, id, data in rows}
            self.seq, self.log = view.seq, view.log_id
        else:
            for change in json.loads(view.changes):
                self.changed(change, is_live=False)
        seen = Viewed(view.log_id, view.seq, dict(self.items))
        self.viewer.seen.append(seen)

    def changed(self, message: Any, *, is_live: bool) -> None:
        """Take an event; of what was missed, parts that are gone by now were left."""
        changes = message["changes"]
        told = changes if is_live else None
        self.viewer.seen.append(Applied(self.log, message["seq"], told))
        self.seq = message["seq"]
        for change in changes:
            if "put" in change:
                type_, id, data = change["put"]
                self.items[type_, id] = data
            else:
                self.items.pop(tuple(change["drop"]), None)

    # What it does -------------------------------------------------------------------

    @property
    def is_watching(self) -> bool:
        return self.connection is not None and not self.connection.is_gone

    async def join(self, node: Node) -> bool:
        """Watch at a node, from where it was; tell whether it was let in."""
        self.hang_up()
        connection = self.connection = Connection(self, node)
        has = Position(self.log, self.seq) if self.log else None

        def ask(settle: Callable[[Joined | OrbitError], None]) -> None:
            def joined(view: Joined | OrbitError) -> None:
                connection.seen(view)
                settle(view)

            router = node.router
            router.join(self.board, connection.subscriber, has, joined)

        view = await self._asked(node, ask, "a join")
        if view is None:
            self.cut()
        return isinstance(view, Joined)

    def hang_up(self) -> None:
        """Leave, and say so."""
        if connection := self.connection:
            connection.is_cut = True
            connection.node.reach(
                connection.node.router.leave, self.board, connection.subscriber
            )
        self.connection = None

    def cut(self) -> None:
        """Be gone without a word: the node finds out later."""
        if connection := self.connection:
            connection.is_cut = True
            leave, node = connection.node.router.leave, connection.node
            wait_s = self._loop.random.uniform(0, UNNOTICED_S)
            self._loop.call_later(
                wait_s, node.reach, leave, self.board, connection.subscriber
            )
        self.connection = None

    def cut_off(self) -> bool:
        """Lose the connection, and what was asked over it; tell whether it was."""
        was_there = self.is_watching or bool(self._waiting)
        for waiting in self._waiting:
            waiting.set_result(None)
        self._waiting.clear()
        self.cut()
        return was_there

    def pause(self) -> None:
        """Stop reading."""
        if self.connection:
            self.connection.paused = self.connection.has_paused = True

    def drain(self) -> None:
        """Read again."""
        connection = self.connection
        if connection and connection.paused:
            connection.paused = False
            node = connection.node
            node.reach(node.router.catch_up, self.board, connection.subscriber)

    async def look(self, node: Node) -> Joined | None:
        """Look without watching."""

        def ask(settle: Callable[[Joined | OrbitError], None]) -> None:
            node.directory.actor(self.board).look(self.who, settle)

        view = await self._asked(node, ask, "a look")
        return view if isinstance(view, Joined) else None

    async def _asked(
        self, node: Node, ask: Callable[[Callable[[T], None]], None], what: str
    ) -> T | None:
        """Return the answer; None if there is none, for the connection was lost."""
        since = self._loop.now
        waiting: asyncio.Future[T | None] = self._loop.create_future()

        def settle(answer: T) -> None:
            if not waiting.done():
                waiting.set_result(answer)

        if node.is_dead:
            return None
        node.pending[waiting] = None
        self._waiting[waiting] = None
        node.reach(ask, settle)
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await waiting
        except TimeoutError:
            return None
        finally:
            node.pending.pop(waiting, None)
            self._waiting.pop(waiting, None)
            waited = self._loop.now - since
            if waited > SILENCE_S and node.is_well and node.well_since < since:
                self.silent.append(f"{what} waited {waited:.1f} s")


class Person(Client):
    """Somebody who watches, and tells the board things."""

    def __init__(self, name: str, board: BoardId, loop: SimLoop) -> None:
        super().__init__(name, board, loop)
        self.commands: list[Command] = []
        self.notes: list[str] = []  # that it has added, removed or not

    def command(self, op: str) -> Command:
        """Begin a command; the ledger's own look at silence is for real time."""
        self.commands.append(Command(self.board, op_key(op), by_sdk=True))
        return self.commands[-1]

    def forgive(
        self, stored: Mapping[tuple[str, bytes, int], Entry], before: float
    ) -> int:
        """Doubt acks that a failover has lost; return how many that were."""
        lost = 0
        for command in self.commands:
            entry = stored.get((self.who.id, command.op, 0))
            for sent in command.acks():
                if sent.at < before and (entry is None or entry.seq != sent.seq):
                    sent.answer, lost = "unknown", lost + 1
        return lost

    async def tell(
        self,
        node: Node,
        command: Command,
        do: str,
        body: dict[str, Any],
        inner: kind.Command | None = None,
    ) -> str | None:
        """Send a command once, and return what it was answered; None if nothing.

        `REFUSED` is what a person takes for it, though it may be told as a doubt.
        """
        attempt = len(command.sends) + 1
        sent = Sent(self._loop.now)
        command.sends.append(sent)
        text = json.dumps(body).encode()

        def ask(settle: Callable[[Answer], None]) -> None:
            if inner is None:
                tell = node.router.tell
                tell(self.board, self.who, command.op, do, text, settle, attempt)
            else:
                at, op = self._loop.now, command.op
                asked = Ask(self.who, op, do, text, settle, at, inner, attempt)
                node.directory.actor(self.board).tell(asked)

        what = f"{self.name}: {do} {command.op.hex()[:6]}, attempt {attempt}, "
        self._loop.note(f"{what}at {node.inc}")
        answer = await self._asked(node, ask, what)
        self._loop.note(f"{what}at {node.inc}: {answer!r}")
        sent.until = self._loop.now
        sent.answer = told = self._meaning(answer)
        sent.seq = answer.seq if isinstance(answer, Done) else 0
        is_doubted = isinstance(answer, Unknown) and "message" in answer.details
        return REFUSED if is_doubted else told

    def _meaning(self, answer: Answer | None) -> str | None:
        """Return `ack`, `unknown`, `REFUSED`, or the code of what passes."""
        match answer:
            case None:
                return None
            case Done():
                return "ack"
            case Unknown():
                return "unknown"
            case Rejected():
                return REFUSED
            case Unavailable():
                return answer.code
            case _:
                self.bugs.append(f"answered {answer!r}")
                return "unknown"
