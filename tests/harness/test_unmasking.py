"""Who sits in a strict meeting guesses authors no better than by chance."""

from tests.harness.unmasking import CROWD, guesses

MEETINGS = 8


def test_strict_anonymity_leaves_an_attacker_to_chance() -> None:
    strict = guesses(MEETINGS, strict=CROWD)
    assert strict.notes == MEETINGS * 20
    assert strict.right / strict.notes <= 1 / CROWD + 0.05
    assert (strict.comings, strict.counted) == (0, 0)


def test_without_it_the_same_attacker_knows_most_of_them() -> None:
    plain = guesses(1, strict=0)
    assert plain.comings > 0
    assert plain.right / plain.notes > 0.5
