"""The oracle is no ornament: break one promise of a node, and it says which.

The same scenarios on a sound node, answers of the database lost on the way included,
count nothing.
"""

import pytest

from tests.harness.caught import CASES, SMALL, sabotaged, try_case
from tests.harness.crash import crash
from tests.harness.sabotaged import SABOTAGES


@pytest.mark.timeout(180)
@pytest.mark.parametrize("name", CASES)
async def test_a_sabotage_is_caught(name: str) -> None:
    run = await try_case(name)
    assert CASES[name].caught(run), f"not caught: {run.verdict.faults}"


@pytest.mark.timeout(300)
async def test_a_sound_node_stands_all_scenarios() -> None:
    plan = ["cut", "zombie", "server-kill", "zombie", "cut"]
    run = await crash(plan, SMALL, program=sabotaged("lossy"))
    assert run.problems == [], run.verdict.cases


def test_each_sabotage_has_its_case() -> None:
    assert set(CASES) == set(SABOTAGES)
