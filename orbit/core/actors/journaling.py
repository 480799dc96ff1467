"""Group commit: the one writer of a node.

What all boards have ready while the last commit runs is the next one.  There is no
timer: an idle node commits at once, a busy one in batches.  It knows nothing of what is
written, only which board waits for which outcome.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence

from orbit.core.ports import Append, Journal, Outcome

log = logging.getLogger(__name__)

MAX_EVENTS = 500  # in one commit: the other boards' are decided meanwhile
WORTH_EVENTS = 250  # for fewer, no commit is begun beside another: larger is cheaper
Settled = Callable[[Outcome], None]


class Writer:
    """Appends the turns of all boards; each has one append in flight at most."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._waiting: deque[tuple[Append, Settled]] = deque()
        self._ready = asyncio.Event()
        self._waiting_events = self._under_way = 0
        self.commits = self.events = 0

    def submit(self, append: Append, settled: Settled) -> None:
        """Have a turn written with the next commit; `settled` is told its outcome."""
        self._waiting.append((append, settled))
        self._waiting_events += len(append.entries)
        self._ready.set()

    async def run(self) -> None:
        """Write until cancelled.  A commit that has begun is finished all the same.

        Run it once for each commit that may be under way: what one board wants written
        is in one of them at most.
        """
        while True:
            await self._ready.wait()
            self._ready.clear()
            while self._waiting and self._is_worth_it():
                await self._commit(self._batch())

    def _is_worth_it(self) -> bool:
        """Whether to begin now; if not, whoever commits at the moment goes on."""
        return not self._under_way or self._waiting_events >= WORTH_EVENTS

    def _batch(self) -> list[tuple[Append, Settled]]:
        batch, events = [], 0
        while self._waiting and events < MAX_EVENTS:
            batch.append(self._waiting.popleft())
            events += len(batch[-1][0].entries)
        self._waiting_events -= events
        return batch

    async def _append(self, appends: Sequence[Append]) -> Sequence[Outcome]:
        try:
            return await self._journal.append(appends)
        except Exception:  # it never raises; if it does, all boards still need a writer
            log.exception("an append raised")
            return [Outcome.UNKNOWN] * len(appends)

    async def _commit(self, batch: list[tuple[Append, Settled]]) -> None:
        self._under_way += 1
        try:
            outcomes = await self._append([append for append, _ in batch])
        finally:
            self._under_way -= 1
        self.commits += 1
        self.events += sum(len(append.entries) for append, _ in batch)
        for (append, settled), outcome in zip(batch, outcomes, strict=True):
            try:
                settled(outcome)
            except Exception:  # one board's bug must not stop the others' writer
                log.exception("board %s failed on its outcome", append.claim.board)
