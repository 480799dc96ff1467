"""When boards move: all of them before this node goes, and slowly what is misplaced.

A node that joins gets its share: once the view has stood for 30 s, boards whose place
is elsewhere are handed over, those nobody needs first.  Once for each that joins: who
moves a board by hand wants it to stay.  Where boards should live is advice; whatever is
wrong with it costs a moment, and nobody a word.

Source: guarantees.md, 2.3 and 2.10.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Iterable, Iterator, Set
from itertools import islice
from typing import Protocol

from orbit.core.actors.directory import Actor
from orbit.core.errors import Unavailable
from orbit.core.types import BoardId

log = logging.getLogger(__name__)

MOVED_PER_S = 50
AT_ONCE = 4  # boards: as many as the store has connections for this
LOOKED_AT = 1_000  # boards at once: 4 ms


class Mover(Protocol):
    """The node whose boards move."""

    inc: str

    def owned(self) -> Iterable[Actor]:
        """Return the boards that live here, those that are needed most last."""

    def place(self, board: BoardId) -> str:
        """Return the inc where a board without an owner should live."""

    def settled(self) -> Set[str]:
        """Return the incs that boards may live on, once they have stood for 30 s.

        None before that, or while this node may not see clearly.
        """

    async def hand_over(self, board: BoardId, heir: str) -> bool:
        """Give a board to the inc `heir`, which has it to itself for 2 s."""


class Moving:
    """Gives boards of one node to others, at a bounded pace."""

    def __init__(self, node: Mover) -> None:
        self._node = node
        self._known: Set[str] = frozenset()  # that have got their share
        self._unseen: deque[BoardId] = deque()
        self.moved = 0

    async def rebalance(self) -> None:
        """Move some boards that should live at a node that has joined.

        It takes as long as its pace wants: call it again and again.
        """
        if nodes := self._node.settled():
            if not nodes <= self._known:
                self._unseen = deque(actor.id for actor in self._node.owned())
            self._known = nodes
            misplaced = list(islice(self._misplaced(), MOVED_PER_S))
            await self._give(misplaced, 1 / MOVED_PER_S, is_urgent=False)

    async def give_all(self, within_s: float = 0.0) -> None:
        """Give all boards away: slowly, but no slower than all of them take `within_s`.

        What nobody else can take stays here.
        """
        boards = [actor.id for actor in self._node.owned()]
        each_s = min(1 / MOVED_PER_S, within_s / max(len(boards), 1))
        await self._give(boards, each_s, is_urgent=True)

    def _misplaced(self) -> Iterator[BoardId]:
        """Look at the next boards; give those whose place is elsewhere."""
        for _ in range(min(len(self._unseen), LOOKED_AT)):
            board = self._unseen.popleft()
            if self._node.place(board) != self._node.inc:
                yield board

    async def _give(
        self, boards: Iterable[BoardId], each_s: float, *, is_urgent: bool
    ) -> None:
        left = iter(boards)
        async with asyncio.TaskGroup() as jobs:
            for _ in range(AT_ONCE):
                job = self._give_one_by_one(left, AT_ONCE * each_s, is_urgent=is_urgent)
                jobs.create_task(job)

    async def _give_one_by_one(
        self, left: Iterator[BoardId], each_s: float, *, is_urgent: bool
    ) -> None:
        loop = asyncio.get_running_loop()
        for board in left:
            ends = loop.time() + each_s
            heir = self._node.place(board)
            if heir != self._node.inc and (is_urgent or self._node.settled()):
                await self._give_one(board, heir)
            await asyncio.sleep(ends - loop.time())

    async def _give_one(self, board: BoardId, heir: str) -> None:
        try:
            if await self._node.hand_over(board, heir):
                self.moved += 1
        except Unavailable:
            pass  # it stays, or whoever needs it claims it
        except Exception:  # one board's bug must not keep the others here
            log.exception("board %s cannot be given away", board)
