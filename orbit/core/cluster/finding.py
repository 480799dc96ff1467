"""Looking for the owner of one board: in the journal, again and again.

    alive elsewhere ──> follow it
    promised to an heir, or nobody's ──> offer it to where it should live
    nobody's, and it should live here, or nobody takes it ──> take it

Where the database does not answer, who waits may wait longer.  It ends when nobody here
needs the board.  Source: guarantees.md, 2.6 and 2.8.
"""

import asyncio
from collections.abc import Callable
from typing import Protocol

from orbit.core.actors.around import Surroundings
from orbit.core.cluster import carrier, words
from orbit.core.cluster.errands import Owner
from orbit.core.errors import Internal, NotFound, OrbitError, Unavailable
from orbit.core.ports import Held
from orbit.core.types import BoardId

RETRY_S = 0.25  # between two looks for the owner
TAKE_S = 1.0  # for so long whom the board should live with may take it


class Cluster(Protocol):
    """What a search needs of the cluster."""

    inc: str

    def send(
        self,
        to: str,
        word: words.Word,
        told: Callable[[carrier.Sent], None] | None = None,
    ) -> None:
        """Say something to another node; never waits."""

    def place(self, board: BoardId) -> str:
        """Return the inc where a board without an owner should live."""

    async def peek(self, board: BoardId) -> Held:
        """Return who holds the board now, and its head; raises as the journal does."""


class Seeker(Protocol):
    """Who looks for an owner, and what it does about what is found."""

    @property
    def is_looking(self) -> bool:
        """Whether the owner is still to be found."""

    @property
    def is_wanted(self) -> bool:
        """Whether anybody here needs the board."""

    def expire(self, now: float) -> None:
        """Answer who has waited too long."""

    def take(self) -> None:
        """Make the board one of this node, unless it has an owner."""

    async def follow(self, held: Held, owner: str) -> None:
        """Follow an owner that is alive."""

    def end(self, error: OrbitError) -> None:
        """End: whoever waits is told why."""


class Search:
    """The search for the owner of one board; there is never more than one."""

    def __init__(
        self,
        board: BoardId,
        around: Surroundings,
        cluster: Cluster,
        owner: Owner,
        seeker: Seeker,
    ) -> None:
        self._board, self._around, self._cluster = board, around, cluster
        self._owner, self._seeker = owner, seeker
        self._is_running = self._is_late = False

    def begin(self) -> None:
        """Look for the owner at once."""
        if not self._is_running:
            self._is_running = True
            self._around.jobs.start(self._run(), f"find {self._board}")

    def begin_soon(self, find: Callable[[], None]) -> None:
        """Call `find` in a moment: a silence may pass, and must cost us little.

        Not if another owner has been found by then.
        """
        if not self._is_late:
            self._is_late = True
            loop = asyncio.get_running_loop()
            known = self._owner.inc, self._owner.epoch
            loop.call_later(RETRY_S, self._begin_late, find, known)

    def _begin_late(
        self, find: Callable[[], None], known: tuple[str | None, int]
    ) -> None:
        self._is_late = False
        if (self._owner.inc, self._owner.epoch) == known:  # nobody was faster
            find()

    async def _run(self) -> None:
        seeker, clock = self._seeker, self._around.clock
        try:
            since = clock.monotonic()
            while seeker.is_looking:
                try:
                    async with self._around.wakes:
                        await self._look(since)
                except Unavailable:
                    pass  # no answer, or no room to ask: those who wait may wait longer
                if seeker.is_looking:
                    seeker.expire(clock.monotonic())
                    if not seeker.is_wanted:
                        seeker.end(Unavailable(after=1.0))
                    await asyncio.sleep(RETRY_S)
        except NotFound as error:
            seeker.end(error)
        except BaseException:
            seeker.end(Internal())
            raise
        finally:
            self._is_running = False

    async def _look(self, since: float) -> None:
        held = await self._cluster.peek(self._board)
        owner = held.owner or held.heir
        if held.owner not in (None, self._cluster.inc):
            await self._seeker.follow(held, str(held.owner))
            return
        target = owner or self._cluster.place(self._board)
        waited = self._around.clock.monotonic() - since
        if target == self._cluster.inc or waited >= TAKE_S:
            self._seeker.take()
        else:
            self._cluster.send(target, words.Take(self._board), self._offered)

    def _offered(self, how: carrier.Sent) -> None:
        """Take it ourselves if nobody is there: the dead stay on lists for a while."""
        if how is carrier.Sent.NOWHERE:
            self._seeker.take()
