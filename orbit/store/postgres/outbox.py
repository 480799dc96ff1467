"""`core.ports.Codes` and `Outbox` on Postgres: a code and its mail are kept as one."""

from collections.abc import Mapping, Sequence, Set
from datetime import datetime, timedelta

from orbit.core.ports import Code, Parcel
from orbit.store.postgres.connect import Lane

KEEP = "SELECT keep_code($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
SPEND = """
UPDATE code SET tries = tries - 1
 WHERE mail = $1 AND asked_by = ANY ($2::bytea[]) AND tries > 0 AND expires_at > $3
RETURNING mail, asked_by, hash, sent_at, expires_at, tries"""
USE = """
UPDATE code SET tries = 0, expires_at = '-infinity'
 WHERE mail = $1 AND hash = $2 AND expires_at = $3 RETURNING mail"""
FORGET = """
DELETE FROM code WHERE (mail, hash) IN (
  SELECT mail, hash FROM code WHERE sent_at < $1 AND expires_at < $1 LIMIT $2)
RETURNING mail"""

ADD = "INSERT INTO parcel (id, sealed, until) VALUES ($1, $2, $3)"
ADD_ONCE = """
WITH fresh AS (
  INSERT INTO guess AS g (who, paid_at) VALUES ($1, $3)
      ON CONFLICT (who) DO UPDATE SET paid_at = $3 WHERE g.paid_at <= $2
  RETURNING who)
INSERT INTO parcel (id, sealed, until)
SELECT it.id, it.sealed, it.until
  FROM fresh, unnest($4::bytea[], $5::uuid[], $6::bytea[], $7::timestamptz[])
              AS it (mail, id, sealed, until)
 WHERE NOT EXISTS (SELECT FROM unsubscribed u WHERE u.mail = it.mail)"""
TAKE = """
UPDATE parcel SET attempts = attempts + 1, next_at = $1 + $2
 WHERE id IN (
  SELECT id FROM parcel WHERE next_at <= $1 AND until > $1
   ORDER BY next_at LIMIT $3 FOR UPDATE SKIP LOCKED)
RETURNING id::text, sealed, until, attempts"""
POSTPONE = "UPDATE parcel SET next_at = $2 WHERE id = $1"
REMOVE = "DELETE FROM parcel WHERE id = $1"
PURGE = """
DELETE FROM parcel WHERE id IN (SELECT id FROM parcel WHERE until <= $1 LIMIT $2)
RETURNING id"""


class PostgresCodes:
    """The codes that were sent of late."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane

    async def keep(
        self, code: Code, parcel: Parcel, since: datetime, most: int, good: int = 1
    ) -> bool:
        """Keep a code and the mail that tells it, unless there were too many."""
        row = await self._lane.fetchrow(
            KEEP,
            code.mail,
            code.asked_by,
            code.hash,
            code.sent_at,
            code.expires_at,
            code.tries,
            since,
            most,
            parcel.id,
            parcel.sealed,
            parcel.until,
            good,
        )
        return bool(row[0])

    async def spend(
        self, mail: bytes, asked_by: Set[bytes], now: datetime
    ) -> Sequence[Code]:
        """Take a try off each code that may still be shown, and return those."""
        rows = await self._lane.fetch(SPEND, mail, list(asked_by), now)
        return [Code(*row.values()) for row in rows]

    async def use(self, code: Code) -> bool:
        """Void a code; False if somebody has before."""
        row = await self._lane.fetchrow(USE, code.mail, code.hash, code.expires_at)
        return row is not None

    async def purge(self, before: datetime, limit: int) -> int:
        """Forget codes that were sent, and were over, before; return how many."""
        return len(await self._lane.fetch(FORGET, before, limit))


class PostgresOutbox:
    """Mails that are still to be sent."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane

    async def add(self, parcel: Parcel) -> None:
        """Have a mail sent."""
        await self._lane.fetch(ADD, parcel.id, parcel.sealed, parcel.until)

    async def add_once(
        self,
        parcels: Mapping[bytes, Parcel],
        mark: bytes,
        now: datetime,
        until: datetime,
    ) -> None:
        """Have mails sent to whom they are wanted by, unless it was told before."""
        its = parcels.values()
        ids, ends = [it.id for it in its], [it.until for it in its]
        columns = list(parcels), ids, [it.sealed for it in its], ends
        await self._lane.fetch(ADD_ONCE, mark, now, until, *columns)

    async def take(
        self, now: datetime, lease: timedelta, limit: int
    ) -> Sequence[Parcel]:
        """Return mails that are due, the attempt counted; nobody else gets them."""
        rows = await self._lane.fetch(TAKE, now, lease, limit)
        return [Parcel(*row.values()) for row in rows]

    async def postpone(self, id: str, at: datetime) -> None:
        """Have a mail tried again."""
        await self._lane.fetch(POSTPONE, id, at)

    async def remove(self, id: str) -> None:
        """Forget a mail: it was sent, or never will be."""
        await self._lane.fetch(REMOVE, id)

    async def purge(self, now: datetime, limit: int) -> int:
        """Forget mails that are of no use any more; return how many."""
        return len(await self._lane.fetch(PURGE, now, limit))
