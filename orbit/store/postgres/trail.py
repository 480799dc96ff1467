"""`core.ports.Trail` on Postgres: rows, and one that says where their chain ends."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from orbit.core.ports import MOST_COUNTED, Act, Ends, Link, Record, Recorded, Wanted
from orbit.store.postgres.connect import Lane

APPEND = "SELECT append_trail($1)"
_WANTED = """
  FROM trail t
 WHERE ($1::uuid IS NULL OR t.actor = coalesce(
         (SELECT alias FROM trail_name WHERE account = $1), $1))
   AND ($2 = '' OR t.act = $2)
   AND ($3::timestamptz IS NULL OR t.at >= $3)
   AND ($4::timestamptz IS NULL OR t.at < $4)
   AND ($5 = '' OR position(lower($5) IN lower(
         concat_ws(' ', t.act, t.path, t.ip, t.about))) > 0)
   AND ($6::uuid IS NULL OR coalesce(
         (SELECT alias FROM trail_name WHERE account = $6), $6)
         IN (t.actor, t.subject))"""
_COLUMNS = """
       t.id::text, t.at, t.act, t.path, t.ip, t.about, t.seq,
       coalesce((SELECT account FROM trail_name WHERE alias = t.actor),
                t.actor)::text AS actor,
       coalesce((SELECT account FROM trail_name WHERE alias = t.subject),
                t.subject)::text AS subject"""
COUNT = f"""
SELECT count(*) FROM (SELECT {_WANTED} LIMIT {MOST_COUNTED}) AS found"""  # noqa: S608
PAGE = f"SELECT {_COLUMNS} {_WANTED} ORDER BY t.seq DESC OFFSET $7 LIMIT $8"
OF = f"""
SELECT {_COLUMNS}
  FROM trail t WHERE t.seq IN (
  (SELECT seq FROM trail JOIN trail_name n ON actor = alias
    WHERE n.account = $1 ORDER BY seq DESC LIMIT $2)
  UNION
  (SELECT seq FROM trail JOIN trail_name n ON subject = alias
    WHERE n.account = $1 ORDER BY seq DESC LIMIT $2))
ORDER BY t.seq DESC LIMIT $2"""  # noqa: S608 - of constants
LINKS = """
SELECT seq, at, id::text, act, coalesce(actor::text, '') AS actor,
       coalesce(subject::text, '') AS subject, path, ip, about::text, hash
  FROM trail WHERE seq > $1 ORDER BY seq LIMIT $2"""
ENDS = "SELECT floor, floor_hash, seq, hash FROM trail_end"
PURGE = "SELECT purge_trail($1, $2)"
_about = msgspec.json.Decoder(dict[str, str]).decode


class PostgresTrail:
    """What was done, in one chain for all nodes."""

    def __init__(self, chain: Lane, searches: Lane) -> None:
        self._chain, self._searches = chain, searches

    async def append(self, records: Sequence[Record]) -> None:
        """Remember them, in this order; those that are there already stay once."""
        await self._chain.fetch(APPEND, [_columns(record) for record in records])

    async def page(
        self, wanted: Wanted, skip: int, limit: int
    ) -> tuple[Sequence[Recorded], int]:
        """Return rows, the newest first, and how many there are, counted to 10,000."""
        given = (
            wanted.actor or None,
            wanted.act,
            wanted.since,
            wanted.until,
            wanted.text,
            wanted.account or None,
        )
        rows = await self._searches.fetch(PAGE, *given, skip, limit)
        count = await self._searches.fetchrow(COUNT, *given)
        return [_row(row) for row in rows], count[0]

    async def of(self, account: str, limit: int) -> Sequence[Recorded]:
        """Return what an account did, or had done to it, the newest first."""
        return [_row(row) for row in await self._searches.fetch(OF, account, limit)]

    async def links(self, after: int, limit: int) -> Sequence[Link]:
        """Return the chain in order, from the row after a seq."""
        rows = await self._chain.fetch(LINKS, after, limit)
        return [_link(list(row.values())) for row in rows]

    async def ends(self) -> Ends:
        """Return where the chain is said to begin and to end."""
        row = await self._chain.fetchrow(ENDS)
        return Ends(*row.values()) if row else Ends()

    async def purge(self, before: datetime, limit: int) -> int:
        """Remove the oldest rows, if they are from before; return how many."""
        return int((await self._chain.fetchrow(PURGE, before, limit))[0])


def _columns(record: Record) -> Sequence[Any]:
    return (
        record.id,
        record.at,
        record.act,
        record.actor or None,
        record.subject or None,
        record.path,
        record.ip,
        msgspec.json.encode(record.about).decode(),
    )


def _row(row: Any) -> Recorded:
    return Recorded(
        row["id"],
        row["at"],
        Act(row["act"]),
        row["actor"] or "",
        row["subject"] or "",
        row["path"],
        row["ip"],
        _about(row["about"]),
        seq=row["seq"],
    )


def _link(values: Sequence[Any]) -> Link:
    seq, at, *words, hashed = values
    return Link(seq, at, words, hashed)
