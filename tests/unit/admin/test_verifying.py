"""`orbit journal verify` on a real database: what is damaged is told, with exit 1."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from orbit import cli
from orbit.admin import boards
from orbit.core.ports import Journal
from orbit.core.types import BoardId
from tests.kit.app import App, running


@pytest.fixture
async def lived() -> AsyncIterator[tuple[App, BoardId]]:
    """A board in Postgres, of more events than a page, with a snapshot."""
    async with running("postgres") as app:
        ghost, made = await app.ghost(), await app.board()
        board = BoardId(made["board"]["id"])
        for n in range(3):
            await ghost.post(f"/boards/{board}/notes/", {"content": f"note {n}"})
        await app.core.boards.directory.evict(board)
        await ghost.post(f"/boards/{board}/notes/", {"content": "last"})
        yield app, board


async def verify(app: App, *words: str) -> int:
    """Return the exit code of the command, which has a loop of its own."""
    given = ["journal", "verify", *words, "--database-url", app.place.dsn]
    with pytest.raises(SystemExit) as ended:
        await asyncio.to_thread(cli.main, given)
    return int(str(ended.value.code))


async def test_sound_boards_are_counted(
    lived: tuple[App, BoardId], capsys: pytest.CaptureFixture[str]
) -> None:
    app, board = lived
    await app.board()
    assert await verify(app) == 0
    agreed = "journal, snapshot and index agree\n"
    assert capsys.readouterr().out == f"2 boards, 6 events: {agreed}"
    assert await verify(app, board.upper()) == 0
    assert capsys.readouterr().out == f"1 boards, 5 events: {agreed}"


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("DELETE FROM journal WHERE seq = 3", "gap\t4\tafter seq 2 comes 4"),
        ("DELETE FROM journal WHERE seq = 5", "short\t4\t"),
        ("UPDATE board SET seq = 4", "ahead\t4\t"),
        ("UPDATE journal SET type = 'x' WHERE seq = 2", "unreadable\t2\tx cannot"),
        ("UPDATE snapshot SET state = '{}'", "snapshot\t4\t"),
        ("UPDATE item SET data = '{}' WHERE type = 'board'", "index\t\tboard board"),
    ],
)
async def test_a_damage_is_told_with_exit_1(
    lived: tuple[App, BoardId],
    capsys: pytest.CaptureFixture[str],
    damage: str,
    said: str,
) -> None:
    app, board = lived
    await app.place.run(damage)
    assert await verify(app) == 1
    line, verdict = capsys.readouterr().out.splitlines()
    assert line.startswith(f"{board}\t{said}")
    assert verdict.endswith(" 1 findings")


async def test_a_board_that_is_purged_meanwhile_is_passed_over(
    lived: tuple[App, BoardId],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app, board = lived

    async def ids(_journal: Journal) -> AsyncIterator[BoardId]:
        yield BoardId("6b5e5a5c-1111-4222-8333-444455556666")
        yield board

    monkeypatch.setattr(boards, "ids", ids)
    assert await verify(app) == 0
    assert capsys.readouterr().out.startswith("1 boards, 5 events: ")


async def test_a_board_that_is_none_is_told(
    lived: tuple[App, BoardId], capsys: pytest.CaptureFixture[str]
) -> None:
    app, _ = lived
    assert await verify(app, "nonsense") == 69
    assert "no such board" in capsys.readouterr().err
