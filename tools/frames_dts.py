"""Writes orbit/http/web/sdk/frames.d.ts from the socket protocol: run `make docs`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from orbit.core.kind import Command, Kind, Signal
from orbit.core.kinds import ITEMS, KINDS
from orbit.http.asyncapi import REF, SAID_BY_CLIENTS, SAID_BY_SERVERS, schemas

PAGE = Path(__file__).parents[1] / "orbit/http/web/sdk/frames.d.ts"
HEAD = """\
/**
 * The frames of the socket protocol, and what each kind of board takes and shows.
 *
 * Made by `make docs` from the types that the server runs on; change those.
 */
"""
FRAMES = {frame.__name__ for frame in (*SAID_BY_CLIENTS, *SAID_BY_SERVERS)}
PLAIN = {"string": "string", "integer": "number", "number": "number"}
PLAIN |= {"boolean": "boolean", "null": "null"}
WIDTH = 88
OPEN = "(string & {})"  # others may come; those that are known are offered


def page() -> str:
    """Return the declarations."""
    found = schemas(KINDS, ITEMS)
    blocks = [HEAD, *(_declared(name, found[name]) for name in sorted(found))]
    blocks += [
        f"/** Whatever a client may say. */\n{_union('ClientFrame', SAID_BY_CLIENTS)}",
        f"/** Whatever a server may say. */\n{_union('ServerFrame', SAID_BY_SERVERS)}",
        *(_of_kind(kind) for kind in KINDS.values()),
        "/** Every kind of board. */\n" + _interface("Kinds", _kinds()),
    ]
    return "\n".join(blocks)


def _declared(name: str, schema: Mapping[str, Any]) -> str:
    about, called = _comment(schema.get("description", "")), _called(name)
    choices = [key for key in ("anyOf", "oneOf") if key in schema]
    if "properties" not in schema:
        return about + _alias(called, _types(schema))
    if not schema["properties"]:
        return f"{about}export interface {called} {{}}\n"
    if not choices:
        return about + _interface(called, _fields(schema))
    # `do` and `with` go together
    own = {**schema, "properties": {**schema["properties"]}}
    for key in (*choices, "do", "with"):
        own.pop(key, None)
        own["properties"].pop(key, None)
    pairs = " | ".join(_types({key: schema[key] for key in choices}))
    return about + _alias(called, [f"{_type(own)} & ({pairs})"])


def _alias(name: str, types: Sequence[str]) -> str:
    line = f"export type {name} = {' | '.join(types)};"
    if len(line) > WIDTH and len(types) > 1:
        line = "\n  | ".join([f"export type {name} =", *types]) + ";"
    return line + "\n"


def _interface(name: str, fields: Iterable[str]) -> str:
    inner = "".join(f"  {field}\n" for field in fields)
    return f"export interface {name} {{\n{inner}}}\n"


def _union(name: str, frames: Iterable[type[Struct]]) -> str:
    return _alias(name, [_called(frame.__name__) for frame in frames])


def _called(name: str) -> str:
    return f"{name}Frame" if name in FRAMES else name


def _comment(text: str) -> str:
    words = " ".join(text.split()).replace("*/", "* /")
    return f"/** {words} */\n" if words else ""


def _type(schema: Mapping[str, Any]) -> str:
    return " | ".join(_types(schema))


def _types(schema: Mapping[str, Any]) -> Sequence[str]:
    """Return what a value may be: one of these."""
    for several in ("anyOf", "oneOf"):
        if several in schema:
            found = dict.fromkeys(t for one in schema[several] for t in _types(one))
            names = len(found) > 1 and any("$ref" in one for one in schema[several])
            return [OPEN if names and t == "string" else t for t in found]
    if "$ref" in schema:
        return [_called(str(schema["$ref"]).removeprefix(REF))]
    if "const" in schema:
        return [f'"{schema["const"]}"']
    if "enum" in schema:
        return [f'"{one}"' for one in schema["enum"]]
    match schema.get("type"):
        case "array":
            return [_array(schema)]
        case "object":
            return [_object(schema)]
        case str(plain):
            return [PLAIN[plain]]
        case _:
            return ["never" if "not" in schema else "any"]


def _array(schema: Mapping[str, Any]) -> str:
    items = schema.get("items", {})
    if isinstance(items, list):
        return f"[{', '.join(map(_type, items))}]"
    inner = _type(items)
    return f"({inner})[]" if " | " in inner else f"{inner}[]"


def _object(schema: Mapping[str, Any]) -> str:
    if "properties" not in schema:
        return f"Record<string, {_type(schema.get('additionalProperties', {}))}>"
    needed = schema.get("required", ())
    inner = (_field(n, s, n in needed) for n, s in schema["properties"].items())
    return f"{{ {' '.join(inner)} }}"


def _fields(schema: Mapping[str, Any]) -> Iterator[str]:
    needed = schema.get("required", ())
    for name, inner in schema["properties"].items():
        if about := _comment(inner.get("description", "")):
            yield about.strip()
        yield _field(name, inner, name in needed)


def _field(name: str, schema: Mapping[str, Any], is_needed: bool) -> str:
    return f"{name}{'' if is_needed else '?'}: {_type(schema)};"


def _of_kind(kind: Kind[Any]) -> str:
    name = kind.name.capitalize()

    def named(base: type[Struct]) -> Iterator[str]:
        for key, cls in kind.asked_by_name.items():
            if issubclass(cls, base):
                yield f"{key}: {cls.__name__};"

    shown = (f"{key}: {shape.__name__};" for key, shape in ITEMS[kind.name].items())
    return "\n".join(
        [
            f"/** What a {kind.name} board is told. */",
            _interface(f"{name}Commands", named(Command)),
            f"/** What passes over a {kind.name} board. */",
            _interface(f"{name}Signals", named(Signal)),
            f"/** What a {kind.name} board shows, by type. */",
            _interface(f"{name}Items", shown),
        ]
    )


def _kinds() -> Iterator[str]:
    for kind in KINDS.values():
        name = kind.name.capitalize()
        yield f"{kind.name}: {{"
        yield f"  commands: {name}Commands;"
        yield f"  signals: {name}Signals;"
        yield f"  items: {name}Items;"
        yield f"  events: {name}Event;"
        yield "};"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
