"""A password is forgotten: a link by mail lets whoever has the address choose another.

    send ──link──> mail ──its token──> reset ──> a new password; all logins end

It is a code that nobody needs to type: kept, counted and voided as those are, for every
address alike, so nothing tells which have an account.
Source: guarantees.md, section 5; ADR-0028, ADR-0031.
"""

import base64
import binascii
import hmac
import secrets
from datetime import timedelta

import msgspec
from cryptography.exceptions import InvalidTag
from msgspec import Struct

from orbit.core.errors import RateLimited, Unauthenticated
from orbit.core.ports import Clock, Code, People
from orbit.core.services.accounts import Accounts, canonical
from orbit.core.services.identity import Keys
from orbit.core.services.passwords import Passwords
from orbit.core.services.post import Post
from orbit.core.services.wording import catalogue
from orbit.core.services.wording.catalogue import Mail

LIFE = timedelta(minutes=30)
HOUR = timedelta(hours=1)
TRIES = 5  # of a token that is right: nobody guesses one
RESET = b"reset"  # in place of a ghost that asked, and the label of the seal
BYTES = 16


class Named(Struct, frozen=True, array_like=True):
    """What a token holds: whose address, and what nobody can guess."""

    email: str
    chance: bytes


class Resets:
    """Sends links, and has whoever shows one choose a password."""

    def __init__(
        self,
        people: People,
        keys: Keys,
        accounts: Accounts,
        passwords: Passwords,
        post: Post,
        clock: Clock,
        codes_per_mail_h: int,
    ) -> None:
        self._codes, self._keys = people.codes, keys
        self._accounts, self._passwords = accounts, passwords
        self._post, self._clock = post, clock
        self._codes_per_mail_h = codes_per_mail_h

    async def send(self, email: str, site: str, language: str = "en") -> None:
        """Mail a link to an address, whoever has it; the one before is void.

        Raises:
            RateLimited: the address was sent too many links and codes of late.
        """
        now, email = self._clock.now(), canonical(email)
        token = self._token(Named(email, secrets.token_bytes(BYTES)))
        mail, until = self._keys.address(email), now + LIFE
        code = Code(mail, RESET, self._hash(token), now, until, TRIES)
        minutes = str(int(LIFE.total_seconds() // 60))
        said = {"link": f"{site}/reset#{token}", "minutes": minutes, "site": site}
        message = catalogue(language).write(Mail.RESET, email, **said)
        parcel, most = self._post.parcel(message, until), self._codes_per_mail_h
        if not await self._codes.keep(code, parcel, now - HOUR, most):
            raise RateLimited("too many mails to this address", after=600.0)
        self._post.look()

    async def reset(self, token: str, password: str) -> None:
        """Have the account of a token's address have another password; all logins end.

        If there is none, it is made: who shows the token has the address.

        Raises:
            Unauthenticated: it is no token, or not any more.
            Busy: too many sign in at the moment; the token is still good.
        """
        named = self._named(token)
        kept = await self._passwords.hashed(password)  # who is refused spends no try
        code = await self._shown(named.email, self._hash(token))
        if not await self._codes.use(code):
            raise _no_token()
        account = await self._accounts.enter(named.email, None)
        await self._passwords.choose(account, kept)

    async def _shown(self, email: str, right: bytes) -> Code:
        mail, now = self._keys.address(email), self._clock.now()
        for code in await self._codes.spend(mail, {RESET}, now):
            if hmac.compare_digest(code.hash, right):
                return code
        raise _no_token()

    def _token(self, named: Named) -> str:
        sealed = self._keys.seal(RESET, msgspec.msgpack.encode(named), b"")
        return base64.urlsafe_b64encode(sealed).decode().rstrip("=")

    def _named(self, token: str) -> Named:
        try:
            sealed = base64.b64decode(
                token + "=" * (-len(token) % 4), altchars=b"-_", validate=True
            )
            plain = self._keys.unseal(RESET, sealed, b"")
        except (ValueError, binascii.Error, InvalidTag):
            raise _no_token() from None
        return msgspec.msgpack.decode(plain, type=Named)

    def _hash(self, token: str) -> bytes:
        return self._keys.seed(RESET, token.encode())


def _no_token() -> Unauthenticated:
    said = "this link is not good, or not any more"
    return Unauthenticated(said, details={"field": "token"})
