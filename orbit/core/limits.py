"""How often somebody may do something: the generic cell rate algorithm (GCRA).

Pure: the time is an argument.  One float is kept for each key, and none for keys that
have been quiet.  Source: ITU-T I.371, appendix A.
"""

from functools import cached_property

from msgspec import Struct

ROUNDING_S = 1e-5  # sums of times are not exact, and nobody waits for so little


class Rate(Struct, frozen=True, dict=True):
    """At most `burst` at once, and `count` in `per_s` seconds in the long run."""

    count: float
    per_s: float
    burst: float

    @cached_property
    def spacing_s(self) -> float:
        return self.per_s / self.count

    @cached_property
    def burst_s(self) -> float:
        return self.spacing_s * self.burst


def spend(
    rate: Rate, debt: float, now: float, cost: float = 1.0
) -> tuple[float, float]:
    """Spend `cost`; return the new debt and 0, or the old one and the seconds to wait.

    `debt` is the time at which all that was spent is paid back; 0 for a newcomer.
    """
    # Four times a command: `max` and a property would cost more than the sum.
    after = (debt if debt > now else now) + rate.spacing_s * cost  # noqa: FURB136
    wait = after - rate.burst_s - now
    return (debt, wait) if wait > ROUNDING_S else (after, 0.0)


class Limiter:
    """One rate for many keys, within bounded memory."""

    def __init__(self, rate: Rate, keys: int = 10_000) -> None:
        self._rate, self._keys = rate, keys
        self._debts: dict[str, float] = {}

    def spend(self, key: str, now: float, cost: float = 1.0) -> float:
        """Return 0 if allowed, else the seconds to wait; a refusal costs nothing."""
        debt, wait = spend(self._rate, self._debts.get(key, 0.0), now, cost)
        if not wait:
            self._debts[key] = debt
            if len(self._debts) > self._keys:
                self._forget(now)
        return wait

    def debt_s(self, key: str, now: float) -> float:
        """Return the seconds until all that was spent is paid back."""
        return max(self._debts.get(key, 0.0) - now, 0.0)

    def left(self, key: str, now: float) -> int:
        """Return how many more are allowed at once."""
        return int(self._rate.burst - self.debt_s(key, now) / self._rate.spacing_s)

    def _forget(self, now: float) -> None:
        """Drop who has paid; if too many have not, half of them get a new burst."""
        self._debts = {key: debt for key, debt in self._debts.items() if debt > now}
        if len(self._debts) > self._keys:
            late = list(self._debts.items())[len(self._debts) // 2 :]
            self._debts = dict(late)
