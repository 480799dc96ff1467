"""What happens on the boards of a node: how much, and whoever looks on is told at once.

It is on the way of every turn, so nothing is kept of a board unless somebody measures,
and nothing told unless somebody traces.  It knows no text of anybody.
"""

import asyncio
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from msgspec import Struct

from orbit.core.codec import Entry
from orbit.core.types import BoardId

KEPT = 1_000  # entries that a tracer has not taken yet; older ones are in the journal


class Activity(Struct):
    """What happened on one board while it was measured."""

    commands: int = 0  # answered, refusals too
    events: int = 0
    deliveries: int = 0  # events, times who was there to be told
    slowest_s: float = 0.0  # from a command's arrival to its answer


class Tap:
    """Somebody who looks on: the entries of one board, and when they were told here."""

    def __init__(self) -> None:
        self.entries: deque[tuple[Entry, float]] = deque(maxlen=KEPT)
        self._news = asyncio.Event()

    def told(self, entries: Sequence[Entry], at: float) -> None:
        """Take what was committed."""
        self.entries.extend((entry, at) for entry in entries)
        self._news.set()

    async def wait(self, within_s: float) -> None:
        """Return when there is something to take, or that time is over."""
        try:
            async with asyncio.timeout(within_s):
                await self._news.wait()
        except TimeoutError:
            return
        self._news.clear()


class Traffic:
    """Counts, in total always, and by board for whoever measures."""

    def __init__(self) -> None:
        self.commands = self.deliveries = 0
        self.loads = 0  # of boards that were read from the store
        self._meters: list[dict[BoardId, Activity]] = []
        self._taps: dict[BoardId, list[Tap]] = {}

    def answered(self, board: BoardId, commands: int, slowest_s: float) -> None:
        """Count the answers of one turn."""
        self.commands += commands
        for meter in self._meters:
            seen = meter.setdefault(board, Activity())
            seen.commands += commands
            seen.slowest_s = max(seen.slowest_s, slowest_s)

    def published(
        self, board: BoardId, watchers: int, entries: Sequence[Entry], at: float
    ) -> None:
        """Count what so many are told at the monotonic time `at`."""
        self.deliveries += watchers * len(entries)
        for meter in self._meters:
            seen = meter.setdefault(board, Activity())
            seen.events += len(entries)
            seen.deliveries += watchers * len(entries)
        for tap in self._taps.get(board, ()):
            tap.told(entries, at)

    @contextmanager
    def measured(self) -> Iterator[Mapping[BoardId, Activity]]:
        """Give what happens on each board, for as long as the context lasts."""
        meter: dict[BoardId, Activity] = {}
        self._meters.append(meter)
        try:
            yield meter
        finally:
            self._meters = [one for one in self._meters if one is not meter]

    @contextmanager
    def tapped(self, board: BoardId) -> Iterator[Tap]:
        """Give what is told of one board, for as long as the context lasts."""
        tap = Tap()
        self._taps.setdefault(board, []).append(tap)
        try:
            yield tap
        finally:
            left = [one for one in self._taps.pop(board) if one is not tap]
            if left:
                self._taps[board] = left
