"""`core.ports.Factors` on Postgres."""

from collections.abc import Sequence
from datetime import datetime

from orbit.core.ports import Factor
from orbit.store.postgres.connect import Lane

ENROL = """
INSERT INTO factor AS f (account, sealed) SELECT id, $2 FROM account WHERE id = $1
    ON CONFLICT (account) DO UPDATE SET sealed = $2 WHERE f.confirmed_at IS NULL
RETURNING account"""
FIND = """
SELECT account::text, sealed, confirmed_at, step, recovery FROM factor
 WHERE account = $1"""
CONFIRM = """
UPDATE factor SET step = $3, recovery = $4, confirmed_at = $5
 WHERE account = $1 AND sealed = $2 AND confirmed_at IS NULL RETURNING account"""
SPEND = """
UPDATE factor SET step = $2 WHERE account = $1 AND step < $2 RETURNING account"""
RECOVER = """
UPDATE factor SET recovery = array_remove(recovery, $2)
 WHERE account = $1 AND $2 = ANY (recovery) RETURNING account"""
RENEW = "UPDATE factor SET recovery = $2 WHERE account = $1"
REMOVE = "DELETE FROM factor WHERE account = $1"


class PostgresFactors:
    """The second factors that there are: one an account, at most."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane

    async def enrol(self, account: str, sealed: bytes) -> bool:
        """Keep a secret that is yet to be confirmed, in place of another such."""
        return await self._lane.fetchrow(ENROL, account, sealed) is not None

    async def find(self, account: str) -> Factor | None:
        """Return an account's factor, confirmed or not, or None."""
        row = await self._lane.fetchrow(FIND, account)
        return row and Factor(*row.values())

    async def confirm(
        self,
        account: str,
        sealed: bytes,
        step: int,
        recovery: Sequence[bytes],
        now: datetime,
    ) -> bool:
        """Have an account have a factor; its code of `step` was shown."""
        told = (account, sealed, step, recovery, now)
        return await self._lane.fetchrow(CONFIRM, *told) is not None

    async def spend(self, account: str, step: int) -> bool:
        """Note that a code was shown; False if it, or a later one, was before."""
        return await self._lane.fetchrow(SPEND, account, step) is not None

    async def recover(self, account: str, code: bytes) -> bool:
        """Use up a recovery code, by its hash; False if it is none that is left."""
        return await self._lane.fetchrow(RECOVER, account, code) is not None

    async def renew(self, account: str, recovery: Sequence[bytes]) -> None:
        """Replace all recovery codes.  Does nothing if there is no factor."""
        await self._lane.fetch(RENEW, account, recovery)

    async def remove(self, account: str) -> None:
        """Forget an account's factor.  Does nothing if it has none."""
        await self._lane.fetch(REMOVE, account)
