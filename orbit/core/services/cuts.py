"""Connections are cut when what an account may do has changed, on all nodes.

    written with the change ──told to all nodes──> his sockets are closed: he comes back
                └───────looked for every 30 s───────────^

Whoever is cut stays who he is, and comes back with the rights that he has by then.
Source: guarantees.md, section 5; ADR-0032.
"""

import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import msgspec

from orbit.core.errors import OrbitError
from orbit.core.ports import Clock, Cut, Organisations

log = logging.getLogger(__name__)

WINDOW = timedelta(minutes=2)  # four looks: what a statement under way may be late by
KNOWN = 10_000  # cuts that are done
FORGOTTEN_AT_ONCE = 1_000

_read = msgspec.json.Decoder(list[Cut]).decode


async def _nobody(_body: bytes) -> None:
    """There are no other nodes."""


class Cuts:
    """Cuts accounts off.  `ends` are told whose connections are to be closed.

    `elsewhere` has all other nodes call `told`, or raises `Unavailable`.
    """

    def __init__(self, store: Organisations, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._done: OrderedDict[str, None] = OrderedDict()  # ids of cuts
        self.ends: list[Callable[[str], None]] = []
        self.elsewhere: Callable[[bytes], Awaitable[None]] = _nobody

    async def tell(self, cuts: Sequence[Cut]) -> None:
        """Cut accounts off here and on all other nodes; it was written before."""
        self._do(cuts)
        try:
            await self.elsewhere(msgspec.json.encode(cuts))
        except OrbitError:  # it looks by itself, every 30 s
            log.warning("a node was not told whose rights have changed")

    async def told(self, body: bytes) -> bytes:
        """Cut off whom another node tells of."""
        self._do(_read(body))
        return b""

    async def look(self) -> None:
        """Cut off whom nobody has told this node of; forget what all have seen."""
        since = self._clock.now() - WINDOW
        self._do(await self._store.cuts(since))
        await self._store.forget_cuts(since - WINDOW, FORGOTTEN_AT_ONCE)

    def _do(self, cuts: Sequence[Cut]) -> None:
        """Close connections, once for each cut: who came back since stays."""
        for cut in cuts:
            if cut.id in self._done:
                continue
            self._done[cut.id] = None
            for end in self.ends:
                end(cut.account)
        while len(self._done) > KNOWN:
            self._done.popitem(last=False)
