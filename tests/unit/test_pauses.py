"""The collector's pauses are counted, and it is left as it was found."""

import gc

from orbit.pauses import THRESHOLDS, Pauses


def test_pauses_are_counted_while_they_are_watched() -> None:
    pauses, before = Pauses(), list(gc.callbacks)
    pauses.watch()
    try:
        assert gc.get_threshold() == THRESHOLDS
        assert gc.get_freeze_count() > 0
        seen = pauses.info()["gc_pauses_total"]
        gc.collect()
        info = pauses.info()
        assert info["gc_pauses_total"] == seen + 1
        assert 0 < info["gc_worst_pause_seconds"] <= info["gc_pause_seconds_total"]
    finally:
        pauses.unwatch()
    assert gc.callbacks == before
    assert gc.get_freeze_count() == 0
    gc.collect()
    assert pauses.info()["gc_pauses_total"] == seen + 1
