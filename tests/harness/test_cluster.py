"""Three real nodes lose one of them, Redis, and all in turn: nothing acked is missing.

The small tier, which needs no rights; the others, and every figure in seconds, are
`python -m tests.harness.cluster`.  It counts and never times.
"""

import pytest

from tests.harness.cluster.acts import Step
from tests.harness.cluster.scenarios import Outcome, Plan, run
from tests.harness.load import Size
from tests.kit.hosts import Loopback

SMALL = Size(
    boards=9,
    writers=15,
    followers=18,
    readers=2,
    rate=2.0,
    read_every_s=0.5,
    followed=True,
)
pytestmark = [pytest.mark.timeout(300), pytest.mark.slow]


async def judged(*steps: Step) -> Outcome:
    """Do these things to a cluster; each has bitten, and the ledger is clean."""
    plan = Plan("small", "a small tier", steps, quiet_s=0.5)
    outcome = await run(plan, SMALL, Loopback())
    assert outcome.problems == [], outcome.verdict.cases
    assert outcome.answers["ack"] > 50
    assert len(outcome.faults) == len(steps)
    return outcome


async def test_a_node_is_killed_and_redis_and_nothing_is_lost() -> None:
    pause = Step("pause", seconds=1.0)
    outcome = await judged(Step("redis-kill"), pause, Step("kill"))
    without_redis, paused, killed = outcome.faults
    assert without_redis.evidence["sockets_lost"] == 0
    assert paused.evidence["takeovers"] == 0
    assert killed.evidence["takeovers"] == killed.evidence["boards"] > 0


async def test_all_nodes_are_replaced_in_order_and_no_socket_is_cut() -> None:
    (rolled,) = (await judged(Step("roll"))).faults
    assert rolled.evidence["takeovers"] == 0
