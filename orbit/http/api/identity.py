"""Ghosts over REST: nobody signs in.

A ghost's secret is in the answer that mints it and in no other.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from aiohttp import web
from msgspec import Struct

from orbit.core.errors import Unauthenticated
from orbit.core.services.identity import LIFETIME
from orbit.core.types import BoardId
from orbit.http.auth import drop_cookie, set_cookie
from orbit.http.calls import Admits, Call
from orbit.http.limits import Class
from orbit.http.routing import Routes, json_response

routes = Routes("identity")
MAX_LISTED = 100
GHOST, ME = "/identity/ghost/", "/identity/ghost/me/"


class NewGhost(Struct, frozen=True):
    """A ghost's secret, shown this once."""

    ghost: str
    expires_at: datetime


class Held(Struct, frozen=True):
    """What somebody has on one board."""

    id: str
    notes: int
    upvotes: int


class Owned(Struct, frozen=True):
    """What somebody has, the newest board first; the counts are of the boards listed.

    What an account holds (`claimed`) does not expire.
    """

    expires_at: datetime | None
    boards: Sequence[Held]
    notes: int
    upvotes: int
    claimed: bool


@routes.op(
    "POST",
    GHOST,
    status=201,
    class_=Class.GHOSTS,
    answer=NewGhost,
    admits=Admits.NEWCOMERS,
)
async def create_ghost(call: Call) -> web.Response:
    """Make a ghost: an identity without a name.

    The secret is shown this once, and kept by browsers as a cookie that no script can
    read. A key does not make this safe to repeat: another answer is another ghost.
    Where an address has had its share, `details.proof` of the refusal is a work that
    does instead: an `X-Proof` header `challenge:...` with a SHA-256 of `bits` zeros.
    """
    secret, ghost = await call.node.identity.mint()
    response = json_response(NewGhost(secret, ghost.expires_at), 201)
    lifetime_s = int(LIFETIME.total_seconds())
    set_cookie(call.request, call.settings, response, secret, lifetime_s)
    response.headers["Cache-Control"] = "no-store"
    return response


@routes.op("GET", ME)
async def get_ghost(call: Call) -> Owned:
    """Get what I have: boards, notes and upvotes, and when they go."""
    expires_at = None
    boards = await call.node.belongings.boards(call.box)
    if not call.caller.account:
        expires_at = (await call.node.identity.find(_secret(call))).expires_at
    mine = await held(call, boards[-MAX_LISTED:][::-1])
    return Owned(
        expires_at=expires_at,
        boards=mine,
        notes=sum(each.notes for each in mine),
        upvotes=sum(each.upvotes for each in mine),
        claimed=bool(call.caller.account),
    )


async def held(call: Call, boards: Sequence[BoardId]) -> Sequence[Held]:
    """Count what is the caller's on some boards: what he alone can see there."""
    authors = await call.authors(boards)
    counts = await call.node.catalogue.own(authors, {"signature", "upvote"})
    nothing: Mapping[str, int] = {}
    each = [(board, counts.get(board, nothing)) for board in authors]
    return [
        Held(board, count.get("signature", 0), count.get("upvote", 0))
        for board, count in each
    ]


@routes.op("DELETE", ME, status=204, admits=Admits.LEAVING, errors=(409,))
async def erase_ghost(call: Call) -> web.Response:
    """Erase me: what I wrote, also in the history of boards, my votes and my ghost.

    Who has signed in erases his account with all ghosts that it holds. From the first
    call on he is unknown everywhere else, and his sockets and streams are closed. If it
    could not be finished (503), tell it again: it goes on where it was. A 401 then says
    that it was finished before. Who is the only admin of an organisation with other
    members makes somebody else one before (409).
    """
    if call.caller.login:
        await call.node.erasure.erase_account(call.caller)
    else:
        await call.node.erasure.erase(_secret(call))
    response = web.Response(status=204)
    drop_cookie(call.request, call.settings, response)
    return response


def _secret(call: Call) -> str:
    if call.secret is None:
        raise Unauthenticated("show your ghost", details={"field": "X-Ghost-ID"})
    return call.secret
