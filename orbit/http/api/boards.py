"""Boards of every kind over REST; each write becomes a command.

Protocol: docs/reference/protocol.md, REST.  An idempotency key of somebody who shows no
ghost is not used when a board is made: whoever sent the same key would be given the
admin token.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence, Set
from datetime import datetime
from hashlib import blake2b
from typing import Annotated, Any

import msgspec
from aiohttp import hdrs, web
from msgspec import Meta, Raw, Struct
from pydantic import AfterValidator, BaseModel, Field

from orbit.core.actors.history import put_by, retold_among
from orbit.core.actors.subscribers import Joined
from orbit.core.actors.watching import Position
from orbit.core.errors import Forbidden, Invalid, Unavailable
from orbit.core.ids import board_id
from orbit.core.kind import Command, Role
from orbit.core.kinds.feedback.asked import OpenBoard, RevokeLink
from orbit.core.ports import NewBoard
from orbit.core.services.identity import link_digest
from orbit.core.services.past import heard
from orbit.core.types import BoardId, Principal, sight
from orbit.http.calls import Call
from orbit.http.reading import Clean
from orbit.http.routing import (
    ANY_COMMAND,
    EVENT_STREAM,
    Done,
    Routes,
    has_it,
    json_response,
    tell,
)
from orbit.http.sse import STREAMS

MAX_PAGE = 100
MAX_EVENTS = 1_000  # a page of a journal: replay reads all of it
MAX_WORDS, MAX_WORD = 8, 64  # of a search: each may have to be looked for in megabytes
MAX_SEQ = 2**53
SALT_BYTES = 16
SEED_BYTES = 32

routes = Routes("boards")


class BoardIn(BaseModel):
    """A board to be made."""

    title: Annotated[str, Field(min_length=1, max_length=255), Clean]
    is_public: bool = True
    strict: Annotated[int, Field(ge=0, le=50)] = 0
    kind: Annotated[str, Field(max_length=64)] = "feedback"


class Card(Struct, frozen=True):
    """What is known of a board at a glance."""

    id: str
    kind: str
    title: str
    is_public: bool
    created_at: datetime


class Made(Struct, frozen=True):
    """A board that was made.  The admin token is shown this once."""

    board: Card
    admin_token: str
    share_url: str
    admin_url: str
    seq: int


class Link(Struct, frozen=True):
    """A new admin link.  The token is shown this once."""

    admin_token: str
    admin_url: str
    seq: int


class Item(Struct, frozen=True):
    type: str
    id: str
    data: Raw


class View(Struct, frozen=True):
    """A board as the caller sees it."""

    board: dict[str, Any]
    log_id: str
    seq: int
    role: Sequence[str]
    may: Sequence[str]
    here: int
    items: Sequence[Item]


class Found(Struct, frozen=True):
    id: str
    data: Raw


class Page(Struct, frozen=True):
    """Items by id; `next` is the `cursor` of the next page, or null."""

    results: Sequence[Found]
    next: str | None


class Journaled(Struct, frozen=True):
    """What happened, filtered for the caller.

    If `head` is not the seq of the last change, there is more after that.
    """

    log_id: str
    changes: Sequence[Raw]
    head: int


Do = Annotated[str, Meta(min_length=1, max_length=64)]


class Doing(Struct, frozen=True):
    """Any command of the board's kind."""

    do: Do
    body: Raw = msgspec.field(name="with", default_factory=lambda: Raw(b"{}"))
    op: Annotated[str, Meta(min_length=1, max_length=64)] | None = None


class Reading(BaseModel):
    """A read that must not be older than what the caller has."""

    min_seq: Annotated[int, Field(ge=0, le=MAX_SEQ)] = 0
    log_id: Annotated[str, Field(max_length=64)] = ""


def _few_words(search: str) -> str:
    """Refuse what is dear to look for."""
    words = search.split()
    if len(words) > MAX_WORDS or any(len(word) > MAX_WORD for word in words):
        raise ValueError(f"at most {MAX_WORDS} words of {MAX_WORD} characters")
    return search


class Listing(BaseModel):
    cursor: Annotated[str, Field(max_length=256), Clean] = ""
    limit: Annotated[
        int, Field(ge=1), AfterValidator(lambda limit: min(limit, MAX_PAGE))
    ] = MAX_PAGE
    search: Annotated[str, Field(max_length=255), Clean, AfterValidator(_few_words)] = (
        ""
    )


class Watching(BaseModel):
    """What the caller has, as in a `join`: the rest is sent, or else the whole."""

    log: Annotated[str, Field(max_length=64), Clean] = ""
    since: Annotated[int, Field(ge=0, le=MAX_SEQ)] | None = None


class After(BaseModel):
    since: Annotated[int, Field(ge=0, le=MAX_SEQ)] = 0
    limit: Annotated[
        int, Field(ge=1), AfterValidator(lambda limit: min(limit, MAX_EVENTS))
    ] = MAX_PAGE


# How a kind's board is opened: a line a kind.
OPENERS: Mapping[str, Callable[[BoardIn, str], Command]] = {
    "feedback": lambda board, link: OpenBoard(
        board.title, board.is_public, link, board.strict
    )
}


@routes.op("POST", "/boards/", status=201, errors=(409,))
async def create_board(call: Call, body: BoardIn) -> Made:
    """Make a board.

    `strict` is how many people nobody is to be told apart from, at least 3: what they
    write waits up to 30 s, and none is told who or how many are here; 0 has it off.

    The admin token is shown this once. With a ghost and an `Idempotency-Key`, the same
    key gives the same board and token; a guest's key is not used here.
    """
    opener = OPENERS.get(body.kind)
    if opener is None:
        raise Invalid("there is no such kind of board", details={"field": "kind"})
    seed, told = _seed(call), call.told()
    board = board_id(seed)
    keys, node = call.node.identity.keys, call.node
    token = keys.link(board, seed)
    salt = secrets.token_bytes(SALT_BYTES)
    await node.journal.create(NewBoard(board, body.kind, salt))
    who = await node.identity.principal(call.caller, board)
    done = await node.router.ask(
        board,
        who,
        told.op,
        "open_board",
        command=opener(body, link_digest(token)),
        attempt=told.attempt,
    )
    call.note(board)
    admin = await node.identity.principal(call.caller, board, token)
    if await node.preferences.claims_boards(call.caller):
        op = call.told("claim").op
        done = await node.router.ask(board, admin, op, "claim_board")
    shown = card(await node.router.look(board, admin))
    made = msgspec.convert(
        {**shown, "title": body.title, "is_public": body.is_public}, Card
    )
    return Made(made, token, f"/b/{board}", f"/b/{board}#admin={token}", done.seq)


def _seed(call: Call) -> bytes:
    """Return what a board's id and token are made from; nobody else can make it."""
    if call.key is None or not call.caller.id:
        return secrets.token_bytes(SEED_BYTES)
    keys = call.node.identity.keys
    return keys.seed(b"new board", call.caller.ghost_key, call.key.encode())


@routes.op("GET", "/boards/{board}/", answer=View)
async def get_board(call: Call, board: str, query: Reading) -> web.Response:
    """Get a board with its items, as the caller sees it.

    `ETag` is `"<log_id>-<seq>"`; `min_seq` asks for a state no older than that: 503
    where it is still to come, 422 where nothing has it. For the same caller, whatever
    changes rights or items moves the seq; where strict anonymity forbids that it has
    a third part, of what the caller sees. How many are `here` is no part of it.
    """
    id, who = await call.on(board)
    seen = await call.node.router.look(id, who, at=call.at)
    _not_behind(seen, query, decides=call.node.router.decides(id))
    headers: dict[str, str] = {
        hdrs.ETAG: f'"{seen.log_id}-{seen.seq}{_mark(seen)}"',
        hdrs.CACHE_CONTROL: "private, no-cache",
        hdrs.VARY: "Authorization, Cookie, X-Ghost-ID, X-Admin-Token",
    }
    if has_it(call.request, headers[hdrs.ETAG]):
        return web.Response(status=304, headers=headers)
    items = _items(seen)
    view = View(
        board=card(seen),
        log_id=seen.log_id,
        seq=seen.seq,
        role=seen.roles,
        may=seen.may,
        here=seen.here,
        items=[Item(type, id, data) for type, id, data in items],
    )
    return json_response(view, headers=headers)


def _mark(seen: Joined) -> str:
    """Return what tells two views apart that have the same seq, by what is in them."""
    if not seen.is_hushed:
        return ""
    told = f"{seen.roles} ".encode() + (seen.items or b"")
    return f"-{blake2b(told, digest_size=8).hexdigest()}"


def _not_behind(seen: Joined, query: Reading, *, decides: bool) -> None:
    """Refuse to go back in time; a seq of another log says nothing."""
    if query.min_seq <= seen.seq or query.log_id not in {"", seen.log_id}:
        return
    if decides:
        raise Invalid("nothing has that seq so far", details={"field": "min_seq"})
    raise Unavailable("this node has not seen that yet", after=1.0)


_decode_items = msgspec.json.Decoder(list[tuple[str, str, Raw]]).decode


def _items(seen: Joined) -> list[tuple[str, str, Raw]]:
    return _decode_items(seen.items or b"[]")


def card(seen: Joined) -> dict[str, Any]:
    """Return the board's card: the item of type `board`."""
    cards = (data for type, _, data in _items(seen) if type == "board")
    found = next(cards, Raw(b"{}"))
    return {"id": seen.board, "kind": seen.kind, **msgspec.json.decode(found)}


routes.command("PATCH", "/boards/{board}/", "edit_board", summary="Edit a board")
routes.command("DELETE", "/boards/{board}/", "delete_board", summary="Delete a board")
routes.command("POST", "/boards/{board}/claim/", "claim_board", summary="Claim a board")


@routes.op("POST", "/boards/{board}/revoke-link/")
async def revoke_link(call: Call, board: str) -> Link:
    """Make a new admin link; the old one dies at once.

    The same `Idempotency-Key` and the old token, or account, give the same again.
    """
    id, who = await call.on(board)
    shown = call.link or who.id
    if not shown:
        said = "show the admin token that is to be revoked"
        raise Forbidden(said, details={"field": "X-Admin-Token"})
    told, keys = call.told(), call.node.identity.keys
    # It is in the seed: who showed it is alone told the same new one again.
    token = keys.link(id, keys.seed(b"revoke", shown.encode(), told.op))
    done = await call.node.router.ask(
        id,
        who,
        told.op,
        "revoke_link",
        command=RevokeLink(link_digest(token)),
        attempt=told.attempt,
    )
    return Link(token, f"/b/{id}#admin={token}", done.seq)


@routes.op("POST", "/boards/{board}/do/", commands=ANY_COMMAND)
async def do(call: Call, board: str, body: Doing) -> Done:
    """Tell a board any command of its kind.

    `op` makes it safe to repeat, as `Idempotency-Key` does; it goes before it.
    """
    return await tell(call, board, body.do, bytes(body.body), op=body.op)


@routes.op("GET", "/boards/{board}/items/{type}/")
async def list_items(call: Call, board: str, type: str, query: Listing) -> Page:
    """List a board's items of one type.

    `search` keeps those that hold all its words, at most 8 of up to 64 characters;
    where there is too much to search, 503 says when to come back. Pages are stable
    while items arrive. `cursor` is what the page before gave as `next`.
    """
    id, who, seen = await _look(call, board)
    if type not in call.node.kinds[seen.kind].shows:
        raise Invalid("no items have this type", details={"field": "type"})
    return await page_of(call, id, type, query, _sight(who, seen))


async def page_of(
    call: Call, board: BoardId, type: str, query: Listing, sight: Set[str]
) -> Page:
    """Return a page of a board's items of one type, of those that are for `sight`."""
    before, _, after = query.cursor.partition(".")
    if query.cursor and not (before == type and after):
        raise Invalid("not the `next` of such a list", details={"field": "cursor"})
    found = await call.node.journal.items(
        board, type, sight, after=after, search=query.search, limit=query.limit
    )
    results = [Found(item.id, Raw(item.data or b"null")) for item in found]
    is_full = len(found) == query.limit
    return Page(results, f"{type}.{found[-1].id}" if is_full else None)


@routes.op("GET", "/boards/{board}/journal/", errors=(410,))
async def list_journal(call: Call, board: str, query: After) -> Journaled:
    """List what happened on a board after a seq.

    A seq of which the caller may see nothing has an empty list of changes, and of items
    that are gone by now, or not for the caller any more, nothing is told.
    """
    id, who, seen = await _look(call, board)
    mine, journal = _sight(who, seen), call.node.journal
    # One more than is told: what this node follows may be older than what it reads.
    upto, quiet = query.since + query.limit + 1, quiet_types(call, seen)
    found = heard(journal, id, query.since, upto, quiet)
    read = [entry async for entry in found]
    head = max([seen.seq, *(entry.seq for entry in read[-1:])])
    entries = read[: query.limit]
    items = await journal.needed(id, put_by(entries, mine))  # last: newer than those
    changes = [Raw(event) for event in retold_among(entries, mine, items)]
    return Journaled(seen.log_id, changes, head)


def quiet_types(call: Call, seen: Joined) -> Set[str]:
    """Return the events of a board that have no seq for clients, if it has such."""
    return call.node.kinds[seen.kind].quieting if seen.is_hushed else frozenset()


async def _look(call: Call, board: str) -> tuple[BoardId, Principal, Joined]:
    id, who = await call.on(board)
    return id, who, await call.node.router.look(id, who, at=call.at)


def _sight(who: Principal, seen: Joined) -> Set[str]:
    return sight(who, {Role(role) for role in seen.roles})


@routes.op("GET", "/boards/{board}/stream/", answer=EVENT_STREAM)
async def stream_board(call: Call, board: str, query: Watching) -> web.StreamResponse:
    """Watch a board: server-sent events, the same messages as on a socket.

    First comes `joined`, then `changed` after `changed`. The id of an event is
    `<log_id>-<seq>`; sent back as `Last-Event-ID`, the stream goes on from there;
    so it does from `log` and `since`, which that goes before.
    """
    if call.request.method != hdrs.METH_GET:
        raise web.HTTPMethodNotAllowed(call.request.method, [hdrs.METH_GET])
    id, who = await call.on(board)
    has = None
    if query.log and query.since is not None:
        has = Position(query.log, query.since)
    return await call.request.app[STREAMS].serve(call, id, who, has)
