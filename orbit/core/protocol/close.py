"""Why a socket is closed.  4000-4499: come back; 4500-4999: do not.

Source: RFC 6455, 7.4; docs/reference/errors.md.
"""

from enum import IntEnum

from orbit.core.errors import (
    BadRequest,
    Forbidden,
    IdReused,
    NotFound,
    OrbitError,
    RateLimited,
    TooLarge,
    Unauthenticated,
    Unavailable,
)


class Close(IntEnum):
    """The close codes that a client may see."""

    NORMAL = 1000
    TOO_LARGE = 1009
    RESTART = 1012
    BUSY = 1013
    SLOW = 4008
    TOKEN_ENDED = 4401
    NO_HELLO = 4408
    ENDED = 4410
    RATE_LIMITED = 4429
    BAD_FRAMES = 4500
    UNAUTHENTICATED = 4501
    FORBIDDEN = 4503
    NOT_FOUND = 4504
    ID_REUSED = 4509
    VERSION = 4526


CODES: dict[type[OrbitError], Close] = {
    BadRequest: Close.BAD_FRAMES,
    TooLarge: Close.TOO_LARGE,
    Unauthenticated: Close.UNAUTHENTICATED,
    Forbidden: Close.FORBIDDEN,
    NotFound: Close.NOT_FOUND,
    IdReused: Close.ID_REUSED,
    RateLimited: Close.RATE_LIMITED,
    Unavailable: Close.BUSY,
}


def code(error: type[OrbitError]) -> Close | None:
    """Return the code that closes a socket for this error, or None if none does."""
    return next((CODES[cls] for cls in error.__mro__ if cls in CODES), None)
