"""Invites to organisations: an address is told, and whoever has it comes in, once.

    sent ──its link, by the account of the address──> a member
     ├──taken back, or its sender has gone──> gone
     └──7 days──> expired

Nobody invites above what he is, neither when he does nor when it is used.  An address
is found by a keyed hash and stored sealed.  Source: guarantees.md, section 5; ADR-0032.
"""

import base64
import binascii
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct

from orbit.core.errors import (
    Conflict,
    Forbidden,
    NotFound,
    RateLimited,
)
from orbit.core.ports import (
    Clock,
    Message,
    Noticed,
    Organisation,
    OrgId,
    OrgInvite,
    OrgRole,
    People,
    Standpoint,
)
from orbit.core.services.accounts import Accounts, canonical
from orbit.core.services.identity import Caller, Keys
from orbit.core.services.notices import Kind, Notices
from orbit.core.services.organisations import (
    MAY,
    Act,
    Organisations,
    no_such_organisation,
)
from orbit.core.services.post import Post
from orbit.core.services.unsubscribing import Unsubscribing
from orbit.core.services.wording import catalogue
from orbit.core.services.wording.catalogue import Mail

LIFE = timedelta(days=7)
SHOWN = timedelta(days=7)  # after it has expired
MAILED = timedelta(days=1)  # after which a mail that did not go is given up
HOUR, PAUSE = timedelta(hours=1), timedelta(minutes=10)
MAILS_H = 5  # to one address, of all organisations together
MOST = 200  # that are open in one
PURGED_AT_ONCE = 1_000
ORG_BYTES, TOKEN_BYTES = 16, 32
LABEL = b"organisation invite"


class OrgLetter(Struct, frozen=True):
    """What is said to somebody who is invited."""

    to: str
    role: OrgRole
    site: str  # where the page is that its link opens
    language: str = "en"


class Expected(Struct, frozen=True):
    """Somebody who is invited, as those who invite read it."""

    email: str
    role: OrgRole
    made_at: datetime
    expires_at: datetime
    expired: bool


class OrgInvitation(Struct, frozen=True):
    """What an invite is to, for whoever holds its link: the mail says the same."""

    name: str


class OrgInvites:
    """Sends invites, takes them back, and lets in who comes by one."""

    def __init__(
        self,
        people: People,
        organisations: Organisations,
        accounts: Accounts,
        keys: Keys,
        post: Post,
        unsubscribing: Unsubscribing,
        notices: Notices,
        clock: Clock,
    ) -> None:
        self._store, self._spend = people.organisations, people.passwords.spend
        self._organisations, self._accounts = organisations, accounts
        self._keys, self._post = keys, post
        self._unsubscribing, self._notices = unsubscribing, notices
        self._clock = clock

    # Inviting -------------------------------------------------------------------------

    async def send(
        self, caller: Caller, org: str, letter: OrgLetter, op: bytes
    ) -> None:
        """Invite an address, whoever has it; told again, it is once.

        Whoever wants no such mails gets none, and nobody is told.

        Raises:
            Unauthenticated, NotFound, Forbidden: as `Organisations.seen`.
            Forbidden: it is to be more than who asks is, or is so by now.
            RateLimited: the address was invited too often of late.
            Conflict: too many are invited.
        """
        seen = await self._organisations.seen(caller, org, Act.INVITE)
        if not seen.role.reaches(letter.role):
            said = "nobody invites above what he is"
            raise Forbidden(said, details={"field": "role"})
        mail = self._keys.address(canonical(letter.to))
        is_told = False
        others = 0
        for one in await self._store.invites(seen.org.id):
            is_told |= one.mail == mail and one.op == op
            others += one.mail != mail
            if one.mail == mail and self._is_above(seen, one):
                said = "nobody replaces an invite above what he is"
                raise Forbidden(said, details={"field": "role"})
        if is_told:
            return
        if others >= MOST:
            raise Conflict("too many are invited: take some back first")
        await self._count(seen.org.id, mail)
        await self._keep(caller, seen.org, letter, mail, op)

    def _is_above(self, seen: Standpoint, invite: OrgInvite) -> bool:
        """Tell whether an invite, while it may be used, is to more than who asks is."""
        is_open = invite.expires_at > self._clock.now()
        return is_open and not seen.role.reaches(invite.role)

    async def _keep(
        self,
        caller: Caller,
        org: Organisation,
        letter: OrgLetter,
        mail: bytes,
        op: bytes,
    ) -> None:
        now, token = self._clock.now(), _token(org.id)
        email = canonical(letter.to)
        stop = self._unsubscribing.link(letter.site, mail)
        parcel = self._post.parcel(_mail(org, letter, token, stop), now + MAILED)
        invite = OrgInvite(
            id=parcel.id,
            org=org.id,
            role=letter.role,
            by=caller.account,
            mail=mail,
            token=self._keys.seed(LABEL, token.encode()),
            sealed=self._keys.seal(LABEL, email.encode(), parcel.id.encode()),
            op=op,
            made_at=now,
            expires_at=now + LIFE,
        )
        if not await self._store.keep(invite, parcel):
            raise no_such_organisation()  # he was removed just now
        said = {"organisation": org.id, "name": org.name, "role": letter.role}
        said["token"] = token
        news = self._notices.news(Kind.ORG_INVITED, said, invite.token)
        await self._notices.tell_address(email, news)
        self._post.look()

    async def _count(self, org: OrgId, mail: bytes) -> None:
        """Count a mail, where guesses are counted: whichever node it is told to."""
        now = self._clock.now()
        for who, per, most in (
            (self._keys.seed(LABEL, org.encode(), mail), PAUSE, 1),
            (self._keys.seed(LABEL, mail), HOUR / MAILS_H, MAILS_H),
        ):
            if not await self._spend(who, now, per, most):
                said = "this address was invited too often of late"
                raise RateLimited(said, after=per.total_seconds())

    async def withdraw(self, caller: Caller, org: str, email: str) -> None:
        """Take an invite back; raise as `send` does.

        Raises:
            NotFound: the address is not invited.
        """
        seen = await self._organisations.seen(caller, org, Act.INVITE)
        mail = self._keys.address(canonical(email))
        its = await self._store.invites(seen.org.id)
        invite = next((one for one in its if one.mail == mail), None)
        if invite is not None and not seen.role.reaches(invite.role):
            said = "nobody takes back an invite above what he is"
            raise Forbidden(said, details={"field": "role"})
        if invite is None or not await self._store.withdraw(seen.org.id, mail):
            said = "this address is not invited"
            raise NotFound(said, details={"field": "email"})

    async def listed(self, caller: Caller, org: str) -> Sequence[Expected]:
        """Return who is invited, the last one first; raise as `seen` does."""
        seen = await self._organisations.seen(caller, org, Act.INVITE)
        now = self._clock.now()
        return [
            Expected(
                self._keys.unseal(LABEL, one.sealed, one.id.encode()).decode(),
                one.role,
                one.made_at,
                one.expires_at,
                expired=one.expires_at <= now,
            )
            for one in await self._store.invites(seen.org.id)
        ]

    # Coming ---------------------------------------------------------------------------

    async def read(self, token: str) -> OrgInvitation:
        """Return what an invite is to, for whoever holds its link.

        Raises:
            NotFound: there is no such invite, or not any more.
        """
        _invite, sender = await self._good(_org_of(token), token)
        return OrgInvitation(sender.org.name)

    async def accept(self, caller: Caller, token: str) -> Standpoint:
        """Have a caller be a member, by the link of an invite to his address.

        Whoever is one already stays what he is: it is told again.

        Raises:
            Unauthenticated: he has not signed in.
            NotFound: there is no such invite, or not any more.
            Forbidden: it is to another address, or his is not shown to be his.
        """
        account, org = await self._accounts.profile(caller), _org_of(token)
        while True:
            if is_in := await self._store.look(org, account.id):
                return is_in
            invite, sender = await self._good(org, token)
            if account.verified_at is None:
                said = "show first that the address of your account is yours"
                raise Forbidden(said, details={"field": "email"})
            if self._keys.address(account.email) != invite.mail:
                said = "this invite is to another address than yours"
                raise Forbidden(said, details={"field": "token"})
            now, its = self._clock.now(), sender.org
            told = {"organisation": org, "name": its.name, "member": account.id}
            news = self._notices.news(Kind.ORG_JOINED, told, invite.token)
            if await self._store.come(its, invite, account.id, now, news):
                self._notices.hint(Noticed(news.id, invite.by))

    async def _good(self, org: OrgId, token: str) -> tuple[OrgInvite, Standpoint]:
        """Return an invite that may still be used, and where its sender stands."""
        digest = self._keys.seed(LABEL, token.encode())
        invite = await self._store.invited(org, digest)
        if invite is None or invite.expires_at <= self._clock.now():
            raise _no_invite()
        sender = await self._store.look(org, invite.by)
        least = MAY[Act.INVITE]
        if sender is None or not (
            sender.role.reaches(least) and sender.role.reaches(invite.role)
        ):
            raise _no_invite()
        return invite, sender

    async def purge(self) -> None:
        """Forget what no list shows any more."""
        await self._store.purge(self._clock.now() - SHOWN, PURGED_AT_ONCE)


def _token(org: OrgId) -> str:
    """Return what a link holds: where to look for it, and what nobody can guess."""
    drawn = UUID(org).bytes + secrets.token_bytes(TOKEN_BYTES)
    return base64.urlsafe_b64encode(drawn).decode()


def _org_of(token: str) -> OrgId:
    """Return the organisation that a link says it is of.

    Raises:
        NotFound: it is no such link.
    """
    try:
        drawn = base64.b64decode(token.encode(), b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise _no_invite() from None
    if len(drawn) != ORG_BYTES + TOKEN_BYTES:
        raise _no_invite()
    return OrgId(str(UUID(bytes=drawn[:ORG_BYTES])))


def _mail(org: Organisation, letter: OrgLetter, token: str, stop: str) -> Message:
    return catalogue(letter.language).write(
        Mail.ORG_INVITE,
        letter.to,
        stop=stop,
        title=org.name,
        link=f"{letter.site}/join#{token}",
        days=str(LIFE.days),
        site=letter.site,
    )


def _no_invite() -> NotFound:
    said = "there is no such invite, or not any more"
    return NotFound(said, details={"field": "token"})
