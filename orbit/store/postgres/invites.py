"""`core.ports.Invites` on Postgres: an invite and its mail are kept as one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from orbit.core.ports import Bounds, Invite, Kept, Parcel, Standing
from orbit.core.types import BoardId
from orbit.store.postgres.connect import Lane

KEEP = "SELECT keep_invite($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
_INVITE = """
       id::text AS id, board::text AS board, mail, token, sealed, op, made_at,
       expires_at, state"""
BY_TOKEN = f"""
SELECT {_INVITE}
  FROM invite
 WHERE board = $1 AND token = $2 AND state <> 'withdrawn'"""  # noqa: S608 - of constants
BY_MAIL = f"""
SELECT {_INVITE}
  FROM invite
 WHERE board = $1 AND mail = $2 AND state <> 'withdrawn'"""  # noqa: S608
OF_BOARD = f"""
SELECT {_INVITE}
  FROM invite WHERE board = $1 AND state <> 'withdrawn'
 ORDER BY made_at DESC, id"""  # noqa: S608
OPEN = f"""
SELECT {_INVITE}
  FROM invite
 WHERE mail = $1 AND state = 'open' AND expires_at > $2
 ORDER BY made_at DESC, id LIMIT $3"""  # noqa: S608
TAKE = """
UPDATE invite SET taken_by = $2
 WHERE id = $1 AND state = 'open' AND expires_at > $3
   AND (taken_by IS NULL OR taken_by = $2)
RETURNING id"""
USE = (
    "UPDATE invite SET state = 'came', taken_by = NULL WHERE id = $1 AND taken_by = $2"
)
GIVE_BACK = "UPDATE invite SET taken_by = NULL WHERE id = $1 AND taken_by = $2"
WITHDRAW = """
WITH back AS (
  UPDATE invite SET state = 'withdrawn', token = '', sealed = '', taken_by = NULL
   WHERE board = $1 AND mail = $2 RETURNING id),
     mails AS (DELETE FROM parcel WHERE id IN (SELECT id FROM back))
SELECT id FROM back"""
FORGET = """
WITH gone AS (DELETE FROM invite WHERE mail = $1 RETURNING id)
DELETE FROM parcel WHERE id IN (SELECT id FROM gone)"""
PURGE = """
DELETE FROM invite WHERE id IN (
  SELECT id FROM invite
   WHERE made_at < $1 OR state = 'withdrawn' AND made_at < $2 LIMIT $3)
RETURNING id"""


class PostgresInvites:
    """Who was invited by mail."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane

    async def keep(self, invite: Invite, parcel: Parcel, bounds: Bounds) -> Kept:
        """Keep an invite and the mail that tells it, or say why not."""
        row = await self._lane.fetchrow(
            KEEP,
            invite.id,
            invite.board,
            invite.mail,
            invite.token,
            invite.sealed,
            invite.op,
            invite.made_at,
            invite.expires_at,
            bounds.again_since,
            bounds.since,
            bounds.of_mail,
            bounds.of_board,
            parcel.sealed,
            parcel.until,
        )
        return Kept(row[0])

    async def by_token(self, board: BoardId, token: bytes) -> Invite | None:
        """Return the invite to a board that a link is of, or None."""
        return _invite(await self._lane.fetchrow(BY_TOKEN, board, token))

    async def by_mail(self, board: BoardId, mail: bytes) -> Invite | None:
        """Return the invite of an address to a board, or None."""
        return _invite(await self._lane.fetchrow(BY_MAIL, board, mail))

    async def of_board(self, board: BoardId) -> Sequence[Invite]:
        """Return who was invited to a board, the last one first."""
        return [_found(row) for row in await self._lane.fetch(OF_BOARD, board)]

    async def open(self, mail: bytes, now: datetime, limit: int) -> Sequence[Invite]:
        """Return the invites that an address may still come by, the last one first."""
        return [_found(row) for row in await self._lane.fetch(OPEN, mail, now, limit)]

    async def take(self, id: str, by: bytes, now: datetime) -> bool:
        """Have an invite be one person's; False if it is another's, or over."""
        return await self._lane.fetchrow(TAKE, id, by, now) is not None

    async def use(self, id: str, by: bytes) -> None:
        """Note that who has taken it came in, and forget who that was."""
        await self._lane.fetch(USE, id, by)

    async def give_back(self, id: str, by: bytes) -> None:
        """Have it be nobody's again."""
        await self._lane.fetch(GIVE_BACK, id, by)

    async def withdraw(self, board: BoardId, mail: bytes) -> bool:
        """Void an invite and its mail; False if there was none."""
        return bool(await self._lane.fetch(WITHDRAW, board, mail))

    async def forget(self, mail: bytes) -> None:
        """Remove all invites of an address, and their mails."""
        await self._lane.fetch(FORGET, mail)

    async def purge(self, before: datetime, withdrawn: datetime, limit: int) -> int:
        """Remove those made before; return how many."""
        return len(await self._lane.fetch(PURGE, before, withdrawn, limit))


def _invite(row: Any) -> Invite | None:
    return row and _found(row)


def _found(row: Any) -> Invite:
    fields = dict(row)
    return Invite(**{**fields, "state": Standing(fields["state"])})
