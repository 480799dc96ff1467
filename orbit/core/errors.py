"""Every way Orbit says no.  The code is the contract; the sentence is for people.

OrbitError               base of all that a caller may be told; anything else is a bug
├── Rejected             the caller's fault: nothing changed, telling it again is no use
│   ├── BadRequest       malformed; names the field
│   │   └── Invalid      well formed, and a field is out of bounds; names the field
│   ├── TooLarge
│   ├── Unauthenticated
│   │   └── SecondFactorMissing
│   ├── Forbidden
│   │   ├── PrivateBoard
│   │   └── Suspended
│   ├── NotFound
│   ├── Conflict
│   │   └── IdReused     the op was used for another command
│   ├── Gone
│   │   └── Unclaimed
│   └── RateLimited      tell it again after `after` seconds
└── Unavailable          ours, and passing: not applied, tell it again
    ├── Busy             a bound was reached
    ├── TimedOut         waited too long and was not begun
    ├── Unknown          it may have been applied: tell it again under the same op
    └── Fenced, Moved, StoreDown    never leave the cluster
"""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar


class OrbitError(Exception):
    """What a caller is told: `code`, a sentence, data, and whether to come back."""

    code: ClassVar[str] = "internal"
    summary: ClassVar[str] = "something is broken on our side"
    retry: ClassVar[bool] = False

    def __init__(
        self,
        message: str = "",
        *,
        details: Mapping[str, Any] | None = None,
        after: float | None = None,
    ) -> None:
        super().__init__(message or self.summary)
        self.message = message or self.summary
        self.details = details or {}
        self.after = after  # seconds


class Internal(OrbitError):
    """A bug of ours: its traceback is in the log, under the request's id."""


class Rejected(OrbitError):
    code = "rejected"
    summary = "refused"


class BadRequest(Rejected):
    code = "bad_request"
    summary = "the request is malformed"


class Invalid(BadRequest):
    code = "invalid"
    summary = "a field is out of bounds"


class TooLarge(Rejected):
    code = "too_large"
    summary = "too large"


class Unauthenticated(Rejected):
    code = "unauthenticated"
    summary = "say who you are"


class SecondFactorMissing(Unauthenticated):
    code = "second_factor"
    summary = "show a code of your second factor, too, with this challenge"


class Forbidden(Rejected):
    code = "forbidden"
    summary = "you may not do this"


class PrivateBoard(Forbidden):
    code = "private_board"
    summary = "this board is private"


class Suspended(Forbidden):
    code = "suspended"
    summary = "this account is suspended"


class NotFound(Rejected):
    code = "not_found"
    summary = "there is no such thing"


class Conflict(Rejected):
    code = "conflict"
    summary = "that does not fit the present state"


class IdReused(Conflict):
    code = "id_reused"
    summary = "this op was used for another command"


class Gone(Rejected):
    code = "gone"
    summary = "it is no longer there"


class Unclaimed(Gone):
    code = "unclaimed"
    summary = "the board has ended: nobody claimed it in its 30 days"


class RateLimited(Rejected):
    code = "rate_limited"
    summary = "too many at once"
    retry = True


class Unavailable(OrbitError):
    code = "unavailable"
    summary = "not possible at the moment; nothing was changed"
    retry = True


class Busy(Unavailable):
    code = "busy"
    summary = "too much to do at the moment; nothing was changed"


class TimedOut(Unavailable):
    code = "timeout"
    summary = "waited too long; nothing was changed"


class Unknown(Unavailable):
    code = "unknown"
    summary = "it may have been done; ask again under the same op"


class Fenced(Unavailable):
    code = "fenced"
    summary = "somebody claimed the board after us"


class Moved(Unavailable):
    code = "moved"
    summary = "the board lives elsewhere"


class StoreDown(Unavailable):
    code = "store_down"
    summary = "the database did not answer; nothing was changed"


def outward(error: OrbitError) -> OrbitError:
    """Return an error as callers are told it: what is the cluster's own is not theirs.

    Nothing was changed by it, and it passes: so much is true of each of them.
    """
    if isinstance(error, Fenced | Moved | StoreDown):
        return Unavailable(after=error.after)
    return error


def require(condition: bool, message: str) -> None:
    """State a business rule in one line; raise `Conflict` when it does not hold."""
    if not condition:
        raise Conflict(message)


def catalogue() -> Iterator[type[OrbitError]]:
    """Return every error that a caller may be told, bases first, once per code."""
    waiting: list[type[OrbitError]] = [Internal, Rejected, Unavailable]
    while waiting:
        error = waiting.pop(0)
        yield error
        waiting += error.__subclasses__()
