"""Whether the ledger notices when one promise is broken, and within how many seeds."""

from collections.abc import Mapping

from msgspec import Struct

from tests.simulation.life import run
from tests.simulation.oracle import Report
from tests.simulation.sabotages import SABOTAGES, sabotaged


class Caught(Struct, frozen=True):
    """The first seed that brought a sabotage out, and the counters that it moved."""

    seed: int
    moved: Mapping[str, int]


def catch(name: str) -> Caught | None:
    """Live through the seeds of a sabotage until it is noticed; None: it never is.

    What the missing layers alone would bring about does not count.
    """
    for seed in SABOTAGES[name].seeds:
        with sabotaged(name) as sabotage:
            counts = run(seed, sabotage.plan, sabotage.without).verdict.faults
        moved = {one: counts[one] for one in sabotage.counters if one in counts}
        if moved and not (sabotage.has_cover and uncovered(name, seed).verdict.faults):
            return Caught(seed, moved)
    return None


def sound(name: str, seed: int) -> Report:
    """Live through the same with nothing broken."""
    sabotage = SABOTAGES[name]
    return run(seed, sabotage.plan, sabotage.without)


def uncovered(name: str, seed: int) -> Report:
    """Live through the same without the covering layers, and nothing else broken."""
    with sabotaged(name, layers_alone=True) as sabotage:
        return run(seed, sabotage.plan, sabotage.without)
