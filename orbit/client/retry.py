"""When to come back, and whether at all.  Pure: chance is an argument."""

from collections.abc import Callable

BASE_S, CAP_S = 0.5, 30.0
Chance = Callable[[], float]  # 0 to 1
# Codes of RFC 6455 and its registry after which a new connection makes sense.
PASSING = frozenset({1000, 1001, 1005, 1006, 1011, 1012, 1013, 1014})


def backoff(attempt: int, chance: Chance) -> float:
    """Return seconds to wait: full jitter, so that a crowd does not come back at once.

    `attempt` is 0 for the first try after a failure; `chance` gives 0 to 1.
    """
    return float(chance() * min(CAP_S, BASE_S * 2.0 ** min(attempt, 16)))


def comes_back(code: int) -> bool:
    """Tell whether a socket closed with `code` is worth opening again."""
    return code in PASSING or 4000 <= code <= 4499
