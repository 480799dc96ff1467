"""The tests' own Postgres keeps tests apart."""

import asyncpg
import pytest

from tests.kit.postgres import database


async def test_each_database_is_a_world_of_its_own() -> None:
    async with database(migrated=False) as one, database(migrated=False) as two:
        first, second = await asyncpg.connect(one), await asyncpg.connect(two)
        await first.execute("CREATE TABLE mine ()")
        with pytest.raises(asyncpg.UndefinedTableError):
            await second.execute("SELECT * FROM mine")
        await first.close()
        await second.close()


async def test_a_forgotten_session_does_not_keep_a_database() -> None:
    async with database(migrated=False) as dsn:
        forgotten = await asyncpg.connect(dsn)
    with pytest.raises(asyncpg.PostgresError):
        await asyncpg.connect(dsn)
    forgotten.terminate()
