"""Ghosts, boards and notes for a measurement, made as any client would make them."""

import asyncio
import itertools
import json
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from bench.servers import Server

AT_ONCE = 32
GHOSTS: dict[Path, list[str]] = {}  # by Orbit's folder: they outlive a start


@dataclass
class Scene:
    """What the load generator's templates are filled with, line by line."""

    ghosts: Sequence[str]  # the subscribers', then the publishers'
    boards: Sequence[str]
    notes: Sequence[str] = ()  # one of each publisher
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="scene")))

    def arguments(self) -> list[str]:
        """Write the files, and return the options that name them."""
        options = []
        for name in ("ghosts", "boards", "notes"):
            if lines := getattr(self, name):
                path = self.folder / name
                path.write_text("\n".join(lines) + "\n")
                options += [f"--{name}-file", str(path)]
        return options


def scene(
    server: Server, data: Path, *, subscribers: int, boards: int = 1, authors: int = 1
) -> Scene:
    """Make fresh boards, and a note by each author, who take the boards in turns.

    Each subscriber and author is another ghost.
    """
    return asyncio.run(_scene(server, data, subscribers, boards, authors))


async def _scene(
    server: Server, data: Path, subscribers: int, boards: int, authors: int
) -> Scene:
    async with _client(server) as client:
        ghosts = GHOSTS.setdefault(data, [])
        want = subscribers + authors - len(ghosts)
        ghosts += await _all([_ghost(client) for _ in range(want)])
        theirs = ghosts[: subscribers + authors]
        made = await _all([_board(client, theirs[-1]) for _ in range(boards)])
        writing = zip(theirs[subscribers:], itertools.cycle(made), strict=False)
        notes = await _all([_note(client, ghost, board) for ghost, board in writing])
        return Scene(theirs, made, notes)


async def _all(jobs: Sequence[Any]) -> list[Any]:
    room = asyncio.Semaphore(AT_ONCE)

    async def one(job: Any) -> Any:
        async with room:
            return await job

    return list(await asyncio.gather(*(one(job) for job in jobs)))


@asynccontextmanager
async def _client(server: Server) -> AsyncIterator[aiohttp.ClientSession]:
    connector = aiohttp.TCPConnector(limit=AT_ONCE)
    async with aiohttp.ClientSession(server.base, connector=connector) as client:
        yield client


async def _post(client: aiohttp.ClientSession, path: str, **more: Any) -> Any:
    async with client.post(path, **more) as answer:
        answer.raise_for_status()
        return await answer.json()


async def _ghost(client: aiohttp.ClientSession) -> str:
    answer = await _post(client, "/api/v1/identity/ghost/")
    return str(answer["ghost"])


async def _board(client: aiohttp.ClientSession, ghost: str) -> str:
    headers = {"X-Ghost-ID": ghost}
    answer = await _post(
        client, "/api/v1/boards/", json={"title": "Bench"}, headers=headers
    )
    return str(answer["board"]["id"])


async def _note(client: aiohttp.ClientSession, ghost: str, board: str) -> str:
    async with client.ws_connect("/ws") as socket:
        await socket.send_json({"type": "hello", "ghost": ghost})
        await socket.send_json({"type": "join", "ref": 0, "board": board})
        told = {"type": "tell", "ref": 1, "board": board, "op": "note", "attempt": 1}
        await _hear(socket, "joined")
        await socket.send_json({**told, "do": "add_note", "with": {"content": "-"}})
        return str((await _hear(socket, "reply"))["result"]["id"])


async def _hear(socket: aiohttp.ClientWebSocketResponse, type_: str) -> Any:
    """Return the next frame of a type."""
    while True:
        text = await socket.receive_str(timeout=10)
        for line in text.split("\n"):
            frame = json.loads(line)
            if frame["type"] == type_:
                return frame
            if frame["type"] == "error":
                raise RuntimeError(line)
