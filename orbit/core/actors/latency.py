"""How long answers took, as counts between fixed bounds: an addition to one integer.

It is on the way of every command, so nothing is made for one.  It knows no clock.
"""

from bisect import bisect_left
from collections.abc import Sequence

BOUNDS_S: Sequence[float] = (
    *(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05),
    *(0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
)


class Latency:
    """A histogram.  `counts[i]` took longer than the bound before, up to `BOUNDS_S[i]`.

    The last of `counts` took longer than any bound.
    """

    __slots__ = ("counts", "total_s")

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS_S) + 1)
        self.total_s = 0.0

    def felt(self, seconds: float) -> None:
        """Count one answer."""
        self.counts[bisect_left(BOUNDS_S, seconds)] += 1
        self.total_s += seconds
