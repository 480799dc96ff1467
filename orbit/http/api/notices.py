"""Notices over REST: what has happened that concerns me, and what of it I have read."""

from collections.abc import Sequence
from typing import Annotated, Literal

from aiohttp import web
from msgspec import UNSET, Meta, Struct, UnsetType
from pydantic import AfterValidator, BaseModel, Field

from orbit.core.services.notices import Shown
from orbit.http.api.boards import MAX_PAGE
from orbit.http.calls import Call
from orbit.http.reading import Clean
from orbit.http.routing import Routes

routes = Routes("notices")


class Paging(BaseModel):
    cursor: Annotated[str, Field(max_length=64), Clean] = ""
    limit: Annotated[
        int, Field(ge=1), AfterValidator(lambda limit: min(limit, MAX_PAGE))
    ] = 20


class Listed(Struct, frozen=True):
    """Notices, the newest first; `unread` counts all that I have not read.

    `next` is the `cursor` of what comes after these, if anything does.
    """

    results: Sequence[Shown]
    unread: int
    next: str | None


class Unread(Struct, frozen=True):
    """How many notices I have not read."""

    unread: int


class Reading(Struct, frozen=True):
    """Up to which notice I have seen them; left out: all that there are."""

    until: Annotated[str, Meta(min_length=1, max_length=64)] | UnsetType = UNSET


class Marking(Struct, frozen=True):
    """What was read stays so."""

    read: Literal[True] = True


class RoomCount(Struct, frozen=True):
    """How much in a chat room I have not read."""

    room_id: str
    room_name: str
    unread_count: int


class Counts(Struct, frozen=True):
    """What I have not read: in rooms that I am in, and of my notices."""

    unread_counts: Sequence[RoomCount]
    notices: int


@routes.op("GET", "/auth/me/unread-counts/")
async def count_unread(call: Call) -> Counts:
    """Count what I have not read.

    There are no chat rooms yet, so none is counted.
    """
    return Counts((), await call.node.notices.unread(call.caller))


@routes.op("GET", "/notices/unread-count/")
async def count_notices(call: Call) -> Unread:
    """Count the notices that I have not read."""
    return Unread(await call.node.notices.unread(call.caller))


@routes.op("GET", "/notices/")
async def list_notices(call: Call, query: Paging) -> Listed:
    """List my notices.

    Over a socket `{"type": "notices"}` tells that there is another one: read the list
    from its top. One that I have read goes when my settings say, others after 90 days.
    """
    notices = call.node.notices
    found = await notices.listed(call.caller, query.cursor, query.limit)
    is_full = len(found) == query.limit
    unread = await notices.unread(call.caller)
    return Listed(found, unread, found[-1].id if is_full else None)


@routes.op("POST", "/notices/{notice}/read/", status=204, errors=(404,))
async def read_notice(call: Call, notice: str) -> web.Response:
    """Have read one."""
    await call.node.notices.read(call.caller, notice)
    return web.Response(status=204)


@routes.op("PATCH", "/notices/{notice}/", status=204, errors=(404,))
async def mark_notice(call: Call, notice: str, body: Marking) -> web.Response:
    """Have read one; the same as POST."""
    await call.node.notices.read(call.caller, notice)
    return web.Response(status=204)


@routes.op("POST", "/notices/read/")
async def read_notices(call: Call, body: Reading) -> Unread:
    """Have read all, or all up to the one that `until` names."""
    until = "" if body.until is UNSET else body.until
    await call.node.notices.read_all(call.caller, until)
    return Unread(await call.node.notices.unread(call.caller))
