"""`core.ports.Console` on Postgres."""

from collections.abc import Sequence, Set
from datetime import datetime
from typing import Any

from orbit.core.ports import (
    MOST_COUNTED,
    Cut,
    Day,
    Figures,
    Person,
    PersonFilter,
    Role,
)
from orbit.store.postgres.connect import Lane

_COLUMNS = """
       a.id::text, a.email, a.verified_at IS NOT NULL AS email_verified, a.username,
       a.name, coalesce(a.about ->> 'organization', '') AS organization, a.role,
       EXISTS (SELECT FROM factor f WHERE f.account = a.id
                  AND f.confirmed_at IS NOT NULL) AS second_factor,
       (SELECT count(*) FROM login WHERE account = a.id) AS sessions, a.created_at,
       (SELECT max(rotated_at) FROM login WHERE account = a.id) AS last_seen_at,
       a.suspended_at"""
_WANTED = """
  FROM account a
 WHERE ($1 = '' OR position(lower($1) IN lower(concat_ws(' ', a.email, a.username,
          a.name, a.about ->> 'organization'))) > 0)
   AND ($2::text IS NULL OR a.role = $2)
   AND ($3::bool IS NULL OR (a.suspended_at IS NOT NULL) = $3)"""
COUNT = f"""
SELECT count(*) FROM (SELECT {_WANTED} LIMIT {MOST_COUNTED}) AS found"""  # noqa: S608
PEOPLE = f"""
SELECT {_COLUMNS} {_WANTED} ORDER BY a.created_at DESC, a.id OFFSET $4 LIMIT $5"""
PERSON = f"SELECT {_COLUMNS} FROM account a WHERE a.id = $1"  # noqa: S608 - of constants
GOVERN = "SELECT cut::text, ended::text[] FROM govern_account($1, $2, $3, $4, $5)"
FIGURES = """
SELECT count_of('account') AS accounts,
       (SELECT count(*) FROM account WHERE created_at >= $1) AS new_accounts,
       (SELECT count(*) FROM account WHERE suspended_at IS NOT NULL) AS suspended,
       (SELECT count(*) FROM account WHERE role = 'dev') AS staff,
       count_of('login') AS sessions,
       count_of('ghost') AS ghosts,
       count_of('board') AS boards,
       (SELECT count(*) FROM board WHERE created_at >= $1) AS new_boards,
       (SELECT count(*) FROM trail
         WHERE at >= $1 AND act = 'sign-in') AS sign_ins,
       (SELECT count(*) FROM trail
         WHERE at >= $1 AND act = 'sign-in-refused') AS sign_ins_refused"""

DAYS = """
SELECT (at AT TIME ZONE 'UTC')::date AS day,
       count(*) FILTER (WHERE what = 'account') AS accounts,
       count(*) FILTER (WHERE what = 'sign-in') AS sign_ins,
       count(*) FILTER (WHERE what = 'sign-in-refused') AS sign_ins_refused,
       count(*) FILTER (WHERE what = 'board') AS boards
  FROM (SELECT created_at AS at, 'account' AS what FROM account
        UNION ALL SELECT created_at, 'board' FROM board
        UNION ALL SELECT at, act FROM trail
                   WHERE act IN ('sign-in', 'sign-in-refused')) AS came
 WHERE at >= $1
 GROUP BY day ORDER BY day"""


class PostgresConsole:
    """All accounts, for those who look after them."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane

    async def people(
        self, only: PersonFilter, skip: int, limit: int
    ) -> tuple[Sequence[Person], int]:
        """Return accounts, the newest first, and how many, counted to 10,000."""
        given = only.words, only.role, only.is_suspended
        rows = await self._lane.fetch(PEOPLE, *given, skip, limit)
        count = await self._lane.fetchrow(COUNT, *given)
        return [_person(row) for row in rows], count[0]

    async def person(self, id: str) -> Person | None:
        """Return an account, or None."""
        row = await self._lane.fetchrow(PERSON, id)
        return _person(row) if row else None

    async def govern(
        self,
        id: str,
        by: str,
        role: Role | None,
        is_suspended: bool | None,
        now: datetime,
    ) -> tuple[Cut, Set[str]] | None:
        """Give an account a role, suspend it or end that; None: `by` may not."""
        row = await self._lane.fetchrow(GOVERN, id, by, role, is_suspended, now)
        return (Cut(row["cut"], id), set(row["ended"])) if row else None

    async def figures(self, since: datetime) -> Figures:
        """Return how much there is."""
        return Figures(**dict(await self._lane.fetchrow(FIGURES, since)))

    async def days(self, since: datetime) -> Sequence[Day]:
        """Return what came since a moment, by day, the oldest first."""
        return [Day(**dict(row)) for row in await self._lane.fetch(DAYS, since)]


def _person(row: Any) -> Person:
    fields = dict(row)
    return Person(**{**fields, "role": Role(fields["role"])})
