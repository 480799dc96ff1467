"""What a node was told and has not answered yet, for whoever must outwait it.

An erasure must: what somebody told before he was forgotten may wait here for an owner,
and would be decided after it.  Once all of that is answered, the journal has it.
Nothing that is told later is waited for, so a busy node is no obstacle.
"""

import asyncio
from functools import partial

from orbit.core.actors.mailbox import Answer, Settle
from orbit.core.errors import Unavailable

LONGEST_S = 3.0  # less than who asks another node for it waits for the answer


class InFlight:
    """Commands without an answer, in the order in which they were told."""

    def __init__(self) -> None:
        self._open: dict[int, None] = {}
        self._last = 0
        self._awaited: dict[int, asyncio.Future[None]] = {}  # by the last that counts

    def __len__(self) -> int:
        return len(self._open)

    def enter(self, settle: Settle) -> Settle:
        """Return what is to be called with the answer, in place of `settle`."""
        self._last = number = self._last + 1
        self._open[number] = None
        return partial(self._answered, number, settle)

    async def over(self) -> None:
        """Return when all that was told until now has its answer, in 3 s at most.

        Raises:
            Unavailable: something has none after 3 s; ask again.
        """
        upto = self._last
        if self._is_over(upto):
            return
        future = self._awaited.get(upto)
        if future is None:
            future = asyncio.get_running_loop().create_future()
            self._awaited[upto] = future
        try:
            async with asyncio.timeout(LONGEST_S):
                await asyncio.shield(future)
        except TimeoutError:
            waits = "what was told before has no answer yet"
            raise Unavailable(waits, after=1.0) from None

    def _answered(self, number: int, settle: Settle, answer: Answer) -> None:
        self._open.pop(number, None)
        if self._awaited:
            for upto in [upto for upto in self._awaited if self._is_over(upto)]:
                self._awaited.pop(upto).set_result(None)
        settle(answer)

    def _is_over(self, upto: int) -> bool:
        return next(iter(self._open), upto + 1) > upto
