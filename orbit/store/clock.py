"""The time, as the machine has it.  The only reader of the clock."""

import time
from datetime import UTC, datetime

# Linux's plain monotonic clock stands still while the machine sleeps, and a lease must
# not; that of other systems goes on.
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class SystemClock:
    """`core.ports.Clock`."""

    def now(self) -> datetime:
        """Return the wall-clock time, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds that also count while the machine sleeps."""
        return time.clock_gettime(_CLOCK)
