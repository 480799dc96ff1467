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
    Member,
    Membership,
    Organisation,
    OrgId,
    OrgRole,
    People,
    Standpoint,
)
from orbit.core.services.accounts import signed_in
from orbit.core.services.cuts import Cuts
from orbit.core.services.identity import Caller, Keys

MOST = 100  # that one account may be in, to found another
LABEL = b"organisation"


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

    def __init__(self, people: People, keys: Keys, cuts: Cuts, clock: Clock) -> None:
        self._store, self._accounts = people.organisations, people.accounts
        self._keys, self._cuts, self._clock = keys, cuts, clock

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
            raise Forbidden(f"a {found.role} may not {act}")
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
            cuts = await self._store.remove(seen.org, self._clock.now())
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
            cut = await self._store.give(seen.org, who, role, self._clock.now())
            if cut is not None:
                await self._cuts.tell([cut])
                return

    async def release(self, account: str) -> None:
        """Have an account that is to be erased be in no organisation, and invited none.

        One in which nobody else is goes with it.

        Raises:
            Conflict: it is the only admin of others; nothing was changed.
        """
        his = [each.org.id for each in await self._store.of(account)]
        looks = [await self._store.look(org, account, account) for org in his]
        stuck = [seen.org.name for seen in looks if seen and _is_needed(seen)]
        if stuck:
            said = (
                "organisations have no other admin: make somebody one, or remove them"
            )
            raise Conflict(said, details={"organisations": stuck})
        for org in his:
            await self._depart(org, account)
        found = await self._accounts.find(account)
        if found and found.verified_at:  # else they are perhaps another's
            await self._store.forget(self._keys.address(found.email))

    async def _depart(self, org: OrgId, account: str) -> None:
        while seen := await self._store.look(org, account, account):
            now = self._clock.now()
            if seen.members == 1:
                if await self._store.remove(seen.org, now) is not None:
                    return
                continue
            require(not _is_needed(seen), "an organisation has no other admin")
            if cut := await self._store.give(seen.org, account, None, now):
                await self._cuts.tell([cut])
                return


def no_such_organisation() -> NotFound:
    """Return the refusal of whoever is not in it, and of what there is not."""
    return NotFound("there is no such organisation")


def _is_needed(seen: Standpoint) -> bool:
    """Tell whether others would be left without an admin."""
    return seen.role is OrgRole.ADMIN and seen.admins == 1 and seen.members > 1
