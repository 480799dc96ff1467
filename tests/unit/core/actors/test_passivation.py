"""Which boards may rest."""

from orbit.core.actors.passivation import to_rest
from orbit.core.types import BoardId

A, B, C, D = (BoardId(name) for name in "abcd")


def test_who_has_been_idle_for_long_enough_rests() -> None:
    idle = {A: 0.0, B: 59.9, C: 60.0, D: 61.0}
    assert set(to_rest(idle, after_s=60, most=100)) == {C, D}


def test_of_too_many_the_idlest_rest_first() -> None:
    idle = {A: 3.0, B: 9.0, C: 1.0, D: 6.0}
    assert to_rest(idle, after_s=60, most=2) == [B, D]


def test_who_is_needed_stays_however_many_there_are() -> None:
    idle = {A: 0.0, B: 0.0, C: 5.0}
    assert to_rest(idle, after_s=60, most=1) == [C]


def test_nobody_rests_without_need() -> None:
    assert to_rest({}, after_s=60, most=1) == []
    assert to_rest({A: 1.0}, after_s=60, most=1) == []
