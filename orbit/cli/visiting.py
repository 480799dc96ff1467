"""Visiting: clients of a server that runs, to show it or to try it."""

from functools import partial
from typing import Any


def demo(url: str, *, once: bool, seconds: float) -> None:
    """Fill a running server with a board on which something happens."""
    from orbit.demo import run

    run(url, once=once, seconds=seconds, say=partial(print, flush=True))


def load(url: str, **wishes: Any) -> int:
    """Put a running server under load, and say what it bore; 1 if it lost a word."""
    from orbit.load import Wish, run

    return 0 if run(url, Wish(**wishes)) else 1
