"""The one way to a board, whoever asks: a socket, a REST call, a timer or a script.

Sockets use the synchronous calls, which never wait; REST awaits.
"""

import asyncio
from collections.abc import Callable

from orbit.core.actors.directory import Actor, Directory
from orbit.core.actors.mailbox import Answer, Ask, Done
from orbit.core.actors.subscribers import Joined, Subscriber
from orbit.core.actors.watching import Joining, Position
from orbit.core.cluster.inflight import InFlight
from orbit.core.cluster.resends import Resends
from orbit.core.errors import Internal, NotFound
from orbit.core.ids import canonical
from orbit.core.kind import Command
from orbit.core.ports import Clock
from orbit.core.types import BoardId, Principal


class Router:
    """Carries commands, joins and signals to boards, and answers back."""

    def __init__(
        self,
        directory: Directory,
        clock: Clock,
        in_flight: InFlight | None = None,
        *,
        is_alone: bool = True,
    ) -> None:
        """`is_alone`: there is no other gateway, and so no copy of any command.

        What is told is among `in_flight` until it is answered.
        """
        self._directory, self._clock = directory, clock
        self.in_flight = InFlight() if in_flight is None else in_flight
        self._resends = None if is_alone else Resends()

    def tell(
        self,
        board: BoardId,
        who: Principal,
        op: bytes,
        do: str,
        body: bytes,
        settle: Callable[[Answer], None],
        attempt: int = 0,
    ) -> None:
        """Have a command decided; `settle` is called once, now or later."""
        at = self._clock.monotonic()
        if self._resends:
            settle = self._resends.guarded(board, (who.id, op), attempt, settle)
        settle = self.in_flight.enter(settle)
        self._actor(board).tell(Ask(who, op, do, body, settle, at, None, attempt))

    def join(
        self,
        board: BoardId,
        subscriber: Subscriber,
        has: Position | None,
        settle: Joining,
        at: float | None = None,
    ) -> None:
        """Let a connection watch; `settle` gets what it sees, now or later.

        `at` is the monotonic time at which that was asked: what waits, waits until 10 s
        after it.  The same holds for `ask` and `look`; without it, it is now.
        """
        self._actor(board).join(subscriber, has, settle, at)

    def leave(self, board: BoardId, subscriber: Subscriber) -> None:
        """Stop watching.  Wakes nothing up."""
        if board in self._directory:
            self._directory.actor(board).leave(subscriber)

    def signal(self, board: BoardId, who: Principal, do: str, body: bytes) -> None:
        """Pass a signal on, at most once.  Wakes nothing up."""
        if board in self._directory:
            self._directory.actor(board).signal(who, do, body)

    def head(self, board: BoardId) -> int | None:
        """Return the highest seq that clients may know, if the board is live here."""
        actor = self._directory.get(board)
        return actor.live.told if actor and actor.live else None

    def decides(self, board: BoardId) -> bool:
        """Tell whether this node decides for the board now: no other has seen more."""
        actor = self._directory.get(board)
        return actor is not None and actor.claim is not None

    def catch_up(self, board: BoardId, subscriber: Subscriber) -> None:
        """Bring a subscriber that lagged, and has drained, up to date."""
        if board in self._directory:
            self._directory.actor(board).catch_up(subscriber)

    async def ask(
        self,
        board: BoardId,
        who: Principal,
        op: bytes,
        do: str,
        body: bytes = b"{}",
        *,
        command: Command | None = None,
        attempt: int = 0,
        at: float | None = None,
    ) -> Done:
        """Tell a board a command and wait until it is committed.

        `command` is one that only Orbit's own services tell; then `body` is not read.

        Raises:
            Rejected: the board refused; nothing was changed.
            Unavailable: nothing was changed, or `Unknown`; ask again under the same op.
        """
        future = _future()
        since = self._clock.monotonic() if at is None else at
        settle = self.in_flight.enter(_settle(future))
        self._actor(board).tell(Ask(who, op, do, body, settle, since, command, attempt))
        answer = await future
        if isinstance(answer, Done):
            return answer
        raise _error(answer)

    async def erase(self, board: BoardId, author: str, op: bytes) -> int:
        """Have a board's state and items forget an author, and all that he told it.

        Returns the seq up to which the journal is to be redacted.

        Raises:
            NotFound: there is no such board.
            Unavailable: it could not be done.
        """
        future = _future()
        self._actor(board).erase(Principal(author), op, _settle(future))
        answer = await future
        if not isinstance(answer, Done):
            raise _error(answer)
        return answer.seq

    async def redact(self, board: BoardId, author: str, alias: str, upto: int) -> None:
        """Have a board's journal and memory forget whom its state has forgotten.

        Told again, under another alias, it takes what is left.

        Raises:
            Unavailable: nothing was changed, or all of it.
        """
        await self._actor(board).redact(author, alias, upto)

    async def look(
        self, board: BoardId, who: Principal, *, at: float | None = None
    ) -> Joined:
        """Return what somebody may see of a board now.

        Raises:
            NotFound, Forbidden, Gone: he may see nothing of it.
            Unavailable: not possible at the moment.
        """
        future = _future()
        self._actor(board).look(who, _settle(future), at)
        answer = await future
        if isinstance(answer, Joined):
            return answer
        raise _error(answer)

    def _actor(self, board: BoardId) -> Actor:
        return self._directory.actor(board)


def _future() -> "asyncio.Future[Answer | Joined]":
    return asyncio.get_running_loop().create_future()


def _error(answer: object) -> Exception:
    return answer if isinstance(answer, Exception) else Internal()


def _settle(
    future: "asyncio.Future[Answer | Joined]",
) -> Callable[[Answer | Joined], None]:
    def settle(answer: Answer | Joined) -> None:
        if not future.done():  # the asker may have gone away
            future.set_result(answer)

    return settle


def known(board: str) -> BoardId:
    """Return a board's id in its canonical form; raise `NotFound` if it is none."""
    id = canonical(board)
    if id is None:
        raise NotFound("there is no such board")
    return id
