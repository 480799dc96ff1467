"""`core.ports.Passwords` on Postgres."""

from collections.abc import Set
from datetime import datetime, timedelta

from orbit.core.ports import Account
from orbit.store.postgres.accounts import account_of, columns
from orbit.store.postgres.connect import Lane

REGISTER = """
WITH made AS (
  INSERT INTO account
         (id, email, personas, created_at, name, username, verified_at, about)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
      ON CONFLICT DO NOTHING RETURNING id, created_at)
INSERT INTO password (account, sealed, changed_at)
SELECT id, $9, created_at FROM made RETURNING account"""
HAS_ADDRESS = "SELECT FROM account WHERE email = $1"
OF = """
SELECT p.sealed, a.id::text, a.email, a.personas, a.created_at, a.name, a.version,
       a.leaving, a.username, a.verified_at, a.role, a.about, a.suspended_at
  FROM account a LEFT JOIN password p ON p.account = a.id
 WHERE a.email = $1 OR (lower(a.username) = $1 AND a.username <> '')
 ORDER BY a.email = $1 DESC LIMIT 1"""
CHANGE = "SELECT change_password($1, $2, $3, $4, $5)::text[]"
CHOOSE = "SELECT choose_password($1, $2, $3)::text"
# A crash may forget the guesses of its last half second, or that they were forgiven:
# that is cheaper than to have boards wait, as often as somebody signs in, for the disk.
SPEND = """
INSERT INTO guess AS g (who, paid_at)
SELECT $1, $2::timestamptz + $3::interval
  FROM (SELECT set_config('synchronous_commit', 'off', true)) AS at_ease
    ON CONFLICT (who) DO UPDATE SET paid_at = greatest(g.paid_at, $2) + $3
 WHERE greatest(g.paid_at, $2) + $3 <= $2 + $3 * $4::int
RETURNING who"""
FORGIVE = """
DELETE FROM guess
 USING (SELECT set_config('synchronous_commit', 'off', true)) AS at_ease
 WHERE who = $1"""
PURGE = """
DELETE FROM guess WHERE who IN (SELECT who FROM guess WHERE paid_at <= $1 LIMIT $2)
RETURNING who"""


class PostgresPasswords:
    """What accounts are entered by, and how much was guessed."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane

    async def register(self, account: Account, sealed: bytes) -> str:
        """Make an account with a password, or return which field another one has."""
        if await self._lane.fetchrow(REGISTER, *columns(account), sealed):
            return ""
        has_address = await self._lane.fetchrow(HAS_ADDRESS, account.email)
        return "username" if has_address is None else "email"

    async def of(self, name: str) -> tuple[Account, bytes] | None:
        """Return who has an address or user name, and his password's sealed hash."""
        row = await self._lane.fetchrow(OF, name)
        if row is None:
            return None
        sealed, *values = row.values()
        return account_of(values), sealed or b""

    async def change(
        self, account: str, before: bytes, after: bytes, now: datetime, but: str
    ) -> Set[str] | None:
        """Replace what is sealed, and end all logins but one; return who ended."""
        row = await self._lane.fetchrow(CHANGE, account, before, after, now, but)
        return None if row[0] is None else set(row[0])

    async def choose(self, account: str, sealed: bytes, now: datetime) -> Set[str]:
        """Give an account a password, and end all logins; return those that ended."""
        return {row[0] for row in await self._lane.fetch(CHOOSE, account, sealed, now)}

    async def spend(self, who: bytes, now: datetime, per: timedelta, most: int) -> bool:
        """Count a guess; False, and it is not, if there were too many."""
        return await self._lane.fetchrow(SPEND, who, now, per, most) is not None

    async def forgive(self, who: bytes) -> None:
        """Forget what somebody guessed before he knew it."""
        await self._lane.fetch(FORGIVE, who)

    async def purge(self, now: datetime, limit: int) -> int:
        """Forget guesses that count no more; return how many."""
        return len(await self._lane.fetch(PURGE, now, limit))
