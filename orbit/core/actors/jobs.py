"""The jobs of a node that synchronous code starts: owned, named, and ended together."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

log = logging.getLogger(__name__)

AGAIN_S = 1.0


class Jobs:
    """Runs jobs until they end, or until `close`.  A job that raises is logged."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    def __len__(self) -> int:
        return len(self._tasks)

    def start(self, job: Coroutine[Any, Any, None], name: str) -> None:
        """Run `job` beside everything else.  After `close` nothing is started."""
        if self._closed:
            job.close()
            return
        # The one place where a task is made: it is held here until it ends.
        task = asyncio.get_running_loop().create_task(job, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("a job failed: %s", task.get_name(), exc_info=error)

    async def close(self) -> None:
        """Cancel what runs and wait for its end."""
        self._closed = True
        while tasks := list(self._tasks):
            for task in tasks:
                task.cancel()
            # what somebody has caught by mistake is said again
            await asyncio.wait(tasks, timeout=AGAIN_S)
