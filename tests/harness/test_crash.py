"""A node and its database are killed under load: nothing that was acked is missing.

The small tier; the full one is `python -m tests.harness.crash`.
"""

import pytest

from tests.harness.crash import crash
from tests.harness.load import Size

SMALL = Size(boards=3, writers=6, followers=6, readers=1, rate=10.0)


@pytest.mark.timeout(300)
async def test_kills_under_load_lose_nothing() -> None:
    plan = ["server-kill", "postgres-kill", "postgres-kill", "server-kill"]
    run = await crash(plan, SMALL)
    assert run.problems == [], run.verdict.cases
    assert sum(fault.in_flight for fault in run.faults) > 0
    assert run.events > 50
    assert run.answers["ack"] > 50
