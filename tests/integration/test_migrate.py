"""Migrations run once, in order, whoever starts them."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from orbit.store.postgres.migrate import FOLDER, SchemaMismatch, migrate_at
from tests.kit.postgres import database


@pytest.fixture
async def dsn() -> AsyncIterator[str]:
    """An empty database."""
    async with database(migrated=False) as made:
        yield made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two migrations."""
    (tmp_path / "0001_one.sql").write_text("CREATE TABLE one (id int);")
    (tmp_path / "0002_two.sql").write_text("ALTER TABLE one ADD COLUMN more int;")
    return tmp_path


async def test_the_schema_is_made_once(dsn: str) -> None:
    files = [file.name for file in sorted(FOLDER.iterdir())]
    assert await migrate_at(dsn) == files
    assert await migrate_at(dsn) == []


async def test_of_many_at_once_one_migrates_and_the_others_wait(
    dsn: str, folder: Path
) -> None:
    async with asyncio.TaskGroup() as jobs:
        runs = [jobs.create_task(migrate_at(dsn, folder)) for _ in range(3)]
    ran = sorted(list(run.result()) for run in runs)
    assert ran == [[], [], ["0001_one.sql", "0002_two.sql"]]


async def test_only_what_is_new_is_run(dsn: str, folder: Path) -> None:
    await migrate_at(dsn, folder)
    (folder / "0003_three.sql").write_text(
        "-- orbit: no-transaction\nCREATE INDEX CONCURRENTLY later ON one (id);"
    )
    assert await migrate_at(dsn, folder) == ["0003_three.sql"]


async def test_a_file_that_fails_leaves_nothing_and_is_run_again(
    dsn: str, folder: Path
) -> None:
    broken = folder / "0003_three.sql"
    broken.write_text("CREATE TABLE three (id int); SELECT 1 / 0;")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate_at(dsn, folder)
    broken.write_text("CREATE TABLE three (id int);")
    assert await migrate_at(dsn, folder) == ["0003_three.sql"]


async def test_a_changed_file_is_refused(dsn: str, folder: Path) -> None:
    await migrate_at(dsn, folder)
    (folder / "0001_one.sql").write_text("CREATE TABLE one (id bigint);")
    with pytest.raises(SchemaMismatch, match=r"0001_one\.sql was changed"):
        await migrate_at(dsn, folder)


async def test_a_newer_database_is_refused(dsn: str, folder: Path) -> None:
    await migrate_at(dsn, folder)
    (folder / "0002_two.sql").unlink()
    with pytest.raises(SchemaMismatch, match="newer than this program"):
        await migrate_at(dsn, folder)
