"""The live boards of this node: one actor each, woken when asked for, rested when not.

It never waits: an actor exists from the first ask on, and serves when it has woken up.
"""

import asyncio
import logging
import math
from collections.abc import Callable, Sequence
from typing import Protocol

from orbit.core.actors.actor import BoardActor
from orbit.core.actors.around import Live, Surroundings
from orbit.core.actors.mailbox import Answer, Ask
from orbit.core.actors.passivation import to_rest
from orbit.core.actors.periodic import every
from orbit.core.actors.subscribers import Joined, Subscriber
from orbit.core.actors.watching import Joining, Position
from orbit.core.errors import Unavailable
from orbit.core.ports import Claim
from orbit.core.types import BoardId, Principal

log = logging.getLogger(__name__)

EXPIRE_S = 0.5
SWEEP_S = 1.0
DUE_S = 5.0  # between two looks for sleeping boards whose deadline has passed
DUE_LIMIT = 64
TIGHT_S = 5.0  # after a call of `shrink` boards rest sooner
TIGHT_REST_S = 1.0


class Actor(Protocol):
    """A board on this node: an actor of its own, or one that follows another node's."""

    @property
    def id(self) -> BoardId: ...

    @property
    def live(self) -> Live | None:
        """The board in memory, once it is."""

    @property
    def claim(self) -> Claim | None:
        """What it writes under, if it does."""

    @property
    def head(self) -> int | None:
        """The highest committed seq that is known here."""

    @property
    def watchers(self) -> int:
        """How many connections watch it here."""

    @property
    def is_busy(self) -> bool: ...

    def tell(self, ask: Ask) -> None: ...

    def join(
        self,
        subscriber: Subscriber,
        has: Position | None,
        settle: Joining,
        at: float | None = None,
    ) -> None: ...

    def look(
        self, who: Principal, settle: Joining, at: float | None = None
    ) -> None: ...

    def erase(
        self, who: Principal, op: bytes, settle: Callable[[Answer | Joined], None]
    ) -> None: ...

    async def redact(self, author: str, alias: str, upto: int) -> None: ...

    def leave(self, subscriber: Subscriber) -> None: ...

    def catch_up(self, subscriber: Subscriber) -> None: ...

    def signal(self, who: Principal, name: str, body: bytes) -> None: ...

    def expire(self, now: float) -> None: ...

    def idle_s(self, now: float) -> float: ...

    async def save(self) -> None: ...

    def forget(self) -> None: ...

    def wake_again(self) -> None:
        """Look whether what it writes under still counts."""

    def stop(self) -> None: ...


class Directory:
    """Finds, wakes and rests the boards of this node."""

    def __init__(
        self,
        around: Surroundings,
        *,
        first: Callable[[BoardId], Actor] | None = None,
        rest_after_s: float = 60.0,
        most: int = 10_000,
        waking: int = 5_000,
    ) -> None:
        """`first` makes what a board is here when it is first asked for.

        No more than `waking` wake up at once: anybody can make ids up.
        """
        self._around = around
        self._first = first or self._own
        self._rest_after_s, self._most = rest_after_s, most
        self._actors: dict[BoardId, Actor] = {}
        self._tight_until = -math.inf
        self._waking, self._most_waking = 0, waking

    def __len__(self) -> int:
        return len(self._actors)

    def __contains__(self, board: BoardId) -> bool:
        return board in self._actors

    def actor(self, board: BoardId) -> Actor:
        """Return the board's one actor; it wakes up if it was not here.

        Where too many wake up already, it refuses whatever it is asked.
        """
        actor = self._actors.get(board)
        if actor is None:
            actor = self._actors[board] = self._first(board)
            self._waking += 1
            if self._waking > self._most_waking:
                actor.stop()
        return actor

    def get(self, board: BoardId) -> Actor | None:
        """Return the board's actor, if it is here."""
        return self._actors.get(board)

    def actors(self) -> Sequence[Actor]:
        """Return all that are here."""
        return list(self._actors.values())

    def put(self, actor: Actor) -> None:
        """Have an actor take the place of whatever its board was here."""
        self._actors[actor.id] = actor

    def forget(self, board: BoardId) -> None:
        """Note that a board is here no more."""
        self._actors.pop(board, None)

    def _own(self, board: BoardId) -> Actor:
        return BoardActor(board, self._around, self.forget)

    async def run(self) -> None:
        """Keep the boards in order until cancelled; no loop waits for another."""
        async with asyncio.TaskGroup() as loops:
            loops.create_task(every(EXPIRE_S, self.expire))
            loops.create_task(every(SWEEP_S, self.sweep))
            loops.create_task(every(DUE_S, self.wake_due))

    async def expire(self) -> None:
        """Answer what has waited too long, whatever its board is waiting for."""
        now = self._around.clock.monotonic()
        for actor in list(self._actors.values()):
            actor.expire(now)
        self._waking = sum(actor.live is None for actor in self._actors.values())

    async def sweep(self) -> None:
        """Put boards to rest that nobody needs."""
        now = self._around.clock.monotonic()
        idle = {board: actor.idle_s(now) for board, actor in self._actors.items()}
        after_s = TIGHT_REST_S if now < self._tight_until else self._rest_after_s
        for board in to_rest(idle, after_s=after_s, most=self._most):
            await self.rest(board)

    def shrink(self) -> None:
        """Give memory back: forget most of what is past, and soon rest who is idle."""
        self._tight_until = self._around.clock.monotonic() + TIGHT_S
        for actor in self._actors.values():
            actor.forget()

    async def rest(self, board: BoardId) -> None:
        """Save a board and let it go, unless it is needed by then."""
        actor = self._actors.get(board)
        if actor is None:
            return
        await actor.save()
        if actor.idle_s(self._around.clock.monotonic()) > 0:
            actor.stop()

    def claims(self) -> Sequence[Claim]:
        """Return what the live boards are written under."""
        claims = (actor.claim for actor in self._actors.values())
        return [claim for claim in claims if claim]

    async def recheck(self) -> int:
        """Look which claims still count, after a lapse; return how many do not.

        Those boards are claimed again, or followed.  Nobody's socket is troubled.  What
        was being claimed as the lease ended could be claimed by others: once more.

        Raises:
            Unavailable: it is not known, or a board that others have claimed has begun
                something, and shows what it has until that is over: look again.
        """
        for waking in self.actors():
            if waking.claim is None:
                waking.wake_again()
        claims = self.claims()
        lost = {claim.board for claim in claims}
        lost -= await self._around.journal.held(claims)
        ours = [actor for actor in self.actors() if actor.id in lost]
        for actor in ours:
            actor.wake_again()
        if any(actor.claim in claims for actor in ours):
            raise Unavailable(after=1.0)
        return len(lost)

    def renew(self, log_id: str) -> int:
        """Have boards of another history claimed, or read, anew; return how many.

        Raises:
            Unavailable: a board of ours has begun something and shows what it has until
                that is over: look again.  Where its history goes on it may be behind.
        """
        others = [
            actor
            for actor in self._actors.values()
            if actor.live and actor.live.claim.log_id != log_id
        ]
        for actor in others:
            actor.wake_again()
        if any(actor.claim and actor.claim.log_id != log_id for actor in others):
            raise Unavailable(after=1.0)
        return len(others)

    async def evict(self, board: BoardId) -> None:
        """Save a board and end its actor; who needs it is told to come back."""
        if actor := self._actors.get(board):
            await actor.save()
            actor.stop()

    async def wake_due(self) -> None:
        """Wake boards whose deadline passed while they slept; they tell themselves."""
        try:
            due = await self._around.journal.due(self._around.clock.now(), DUE_LIMIT)
        except Unavailable:
            return
        for board in due:
            self.actor(board)

    async def close(self) -> None:
        """Save and end all boards."""
        for board in list(self._actors):
            await self.evict(board)
