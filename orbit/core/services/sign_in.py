"""Signing in by mail: a code shows whose an address is.

    send ──code──> mail ──code──> verify ──> a login, and the account if there was none

An answer never tells whether an address has an account.  A try is counted before it is
compared.  Source: guarantees.md, section 5; ADR-0028.
"""

import hmac
import secrets
from collections.abc import Sequence
from datetime import timedelta

from msgspec import Struct

from orbit.core.errors import RateLimited, Unauthenticated
from orbit.core.ports import Account, Clock, Code, People
from orbit.core.services.accounts import Accounts, canonical
from orbit.core.services.identity import Caller, Identity
from orbit.core.services.logins import UNSEEN, Browser, Logins, Pair
from orbit.core.services.post import Post
from orbit.core.services.second_factor import SecondFactor
from orbit.core.services.wording import catalogue
from orbit.core.services.wording.catalogue import Mail
from orbit.core.types import BoardId

CODE_LIFE = timedelta(minutes=10)
CODE_DIGITS = 6
TRIES = 5
HOUR = timedelta(hours=1)


class SignedIn(Struct, frozen=True):
    """Somebody has signed in; `apart` are boards of a ghost that stays another."""

    pair: Pair
    apart: Sequence[BoardId] = ()


class SignIn:
    """Sends codes, and begins a login for who shows one."""

    def __init__(
        self,
        people: People,
        identity: Identity,
        accounts: Accounts,
        logins: Logins,
        second_factor: SecondFactor,
        post: Post,
        clock: Clock,
        codes_per_mail_h: int,
    ) -> None:
        self._people, self._identity = people, identity
        self._accounts, self._logins = accounts, logins
        self._second_factor = second_factor
        self._post, self._clock = post, clock
        self._codes_per_mail_h = codes_per_mail_h

    # A code ---------------------------------------------------------------------------

    async def send(
        self, email: str, by: Caller, site: str, language: str = "en"
    ) -> None:
        """Mail a code to an address, whoever has it.

        If a ghost asks, it alone may show the code: who asks for codes in another's
        name can neither use up nor guess the one that he waits for.

        Raises:
            RateLimited: the address was sent too many of late.
        """
        now, email = self._clock.now(), canonical(email)
        digits = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
        mail, asker = self._identity.keys.address(email), _asker(by)
        until = now + CODE_LIFE
        code = Code(mail, asker, self._hash(mail, asker, digits), now, until, TRIES)
        minutes = str(int(CODE_LIFE.total_seconds() // 60))
        said = {"code": digits, "minutes": minutes, "site": site}
        message = catalogue(language).write(Mail.CODE, email, **said)
        parcel = self._post.parcel(message, until)
        most = self._codes_per_mail_h
        if not await self._people.codes.keep(code, parcel, now - HOUR, most):
            raise RateLimited("too many codes to this address", after=600.0)
        self._post.look()

    async def verify(
        self,
        email: str,
        digits: str,
        by: Caller,
        secret: str | None,
        browser: Browser = UNSEEN,
    ) -> SignedIn:
        """Begin a login for whoever shows the code; `secret` is of the ghost `by`.

        The first ghost that is shown becomes who the account is to boards.

        Raises:
            Unauthenticated: it is not the code, or not any more.
            SecondFactorMissing: the account has one; its challenge goes to `finish`.
        """
        email = canonical(email)
        await self._prove(email, digits, by)
        account = await self.enter(email, secret)
        pair = await self._second_factor.begin(account, browser)
        return SignedIn(pair, await self._accounts.apart(account, by))

    async def finish(
        self, challenge: str, code: str, by: Caller, browser: Browser = UNSEEN
    ) -> SignedIn:
        """Begin a login for whoever shows a code of his second factor, too.

        Raises:
            Unauthenticated, RateLimited: as `SecondFactor.finish`.
        """
        pair = await self._second_factor.finish(challenge, code, browser)
        return SignedIn(pair, await self._accounts.apart(pair.account, by))

    async def enter(self, email: str, secret: str | None) -> Account:
        """Return the account of an address that was shown to be his; made if need be.

        It is his who has the address, and nobody else's from now on.
        """
        account = await self._accounts.enter(email, secret)
        if account.verified_at is not None:
            return account
        ended = await self._people.accounts.prove(account.id, self._clock.now())
        await self._logins.cut(ended)
        return await self._people.accounts.find(account.id) or account

    async def _prove(self, email: str, digits: str, by: Caller) -> None:
        mail = self._identity.keys.address(email)
        codes = self._people.codes
        for code in await codes.spend(mail, {_asker(by), b""}, self._clock.now()):
            right = self._hash(mail, code.asked_by, digits)
            if hmac.compare_digest(code.hash, right) and await codes.use(code):
                return
        raise Unauthenticated(
            "this is not the code, or not any more", details={"field": "code"}
        )

    def _hash(self, mail: bytes, asker: bytes, digits: str) -> bytes:
        return self._identity.keys.seed(b"code", mail, asker, digits.encode())

    async def purge(self) -> None:
        """Forget codes that are over."""
        await self._people.codes.purge(self._clock.now() - HOUR, 1_000)


def _asker(by: Caller) -> bytes:
    return by.persona.ghost if by.persona else b""
