"""Who may see a private board, over REST: strangers ask, admins answer.

A stranger learns nothing of the board by asking: neither its title nor its seq.
"""

from msgspec import Struct

from orbit.core.actors.subscribers import Joined
from orbit.core.errors import Forbidden
from orbit.core.kind import Role
from orbit.core.types import BoardId
from orbit.http.api.boards import Listing, Page, page_of
from orbit.http.calls import Call
from orbit.http.reading import json_body
from orbit.http.routing import Result, Routes, tell

REQUESTS = "/boards/{board}/access-requests/"

routes = Routes("boards")


class Asked(Struct, frozen=True):
    """It is for the board's admins to answer."""

    result: Result


@routes.op(
    "POST",
    "/boards/{board}/request-access/",
    status=201,
    commands=("feedback", ("request_access",)),
    errors=(409,),
)
async def request_access(call: Call, board: str) -> Asked:
    """Ask to be let into a private board.

    Who asks again while he waits has asked once. Whoever sees the board has nothing to
    ask for: 409. Once let in, the same ghost or account sees it; refused, it may ask
    again.
    """
    body = await json_body(call.request)
    done = await tell(call, board, "request_access", body)
    return Asked(done.result)


@routes.op("GET", REQUESTS)
async def list_access_requests(call: Call, board: str, query: Listing) -> Page:
    """List who waits to be let in, for the board's admins.

    Paged and searched as a board's items are.
    """
    id, _seen = await for_admins(call, board)
    return await page_of(call, id, "request", query, {Role.ADMIN})


async def for_admins(call: Call, board: str) -> tuple[BoardId, Joined]:
    """Return a board as it is seen by who decides on who sees it.

    Raises:
        Forbidden: that is not for the caller to do.
    """
    id, who = await call.on(board)
    seen = await call.node.router.look(id, who, at=call.at)
    if "answer_request" not in seen.may:
        said = "only the board's admins decide on who sees it"
        raise Forbidden(said, details={"field": "role"})
    return id, seen


routes.command(
    "PATCH",
    REQUESTS + "{request}/",
    "answer_request",
    summary="Let somebody in, or not",
)
