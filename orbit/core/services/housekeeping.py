"""What is past its time goes: boards a week after their end, ghosts, ghosts' lists.

Each step may be told again, on several nodes at once: what one of them removes the
others find gone.  Boards end by themselves, when nobody has claimed them.
"""

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from msgspec import Struct

from orbit.core.kind import Kind, wire_name
from orbit.core.ports import Clock, Ghosts, Journal
from orbit.core.services.identity import LIFETIME

log = logging.getLogger(__name__)

KEPT = timedelta(days=7)  # for so long a board outlives its end
BATCH = 20  # boards in one statement: each may hold thousands of rows
GHOSTS = 1_000


class Purged(Struct, frozen=True):
    """How much was removed."""

    boards: int
    ghosts: int


class Housekeeper:
    """Removes what is past its time by the clock it is given."""

    def __init__(
        self,
        journal: Journal,
        ghosts: Ghosts,
        clock: Clock,
        kinds: Mapping[str, Kind[Any]],
    ) -> None:
        self._journal, self._ghosts, self._clock = journal, ghosts, clock
        self._ends = {
            (kind.name, wire_name(event))
            for kind in kinds.values()
            for event in kind.ends
        }

    async def sweep(self) -> Purged:
        """Remove all that is past its time, in batches; tell how much it was.

        Raises:
            Unavailable: the database is away; some of it may be removed.
        """
        now, boards, minted = self._clock.now(), 0, 0
        while removed := await self._journal.purge(self._ends, now - KEPT, BATCH):
            boards += removed
        while removed := await self._ghosts.purge(now, GHOSTS):
            minted += removed
        while await self._ghosts.purge_boxes(now - LIFETIME, GHOSTS):
            pass  # whose ghosts, none younger than its box, have expired
        if boards or minted:
            log.info("removed %d boards and %d ghosts", boards, minted)
        return Purged(boards, minted)
