"""Brings a database up to date: numbered SQL files, each applied once.

A file that was applied may never change.  Many nodes may start at once: one migrates,
the others wait for it.  It must never know what the files hold.
"""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from orbit.store.postgres.connect import dial
from orbit.store.postgres.dsn import servers

FOLDER = Path(__file__).parent / "migrations"
CONNECT_S = 10.0  # to each server
_LOCK = 0x6F72626974  # "orbit"
_WITHOUT_TRANSACTION = "-- orbit: no-transaction"

_TRY_LOCK = "SELECT pg_try_advisory_lock($1)"
_UNLOCK = "SELECT pg_advisory_unlock($1)"
_TABLE = """
CREATE TABLE IF NOT EXISTS schema_migrations (
  version int PRIMARY KEY,
  name text NOT NULL,
  sha256 bytea NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now()
)"""
_APPLIED = "SELECT version, sha256 FROM schema_migrations"
_RECORD = "INSERT INTO schema_migrations (version, name, sha256) VALUES ($1, $2, $3)"


class SchemaMismatch(Exception):
    """The database and this program do not belong together.  Only a person can help."""


async def migrate(connection: Any, folder: Path = FOLDER) -> Sequence[str]:
    """Apply what has not been applied, in order, and return the names of the files.

    Waits for another program that is migrating, for as long as it takes.

    Raises:
        SchemaMismatch: an applied file was changed, or the database is newer than
            this program.
    """
    # Polled: a blocking wait holds a snapshot, and CREATE INDEX CONCURRENTLY waits
    # for that one in turn.
    while not await connection.fetchval(_TRY_LOCK, _LOCK):  # noqa: ASYNC110 - see above
        await asyncio.sleep(0.1)
    try:
        await connection.execute(_TABLE)
        return await _apply(connection, _files(folder))
    finally:
        await connection.fetchval(_UNLOCK, _LOCK)


async def _apply(connection: Any, files: Mapping[int, Path]) -> Sequence[str]:
    rows = await connection.fetch(_APPLIED)
    applied = {row["version"]: row["sha256"] for row in rows}
    if newer := sorted(applied.keys() - files.keys()):
        raise SchemaMismatch(f"the database is newer than this program: {newer}")
    ran = []
    for version, file in sorted(files.items()):
        sql = file.read_bytes()
        digest = hashlib.sha256(sql).digest()
        if version not in applied:
            await _run(connection, sql.decode(), version, file.stem, digest)
            ran.append(file.name)
        elif applied[version] != digest:
            raise SchemaMismatch(f"{file.name} was changed after it was applied")
    return ran


async def _run(
    connection: Any, sql: str, version: int, name: str, digest: bytes
) -> None:
    if sql.startswith(_WITHOUT_TRANSACTION):
        await connection.execute(sql)
        await connection.execute(_RECORD, version, name, digest)
        return
    async with connection.transaction():
        await connection.execute(sql)
        await connection.execute(_RECORD, version, name, digest)


def _files(folder: Path) -> Mapping[int, Path]:
    files = sorted(folder.glob("[0-9]*_*.sql"))
    return {int(file.name.partition("_")[0]): file for file in files}


async def migrate_at(dsn: str, folder: Path = FOLDER) -> Sequence[str]:
    """Connect, `migrate` and close."""
    connection = await dial([*servers(dsn)], within_s=CONNECT_S)
    try:
        return await migrate(connection, folder)
    finally:
        await connection.close()
