"""Locks between processes that the kernel frees when their holder dies.

A lock belongs to an open file, so a child that inherits the file holds it too.  It must
never know what is locked.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orbit.store.embedded.failure import CannotStart


class Lock:
    """One open file and the lock on it.  Not to be shared between threads."""

    def __init__(self, path: Path) -> None:
        """Open `path`, making it if need be; nothing is locked yet."""
        self.fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        self._path = path

    def share(self) -> None:
        """Hold the lock together with others; waits for whoever holds it alone."""
        fcntl.flock(self.fd, fcntl.LOCK_SH)

    def seize(self) -> bool:
        """Hold the lock alone and return True, or False if somebody else holds it.

        After False a share held before may be lost.
        """
        try:
            fcntl.flock(self.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def wait(self, seconds: float, why: str) -> None:
        """Hold the lock alone within `seconds`.

        Raises:
            CannotStart: with `why`; somebody held it all the time.
        """
        end = time.monotonic() + seconds
        while not self.seize():
            if time.monotonic() > end:
                raise CannotStart(f"{why} ({self._path} is still locked)")
            time.sleep(0.005)

    def close(self) -> None:
        """Give the lock up, unless a child has inherited the file."""
        os.close(self.fd)


@contextmanager
def alone(path: Path, seconds: float, why: str) -> Iterator[None]:
    """Do something while no other process does it."""
    lock = Lock(path)
    try:
        lock.wait(seconds, why)
        yield
    finally:
        lock.close()
