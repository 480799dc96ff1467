"""Who signs in elsewhere: a token of an identity provider is taken for one of ours.

    its token ──read──> whom it is of ──known──> his account
                               └──new──> the account of an address that it has seen

A session there is a login here, begun once: ended here, it stays so for as long as
one lasts unused.  Whoever has a second factor here shows it here.  Source: ADR-0031.
"""

import secrets
from datetime import timedelta

from orbit.core.errors import Forbidden, Suspended, Unauthenticated
from orbit.core.ids import uuid_of
from orbit.core.ports import Account, Act, Clock, Login, People
from orbit.core.services.accounts import canonical, is_address
from orbit.core.services.identity import ENDED, Keys
from orbit.core.services.logins import SALT_BYTES
from orbit.core.services.provider import Provider, Said
from orbit.core.services.second_factor import SecondFactor
from orbit.core.services.sign_in import SignIn
from orbit.core.services.tokens import Access
from orbit.core.services.trail import Trail

LABEL = b"outside"
ID_BYTES = 16
OLD = timedelta(days=1)
ELSEWHERE = {"by": "identity provider"}


class Outside:
    """Has whoever shows a provider's token be who he is here."""

    def __init__(
        self,
        people: People,
        keys: Keys,
        sign_in: SignIn,
        second_factor: SecondFactor,
        provider: Provider,
        trail: Trail,
        clock: Clock,
        idle: timedelta,
    ) -> None:
        """`idle` is for how long a login lasts that is not used."""
        self._people, self._keys = people, keys
        self._clock, self._idle = clock, idle
        self._sign_in, self._second_factor = sign_in, second_factor
        self._provider, self._trail = provider, trail

    async def admit(self, token: str) -> Access:
        """Return what one of our tokens would say; the account is made if need be.

        Raises:
            Unauthenticated: the token is not valid, or its session was ended here.
            SecondFactorMissing: the account has one; with it one gets tokens of ours.
            Forbidden: he is new, and the provider has seen no address of his.
            Suspended: the account is nobody, until that is ended.
            Unavailable: the provider tells no keys, or the database does not answer.
        """
        said = await self._provider.read(token)
        who = self._seed(said.subject)
        family = uuid_of(self._seed(said.subject, said.session)[:ID_BYTES])
        if found := await self._people.logins.find(family):
            return Access(found[1].id, found[1].version, family)
        account = await self._people.outsiders.find(who) or await self._enter(who, said)
        if account.suspended_at:
            raise Suspended
        await self._second_factor.require(account)
        now = self._clock.now()
        login = Login(family, account.id, _salt(), now - self._age(said), now)
        if not await self._begin(login, account):
            raise Unauthenticated(ENDED, details={"field": "Authorization"})
        record = self._trail.record
        await record(Act.SIGNED_IN, actor=account.id, about=ELSEWHERE, id=family)
        return Access(account.id, account.version, family)

    def _age(self, said: Said) -> timedelta:
        """Return how long ago he has signed in there; one that is not told is old.

        A day at most: older is not less fresh, and what is too old is forgotten.
        """
        if said.at is None:
            return OLD
        age_s = self._clock.now().timestamp() - said.at
        return timedelta(seconds=min(max(age_s, 0.0), OLD.total_seconds()))

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
        mark, now = self._seed("begun", login.family), login.rotated_at
        begin = self._people.outsiders.begin
        return await begin(login, account.version, mark, now, now + self._idle)

    def _seed(self, *parts: str) -> bytes:
        issuer = self._provider.trust.issuer
        return self._keys.seed(LABEL, *(each.encode() for each in (issuer, *parts)))


def _salt() -> bytes:
    return secrets.token_bytes(SALT_BYTES)
