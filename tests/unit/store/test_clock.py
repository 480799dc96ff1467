"""The system's clock."""

import time
from datetime import UTC, datetime, timedelta

from orbit.store.clock import SystemClock


def test_now_is_aware_and_in_utc() -> None:
    before = datetime.now(UTC)
    now = SystemClock().now()
    assert now.utcoffset() == timedelta(0)
    assert before <= now <= datetime.now(UTC)


def test_seconds_never_go_back_and_count_from_the_start_of_the_machine() -> None:
    clock = SystemClock()
    first = clock.monotonic()
    assert first <= clock.monotonic() <= time.clock_gettime(time.CLOCK_BOOTTIME)
