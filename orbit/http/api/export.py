"""Whole boards: out as documents, and in again.

What goes out is what any admin reads, and never what one alone does.
"""

import asyncio
import re
from typing import Annotated, Literal
from unicodedata import category, normalize
from urllib.parse import quote

import msgspec
from aiohttp import hdrs, web
from pydantic import BaseModel, Field

from orbit.core.actors.subscribers import Joined
from orbit.core.errors import Forbidden, Invalid
from orbit.core.kind import Role
from orbit.core.services.document import Document, document
from orbit.core.services.renditions import PRINT_POLICY, RENDITIONS
from orbit.http.calls import Call
from orbit.http.routing import JSON, Routes

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


@routes.op("GET", "/boards/{board}/export/", answer=Document)
async def export_board(call: Call, board: str, query: As) -> web.Response:
    """Get a board as a document, which only admins may.

    `json` holds all that any admin reads, and can be imported; `csv` (UTF-8 with a byte
    order mark), `md` and `html` are for people: what is hidden has no text there.
    `pdf` is `html`: a page with a button that prints it.
    """
    id, who = await call.on(board)
    seen = await call.node.router.look(id, who, at=call.at)
    if Role.ADMIN not in seen.roles:
        raise Forbidden("only admins export a board")
    if seen.kind != "feedback":
        raise Invalid("boards of this kind are not exported", details={"field": "id"})
    ending = "html" if query.format == "pdf" else query.format
    title, body = await asyncio.to_thread(_rendered, seen, ending)  # 5,000 notes: 0.3 s
    headers: dict[str, str] = {
        hdrs.CONTENT_TYPE: TYPES[ending],
        hdrs.CONTENT_DISPOSITION: disposition(title, ending),
    }
    if ending == "html":
        headers["Content-Security-Policy"] = PRINT_POLICY
    return web.Response(body=body, headers=headers)


def _rendered(seen: Joined, ending: str) -> tuple[str, bytes]:
    found = document(items_of(seen), seen.log_id, seen.seq)
    if ending == "json":
        return found.board.title, msgspec.json.encode(found)
    return found.board.title, "".join(RENDITIONS[ending](found)).encode()


_decode = msgspec.json.Decoder(list[tuple[str, str, dict[str, object]]]).decode


def items_of(seen: Joined) -> dict[tuple[str, str], dict[str, object]]:
    """Return the items of a view, with their data."""
    return {(type, id): data for type, id, data in _decode(seen.items or b"[]")}


def disposition(title: str, ending: str) -> str:
    """Return a `Content-Disposition` for any title (RFC 6266, RFC 8187)."""
    name = "".join(c for c in title if category(c)[0] != "C" and c not in '\\/:*?"<>|')
    name = name.strip(" .")[:MAX_NAME] or "board"
    plain = normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", plain).strip("-.") or "board"
    how = "inline" if ending == "html" else "attachment"
    whole = quote(f"{name}.{ending}", safe="")
    return f"{how}; filename=\"{plain}.{ending}\"; filename*=UTF-8''{whole}"
