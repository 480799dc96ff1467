"""`core.ports.Preferences` in memory."""

from collections.abc import Mapping

from msgspec.structs import replace

from orbit.core.ports import Preference
from orbit.store.memory.world import World


class MemoryPreferences:
    """What accounts want."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def of(self, account: str) -> Preference:
        """Return what an account wants."""
        return self._world.preferences.get(account, Preference())

    async def edit(
        self, account: str, told: Mapping[str, bool | int]
    ) -> Preference | None:
        """Change the fields that are told; None: there is no such account."""
        if account not in self._world.accounts:
            return None
        wanted = replace(await self.of(account), **told)
        self._world.preferences[account] = wanted
        return wanted
