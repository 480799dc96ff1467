"""A password is forgotten: a link by mail lets whoever has the address choose another.

    send ──link──> mail ──its token──> reset ──> a new password; all logins end

It goes to every address alike, so nothing tells which have an account.
Source: guarantees.md, section 5; ADR-0028, ADR-0031.
"""

from datetime import timedelta

from orbit.core.services.accounts import Accounts, canonical
from orbit.core.services.links import Links, Way
from orbit.core.services.passwords import Passwords
from orbit.core.services.wording.catalogue import Mail

LIFE = timedelta(minutes=30)
KEPT = 3  # whoever asks in another's name does not void what that one was sent
RESET = Way("reset", LIFE, Mail.RESET, KEPT)


class Resets:
    """Sends links, and has whoever shows one choose a password."""

    def __init__(self, links: Links, accounts: Accounts, passwords: Passwords) -> None:
        self._links, self._accounts, self._passwords = links, accounts, passwords

    async def send(self, email: str, site: str, language: str = "en") -> None:
        """Mail a link to an address, whoever has it; the last three are good.

        Raises:
            RateLimited: the address was sent too many such links of late.
        """
        await self._links.send(RESET, canonical(email), site, language)

    async def reset(self, token: str, password: str) -> None:
        """Have the account of a token's address have another password; all logins end.

        If there is none, it is made: who shows the token has the address.

        Raises:
            Unauthenticated: it is no token, or not any more.
            Busy: too many sign in at the moment; the token is still good.
        """
        self._links.read(RESET, token)
        kept = await self._passwords.hashed(password)  # who is refused spends no try
        named = await self._links.use(RESET, token)
        account = await self._accounts.enter(named.email, None)
        await self._passwords.choose(account, kept)
