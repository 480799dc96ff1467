"""The shell of a session: does what it says, on one connection.

One slotted object a socket, without a task.  What is written in one turn of the loop
goes out together, after the events that were committed before it.  It knows no kind.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import count
from typing import Any, assert_never

from aiohttp import web
from msgspec import Struct

from orbit.core.actors.jobs import Jobs
from orbit.core.actors.mailbox import Answer, Done
from orbit.core.actors.subscribers import Joined, Subscriber
from orbit.core.actors.watching import Position
from orbit.core.cluster.router import Router, known
from orbit.core.errors import (
    Busy,
    IdReused,
    Internal,
    NotFound,
    OrbitError,
    PrivateBoard,
    RateLimited,
    Unavailable,
)
from orbit.core.ids import canonical, told_op
from orbit.core.ports import Clock, Cut, Noticed
from orbit.core.protocol import frames
from orbit.core.protocol.close import Close
from orbit.core.protocol.session import (
    Bounds,
    Hangup,
    Instruction,
    Phase,
    Refuse,
    Session,
)
from orbit.core.services.belongings import Belongings
from orbit.core.services.identity import GONE, GUEST, BoxKey, Caller, Identity
from orbit.core.types import BoardId
from orbit.http.crowd import crowd
from orbit.http.governor import COME_BACK_S, Governor, Shed
from orbit.http.handover import Connections, upgrade
from orbit.http.rfc6455 import Link, frame
from orbit.settings import Limits

NEVER = float("-inf")
_numbers = count(1)  # of the sockets of this process, for its operator
_NOT_JOINED = NotFound("join this board first", details={"field": "board"})
_TOO_EARLY = Unavailable("left, or joined again, before it was let in")


class Gate(Struct, frozen=True):
    """What the sockets of a node share."""

    node: str
    router: Router
    identity: Identity
    belongings: Belongings
    invited: Callable[[Caller, BoardId], Awaitable[bool]]  # lets him in, if he is
    clock: Clock
    jobs: Jobs
    connections: Connections
    bounds: Bounds
    limits: Mapping[str, Any]  # as `welcome` tells them
    ping_s: float
    lean: bool
    may_connect: Callable[[web.Request], float]  # in so many seconds, or raises
    address: Callable[[web.Request], str]  # of whoever connects
    most: int  # sockets
    most_per_address: int
    ungreeted: "dict[Socket, float]"  # until when each is waited for; oldest first
    by_address: Counter[str]  # the open sockets of each
    ghosts: "set[Socket]"  # the open sockets that have shown a ghost
    governor: Governor
    given: Limits

    async def admit(self, request: web.Request) -> str:
        """Wait for its turn; return the address that a new socket counts for.

        Raises:
            Forbidden: this site may not open sockets here.
            RateLimited: there are too many from this address.
            Busy: there are too many.
        """
        self.governor.admit(Shed.JOINS)
        if wait := self.may_connect(request):
            await asyncio.sleep(wait)
        is_full = len(self.connections) >= self.most
        if is_full or len(self.ungreeted) >= self.given.sockets_without_hello:
            raise Busy("too many sockets", after=1.0)
        where = self.address(request)
        if self.by_address[where] >= self.most_per_address:
            raise RateLimited("too many sockets from one address", after=60.0)
        return where

    def forget(self, gone: "Socket", where: str) -> None:
        """Count a socket no more."""
        self.ungreeted.pop(gone, None)
        self.ghosts.discard(gone)
        self.by_address[where] -= 1
        if not self.by_address[where]:
            del self.by_address[where]

    def hang_up(self, id: str) -> None:
        """Close the sockets of a caller that is being erased."""
        for one in [one for one in self.ghosts if one.is_of(id)]:
            one.hang_up(Close.UNAUTHENTICATED, GONE)

    def turn_out(self, cut: Cut) -> None:
        """Close the sockets of an account whose rights have changed: they come back."""
        for one in [one for one in self.ghosts if one.account == cut.account]:
            one.hang_up(Close.TOKEN_ENDED, "what you may do has changed; come back")

    def notify(self, noticed: Noticed) -> None:
        """Tell whoever has signed in to an account that it has a notice."""
        for one in [one for one in self.ghosts if one.account == noticed.account]:
            one.notify(noticed.id)

    def hang_up_silent(self) -> None:
        """Close the sockets that have not said hello in time.  Call it every second."""
        now = self.clock.monotonic()
        for waiting in [one for one, until in self.ungreeted.items() if until <= now]:
            self.ungreeted.pop(waiting, None)
            waiting.hang_up(Close.NO_HELLO, "say hello")


class _Entering(Struct, eq=False):
    """A board that a socket has asked to watch, and has no answer about yet."""

    frame: frames.JoinBoard
    held: list[frames.Tell] = []  # told before it was let in; oldest first
    waits: bool = True  # until what was sent before is read: a view may be megabytes
    has_knocked: bool = False  # at a private board, as somebody who may be invited


class Socket:
    """One connection: a session, and the boards that it watches."""

    __slots__ = (
        "_boards",
        "_box",
        "_caller",
        "_gate",
        "_joining",
        "_lagged_at",
        "_link",
        "_out",
        "_owed",
        "_session",
        "_where",
        "heard",
        "number",
        "since",
    )

    def __init__(self, gate: Gate, link: Link, where: str = "") -> None:
        """Begin; `where` is the address that it counts for."""
        self._gate, self._link, self._where = gate, link, where
        gate.by_address[where] += 1
        self._session = Session(gate.bounds)
        self._caller: Caller = GUEST
        self._box: BoxKey | None = None
        self._boards: dict[BoardId, Subscriber] = {}
        self._joining: dict[BoardId, _Entering] = {}
        self._out: list[bytes] | None = None
        self._owed = 0
        self._lagged_at = NEVER
        self.number, self.since, self.heard = next(_numbers), gate.clock.monotonic(), 0
        gate.ungreeted[self] = gate.clock.monotonic() + gate.given.hello_s

    # What the connection tells ------------------------------------------------------

    def received(self, text: bytes) -> None:
        """Take one message; never raises."""
        self.heard += 1
        self._follow(self._session.receive(text, self._gate.clock.monotonic()))

    def drained(self) -> None:
        """Bring the boards that lag up to date; close who is too slow for them."""
        self._owed = 0
        behind = [pair for pair in self._boards.items() if pair[1].behind is not None]
        is_slow = behind and self._link.lagged_s > self._gate.given.lag_s
        if is_slow and self._lags_again():
            self._follow([self._session.close(Close.SLOW, "slow, come back")])
            return
        self._let_in_next()
        for board, subscriber in behind:
            if self._link.paused:
                return  # by a view: the other boards have their turn when it is read
            self._boards[board] = self._boards.pop(board)  # as the last, next time
            self._gate.router.catch_up(board, subscriber)

    def _lags_again(self) -> bool:
        """Whether this is the second time in a while: a new view is better for it."""
        before, self._lagged_at = self._lagged_at, self._gate.clock.monotonic()
        return self._lagged_at - before < self._gate.given.lag_window_s

    def lost(self) -> None:
        """Leave all boards."""
        self._session.phase = Phase.CLOSED
        self._gate.forget(self, self._where)
        self._joining.clear()
        boards, self._boards = self._boards, {}
        for board, subscriber in boards.items():
            self._gate.router.leave(board, subscriber)

    @property
    def boards(self) -> int:
        """How many boards it watches."""
        return len(self._boards)

    @property
    def boards_behind(self) -> int:
        """How many of them it has not been told all of."""
        return sum(each.behind is not None for each in self._boards.values())

    @property
    def account(self) -> str:
        """The account of whoever has greeted on it; empty: he has none."""
        return self._caller.account

    def is_of(self, id: str) -> bool:
        """Tell whether the caller of this id has greeted on it."""
        return self._caller.is_called(id)

    def notify(self, id: str) -> None:
        """Say that there is a notice; to a ghost that an account holds nothing is."""
        if self._caller.login and self._session.phase is Phase.OPEN:
            self._write(frames.noticed(id))

    def hang_up(self, code: Close, reason: str) -> None:
        """Close; what it says after this is not heard."""
        self._follow([self._session.close(code, reason)])

    # What the session says ----------------------------------------------------------

    def _follow(self, instructions: Sequence[Instruction]) -> None:
        for instruction in instructions:
            self._do(instruction)

    def _do(self, instruction: Instruction) -> None:
        match instruction:
            case frames.Tell():
                self._tell(instruction)
            case frames.Pass(board, do, body):
                is_shed = self._gate.governor.sheds >= Shed.SIGNALS
                if not is_shed and (subscriber := self._watched(board)):
                    id = self._canonical(board)
                    self._gate.router.signal(id, subscriber.who, do, bytes(body))
            case frames.JoinBoard():
                self._join(instruction)
            case frames.LeaveBoard(board):
                self._refuse(self._leave(self._canonical(board)), _TOO_EARLY)
            case frames.Ping(seen):
                self._write(frames.pong(self._heads(seen)))
            case frames.Hello():
                self._start(self._greet(instruction), "greet")
            case Refuse(ref, error):
                self._write(frames.error(ref, error))
            case Hangup(code, reason):
                self._flush()
                self._link.close(code, reason[:120])
            case _:
                assert_never(instruction)

    def _start(self, job: Any, name: str) -> None:
        self._gate.jobs.start(job, name)

    async def _greet(self, hello: frames.Hello) -> None:
        self._gate.ungreeted.pop(self, None)
        try:
            if hello.token is not None:
                self._caller = await self._gate.identity.admit(hello.token)
            elif hello.ghost is not None:
                self._caller = await self._gate.identity.recognise(hello.ghost)
        except OrbitError as error:
            self._write(frames.error(None, error))
            code = Close.BUSY if error.retry else Close.UNAUTHENTICATED
            self._follow([self._session.close(code, error.message)])
            return
        if self._session.phase is not Phase.GREETING:
            return  # it has hung up meanwhile
        if self._caller.persona:
            self._box = self._caller.persona.box
            self._gate.ghosts.add(self)
        gate, me = self._gate, {"kind": self._caller.kind}
        now = gate.clock.now()
        self._write(frames.welcome(gate.node, now, gate.ping_s, gate.limits, me))
        self._follow(self._session.greeted())

    def _join(self, frame: frames.JoinBoard) -> None:
        try:
            self._gate.governor.admit(Shed.JOINS)
            board = known(frame.board)
        except OrbitError as error:
            self._write(frames.error(frame.ref, error))
            return
        held = self._leave(board)
        self._joining[board] = _Entering(frame, held)
        self._count()
        self._let_in_next()

    def _let_in_next(self) -> None:
        """Begin the join that waits longest, unless its view would not be read yet."""
        waiting = (pair for pair in self._joining.items() if pair[1].waits)
        first = None if self._link.paused else next(waiting, None)
        if first is not None:
            first[1].waits = False
            self._start(self._let_in(*first), "join")

    async def _let_in(self, board: BoardId, entering: _Entering) -> None:
        at, identity = self._gate.clock.monotonic(), self._gate.identity
        frame = entering.frame
        try:
            who = await identity.principal(self._caller, board, frame.link, at=at)
        except OrbitError as error:
            self._joined(board, entering, error)
            return
        if self._joining.get(board) is not entering:
            return  # it has left, joined again, or hung up meanwhile
        subscriber = Subscriber(self._link, _WIRE, who, partial(self._told, board))
        self._boards[board] = subscriber
        has = None
        if frame.log is not None and frame.since is not None:
            has = Position(frame.log, frame.since)
        settle = partial(self._joined, board, entering)
        self._gate.router.join(board, subscriber, has, settle, at)
        for tell in _taken(entering.held):  # the board itself keeps their order
            self._tell(tell)

    def _joined(
        self, board: BoardId, entering: _Entering, view: Joined | OrbitError
    ) -> None:
        if self._joining.get(board) is not entering:
            return  # it has been answered
        if isinstance(view, Joined) and self._link.paused:
            entering.waits = True  # for a newer view: this one would be kept till then
            self._unwatch(board)
            return
        may_knock = self._caller.login and not entering.has_knocked
        if may_knock and isinstance(view, PrivateBoard):
            entering.has_knocked = True
            self._unwatch(board)
            self._start(self._knock(board, entering, view), "knock")
            return
        del self._joining[board]
        ref = entering.frame.ref
        if isinstance(view, Joined):
            self._show(frames.joined(view, ref))
        else:
            self._leave(board)
            self._write(frames.error(ref, view))
            self._refuse(_taken(entering.held), view)
        self._count()
        self._let_in_next()

    async def _knock(
        self, board: BoardId, entering: _Entering, refusal: OrbitError
    ) -> None:
        """Join once more, if whoever has signed in was invited."""
        try:
            is_in = await self._gate.invited(self._caller, board)
        except OrbitError as error:
            self._joined(board, entering, error)
            return
        if is_in and self._joining.get(board) is entering:
            self._note(board)
            await self._let_in(board, entering)
        else:
            self._joined(board, entering, refusal)

    def _told(
        self, board: BoardId, subscriber: Subscriber, view: Joined | OrbitError
    ) -> None:
        """Pass on what a board says unasked: a new view, or that it is gone."""
        if self._boards.get(board) is not subscriber:
            return
        if isinstance(view, Joined):
            self._show(frames.joined(view, None))
        else:
            self._leave(board)
            self._flush()
            self._send(frames.left(board, view))

    def _leave(self, board: BoardId) -> list[frames.Tell]:
        """Watch no more; a join that has no answer yet gets one.

        Returns what was told to the board in vain so far: answer it, or hold it on.
        """
        held: list[frames.Tell] = []
        if entering := self._joining.pop(board, None):
            self._write(frames.error(entering.frame.ref, _TOO_EARLY))
            held = entering.held
        self._unwatch(board)
        self._count()
        self._let_in_next()  # in place of the one that ends here
        return held

    def _unwatch(self, board: BoardId) -> None:
        if subscriber := self._boards.pop(board, None):
            self._gate.router.leave(board, subscriber)

    def _refuse(self, held: Iterable[frames.Tell], error: OrbitError) -> None:
        for tell in held:
            self._write(frames.error(tell.ref, error))

    def _count(self) -> None:
        self._session.boards = len(self._boards.keys() | self._joining)

    def _tell(self, frame: frames.Tell) -> None:
        board = self._canonical(frame.board)
        subscriber = self._boards.get(board)
        if subscriber is None:
            self._hold(board, frame)
            return
        if self._gate.governor.sheds >= Shed.WRITES:
            self._write(frames.error(frame.ref, Busy(after=COME_BACK_S)))
            return
        self._gate.router.tell(
            board,
            subscriber.who,
            told_op(frame.op, subscriber.who),
            frame.do,
            bytes(frame.body),
            partial(self._answer, frame),
            frame.attempt or 0,
        )

    def _hold(self, board: BoardId, frame: frames.Tell) -> None:
        """Keep what is told to a board that lets us in right now; it comes in order."""
        entering = self._joining.get(board)
        if entering is None:
            self._write(frames.error(frame.ref, _NOT_JOINED))
        elif len(entering.held) >= self._gate.bounds.kept:
            self._write(frames.error(frame.ref, Busy("wait until it is joined")))
        else:
            entering.held.append(frame)

    def _answer(self, frame: frames.Tell, answer: Answer) -> None:
        if isinstance(answer, Done):
            self._write(frames.reply(frame.ref, answer.seq, answer.id))
            self._note(self._canonical(frame.board))
            return
        error = answer if isinstance(answer, OrbitError) else Internal()
        self._write(frames.error(frame.ref, error))
        if isinstance(error, IdReused):
            self._follow(self._session.strike(error))

    def _note(self, board: BoardId) -> None:
        """Put the board on the ghost's own list, the first time it writes there."""
        box, belongings = self._box, self._gate.belongings
        if box and not belongings.has_noted(box, board):
            self._start(belongings.note_soon(box, board), "note a board")

    def _watched(self, board: str) -> Subscriber | None:
        return self._boards.get(self._canonical(board))

    def _canonical(self, board: str) -> BoardId:
        id = BoardId(board)
        return id if id in self._boards else canonical(board) or id

    def _heads(self, seen: Mapping[str, int]) -> dict[str, int]:
        heads = {}
        for board in seen:
            if self._watched(board):
                head = self._gate.router.head(self._canonical(board))
                if head is not None:
                    heads[board] = head
        return heads

    # Writing ------------------------------------------------------------------------

    def _write(self, message: bytes) -> None:
        """Send with all else of this loop turn, after the events published before."""
        if self._out is None:
            self._out = [message]
            asyncio.get_running_loop().call_soon(self._flush)
        else:
            self._out.append(message)

    def _show(self, view: bytes) -> None:
        """Send a view, before any event that may follow.

        It is no debt: who has not read the one before is given none.
        """
        self._flush()
        self._link.write(frame(view))

    def _flush(self) -> None:
        if out := self._out:
            self._out = None
            self._send(b"\n".join(out))

    def _send(self, text: bytes) -> None:
        """Write answers; who asks for more and more and reads nothing is cut off."""
        was_paused = self._link.paused  # one long answer is not yet a debt
        self._link.write(frame(text))
        if was_paused:
            self._owed += len(text)
            if self._owed > self._gate.given.unsent_bytes:
                self._link.abort()


def _taken(held: list[frames.Tell]) -> list[frames.Tell]:
    taken, held[:] = held[:], []
    return taken


class _TextWire:
    """Carries messages as text frames."""

    frame = staticmethod(frame)
    crowd = staticmethod(crowd)


_WIRE = _TextWire()


def socket_handler(gate: Gate) -> Callable[[web.Request], Any]:
    """Return the handler of `/ws`."""

    async def connect(request: web.Request) -> web.StreamResponse:
        where = await gate.admit(request)
        return await upgrade(
            request,
            partial(Socket, gate, where=where),
            lean=gate.lean,
            connections=gate.connections,
        )

    return connect
