"""Organisations: their members, their invites, and whose connections are to be cut."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import NewType, Protocol

from msgspec import Struct

from orbit.core.ports.mail import Parcel
from orbit.core.ports.notices import News

OrgId = NewType("OrgId", str)  # a UUID


class OrgRole(StrEnum):
    """What a member is, the least first."""

    MEMBER = "MEMBER"
    MANAGER = "MANAGER"
    ADMIN = "ADMIN"

    def reaches(self, other: "OrgRole") -> bool:
        """Tell whether it is that one, or above it."""
        ranks = list(OrgRole)
        return ranks.index(self) >= ranks.index(other)


class Organisation(Struct, frozen=True):
    """Something that has members."""

    id: OrgId
    name: str
    created_at: datetime
    version: int = 1  # counts what changes it, or its members' roles


class Membership(Struct, frozen=True):
    """That somebody is in an organisation."""

    org: Organisation
    role: OrgRole


class Member(Struct, frozen=True):
    """Somebody in an organisation, as it knows him."""

    account: str
    role: OrgRole
    joined_at: datetime
    name: str
    username: str
    avatar_url: str
    email: str  # empty, unless it was shown to be his


class Standpoint(Struct, frozen=True):
    """What a change to an organisation is decided on: all of it as of one moment."""

    org: Organisation
    role: OrgRole  # of who asks
    other: OrgRole | None  # of whom it is about; None: he is no member
    admins: int
    members: int


class OrgInvite(Struct, frozen=True):
    """That whoever has an address may come in, once."""

    id: str  # a UUID; of its mail, too
    org: OrgId
    role: OrgRole
    by: str  # the account of the member who invites
    mail: bytes  # a keyed hash of the address
    token: bytes  # a keyed hash of what its link holds
    sealed: bytes  # the address, sealed with the pepper
    op: bytes  # of the call that made it
    made_at: datetime
    expires_at: datetime


class Cut(Struct, frozen=True):
    """That an account's connections are to be cut: what it may do has changed."""

    id: str  # a UUID
    account: str


class Organisations(Protocol):
    """Organisations, each apart from all others.

    A change is written if the organisation still has the version that it was decided
    on; else nothing is, and the answer says so.  Ids are well formed.
    """

    async def add(self, org: Organisation, founder: str) -> None:
        """Make an organisation, with one admin.  Does nothing if it is there."""

    async def of(self, account: str) -> Sequence[Membership]:
        """Return where an account is a member, by name."""

    async def role(self, org: OrgId, account: str) -> OrgRole | None:
        """Return what an account is in an organisation; None: nothing there."""

    async def look(
        self, org: OrgId, account: str, other: str = ""
    ) -> Standpoint | None:
        """Return what a change is decided on; None: who asks is no member."""

    async def members(self, org: OrgId, after: str, limit: int) -> Sequence[Member]:
        """Return members by account, from those after one."""

    async def count(self) -> int:
        """Return how many organisations there are."""

    async def rename(self, before: Organisation, name: str) -> bool:
        """Give it another name; False: it has changed since."""

    async def give(
        self,
        before: Organisation,
        account: str,
        role: OrgRole | None,
        now: datetime,
        news: News | None = None,
    ) -> Cut | None:
        """Change what a member is; without a role he is none any more.

        His invites go with him, and he is told `news`.  None: it has changed since, and
        nothing was done.
        """

    async def remove(
        self,
        before: Organisation,
        now: datetime,
        by: str = "",
        news: News | None = None,
        *,
        alone: bool = False,
    ) -> Sequence[Cut] | None:
        """Forget an organisation with all that it has; who was in it is to be cut.

        All but one are told `news`, each as a notice with the id of his cut.  None: it
        has changed since, or if `alone` somebody has come, and nothing was done.
        """

    async def keep(self, invite: OrgInvite, parcel: Parcel) -> bool:
        """Keep an invite and the mail that tells it: both, or neither.

        The one before of the same address goes.  Whoever has unsubscribed is mailed
        nothing; no answer tells that.  False, and nothing is kept: its inviter is no
        member any more.
        """

    async def invites(self, org: OrgId) -> Sequence[OrgInvite]:
        """Return who is invited, the last one first."""

    async def invited(self, org: OrgId, token: bytes) -> OrgInvite | None:
        """Return the invite that a link is of; None: there is none, or not any more."""

    async def come(
        self,
        before: Organisation,
        invite: OrgInvite,
        account: str,
        now: datetime,
        news: News | None = None,
    ) -> bool:
        """Have an account be a member by an invite, which goes; its sender is told.

        Who is one already stays what he is.  False: it has changed since, or the invite
        is gone or too old; nothing was done.
        """

    async def withdraw(self, org: OrgId, mail: bytes) -> bool:
        """Forget an invite, and its mail if that waits; False if there is none."""

    async def forget(self, mail: bytes) -> None:
        """Remove the invites of an address to all organisations, and their mails."""

    async def purge(self, before: datetime, limit: int) -> int:
        """Remove invites of all organisations that expired before; return how many."""

    async def cuts(self, since: datetime) -> Sequence[Cut]:
        """Return whose connections were to be cut since."""

    async def forget_cuts(self, before: datetime, limit: int) -> None:
        """Forget whose connections were to be cut before."""
