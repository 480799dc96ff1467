"""What askers are told: what was decided, what the journal has, or what was wrong.

An ask may be a copy of one that was told before, to us or to an owner before us.  So
what changed nothing is answered at once only if it is the first copy and the lease is
valid; else the journal is asked first.  It knows the board's state, and changes none.
"""

import asyncio
import logging
from collections.abc import Awaitable, Sequence
from typing import TypeVar

from orbit.core.actors.around import Live, Surroundings
from orbit.core.actors.mailbox import HOLD_S, LOOK_UP_S, Answer, Ask, Done
from orbit.core.codec import digest
from orbit.core.errors import (
    IdReused,
    Internal,
    OrbitError,
    Rejected,
    TimedOut,
    Unavailable,
)
from orbit.core.ids import command_id
from orbit.core.kind import Letter
from orbit.core.ports import Told
from orbit.core.turn import Turn
from orbit.core.types import BoardId

T = TypeVar("T")
log = logging.getLogger(__name__)


class Answers:
    """Answers the asks of one board, each exactly once."""

    __slots__ = ("_around", "_board")

    def __init__(self, board: BoardId, around: Surroundings) -> None:
        self._board, self._around = board, around

    def letter(self, live: Live, ask: Ask) -> Letter:
        """Return the letter of an ask, read once; raise what is wrong with it."""
        if ask.letter is None:
            command = ask.command or live.codec.command(ask.do, ask.body)
            ctx = self._around.context(self._board, ask.who, ask.op)
            mark = digest(ask.do, command)
            ask.letter = Letter(command, ctx, ask.op, mark, ask.attempt)
        return ask.letter

    def give_told(self, live: Live, ask: Ask, told: Told) -> None:
        """Answer an ask that the journal has with the answer that it got."""
        try:
            same = self.letter(live, ask).digest == told.digest
        except Rejected:
            same = False
        ask.settle(self.done(live, ask, told.seq) if same else IdReused())

    def done(self, live: Live, ask: Ask, seq: int) -> Done:
        """Return the answer to what is at `seq`, as far as the asker may know it."""
        letter = ask.letter  # there is none if it was told before and cannot be read
        if letter:
            asked, kind = type(letter.command), live.kind
            if asked in kind.blind or kind.untold(live.state):  # seldom: spares a call
                seq = live.answer(asked, seq)
            return Done(seq, letter.ctx.id)
        id = command_id(self._board, ask.who.id, ask.op)
        return Done(live.answered(ask.do, ask.command, seq), id)

    def give(self, live: Live, asks: Sequence[Ask], turn: Turn) -> None:
        """Tell each asker."""
        wrote = {(r.letter.ctx.who.id, r.letter.op) for r in turn.recorded}
        felt, now = self._around.acks.felt, self._around.clock.monotonic()
        self._around.traffic.answered(self._board, len(asks), now - asks[0].at)
        doubtful: list[tuple[Ask, Answer]] = []
        for ask, outcome in zip(asks, turn.answers, strict=True):
            answer: Answer
            if isinstance(outcome, int):
                answer = self.done(live, ask, outcome)
            else:
                answer = self.told_as(outcome)
            if ask.key in wrote:
                felt(now - ask.at)
                ask.settle(answer)
            else:
                doubtful.append((ask, answer))
        self.give_unless_told(live, doubtful)

    def give_unless_told(
        self, live: Live, answers: Sequence[tuple[Ask, Answer]]
    ) -> None:
        """Answer what changed nothing; look up first what was perhaps told before."""
        fresh = self._around.lease.is_valid()
        doubtful: list[tuple[Ask, Answer]] = []
        for ask, answer in answers:
            if ask.is_first and fresh:
                ask.settle(answer)
            else:
                doubtful.append((ask, answer))
        if doubtful:
            job = self._look_up(live, doubtful)
            self._around.jobs.start(job, f"look up {self._board}")

    def told_as(self, error: Exception) -> OrbitError:
        """Return an error as callers are told it; one that is a bug is logged."""
        if isinstance(error, OrbitError):
            return error
        log.error("a bug on board %s", self._board, exc_info=error)
        return Internal()

    async def _look_up(
        self, live: Live, doubtful: Sequence[tuple[Ask, Answer]]
    ) -> None:
        """Answer what changed nothing, unless the journal knows better."""
        refusal: OrbitError = Unavailable(after=1.0)
        try:
            asks = [ask for ask, _ in doubtful]
            keys = [ask.key for ask in asks]
            reading = self._around.journal.told(self._board, keys)
            told = await self.in_time(asks, reading)
            fresh = self._around.lease.is_valid()
        except Unavailable:
            told, fresh = {}, False
        except Exception as bug:  # whatever it is, they wait for an answer
            told, fresh, refusal = {}, False, self.told_as(bug)
        for ask, answer in doubtful:
            if ask.key in told:
                self.give_told(live, ask, told[ask.key])
            else:
                ask.settle(answer) if fresh else ask.refuse(refusal)

    async def in_time(self, asks: Sequence[Ask], reading: Awaitable[T]) -> T:
        """Return what a read gives, while the oldest of those who wait may be held.

        Raises:
            TimedOut: it did not come in time.
        """
        now = self._around.clock.monotonic()
        left = min(ask.at for ask in asks) + HOLD_S - now
        try:
            async with asyncio.timeout(max(left, LOOK_UP_S)):
                return await reading
        except TimeoutError:
            raise TimedOut from None
