"""`core.ports.Organisations` on Postgres: each statement sees one organisation."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from orbit.core.ports import (
    Cut,
    Member,
    Membership,
    News,
    Organisation,
    OrgId,
    OrgInvite,
    OrgRole,
    Parcel,
    Standpoint,
)
from orbit.store.postgres.connect import Lane
from orbit.store.postgres.notices import columns
from orbit.store.postgres.tenants import Tenants

ADD = """
WITH made AS (
  INSERT INTO org (id, name, created_at) VALUES ($1, $2, $3)
      ON CONFLICT DO NOTHING RETURNING id, created_at)
INSERT INTO org_member (org, account, role, joined_at)
SELECT id, $4, 'ADMIN', created_at FROM made"""
OF = """
SELECT o.id::text, o.name, o.created_at, o.version, m.role
  FROM org_member m JOIN org o ON o.id = m.org
 WHERE m.account = $1 ORDER BY lower(o.name), o.id"""
ROLE = "SELECT role FROM org_member WHERE org = $1 AND account = $2"
LOOK = """
SELECT o.id::text, o.name, o.created_at, o.version, m.role, other.role AS other,
       (SELECT count(*) FROM org_member WHERE org = $1 AND role = 'ADMIN') AS admins,
       (SELECT count(*) FROM org_member WHERE org = $1) AS members
  FROM org o
  JOIN org_member m ON m.org = o.id AND m.account = $2
  LEFT JOIN org_member other ON other.org = o.id AND other.account = $3
 WHERE o.id = $1"""
COUNT = "SELECT count(*) FROM org"
MEMBERS = """
SELECT m.account::text, m.role, m.joined_at, a.name, a.username,
       coalesce(a.about ->> 'avatar_url', '') AS avatar_url,
       CASE WHEN a.verified_at IS NULL THEN '' ELSE a.email END AS email
  FROM org_member m JOIN account a ON a.id = m.account
 WHERE m.org = $1 AND m.account > $2 ORDER BY m.account LIMIT $3"""
RENAME = "SELECT change_org($1, $2, $3)"
GIVE = """
SELECT id::text, CASE WHEN id IS NOT NULL THEN tell_account($6, $3, $7, $8, $9, $5) END
  FROM give_org_role($1, $2, $3, $4, $5) AS id"""
REMOVE = """
SELECT id::text, account::text,
       CASE WHEN account <> $4 THEN tell_account(id, account, $5, $6, $7, $3) END
  FROM remove_org($1, $2, $3, $8)"""
KEEP = "SELECT keep_org_invite($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
INVITES = """
SELECT id::text, org::text, role, by::text, mail, token, sealed, op, made_at, expires_at
  FROM org_invite WHERE org = $1 ORDER BY made_at DESC, id"""
INVITED = """
SELECT id::text, org::text, role, by::text, mail, token, sealed, op, made_at, expires_at
  FROM org_invite WHERE org = $1 AND token = $2"""
COME = """
SELECT came, CASE WHEN came THEN tell_account($6, $10, $7, $8, $9, $5) END
  FROM come_by_org_invite($1, $2, $3, $4, $5) AS came"""
WITHDRAW = """
WITH gone AS (DELETE FROM org_invite WHERE org = $1 AND mail = $2 RETURNING id),
     mails AS (DELETE FROM parcel WHERE id IN (SELECT id FROM gone))
SELECT id FROM gone"""
FORGET = """
WITH gone AS (DELETE FROM org_invite WHERE mail = $1 RETURNING id)
DELETE FROM parcel WHERE id IN (SELECT id FROM gone)"""
PURGE = """
DELETE FROM org_invite WHERE (org, id) IN (
  SELECT org, id FROM org_invite WHERE expires_at < $1 LIMIT $2)
RETURNING id"""
FORGET_CUTS = """
DELETE FROM cut WHERE id IN (SELECT id FROM cut WHERE at < $1 LIMIT $2)"""
CUTS = "SELECT id::text, account::text FROM cut WHERE at > $1"
FIRST = "00000000-0000-0000-0000-000000000000"  # that no account has


class PostgresOrganisations:
    """Organisations, each apart from all others."""

    def __init__(self, lane: Lane) -> None:
        self._lane, self._tenants = lane, Tenants(lane)

    async def add(self, org: Organisation, founder: str) -> None:
        """Make an organisation, with one admin."""
        given = org.id, org.name, org.created_at, founder
        await self._tenants.of_org(org.id, ADD, *given)

    async def of(self, account: str) -> Sequence[Membership]:
        """Return where an account is a member, by name."""
        rows = await self._tenants.of_account(account, OF, account)
        return [Membership(_org(row), OrgRole(row["role"])) for row in rows]

    async def role(self, org: OrgId, account: str) -> OrgRole | None:
        """Return what an account is in an organisation; None: nothing there."""
        rows = await self._tenants.of_org(org, ROLE, org, account)
        return OrgRole(rows[0][0]) if rows else None

    async def look(
        self, org: OrgId, account: str, other: str = ""
    ) -> Standpoint | None:
        """Return what a change is decided on; None: who asks is no member."""
        given = org, account, other or None
        rows = await self._tenants.of_org(org, LOOK, *given)
        if not rows:
            return None
        row = rows[0]
        its = OrgRole(row["other"]) if row["other"] else None
        role = OrgRole(row["role"])
        return Standpoint(_org(row), role, its, row["admins"], row["members"])

    async def members(self, org: OrgId, after: str, limit: int) -> Sequence[Member]:
        """Return members by account, from those after one."""
        rows = await self._tenants.of_org(org, MEMBERS, org, after or FIRST, limit)
        return [Member(**_typed(row)) for row in rows]

    async def count(self) -> int:
        """Return how many organisations there are."""
        return int((await self._tenants.of_all(COUNT))[0][0])

    async def rename(self, before: Organisation, name: str) -> bool:
        """Give it another name; False: it has changed since."""
        given = before.id, before.version, name
        return bool((await self._tenants.of_org(before.id, RENAME, *given))[0][0])

    async def give(
        self,
        before: Organisation,
        account: str,
        role: OrgRole | None,
        now: datetime,
        news: News | None = None,
    ) -> Cut | None:
        """Change what a member is; None: the organisation has changed since."""
        given = before.id, before.version, account, role, now, *columns(news)
        id = (await self._tenants.of_org(before.id, GIVE, *given))[0][0]
        return Cut(id, account) if id else None

    async def remove(
        self,
        before: Organisation,
        now: datetime,
        by: str = "",
        news: News | None = None,
        *,
        alone: bool = False,
    ) -> Sequence[Cut] | None:
        """Forget an organisation; None: it has changed since."""
        _, *told = columns(news)
        given = before.id, before.version, now, by or FIRST, *told, alone
        rows = await self._tenants.of_org(before.id, REMOVE, *given)
        if any(row["id"] is None for row in rows):
            return None
        return [Cut(row["id"], row["account"]) for row in rows]

    async def keep(self, invite: OrgInvite, parcel: Parcel) -> bool:
        """Keep an invite and the mail that tells it; False: its inviter has gone."""
        rows = await self._tenants.of_org(
            invite.org,
            KEEP,
            invite.org,
            invite.id,
            invite.role,
            invite.by,
            invite.mail,
            invite.token,
            invite.sealed,
            invite.op,
            invite.made_at,
            invite.expires_at,
            parcel.sealed,
            parcel.until,
        )
        return bool(rows[0][0])

    async def invites(self, org: OrgId) -> Sequence[OrgInvite]:
        """Return who is invited, the last one first."""
        rows = await self._tenants.of_org(org, INVITES, org)
        return [OrgInvite(**_typed(row)) for row in rows]

    async def invited(self, org: OrgId, token: bytes) -> OrgInvite | None:
        """Return the invite that a link is of, or None."""
        rows = await self._tenants.of_org(org, INVITED, org, token)
        return OrgInvite(**_typed(rows[0])) if rows else None

    async def come(
        self,
        before: Organisation,
        invite: OrgInvite,
        account: str,
        now: datetime,
        news: News | None = None,
    ) -> bool:
        """Have an account be a member by an invite; False: one is not so any more."""
        told = *columns(news), invite.by
        given = before.id, before.version, invite.id, account, now, *told
        return bool((await self._tenants.of_org(before.id, COME, *given))[0][0])

    async def withdraw(self, org: OrgId, mail: bytes) -> bool:
        """Forget an invite and its mail; False if there is none."""
        return bool(await self._tenants.of_org(org, WITHDRAW, org, mail))

    async def forget(self, mail: bytes) -> None:
        """Remove the invites of an address to all organisations, and their mails."""
        await self._tenants.of_all(FORGET, mail)

    async def purge(self, before: datetime, limit: int) -> int:
        """Remove invites of all that expired before; return how many."""
        return len(await self._tenants.of_all(PURGE, before, limit))

    async def cuts(self, since: datetime) -> Sequence[Cut]:
        """Return whose connections were to be cut since."""
        return [Cut(*row.values()) for row in await self._lane.fetch(CUTS, since)]

    async def forget_cuts(self, before: datetime, limit: int) -> None:
        """Forget whose connections were to be cut before."""
        await self._lane.fetch(FORGET_CUTS, before, limit)


def _org(row: Any) -> Organisation:
    return Organisation(row["id"], row["name"], row["created_at"], row["version"])


def _typed(row: Any) -> Mapping[str, Any]:
    fields = dict(row)
    return {**fields, "role": OrgRole(fields["role"])}
