"""`core.ports.Notices` on Postgres."""

from collections.abc import Sequence
from datetime import datetime

from orbit.core.ports import News, Notice, Noticed, Preference
from orbit.store.postgres.connect import Lane

ADD = "SELECT tell_account($1, $2, $3, $4, $5, $6)"
OF = """
SELECT id::text, kind, sealed, at, read_at IS NOT NULL FROM notice
 WHERE account = $1
   AND ($2::uuid IS NULL
        OR (at, id) < (SELECT at, id FROM notice WHERE account = $1 AND id = $2))
 ORDER BY at DESC, id DESC LIMIT $3"""
UNREAD = "SELECT count(*) FROM notice WHERE account = $1 AND read_at IS NULL"
READ = """
UPDATE notice SET read_at = coalesce(read_at, $3) WHERE account = $1 AND id = $2
RETURNING id"""
READ_ALL = """
UPDATE notice SET read_at = $3
 WHERE account = $1 AND read_at IS NULL
   AND ($2::uuid IS NULL
        OR (at, id) <= (SELECT at, id FROM notice WHERE account = $1 AND id = $2))"""
SINCE = "SELECT id::text, account::text FROM notice WHERE at > $1"
PURGE = """
DELETE FROM notice WHERE id = ANY (ARRAY(
  (SELECT id FROM notice WHERE at < $2 LIMIT $3)
  UNION
  (SELECT id FROM notice n
    WHERE read_at < $1::timestamptz - make_interval(days => $4)
      AND NOT EXISTS (SELECT FROM preference p
                       WHERE p.account = n.account AND told ? 'keep_read_days')
    LIMIT $3)
  UNION
  (SELECT its.id FROM preference p CROSS JOIN LATERAL (
     SELECT id FROM notice n
      WHERE n.account = p.account AND read_at < $1::timestamptz
            - make_interval(days => (told ->> 'keep_read_days')::int)
      LIMIT $3) AS its
    WHERE told ? 'keep_read_days' LIMIT $3)
  LIMIT $3))
RETURNING id"""  # each by an index: what is old; and what was read, by whose wish it is


def columns(news: News | None) -> tuple[str, str, bytes, str] | tuple[None, ...]:
    """Return what `tell_account` takes of it; for None, with which it tells nobody."""
    if news is None:
        return (None,) * 4
    return news.id, news.kind, news.sealed, news.wish


class PostgresNotices:
    """What accounts are told."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane

    async def add(self, news: News, account: str, now: datetime) -> bool:
        """Tell an account something, once."""
        given = news.id, account, news.kind, news.sealed, news.wish, now
        return bool((await self._lane.fetchrow(ADD, *given))[0])

    async def of(self, account: str, before: str, limit: int) -> Sequence[Notice]:
        """Return an account's notices, the newest first, from those before one."""
        rows = await self._lane.fetch(OF, account, before or None, limit)
        return [Notice(*row.values()) for row in rows]

    async def unread(self, account: str) -> int:
        """Return how many notices an account has not read."""
        return int((await self._lane.fetchrow(UNREAD, account))[0])

    async def read(self, account: str, id: str, now: datetime) -> bool:
        """Have one be read; False if it is none of the account's."""
        return await self._lane.fetchrow(READ, account, id, now) is not None

    async def read_all(self, account: str, until: str, now: datetime) -> None:
        """Have all be read, up to one that the account has seen; empty: all."""
        await self._lane.fetch(READ_ALL, account, until or None, now)

    async def since(self, at: datetime) -> Sequence[Noticed]:
        """Return who was told something after that."""
        return [Noticed(*row.values()) for row in await self._lane.fetch(SINCE, at)]

    async def purge(self, now: datetime, before: datetime, limit: int) -> int:
        """Remove what is old, or was read long ago; return how many."""
        kept = Preference().keep_read_days
        return len(await self._lane.fetch(PURGE, now, before, limit, kept))
