"""People at several nodes, while nodes, Redis and the database fail: nothing is lost.

`python -m tests.simulation` lives through more seeds, and tells of one step by step.
"""

import os

import pytest

from tests.harness.ledger import COUNTERS as OF_CLIENTS
from tests.simulation.house import FAULTS
from tests.simulation.life import run
from tests.simulation.oracle import COUNTERS

ONCE_WRONG = (10_675,)  # what was told under an epoch that had ended was still done
SEEDS = (*range(int(os.environ.get("ORBIT_SIM_SEEDS", "40"))), *ONCE_WRONG)
OF_DATABASE = {
    "append fenced",
    "answer lost",
    "held by another",
    "late",
    "lost on the way",
    "written twice",
}
OF_CARRIER = {f"frame {fate}" for fate in ("lose", "doubt", "refuse", "hold")}


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_happens_that_should_not(seed: int) -> None:
    report = run(seed)
    again = f"python -m tests.simulation --seed {seed} --trace"
    assert not report.verdict.faults, f"{report.verdict.cases}; to see how: {again}"
    assert report.commands > 20, "hardly anything was told"


def test_every_kind_of_fault_fires() -> None:
    fired = {name for seed in range(1_000, 1_025) for name in +run(seed).faults}
    expected = {*FAULTS, *OF_DATABASE, *OF_CARRIER}
    more = {"takeover", "pause beyond the lease", "last word lost"}
    assert fired >= expected | more, expected - fired


def test_a_seed_lives_the_same_life_again() -> None:
    first, second = run(7), run(7)
    assert first.trace == second.trace
    assert len(first.trace) > 50


def test_all_counters_of_the_guarantees_are_kept() -> None:
    named = "lost dup reorder phantom gap order stale backwards false_nack silent"
    assert set(COUNTERS) >= {*named.split(), "ghosts", *OF_CLIENTS}
