"""`orbit audit verify` on a real database: who tampers with the trail is told."""

import asyncio
import re
from collections.abc import AsyncIterator

import asyncpg
import pytest

from orbit import cli
from orbit.core.ports import Act
from orbit.core.services.trail import Trail
from orbit.store.clock import SystemClock
from tests.kit.stores import Place, place

CHANGED = "it is not what was written after the row before it"


@pytest.fixture
async def db() -> AsyncIterator[Place]:
    """A database with a trail of six rows."""
    async with place("postgres") as opened:
        trail = Trail(opened.node().people.trail, SystemClock())
        for n in range(6):
            await trail.record(Act.SIGNED_IN, ip="192.0.2.7", about={"n": str(n)})
        await trail.flush()  # on a slow machine the last may not have been waited for
        yield opened


async def verify(db: Place, *words: str) -> int:
    """Return the exit code of the command, which has a loop of its own."""
    given = ["audit", "verify", *words, "--database-url", db.dsn]
    with pytest.raises(SystemExit) as ended:
        await asyncio.to_thread(cli.main, given)
    return int(str(ended.value.code))


async def tamper(db: Place, sql: str) -> None:
    """Do as a superuser what the database refuses to others."""
    await db.run("ALTER TABLE trail DISABLE TRIGGER kept")
    await db.run(sql)
    await db.run("ALTER TABLE trail ENABLE TRIGGER kept")


async def test_a_trail_that_holds_says_what_to_note(
    db: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await verify(db) == 0
    said = capsys.readouterr().out
    assert said.startswith("6 rows from 1: each follows from the one before it\n")
    (mark,) = re.findall(r"(6:[0-9a-f]{64})$", said.strip())
    assert await verify(db, "--noted", mark) == 0
    assert await verify(db, "--noted", "6:00") == 1
    assert "row 6\tit is not the row that was noted" in capsys.readouterr().out
    assert await verify(db, "--noted", "six") == 2


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE trail SET ip = '' WHERE seq = 3",
        "DELETE FROM trail WHERE seq = 3",
        "TRUNCATE trail",
    ],
)
async def test_no_row_is_changed_or_removed_by_mistake(db: Place, sql: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="only ever appended"):
        await db.run(sql)
    assert await verify(db) == 0


@pytest.mark.parametrize(
    ("sql", "first"),
    [
        ("UPDATE trail SET act = 'sign-out' WHERE seq = 3", f"row 3\t{CHANGED}"),
        (
            "UPDATE trail SET at = at - interval '1 s' WHERE seq = 3",
            f"row 3\t{CHANGED}",
        ),
        ("UPDATE trail SET actor = id WHERE seq = 3", f"row 3\t{CHANGED}"),
        ("UPDATE trail SET ip = '' WHERE seq = 3", f"row 3\t{CHANGED}"),
        ("""UPDATE trail SET about = '{"n":"x"}' WHERE seq = 3""", f"row 3\t{CHANGED}"),
        ("DELETE FROM trail WHERE seq = 3", "row 3\trows are missing before 4"),
        ("DELETE FROM trail WHERE seq > 4", "row 5\trows are missing up to 6"),
        ("DELETE FROM trail WHERE seq < 3", "row 1\trows are missing before 3"),
        (
            """UPDATE trail SET seq = 17 - seq WHERE seq IN (3, 4);
               UPDATE trail SET seq = seq - 10 WHERE seq > 9""",
            f"row 3\t{CHANGED}",
        ),
    ],
)
async def test_who_tampers_is_told_with_exit_1(
    db: Place, capsys: pytest.CaptureFixture[str], sql: str, first: str
) -> None:
    for statement in sql.split(";"):
        await tamper(db, statement)
    assert await verify(db) == 1
    assert capsys.readouterr().out.startswith(f"{first}\n")
