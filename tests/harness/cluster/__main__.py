"""Runs the scenarios, judges them and writes the report.

    python -m tests.harness.cluster --tier short --only F1,F3 --repeats 5

It exits with 1 if a fault did not bite, the ledger is not clean, a node has logged an
error or a bar was missed.
"""

import argparse
import asyncio
import gc
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import uvloop
from msgspec import Struct, to_builtins
from msgspec.structs import replace
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from tests.harness.cluster.figures import Figure, figures
from tests.harness.cluster.report import page
from tests.harness.cluster.scenarios import (
    FULL,
    SHORT,
    Outcome,
    Plan,
    plans,
    run,
)
from tests.harness.faults import Fault
from tests.harness.field import Field
from tests.harness.ledger import COUNTERS
from tests.harness.load import Size
from tests.harness.server import ROOT
from tests.kit.hosts import Loopback, Network, network

LOOK_S = 0.5
STYLES = {"PASS": "green", "MISS": "red"}


class Asked(Struct, frozen=True):
    """What the command line asks for."""

    tier: str
    only: frozenset[str]
    repeats: int | None
    seed: int
    minutes: float
    out: Path
    isolated: bool


def main() -> int:
    """Run what the command line asks for."""
    asked = _asked()
    place: Network | Loopback = network() if asked.isolated else Loopback()
    console = Console(highlight=False, soft_wrap=True)
    size = replace(SHORT if asked.tier == "short" else FULL, seed=asked.seed)
    console.print(_network_said(place))
    outcomes, found = list[Outcome](), list[Figure]()
    asked.out.mkdir(parents=True, exist_ok=True)
    with (asked.out / "cluster.jsonl").open("w") as lines:
        _keep(lines, began=_machine(), network=place.is_real, size=to_builtins(size))
        for plan in _chosen(asked, place, console):
            _keep(lines, scenario=plan.name, steps=to_builtins(plan.steps))
            outcome = uvloop.run(_watched(plan, size, place))
            mine = figures(outcome)
            for fault in outcome.faults:
                _keep(lines, scenario=plan.name, fault=to_builtins(fault))
            _keep(lines, scenario=plan.name, verdict=to_builtins(outcome.verdict))
            _keep(lines, scenario=plan.name, figures=to_builtins(mine))
            console.print(_table(plan, mine))
            console.print(_ledger(outcome))
            for problem in outcome.problems:
                console.print(f"[red]{plan.name}[/] {problem}", markup=True)
            for name, cases in outcome.verdict.cases.items():
                console.print(*(f"{name}: {case}" for case in cases), sep="\n")
            outcomes.append(outcome)
            found += mine
            html = page(outcomes, found, [_machine(), _network_said(place)])
            (asked.out / "cluster.html").write_text(html)
    for figure in found:
        if figure.verdict:
            console.print(str(figure), style=STYLES[figure.verdict])
    missed = [figure for figure in found if figure.verdict == "MISS"]
    bad = sum(bool(outcome.problems) for outcome in outcomes)
    judged = sum(bool(figure.verdict) for figure in found)
    console.print(f"{judged - len(missed)} of {judged} figures within bars")
    console.print(f"the report is {asked.out / 'cluster.html'}")
    return 1 if missed or bad else 0


def _asked() -> Asked:
    parser = argparse.ArgumentParser(
        prog="python -m tests.harness.cluster",
        description=(__doc__ or "").splitlines()[0],
    )
    parser.add_argument("--tier", choices=("short", "full"), default="short")
    parser.add_argument("--only", default="", help="as F1,F3; all without it")
    parser.add_argument("--repeats", type=int, help="faults of each scenario")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, help="of F8: 2, or 30 if full")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "harness")
    parser.add_argument(
        "--loopback",
        action="store_true",
        help="no network of its own: nothing can be cut, F5 is left out",
    )
    told = parser.parse_args()
    only = frozenset(name for name in told.only.split(",") if name)
    minutes = told.minutes or (30.0 if told.tier == "full" else 2.0)
    return Asked(
        told.tier,
        only,
        told.repeats,
        told.seed,
        minutes,
        told.out.absolute(),
        not told.loopback,
    )


def _chosen(asked: Asked, place: Network | Loopback, console: Console) -> list[Plan]:
    made = plans(
        asked.tier, asked.repeats, asked.seed, asked.minutes, is_real=place.is_real
    )
    unknown = asked.only - {plan.name for plan in made}
    if unknown:
        raise SystemExit(f"there is no {', '.join(sorted(unknown))}")
    wanted = [plan for plan in made if not asked.only or plan.name in asked.only]
    for plan in wanted:
        if plan.cuts and not place.is_real:
            console.print(f"{plan.name} is LEFT OUT: nothing can be cut", style="red")
    return [plan for plan in wanted if place.is_real or not plan.cuts]


async def _watched(plan: Plan, size: Size, place: Network | Loopback) -> Outcome:
    """Run a scenario, and show how it goes."""
    columns = (
        TextColumn("[bold]{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:g}/{task.total:g}"),
        TextColumn("{task.fields[now]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        name = f"{plan.name} {plan.title}"
        bar = progress.add_task(name, total=len(plan.steps), now="starts")
        fields = list[Field]()

        def told(field: Field, fault: Fault | None) -> None:
            gc.freeze()  # a collection of all that was heard is not what is timed
            if fault is None:
                fields.append(field)
            else:
                progress.advance(bar)
                word = "[red]" + fault.problem if fault.problem else "bit"
                progress.console.print(f"  {fault.kind}: {_waited(fault)} {word}")

        async def show() -> None:
            acks = 0
            while True:
                await asyncio.sleep(LOOK_S)
                if fields:
                    field = fields[0]
                    rate, acks = (field.acks - acks) / LOOK_S, field.acks
                    said = f"{rate:4.0f} acks/s, {field.unanswered:3} unanswered"
                    progress.update(bar, now=f"{said}, {field.lost} sockets lost")

        async with asyncio.TaskGroup() as jobs:
            showing = jobs.create_task(show())
            outcome = await run(plan, size, place, told)
            showing.cancel()
    return outcome


def _waited(fault: Fault) -> str:
    if not fault.waits_s:
        return "no board was concerned,"
    return (
        f"{len(fault.waits_s)} boards acked again after "
        f"{fault.waits_s[0]:.2f} to {fault.waits_s[-1]:.2f} s,"
    )


def _table(plan: Plan, mine: list[Figure]) -> Table:
    table = Table(title=f"{plan.name}: {plan.title}", title_justify="left")
    for name in ("FIGURE", "value", "bar", ""):
        table.add_column(name, justify="right" if name == "value" else "left")
    for one in mine:
        style = STYLES.get(one.verdict)
        table.add_row(one.name, one.said, one.bar, one.verdict, style=style)
    return table


def _ledger(outcome: Outcome) -> str:
    counts = outcome.verdict.counts
    return "ledger: " + ", ".join(f"{name} {counts[name]}" for name in COUNTERS)


def _network_said(place: Network | Loopback) -> str:
    if place.is_real:
        return "each node, the database and Redis have a host of their own (namespaces)"
    return "all on loopback: no cable can be pulled, F5 and the cuts of F8 are LEFT OUT"


def _machine() -> str:
    head = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    load = Path("/proc/loadavg").read_text().split()[0]
    when = time.strftime("%Y-%m-%d %H:%M")
    return f"{when}, commit {head}, load of the machine {load}"


def _keep(lines: Any, **said: Any) -> None:
    lines.write(json.dumps(said, default=repr) + "\n")
    lines.flush()


if __name__ == "__main__":
    sys.exit(main())
