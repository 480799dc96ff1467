"""What happens on a board, one event after the other, for whoever reads along."""

import asyncio
from collections import deque
from collections.abc import Sequence

from msgspec import Struct

from orbit.client.items import Frame

FEED = 10_000  # events that wait for one reader; then it is told to look anew


class Changed(Struct, frozen=True):
    """An event of a board, as far as we may see it."""

    seq: int
    at: str
    event: str
    changes: Sequence[Frame]


class Reset(Struct, frozen=True):
    """All items are new, as of `seq`: forget what was folded from changes."""

    seq: int


class Feed:
    """What happens on a board from now on, each event once, in order.

    A reader that is `FEED` events behind gets one `Reset` for all of them.  It ends
    when the board is left, and raises what has closed the board.
    """

    def __init__(self) -> None:
        self._events: deque[Changed | Reset] = deque()
        self._wake = asyncio.Event()
        self._end: BaseException | None = None

    def __aiter__(self) -> "Feed":
        return self

    async def __anext__(self) -> Changed | Reset:
        while not self._events:
            if self._end:
                raise self._end
            self._wake.clear()
            await self._wake.wait()
        return self._events.popleft()

    def put(self, event: Changed | Reset) -> None:
        if len(self._events) >= FEED:
            self._events.clear()
            event = Reset(event.seq)
        self._events.append(event)
        self._wake.set()

    def end(self, error: BaseException) -> None:
        self._end = error
        self._wake.set()
