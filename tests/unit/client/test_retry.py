"""When to come back, and whether."""

import pytest

from orbit.client.retry import Patience, backoff, comes_back


def test_the_ceiling_doubles_up_to_half_a_minute() -> None:
    waits = [backoff(attempt, lambda: 1.0) for attempt in range(9)]
    assert waits == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]
    assert backoff(10_000, lambda: 1.0) == 30


def test_the_jitter_is_full() -> None:
    assert backoff(3, lambda: 0.0) == 0
    assert backoff(3, lambda: 0.25) == 1


def test_where_other_sockets_are_no_better_ever_longer_is_waited() -> None:
    patience = Patience()
    waits = []
    for _ in range(8):
        waits.append((patience.answer_s(0), patience.pong_s))
        patience.gone_round()
    assert waits[:4] == [(3, 3), (3, 3), (6, 6), (12, 12)]
    assert waits[-2:] == [(48, 48), (48, 48)]
    patience.heard()
    assert [patience.answer_s(vain) for vain in (0, 1, 2, 9)] == [3, 6, 12, 12]
    assert patience.pong_s == 3


@pytest.mark.parametrize("code", [1000, 1001, 1006, 1011, 1012, 1013, 4000, 4429])
def test_passing_codes_come_back(code: int) -> None:
    assert comes_back(code)


@pytest.mark.parametrize("code", [1002, 1003, 1007, 1008, 1009, 4500, 4501, 4999])
def test_others_stay_away(code: int) -> None:
    assert not comes_back(code)
