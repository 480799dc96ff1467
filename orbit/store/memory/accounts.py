"""`core.ports.Accounts` and `Logins` in memory."""

from collections.abc import Mapping, Sequence, Set
from datetime import datetime

from msgspec.structs import replace

from orbit.core.ports import Account, Login, Role
from orbit.store.memory.world import World


class MemoryAccounts:
    """Who has signed in."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def add(self, account: Account) -> Account:
        """Make an account, unless its address has one; return the one it has."""
        found = await self.of(account.email)
        if found is None:
            self._world.accounts[account.id] = account
        return found or account

    async def find(self, id: str) -> Account | None:
        """Return an account, or None."""
        return self._world.accounts.get(id)

    async def of(self, email: str) -> Account | None:
        """Return the account of an address, or None."""
        accounts = self._world.accounts.values()
        return next((each for each in accounts if each.email == email), None)

    async def names(self, ids: Set[str]) -> Mapping[str, str]:
        """Return what accounts are called, of those that there are."""
        accounts = self._world.accounts
        return {id: accounts[id].name for id in ids & accounts.keys()}

    async def edit(
        self, id: str, name: str | None, about: Mapping[str, str]
    ) -> Account | None:
        """Change the name, unless it is None, and what is told of `About`."""
        found = self._world.accounts.get(id)
        if found is None:
            return None
        kept = found.name if name is None else name
        return self._change(id, name=kept, about=replace(found.about, **about))

    async def hold(self, id: str, before: bytes, after: bytes) -> bool:
        """Replace what is sealed, if it is still `before`; tell whether it was."""
        found = self._world.accounts.get(id)
        if found is None or found.personas != before:
            return False
        return self._change(id, personas=after) is not None

    async def prove(self, id: str, now: datetime) -> Set[str]:
        """Note that the address was shown to be his; return the logins that ended."""
        found = self._world.accounts.get(id)
        if found is None or found.verified_at is not None:
            return set()
        self._change(id, verified_at=now)
        self._world.passwords.pop(id, None)
        return self._world.end_logins(id)

    async def give(self, id: str, role: Role) -> Set[str]:
        """Give an account a role; return the logins that ended."""
        found = self._world.accounts.get(id)
        if found is None or found.role is role:
            return set()
        self._change(id, role=role)
        return self._world.end_logins(id)

    async def settle(
        self, id: str, was: str, email: str, now: datetime, but: str
    ) -> Set[str] | None:
        """Have an address be the account's; return the logins that ended."""
        found, other = self._world.accounts.get(id), await self.of(email)
        if found is None or found.email != was or (other and other.id != id):
            return None
        since = found.verified_at if email == was else None
        self._change(id, email=email, verified_at=since or now)
        return set() if email == was else self._world.end_logins(id, but)

    async def retire(self, id: str) -> None:
        """Note that an account is leaving.  Does nothing if it is unknown."""
        self._change(id, is_leaving=True)

    async def remove(self, id: str) -> None:
        """Forget an account and its logins.  Does nothing if it is unknown."""
        world = self._world
        if id not in world.accounts:
            return
        world.passwords.pop(id, None)
        world.factors.pop(id, None)
        world.trail_names.pop(id, None)
        world.preferences.pop(id, None)
        world.cuts = [each for each in world.cuts if each[1].account != id]
        for one in [key for key, told in world.notices.items() if told.account == id]:
            del world.notices[one]
        world.end_logins(id)
        for device in [key for key in world.devices if key[0] == id]:
            del world.devices[device]
        for org, _ in [key for key in world.org_members if key[1] == id]:
            world.leave_org(org, id)
        del world.accounts[id]
        held = [key for key, ghost in world.ghosts.items() if ghost.account == id]
        for key in held:
            del world.ghosts[key]

    def _change(self, id: str, **changes: object) -> Account | None:
        if id not in self._world.accounts:
            return None
        changed = replace(self._world.accounts[id], **changes)
        self._world.accounts[id] = changed
        return changed


class MemoryLogins:
    """The sign-ins that have not ended."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def begin(self, login: Login, version: int) -> bool:
        """Remember a new login; False if the account's version is not this any more."""
        account = self._world.accounts.get(login.account)
        if account is None or account.version != version or account.suspended_at:
            return False
        self._world.logins[login.family] = login
        return True

    async def find(self, family: str) -> tuple[Login, Account] | None:
        """Return a login and whose it is; None if it has ended, or never was."""
        login = self._world.logins.get(family)
        return (login, self._world.accounts[login.account]) if login else None

    async def rotate(self, family: str, counter: int, now: datetime) -> bool:
        """Count one up from `counter`; False if somebody else has, or it has ended."""
        login = self._world.logins.get(family)
        if login is None or login.counter != counter:
            return False
        after = replace(login, counter=counter + 1, rotated_at=now)
        self._world.logins[family] = after
        return True

    async def recognise(self, login: Login, since: datetime) -> bool:
        """Tell whether the device of a new login was seen since, at its account."""
        if login.family not in self._world.logins:
            return False
        devices, key = self._world.devices, (login.account, login.device)
        is_known = key in devices and devices[key] > since
        devices[key] = login.began_at
        return is_known

    async def end(self, family: str) -> None:
        """Forget a login.  Does nothing if it has ended."""
        self._world.logins.pop(family, None)

    async def disown(self, family: str) -> None:
        """Forget a login, and its device.  Does nothing if it has ended."""
        if login := self._world.logins.pop(family, None):
            self._world.devices.pop((login.account, login.device), None)

    async def of(self, account: str) -> Sequence[Login]:
        """Return the logins of an account, the one that was used last first."""
        his = [one for one in self._world.logins.values() if one.account == account]
        return sorted(his, key=lambda one: one.rotated_at, reverse=True)

    async def end_all(self, account: str, but: str | None = None) -> Set[str]:
        """End all logins of an account but one; return those that ended."""
        return self._world.end_logins(account, but)

    async def ended(self, families: Set[str]) -> Set[str]:
        """Return those that have ended."""
        return families - self._world.logins.keys()

    async def purge(self, began: datetime, rotated: datetime, limit: int) -> int:
        """End logins that began, or were used last, before; return how many."""
        logins = self._world.logins
        over = [
            family
            for family, login in logins.items()
            if login.began_at < began or login.rotated_at < rotated
        ][:limit]
        for family in over:
            del logins[family]
        return len(over)

    async def purge_devices(self, before: datetime, limit: int) -> int:
        """Forget devices that were seen last before; return how many."""
        devices = self._world.devices
        over = [key for key, seen_at in devices.items() if seen_at < before][:limit]
        for key in over:
            del devices[key]
        return len(over)
