"""A real Postgres for the tests: one server a process, one fresh database a test.

The server is started by the first test that asks, dies with the process even by
kill -9, and trades durability for speed.  Each database is cloned from a template that
was migrated once: about 40 ms.
"""

import atexit
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from itertools import count
from pathlib import Path

import asyncpg

from orbit.store.embedded import EmbeddedPostgres

FORGETFUL = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "max_connections": "120",
}
TEMPLATE = "migrated"

_numbers = count(1)
_templates: set[str] = set()


@cache
def server() -> EmbeddedPostgres:
    """Return this process's server, running.  Call it in the main thread."""
    # not tmp_path: as root, its parents are closed to the server's account
    home = Path(tempfile.mkdtemp(prefix="orbit-test-", dir="/tmp"))
    home.chmod(0o755)
    started = EmbeddedPostgres(home / "pg", settings=FORGETFUL, die_with_parent=True)
    started.start()
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    atexit.register(started.stop)
    return started


@asynccontextmanager
async def database(*, migrated: bool = True) -> AsyncIterator[str]:
    """Give the DSN of a database of one's own, gone afterwards with its sessions.

    It has Orbit's schema, or nothing if not `migrated`.
    """
    name = f"test_{next(_numbers)}"
    template = await _template() if migrated else "template0"
    await _run(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
    try:
        yield server().dsn(name)
    finally:
        await _run(f'DROP DATABASE "{name}" WITH (FORCE)')


async def _template() -> str:
    """Make the migrated template, the first time."""
    if TEMPLATE not in _templates:
        # not at the top: a database without schema is to be had without migrations
        from orbit.store.postgres.migrate import migrate  # noqa: PLC0415

        await _run(f'DROP DATABASE IF EXISTS "{TEMPLATE}"')  # half made by a failure
        await _run(f'CREATE DATABASE "{TEMPLATE}" TEMPLATE template0')
        connection = await asyncpg.connect(server().dsn(TEMPLATE))
        try:
            await migrate(connection)
        finally:
            await connection.close()
        _templates.add(TEMPLATE)
    return TEMPLATE


async def _run(statement: str) -> None:
    connection = await asyncpg.connect(server().dsn())
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
