"""`core.ports.Outsiders` in memory."""

from datetime import datetime

from orbit.core.ports import Account, Login
from orbit.store.memory.world import World


class MemoryOutsiders:
    """Which account somebody of a provider has here."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def find(self, who: bytes) -> Account | None:
        """Return the account of a keyed hash of provider and subject, or None."""
        return self._world.accounts.get(self._world.outsiders.get(who, ""))

    async def link(self, who: bytes, account: str) -> None:
        """Tie somebody to an account, unless he is tied to one, or it is unknown."""
        if account in self._world.accounts and await self.find(who) is None:
            self._world.outsiders[who] = account

    async def begin(
        self, login: Login, version: int, mark: bytes, now: datetime, until: datetime
    ) -> bool:
        """Remember a login, unless `mark` was made before and that is not over."""
        account = self._world.accounts.get(login.account)
        if self._world.guesses.get(mark, now) <= now:
            self._world.guesses[mark] = until
            if account is not None and account.version == version:
                self._world.logins[login.family] = login
        return login.family in self._world.logins
