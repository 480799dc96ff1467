"""Sockets and streams as one AsyncAPI 3.0 document, made from the frames' types.

Nothing is written twice: messages come from the protocol's structs, what may be told
and what is shown from the kinds' commands, signals and items.  Schemas are JSON Schema
draft 7, as AsyncAPI has it.  It knows no kind.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, get_args

import msgspec
from msgspec import Struct

import orbit
from orbit.core.errors import catalogue, outward
from orbit.core.kind import Command, Kind, Signal, wire_name
from orbit.core.protocol import frames, said
from orbit.core.protocol.close import Close
from orbit.http.routing import PREFIX

Json = dict[str, Any]
Shapes = Mapping[str, Mapping[str, type[Struct]]]  # of items, by kind and type
REF = "#/components/schemas/"
CHANNEL = {"$ref": "#/channels/socket"}
ABOUT = """\
One socket, many boards. JSON text frames, each an object with a `type`; a frame may
carry several objects, joined by newlines, in both directions. Say `hello`, `join` a
board, `tell` it commands. The client's whole reducer, for every kind of board:
`put` sets `items[type][id]`, `drop` deletes it; a `changed` with `seq` beyond the next
means: join again with `log` and `since`.
"""
REPLIES: Mapping[type[Struct], Sequence[type[Struct]]] = {
    frames.Hello: (said.Welcome, said.Error),
    frames.JoinBoard: (said.JoinedWithView, said.JoinedWithChanges, said.Error),
    frames.Tell: (said.Reply, said.Error),
    frames.Ping: (said.Pong,),
}
STREAMED: Sequence[type[Struct]] = (
    said.JoinedWithView,
    said.JoinedWithChanges,
    said.Changed,
    said.Signalled,
    said.Here,
    said.Status,
    said.Left,
)
SAID_BY_CLIENTS: Sequence[type[Struct]] = get_args(frames.Frame)
SAID_BY_SERVERS: Sequence[type[Struct]] = get_args(said.Said)


def document(kinds: Mapping[str, Kind[Any]], shapes: Shapes) -> Json:
    """Return the document."""
    components = schemas(kinds, shapes)
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Orbit", "version": orbit.__version__, "description": ABOUT},
        "defaultContentType": "application/json",
        "servers": {"sockets": _server("ws"), "streams": _server("http")},
        "channels": {"socket": _socket(), "stream": _stream()},
        "operations": dict(_operations()),
        "components": {
            "messages": dict(_messages(components)),
            "schemas": components,
        },
    }


def schemas(kinds: Mapping[str, Kind[Any]], shapes: Shapes) -> Json:
    """Return the JSON schemas of all that goes over a socket, by name."""
    asked = [cls for kind in kinds.values() for cls in kind.asked_by_name.values()]
    shown = [shape for of_kind in shapes.values() for shape in of_kind.values()]
    parts = [said.Put, said.Drop, said.Told]
    every = [*SAID_BY_CLIENTS, *SAID_BY_SERVERS, *parts, *asked, *shown]
    _, found = msgspec.json.schema_components(
        sorted(every, key=lambda struct: struct.__name__), ref_template=REF + "{name}"
    )
    components: Json = {name: _draft_7(schema) for name, schema in found.items()}
    for kind in kinds.values():
        components |= _of_kind(kind, shapes.get(kind.name, {}))
    _join(components, kinds)
    return components


def _of_kind(kind: Kind[Any], shapes: Mapping[str, type[Struct]]) -> Json:
    """Return the unions of what a kind takes and shows: `FeedbackCommand`, ..."""
    name = _title(kind.name)
    named = kind.asked_by_name.items()
    items = sorted({*kind.shows, *shapes})
    return {
        f"{name}Command": _asked((n, c) for n, c in named if issubclass(c, Command)),
        f"{name}Signal": _asked((n, c) for n, c in named if issubclass(c, Signal)),
        f"{name}Item": {"anyOf": [_item(type, shapes.get(type)) for type in items]},
        f"{name}Event": {"enum": sorted(kind.event_by_name)},
    }


def _asked(named: Iterable[tuple[str, type[Struct]]]) -> Json:
    """Return the schema of `{do, with}` for each of these."""
    pairs = [
        {
            "type": "object",
            "title": name,
            "properties": {"do": {"const": name}, "with": _ref(cls.__name__)},
            "required": ["do", *(["with"] if _needs(cls) else [])],
        }
        for name, cls in named
    ]
    return {"anyOf": pairs} if pairs else {"not": {}}


def _needs(cls: type[Struct]) -> bool:
    return any(field.required for field in msgspec.structs.fields(cls))


def _item(type: str, shape: type[Struct] | None) -> Json:
    data = _ref(shape.__name__) if shape else {"type": "object"}
    return {
        "type": "array",
        "title": type,
        "items": [{"const": type}, {"type": "string"}, data],
        "minItems": 3,
        "additionalItems": False,
    }


def _join(components: Json, kinds: Mapping[str, Kind[Any]]) -> None:
    """Have the frames name what the kinds know."""

    def any_of(what: str) -> Json:
        return {"anyOf": [_ref(_title(kind) + what) for kind in kinds]}

    def refine(of: str, name: str, schema: Json) -> None:
        components[of]["properties"][name] |= schema

    components["Item"] = any_of("Item")
    components["Change"] = {"oneOf": [_ref("Put"), _ref("Drop")]}
    components["EventName"] = any_of("Event")
    components["ErrorCode"] = {"enum": sorted(_codes())}
    refine("Put", "put", _ref("Item"))
    refine("JoinedWithView", "items", {"items": _ref("Item")})
    refine("JoinedWithChanges", "changes", {"items": _ref("Told")})
    for frame in ("Told", "Changed"):
        refine(frame, "changes", {"items": _ref("Change")})
        refine(frame, "event", {"anyOf": [_ref("EventName"), {"type": "string"}]})
    for frame in ("Error", "Left"):
        refine(frame, "error", {"anyOf": [_ref("ErrorCode"), {"type": "string"}]})
    components["Tell"] |= any_of("Command")
    components["Pass"] |= any_of("Signal")
    components["Signalled"] |= any_of("Signal")


def _codes() -> Iterator[str]:
    """Give the codes that are told outside."""
    for error in catalogue():
        if type(outward(error())) is error:
            yield error.code


def _server(protocol: str) -> Json:
    host = {"default": "localhost:8080", "description": "Any node: each serves all"}
    return {"host": "{host}", "protocol": protocol, "variables": {"host": host}}


def _socket() -> Json:
    codes = {str(code.value): code.name.lower() for code in Close}
    return {
        "address": "/ws",
        "title": "The socket",
        "description": "Close codes from 4000 to 4499: come back; from 4500: do not.",
        "servers": [{"$ref": "#/servers/sockets"}],
        "messages": _named(*SAID_BY_CLIENTS, *SAID_BY_SERVERS),
        "bindings": {"ws": {"method": "GET", "bindingVersion": "0.1.0"}},
        "x-close-codes": codes,
    }


def _stream() -> Json:
    about = "The id of an event is `<log>-<seq>`; as `Last-Event-ID` it resumes."
    return {
        "address": PREFIX + "/boards/{board}/stream/",
        "title": "One board as server-sent events, for networks that block sockets",
        "description": about,
        "servers": [{"$ref": "#/servers/streams"}],
        "parameters": {"board": {"description": "The board's id"}},
        "messages": _named(*STREAMED),
    }


def _named(*told: type[Struct]) -> Json:
    return {
        _key(frame): {"$ref": f"#/components/messages/{_key(frame)}"} for frame in told
    }


def _operations() -> Iterator[tuple[str, Json]]:
    """Give what the server does: it receives what clients say, and sends."""
    for frame in SAID_BY_CLIENTS:
        operation = _operation("receive", frame)
        if answers := REPLIES.get(frame):
            messages = [_message_of(answer) for answer in answers]
            operation["reply"] = {"channel": CHANNEL, "messages": messages}
        yield _key(frame), operation
    answers_only = {said.Welcome, said.Reply, said.Pong}
    for frame in SAID_BY_SERVERS:
        if frame not in answers_only:
            yield _key(frame), _operation("send", frame)
    streamed = [{"$ref": f"#/channels/stream/messages/{_key(f)}"} for f in STREAMED]
    yield (
        "stream",
        {
            "action": "send",
            "channel": {"$ref": "#/channels/stream"},
            "summary": "What happens on one board, to whoever reads its stream.",
            "messages": streamed,
        },
    )


def _operation(action: str, frame: type[Struct]) -> Json:
    about = {"action": action, "channel": CHANNEL, "summary": _summary(frame)}
    return {**about, "messages": [_message_of(frame)]}


def _messages(components: Json) -> Iterator[tuple[str, Json]]:
    for frame in (*SAID_BY_CLIENTS, *SAID_BY_SERVERS):
        message: Json = {
            "name": frame.__struct_config__.tag,
            "title": frame.__name__,
            "summary": _summary(frame),
            "payload": _ref(frame.__name__),
        }
        if frame in SAID_BY_CLIENTS:
            message["examples"] = list(_examples(frame, components))
        yield _key(frame), message


def _examples(frame: type[Struct], components: Json) -> Iterator[Json]:
    """Give the least that may be said: one for each command, or signal."""
    tag = frame.__struct_config__.tag
    schema = components[frame.__name__]
    plain = {**_least(schema, components), "type": tag}
    pairs = [
        pair["properties"]
        for kind in schema.get("anyOf", ())
        for pair in components[_name(kind)].get("anyOf", ())
    ]
    for pair in pairs:
        with_ = _least(components[_name(pair["with"])], components)
        do = pair["do"]["const"]
        yield {"name": do, "payload": {**plain, "do": do, "with": with_}}
    if not pairs:
        yield {"name": tag, "payload": plain}


def _least(schema: Json, components: Json) -> Json:
    """Return an object with what is required; where nothing is, with everything."""
    given = schema["properties"]
    names = schema["required"] or given
    return {name: _example(name, given[name], components) for name in names}


def _example(name: str, schema: Json, components: Json) -> Any:
    if "$ref" in schema:
        inner = components[_name(schema)]
        return _example(name, inner, components)
    if "anyOf" in schema:
        return _example(name, schema["anyOf"][0], components)
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "integer" | "number":
            return max(1, schema.get("minimum", 1))
        case "boolean":
            return True
        case "array":
            one = name.removesuffix("s")
            least = range(schema.get("minItems", 0))
            return [_example(one, schema["items"], components) for _ in least]
        case "object":
            return _least(schema, components) if "properties" in schema else {}
        case _:
            return f"some {name}"[: schema.get("maxLength")]


def _name(schema: Json) -> str:
    """Return the name of the component that a reference means."""
    return str(schema["$ref"]).removeprefix(REF)


def _message_of(frame: type[Struct]) -> Json:
    return {"$ref": f"#/channels/socket/messages/{_key(frame)}"}


def _key(frame: type[Struct]) -> str:
    return wire_name(frame)


def _summary(frame: type[Struct]) -> str:
    return (frame.__doc__ or "").strip().split("\n")[0]


def _title(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def _ref(name: str) -> Json:
    return {"$ref": REF + name}


def _draft_7(schema: Any) -> Any:
    """Write tuples as draft 7 does: `items` for each place, and no more."""
    if isinstance(schema, list):
        return [_draft_7(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    said = {name: _draft_7(inner) for name, inner in schema.items()}
    if "prefixItems" in said:
        said |= {"additionalItems": said["items"], "items": said.pop("prefixItems")}
    return said
