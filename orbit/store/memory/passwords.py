"""`core.ports.Passwords` in memory."""

from collections.abc import Set
from datetime import datetime, timedelta

from msgspec.structs import replace

from orbit.core.ports import Account
from orbit.store.memory.world import World


class MemoryPasswords:
    """What accounts are entered by, and how much was guessed."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def register(self, account: Account, sealed: bytes) -> str:
        """Make an account with a password, or return which field another one has."""
        name = account.username.lower()
        for other in self._world.accounts.values():
            if other.email == account.email:
                return "email"
            if name and other.username.lower() == name:
                return "username"
        self._world.accounts[account.id] = account
        self._world.passwords[account.id] = sealed
        return ""

    async def of(self, name: str) -> tuple[Account, bytes] | None:
        """Return who has an address or user name, and his password's sealed hash."""
        for each in self._world.accounts.values():
            if name and name in (each.email, each.username.lower()):
                return each, self._world.passwords.get(each.id, b"")
        return None

    async def change(
        self, account: str, before: bytes, after: bytes, now: datetime, but: str
    ) -> Set[str] | None:
        """Replace what is sealed, and end all logins but one; return who ended."""
        if self._world.passwords.get(account) != before:
            return None
        self._world.passwords[account] = after
        return self._world.end_logins(account, but)

    async def choose(self, account: str, sealed: bytes, now: datetime) -> Set[str]:
        """Give an account a password, and end all logins; return those that ended."""
        found = self._world.accounts.get(account)
        if found is None:
            return set()
        shown = replace(found, verified_at=found.verified_at or now)
        self._world.accounts[account] = shown
        self._world.passwords[account] = sealed
        return self._world.end_logins(account)

    async def spend(self, who: bytes, now: datetime, per: timedelta, most: int) -> bool:
        """Count a guess; False, and it is not, if there were too many."""
        paid_at = max(self._world.guesses.get(who, now), now) + per
        if paid_at > now + per * most:
            return False
        self._world.guesses[who] = paid_at
        return True

    async def forgive(self, who: bytes) -> None:
        """Forget what somebody guessed before he knew it."""
        self._world.guesses.pop(who, None)

    async def purge(self, now: datetime, limit: int) -> int:
        """Forget guesses that count no more; return how many."""
        paid = [who for who, at in self._world.guesses.items() if at <= now][:limit]
        for who in paid:
            del self._world.guesses[who]
        return len(paid)
