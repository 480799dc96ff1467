"""What one node tells of itself, and does, when an operator asks.

Rates are measured while the question waits: nothing is counted by board or socket for
nobody.  Whoever asks at the same time gets the same measure.  It must never know who
asks; other nodes ask by `answer`, which has one line for each question.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from collections.abc import Sequence as Seq
from datetime import timedelta
from typing import Any

import msgspec
from msgspec import Struct

import orbit
from orbit.core.actors.directory import Actor, Directory
from orbit.core.actors.journaling import Writer
from orbit.core.actors.traffic import Activity, Tap, Traffic
from orbit.core.cluster.following import Follower
from orbit.core.cluster.nodes import Nodes
from orbit.core.codec import Entry
from orbit.core.errors import NotFound
from orbit.core.ports import Clock, Journal
from orbit.core.protocol.close import Close
from orbit.core.types import BoardId
from orbit.http.governor import Governor
from orbit.http.handover import Connections
from orbit.http.reports import Busy, Numbers, Place, SocketRow
from orbit.http.wheel import Ward
from orbit.http.ws import Socket

MEASURE_S = 1.0
MOST = 100  # boards, or sockets, that one node tells of
SLICE = 250  # sockets looked at between two yields: each costs a call of the system
LOOK_S = 1.0  # a tracer that hears nothing looks whether it has missed something
PAGE = 100


class Ask(Struct, frozen=True):
    """What a question is about; each reads what it needs."""

    board: BoardId = BoardId("")
    by: str = "commands"
    limit: int = MOST
    number: int = 0
    heir: str = ""


class Rates(Struct, frozen=True):
    """A node's boards, measured."""

    measured_s: float
    commands_s: float
    events_s: float
    deliveries_s: float
    boards: Seq[Busy]


class Sockets(Struct, frozen=True):
    """A node's connections, measured."""

    measured_s: float
    total: int
    sockets: Seq[SocketRow]


class _Measure(Struct, frozen=True):
    """One look at everything, as long as it lasted."""

    seconds: float
    boards: Mapping[BoardId, Activity]
    commands: int
    deliveries: int
    events: int
    heard: Mapping[int, int]  # frames, by the numbers of sockets


ORDER: Mapping[str, Callable[[Busy], float]] = {
    "commands": lambda board: board.commands_s,
    "deliveries": lambda board: board.deliveries_s,
    "watchers": lambda board: board.watchers,
    "acks": lambda board: board.slowest_ms,
}


class Parts(Struct, frozen=True):
    """What of a node there is to be looked at; without `nodes` it is alone."""

    directory: Directory
    journal: Journal
    traffic: Traffic
    writer: Writer
    clock: Clock
    governor: Governor
    memory_bytes: Callable[[], int]  # that the process has
    connections: Connections
    nodes: Nodes | None = None
    leave: Callable[[], None] = lambda: None  # end in order, as on SIGTERM


class Inspector:
    """This node, as an operator sees it."""

    def __init__(self, inc: str, name: str, parts: Parts) -> None:
        self.inc, self.name, self._parts = inc, name, parts
        self._directory, self._traffic = parts.directory, parts.traffic
        self._clock = parts.clock
        self._measuring: asyncio.Future[_Measure] | None = None
        self._is_closing = False
        self._answers: Mapping[str, Callable[[Ask], Awaitable[Any]]] = {
            "numbers": self.numbers,
            "boards": self.boards,
            "board": self.board,
            "sockets": self.sockets,
            "kill": self.kill,
            "evict": self.evict,
            "move": self.move,
            "drain": self.drain,
        }

    async def close(self, _app: object = None) -> None:
        """End all traces, within a second or so."""
        self._is_closing = True

    async def answer(self, about: str, body: bytes) -> bytes:
        """Answer a question of another node.

        Raises:
            NotFound: this release knows of no such thing.
            OrbitError: what the answer is refused with.
        """
        if about not in self._answers:
            raise NotFound("this node is of a release that does not know it")
        ask = msgspec.json.decode(body or b"{}", type=Ask)
        return msgspec.json.encode(await self._answers[about](ask))

    async def numbers(self, _ask: Ask | None = None) -> Numbers:
        """Tell how this node is."""
        actors, sockets = self._directory.actors(), self._parts.connections
        nodes, governor = self._parts.nodes, self._parts.governor
        return Numbers(
            version=orbit.__version__,
            is_draining=nodes is not None and nodes.is_draining,
            is_deaf=nodes is not None and nodes.is_deaf,
            sheds=governor.sheds.name.lower(),
            boards_owned=sum(actor.claim is not None for actor in actors),
            boards_followed=sum(isinstance(actor, Follower) for actor in actors),
            boards_waking=sum(actor.live is None for actor in actors),
            sockets=len(sockets),
            sockets_lagging=sockets.wheel.lagging,
            loop_lag_s=round(governor.lag_s, 4),
            memory_bytes=self._parts.memory_bytes(),
            memory_share=round(governor.used, 3),
            commands_total=self._traffic.commands,
            events_total=self._parts.writer.events,
            commits_total=self._parts.writer.commits,
            deliveries_total=self._traffic.deliveries,
        )

    # Boards -------------------------------------------------------------------------

    async def boards(self, ask: Ask) -> Rates:
        """Tell of the boards with the most of something, and of all together."""
        seen = await self._measure()
        rows = [
            self._busy(actor, seen)
            for actor in self._directory.actors()
            if actor.id in seen.boards or actor.watchers
        ]
        rows.sort(key=ORDER[ask.by], reverse=True)
        return Rates(
            measured_s=seen.seconds,
            commands_s=_rate(seen.commands, seen),
            events_s=_rate(seen.events, seen),
            deliveries_s=_rate(seen.deliveries, seen),
            boards=rows[: min(ask.limit, MOST)],
        )

    def _busy(self, actor: Actor, seen: _Measure) -> Busy:
        activity = seen.boards.get(actor.id, Activity())
        is_ours = actor.claim is not None
        return Busy(
            board=actor.id,
            kind=actor.live.kind.name if actor.live else "",
            owner=self.inc if is_ours else "",
            commands_s=_rate(activity.commands, seen),
            events_s=_rate(activity.events, seen) if is_ours else 0.0,
            deliveries_s=_rate(activity.deliveries, seen),
            watchers=actor.watchers,
            slowest_ms=round(activity.slowest_s * 1_000, 2),
        )

    async def board(self, ask: Ask) -> Place:
        """Tell what a board is here."""
        actor = self._directory.get(ask.board)
        if actor is None:
            return Place(self.inc, self.name, "absent")
        live = actor.live
        role = "follower" if isinstance(actor, Follower) else "owner"
        return Place(
            inc=self.inc,
            name=self.name,
            role=role if live else "waking",
            epoch=live.claim.epoch if live and actor.claim else None,
            seq=live.seq if live else None,
            watchers=actor.watchers,
            waiting=actor.is_busy,
        )

    async def evict(self, ask: Ask) -> bool:
        """Save a board and let it go; tell whether it was awake here."""
        was_live = ask.board in self._directory
        await self._directory.evict(ask.board)
        return was_live

    async def move(self, ask: Ask) -> bool:
        """Give a board of this node to another one; tell whether it was given."""
        nodes = self._parts.nodes
        return nodes is not None and await nodes.hand_over(ask.board, ask.heir)

    async def drain(self, _ask: Ask | None = None) -> bool:
        """Give boards and sockets to the other nodes, and end; tell at once."""
        self._parts.leave()
        return True

    # Connections --------------------------------------------------------------------

    async def sockets(self, ask: Ask) -> Sockets:
        """Tell of the connections, the slowest first."""
        seen = await self._measure()
        rows: list[SocketRow] = []
        wards = self._wards()
        for n, ward in enumerate(wards, 1):
            if isinstance(ward.listener, Socket):
                lag_s = self._parts.connections.wheel.lag_s(ward)
                rows.append(self._socket(ward, ward.listener, lag_s, seen))
            if n % SLICE == 0:
                await asyncio.sleep(0)
        rows.sort(key=_slowness, reverse=True)
        return Sockets(seen.seconds, len(wards), rows[: min(ask.limit, MOST)])

    def _socket(
        self, ward: Ward, socket: Socket, lag_s: float, seen: _Measure
    ) -> SocketRow:
        age = timedelta(seconds=self._clock.monotonic() - socket.since)
        frames = socket.heard - seen.heard.get(socket.number, 0)
        return SocketRow(
            id=f"{self.inc[:8]}-{socket.number}",
            node=self.inc,
            since=self._clock.now() - age,
            boards=socket.boards,
            boards_behind=socket.boards_behind,
            queued_bytes=ward.unsent(),
            lag_s=round(lag_s, 3),
            frames_s=_rate(frames, seen),
        )

    async def kill(self, ask: Ask) -> bool:
        """Close a connection, whose client is free to come back.

        Raises:
            NotFound: there is no such connection here.
        """
        for ward in self._wards():
            if isinstance(ward.listener, Socket) and ward.listener.number == ask.number:
                ward.listener.hang_up(Close.ENDED, "closed by the node's admin")
                return True
        raise NotFound("there is no such connection")

    def _wards(self) -> Seq[Ward]:
        return list(self._parts.connections)

    # Measuring ----------------------------------------------------------------------

    async def _measure(self) -> _Measure:
        """Look for a second; whoever asks meanwhile waits for the same look."""
        if self._measuring is None:
            self._measuring = asyncio.get_running_loop().create_future()
            try:
                self._measuring.set_result(await self._look())
            finally:
                self._measuring.cancel()
                measured, self._measuring = self._measuring, None
            return measured.result()
        return await asyncio.shield(self._measuring)

    async def _look(self) -> _Measure:
        began, traffic = self._clock.monotonic(), self._traffic
        before = traffic.commands, traffic.deliveries, self._parts.writer.events
        heard = dict(_heard(self._wards()))
        with traffic.measured() as boards:
            await asyncio.sleep(MEASURE_S)
        return _Measure(
            seconds=round(self._clock.monotonic() - began, 3),
            boards=boards,
            commands=traffic.commands - before[0],
            deliveries=traffic.deliveries - before[1],
            events=self._parts.writer.events - before[2],
            heard=heard,
        )

    # Tracing ------------------------------------------------------------------------

    async def trace(
        self, board: BoardId, since: int | None
    ) -> AsyncIterator[Seq[tuple[Entry, float | None]]]:
        """Give what is committed on a board from now on, or after a seq; gapless.

        With each entry comes for how many ms it was on its way, where that is known.
        Gives nothing now and then, so that who is gone is noticed.

        Raises:
            NotFound: there is no such board.
            Gone: retention has removed what came after `since`.
        """
        head = (await self._parts.journal.peek(board)).claim.seq
        last = head if since is None else since
        with self._traffic.tapped(board) as tap:
            while not self._is_closing:
                self._directory.actor(board)  # which is woken, or followed
                told = self._taken(tap, last)
                if not told or told[0][0].seq != last + 1:
                    told = [*await self._missed(board, last, told), *told]
                yield told
                last = told[-1][0].seq if told else last
                await tap.wait(LOOK_S)

    def _taken(self, tap: Tap, last: int) -> Seq[tuple[Entry, float | None]]:
        now, monotonic = self._clock.now(), self._clock.monotonic()
        entries = [each for each in tap.entries if each[0].seq > last]
        tap.entries.clear()
        found: list[tuple[Entry, float | None]] = []
        for entry, at in entries:
            told_at = now - timedelta(seconds=monotonic - at)
            decided_at = msgspec.convert(entry.at, type=type(now), strict=False)
            ms = (told_at - decided_at).total_seconds() * 1_000
            found.append((entry, round(ms, 1)))
        return found

    async def _missed(
        self, board: BoardId, last: int, told: Seq[tuple[Entry, Any]]
    ) -> Seq[tuple[Entry, None]]:
        """Read what came before the first that was told; or all, where nothing was."""
        actor = self._directory.get(board)
        head = told[0][0].seq - 1 if told else (actor.head if actor else None)
        missed: list[tuple[Entry, None]] = []
        while head is not None and last < head:
            page = await self._parts.journal.since(board, last, min(head - last, PAGE))
            if not page:
                break
            missed += [(entry, None) for entry in page]
            last = page[-1].seq
        return missed


def _heard(wards: Iterable[Ward]) -> Iterable[tuple[int, int]]:
    sockets = (ward.listener for ward in wards)
    return [(s.number, s.heard) for s in sockets if isinstance(s, Socket)]


def _rate(count: float, seen: _Measure) -> float:
    return round(count / seen.seconds, 1)


def _slowness(row: SocketRow) -> tuple[float, ...]:
    return row.boards_behind, row.lag_s, row.queued_bytes, row.frames_s
