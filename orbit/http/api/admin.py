"""The console over REST: figures, the trail, accounts and what becomes of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Literal

from aiohttp import web
from msgspec import UNSET, Struct, UnsetType
from pydantic import Field

from orbit.core.errors import Invalid
from orbit.core.ports import (
    Act,
    Day,
    Form,
    Person,
    PersonFilter,
    Recorded,
    Role,
    Wanted,
)
from orbit.http.api.leads import Sought
from orbit.http.api.paging import CSV, Pagination, Paging, listed
from orbit.http.calls import Call
from orbit.http.reading import Clean
from orbit.http.reports import NodeRow
from orbit.http.routing import Routes

routes = Routes("console", for_staff=True)
USER = "/admin/users/{user}/"


class Overview(Struct, frozen=True):
    """How much there is; `new_`, and sign-ins, are of the last seven days.

    `leads` are by form; `days` are the last 14, in UTC; `nodes` is what each node says
    of itself at the moment.
    """

    accounts: int
    new_accounts: int
    suspended: int
    staff: int
    sessions: int
    sign_ins: int
    sign_ins_refused: int
    ghosts: int
    boards: int
    new_boards: int
    organisations: int
    leads: Mapping[Form, int]
    days: Sequence[Day]
    nodes: Sequence[NodeRow]


class LogEntry(Struct, frozen=True):
    """A row of the trail.

    `actor` and `subject` are accounts, to whom it was done last; empty is nobody who
    had signed in, and an id without an account is of one that is gone.
    """

    seq: int
    time: datetime
    action: Act
    actor: str
    subject: str
    path: str
    ip: str
    metadata: Mapping[str, str]


class Logs(Struct, frozen=True):
    items: Sequence[LogEntry]
    pagination: Pagination


class Users(Struct, frozen=True):
    items: Sequence[Person]
    pagination: Pagination


class LogQuery(Sought):
    """`actor` and `account` are ids of accounts, or their addresses.

    `actor` is who did it, `account` also to whom it was done; `q` is looked for in the
    rest.
    """

    account: Annotated[str, Field(max_length=254), Clean] = ""
    actor: Annotated[str, Field(max_length=254), Clean] = ""
    action: Act | None = None


class UserQuery(Paging):
    """`q` is looked for in names, addresses and organisations."""

    q: Annotated[str, Field(max_length=200), Clean] = ""
    search: Annotated[str, Field(max_length=200), Clean] = ""
    role: Role | None = None
    status: Literal["active", "suspended"] | None = None


class Governing(Struct, frozen=True, forbid_unknown_fields=True):
    """What is left out stays as it is."""

    role: Role | UnsetType = UNSET
    suspended: bool | UnsetType = UNSET


@routes.op("GET", "/admin/summary/")
async def get_summary(call: Call) -> Overview:
    """Get how much there is, and how the nodes are."""
    found, fleet = await call.node.console.summary(), call.node.fleet
    figures = found.figures
    return Overview(
        accounts=figures.accounts,
        new_accounts=figures.new_accounts,
        suspended=figures.suspended,
        staff=figures.staff,
        sessions=figures.sessions,
        sign_ins=figures.sign_ins,
        sign_ins_refused=figures.sign_ins_refused,
        ghosts=figures.ghosts,
        boards=figures.boards,
        new_boards=figures.new_boards,
        organisations=found.organisations,
        leads=found.leads,
        days=found.days,
        nodes=(await fleet.list_nodes()).nodes if fleet else (),
    )


@routes.op("GET", "/admin/logs/", answer=(Logs, CSV))
async def list_logs(call: Call, query: LogQuery) -> web.Response:
    """List what was done that security rests on, the last first."""
    action, text = query.action or "", query.q
    wanted = Wanted(query.actor, query.account, action, query.since, query.until, text)

    async def read(skip: int, limit: int) -> tuple[Sequence[LogEntry], int]:
        rows, count = await call.node.console.records(wanted, skip, limit)
        return [entry(row) for row in rows], count

    return await listed(call, query, read, Logs)


@routes.op("GET", "/admin/users/", answer=(Users, CSV))
async def list_users(call: Call, query: UserQuery) -> web.Response:
    """List accounts, the newest first."""
    is_suspended = query.status and query.status == "suspended"
    only = PersonFilter(query.q or query.search, query.role, is_suspended)

    async def read(skip: int, limit: int) -> tuple[Sequence[Person], int]:
        return await call.node.console.people(only, skip, limit)

    return await listed(call, query, read, Users)


@routes.op("GET", USER, errors=(404,))
async def get_user(call: Call, user: str) -> Person:
    """Get an account."""
    return await call.node.console.person(user)


@routes.op("PATCH", USER, errors=(404, 409))
async def govern_user(call: Call, user: str, body: Governing) -> Person:
    """Give an account a role, suspend it, or end that.

    All its tokens are void and all its sockets close, on all nodes. Who is suspended is
    told so (403, `suspended`) wherever he signs in. Nobody does it to himself: 409.
    """
    role = None if body.role is UNSET else body.role
    suspended = None if body.suspended is UNSET else body.suspended
    if role is None and suspended is None:
        raise Invalid("nothing to change", details={"field": "role"})
    return await call.node.console.govern(call.caller, user, role, suspended)


def entry(row: Recorded) -> LogEntry:
    """Return a row of the trail as it is shown."""
    return LogEntry(
        row.seq, row.at, row.act, row.actor, row.subject, row.path, row.ip, row.about
    )
