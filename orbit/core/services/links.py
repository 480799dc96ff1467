"""Links by mail: whoever shows what is behind the `#` of one has the address.

    send ──link──> mail ──its token──> use, once

A link is a code that nobody needs to type: kept, bounded and voided as those are.  What
it is good for, others know.  Source: guarantees.md, section 5; ADR-0028, ADR-0031.
"""

import hmac
import secrets
from datetime import timedelta

from msgspec import Struct

from orbit.core.errors import RateLimited, Unauthenticated
from orbit.core.ports import Clock, Code, People
from orbit.core.services.identity import Keys
from orbit.core.services.post import Post
from orbit.core.services.wording import catalogue
from orbit.core.services.wording.catalogue import Mail

HOUR = timedelta(hours=1)
TRIES = 5  # of a token that is right: nobody guesses one
BYTES = 16


class Way(Struct, frozen=True):
    """What links of a kind lead to: a page, for how long, and the mail that says so."""

    page: str
    life: timedelta
    mail: Mail
    kept: int = 1  # of one asker's links, the last ones, that are good

    @property
    def label(self) -> bytes:
        """Where a ghost that asked would be, and what tokens are sealed with."""
        return self.page.encode()


class Named(Struct, frozen=True, array_like=True):
    """What a token holds: whose address, what nobody can guess, and who asked."""

    email: str
    chance: bytes
    account: str = ""
    was: str = ""  # the account's address, when it asked

    def __repr__(self) -> str:
        return "Named()"  # what is in it may not reach a log


class Links:
    """Sends links, and takes each token once."""

    def __init__(
        self,
        people: People,
        keys: Keys,
        post: Post,
        clock: Clock,
        codes_per_mail_h: int,
    ) -> None:
        self._codes, self._keys = people.codes, keys
        self._post, self._clock = post, clock
        self._codes_per_mail_h = codes_per_mail_h

    async def send(
        self,
        way: Way,
        email: str,
        site: str,
        language: str = "en",
        *,
        account: str = "",
        was: str = "",
    ) -> None:
        """Mail a link to an address, whoever has it; the same asker's before are void.

        But for those of the last ones that are kept.

        Raises:
            RateLimited: the address was sent too many such links of late.
        """
        now, until = self._clock.now(), self._clock.now() + way.life
        named = Named(email, secrets.token_bytes(BYTES), account, was)
        token = self._keys.token(way.label, named)
        mail, asker = self._counted(way, email), self._asker(way, named)
        code = Code(mail, asker, self._hash(way, token), now, until, TRIES)
        minutes = int(way.life.total_seconds() // 60)
        said = {"minutes": str(minutes), "hours": str(minutes // 60), "site": site}
        link = f"{site}/{way.page}#{token}"
        message = catalogue(language).write(way.mail, email, link=link, **said)
        parcel, most = self._post.parcel(message, until), self._codes_per_mail_h
        if not await self._codes.keep(code, parcel, now - HOUR, most, way.kept):
            raise RateLimited("too many mails to this address", after=600.0)
        self._post.look()

    def read(self, way: Way, token: str) -> Named:
        """Return what a token holds, which proves nothing.

        Raises:
            Unauthenticated: it is none of ours.
        """
        named = self._keys.read(way.label, token, Named)
        if named is None:
            raise no_link()
        return named

    async def use(self, way: Way, token: str) -> Named:
        """Return what a token holds, to the first who shows it; others are void then.

        Raises:
            Unauthenticated: it is no token, or not any more.
        """
        named, right = self.read(way, token), self._hash(way, token)
        mail, now = self._counted(way, named.email), self._clock.now()
        found = await self._codes.spend(mail, {self._asker(way, named)}, now)
        for code in found:
            if hmac.compare_digest(code.hash, right) and await self._codes.use(code):
                for other in found:
                    await self._codes.use(other)
                return named
        raise no_link()

    def _counted(self, way: Way, email: str) -> bytes:
        """Return what stands for an address; links of each way are counted apart.

        A code that another ghost has asked for is of no use to whoever has the address:
        by such codes alone nobody shall keep him from choosing a password.
        """
        return self._keys.seed(b"links", way.label, email.encode())

    def _hash(self, way: Way, token: str) -> bytes:
        return self._keys.seed(way.label, token.encode())

    def _asker(self, way: Way, named: Named) -> bytes:
        """Return what links of one asker have in common: no other's voids them."""
        return self._keys.seed(b"asker", way.label, named.account.encode())


def no_link() -> Unauthenticated:
    """Return the refusal of a token that is none, or not any more."""
    said = "this link is not good, or not any more"
    return Unauthenticated(said, details={"field": "token"})
