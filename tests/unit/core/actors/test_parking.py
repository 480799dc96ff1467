"""Those who wait are let in or refused once, and not for ever."""

import pytest

from orbit.core.actors import parking as module
from orbit.core.actors.parking import Parking
from orbit.core.errors import OrbitError, Unavailable


class Guest:
    """Somebody who waits, and what he was told."""

    def __init__(self) -> None:
        self.refusals: list[OrbitError] = []

    def park(self, parking: Parking, since: float = 0.0) -> "Guest":
        parking.park(lambda live: None, self.refusals.append, since)  # type: ignore[arg-type]
        return self


def test_who_has_waited_for_ten_seconds_is_refused_and_nobody_else() -> None:
    parking = Parking()
    old, young = Guest().park(parking, 0.0), Guest().park(parking, 5.0)
    parking.expire(10.1)
    assert [type(error) for error in old.refusals] == [Unavailable]
    assert young.refusals == []
    assert len(parking) == 1


def test_who_was_taken_out_waits_here_no_more() -> None:
    parking = Parking()
    guest = Guest().park(parking)
    assert len(parking.take()) == 1
    parking.refuse(Unavailable())
    assert guest.refusals == []


def test_only_those_named_are_taken_out() -> None:
    parking = Parking()
    Guest().park(parking)
    early = list(parking)
    late = Guest().park(parking)
    assert list(parking.take(early)) == early
    parking.refuse(Unavailable())
    assert len(late.refusals) == 1


def test_where_there_is_no_room_one_is_refused_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MAX_PARKED", 1)
    parking = Parking()
    first, second = Guest().park(parking), Guest().park(parking)
    assert first.refusals == []
    assert len(second.refusals) == 1
