"""`core.ports.Catalogue` in memory."""

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from datetime import datetime
from typing import Any

from msgspec import json
from msgspec.structs import replace

from orbit.core.codec import Shown
from orbit.core.ports import RECENT, Card
from orbit.core.types import EVERYONE, BoardId, Key
from orbit.store.memory.world import Row, World


class MemoryCatalogue:
    """What is to be found across the boards of a world."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def newest(
        self,
        *,
        search: str = "",
        before: tuple[datetime, BoardId] | None = None,
        limit: int = 100,
    ) -> Sequence[Card]:
        """Return public boards, the newest first."""
        cards = self._public(search)
        if before:
            cards = [card for card in cards if (card.made_at, card.board) < before]
        return cards[:limit]

    async def popular(
        self, *, search: str = "", skip: int = 0, limit: int = 100
    ) -> Sequence[Card]:
        """Return public boards, those with the most upvotes first."""
        cards = self._public(search)[:RECENT]
        cards.sort(key=lambda card: -int(_data(card).get("upvotes", 0)))
        return cards[skip:][:limit]

    async def cards(self, boards: Set[BoardId]) -> Mapping[BoardId, Card]:
        """Return the cards of those boards that have one."""
        rows = self._world.boards
        found = {board: _card(rows[board]) for board in boards & rows.keys()}
        return {board: card for board, card in found.items() if card}

    async def own(
        self, authors: Mapping[BoardId, str], types: Set[str]
    ) -> Mapping[BoardId, Mapping[str, int]]:
        """Count the items that are for an author alone, board by board."""
        rows = self._world.boards
        counts = {
            board: Counter(
                item.type
                for item in rows[board].items.values()
                if item.type in types and item.audience == {author}
            )
            for board, author in authors.items()
            if board in rows
        }
        return {board: count for board, count in counts.items() if count}

    async def among(self, authors: Mapping[BoardId, str], type: str) -> Set[BoardId]:
        """Return the boards with an item of a type for an author, among others."""
        rows = self._world.boards
        return {
            board
            for board, author in authors.items()
            if board in rows
            and any(
                item.type == type and author in item.audience
                for item in rows[board].items.values()
            )
        }

    async def theirs(
        self, board: BoardId, author: str, after: Key, limit: int
    ) -> Sequence[Shown]:
        """Return a board's items that are for an author, and not for everyone."""
        row = self._world.boards.get(board)
        items = sorted(row.items.items()) if row else []
        return [
            replace(item, audience=frozenset({author}))
            for key, item in items
            if key > after and item.audience != EVERYONE and author in item.audience
        ][:limit]

    def _public(self, search: str) -> list[Card]:
        cards = [card for row in self._world.boards.values() if (card := _card(row))]
        words = search.lower().split()
        found = [card for card in cards if _is_found(_data(card), words)]
        return sorted(found, key=lambda card: (card.made_at, card.board), reverse=True)


def _card(row: Row) -> Card | None:
    item = row.items.get(("board", "board"))
    if item is None or item.data is None or item.audience != EVERYONE:
        return None
    return Card(row.board.id, row.board.kind, row.made_at, item.data)


def _data(card: Card) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.decode(card.data)
    return found


def _is_found(data: Mapping[str, Any], words: Sequence[str]) -> bool:
    title = str(data.get("title", "")).lower()
    return data.get("is_public") is True and all(word in title for word in words)
