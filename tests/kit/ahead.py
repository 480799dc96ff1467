"""`orbit`, run by a clock that is ahead: `python -m tests.kit.ahead serve`.

By how many days, the file says that ORBIT_TEST_DAYS names; it may be written anew while
the node runs.
"""

import os
from datetime import datetime, timedelta
from pathlib import Path

from orbit import cli
from orbit.store import clock

DAYS = "ORBIT_TEST_DAYS"


class ClockAhead(clock.SystemClock):
    """The time, so many days from now."""

    def now(self) -> datetime:
        days = float(Path(os.environ[DAYS]).read_text())
        return super().now() + timedelta(days=days)


if __name__ == "__main__":
    # before a node looks for it
    clock.SystemClock = ClockAhead  # type: ignore[misc]
    cli.main()
