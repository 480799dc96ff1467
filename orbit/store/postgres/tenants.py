"""The only way to what organisations have: in a role that sees one of them.

A statement runs in a transaction of its own, as a role that owns nothing and cannot
bypass the policies of `TABLES`; when it ends, so does the role.  One that does not say
what it is about finds nothing.  Source: guarantees.md, section 5; ADR-0032.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from orbit.store.postgres.connect import Lane
from orbit.store.postgres.errors import DatabaseFailed
from orbit.store.postgres.migrate import SchemaMismatch

TABLES = frozenset({"org", "org_member", "org_invite"})
ENTER = """
SELECT set_config('orbit.org', $2, true), set_config('orbit.account', $3, true),
       set_config('role', $1, true)"""
# Each table whose rows a role might see that it should not, and each role that could.
UNGUARDED = """
SELECT relname FROM pg_class
 WHERE oid IN (SELECT to_regclass(name) FROM unnest($1::text[]) AS name)
   AND NOT (relrowsecurity AND relforcerowsecurity AND EXISTS (
         SELECT FROM pg_policy WHERE polrelid = pg_class.oid AND polname = 'tenant'))
UNION ALL
SELECT rolname FROM pg_roles r
 WHERE rolname = ANY ($2)
   AND (rolsuper OR rolbypassrls
        OR EXISTS (SELECT FROM pg_class WHERE relowner = r.oid))
 ORDER BY 1"""
NOTHING = "SELECT"


class Role(StrEnum):
    """Who a statement is run as."""

    TENANT = "orbit_tenant"
    SWEEPER = "orbit_sweeper"


class Unguarded(SchemaMismatch):
    """Organisations are not apart in this database.  Only a person can help."""


class Tenants:
    """Runs statements about one organisation, one account, or old invites of all."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane

    async def of_org(self, org: str, sql: str, *args: object) -> Sequence[Any]:
        """Run a statement that sees what one organisation has; return its rows."""
        return await self._run(Role.TENANT, org, "", sql, args)

    async def of_account(self, account: str, sql: str, *args: object) -> Sequence[Any]:
        """Run a statement that sees in which organisations an account is."""
        return await self._run(Role.TENANT, "", account, sql, args)

    async def of_all(self, sql: str, *args: object) -> Sequence[Any]:
        """Run a statement that sees and removes invites of all organisations."""
        return await self._run(Role.SWEEPER, "", "", sql, args)

    async def _run(
        self, role: Role, org: str, account: str, sql: str, args: Sequence[object]
    ) -> Sequence[Any]:
        async with self._lane.connection() as connection, connection.transaction():
            await connection.fetch(ENTER, role, org, account)
            rows: Sequence[Any] = await connection.fetch(sql, *args)
            return rows


async def prove(lane: Lane) -> None:
    """See to it that nobody sees what an organisation has, but by this way.

    Raises:
        Unguarded: row-level security is off or not forced, a role can bypass it, or we
            may not enter one.
    """
    rows = await lane.fetch(UNGUARDED, sorted(TABLES), list(Role))
    if names := ", ".join(row[0] for row in rows):
        raise Unguarded(
            f"organisations are not apart in this database ({names}): their tables need"
            " their policies, forced, and their roles may neither bypass them nor own a"
            " table"
        )
    try:
        await Tenants(lane).of_org("", NOTHING)
        await Tenants(lane).of_all(NOTHING)
    except DatabaseFailed as error:
        raise Unguarded(
            f"the user of this database needs the roles {Role.TENANT} and"
            f" {Role.SWEEPER}: make them before a restore, then GRANT them to it"
        ) from error
