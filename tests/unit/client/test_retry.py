"""When to come back, and whether."""

import pytest

from orbit.client.retry import backoff, comes_back


def test_the_ceiling_doubles_up_to_half_a_minute() -> None:
    waits = [backoff(attempt, lambda: 1.0) for attempt in range(9)]
    assert waits == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]
    assert backoff(10_000, lambda: 1.0) == 30


def test_the_jitter_is_full() -> None:
    assert backoff(3, lambda: 0.0) == 0
    assert backoff(3, lambda: 0.25) == 1


@pytest.mark.parametrize("code", [1000, 1001, 1006, 1011, 1012, 1013, 4000, 4429])
def test_passing_codes_come_back(code: int) -> None:
    assert comes_back(code)


@pytest.mark.parametrize("code", [1002, 1003, 1007, 1008, 1009, 4500, 4501, 4999])
def test_others_stay_away(code: int) -> None:
    assert not comes_back(code)
