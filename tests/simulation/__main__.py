"""Lives through many seeds, and says what went wrong in them, and what of it mattered.

    python -m tests.simulation --seeds 5000 [--first N] [--jobs 2]
    python -m tests.simulation --seed 384 --trace
    python -m tests.simulation --sabotages

A seed that fails is named; with `--trace` it tells step by step how it came to that.
"""

import logging
import signal
import sys
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from multiprocessing import get_context

from msgspec import Struct, field
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn
from rich.table import Table

from tests.simulation.caught import catch
from tests.simulation.house import FAULTS
from tests.simulation.life import quietly, run
from tests.simulation.oracle import Report
from tests.simulation.sabotages import SABOTAGES


class Sum(Struct):
    """What many runs came to."""

    runs: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    failures: list[Report] = []
    commands: int = 0
    unknowns: int = 0
    virtual_s: float = 0.0

    def add(self, report: Report) -> None:
        """Count one run; what failed is kept, without its trace."""
        self.runs += 1
        self.faults += report.faults
        self.commands += report.commands
        self.unknowns += report.unknowns
        self.virtual_s += report.virtual_s
        if report.verdict.faults:
            self.failures.append(report)


def main() -> int:
    """Run what was asked for; 0: nothing happened that should not have."""
    args = _arguments()
    logging.disable(logging.CRITICAL)  # every fault would be logged, as it should be
    console = Console(highlight=False, soft_wrap=True)
    if args.sabotages:
        return _sabotages(console)
    if args.seed is not None:
        return _one(console, args.seed, trace=args.trace)
    return _many(console, args)


def _arguments() -> Namespace:
    parser = ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("--seeds", type=int, default=100, help="how many")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument("--jobs", type=int, default=1, help="beside each other")
    parser.add_argument("--seed", type=int, help="this one alone")
    parser.add_argument("--trace", action="store_true", help="tell what happens in it")
    parser.add_argument("--sabotages", action="store_true", help="break Orbit")
    return parser.parse_args()


def _one(console: Console, seed: int, *, trace: bool) -> int:
    report = run(seed)
    if trace:
        for at, what in report.trace:
            console.print(f"{at:9.2f} {what}", markup=False)
    _print_failure(console, report)
    return 1 if report.verdict.faults else 0


def _many(console: Console, args: Namespace) -> int:
    total = Sum()
    columns = "{task.description}", BarColumn(), MofNCompleteColumn()
    seeds = range(args.first, args.first + args.seeds)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with (
        suppress(KeyboardInterrupt),  # what was done until then counts all the same
        Progress(*columns, TimeRemainingColumn(), console=console) as progress,
    ):
        bar = progress.add_task("seeds", total=args.seeds)
        for report in _reports(seeds, args.jobs):
            total.add(report)
            progress.advance(bar)
            if report.verdict.faults:
                _print_failure(progress.console, report)
    console.print(_table(total))
    verdict = "FAIL" if total.failures else "PASS"
    console.print(
        f"FIGURE seeds that failed {len(total.failures)}/{total.runs} {verdict}"
    )
    return 1 if total.failures else 0


def _reports(seeds: Iterable[int], jobs: int) -> Iterator[Report]:
    if jobs == 1:
        yield from map(quietly, seeds)
        return
    deaf = signal.SIGINT, signal.SIG_IGN  # Ctrl-C ends the parent, and that ends all
    with get_context("spawn").Pool(jobs, signal.signal, deaf) as pool:
        yield from pool.imap_unordered(quietly, seeds)


def _print_failure(console: Console, report: Report) -> None:
    counts = report.verdict.faults
    console.print(f"seed {report.seed}: {counts or 'nothing wrong'}")
    for name, cases in report.verdict.cases.items():
        for case in cases:
            console.print(f"  {name}: {case}", markup=False)
    if counts:
        again = f"python -m tests.simulation --seed {report.seed} --trace"
        console.print(f"  to see how: {again}")


def _table(total: Sum) -> Table:
    table = Table(title=f"{total.runs} lives of a cluster of three nodes")
    table.add_column("what")
    table.add_column("how often", justify="right")
    table.add_row("virtual hours", f"{total.virtual_s / 3600:,.1f}")
    table.add_row("commands", f"{total.commands:,}")
    table.add_row("answered unknown", f"{total.unknowns:,}")
    table.add_section()
    for name in FAULTS:
        table.add_row(name, f"{total.faults[name]:,}")
    table.add_section()
    for name in sorted(total.faults.keys() - FAULTS.keys()):
        table.add_row(name, f"{total.faults[name]:,}")
    return table


def _sabotages(console: Console) -> int:
    found = 0
    for name, sabotage in SABOTAGES.items():
        caught = catch(name)
        found += caught is not None
        by = f"seed {caught.seed}: {caught.moved}" if caught else "not caught"
        console.print(f"{name} ({sabotage.what}): {by}")
    verdict = "PASS" if found == len(SABOTAGES) else "FAIL"
    console.print(f"FIGURE sabotages caught {found}/{len(SABOTAGES)} {verdict}")
    return 0 if found == len(SABOTAGES) else 1


if __name__ == "__main__":
    sys.exit(main())
