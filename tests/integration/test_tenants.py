"""What an organisation has is apart from all others, by the database's own rules."""

# ruff: noqa: S608 - of constants

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import pytest

from orbit.core.ports import Organisation, OrgId, OrgRole
from orbit.store.postgres.connect import Address, Lane
from orbit.store.postgres.migrate import migrate_at
from orbit.store.postgres.tenants import ENTER, TABLES, Role, Tenants, Unguarded, prove
from tests.contract.test_organisations import (
    NOW,
    founded,
    invite,
    joined,
    keep,
    mails,
    person,
)
from tests.integration.test_sql import SQL
from tests.kit.postgres import database
from tests.kit.stores import Place, place

LATER = datetime.now(UTC) + timedelta(days=30)
ITS_COLUMN = {"org": "id", "org_member": "org", "org_invite": "org"}
# Boards have no organisation yet: in these `org` is all zeros.
NOBODYS = {"board", "journal", "item", "outbox"}


@pytest.fixture
async def db() -> AsyncIterator[Place]:
    """A database with Orbit's schema."""
    async with place("postgres") as opened:
        yield opened


@pytest.fixture
async def lane(db: Place) -> AsyncIterator[Lane]:
    """Connections to it, as those of a node."""
    opened = Lane(Address(db.dsn, "n", "i"), 2)
    yield opened
    opened.close()


async def two(db: Place) -> tuple[OrgId, OrgId]:
    """Make two organisations that have something of everything."""
    made, store = [], db.node()
    for name in ("Does", "Roes"):
        org = await founded(store, ann := await person(store), name)
        await joined(store, org, ann)
        assert await keep(store, invite(org, ann, "carl"))
        made.append(org.id)
    return made[0], made[1]


async def rows(db: Place) -> list[tuple[object, ...]]:
    """Return all that all organisations have, as a superuser sees it."""
    return [
        tuple(row)
        for table in sorted(TABLES)
        for row in await db.run(f"SELECT * FROM {table} ORDER BY 1, 2")
    ]


async def test_every_table_of_organisations_is_guarded(db: Place) -> None:
    found = await db.run("""
        SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
         WHERE a.attname = 'org' AND c.relkind IN ('r', 'p')
           AND c.relnamespace = current_schema()::regnamespace""")
    assert {row["relname"] for row in found} | {"org"} == TABLES | NOBODYS


def test_only_what_goes_by_its_role_names_them() -> None:
    names = re.compile(rf"\b(FROM|JOIN|INTO|UPDATE) ({'|'.join(TABLES)})\b")
    found = {text.partition(".")[0] for text, sql in SQL.items() if names.search(sql)}
    assert found == {"organisations", "unsubscribed"}


async def test_raw_sql_of_one_sees_and_changes_nothing_of_another(db: Place) -> None:
    ours, theirs = await two(db)
    before, wrong = await rows(db), []
    connection = await asyncpg.connect(db.dsn)
    for table, column in ITS_COLUMN.items():
        for sql in (
            f"SELECT FROM {table} WHERE {column} <> $1",
            f"DELETE FROM {table} WHERE {column} <> $1 RETURNING 1",
            f"UPDATE {table} SET {column} = $1 WHERE {column} <> $1 RETURNING 1",
        ):
            async with connection.transaction():
                await connection.fetch(ENTER, Role.TENANT, ours, "")
                wrong += await connection.fetch(sql, ours)
    given = uuid4(), theirs
    for sql, args in (
        ("INSERT INTO org_member SELECT $2, $1, 'ADMIN', now()", given),
        ("UPDATE org_member SET org = $1", (theirs,)),
        ("UPDATE org SET id = $1", (theirs,)),
        ("SELECT personas FROM account", ()),
        ("SELECT sealed FROM parcel", ()),
        ("SELECT * FROM password", ()),
        ("TRUNCATE org", ()),
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with connection.transaction():
                await connection.fetch(ENTER, Role.TENANT, ours, "")
                await connection.fetch(sql, *args)
    await connection.close()
    assert wrong == []
    assert await rows(db) == before


async def test_what_says_nothing_finds_nothing(db: Place, lane: Lane) -> None:
    ours, _ = await two(db)
    tenants = Tenants(lane)
    for table, column in ITS_COLUMN.items():
        sql = f"SELECT {column}::text FROM {table}"
        assert {row[0] for row in await tenants.of_org(ours, sql)} == {ours}
        assert await tenants.of_org("", sql) == []
        assert await tenants.of_org(str(uuid4()), sql) == []


async def test_an_account_finds_its_own_memberships_alone(
    db: Place, lane: Lane
) -> None:
    await two(db)
    store = db.node()
    org = await founded(store, ann := await person(store))
    bob = await joined(store, org, ann)
    tenants = Tenants(lane)
    of_his = await tenants.of_account(bob, "SELECT account::text FROM org_member")
    assert [row[0] for row in of_his] == [bob]
    assert len(await tenants.of_account(bob, "SELECT FROM org")) == 1
    assert await tenants.of_account(bob, "SELECT FROM org_invite") == []
    promote = "UPDATE org_member SET role = 'ADMIN' RETURNING 1"
    assert await tenants.of_account(bob, promote) == []


async def test_who_sweeps_reads_no_address(db: Place) -> None:
    await two(db)
    connection = await asyncpg.connect(db.dsn)
    for sql in ("SELECT sealed FROM org_invite", "SELECT name FROM org"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with connection.transaction():
                await connection.fetch(ENTER, Role.SWEEPER, "", "")
                await connection.fetch(sql)
    await connection.close()


@pytest.fixture
async def owned() -> AsyncIterator[Place]:
    """A database of a user who is no superuser and may make no roles."""
    async with database(migrated=False) as dsn, place("postgres") as other:
        owner = f"owner_{uuid4().hex}"
        name = urlsplit(dsn).path.lstrip("/")
        for sql in (
            f"CREATE ROLE {owner} LOGIN",
            f'ALTER DATABASE "{name}" OWNER TO {owner}',
            f"GRANT orbit_tenant, orbit_sweeper TO {owner}",
        ):
            await other.run(sql)
        opened = Place(dsn.replace("//orbit@", f"//{owner}@"))
        await migrate_at(opened.dsn)
        yield opened
        await opened.close()
        await other.run(f'ALTER DATABASE "{name}" OWNER TO orbit')
        connection = await asyncpg.connect(dsn)
        await connection.execute(f"DROP OWNED BY {owner}")
        await connection.execute(f"DROP ROLE {owner}")
        await connection.close()


async def test_the_owner_of_the_tables_sees_nothing_but_by_the_roles(
    owned: Place,
) -> None:
    """Every statement works without a superuser's rights, and by its role alone."""
    store = owned.node()
    orgs, ann = store.people.organisations, await person(store)
    org = await founded(store, ann)
    bob = await joined(store, org, ann, OrgRole.MANAGER)
    assert len(await orgs.members(org.id, "", 9)) == len(await orgs.of(bob)) + 1 == 2
    one, late = invite(org, ann, "carl"), invite(org, ann, "dora")
    assert await keep(store, one)
    assert await keep(store, late)
    assert await orgs.invited(org.id, one.token) == one
    await store.people.unsubscribed.add(late.mail, NOW)
    sent = await mails(store)
    assert one.id in sent
    assert late.id not in sent
    for table in TABLES:  # though its user inherits from both roles
        assert await owned.run(f"SELECT FROM {table}") == []
    await orgs.forget(one.mail)
    assert await orgs.invites(org.id) == [late]
    assert await orgs.withdraw(org.id, late.mail)
    assert await orgs.count() == 1
    seen = await orgs.look(org.id, ann, bob)
    assert seen is not None
    assert await orgs.give(seen.org, bob, OrgRole.ADMIN, NOW)
    renamed: Organisation = (await orgs.of(ann))[0].org
    assert await orgs.rename(renamed, "Roes")
    await store.people.accounts.remove(bob)
    assert await orgs.role(org.id, bob) is None
    lane = Lane(Address(owned.dsn, "n", "i"), 1)
    await prove(lane)
    lane.close()
    latest = (await orgs.of(ann))[0].org
    assert await keep(store, invite(latest, ann, "emil"))
    assert await orgs.purge(LATER, 9) == 1
    assert await orgs.remove(latest, NOW)
    assert await orgs.of(ann) == []


@pytest.mark.parametrize(
    ("harm", "remedy", "said"),
    [
        ("ALTER TABLE org NO FORCE ROW LEVEL SECURITY", "", r"\(org\)"),
        ("DROP POLICY tenant ON org_member", "", r"\(org_member\)"),
        ("ALTER TABLE org_invite DISABLE ROW LEVEL SECURITY", "", r"\(org_invite\)"),
        (
            "ALTER ROLE orbit_sweeper BYPASSRLS",
            "ALTER ROLE orbit_sweeper NOBYPASSRLS",
            r"\(orbit_sweeper\)",
        ),
        (
            "ALTER TABLE cut OWNER TO orbit_tenant",
            "ALTER TABLE cut OWNER TO orbit",
            r"\(orbit_tenant\)",
        ),
    ],
)
async def test_a_start_finds_what_is_not_apart(
    db: Place, lane: Lane, harm: str, remedy: str, said: str
) -> None:
    await prove(lane)
    await db.run(harm)
    try:
        with pytest.raises(Unguarded, match=said):
            await prove(lane)
    finally:  # a role is the server's, which other tests use, too
        if remedy:
            await db.run(remedy)


async def test_who_may_not_enter_the_roles_is_told(owned: Place) -> None:
    owner = urlsplit(owned.dsn).username
    revoke = f"REVOKE orbit_sweeper FROM {owner}"
    async with place("postgres") as other:
        await other.run(revoke)
    refused = Lane(Address(owned.dsn, "n", "i"), 1)
    with pytest.raises(Unguarded, match="GRANT them to it"):
        await prove(refused)
    refused.close()
