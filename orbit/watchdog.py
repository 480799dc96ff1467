"""The end of a node that does not come: what hangs is named, and the process ends.

All that was acknowledged is in the database by then, and who takes over does so as from
the dead; so nobody loses anything by it.
"""

import asyncio
import faulthandler
import logging
import os
import threading
from collections.abc import Iterator
from typing import Any

END_S = 25.0  # with 30 s for giving all away less than systemd and Kubernetes wait
SOFTWARE = 70  # of sysexits.h

log = logging.getLogger(__name__)


def begin() -> None:
    """Give this process 25 s to end.  Called in the loop that is about to.

    A thread watches: it sees a loop that hangs as well, and what comes after the loop.
    """
    watch = threading.Timer(END_S, _end, (asyncio.get_running_loop(),))
    watch.daemon = True
    watch.start()


def _end(loop: asyncio.AbstractEventLoop) -> None:
    try:
        log.error("the node does not end")
        for task in asyncio.all_tasks(loop):
            where = " < ".join(reversed(list(_frames(task.get_coro()))))
            log.error("%s waits in %s", task.get_name(), where)
        faulthandler.dump_traceback()
    finally:  # whoever is told may be gone: it ends all the same
        os._exit(SOFTWARE)


def _frames(coroutine: Any) -> Iterator[str]:
    """Walk from a task's coroutine to what it waits for, innermost last."""
    while frame := getattr(coroutine, "cr_frame", None):
        yield f"{frame.f_code.co_qualname}:{frame.f_lineno}"
        coroutine = coroutine.cr_await
