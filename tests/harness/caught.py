"""Breaks one promise of a node after the other, and counts which the ledger notices.

    python -m tests.harness.caught

Each sabotage is run in the scenario that brings it out.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence

import asyncpg
from msgspec import Struct
from msgspec.structs import replace
from rich.console import Console

from tests.harness.cluster.acts import Step
from tests.harness.cluster.failovers import FailoverBench
from tests.harness.cluster.nodes import Replicated
from tests.harness.cluster.scenarios import Plan, run
from tests.harness.crash import Run, crash
from tests.harness.load import Size
from tests.harness.server import Server
from tests.kit.hosts import Loopback
from tests.kit.sabotage import sabotage

SMALL = Size(boards=2, writers=4, followers=4, readers=4, rate=25.0)
SMALL_CLUSTER = Size(
    boards=6, writers=8, followers=12, readers=2, rate=2.0, followed=True
)


class Case(Struct, frozen=True):
    """What brings a sabotage out, and which counters it moves."""

    plan: Sequence[str]
    counters: Sequence[str]
    dropped: Sequence[str] = ()  # layers of the database that would cover it
    patience_s: float = 60.0  # for a node so broken that it answers no more

    def caught(self, run: Run) -> dict[str, int]:
        """Return the counters that were moved, of those that should."""
        faults = run.verdict.faults
        return {name: faults[name] for name in self.counters if name in faults}


CASES = {
    "ack_early": Case(["server-kill"] * 2, ["lost"]),
    # What was shown too early may be told again, and stored, after the kill.
    "bcast_early": Case(
        ["server-kill"] * 2, ["phantom", "dup", "backwards"], patience_s=5.0
    ),
    "no_dedupe": Case(["cut"] * 6, ["dup", "lost"], ["no_dedupe"]),
    "no_fence": Case(["zombie"], ["dup", "reorder"], ["no_fence", "no_dedupe"], 5.0),
    "stale_load": Case(["server-kill"] * 3, ["phantom"], patience_s=5.0),
    # What is done again and changes nothing is stored once, and acked at a later head.
    "resend": Case(["cut"] * 2, ["dup", "lost"], ["no_dedupe"]),
}


class Tokenless(Replicated):
    """Nodes whose database takes a board's epoch and head for proof enough."""

    async def prepare(self) -> None:
        connection = await self.outside.connect()
        await sabotage(connection, "no_token")
        await connection.close()
        await super().prepare()


async def try_zombie() -> dict[str, int]:
    """Have a zombie wake up among them, and return what the ledger counts."""
    steps = [Step("failover-zombie", seconds=0.5)]
    plan = Plan("F7", "", steps, kind=Tokenless, bench=FailoverBench, quiet_s=0.5)
    return (await run(plan, SMALL_CLUSTER, Loopback())).verdict.faults


async def try_case(name: str) -> Run:
    """Run a sabotaged node through its scenario."""
    case = CASES[name]
    size = replace(SMALL, patience_s=case.patience_s)
    drop = _dropping(case.dropped)
    return await crash(case.plan, size, program=sabotaged(name), prepare=drop)


def sabotaged(name: str) -> Sequence[str]:
    """Return how such a node is started."""
    return ("-m", "tests.harness.sabotaged", name)


def _dropping(layers: Sequence[str]) -> Callable[[Server], Awaitable[None]]:
    async def drop(server: Server) -> None:
        connection = await asyncpg.connect(server.dsn)
        for layer in layers:
            await sabotage(connection, layer)
        if "no_fence" in layers:
            await connection.execute("ALTER TABLE journal DROP CONSTRAINT journal_pkey")
        await connection.close()

    return drop


def main() -> int:
    """Try all, and say how many were caught."""
    console = Console(highlight=False, soft_wrap=True)
    found = {
        name: case.caught(asyncio.run(try_case(name))) for name, case in CASES.items()
    }
    found["no_token"] = asyncio.run(try_zombie())
    caught = sum(map(bool, found.values()))
    for name, noticed in found.items():
        console.print(f"{name}: {noticed or 'not caught'}")
    verdict = "PASS" if caught == len(found) else "FAIL"
    console.print(f"FIGURE sabotages caught {caught}/{len(found)} {verdict}")
    return 0 if caught == len(found) else 1


if __name__ == "__main__":
    sys.exit(main())
