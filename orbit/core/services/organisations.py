"""Organisations: who is in one, and what he may do there.

    founded ──by invites──> members, each with a role ──by an admin──> removed

For whoever is not in it an organisation is not there.  A change is decided on what was
so at one moment, and written if nothing has changed since; else it is decided again.
So there is always an admin, whoever asks at once.  Source: ADR-0032.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from msgspec.structs import replace

from orbit.core.errors import Conflict, Forbidden, Invalid, NotFound, require
from orbit.core.ids import canonical, uuid_of
from orbit.core.ports import (
    Clock,
    Cut,
    Member,
    Membership,
    News,
    Organisation,
    OrgId,
    OrgRole,
    People,
    Standpoint,
)
from orbit.core.services.accounts import signed_in
from orbit.core.services.identity import Caller, Keys
from orbit.core.services.notices import Kind, Notices
from orbit.core.services.spreading import WINDOW, Spread

MOST = 100  # that one account may be in, to found another
LABEL = b"organisation"
NOTHING: Mapping[str, str] = {}
PURGED_AT_ONCE = 1_000
HEIRS = 100  # members that are looked through


class Act(StrEnum):
    """What is done in an organisation."""

    SEE = "see it"
    INVITE = "invite people"
    RENAME = "rename it"
    GIVE_ROLE = "say what members are"
    REMOVE_MEMBER = "remove members"
    REMOVE = "remove it"


MAY: Mapping[Act, OrgRole] = {  # the least role that may
    Act.SEE: OrgRole.MEMBER,
    Act.INVITE: OrgRole.MANAGER,
    Act.RENAME: OrgRole.ADMIN,
    Act.GIVE_ROLE: OrgRole.ADMIN,
    Act.REMOVE_MEMBER: OrgRole.ADMIN,
    Act.REMOVE: OrgRole.ADMIN,
}


class Organisations:
    """Makes organisations, and sees to who is in them."""

    def __init__(
        self,
        people: People,
        keys: Keys,
        cuts: Spread[Cut],
        notices: Notices,
        clock: Clock,
    ) -> None:
        self._store, self._accounts = people.organisations, people.accounts
        self._keys, self._clock = keys, clock
        self._cuts, self._notices = cuts, notices

    # Seeing ---------------------------------------------------------------------------

    async def role(self, org: OrgId, account: str) -> OrgRole | None:
        """Return what an account is in an organisation; None: nothing there.

        This is what boards of an organisation ask, whenever it counts.
        """
        return await self._store.role(org, account)

    async def mine(self, caller: Caller) -> Sequence[Membership]:
        """Return where a caller is a member, by name; raise `Unauthenticated`."""
        return await self._store.of(signed_in(caller))

    async def seen(
        self, caller: Caller, org: str, act: Act = Act.SEE, other: str = ""
    ) -> Standpoint:
        """Return an organisation as it is for who asks, and may do that there.

        Raises:
            Unauthenticated: he has not signed in.
            NotFound: he is not in it, or there is none such.
            Forbidden: he is, and may not.
        """
        account, id = signed_in(caller), canonical(org)
        found = await self._store.look(OrgId(id), account, other) if id else None
        if found is None:
            raise no_such_organisation()
        if not found.role.reaches(MAY[act]):
            said = f"a {found.role} may not {act}"
            raise Forbidden(said, details={"field": "role"})
        return found

    async def members(
        self, caller: Caller, org: str, after: str, limit: int
    ) -> Sequence[Member]:
        """Return members by account, from those after one; raise as `seen` does.

        Addresses are for those who invite.

        Raises:
            Invalid: what they are to come after is no account's id.
        """
        seen = await self.seen(caller, org)
        if after and canonical(after) is None:
            raise Invalid("no such place", details={"field": "cursor"})
        found = await self._store.members(seen.org.id, after, limit)
        if seen.role.reaches(MAY[Act.INVITE]):
            return found
        return [replace(each, email="") for each in found]

    # Changing -------------------------------------------------------------------------

    async def found(self, caller: Caller, name: str, op: bytes) -> Standpoint:
        """Make an organisation whose admin is the caller; told again, it is once.

        Raises:
            Unauthenticated: he has not signed in.
            Conflict: he is in too many.
            NotFound: it was told before, and he is not in it any more.
        """
        account = signed_in(caller)
        id = OrgId(uuid_of(self._keys.seed(LABEL, account.encode(), op)))
        his = await self._store.of(account)
        if id not in {each.org.id for each in his}:
            require(len(his) < MOST, "you are in too many organisations")
            org = Organisation(id, name, self._clock.now())
            await self._store.add(org, account)
        return await self.seen(caller, id)

    async def rename(self, caller: Caller, org: str, name: str) -> Standpoint:
        """Give an organisation another name; raise as `seen` does."""
        while True:
            seen = await self.seen(caller, org, Act.RENAME)
            if await self._store.rename(seen.org, name):
                return replace(seen, org=replace(seen.org, name=name))

    async def remove(self, caller: Caller, org: str) -> None:
        """Remove an organisation with all that it has; raise as `seen` does."""
        while True:
            seen = await self.seen(caller, org, Act.REMOVE)
            news = self._news(Kind.ORG_REMOVED, seen.org)
            now, by = self._clock.now(), signed_in(caller)
            cuts = await self._store.remove(seen.org, now, by, news)
            if cuts is not None:
                await self._cuts.tell(cuts)
                return

    async def give_role(
        self, caller: Caller, org: str, member: str, role: OrgRole
    ) -> None:
        """Say what a member is, from now on; raise as `seen` does.

        Raises:
            NotFound: there is no such member.
            Conflict: he is the last admin.
        """
        await self._give(caller, org, Act.GIVE_ROLE, member, role)

    async def dismiss(self, caller: Caller, org: str, member: str) -> None:
        """Have somebody be no member; raise as `give_role` does.  All may leave."""
        is_own = canonical(member) == signed_in(caller)
        act = Act.SEE if is_own else Act.REMOVE_MEMBER
        await self._give(caller, org, act, member, None)

    async def leave(self, caller: Caller, org: str) -> None:
        """Have a caller be no member; raise as `give_role` does."""
        await self._give(caller, org, Act.SEE, signed_in(caller), None)

    async def _give(
        self, caller: Caller, org: str, act: Act, member: str, role: OrgRole | None
    ) -> None:
        who = canonical(member) or ""
        while True:
            seen = await self.seen(caller, org, act, who)
            if seen.other is None:
                raise NotFound("there is no such member")
            if seen.other is role:
                return
            is_last = seen.other is OrgRole.ADMIN and seen.admins == 1
            require(not is_last, "there has to be an admin: make somebody else one")
            kind, now = Kind.ORG_ROLE if role else Kind.ORG_LEFT, self._clock.now()
            is_own = who == signed_in(caller)
            its = {"role": str(role)} if role else {}
            news = None if is_own else self._news(kind, seen.org, its)
            cut = await self._store.give(seen.org, who, role, now, news)
            if cut is not None:
                await self._cuts.tell([cut])
                return

    def _news(
        self, kind: Kind, org: Organisation, more: Mapping[str, str] = NOTHING
    ) -> News:
        its = {"organisation": org.id, "name": org.name, **more}
        return self._notices.news(kind, its)

    async def purge(self) -> None:
        """Forget cuts that all nodes have seen."""
        before = self._clock.now() - 2 * WINDOW
        await self._store.forget_cuts(before, PURGED_AT_ONCE)

    async def guard(self, account: str) -> None:
        """Refuse to have an account erased that is the only admin of others.

        Raises:
            Conflict: it is; nothing was changed.
        """
        his = [each.org.id for each in await self._store.of(account)]
        looks = [await self._store.look(org, account, account) for org in his]
        stuck = [seen.org.name for seen in looks if seen and is_needed(seen)]
        if stuck:
            said = (
                "organisations have no other admin: make somebody one, or remove them"
            )
            raise Conflict(said, details={"organisations": stuck})

    async def part(self, account: str) -> None:
        """Have an account that is nobody any more be in none, and invited to none.

        One in which nobody else is goes with it.  If it is, by now, the only admin of
        others, one of them is made one.
        """
        for each in await self._store.of(account):
            while seen := await self._store.look(each.org.id, account, account):
                await self._depart(seen, account)
        found = await self._accounts.find(account)
        if found and found.verified_at:  # else they are perhaps another's
            await self._store.forget(self._keys.address(found.email))

    async def _depart(self, seen: Standpoint, account: str) -> None:
        """Go on with leaving an organisation, if it has not changed since."""
        now, org = self._clock.now(), seen.org
        if seen.members == 1:
            await self._store.remove(org, now, alone=True)
            return
        who, role = account, None
        if is_needed(seen):
            who, role = await self._heir(org.id, account), OrgRole.ADMIN
        if cut := await self._store.give(org, who, role, now):
            await self._cuts.tell([cut])

    async def _heir(self, org: OrgId, account: str) -> str:
        """Return who leads an organisation after somebody: who has the next role."""
        first = await self._store.members(org, "", HEIRS)
        others = [each for each in first if each.account != account]
        ranks = list(OrgRole)
        return max(
            others, key=lambda it: (ranks.index(it.role), -it.joined_at.timestamp())
        ).account


def no_such_organisation() -> NotFound:
    """Return the refusal of whoever is not in it, and of what there is not."""
    return NotFound("there is no such organisation")


def is_needed(seen: Standpoint) -> bool:
    """Tell whether others would be left without an admin."""
    return seen.role is OrgRole.ADMIN and seen.admins == 1 and seen.members > 1
