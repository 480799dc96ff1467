"""One socket's conversation, sans I/O: a message in, instructions out.

    new ──hello──> greeting ──greeted()──> open
      └──────────────── close ─────────────┴──> closed

`TRANSITIONS` has what may be said when.  A strike is a message that cannot be read, an
`op` used for another command, or a whole burst of commands refused for their pace;
`Bounds.strikes` of them close.  It knows no socket, no board and no clock: the time is
an argument.  Source: guarantees.md, section 4; ADR-0020.
"""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cached_property

from msgspec import Struct

from orbit.core.codec import checked
from orbit.core.errors import (
    BadRequest,
    IdReused,
    Invalid,
    OrbitError,
    RateLimited,
    TooLarge,
    Unauthenticated,
)
from orbit.core.limits import Rate, spend
from orbit.core.protocol.close import Close
from orbit.core.protocol.frames import (
    VERSIONS,
    Frame,
    Hello,
    JoinBoard,
    LeaveBoard,
    Pass,
    Ping,
    Tell,
    decode,
)


class Phase(StrEnum):
    NEW = "new"  # nothing has been said
    GREETING = "greeting"  # who it is, is being looked up
    OPEN = "open"
    CLOSED = "closed"


TRANSITIONS: Mapping[Phase, Sequence[type[Frame]]] = {
    Phase.NEW: (Hello,),
    Phase.GREETING: (JoinBoard, Tell, Pass, LeaveBoard, Ping),  # kept until greeted
    Phase.OPEN: (JoinBoard, Tell, Pass, LeaveBoard, Ping),
    Phase.CLOSED: (),
}


class Bounds(Struct, frozen=True, dict=True):
    """How much one socket may say."""

    frames: Rate
    commands: Rate
    command_bytes: Rate
    signals: Rate
    signal_bytes: int
    boards: int
    kept: int = 40  # frames before it has been greeted
    strikes: int = 3  # the last of them closes

    @cached_property
    def patience(self) -> Rate:
        """How many commands may be refused for their pace, before that closes.

        A strike is a burst of them, and is paid back as the commands are: one message
        of many commands, or a crowd of joins after a reconnect, closes nothing.
        """
        commands = self.commands
        return Rate(commands.count, commands.per_s, commands.burst * self.strikes)


class Refuse(Struct, frozen=True):
    """Answer that it is not done."""

    ref: int | None
    error: OrbitError


class Hangup(Struct, frozen=True):
    """Close the socket."""

    code: Close
    reason: str


Instruction = Frame | Refuse | Hangup


class Session:
    """What one socket has said so far, as far as it matters."""

    __slots__ = ("_bounds", "_debts", "_kept", "_strikes", "boards", "phase")

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._debts = [0.0, 0.0, 0.0, 0.0, 0.0]
        self._kept: list[Frame] | None = None
        self._strikes = 0
        self.boards = 0  # joined, as the shell counts them
        self.phase = Phase.NEW

    def receive(self, message: bytes, now: float) -> Sequence[Instruction]:
        """Return what is to be done about a message: frames, joined by newlines."""
        if b"\n" not in message:
            return self._receive_one(message, now)
        if message.count(b"\n") > self._bounds.frames.burst:
            return self._too_many()
        lines = [line for line in message.split(b"\n") if line.strip()]
        done: list[Instruction] = []
        for line in lines or [message]:  # nothing at all is an offence
            done += self._receive_one(line, now)
        return done

    def greeted(self) -> Sequence[Instruction]:
        """Go on: who it is, is known.  Returns what was said meanwhile."""
        if self.phase is not Phase.GREETING:
            return ()  # it has hung up, or been closed, meanwhile
        self.phase = Phase.OPEN
        kept, self._kept = self._kept, None
        return kept or ()

    def strike(self, error: OrbitError) -> Sequence[Instruction]:
        """Count an offence that only a broken client commits; the last one closes."""
        self._strikes += 1
        if self._strikes < self._bounds.strikes:
            return ()
        code = Close.ID_REUSED if isinstance(error, IdReused) else Close.BAD_FRAMES
        return (self.close(code, error.message),)

    def close(self, code: Close, reason: str) -> Hangup:
        self.phase = Phase.CLOSED
        return Hangup(code, reason)

    def _receive_one(self, message: bytes, now: float) -> Sequence[Instruction]:
        if self.phase is Phase.CLOSED:
            return ()
        if self._spend(0, self._bounds.frames, now):
            return self._too_many()
        try:
            frame: Frame = checked(decode.decode, message)
        except BadRequest as error:
            return (Refuse(_ref(message), error), *self.strike(error))
        # By type, not by `isinstance`: that takes 0.3 us for each that it is not.
        if type(frame) not in TRANSITIONS[self.phase]:
            return self._out_of_turn(frame)
        if type(frame) is Tell or type(frame) is JoinBoard:
            return self._limited(frame, len(message), now)
        if type(frame) is Pass:
            return self._passed(frame, now)
        return self._kept_or_done(frame)

    def _too_many(self) -> Sequence[Instruction]:
        if self.phase is Phase.CLOSED:
            return ()
        return (self.close(Close.RATE_LIMITED, "too much at once"),)

    def _out_of_turn(self, frame: Frame) -> Sequence[Instruction]:
        if self.phase is Phase.NEW:
            error = Unauthenticated("say hello first")
            return (
                Refuse(getattr(frame, "ref", None), error),
                self.close(Close.UNAUTHENTICATED, error.message),
            )
        again = BadRequest("hello has been said")
        return (Refuse(None, again), *self.strike(again))

    def _limited(
        self, frame: Tell | JoinBoard, size: int, now: float
    ) -> Sequence[Instruction]:
        """Let a command through, or a view, which costs as much, if there is room."""
        if type(frame) is JoinBoard and self.boards >= self._bounds.boards:
            return (Refuse(frame.ref, TooLarge("too many boards on one socket")),)
        wait = self._spend(1, self._bounds.commands, now)
        wait = wait or self._spend(2, self._bounds.command_bytes, now, size)
        if not wait:
            return self._kept_or_done(frame)
        refusal = Refuse(frame.ref, RateLimited(after=wait))
        if self._spend(4, self._bounds.patience, now):
            return (refusal, *self._too_many())
        return (refusal,)

    def _passed(self, frame: Pass, now: float) -> Sequence[Instruction]:
        if len(frame.body) > self._bounds.signal_bytes:
            return (Refuse(None, TooLarge("a signal is too large")),)
        if self._spend(3, self._bounds.signals, now):
            return ()  # a signal is passing: the next one says more
        return self._kept_or_done(frame)

    def _kept_or_done(self, frame: Frame) -> Sequence[Instruction]:
        if type(frame) is Hello:
            if not set(frame.versions) & set(VERSIONS):
                return self._no_version()
            self.phase = Phase.GREETING
        elif self.phase is Phase.GREETING:
            self._kept = self._kept or []
            if len(self._kept) >= self._bounds.kept:
                return (self.close(Close.RATE_LIMITED, "wait for the welcome"),)
            self._kept.append(frame)
            return ()
        return (frame,)

    def _no_version(self) -> Sequence[Instruction]:
        error = Invalid(
            f"the versions spoken here are {[*VERSIONS]}", details={"field": "versions"}
        )
        return (Refuse(None, error), self.close(Close.VERSION, error.message))

    def _spend(self, place: int, rate: Rate, now: float, cost: float = 1.0) -> float:
        self._debts[place], wait = spend(rate, self._debts[place], now, cost)
        return wait


_REF = re.compile(rb'"ref"\s*:\s*(-?\d{1,15})\s*[,}]')


def _ref(message: bytes) -> int | None:
    """Return the question that an unreadable message asked, if it names just one.

    So its asker knows which one is refused, and does not ask it for ever.
    """
    found = set(_REF.findall(message))
    return int(found.pop()) if len(found) == 1 else None
