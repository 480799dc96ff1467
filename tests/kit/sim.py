"""A seeded event loop: one integer decides every interleaving, and time is free.

Who waits for what never comes is found.  A seed replays its failure exactly.  Several
processes may live on the loop, and each can be stopped, as a signal stops it.
"""

import asyncio
import heapq
import random
from collections.abc import Callable, Coroutine, Iterable
from contextlib import closing
from contextvars import Context, ContextVar
from datetime import UTC, datetime, timedelta
from typing import Any

START = datetime(2030, 1, 1, tzinfo=UTC)


class Process:
    """What stands still together, while everybody's clock goes on.

    Whatever is begun in it belongs to it: callbacks, timers, jobs, and all of theirs.
    """

    def __init__(self) -> None:
        self._context = Context()
        self._context.run(_PROCESS.set, self)
        self._held: list[asyncio.Handle] = []
        self.is_stopped = False

    @property
    def context(self) -> Context:
        """Return a context in which to begin something of this process."""
        return self._context.copy()

    def stop(self) -> None:
        """Stand still, between two callbacks."""
        self.is_stopped = True

    def go_on(self, loop: "SimLoop") -> None:
        """Do at once whatever has become due meanwhile, in that order."""
        self.is_stopped = False
        held, self._held = self._held, []
        loop.ready(handle for handle in held if not handle.cancelled())

    def holds(self, handle: asyncio.Handle) -> bool:
        """Keep what is due for later, if it stands still."""
        if self.is_stopped:
            self._held.append(handle)
        return self.is_stopped


_PROCESS: ContextVar[Process | None] = ContextVar("process", default=None)


class _Handle(asyncio.Handle):
    def _run(self) -> None:
        process = self._context.get(_PROCESS)  # type: ignore[attr-defined]
        if process is None or not process.holds(self):
            super()._run()


class _TimerHandle(asyncio.TimerHandle, _Handle):
    pass


class SimLoop(asyncio.BaseEventLoop):
    """A loop that is its own selector and, instead of waiting, moves its clock."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.random = random.Random(seed)
        self.now = 0.0
        self.failures: list[dict[str, Any]] = []
        self.notes: list[tuple[float, str]] = []  # what happened, for whoever replays
        self._selector = self
        self.set_exception_handler(lambda _loop, context: self.failures.append(context))

    def time(self) -> float:
        return self.now

    def _call_soon(
        self, callback: Any, args: Any, context: Context | None
    ) -> asyncio.Handle:
        handle = _Handle(callback, args, self, context)
        self.ready([handle])
        return handle

    def call_at(  # type: ignore[override]
        self, when: float, callback: Any, *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        timer: Any = _TimerHandle(when, callback, args, self, context)
        heapq.heappush(self._scheduled, timer)  # type: ignore[attr-defined]
        timer._scheduled = True
        return timer  # type: ignore[no-any-return]

    def ready(self, handles: Iterable[asyncio.Handle]) -> None:
        """Have these done in the next turn."""
        self._ready.extend(handles)  # type: ignore[attr-defined]

    def select(self, timeout: float | None) -> tuple[()]:
        if timeout is None:
            raise AssertionError("deadlock: nothing is ready and no timer is set")
        self.now += timeout
        return ()

    def note(self, what: str) -> None:
        """Write down what happens now."""
        self.notes.append((self.now, what))

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
