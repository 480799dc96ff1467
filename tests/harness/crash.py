"""Kills a node and its database under load, and asks the oracle what was lost.

    python -m tests.harness.crash --server-kills 20 --postgres-kills 10

Each fault is confirmed to have bitten: another pid, commands in flight, connections
lost or kept as they should be.  The table of the ledger and one FIGURE line each are
printed; every fault is a line of JSON in `--json`.  It exits with 1 if anything failed.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import statistics
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct, to_builtins
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from tests.harness.faults import Bench, Fault
from tests.harness.field import Field, Place
from tests.harness.ledger import COUNTERS, Verdict, audit
from tests.harness.load import Size, journals, under_load
from tests.harness.server import NODE, Server, family, is_stopped, served
from tests.harness.zombie import take_over

STOP_S = 3.0  # how long SIGSTOP lasts
EPOCH = "SELECT epoch FROM board WHERE id = $1"


class Run(Struct):
    """All that came of a run."""

    faults: list[Fault]
    verdict: Verdict
    answers: Mapping[str, int]
    events: int
    connects: int
    resets: int
    errors: list[str]

    @property
    def problems(self) -> list[str]:
        found = [f"{one.kind}: {one.problem}" for one in self.faults if one.problem]
        found += [f"{k} = {n}" for k, n in self.verdict.faults.items()]
        return found + [f"logged: {line[:2000]}" for line in self.errors[:5]]


class NodeBench(Bench):
    """A node under load, and what can be done to it."""

    def __init__(
        self, server: Server, field: Field, sockets: int, boards: Sequence[str]
    ) -> None:
        super().__init__(field, sockets)
        self._server, self._boards = server, boards

    async def kill_server(self) -> Fault:
        pid, connects = self._server.pid, self._field.connects
        in_flight, began = await self._moment()
        await self._server.kill()
        await self._server.start()
        fault = await self._back("kill -9 of the server", in_flight, began)
        fault.evidence = {"pid": [pid, self._server.pid]}
        await self.all_there()
        fault.evidence["reconnects"] = self._field.connects - connects
        if pid == self._server.pid or fault.evidence["reconnects"] < self._sockets:
            fault.problem = f"it did not bite: {fault.evidence}"
        return fault

    async def kill_postgres(self) -> Fault:
        pid, lost = self._server.postgres_pid, self._field.lost
        assert pid is not None
        in_flight, began = await self._moment()
        os.kill(pid, signal.SIGKILL)
        await self._wait(lambda: self._server.postgres_pid not in {None, pid})
        fault = await self._back("kill -9 of the database", in_flight, began)
        fault.evidence = {
            "pid": [pid, self._server.postgres_pid],
            "sockets_lost": self._field.lost - lost,
        }
        if self._server.postgres_pid in {None, pid}:
            fault.problem = "it did not bite: the same pid"
        elif fault.evidence["sockets_lost"]:
            fault.problem = f"sockets were lost: {fault.evidence}"
        return fault

    async def stop_server(self) -> Fault:
        return await self._stopped("SIGSTOP of the server", [self._server.pid])

    async def stop_postgres(self) -> Fault:
        pid = self._server.postgres_pid
        assert pid is not None
        return await self._stopped("SIGSTOP of the database", family(pid))

    async def cut(self) -> Fault:
        """Cut the connections of all, some with a command that has been sent."""
        connects = self._field.connects
        in_flight, began = await self._moment()
        for raw in list(self._field.open):
            raw.abort()
        fault = await self._back("cut of all connections", in_flight, began)
        await self._wait(lambda: self._field.connects >= connects + self._sockets)
        fault.evidence = {"reconnects": self._field.connects - connects}
        if fault.evidence["reconnects"] < self._sockets:
            fault.problem = "it did not bite"
        return fault

    async def zombie(self) -> Fault:
        """Have another owner claim a board and write, while the node goes on."""
        board = self._field.random.choice(self._boards)
        before = (await self._server.sql(EPOCH, board))[0][0]
        in_flight, began = await self._moment()
        seq = await take_over(self._server.dsn, board)
        fault = await self._back("claim by another owner", in_flight, began)
        epoch = (await self._server.sql(EPOCH, board))[0][0]
        fault.evidence = {"epochs": [before, epoch], "its_seq": seq}
        if epoch < before + 1:
            fault.problem = "it did not bite"
        return fault

    async def _stopped(self, kind: str, pids: Sequence[int]) -> Fault:
        before = self._field.lost
        in_flight, began = await self._moment()
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            await self._wait(lambda: all(is_stopped(pid) for pid in pids))
            await asyncio.sleep(0.2)  # what was sent before may still be read
            acks = self._field.acks
            await asyncio.sleep(STOP_S)
            acked_meanwhile = self._field.acks - acks
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)
        fault = await self._back(kind, in_flight, began)
        lost = self._field.lost - before
        fault.evidence = {"acks_while_stopped": acked_meanwhile, "sockets_lost": lost}
        if acked_meanwhile:
            fault.problem = "it did not bite: acks went on"
        elif lost:
            fault.problem = "sockets were lost"
        return fault


async def crash(
    plan: Sequence[str],
    size: Size,
    *,
    told: Callable[[Fault], None] = lambda _fault: None,
    program: Sequence[str] = NODE,
    prepare: Callable[[Server], Awaitable[None]] | None = None,
) -> Run:
    """Do to a node what `plan` names, one by one, and judge what came of it."""
    async with served(program=program) as server:
        if prepare:
            await prepare(server)
        faults = []
        place = Place(server.host, server.port)
        async with under_load([place], server, size) as (field, boards):
            bench = NodeBench(server, field, size.sockets, boards)
            acts: dict[str, Callable[[], Awaitable[Fault]]] = {
                "server-kill": bench.kill_server,
                "postgres-kill": bench.kill_postgres,
                "server-stop": bench.stop_server,
                "postgres-stop": bench.stop_postgres,
                "cut": bench.cut,
                "zombie": bench.zombie,
            }
            await bench.all_there()
            for name in plan:
                faults.append(await acts[name]())
                told(faults[-1])
            await asyncio.sleep(1.0)
        stored = await journals(server, boards)
        return Run(
            faults=faults,
            verdict=audit(field.ledger, stored),
            answers=field.answers,
            events=sum(len(journal.rows) for journal in stored.values()),
            connects=field.connects,
            resets=field.resets,
            errors=server.errors(),
        )


# The command line -----------------------------------------------------------------


def _table(run: Run) -> Table:
    table = Table(title="Ledger")
    table.add_column("counter")
    table.add_column("found", justify="right")
    table.add_column("what it would mean")
    for name, meaning in COUNTERS.items():
        found = run.verdict.counts[name]
        style = "red" if found else "green"
        table.add_row(name, str(found), meaning, style=style)
    return table


def _figures(run: Run) -> list[str]:
    lines = []
    for kind in dict.fromkeys(fault.kind for fault in run.faults):
        times = sorted(f.recovered_s for f in run.faults if f.kind == kind)
        bitten = sum(
            f.in_flight > 0 and not f.problem for f in run.faults if f.kind == kind
        )
        p50, p99 = statistics.median(times), times[int(0.99 * (len(times) - 1))]
        lines.append(
            f"FIGURE {kind}: {bitten}/{len(times)} bitten, first new ack p50 "
            f"{p50:.2f} s, p99 {p99:.2f} s, max {times[-1]:.2f} s"
        )
    in_flight = sum(fault.in_flight for fault in run.faults)
    answers = ", ".join(f"{name} {n}" for name, n in sorted(run.answers.items()))
    sums = [f"{name} {run.verdict.counts[name]}" for name in COUNTERS]
    verdict = "FAIL" if run.problems else "PASS"
    lines.append(f"FIGURE events stored {run.events}, in flight at faults {in_flight}")
    lines.append(f"FIGURE answers: {answers}")
    lines.append(f"FIGURE connections {run.connects}, whole views {run.resets}")
    lines.append(f"FIGURE errors in the log {len(run.errors)}")
    lines.append(f"FIGURE ledger: {', '.join(sums)} {verdict}")
    return lines


def _plan(asked: argparse.Namespace) -> list[str]:
    plan = ["server-kill"] * asked.server_kills + [
        "postgres-kill"
    ] * asked.postgres_kills
    plan += ["server-stop"] * asked.server_stops + [
        "postgres-stop"
    ] * asked.postgres_stops
    plan += ["cut"] * asked.cuts + ["zombie"] * asked.zombies
    random.Random(asked.seed).shuffle(plan)
    return plan


def main() -> int:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    for name, default in (
        ("server-kills", 20),
        ("postgres-kills", 10),
        ("server-stops", 3),
        ("postgres-stops", 3),
        ("cuts", 3),
        ("zombies", 3),
        ("seed", 1),
    ):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--json", type=Path, default=Path("/dev/null"))
    asked = parser.parse_args()
    plan, console = _plan(asked), Console()
    with asked.json.open("w") as lines, Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task("faults", total=len(plan))

        def told(fault: Fault) -> None:
            bar.update(task, advance=1, description=fault.kind)
            lines.write(json.dumps(to_builtins(fault)) + "\n")
            lines.flush()

        run = asyncio.run(crash(plan, Size(seed=asked.seed), told=told))
        lines.write(json.dumps(to_builtins(run)) + "\n")
    console.print(_table(run))
    for line in [*_figures(run), *run.problems]:
        console.print(line, highlight=False, soft_wrap=True)
    for name, cases in run.verdict.cases.items():
        for case in cases:
            console.print(f"{name}: {case}", highlight=False, soft_wrap=True)
    return 1 if run.problems else 0


if __name__ == "__main__":
    sys.exit(main())
