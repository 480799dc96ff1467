"""`orbit audit verify`: what is wrong with the trail, a line each; a bar meanwhile."""

import sys

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.progress import TimeRemainingColumn as Remaining

from orbit.core.services.chain import Chain, Mark
from orbit.store.postgres.store import opened


async def verify(dsn: str, noted: Mark | None) -> int:
    """Print what is wrong with the trail, the first row first; return how much is."""
    count = 0
    async with opened(dsn, "admin") as store:
        ends = await store.people.trail.ends()
        with _bar() as bar:
            task = bar.add_task("", total=ends.seq - ends.floor)
            chain = Chain(
                store.people.trail, lambda rows: bar.advance(task, rows), noted
            )
            async for flaw in chain.flaws():
                print(f"row {flaw.seq}", flaw.words, sep="\t", flush=True)  # noqa: T201
                count += 1
    verdict = f"{count} flaws" if count else "each follows from the one before it"
    print(f"{chain.rows} rows from {chain.ends.floor + 1}: {verdict}")  # noqa: T201
    print(f"note elsewhere what the last one is: {chain.mark}")  # noqa: T201
    return count


def _bar() -> Progress:
    return Progress(
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("rows"),
        Remaining(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
        transient=True,
    )
