"""A route is a row: what it takes and gives stands in its handler's annotations.

    @routes.op("GET", "/boards/{board}/items/{type}/")
    async def list_items(call: Call, board: str, type: str, query: Page) -> Items: ...

    routes.command("POST", "/boards/{board}/notes/{note}/move/", "move_note")

Parameters in braces, `query` and `body` are checked together, and a refusal names every
field that is wrong.  A command's row has no handler: it becomes `router.ask`, the same
as a socket's `tell`.  It knows no kind; the tables that name commands do.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import partial
from inspect import getdoc
from typing import Any, get_type_hints

import msgspec
from aiohttp import HttpVersion11, hdrs, web
from msgspec import Raw, Struct
from pydantic import BaseModel, TypeAdapter

from orbit.core.errors import Invalid, PrivateBoard
from orbit.core.ids import told_op
from orbit.core.services import trail
from orbit.core.services.accounts import staff
from orbit.http.calls import Admits, Call, Services, Told, as_operator, recognise
from orbit.http.errors import invalid
from orbit.http.governor import Shed
from orbit.http.limits import BODIES, Allowances, Class
from orbit.http.operators import Operators
from orbit.http.reading import (
    JSON,
    Body,
    Faults,
    faults,
    object_body,
    path_params,
    query_of,
    reader,
)
from orbit.http.recording import Origin, acts_of, recorded
from orbit.settings import Settings

PREFIX = "/api/v1"
EVENT_STREAM = "text/event-stream"
OPERATION = web.RequestKey("operation", str)
# They last as long as somebody watches, or measures: that is not slow.
LASTING = frozenset(
    {"socket", "stream_board", "trace_board", "rank_boards", "list_connections"}
)

ANY_COMMAND: tuple[str, Sequence[str]] = ("", ())  # of whatever kind the board is


Handle = Callable[[web.Request], Awaitable[web.StreamResponse]]
Handler = Callable[..., Awaitable[Any]]


class Done(Struct, frozen=True):
    """A command is committed: its last seq, and the id of what it made."""

    seq: int
    result: "Result"


class Result(Struct, frozen=True):
    id: str


class Seq(Struct, frozen=True):
    """Committed, up to this seq."""

    seq: int


class Row(Struct, frozen=True):
    """One operation: how it is called, what runs, and what the documents say of it."""

    method: str
    path: str  # below the prefix, with a slash at its end
    name: str
    run: Handler
    status: int
    class_: Class
    tag: str
    summary: str
    description: str
    params: Mapping[str, Any] = {}
    query: type[BaseModel] | None = None
    body: Body | None = None
    answer: Any = None  # a type, or a media type
    forms: Sequence[str] = ()  # media types in which it may come as well
    commands: tuple[str, Sequence[str]] | None = None  # a kind's, that the body is of
    errors: Sequence[int] = ()
    admits: Admits = Admits.KNOWN
    for_operators: bool = False  # who shows the node's key may call it, and nobody else
    for_staff: bool = False  # who has signed in for the console, and nobody else
    shed: Shed = Shed.WRITES  # with what it is refused when there is too much to do


class Routes:
    """A table of operations."""

    def __init__(
        self, tag: str, *, for_operators: bool = False, for_staff: bool = False
    ) -> None:
        self.tag = tag
        self.for_operators, self.for_staff = for_operators, for_staff
        self.rows: list[Row] = []

    def op(
        self,
        method: str,
        path: str,
        *,
        status: int = 200,
        class_: Class = Class.GENERAL,
        commands: tuple[str, Sequence[str]] | None = None,
        errors: Sequence[int] = (),
        answer: Any = None,
        admits: Admits = Admits.KNOWN,
    ) -> Callable[[Handler], Handler]:
        """Make a row of a handler: `handler(call, **path, query=, body=) -> answer`.

        `answer` says what is in the response of a handler that makes one itself: a
        type, or a media type, or a type and the media types that it may have, too.
        """

        answer, *forms = answer if isinstance(answer, tuple) else (answer,)

        def add(run: Handler) -> Handler:
            hints = get_type_hints(run, include_extras=True)
            summary, _, rest = (getdoc(run) or "").partition("\n")
            names = re.findall(r"{(\w+)}", path)
            self.rows.append(
                Row(
                    method=method,
                    path=path,
                    name=run.__name__,
                    run=run,
                    status=status,
                    class_=class_,
                    tag=self.tag,
                    summary=summary.rstrip("."),
                    description=rest.strip(),
                    params={name: hints[name] for name in names},
                    query=hints.get("query"),
                    body=hints.get("body"),
                    answer=answer or hints.get("return"),
                    forms=forms,
                    commands=commands,
                    errors=errors,
                    admits=admits,
                    for_operators=self.for_operators,
                    for_staff=self.for_staff,
                    shed=_shed(method, status, answer),
                )
            )
            return run

        return add

    def command(
        self,
        method: str,
        path: str,
        do: str,
        *,
        summary: str,
        kind: str = "feedback",
        status: int = 200,
    ) -> None:
        """Make a row that tells a board a command.

        The body is the command's `with`; names in braces fill fields of it.
        """
        names = [name for name in re.findall(r"{(\w+)}", path) if name != "board"]

        async def run(call: Call, board: str, **params: str) -> Done:
            body = await object_body(call.request)
            for name in names:
                body[name] = Raw(msgspec.json.encode(params[name]))
            return await tell(call, board, do, msgspec.json.encode(body))

        self.rows.append(
            Row(
                method=method,
                path=path,
                name=do,
                run=run,
                status=status,
                class_=Class.GENERAL,
                tag=self.tag,
                summary=summary,
                description="",
                params=dict.fromkeys(["board", *names], str),
                answer=Done,
                commands=(kind, [do]),
            )
        )


def _shed(method: str, status: int, answer: Any) -> Shed:
    """Return with what an operation is refused; what makes or begins something, soon.

    Commands go by another way than `Routes.op`: they are the last to be refused.
    """
    if status == 201 or answer == EVENT_STREAM:
        return Shed.JOINS
    return Shed.READS if method == "GET" else Shed.WRITES


# What handlers use -----------------------------------------------------------------


async def tell(
    call: Call,
    board: str,
    do: str,
    body: bytes,
    *,
    part: str = "",
    op: str | None = None,
) -> Done:
    """Tell a board a command, as the caller; return when it is committed.

    `part` tells apart the commands of one call; `op` is given in place of a key.
    """
    id, who = await call.on(board)
    told = call.told(part) if op is None else Told(told_op(op, who), attempt=0)
    try:
        done = await call.node.router.ask(
            id, who, told.op, do, body, attempt=told.attempt, at=call.at
        )
    except Invalid:
        _name_all(call.node, do, body)
        raise
    call.note(id)
    return Done(done.seq, Result(done.id))


def _name_all(node: Services, do: str, body: bytes) -> None:
    """Raise what names every field that is wrong, if fields are."""
    for kind in node.kinds.values():
        if (command := kind.asked_by_name.get(do)) and (found := faults(command, body)):
            raise invalid(found)


# From a row to a handler -----------------------------------------------------------


def handler(
    row: Row,
    node: Services,
    settings: Settings,
    allowances: Allowances,
    operators: Operators,
) -> Handle:
    """Return what aiohttp calls for a row."""
    params = {name: TypeAdapter(type_) for name, type_ in row.params.items()}
    read = reader(row.body)

    async def admitted(request: web.Request) -> Call:
        node.governor.admit(row.shed)
        call = await recognise(request, node, settings, row.admits)
        allowances.spend(request, call.caller, row.class_)
        return call

    async def run(request: web.Request) -> web.StreamResponse:
        if row.for_operators:
            operators.admit(request)
            call = as_operator(request, node, settings)
        else:
            call = await admitted(request)
            trail.admitted(call.caller.account if call.caller.login else "")
        if row.for_staff:
            staff(call.caller)
        found: Faults = []
        given = path_params(params, request, found)
        if row.query is not None:
            given["query"] = query_of(row.query, request, found)
        if read is not None:
            given["body"] = await read(_roomy(request, row), found)
        if found:
            raise invalid(found)
        if getattr(given.get("query"), "search", ""):  # a read that is not cheap
            allowances.spend(request, call.caller, Class.SEARCHES)
        return respond(row, await _run(row, call, given))

    return _recorded(row, node, settings, run)


def _recorded(row: Row, node: Services, settings: Settings, run: Handle) -> Handle:
    """Have calls of an operation be recorded, if it is such a one."""
    acts = acts_of(
        row.name,
        row.method,
        for_staff=row.for_staff,
        for_operators=row.for_operators,
    )

    async def handle(request: web.Request) -> web.StreamResponse:
        request[OPERATION] = row.name
        if acts is None:
            return await run(request)
        origin = Origin(request, settings, PREFIX + row.path)
        return await recorded(node.trail, acts, origin, partial(run, request))

    return handle


async def _run(row: Row, call: Call, given: Mapping[str, Any]) -> Any:
    """Run a handler; a board that is closed to somebody who is invited lets him in."""
    try:
        return await row.run(call, **given)
    except PrivateBoard:
        if "board" not in given or not await call.is_invited(given["board"]):
            raise
        return await row.run(call, **given)


def _roomy(request: web.Request, row: Row) -> web.Request:
    """Return the request so that as large a body is read as its class may have."""
    most = BODIES.get(row.class_)
    return request.clone(client_max_size=most) if most else request


def respond(row: Row, answer: Any) -> web.StreamResponse:
    """Return a handler's answer as a response."""
    if isinstance(answer, web.StreamResponse):
        return answer
    if answer is None:
        return web.Response(status=204)
    return json_response(answer, row.status)


def json_response(
    answer: Any, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    return web.Response(
        body=msgspec.json.encode(answer),
        status=status,
        content_type=JSON,
        headers=headers,
    )


def has_it(request: web.Request, etag: str) -> bool:
    """Tell whether a client says that it has what `etag` stands for (RFC 9110, 13.1.2).

    The comparison is the weak one: `W/"x"` is `"x"`.
    """
    said = request.headers.get(hdrs.IF_NONE_MATCH, "")
    if said.strip() == "*":
        return True
    return etag in re.findall(r'"[\x21\x23-\x7e]*"', said)


async def expect(request: web.Request) -> None:
    """Answer an `Expect` header; aiohttp's own fails on one that is not UTF-8."""
    if request.headers.get(hdrs.EXPECT, "").lower() != "100-continue":
        raise web.HTTPExpectationFailed(text="only 100-continue can be expected")
    if request.version >= HttpVersion11:
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0  # the answer itself has not begun


def serve(app: web.Application, path: str, handle: Handle) -> None:
    """Serve GET and HEAD of a path that is no operation."""
    app.router.add_get(path, handle, expect_handler=expect)


def paths(row_path: str, aliases: Mapping[str, str]) -> Iterable[str]:
    """Return every path of an operation: with and without the slash, and its aliases.

    An alias that begins with two slashes has no prefix.  The only place that knows any
    of it.  There is no redirect: clients lose bodies on it.
    """
    for path in (row_path, *(old for old, new in aliases.items() if new == row_path)):
        whole = path[1:] if path.startswith("//") else PREFIX + path
        yield whole.rstrip("/")
        yield whole.rstrip("/") + "/"
