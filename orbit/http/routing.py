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
from functools import cache, partial
from inspect import getdoc
from typing import Any, TypeVar, get_type_hints

import msgspec
from aiohttp import HttpVersion11, hdrs, web
from msgspec import Raw, Struct
from pydantic import AfterValidator, BaseModel, TypeAdapter, ValidationError

from orbit.core.codec import checked
from orbit.core.errors import BadRequest, Invalid, PrivateBoard
from orbit.core.ids import told_op
from orbit.core.services import trail
from orbit.core.services.accounts import staff
from orbit.http.calls import Admits, Call, Services, Told, as_operator, recognise
from orbit.http.errors import invalid
from orbit.http.governor import Shed
from orbit.http.limits import BODIES, Allowances, Class
from orbit.http.operators import Operators
from orbit.http.recording import Origin, acts_of, recorded
from orbit.settings import Settings

T = TypeVar("T")
PREFIX = "/api/v1"
JSON = "application/json"
EVENT_STREAM = "text/event-stream"
MAX_PATH_PART = 256
OPERATION = web.RequestKey("operation", str)
# They last as long as somebody watches, or measures: that is not slow.
LASTING = frozenset(
    {"socket", "stream_board", "trace_board", "rank_boards", "list_connections"}
)

ANY_COMMAND: tuple[str, Sequence[str]] = ("", ())  # of whatever kind the board is

# What pydantic says of a body that has no fields to name.
MALFORMED = {
    "json_invalid": "not valid JSON in UTF-8",
    "model_type": "expected an object",
    "model_attributes_type": "expected an object",
}

Handle = Callable[[web.Request], Awaitable[web.StreamResponse]]
Faults = list[tuple[str, str]]
Handler = Callable[..., Awaitable[Any]]


def _clean(text: str) -> str:
    """Refuse what cannot be stored: NUL, and halves of surrogate pairs."""
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise ValueError("text should be UTF-8") from None
    if "\0" in text:
        raise ValueError("text may not hold NUL")
    return text


Clean = AfterValidator(_clean)


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
    body: type[BaseModel] | type[Struct] | None = None
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


def faults(cls: type[Struct], body: bytes) -> Faults:
    """Return what is wrong with each field of a JSON object."""
    found: Faults = []
    try:
        given = msgspec.json.decode(body, type=dict[str, Raw])
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return found
    fields = msgspec.structs.fields(cls)
    if cls.__struct_config__.forbid_unknown_fields:
        known = {field.encode_name for field in fields}
        found += [(name[:64], "unknown") for name in given if name not in known]
    for field in fields:
        name = field.encode_name
        if name not in given:
            if field.required:
                found.append((name, "missing"))
            continue
        try:
            checked(_decoder(field.type).decode, bytes(given[name]))
        except BadRequest as error:
            inner = error.details.get("field", "")
            said = _in_words(field.type, error.message)
            found.append((f"{name}.{inner}".rstrip("."), said))
    return found


def _in_words(type_: Any, message: str) -> str:
    """Say what is expected where a pattern would: that is for programs."""
    is_pattern = " matching regex " in message
    words = msgspec.json.schema(type_).get("description") if is_pattern else None
    return f"expected {words}" if words else message


@cache
def _decoder(type_: Any) -> "msgspec.json.Decoder[Any]":
    return msgspec.json.Decoder(type_)


_object = msgspec.json.Decoder(dict[str, Raw])
_anything = msgspec.json.Decoder()


async def object_body(request: web.Request) -> dict[str, Raw]:
    """Return the body's JSON object; an empty body is an empty one."""
    return _read(_object.decode, await json_body(request))


def _read(decode: Callable[[bytes], T], text: bytes) -> T:
    """Decode a body; a refusal of it as a whole names `body`."""
    try:
        return checked(decode, text)
    except BadRequest as error:
        if error.details:
            raise
        raise BadRequest(error.message, details={"field": "body"}) from None


async def json_body(request: web.Request) -> bytes:
    """Return the body, which says that it is JSON; `{}` for none."""
    try:
        body = await request.read()
    except web.RequestPayloadError:
        raise BadRequest("the body cannot be read") from None
    if not body:
        return b"{}"
    if not _says_json(request.content_type):
        raise web.HTTPUnsupportedMediaType(text="send the body as application/json")
    return body


def _says_json(content_type: str) -> bool:
    return content_type == JSON or content_type.endswith("+json")


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
    read = _reader(row)

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
        given = _path_params(params, request, found)
        if row.query is not None:
            given["query"] = _query(row.query, request, found)
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


def _path_params(
    params: Mapping[str, TypeAdapter[Any]], request: web.Request, found: Faults
) -> dict[str, Any]:
    given = {}
    for name, adapter in params.items():
        text = request.match_info[name]
        if len(text) > MAX_PATH_PART:
            raise web.HTTPNotFound
        try:
            given[name] = adapter.validate_strings(_clean(text))
        except ValidationError as error:
            found += [(name, why) for _, why in _reasons(error)]
        except ValueError:
            raise web.HTTPNotFound from None  # nothing has such a name
    return given


def _query(model: type[BaseModel], request: web.Request, found: Faults) -> Any:
    try:
        return model.model_validate_strings(dict(request.query))
    except ValidationError as error:
        found += _reasons(error)
        return None


def _reader(row: Row) -> Callable[[web.Request, Faults], Awaitable[Any]] | None:
    """Return what reads a row's body."""
    body = row.body
    if body is None:
        return None
    if issubclass(body, Struct):
        decode = msgspec.json.Decoder(body).decode

        async def read_struct(request: web.Request, found: Faults) -> Any:
            text = await json_body(request)
            try:
                return _read(decode, text)
            except Invalid as error:
                found += faults(body, text) or _from_details(error)

        return read_struct
    model: type[BaseModel] = body

    async def read_model(request: web.Request, found: Faults) -> Any:
        text = await json_body(request)
        try:
            return model.model_validate_json(text, strict=True)
        except ValidationError as error:
            if message := MALFORMED.get(error.errors()[0]["type"]):
                _read(_anything.decode, text)  # says where, if it is no JSON
                raise BadRequest(message, details={"field": "body"}) from None
            found += _reasons(error)

    return read_model


def _from_details(error: Invalid) -> Faults:
    return [(error.details.get("field") or "body", error.message)]


def _reasons(error: ValidationError) -> Faults:
    """Return each field that is wrong and why; no value is repeated."""
    found: Faults = []
    for fault in error.errors(
        include_url=False, include_context=False, include_input=False
    ):
        said = fault["msg"].removeprefix("Value error, ")
        place = ".".join(str(part) for part in fault["loc"])
        found.append((place or "body", said[:1].lower() + said[1:]))
    return found


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
