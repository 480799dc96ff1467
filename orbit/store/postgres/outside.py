"""`core.ports.Outsiders` on Postgres."""

from datetime import datetime

from orbit.core.ports import Account, Login
from orbit.store.postgres.accounts import account_of
from orbit.store.postgres.connect import Lane

FIND = """
SELECT a.id::text, a.email, a.personas, a.created_at, a.name, a.version, a.leaving,
       a.username, a.verified_at, a.role, a.about, a.suspended_at
  FROM outsider o JOIN account a ON a.id = o.account WHERE o.who = $1"""
LINK = """
INSERT INTO outsider (who, account) SELECT $1, id FROM account WHERE id = $2
    ON CONFLICT DO NOTHING"""
BEGIN = "SELECT begin_once($1, $2, $3, $4, $5, $6, $7, $8)"


class PostgresOutsiders:
    """Which account somebody of a provider has here."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane

    async def find(self, who: bytes) -> Account | None:
        """Return the account of a keyed hash of provider and subject, or None."""
        row = await self._lane.fetchrow(FIND, who)
        return row and account_of(list(row.values()))

    async def link(self, who: bytes, account: str) -> None:
        """Tie somebody to an account, unless he is tied to one, or it is unknown."""
        await self._lane.fetch(LINK, who, account)

    async def begin(
        self, login: Login, version: int, mark: bytes, now: datetime, until: datetime
    ) -> bool:
        """Remember a login, unless `mark` was made before and that is not over."""
        told = (login.family, login.account, login.salt, version)
        began = login.began_at
        row = await self._lane.fetchrow(BEGIN, *told, mark, now, until, began)
        return bool(row[0])
