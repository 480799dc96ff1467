"""Addresses of accounts: shown to be whose they are typed by, and changed.

    welcome, ask ──link──> mail ──its token, signed in──> settle ──> it is his
    change ──link──> mail to the new one; a notice to the old one ──> settle, likewise

The link alone shows nothing: somebody who typed another's address would have its owner
confirm it.  Nothing changes until then.  Source: guarantees.md, section 5; ADR-0031.
"""

import logging
from datetime import timedelta

from orbit.core.errors import Conflict, Forbidden, RateLimited, Unavailable, require
from orbit.core.ports import Account, Clock, People
from orbit.core.services.accounts import Accounts, canonical
from orbit.core.services.identity import Caller, Keys
from orbit.core.services.links import Links, Way, no_link
from orbit.core.services.logins import Logins
from orbit.core.services.passwords import Passwords
from orbit.core.services.post import Post
from orbit.core.services.wording import catalogue
from orbit.core.services.wording.catalogue import Mail

log = logging.getLogger(__name__)

LIFE = timedelta(hours=24)
VERIFY = Way("verify", LIFE, Mail.VERIFY)
CHANGES, CHANGE_EACH = 5, timedelta(minutes=12)  # of one account, to whatever addresses


class Addresses:
    """Sends links to addresses, and notes whose they are."""

    def __init__(
        self,
        people: People,
        keys: Keys,
        accounts: Accounts,
        passwords: Passwords,
        logins: Logins,
        links: Links,
        post: Post,
        clock: Clock,
    ) -> None:
        self._people, self._keys = people, keys
        self._accounts, self._passwords, self._logins = accounts, passwords, logins
        self._links, self._post, self._clock = links, post, clock

    async def welcome(self, account: Account, site: str, language: str = "en") -> None:
        """Mail a link to who has just registered; if it fails, he may ask for one."""
        try:
            await self._send(account, account.email, site, language)
        except (RateLimited, Unavailable):  # he has his account all the same
            log.warning("whoever has registered was mailed no link")

    async def ask(self, caller: Caller, site: str, language: str = "en") -> None:
        """Mail a link to the address of somebody's account; the one before is void.

        Raises:
            Unauthenticated: he has not signed in.
            Conflict: the address was shown to be his.
            RateLimited: it was sent too many mails of late.
        """
        account = await self._accounts.profile(caller)
        require(account.verified_at is None, "this address was shown to be yours")
        await self._send(account, account.email, site, language)

    async def change(
        self, caller: Caller, password: str, email: str, site: str, language: str = "en"
    ) -> None:
        """Mail a link to an address that is to be the account's; tell the old one.

        Whether another account has it, nothing tells before the link is opened.

        Raises:
            Unauthenticated, Forbidden, Busy: as `Passwords.confirm`.
            Conflict: it is the account's.
            RateLimited: the address was sent too many mails, or the account wanted
                too many, of late.
        """
        account, to = await self._passwords.confirm(caller, password), canonical(email)
        require(to != account.email, "this is the address of your account")
        who, now = self._keys.seed(b"address", account.id.encode()), self._clock.now()
        spend = self._people.passwords.spend
        if not await spend(who, now, CHANGE_EACH, CHANGES):
            said = "too many addresses for one account"
            raise RateLimited(said, after=CHANGE_EACH.total_seconds())
        await self._send(account, to, site, language)
        if account.verified_at is not None:  # else it is nobody's whom we know
            told = {"email": to, "site": site}
            notice = catalogue(language).write(Mail.CHANGE, account.email, **told)
            await self._post.send(notice, LIFE)

    async def settle(self, caller: Caller, token: str) -> None:
        """Have an address be the account's that asked for it, and shown to be his.

        If it is another than before, all his other logins end.

        Raises:
            Unauthenticated: he has not signed in; or it is no token, or not any more.
            Forbidden: he has signed in to another account; the token is still good.
            Conflict: another account has the address.
        """
        account = await self._accounts.profile(caller)
        named = self._links.read(VERIFY, token)
        if named.account != account.id:
            said = "another account has asked for this link: sign in to that one"
            raise Forbidden(said, details={"field": "token"})
        await self._links.use(VERIFY, token)
        if named.was != account.email:  # it has another one since
            raise no_link()
        ended = await self._people.accounts.settle(
            account.id, named.was, named.email, self._clock.now(), caller.login
        )
        if ended is None:
            said = "another account has this address"
            raise Conflict(said, details={"field": "email"})
        await self._logins.cut(ended)

    async def _send(self, account: Account, to: str, site: str, language: str) -> None:
        told = {"account": account.id, "was": account.email}
        await self._links.send(VERIFY, to, site, language, **told)
