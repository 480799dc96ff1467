"""Lists by page, as JSON or as a table: of things that are kept, and few enough.

    class Leads(Struct, frozen=True):
        items: Sequence[Lead]
        pagination: Pagination

    @routes.op("GET", "/admin/leads/", answer=(Leads, CSV))
    async def list_leads(call: Call, query: Sought) -> web.Response:
        return await listed(call, query, read, Leads)

It must never know what is listed.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar, get_args, get_type_hints

import msgspec
from aiohttp import hdrs, web
from msgspec import Struct
from pydantic import BaseModel, Field

from orbit.core.codec import rfc3339
from orbit.core.ports import Act
from orbit.core.services.sheets import BOM, cell, line
from orbit.core.services.trail import tell
from orbit.http.calls import Call
from orbit.http.routing import json_response

CSV = "text/csv; charset=utf-8; header=present"
MAX_LIMIT = 200
MAX_PAGE = 100_000
MAX_LINES = 10_000  # of a table

T = TypeVar("T", bound=Struct)
Read = Callable[[int, int], Awaitable[tuple[Sequence[T], int]]]  # skip, limit


class Paging(BaseModel):
    """Which page: its number, and how many are on one.

    `csv`, or an `Accept` of `text/csv`, gives a table of all pages, to 10,000 lines.
    """

    page: Annotated[int, Field(ge=1, le=MAX_PAGE)] = 1
    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT)] = 50
    format: Literal["json", "csv"] | None = None


class Pagination(Struct, frozen=True):
    """Where a page stands; of more than 10,000 `total` says 10,000."""

    page: int
    limit: int
    total: int
    total_pages: int


async def listed(
    call: Call, query: Paging, read: Read[T], whole: type[Struct]
) -> web.Response:
    """Answer with a page of what `read` gives, in the form that is asked for.

    `whole` has `items`, a sequence of what is read, and `pagination`.
    """
    if _wants_table(call.request, query):
        tell(Act.DATA_EXPORTED, table=whole.__name__)  # that somebody takes along
        items, _ = await read(0, MAX_LINES)
        return _table(items, whole)
    items, total = await read((query.page - 1) * query.limit, query.limit)
    pages = -(-total // query.limit)
    pagination = Pagination(query.page, query.limit, total, pages)
    return json_response(whole(items=items, pagination=pagination))


def _wants_table(request: web.Request, query: Paging) -> bool:
    if query.format is not None:
        return query.format == "csv"
    said = request.headers.get(hdrs.ACCEPT, "")
    return said.partition(",")[0].partition(";")[0].strip().lower() == "text/csv"


def _table(items: Sequence[Struct], whole: type[Struct]) -> web.Response:
    (item,) = get_args(get_type_hints(whole)["items"])
    rows = [map(_cell, msgspec.structs.asdict(each).values()) for each in items]
    lines = [line(item.__struct_fields__), *map(line, rows)]
    name = f"{whole.__name__.lower()}.csv"
    headers = {
        hdrs.CONTENT_TYPE: CSV,
        hdrs.CONTENT_DISPOSITION: f'attachment; filename="{name}"',
    }
    return web.Response(body=(BOM + "".join(lines)).encode(), headers=headers)


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return str(value)
        case datetime():
            return rfc3339(value)
        case Mapping():
            return cell("; ".join(f"{key}={text}" for key, text in value.items()))
        case _:
            return cell(str(value))
