"""A lease is counted from when it was asked for: others count from then, too."""

from datetime import UTC, datetime
from typing import Any, cast

import pytest

from orbit.store.postgres.connect import Lane
from orbit.store.postgres.node import LEASE_S, Beat


class Slow:
    """A database that answers late, and the clock by which it does."""

    def __init__(self, takes_s: float) -> None:
        self._takes_s, self._now = takes_s, 100.0

    async def fetchrow(self, _sql: str, *_args: object) -> Any:
        self._now += self._takes_s
        return (0,)

    def monotonic(self) -> float:
        return self._now

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._now, UTC)


@pytest.mark.parametrize(
    ("takes_s", "is_valid"), [(LEASE_S - 0.1, True), (LEASE_S + 0.1, False)]
)
async def test_an_answer_that_was_long_on_its_way_is_no_lease(
    takes_s: float, is_valid: bool
) -> None:
    slow = Slow(takes_s)
    lease = Beat(cast(Lane, slow), "inc", slow)
    assert await lease.beat() == 0
    assert lease.is_valid() is is_valid
