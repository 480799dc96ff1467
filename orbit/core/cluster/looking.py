"""Who holds which board, asked of the journal for many boards in one statement.

Without Redis each follower looks each second.  One statement runs at a time: what is
asked for meanwhile goes with the next one, so each answer is younger than its question.
Source: guarantees.md, 2.7, Events.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from itertools import islice
from typing import Any

from orbit.core.errors import Internal, NotFound, OrbitError
from orbit.core.ports import Held
from orbit.core.types import BoardId

log = logging.getLogger(__name__)

AT_ONCE = 500  # boards a statement
Answer = asyncio.Future[Held | OrbitError]


class Looking:
    """The boards that somebody wants to know of."""

    def __init__(
        self,
        peek: Callable[[Sequence[BoardId]], Awaitable[Mapping[BoardId, Held]]],
        start: Callable[[Coroutine[Any, Any, None], str], None],
    ) -> None:
        """Ask by `peek`, in a job that `start` runs."""
        self._peek, self._start = peek, start
        self._wanted: dict[BoardId, Answer] = {}
        self._is_running = False

    async def at(self, board: BoardId) -> Held:
        """Return who holds the board, and its head, after this call.

        Raises:
            NotFound: there is no such board.
            Unavailable: the journal does not answer.
        """
        answer = self._wanted.get(board)
        if answer is None:
            answer = asyncio.get_running_loop().create_future()
            self._wanted[board] = answer
        if not self._is_running:
            self._is_running = True
            self._start(self._run(), "look at boards")
        held = await asyncio.shield(answer)  # others may wait for it
        if isinstance(held, OrbitError):
            raise held
        return held

    async def _run(self) -> None:
        try:
            while self._wanted:
                boards = list(islice(self._wanted, AT_ONCE))
                await self._look({board: self._wanted.pop(board) for board in boards})
        finally:
            self._is_running = False

    async def _look(self, wanted: Mapping[BoardId, Answer]) -> None:
        found: Mapping[BoardId, Held] = {}
        error: OrbitError = Internal()
        try:
            found = await self._peek(list(wanted))
            error = NotFound("there is no such board")
        except OrbitError as failed:
            error = failed
        except Exception:  # whoever asked is told; the next ones must not wait for ever
            log.exception("%d boards could not be looked at", len(wanted))
        for board, answer in wanted.items():
            answer.set_result(found.get(board, error))
