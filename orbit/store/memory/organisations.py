"""`core.ports.Organisations` in memory."""

from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

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
from orbit.store.memory.outbox import NEVER
from orbit.store.memory.world import World


class MemoryOrganisations:
    """Organisations, each apart from all others."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def add(self, org: Organisation, founder: str) -> None:
        """Make an organisation, with one admin."""
        if org.id in self._world.orgs:
            return
        self._world.orgs[org.id] = org
        self._world.org_members[org.id, founder] = OrgRole.ADMIN, org.created_at

    async def of(self, account: str) -> Sequence[Membership]:
        """Return where an account is a member, by name."""
        his = [
            Membership(self._world.orgs[org], role)
            for (org, who), (role, _) in self._world.org_members.items()
            if who == account
        ]
        return sorted(his, key=lambda each: (each.org.name.lower(), each.org.id))

    async def role(self, org: OrgId, account: str) -> OrgRole | None:
        """Return what an account is in an organisation; None: nothing there."""
        found = self._world.org_members.get((org, account))
        return found[0] if found else None

    async def look(
        self, org: OrgId, account: str, other: str = ""
    ) -> Standpoint | None:
        """Return what a change is decided on; None: who asks is no member."""
        role = await self.role(org, account)
        if role is None:
            return None
        roles = [its for (of, _), (its, _) in self._members() if of == org]
        its = await self.role(org, other)
        admins = roles.count(OrgRole.ADMIN)
        return Standpoint(self._world.orgs[org], role, its, admins, len(roles))

    async def members(self, org: OrgId, after: str, limit: int) -> Sequence[Member]:
        """Return members by account, from those after one."""
        found = []
        for (of, id), (role, joined_at) in sorted(self._members()):
            if of != org or id <= after:
                continue
            account = self._world.accounts[id]
            member = Member(
                id,
                role,
                joined_at,
                account.name,
                account.username,
                account.about.avatar_url,
                account.email if account.verified_at else "",
            )
            found.append(member)
        return found[:limit]

    async def count(self) -> int:
        """Return how many organisations there are."""
        return len(self._world.orgs)

    async def rename(self, before: Organisation, name: str) -> bool:
        """Give it another name; False: it has changed since."""
        return self._change(before, name=name)

    async def give(
        self,
        before: Organisation,
        account: str,
        role: OrgRole | None,
        now: datetime,
        news: News | None = None,
    ) -> Cut | None:
        """Change what a member is; None: the organisation has changed since."""
        if not self._change(before):
            return None
        key = before.id, account
        if role is None:
            self._world.leave_org(*key)
        elif key in self._world.org_members:
            self._world.org_members[key] = role, self._world.org_members[key][1]
        self._world.tell(news, account, now)
        return self._cut(account, now)

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
        members = [who for (org, who), _ in self._members() if org == before.id]
        if (alone and len(members) > 1) or not self._change(before):
            return None
        for who in members:
            self._world.leave_org(before.id, who)
        del self._world.orgs[before.id]
        cuts = [self._cut(who, now) for who in members]
        for cut in cuts:
            if news and cut.account != by:
                self._world.tell(replace(news, id=cut.id), cut.account, now)
        return cuts

    async def keep(self, invite: OrgInvite, parcel: Parcel) -> bool:
        """Keep an invite and the mail that tells it; False: its inviter has gone."""
        if (invite.org, invite.by) not in self._world.org_members:
            return False
        await self.withdraw(invite.org, invite.mail)
        self._world.org_invites[invite.id] = invite
        if invite.mail not in self._world.unsubscribed:
            self._world.parcels[invite.id] = (NEVER, parcel)
        return True

    async def invites(self, org: OrgId) -> Sequence[OrgInvite]:
        """Return who is invited, the last one first."""
        found = [one for one in self._world.org_invites.values() if one.org == org]
        return sorted(found, key=lambda one: one.made_at, reverse=True)

    async def invited(self, org: OrgId, token: bytes) -> OrgInvite | None:
        """Return the invite that a link is of, or None."""
        found = (one for one in await self.invites(org) if one.token == token)
        return next(found, None)

    async def come(
        self,
        before: Organisation,
        invite: OrgInvite,
        account: str,
        now: datetime,
        news: News | None = None,
    ) -> bool:
        """Have an account be a member by an invite; False: one is not so any more."""
        kept = self._world.org_invites.get(invite.id)
        is_open = kept is not None and kept.expires_at > now
        if self._world.orgs.get(before.id) != before or not is_open:
            return False
        del self._world.org_invites[invite.id]
        key = before.id, account
        self._world.org_members.setdefault(key, (invite.role, now))
        self._world.tell(news, invite.by, now)
        return True

    async def withdraw(self, org: OrgId, mail: bytes) -> bool:
        """Forget an invite and its mail; False if there is none."""
        return self._forget(
            [one for one in await self.invites(org) if one.mail == mail]
        )

    async def forget(self, mail: bytes) -> None:
        """Remove the invites of an address to all organisations, and their mails."""
        invites = self._world.org_invites.values()
        self._forget([one for one in invites if one.mail == mail])

    async def purge(self, before: datetime, limit: int) -> int:
        """Remove invites of all that expired before; return how many."""
        invites = self._world.org_invites
        over = [id for id, one in invites.items() if one.expires_at < before][:limit]
        for id in over:
            del invites[id]
        return len(over)

    async def cuts(self, since: datetime) -> Sequence[Cut]:
        """Return whose connections were to be cut since."""
        return [cut for at, cut in self._world.cuts if at > since]

    async def forget_cuts(self, before: datetime, limit: int) -> None:
        """Forget whose connections were to be cut before."""
        cuts = self._world.cuts
        over = [each for each in cuts if each[0] < before][:limit]
        self._world.cuts = [each for each in cuts if each not in over]

    def _members(self) -> list[tuple[tuple[OrgId, str], tuple[OrgRole, datetime]]]:
        return list(self._world.org_members.items())

    def _change(self, before: Organisation, **changes: str) -> bool:
        if self._world.orgs.get(before.id) != before:
            return False
        after = replace(before, version=before.version + 1, **changes)
        self._world.orgs[before.id] = after
        return True

    def _cut(self, account: str, now: datetime) -> Cut:
        cut = Cut(self._world.fresh_id(), account)
        self._world.cuts.append((now, cut))
        return cut

    def _forget(self, invites: Sequence[OrgInvite]) -> bool:
        for one in invites:
            del self._world.org_invites[one.id]
            self._world.parcels.pop(one.id, None)
        return bool(invites)
