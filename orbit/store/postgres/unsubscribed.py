"""`core.ports.Unsubscribed` on Postgres."""

from datetime import datetime

from orbit.store.postgres.connect import Lane
from orbit.store.postgres.tenants import Tenants

ADD = "SELECT unsubscribe($1, $2)"
HUSH = """
DELETE FROM parcel WHERE id IN (SELECT id FROM org_invite WHERE mail = $1)"""
REMOVE = "DELETE FROM unsubscribed WHERE mail = $1"
HAS = "SELECT FROM unsubscribed WHERE mail = $1"


class PostgresUnsubscribed:
    """Addresses that get no mails but those they ask for."""

    def __init__(self, lane: Lane) -> None:
        self._lane, self._tenants = lane, Tenants(lane)

    async def add(self, mail: bytes, now: datetime) -> None:
        """Have an address be one of them, and its invites that wait not be sent."""
        await self._lane.fetch(ADD, mail, now)
        await self._tenants.of_all(HUSH, mail)

    async def remove(self, mail: bytes) -> None:
        """Have an address be none of them."""
        await self._lane.fetch(REMOVE, mail)

    async def has(self, mail: bytes) -> bool:
        """Tell whether an address is one of them."""
        return bool(await self._lane.fetch(HAS, mail))
