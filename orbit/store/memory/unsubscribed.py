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
        for one in self._world.invites.values():
            if one.mail == mail:
                self._world.parcels.pop(one.id, None)

    async def remove(self, mail: bytes) -> None:
        """Have an address be none of them."""
        self._world.unsubscribed.pop(mail, None)
