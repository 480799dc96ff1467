"""What a failure of Postgres means, said once.

The question behind every line: can it have been committed all the same?  Only an
answer of the server proves that it was not (guarantees.md, 2.5 and 2.6).

The driver's own errors stay in here: what they say holds rows, and so who wrote them.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from asyncpg import InterfaceError, InternalClientError, PostgresError

from orbit.core.errors import StoreDown, Unavailable
from orbit.core.ports import Outcome

FAILURES = (PostgresError, InterfaceError, InternalClientError, OSError)

# Class 08 is the connection, 57P0x an administrator or a crash: sent on the way down,
# and silent about what had been done by then.
_LOST = ("08", "57P0")
_DATA = ("22", "23")
_PASSING = ("40", "53", "55", "57", "25006")
_RELOADED = "0A000"  # a cached plan that a migration has made stale


def sqlstate(error: BaseException) -> str:
    """Return the code of the server's answer, or nothing if it was not an answer."""
    return (error.sqlstate or "") if isinstance(error, PostgresError) else ""


class DatabaseFailed(Exception):
    """A failure of the database without what was written: fit for a log.

    It names the kind of the failure, its code and the constraint that was hurt.
    """

    def __init__(self, error: BaseException) -> None:
        constraint = getattr(error, "constraint_name", None)
        said = [type(error).__name__, sqlstate(error), constraint or ""]
        if isinstance(error, OSError):  # says where the server is not to be found
            said.append(str(error))
        self.sqlstate = sqlstate(error)
        super().__init__(" ".join(word for word in said if word))


def is_answer(error: BaseException) -> bool:
    """Tell whether the server said no, so that nothing was committed."""
    code = sqlstate(error)
    return bool(code) and not code.startswith(_LOST)


def is_spent(error: BaseException) -> bool:
    """Tell whether the connection may not be used again.

    A cancelled statement may still be running, so its connection is nobody's any more.
    """
    if isinstance(error, FAILURES):
        return not is_answer(error) or sqlstate(error) in {"25006", _RELOADED}
    return not isinstance(error, Exception)


def outcome(error: BaseException) -> Outcome:
    """Return what an error that came after sending means for all that was sent.

    REFUSED means that something in it cannot be stored, not that all of it cannot.
    """
    if not is_answer(error):
        return Outcome.UNKNOWN
    return Outcome.REFUSED if sqlstate(error).startswith(_DATA) else Outcome.UNAVAILABLE


@contextmanager
def translated() -> Iterator[None]:
    """Raise failures as the core knows them.

    Raises:
        StoreDown: there was no answer.
        Unavailable: the server said no, and may say yes later.
        DatabaseFailed: a bug of ours.
    """
    try:
        yield
    except FAILURES as error:
        code, failed = sqlstate(error), DatabaseFailed(error)
        if not is_answer(error):
            raise StoreDown from failed
        if code.startswith(_PASSING) or code == _RELOADED:
            raise Unavailable from failed
        raise failed from None
