"""What is written once is acted on by all nodes, each once.

    written ──told to all nodes──> each acts: sockets are closed, or told
       └───────looked for every 20 s───────^

A node that nobody has told finds it by itself.  Source: guarantees.md, section 5.
"""

import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar

import msgspec

from orbit.core.errors import OrbitError
from orbit.core.ports import Clock

log = logging.getLogger(__name__)

WINDOW = timedelta(minutes=2)  # six looks: what a statement under way may be late by
KNOWN = 10_000  # that were acted on


class Written(Protocol):
    """What is acted on once is known by its id."""

    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=Written)


async def _nobody(_body: bytes) -> None:
    """There are no other nodes."""


class Spread(Generic[T]):
    """Has this node, and all others, do what `acts` do about what is written."""

    def __init__(
        self,
        what: type[T],
        since: Callable[[datetime], Awaitable[Sequence[T]]],
        clock: Clock,
    ) -> None:
        """`since` returns what was written after a moment."""
        self._what, self._since, self._clock = what, since, clock
        self._read = msgspec.json.Decoder(list[what]).decode  # type: ignore[valid-type]
        self._done: OrderedDict[str, None] = OrderedDict()  # by id
        self.acts: list[Callable[[T], None]] = []
        self.elsewhere: Callable[[bytes], Awaitable[None]] = _nobody

    async def tell(self, written: Sequence[T]) -> None:
        """Act here and on all other nodes; it was written before."""
        self._do(written)
        try:
            await self.elsewhere(msgspec.json.encode(written))
        except OrbitError:  # it looks by itself, every 20 s
            log.warning("a node was not told of a %s", self._what.__name__.lower())

    async def told(self, body: bytes) -> bytes:
        """Act on what another node tells."""
        self._do(self._read(body))
        return b""

    async def look(self) -> None:
        """Act on what nobody has told this node."""
        self._do(await self._since(self._clock.now() - WINDOW))

    def _do(self, written: Sequence[T]) -> None:
        for each in written:
            if each.id in self._done:
                continue
            self._done[each.id] = None
            for act in self.acts:
                act(each)
        while len(self._done) > KNOWN:
            self._done.popitem(last=False)
