"""`core.ports.Unsubscribed` in memory."""

from datetime import datetime

from orbit.store.memory.world import World


class MemoryUnsubscribed:
    """Addresses that get no mails but those they ask for."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def add(self, mail: bytes, now: datetime) -> None:
        """Have an address be one of them, and its invites that wait not be sent."""
        self._world.unsubscribed.setdefault(mail, now)
        world = self._world
        mails = {one.id for one in world.invites.values() if one.mail == mail}
        mails |= {one.id for one in world.org_invites.values() if one.mail == mail}
        for id in mails:
            world.parcels.pop(id, None)

    async def remove(self, mail: bytes) -> None:
        """Have an address be none of them."""
        self._world.unsubscribed.pop(mail, None)

    async def has(self, mail: bytes) -> bool:
        """Tell whether an address is one of them."""
        return mail in self._world.unsubscribed
