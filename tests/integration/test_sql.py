"""Every SQL text fits the migrated schema, and the schema suits what it is used for."""

import importlib
import pkgutil
import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

import orbit.store.postgres
from orbit.core.ports import Outcome
from orbit.store.postgres.connect import Address
from tests.kit.stores import AT, Place, entry, new_board, place, put, turn

_SQL = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH|CREATE|ALTER)\b")
HOT = {"seq", "epoch", "token", "owner", "heir", "heir_until", "min_proto", "floor"}


@pytest.fixture
async def db() -> AsyncIterator[Place]:
    """A database with Orbit's schema."""
    async with place("postgres") as opened:
        yield opened


def texts() -> Iterator[tuple[str, str]]:
    """Every SQL text that a module of the package holds."""
    package = orbit.store.postgres
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        for name, value in vars(importlib.import_module(found.name)).items():
            if isinstance(value, str) and _SQL.match(value):
                yield f"{found.name.rpartition('.')[2]}.{name}", value


SQL = dict(texts())


async def test_every_text_prepares(db: Place) -> None:
    assert {"batch.APPEND", "journal.CLAIM", "node.BEAT", "ghosts.FIND"} <= SQL.keys()
    connection = await Address(db.dsn, "n", "i").connect()
    wrong = {}
    for name, sql in SQL.items():
        try:
            await connection.prepare(sql)
        except asyncpg.PostgresError as error:
            wrong[name] = str(error)
    await connection.close()
    assert wrong == {}


async def test_no_index_holds_a_column_that_appends_change(db: Place) -> None:
    indexed = await db.run("""
        SELECT a.attname, i.indpred IS NOT NULL AS is_partial
          FROM pg_index i
          JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
         WHERE i.indrelid = 'board'::regclass""")
    columns = {(row["attname"], row["is_partial"]) for row in indexed}
    assert ("wake_at", True) in columns
    assert not HOT & {name for name, _ in columns}


async def test_appends_update_boards_and_items_in_place(db: Place) -> None:
    store = db.node()
    claim = await store.journal.claim(await new_board(store))
    for seq in range(1, 31):
        turns = [turn(claim, entry(seq, put("card", seq=seq)), wake_at=AT)]
        assert await store.journal.append(turns) == [Outcome.DONE]
    # a backend tells its numbers when it goes
    await store.close()
    counts: list[Any] = []
    while not counts or not all(row["updates"] >= 29 for row in counts):
        counts = list(
            await db.run("""
                SELECT relname, n_tup_upd AS updates, n_tup_hot_upd AS hot
                  FROM pg_stat_user_tables WHERE relname IN ('board', 'item')""")
        )
    for row in counts:
        # the claim and the first deadline are the two that an index may see
        assert row["hot"] >= row["updates"] - 2, row


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("statement_timeout", "5s"),
        ("idle_in_transaction_session_timeout", "2s"),
        ("client_connection_check_interval", "2s"),
        ("TimeZone", "UTC"),
        ("application_name", "orbit/n1/inc"),
    ],
)
async def test_a_connection_cannot_hang(db: Place, setting: str, value: str) -> None:
    connection = await Address(db.dsn, "n1", "inc").connect()
    assert await connection.fetchval(f"SHOW {setting}") == value
    await connection.close()


async def test_a_claim_waits_a_quarter_of_a_second_for_a_lock(db: Place) -> None:
    rows = await db.run("SELECT proconfig FROM pg_proc WHERE proname = 'claim'")
    assert rows[0]["proconfig"] == ["lock_timeout=250ms"]


NOTICED = """
WITH person AS (
  INSERT INTO account (id, email, personas, created_at)
  SELECT gen_random_uuid(), 'x' || n || '@example.org', '', now()
    FROM generate_series(1, 300) AS n
  RETURNING id, email)
, wish AS (
  INSERT INTO preference (account, told)
  SELECT id, '{"keep_read_days": 7}' FROM person WHERE email LIKE 'x1_@%'
  RETURNING account)
INSERT INTO notice (id, account, kind, sealed, at, read_at)
SELECT gen_random_uuid(), id, 'x', '', at, at
  FROM person, generate_series(now() - INTERVAL '601 hours', now(), '6 hours') AS at"""


async def test_what_is_purged_of_notices_is_found_by_indexes(db: Place) -> None:
    await db.run(NOTICED)
    await db.run("ANALYZE")
    now = datetime.now(UTC)
    given = now, now - timedelta(days=90), 1_000, 30
    plan = [row[0] for row in await db.run(f"EXPLAIN {SQL['notices.PURGE']}", *given)]
    assert not [line for line in plan if "Seq Scan on notice" in line], plan
    assert len(await db.run(SQL["notices.PURGE"], *given)) == 10 * 73
