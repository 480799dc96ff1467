"""`core.ports.Preferences` on Postgres."""

from collections.abc import Mapping

import msgspec

from orbit.core.ports import Preference
from orbit.store.postgres.connect import Lane

OF = "SELECT told FROM preference WHERE account = $1"
EDIT = """
INSERT INTO preference (account, told) SELECT id, $2 FROM account WHERE id = $1
    ON CONFLICT (account) DO UPDATE SET told = preference.told || excluded.told
RETURNING told"""
_read = msgspec.json.Decoder(Preference).decode


class PostgresPreferences:
    """What accounts want."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane

    async def of(self, account: str) -> Preference:
        """Return what an account wants."""
        row = await self._lane.fetchrow(OF, account)
        return _read(row[0]) if row else Preference()

    async def edit(
        self, account: str, told: Mapping[str, bool | int]
    ) -> Preference | None:
        """Change the fields that are told; None: there is no such account."""
        row = await self._lane.fetchrow(EDIT, account, msgspec.json.encode(told))
        return _read(row[0]) if row else None
