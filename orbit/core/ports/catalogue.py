"""What is found across boards."""

from collections.abc import Mapping, Sequence, Set
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from orbit.core.codec import Shown
from orbit.core.types import BoardId, Key

RECENT = 2_000  # boards, from which the popular ones are taken


class Card(Struct, frozen=True):
    """A board at a glance: its item `board`, which all see who may see the board."""

    board: BoardId
    kind: str
    made_at: datetime
    data: bytes  # JSON


class Catalogue(Protocol):
    """What is to be found across boards, as their last appends left it.

    A board that has ended has no card.  `search` keeps those whose title holds all its
    words, whatever their case.

    Raises:
        Busy: there is too much to search, or too many are searching.
    """

    async def newest(
        self,
        *,
        search: str = "",
        before: tuple[datetime, BoardId] | None = None,
        limit: int = 100,
    ) -> Sequence[Card]:
        """Return public boards, the newest first, from those made before one."""

    async def popular(
        self, *, search: str = "", skip: int = 0, limit: int = 100
    ) -> Sequence[Card]:
        """Return public boards, those with the most upvotes first.

        Of the `RECENT` newest: what was loved long ago is in nobody's way.
        """

    async def cards(self, boards: Set[BoardId]) -> Mapping[BoardId, Card]:
        """Return the cards of those boards that have one, public or not."""

    async def own(
        self, authors: Mapping[BoardId, str], types: Set[str]
    ) -> Mapping[BoardId, Mapping[str, int]]:
        """Count the items of each type that are for an author alone, board by board.

        A board where there are none is left out.
        """

    async def among(self, authors: Mapping[BoardId, str], type: str) -> Set[BoardId]:
        """Return the boards with an item of a type for an author, among others."""

    async def theirs(
        self, board: BoardId, author: str, after: Key, limit: int
    ) -> Sequence[Shown]:
        """Return a board's items that are for an author, and not for everyone.

        In the order of their types and ids, after one of them.
        """
