"""The oracle is no ornament: break one promise of a node, and it says which.

Each sabotage is run in the scenario that brings it out.  The same scenarios on a sound
node, answers of the database lost on the way included, count nothing.
"""

from collections.abc import Awaitable, Callable, Sequence

import asyncpg
import pytest
from msgspec import Struct

from tests.harness.crash import Size, crash
from tests.harness.sabotaged import SABOTAGES
from tests.harness.server import Server
from tests.kit.sabotage import sabotage

SMALL = Size(boards=2, writers=4, followers=4, readers=2, rate=25.0)


class Case(Struct, frozen=True):
    """What brings a sabotage out, and which counters it moves."""

    plan: Sequence[str]
    counters: Sequence[str]
    dropped: Sequence[str] = ()  # layers of the database that would cover it


CASES = {
    "ack_early": Case(["server-kill"] * 2, ["lost"]),
    "bcast_early": Case(["server-kill"] * 2, ["phantom"]),
    "no_dedupe": Case(["cut"] * 6, ["dup", "lost"], ["no_dedupe"]),
    "no_fence": Case(["zombie"], ["dup", "reorder"], ["no_fence", "no_dedupe"]),
    "stale_load": Case(["server-kill"], ["phantom"]),
    "resend": Case(["cut"] * 2, ["dup"], ["no_dedupe"]),
}


def dropping(layers: Sequence[str]) -> Callable[[Server], Awaitable[None]]:
    async def drop(server: Server) -> None:
        connection = await asyncpg.connect(server.dsn)
        for layer in layers:
            await sabotage(connection, layer)
        if "no_fence" in layers:
            await connection.execute("ALTER TABLE journal DROP CONSTRAINT journal_pkey")
        await connection.close()

    return drop


def sabotaged(name: str) -> Sequence[str]:
    return ("-m", "tests.harness.sabotaged", name)


@pytest.mark.timeout(180)
@pytest.mark.parametrize("name", CASES)
async def test_a_sabotage_is_caught(name: str) -> None:
    case = CASES[name]
    run = await crash(
        case.plan, SMALL, program=sabotaged(name), prepare=dropping(case.dropped)
    )
    assert any(run.verdict.counts[counter] for counter in case.counters), (
        f"{name} was not caught: {run.verdict.faults}"
    )


@pytest.mark.timeout(300)
async def test_a_sound_node_stands_all_scenarios() -> None:
    plan = ["cut", "zombie", "server-kill", "zombie", "cut"]
    run = await crash(plan, SMALL, program=sabotaged("lossy"))
    assert run.problems == [], run.verdict.cases


def test_each_sabotage_has_its_case() -> None:
    assert set(CASES) == set(SABOTAGES)
