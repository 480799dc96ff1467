"""The ownership protocol is safe, and each of its rules is there for a reason."""

import pytest

from tests.model.ownership_model import SABOTAGES, Budget, search

QUICK = Budget(2, 1, 1, 2)  # enough for each sabotage
MEDIUM = Budget(2, 1, 2, 3)


@pytest.mark.slow
def test_no_reachable_state_breaks_a_guarantee() -> None:
    """A seventh of what `python -m tests.model.ownership_model` visits."""
    found = search(budget=MEDIUM)
    assert found.violation is None, "\n".join(found.path)
    assert found.states >= 149_000, "the search has become smaller"


@pytest.mark.parametrize("bug", SABOTAGES)
def test_a_sabotage_is_caught(bug: str) -> None:
    found = search(bug, budget=QUICK)
    assert found.violation, f"nobody noticed: {SABOTAGES[bug].what}"
    assert found.path


def test_without_the_epoch_a_refused_command_is_applied() -> None:
    """No barrier, no truthful refusal: head and unique id are not enough."""
    found = search(without={"epoch"}, budget=QUICK)
    assert found.violation == "a refused command was applied"


def test_a_smaller_world_is_exhausted_quickly() -> None:
    found = search(budget=QUICK)
    assert found.violation is None, "\n".join(found.path)
    assert found.states > 5_000
