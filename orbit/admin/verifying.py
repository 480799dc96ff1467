"""`orbit journal verify`: what a verifier finds, a line each; a bar while it looks."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.progress import TimeRemainingColumn as Remaining

from orbit.admin import boards
from orbit.core.errors import NotFound
from orbit.core.kinds import KINDS
from orbit.core.ports import Journal
from orbit.core.services.consistency import Finding, Verifier


class Bar:
    """How far it is, on standard error; silent where nobody looks."""

    def __init__(self, progress: Progress, total: int | None) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=total, events=0)
        self.boards = self.events = 0

    def read(self, events: int) -> None:
        """Note that so many events were read."""
        self.events += events
        self._progress.update(self._task, events=self.events)

    def passed(self) -> None:
        """Note that a board has been looked at."""
        self.boards += 1
        self._progress.advance(self._task)


async def verify(dsn: str, id: str | None) -> int:
    """Print what is wrong with one board, or with any; return how many findings."""
    count = 0
    async with boards.journal(dsn) as journal:
        with _bar(await _count(journal, id)) as bar:
            verifier = Verifier(journal, KINDS, bar.read)
            async for board in boards.chosen(journal, id):
                try:
                    found = await verifier.verify(board)
                except NotFound:
                    if id is not None:
                        raise
                    continue  # purged since it was listed
                for finding in found:
                    _tell(finding)
                count += len(found)
                bar.passed()
    verdict = f"{count} findings" if count else "journal, snapshot and index agree"
    print(f"{bar.boards} boards, {bar.events} events: {verdict}")  # noqa: T201
    return count


async def _count(journal: Journal, id: str | None) -> int:
    if id is not None:
        return 1
    count = 0
    async for _ in boards.ids(journal):
        count += 1
    return count


def _tell(finding: Finding) -> None:
    told = finding.board, finding.sort, finding.seq or "", finding.words
    print(*told, sep="\t", flush=True)  # noqa: T201


@contextmanager
def _bar(total: int) -> Iterator[Bar]:
    progress = Progress(
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("boards, {task.fields[events]} events"),
        Remaining(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
        transient=True,
    )
    with progress:
        yield Bar(progress, total)
