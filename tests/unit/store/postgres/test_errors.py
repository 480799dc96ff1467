"""Only an answer of the server proves that nothing was committed."""

import traceback

import asyncpg
import pytest

from orbit.core.errors import StoreDown, Unavailable
from orbit.core.ports import Outcome
from orbit.store.postgres.errors import DatabaseFailed, is_spent, outcome, translated

# Answers, on connections that would go on giving them.
SPENT = (asyncpg.ReadOnlySQLTransactionError, asyncpg.FeatureNotSupportedError)


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (asyncpg.UniqueViolationError("x"), Outcome.REFUSED),
        (asyncpg.UntranslatableCharacterError("x"), Outcome.REFUSED),
        (asyncpg.DataError("x"), Outcome.REFUSED),
        (asyncpg.DiskFullError("x"), Outcome.UNAVAILABLE),
        (asyncpg.ReadOnlySQLTransactionError("x"), Outcome.UNAVAILABLE),
        (asyncpg.LockNotAvailableError("x"), Outcome.UNAVAILABLE),
        (asyncpg.DeadlockDetectedError("x"), Outcome.UNAVAILABLE),
        (asyncpg.QueryCanceledError("x"), Outcome.UNAVAILABLE),
        (asyncpg.FeatureNotSupportedError("a stale plan"), Outcome.UNAVAILABLE),
        (asyncpg.AdminShutdownError("x"), Outcome.UNKNOWN),
        (asyncpg.CrashShutdownError("x"), Outcome.UNKNOWN),
        (asyncpg.ConnectionDoesNotExistError("x"), Outcome.UNKNOWN),
        (asyncpg.InterfaceError("x"), Outcome.UNKNOWN),
        (ConnectionResetError(), Outcome.UNKNOWN),
        (TimeoutError(), Outcome.UNKNOWN),
    ],
)
def test_what_an_error_says_about_an_append(error: Exception, meaning: Outcome) -> None:
    assert outcome(error) is meaning
    assert is_spent(error) is (meaning is Outcome.UNKNOWN or isinstance(error, SPENT))


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (asyncpg.LockNotAvailableError("x"), Unavailable),
        (asyncpg.TooManyConnectionsError("x"), Unavailable),
        (asyncpg.AdminShutdownError("x"), StoreDown),
        (TimeoutError(), StoreDown),
        (asyncpg.UndefinedTableError("x"), DatabaseFailed),
        (asyncpg.UniqueViolationError("x"), DatabaseFailed),
        (KeyError("a bug"), KeyError),
    ],
)
def test_what_a_caller_is_told(error: Exception, told: type[Exception]) -> None:
    with pytest.raises(told) as raised, translated():
        raise error
    assert type(raised.value) is told


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.UniqueViolationError("Key (who)=(an author) already exists"),
        asyncpg.DataError("invalid input for query argument $1: an author"),
        asyncpg.QueryCanceledError("while an author was written"),
        asyncpg.AdminShutdownError("while an author was written"),
    ],
)
def test_a_failure_is_told_without_what_was_written(error: Exception) -> None:
    with pytest.raises(Exception) as raised, translated():  # noqa: PT011 - all of them
        raise error
    told = "".join(traceback.format_exception(raised.value))
    assert type(error).__name__ in told
    assert "an author" not in told
