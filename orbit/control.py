"""What an operator has done: to a running node, or to what is past its time.

A node is spoken to by the socket file in its data folder (`http/inside.py`).  It must
never decide who may: whoever can open the file is the operator.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid1

import aiohttp
from msgspec import Struct

from orbit.admin.boards import board_id
from orbit.core.errors import Unavailable
from orbit.core.kind import wire_name
from orbit.core.kinds import KINDS
from orbit.core.ports import Ghosts, Journal
from orbit.core.services.identity import LIFETIME
from orbit.database import running
from orbit.http.inside import socket_path
from orbit.settings import Settings
from orbit.store.clock import SystemClock
from orbit.store.postgres.store import PostgresStore

KEPT = timedelta(days=7)  # for so long a board outlives its end
BATCH = 20  # boards in one statement: each may hold thousands of rows
GHOSTS = 1_000
ANSWER_S = 10.0


class Purged(Struct, frozen=True):
    """How much was removed."""

    boards: int
    ghosts: int


def evict(settings: Settings, id: str) -> bool:
    """Let each node that runs here forget a board; tell whether it was awake.

    Raises:
        NotFound: `id` cannot be a board's.
        Unavailable: no node runs on this data folder.
    """
    answers = asyncio.run(_call(settings.data, "POST", f"/evict/{board_id(id)}"))
    return any(answer["was_live"] for answer in answers)


def status(settings: Settings) -> Sequence[Mapping[str, Any]]:
    """Return what each node here says of itself; raise `Unavailable` if none runs."""
    return asyncio.run(_call(settings.data, "GET", "/status"))


async def _call(data: Path, method: str, path: str) -> Sequence[Mapping[str, Any]]:
    """Ask the node of a data folder, and its workers."""
    answers = []
    for folder in _folders(data):
        with suppress(Unavailable):
            answers.append(await _call_one(folder, method, path))
    if not answers:
        raise Unavailable(f"no node answers on {data}")
    return answers


def _folders(data: Path) -> Sequence[Path]:
    return [data, *sorted(data.glob("worker-*"))]


async def _call_one(data: Path, method: str, path: str) -> Mapping[str, Any]:
    connector = aiohttp.UnixConnector(str(socket_path(data)))
    limit = aiohttp.ClientTimeout(total=ANSWER_S)
    try:
        async with (
            aiohttp.ClientSession(connector=connector, timeout=limit) as http,
            http.request(method, f"http://node{path}", raise_for_status=True) as answer,
        ):
            found: Mapping[str, Any] = await answer.json()
            return found
    except (aiohttp.ClientConnectorError, TimeoutError):
        raise Unavailable(f"no node answers on {data}") from None


def purge(settings: Settings) -> Purged:
    """Remove boards that ended 7 days ago, and ghosts whose time is over.

    Their lists go with them, up to a day later.  May be told again, and while nodes
    run.
    """
    with running(settings) as dsn:
        return asyncio.run(_purge_at(dsn))


async def _purge_at(dsn: str) -> Purged:
    clock = SystemClock()
    store = PostgresStore(dsn, inc=str(uuid1()), name="purge", clock=clock)
    try:
        return await sweep(store.journal, store.ghosts, clock.now())
    finally:
        await store.close()


async def sweep(journal: Journal, ghosts: Ghosts, now: datetime) -> Purged:
    """Remove what is past its time at `now`, in batches."""
    ends = {
        (kind.name, wire_name(event)) for kind in KINDS.values() for event in kind.ends
    }
    boards = minted = 0
    while removed := await journal.purge(ends, now - KEPT, BATCH):
        boards += removed
    while removed := await ghosts.purge(now, GHOSTS):
        minted += removed
    while await ghosts.purge_boxes(now - LIFETIME, GHOSTS):
        pass  # whose ghosts, none younger than its box, have expired
    return Purged(boards, minted)
