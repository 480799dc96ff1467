"""Whole boards: out as documents and in again, forked, compared.

What goes out is what any admin reads, and never what one alone does.  A board that is
forked or compared is what the caller sees: of a past, what the journal tells him of it.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal
from unicodedata import category, normalize
from urllib.parse import quote

import msgspec
from aiohttp import hdrs, web
from msgspec import Raw, Struct
from pydantic import BaseModel, Field

from orbit.core.actors.subscribers import Joined
from orbit.core.codec import Shown
from orbit.core.errors import Forbidden, Invalid
from orbit.core.kind import Role
from orbit.core.services.comparing import (
    ChangedNote,
    ListedNote,
    difference,
    notes,
)
from orbit.core.services.copying import Op, fill
from orbit.core.services.document import (
    BoardData,
    Document,
    NoteItem,
    board_of,
    document,
    verify,
)
from orbit.core.services.document import notes as readable
from orbit.core.services.past import Moment, moments, told
from orbit.core.services.renditions import PRINT_POLICY, RENDITIONS
from orbit.core.types import EVERYONE, BoardId, Principal, sight
from orbit.http.api.boards import (
    MAX_SEQ,
    BoardIn,
    Card,
    create_board,
    quiet_types,
)
from orbit.http.calls import Call
from orbit.http.limits import Class
from orbit.http.reading import JSON, Clean
from orbit.http.routing import Routes

routes = Routes("export")

MAX_NAME = 80  # of a file
UTF_8 = "; charset=utf-8"
TYPES = {
    "json": JSON,
    "csv": f"text/csv{UTF_8}; header=present",
    "md": f"text/markdown{UTF_8}",
    "html": f"text/html{UTF_8}",
}


class As(BaseModel):
    """In which form: `pdf` is the page that a browser prints into one."""

    format: Annotated[Literal["json", "csv", "md", "html", "pdf"], Field()] = "json"


@routes.op("GET", "/boards/{board}/export/", answer=(Document, *TYPES.values()))
async def export_board(call: Call, board: str, query: As) -> web.Response:
    """Get a board as a document, which only admins may.

    `json` holds all that any admin reads, and can be imported; `csv` (UTF-8 with a byte
    order mark), `md` and `html` are for people: what is hidden has no text there.
    `pdf` is `html`: a page with a button that prints it.
    """
    _, _, seen = await _seen(call, board)
    if Role.ADMIN not in seen.roles:
        raise Forbidden("only admins export a board", details={"field": "role"})
    ending = "html" if query.format == "pdf" else query.format
    title, body = await asyncio.to_thread(_rendered, seen, ending)  # 5,000 notes: 0.3 s
    headers: dict[str, str] = {
        hdrs.CONTENT_TYPE: TYPES[ending],
        hdrs.CONTENT_DISPOSITION: disposition(title, ending),
    }
    if ending == "html":
        headers["Content-Security-Policy"] = PRINT_POLICY
    return web.Response(body=body, headers=headers)


def _document(seen: Joined) -> Document:
    return document(told(moment_of(seen)), seen.log_id, seen.seq)


def _rendered(seen: Joined, ending: str) -> tuple[str, bytes]:
    found = _document(seen)
    if ending == "json":
        return found.board.title, msgspec.json.encode(found)
    return found.board.title, "".join(RENDITIONS[ending](found)).encode()


_decode = msgspec.json.Decoder(list[tuple[str, str, Raw]]).decode


def moment_of(seen: Joined) -> Moment:
    """Return a view as a moment of the board: the present one."""
    return {
        (type, id): Shown(type, id, bytes(data), EVERYONE)
        for type, id, data in _decode(seen.items or b"[]")
    }


def disposition(title: str, ending: str) -> str:
    """Return a `Content-Disposition` for any title (RFC 6266, RFC 8187)."""
    name = "".join(c for c in title if category(c)[0] != "C" and c not in '\\/:*?"<>|')
    name = name.strip(" .")[:MAX_NAME] or "board"
    plain = normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", plain).strip("-.") or "board"
    how = "inline" if ending == "html" else "attachment"
    whole = quote(f"{name}.{ending}", safe="")
    return f"{how}; filename=\"{plain}.{ending}\"; filename*=UTF-8''{whole}"


class Copied(Struct, frozen=True):
    """A board that was made of another.  The admin token is shown this once."""

    board: Card
    admin_token: str
    share_url: str
    admin_url: str
    seq: int
    hash: str  # of its content, as an export of it has


@routes.op(
    "POST",
    "/boards/import/",
    status=201,
    class_=Class.COPIES,
    errors=(409, 504),
)
async def import_board(call: Call, body: Document) -> Copied:
    """Make a board of a document that was exported as `json`, up to 8 MiB.

    Its notes have no author here, and their votes are a number that nobody takes back;
    names, times and what is hidden are as they were. An export of it has the same hash.
    Sent again with the same `Idempotency-Key`, by a ghost, it goes on where it was.
    """
    await asyncio.to_thread(verify, body)
    return await _copied(call, body.board, body.items)


class ForkIn(BaseModel):
    """Which moment of the board: now, if there is no `seq`."""

    seq: Annotated[int, Field(ge=1, le=MAX_SEQ)] | None = None
    title: Annotated[str, Field(min_length=1, max_length=255), Clean] | None = None
    is_public: bool | None = None


@routes.op(
    "POST", "/boards/{board}/fork/", status=201, class_=Class.COPIES, errors=(409, 504)
)
async def fork_board(call: Call, board: str, body: ForkIn) -> Copied:
    """Make a board of what the caller sees of another one, now or at a `seq`.

    It is the caller's: he gets its admin token. Of notes that were removed or hidden
    since, nothing is in it. It is public if the other is; of a private board nobody but
    its admins makes a public one.
    """
    id, who, seen = await _seen(call, board)
    is_public = board_of(told(moment_of(seen))).is_public
    if body.is_public and not is_public and Role.ADMIN not in seen.roles:
        said = "only its admins make a private board public"
        raise Forbidden(said, details={"field": "is_public"})
    (moment,) = await _moments(call, id, who, seen, {"seq": body.seq})
    items = told(moment)
    data = msgspec.structs.replace(
        board_of(items),
        sealed=False,
        is_public=is_public if body.is_public is None else body.is_public,
    )
    if body.title is not None:
        data = msgspec.structs.replace(data, title=body.title)
    return await _copied(call, data, readable(items))


async def _copied(call: Call, data: BoardData, items: Sequence[NoteItem]) -> Copied:
    made = await create_board(call, BoardIn(title=data.title, is_public=data.is_public))
    board, node = BoardId(made.board.id), call.node
    admin = await node.identity.principal(call.caller, board, made.admin_token)
    await fill(node.router, board, admin, data, items, lambda part: _op(call, part))
    seen = await node.router.look(board, admin)
    found = await asyncio.to_thread(_document, seen)
    return Copied(
        made.board,
        made.admin_token,
        made.share_url,
        made.admin_url,
        seen.seq,
        found.hash,
    )


def _op(call: Call, part: str) -> Op:
    told = call.told(part)
    return Op(told.op, told.attempt)


class Between(BaseModel):
    """Two moments: the beginning and now, unless given."""

    since: Annotated[int, Field(ge=0, le=MAX_SEQ, alias="from")] = 0
    to: Annotated[int, Field(ge=0, le=MAX_SEQ)] | None = None


class Compared(Struct, frozen=True):
    """What came, what went and what is otherwise between two moments."""

    log_id: str
    since: int = msgspec.field(name="from")
    to: int
    added: Sequence[ListedNote]
    removed: Sequence[ListedNote]
    changed: Sequence[ChangedNote]


@routes.op("GET", "/boards/{board}/compare/", class_=Class.SEARCHES)
async def compare_board(call: Call, board: str, query: Between) -> Compared:
    """Compare two moments of a board, as the caller sees them.

    Of a note that is gone by now its id is left. `fields` names what differs.
    """
    id, who, seen = await _seen(call, board)
    to = seen.seq if query.to is None else query.to
    if query.since > to:
        raise Invalid("it is after `to`", details={"field": "from"})
    asked = {"from": query.since, "to": to}
    before, after = map(notes, await _moments(call, id, who, seen, asked))
    found = difference(before, after)
    return Compared(
        seen.log_id, query.since, to, found.added, found.removed, found.changed
    )


async def _seen(call: Call, board: str) -> tuple[BoardId, Principal, Joined]:
    """Return a board that can be copied, as the caller sees it."""
    id, who = await call.on(board)
    seen = await call.node.router.look(id, who, at=call.at)
    if seen.kind != "feedback":
        raise Invalid("boards of this kind are not copied", details={"field": "board"})
    return id, who, seen


async def _moments(
    call: Call,
    id: BoardId,
    who: Principal,
    seen: Joined,
    asked: Mapping[str, int | None],
) -> Sequence[Moment]:
    """Return the moments that are asked for; what is now, is in the view."""
    for name, seq in asked.items():
        if seq is not None and seq > seen.seq:
            raise Invalid("that is not yet", details={"field": name})
    seqs = [seq for seq in asked.values() if seq not in {None, seen.seq}]
    mine = sight(who, {Role(role) for role in seen.roles})
    journal, quiet = call.node.journal, quiet_types(call, seen)
    past = iter(await moments(journal, id, mine, seqs, quiet) if seqs else [])
    now = moment_of(seen)
    return [now if seq in {None, seen.seq} else next(past) for seq in asked.values()]
