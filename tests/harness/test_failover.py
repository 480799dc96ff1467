"""The database fails over to a standby that is behind, while a node sleeps.

What was acknowledged and is gone is told again; who followed begins anew; the sleeper,
whose epoch and head are those of its board, is known by its token alone.
"""

import pytest

from tests.harness.caught import SMALL_CLUSTER
from tests.harness.cluster.acts import Step
from tests.harness.cluster.failovers import FailoverBench
from tests.harness.cluster.nodes import Replicated
from tests.harness.cluster.scenarios import Plan, run
from tests.kit.hosts import Loopback

pytestmark = [pytest.mark.timeout(300), pytest.mark.slow]


async def test_a_standby_that_is_behind_loses_nothing_that_its_people_know() -> None:
    steps = [Step("failover-zombie", seconds=0.5)]
    plan = Plan("F7", "", steps, kind=Replicated, bench=FailoverBench, quiet_s=0.0)
    outcome = await run(plan, SMALL_CLUSTER, Loopback())
    assert outcome.problems == [], outcome.verdict.cases
    evidence = outcome.faults[0].evidence
    assert evidence["acks_missing"] > 0
    assert evidence["reset"] == evidence["followers"] > 0
    assert evidence["epochs"][0] == evidence["epochs"][1]
    assert evidence["heads"][0] == evidence["heads"][1]
    assert [zombie.said for zombie in outcome.seen.zombies] == ["fenced"]
