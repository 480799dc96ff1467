"""All of them: break one promise of a cluster, and the ledger says so.

The same seeds with nothing broken are sound, and so they are without the layers that
only cover what is broken.
"""

import pytest

from tests.simulation.caught import catch, sound
from tests.simulation.sabotages import SABOTAGES, Seams

OF_THE_GUARANTEES = (
    "no_fence redis_epoch resend stale_load no_dedupe ack_early bcast_early no_beacon "
    "no_gapfill nack_unknown any_epoch zombie_read no_token no_freeze"
)

OURS = {"no_resends"}


@pytest.mark.timeout(180)
@pytest.mark.parametrize("name", SABOTAGES)
def test_a_sabotage_is_caught(name: str) -> None:
    caught = catch(name)
    assert caught, f"nobody noticed: {SABOTAGES[name].what}"
    assert not (faults := sound(name, caught.seed).verdict.faults), faults


def test_all_fourteen_of_the_guarantees_are_there() -> None:
    named = set(OF_THE_GUARANTEES.split())
    assert len(named) == 14
    assert set(SABOTAGES) == {*named, *OURS}


def test_a_seam_that_is_gone_fails_loudly() -> None:
    class Orbit:
        pass

    with pytest.raises(AssertionError, match="a seam is gone"):
        Seams().put(Orbit, "no_such_method", None)


def test_what_was_broken_is_whole_again() -> None:
    before = {name: sound(name, 0).trace for name in ("no_fence", "no_beacon")}
    for name in before:
        catch(name)
    assert {name: sound(name, 0).trace for name in before} == before
