"""How often somebody may do something."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orbit.core.limits import Limiter, Rate, spend

FIVE = Rate(1, 1.0, 5)  # one a second, five at once


def test_a_newcomer_may_spend_the_burst_at_once() -> None:
    limiter = Limiter(FIVE)
    assert [limiter.spend("ann", 100.0) for _ in range(5)] == [0.0] * 5
    assert limiter.spend("ann", 100.0) == pytest.approx(1.0)


def test_a_refusal_costs_nothing() -> None:
    limiter = Limiter(FIVE)
    for _ in range(20):
        limiter.spend("ann", 100.0)
    assert limiter.spend("ann", 101.0) == 0.0


def test_who_waits_as_long_as_he_was_told_is_let_in() -> None:
    limiter, now = Limiter(Rate(7, 3.0, 1)), 12_345.678
    for _ in range(100):
        assert limiter.spend("ann", now) == 0.0
        wait = limiter.spend("ann", now)
        assert wait > 0
        now += wait


def test_each_has_an_allowance_of_his_own() -> None:
    limiter = Limiter(Rate(1, 1.0, 1))
    assert limiter.spend("ann", 0.0) == limiter.spend("bob", 0.0) == 0.0


def test_what_costs_more_than_the_burst_never_passes() -> None:
    limiter = Limiter(FIVE)
    assert limiter.spend("ann", 1e6, cost=6.0) > 0
    assert limiter.spend("ann", 1e6, cost=5.0) == 0.0


def test_how_many_are_left_is_told() -> None:
    limiter = Limiter(FIVE)
    assert limiter.left("ann", 0.0) == 5
    limiter.spend("ann", 0.0)
    limiter.spend("ann", 0.0)
    assert limiter.left("ann", 0.0) == 3
    assert limiter.left("ann", 1.0) == 4
    assert limiter.left("ann", 100.0) == 5


def test_memory_is_bounded_and_the_quiet_are_forgotten_first() -> None:
    limiter = Limiter(FIVE, keys=100)
    for n in range(100):
        limiter.spend(f"quiet {n}", 0.0)
    for _ in range(5):
        limiter.spend("busy", 1_000.0)
    assert len(limiter._debts) <= 100
    assert limiter.spend("busy", 1_000.0) > 0


def test_a_flood_of_keys_stays_within_the_bound() -> None:
    limiter = Limiter(FIVE, keys=100)
    for n in range(10_000):
        limiter.spend(f"{n}", 0.0)
        assert len(limiter._debts) <= 101


@given(
    count=st.floats(0.1, 1e4),
    per_s=st.floats(0.1, 3_600),
    burst=st.integers(1, 200),
    start=st.floats(0, 1e8),
)
def test_whatever_the_rate_a_newcomer_has_exactly_the_burst(
    count: float, per_s: float, burst: int, start: float
) -> None:
    rate = Rate(count, per_s, burst)
    if rate.spacing_s < 1e-3:
        return  # finer than a clock is after three years
    debt, allowed = 0.0, 0
    for _ in range(burst + 1):
        debt, wait = spend(rate, debt, start)
        allowed += not wait
    assert allowed == burst


@given(st.lists(st.floats(0, 10), max_size=60))
def test_never_more_than_the_burst_and_what_the_time_brings(gaps: list[float]) -> None:
    debt, now, allowed = 0.0, 50.0, 0
    for gap in gaps:
        now += gap
        debt, wait = spend(FIVE, debt, now)
        allowed += not wait
    assert allowed <= 5 + (now - 50.0) + 1e-3
