"""The sample board: filled by several people, and alive for as long as they stay."""

import asyncio
import re

import pytest

import orbit.client
from orbit import demo
from orbit.client import Refused
from tests.harness.server import served


@pytest.mark.timeout(120)
async def test_people_fill_a_board_and_live_on_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(demo, "PACE_S", 0.05)
    async with served() as server:
        said: list[str] = []
        lives = asyncio.get_running_loop().create_task(
            demo._run(server.url, False, 3.0, said.append)
        )
        async with asyncio.timeout(30):
            while len(said) < 2:  # noqa: ASYNC110 - it only speaks
                await asyncio.sleep(0.02)
        link = said[0].split()[-1]
        assert link.startswith(f"{server.url}/b/")
        assert "#admin=" in said[1]
        async with orbit.client.connect(server.url) as visitor:
            board = await visitor.join(re.sub(".*/b/", "", link))
            assert len(board.items["note"]) == len(demo.NOTES)
            names = {note["author"] for note in board.items["note"].values()}
            assert {None, "Ann", "Eve"} <= names
            events = set()
            async for change in board.changes():
                assert isinstance(change, orbit.client.Changed)
                events.add(change.event)
                if {"note_moved", "upvote_cast"} <= events:
                    break
        await lives
        assert server.errors() == []


def test_a_node_that_is_not_there_is_told() -> None:
    with pytest.raises(Refused, match="offline"):
        asyncio.run(demo._run("http://127.0.0.1:1", True, 1.0, print))
