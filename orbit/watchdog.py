"""The end of a node that does not come: what hangs is named, and the process ends.

All that was acknowledged is in the database by then, and who takes over does so as from
the dead; so nobody loses anything by it.
"""

import asyncio
import logging
import os
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self

END_S = 25.0  # with 30 s for giving all away less than systemd and Kubernetes wait
SOFTWARE = 70  # of sysexits.h

log = logging.getLogger(__name__)


class Watchdog:
    """A context that ends the process unless it is left soon after `begin`."""

    def __init__(self) -> None:
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """Have 25 s from now on."""
        self._timer = asyncio.get_running_loop().call_later(END_S, _end)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._timer:
            self._timer.cancel()


def _end() -> None:
    for task in asyncio.all_tasks():
        where = " < ".join(reversed(list(_frames(task.get_coro()))))
        log.error("the node does not end: %s waits in %s", task.get_name(), where)
    os._exit(SOFTWARE)


def _frames(coroutine: Any) -> Iterator[str]:
    """Walk from a task's coroutine to what it waits for, innermost last."""
    while frame := getattr(coroutine, "cr_frame", None):
        yield f"{frame.f_code.co_qualname}:{frame.f_lineno}"
        coroutine = coroutine.cr_await
