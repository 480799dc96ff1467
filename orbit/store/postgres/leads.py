"""`core.ports.Leads` on Postgres: a lead and the mails about it come and go as one."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from orbit.core.ports import MOST_COUNTED, Form, Lead, LeadFilter, Replies
from orbit.store.ids import can_exist
from orbit.store.postgres.connect import Lane

KEEP = """
SELECT keep_lead($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
"""
_WANTED = """
  FROM lead
 WHERE form = $1 AND made_at >= coalesce($2, '-infinity'::timestamptz)
   AND made_at < coalesce($3, 'infinity'::timestamptz)
   AND ($4 = '' OR EXISTS (
         SELECT FROM jsonb_each_text(said || jsonb_build_object('', email)) AS it
          WHERE position(lower($4) IN lower(it.value)) > 0))"""
COUNT = f"""
SELECT count(*) FROM (SELECT {_WANTED} LIMIT {MOST_COUNTED}) AS found"""  # noqa: S608
PAGE = f"""
SELECT id::text, form, email, said, made_at {_WANTED}
 ORDER BY made_at DESC, id DESC OFFSET $5 LIMIT $6"""
OF = """
SELECT id::text, form, email, said, made_at FROM lead WHERE email = $1
 ORDER BY made_at DESC, id::text DESC"""
REMOVE = "DELETE FROM lead WHERE id = $1 RETURNING id"
FORGET = "DELETE FROM lead WHERE email = $1"
PURGE = """
DELETE FROM lead WHERE id IN (SELECT id FROM lead WHERE made_at < $1 LIMIT $2)
RETURNING id"""


class PostgresLeads:
    """What was filled in of late."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane

    async def keep(self, lead: Lead, replies: Replies) -> bool:
        """Keep a lead and the mails about it."""
        thanks, note = replies.thanks, replies.note
        row = await self._lane.fetchrow(
            KEEP,
            lead.id,
            lead.form,
            lead.email,
            msgspec.json.encode(lead.said),
            lead.made_at,
            replies.mail,
            replies.inbox,
            replies.thanked_since,
            thanks.sealed,
            thanks.until,
            note and note.id,
            note and note.sealed,
            note and note.until,
            replies.noted_since,
            replies.notes,
        )
        return bool(row[0])

    async def page(
        self, only: LeadFilter, offset: int, limit: int
    ) -> tuple[Sequence[Lead], int]:
        """Return leads, the last one first, and how many, counted to 10,000."""
        given = only.form, only.since, only.until, only.words
        rows = await self._lane.fetch(PAGE, *given, offset, limit)
        count = await self._lane.fetchrow(COUNT, *given)
        return [_lead(*row) for row in rows], count[0]

    async def of(self, email: str) -> Sequence[Lead]:
        """Return all leads of an address, the last one first."""
        return [_lead(*row) for row in await self._lane.fetch(OF, email)]

    async def remove(self, id: str) -> bool:
        """Remove a lead, and its mails that wait; False if there is none."""
        if not can_exist(id):
            return False
        return await self._lane.fetchrow(REMOVE, id) is not None

    async def forget(self, email: str) -> None:
        """Remove all leads of an address, and their mails that wait."""
        await self._lane.fetch(FORGET, email)

    async def purge(self, before: datetime, limit: int) -> int:
        """Remove leads that were made before, and their mails; return how many."""
        return len(await self._lane.fetch(PURGE, before, limit))


def _lead(id: str, form: str, email: str, said: bytes, made_at: datetime) -> Lead:
    return Lead(id, Form(form), email, msgspec.json.decode(said), made_at)
