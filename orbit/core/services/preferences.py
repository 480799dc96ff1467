"""What somebody wants to be told, and to have done for him: each has its effect.

Mails that nobody asked for are an address's to stop, whether or not it has an account:
the link in each does it, too.  What is about security is told to everybody.
Source: ADR-0030.
"""

from collections.abc import Mapping

from msgspec import Struct

from orbit.core.errors import Forbidden
from orbit.core.ports import Account, Clock, People, Preference
from orbit.core.services.accounts import Accounts
from orbit.core.services.identity import Caller, Keys


class Wanted(Struct, frozen=True):
    """What an account wants, and whether its address gets mails unasked."""

    preference: Preference
    mails: bool


class Preferences:
    """Reads and changes what people want."""

    def __init__(
        self, people: People, keys: Keys, accounts: Accounts, clock: Clock
    ) -> None:
        self._store, self._unsubscribed = people.preferences, people.unsubscribed
        self._keys, self._accounts, self._clock = keys, accounts, clock

    async def of(self, caller: Caller) -> Wanted:
        """Return what a caller wants.

        Raises:
            Unauthenticated: he has not signed in.
        """
        account = await self._accounts.profile(caller)
        return await self._wanted(account, await self._store.of(account.id))

    async def edit(
        self,
        caller: Caller,
        told: Mapping[str, bool | int],
        mails: bool | None = None,
    ) -> Wanted:
        """Change fields of `Preference`, and whether mails come that nobody asked for.

        Raises:
            Unauthenticated: he has not signed in.
            Forbidden: the address, whose mails it is about, was not shown to be his.
        """
        account = await self._accounts.profile(caller)
        if mails is not None:
            await self._have_mailed(account, mails=mails)
        kept = await self._store.edit(account.id, told) if told else None
        return await self._wanted(account, kept or await self._store.of(account.id))

    async def claims_boards(self, caller: Caller) -> bool:
        """Tell whether what a caller makes is to be his at once."""
        if not caller.login:
            return False
        return (await self._store.of(caller.account)).claim_boards

    async def _have_mailed(self, account: Account, *, mails: bool) -> None:
        if account.verified_at is None:
            said = "show first that the address of your account is yours"
            raise Forbidden(said, details={"field": "invitation_mails"})
        mail = self._keys.address(account.email)
        if mails:
            await self._unsubscribed.remove(mail)
        else:
            await self._unsubscribed.add(mail, self._clock.now())

    async def _wanted(self, account: Account, preference: Preference) -> Wanted:
        mail = self._keys.address(account.email)
        return Wanted(preference, not await self._unsubscribed.has(mail))
