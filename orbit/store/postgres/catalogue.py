"""`core.ports.Catalogue` on Postgres.

It goes by the age of boards, which never changes: an index on what appends change would
make each of them dearer.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from datetime import UTC, datetime
from typing import Any

from orbit.core.codec import Shown
from orbit.core.errors import Busy, StoreDown, Unavailable
from orbit.core.ports import RECENT, Card
from orbit.core.types import BoardId, Key
from orbit.store.postgres.connect import Lane

AGAIN_S = 1.0
PUBLIC = """
SELECT b.id, b.kind, b.created_at, i.data
  FROM board b JOIN item i ON i.board = b.id AND i.type = 'board' AND i.id = 'board'
 WHERE i.audience IS NULL AND i.data @> '{"is_public": true}'
   AND NOT EXISTS (SELECT FROM unnest($1::text[]) AS word
                    WHERE position(lower(word) IN lower(i.data ->> 'title')) = 0)
   AND (b.created_at, b.id) < ($2, $3)
 ORDER BY b.created_at DESC, b.id DESC LIMIT $4"""
POPULAR = f"""
SELECT * FROM ({PUBLIC}) AS newest
 ORDER BY coalesce((data ->> 'upvotes')::int, 0) DESC, created_at DESC, id DESC
OFFSET $5 LIMIT $6"""  # noqa: S608 - of constants
CARDS = """
SELECT b.id, b.kind, b.created_at, i.data
  FROM board b JOIN item i ON i.board = b.id AND i.type = 'board' AND i.id = 'board'
 WHERE i.audience IS NULL AND b.id = ANY ($1::uuid[])"""
OWN = """
SELECT i.board, i.type, count(*)
  FROM unnest($1::uuid[], $2::text[]) AS mine (board, who)
  JOIN item i ON i.board = mine.board AND i.audience = ARRAY[mine.who]
             AND i.type = ANY ($3::text[])
 GROUP BY i.board, i.type"""
AMONG = """
SELECT mine.board::text
  FROM unnest($1::uuid[], $2::text[]) AS mine (board, who)
 WHERE EXISTS (SELECT FROM item i
                WHERE i.board = mine.board AND i.type = $3
                  AND mine.who = ANY (i.audience))"""
THEIRS = """
SELECT type, id, data FROM item
 WHERE board = $1 AND $2 = ANY (audience) AND (type, id) > ($3, $4)
 ORDER BY type, id LIMIT $5"""
_LAST = (
    datetime.max.replace(tzinfo=UTC),
    BoardId("ffffffff-ffff-ffff-ffff-ffffffffffff"),
)


class PostgresCatalogue:
    """What is to be found across boards; in a lane where nothing else waits."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane

    async def newest(
        self,
        *,
        search: str = "",
        before: tuple[datetime, BoardId] | None = None,
        limit: int = 100,
    ) -> Sequence[Card]:
        """Return public boards, the newest first."""
        return await self._fetch(PUBLIC, search.split(), *(before or _LAST), limit)

    async def popular(
        self, *, search: str = "", skip: int = 0, limit: int = 100
    ) -> Sequence[Card]:
        """Return public boards, those with the most upvotes first."""
        asked = search.split(), *_LAST, RECENT, skip, limit
        return await self._fetch(POPULAR, *asked)

    async def cards(self, boards: Set[BoardId]) -> Mapping[BoardId, Card]:
        """Return the cards of those boards that have one."""
        return {card.board: card for card in await self._fetch(CARDS, list(boards))}

    async def own(
        self, authors: Mapping[BoardId, str], types: Set[str]
    ) -> Mapping[BoardId, Mapping[str, int]]:
        """Count the items that are for an author alone, board by board."""
        counts: defaultdict[BoardId, dict[str, int]] = defaultdict(dict)
        asked = list(authors), list(authors.values()), list(types)
        for row in await self._rows(OWN, *asked):
            counts[BoardId(str(row["board"]))][row["type"]] = row["count"]
        return counts

    async def among(self, authors: Mapping[BoardId, str], type: str) -> Set[BoardId]:
        """Return the boards with an item of a type for an author, among others."""
        asked = list(authors), list(authors.values()), type
        return {BoardId(row["board"]) for row in await self._rows(AMONG, *asked)}

    async def theirs(
        self, board: BoardId, author: str, after: Key, limit: int
    ) -> Sequence[Shown]:
        """Return a board's items that are for an author, and not for everyone."""
        rows = await self._rows(THEIRS, board, author, *after, limit)
        his = frozenset({author})
        return [Shown(row["type"], row["id"], row["data"], his) for row in rows]

    async def _fetch(self, sql: str, *args: object) -> Sequence[Card]:
        return [
            Card(BoardId(str(row["id"])), row["kind"], row["created_at"], row["data"])
            for row in await self._rows(sql, *args)
        ]

    async def _rows(self, sql: str, *args: object) -> Sequence[Any]:
        try:
            return await self._lane.fetch(sql, *args)
        except StoreDown:
            raise
        except Unavailable as error:
            raise Busy("too much to search", after=AGAIN_S) from error
