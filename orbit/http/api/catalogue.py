"""Lists of boards: the public ones, and the caller's own.

A list never tells more than its boards would: private boards are in nobody's list but
their maker's.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal

import msgspec
from msgspec import Struct

from orbit.core.errors import Invalid
from orbit.core.ids import canonical
from orbit.core.ports import Card
from orbit.core.types import BoardId
from orbit.http.api.boards import Listing
from orbit.http.calls import Call
from orbit.http.routing import Routes

MAX_OWN = 100
OWN = frozenset({"made", "owned"})
_PLACE = re.compile(r"recent\.(\d{1,17})\.([0-9a-f-]{36})|popular\.(\d{1,6})")

routes = Routes("boards")


class Glance(Struct, frozen=True):
    """A board in a list."""

    id: str
    kind: str
    title: str
    is_public: bool
    created_at: datetime
    expires_at: datetime | None = None  # null: claimed, kept for good
    notes: int = 0
    upvotes: int = 0


class Glances(Struct, frozen=True):
    """Boards; `next` is the `cursor` of the next page, or null."""

    results: Sequence[Glance]
    next: str | None


class Discovering(Listing):
    sort: Literal["recent", "popular"] = "recent"


@routes.op("GET", "/boards/discover/")
async def discover_boards(call: Call, query: Discovering) -> Glances:
    """List public boards, the newest first, or of those the most upvoted first.

    `search` keeps those whose title holds all its words. `cursor` is what the page
    before gave as `next`; pages of the newest are stable while boards are made.
    """
    place = _place(query)
    catalogue, limit = call.node.catalogue, query.limit
    if query.sort == "popular":
        skip = place if isinstance(place, int) else 0
        cards = await catalogue.popular(search=query.search, skip=skip, limit=limit)
        after = f"popular.{skip + limit}"
    else:
        before = None if isinstance(place, int) else place
        cards = await catalogue.newest(search=query.search, before=before, limit=limit)
        after = _after(cards[-1]) if cards else ""
    is_full = len(cards) == limit
    return Glances([glance(card) for card in cards], after if is_full else None)


@routes.op("GET", "/boards/mine/")
async def list_own_boards(call: Call) -> Glances:
    """List the boards that I made or have claimed, the newest first."""
    catalogue = call.node.catalogue
    noted = list(reversed(await call.node.belongings.boards(call.box)))
    authors = await call.authors(noted[:MAX_OWN])
    own = (await catalogue.own(authors, OWN)).keys()
    cards = await catalogue.cards(set(own))
    mine = [glance(cards[board]) for board in authors if board in cards]
    return Glances(mine, None)


def glance(card: Card) -> Glance:
    """Return a board as lists show it."""
    data = msgspec.json.decode(card.data)
    return msgspec.convert({**data, "id": card.board, "kind": card.kind}, Glance)


def _after(card: Card) -> str:
    moment = round(card.made_at.timestamp() * 1e6)
    return f"recent.{moment}.{card.board}"


def _place(query: Discovering) -> tuple[datetime, BoardId] | int | None:
    """Return where a page begins; raise `Invalid` for a cursor of something else."""
    if not query.cursor:
        return None
    found = _PLACE.fullmatch(query.cursor)
    if found is None or not query.cursor.startswith(query.sort):
        raise Invalid("not the `next` of such a list", details={"field": "cursor"})
    moment, id, skip = found.groups()
    if skip:
        return int(skip)
    board = canonical(id)
    if board is None:
        raise Invalid("not the `next` of such a list", details={"field": "cursor"})
    return datetime.fromtimestamp(int(moment) / 1e6, UTC), board
