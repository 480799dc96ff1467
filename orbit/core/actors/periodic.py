"""What is done again and again for as long as a node runs."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from orbit.core.errors import Unavailable

log = logging.getLogger(__name__)


async def every(
    seconds: float,
    act: Callable[[], Awaitable[object]],
    *,
    first_s: float | None = None,
    again_s: float | None = None,
) -> None:
    """Do something now and then until cancelled, the first time after `first_s`.

    After `again_s` where it could not be done.  An error is logged and ends nothing.
    """
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - a coroutine runs in one
    pause = seconds if first_s is None else first_s
    # a cancellation that was lost on its way still counts: python/cpython#86296
    while not task.cancelling():
        await asyncio.sleep(pause)
        pause = seconds
        try:
            await act()
        except Unavailable as error:
            log.warning("a periodic job has to wait: %s", error)
            pause = again_s or seconds
        except Exception:  # the next time it may work; who waits is told elsewhere
            log.exception("a periodic job failed")
