"""When to come back, and whether at all.  Pure: chance is an argument."""

from collections.abc import Callable

BASE_S, CAP_S = 0.5, 30.0
LATE_S, DOUBLINGS = 3.0, 2  # for an answer, and for a pong
ROUNDS = 4  # doublings for a network on which large answers take long
Chance = Callable[[], float]  # 0 to 1
# Codes of RFC 6455 and its registry after which a new connection makes sense.
PASSING = frozenset({1000, 1001, 1005, 1006, 1011, 1012, 1013, 1014})


def backoff(attempt: int, chance: Chance) -> float:
    """Return seconds to wait: full jitter, so that a crowd does not come back at once.

    `attempt` is 0 for the first try after a failure; `chance` gives 0 to 1.
    """
    return float(chance() * min(CAP_S, BASE_S * 2.0 ** min(attempt, 16)))


class Patience:
    """For how long an answer may be late, and a pong, before another socket is dialled.

    A slow network is not helped by more sockets; where each was greeted, and then was
    as silent, the answer itself takes that long, and is begun anew on each.
    """

    def __init__(self) -> None:
        self._rounds = 0  # sockets that were left for it since we were heard

    def answer_s(self, vain: int) -> float:
        """Return it for an answer, where no other socket could be had `vain` times."""
        return LATE_S * 2.0 ** max(min(vain, DOUBLINGS), self._doublings)

    @property
    def pong_s(self) -> float:
        """For the pong to what we ask then."""
        return LATE_S * 2.0**self._doublings

    @property
    def _doublings(self) -> int:
        return min(max(self._rounds - 1, 0), ROUNDS)  # once may happen to anybody

    def heard(self) -> None:
        self._rounds = 0

    def gone_round(self) -> None:
        """Another socket serves, for that was in vain."""
        self._rounds += 1


def comes_back(code: int) -> bool:
    """Tell whether a socket closed with `code` is worth opening again."""
    return code in PASSING or 4000 <= code <= 4499
