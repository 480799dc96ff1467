"""Who signs in elsewhere: a token of an identity provider is taken for one of ours.

    its token ──read──> whom it is of ──known──> his account
                               └──new──> the account of an address that it has seen

A session there is a login here, begun once: ended here, it stays so until it is a week
old.  Whoever has a second factor here shows it here.  Source: ADR-0031.
"""

import secrets

from orbit.core.errors import Forbidden, Unauthenticated
from orbit.core.ids import uuid_of
from orbit.core.ports import Account, Clock, Login, People
from orbit.core.services.accounts import canonical, is_address
from orbit.core.services.identity import ENDED, Keys
from orbit.core.services.logins import IDLE_LIFE, SALT_BYTES
from orbit.core.services.provider import Provider, Said
from orbit.core.services.second_factor import SecondFactor
from orbit.core.services.sign_in import SignIn
from orbit.core.services.tokens import Access

LABEL = b"outside"
ID_BYTES = 16


class Outside:
    """Has whoever shows a provider's token be who he is here."""

    def __init__(
        self,
        people: People,
        keys: Keys,
        sign_in: SignIn,
        second_factor: SecondFactor,
        provider: Provider,
        clock: Clock,
    ) -> None:
        self._people, self._keys, self._clock = people, keys, clock
        self._sign_in, self._second_factor = sign_in, second_factor
        self._provider = provider

    async def admit(self, token: str) -> Access:
        """Return what one of our tokens would say; the account is made if need be.

        Raises:
            Unauthenticated: the token is not valid, or its session was ended here.
            SecondFactorMissing: the account has one; with it one gets tokens of ours.
            Forbidden: he is new, and the provider has seen no address of his.
            Unavailable: the provider tells no keys, or the database does not answer.
        """
        said = await self._provider.read(token)
        who = self._seed(said.subject)
        family = uuid_of(self._seed(said.subject, said.session)[:ID_BYTES])
        if found := await self._people.logins.find(family):
            return Access(found[1].id, found[1].version, family)
        account = await self._people.outsiders.find(who) or await self._enter(who, said)
        await self._second_factor.require(account)
        now = self._clock.now()
        if not await self._begin(Login(family, account.id, _salt(), now, now), account):
            raise Unauthenticated(ENDED, details={"field": "Authorization"})
        return Access(account.id, account.version, family)

    async def _enter(self, who: bytes, said: Said) -> Account:
        """Return the account of the address that the provider has seen, from now on."""
        if not is_address(said.email):
            raise Forbidden(
                "the identity provider has to put `email`, an address, and "
                "`email_verified: true` into its tokens",
                details={"field": "Authorization"},
            )
        account = await self._sign_in.enter(canonical(said.email), None)
        await self._people.outsiders.link(who, account.id)
        return await self._people.outsiders.find(who) or account

    async def _begin(self, login: Login, account: Account) -> bool:
        mark, now = self._seed("begun", login.family), login.began_at
        begin = self._people.outsiders.begin
        return await begin(login, account.version, mark, now, now + IDLE_LIFE)

    def _seed(self, *parts: str) -> bytes:
        issuer = self._provider.trust.issuer
        return self._keys.seed(LABEL, *(each.encode() for each in (issuer, *parts)))


def _salt() -> bytes:
    return secrets.token_bytes(SALT_BYTES)
