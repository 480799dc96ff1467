"""What an operator asks of the database itself: which boards there are, what happened.

Reads only, page by page.  It must never write, nor wake a board.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from orbit.core.codec import Entry, Shown
from orbit.core.errors import NotFound
from orbit.core.ids import canonical
from orbit.core.ports import Journal
from orbit.core.types import BoardId
from orbit.store.postgres.store import opened

PAGE = 500


@asynccontextmanager
async def journal(dsn: str) -> AsyncIterator[Journal]:
    """Open the journal of a database for reading."""
    async with opened(dsn, "admin") as store:
        yield store.journal


async def cards(journal: Journal) -> AsyncIterator[tuple[BoardId, Mapping[str, Any]]]:
    """Give every board with its card, in the order of the ids."""
    async for board in ids(journal):
        yield board, await card(journal, board)


async def ids(journal: Journal) -> AsyncIterator[BoardId]:
    """Give every board, in the order of the ids."""
    last = ""
    while page := await journal.boards(last, PAGE):
        for board in page:
            yield board
        last = page[-1]


async def card(journal: Journal, board: BoardId) -> Mapping[str, Any]:
    """Return what lists show of a board; empty if it shows nothing to everybody."""
    found = await journal.items(board, "board", frozenset(), limit=1)
    return _data(found[0]) if found else {}


async def history(journal: Journal, board: BoardId) -> AsyncIterator[Entry]:
    """Give what is in a board's journal, oldest first.

    Raises:
        NotFound: there is no such board.
        Gone: retention has removed the beginning.
    """
    last = 0
    while page := await journal.since(board, last, PAGE):
        for entry in page:
            yield entry
        last = page[-1].seq


def board_id(text: str) -> BoardId:
    """Return a board's id as it is stored.

    Raises:
        NotFound: `text` cannot be one.
    """
    found = canonical(text)
    if found is None:
        raise NotFound("no such board")
    return found


async def chosen(journal: Journal, text: str | None) -> AsyncIterator[BoardId]:
    """Give the board that was named, or all."""
    if text is not None:
        yield board_id(text)
        return
    async for board in ids(journal):
        yield board


def _data(item: Shown) -> Any:
    return msgspec.json.decode(item.data or b"{}")
