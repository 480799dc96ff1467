"""A seeded event loop: one integer decides every interleaving, and time is free.

Who waits for what never comes is found.  A seed replays its failure exactly.
"""

import asyncio
import random
from collections.abc import Callable, Coroutine
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

START = datetime(2030, 1, 1, tzinfo=UTC)


class SimLoop(asyncio.BaseEventLoop):
    """A loop that is its own selector and, instead of waiting, moves its clock."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.random = random.Random(seed)
        self.now = 0.0
        self.failures: list[dict[str, Any]] = []
        self._selector = self
        self.set_exception_handler(lambda _loop, context: self.failures.append(context))

    def time(self) -> float:
        return self.now

    def select(self, timeout: float | None) -> tuple[()]:
        if timeout is None:
            raise AssertionError("deadlock: nothing is ready and no timer is set")
        self.now += timeout
        return ()

    def _process_events(self, _events: object) -> None:
        """There are none: nothing comes from outside."""

    def _write_to_self(self) -> None:
        """There is no other thread to wake this one."""

    def shuffle_ready(self) -> None:
        """Let another job go first than the one that was asked first."""
        ready: Any = self._ready  # type: ignore[attr-defined]
        other = self.random.randrange(len(ready))
        ready[-1], ready[other] = ready[other], ready[-1]


class SimClock:
    """The time of the simulation, as a `core.ports.Clock`."""

    def __init__(self, loop: SimLoop) -> None:
        self._loop = loop

    def now(self) -> datetime:
        return START + timedelta(seconds=self._loop.now)

    def monotonic(self) -> float:
        return self._loop.now


def simulate(
    scenario: Callable[..., Coroutine[Any, Any, None]], seed: int, *args: object
) -> None:
    """Run the coroutine function `scenario(loop, *args)` to its end."""
    with closing(SimLoop(seed)) as loop:
        asyncio.set_event_loop(loop)
        try:
            loop.run_until_complete(scenario(loop, *args))
        finally:
            asyncio.set_event_loop(None)
        assert not loop.failures, loop.failures
