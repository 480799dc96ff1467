"""The REST interface as one OpenAPI 3.1 document, made from the rows that serve it.

Nothing is written twice: paths, parameters, bodies and answers come from the handlers'
annotations, and a command's body from the command.  It knows no kind.
"""

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct
from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import models_json_schema

import orbit
from orbit.core.kind import Asked, Command, Kind
from orbit.http.auth import (
    COOKIE,
    GHOST_HEADER,
    KEY_HEADER,
    LINK_HEADER,
    MAX_KEY,
    SAFE_METHODS,
)
from orbit.http.reading import JSON
from orbit.http.routing import ANY_COMMAND, PREFIX, Row

REF = "#/components/schemas/"
Json = dict[str, Any]

SAID: Mapping[int, str] = {
    200: "Done",
    201: "Made",
    202: "It is on its way",
    204: "Done; there is nothing to say",
    400: "The request is malformed",
    401: "Nobody holds what was presented",
    403: "Not allowed",
    404: "There is no such thing",
    409: "It does not fit the present state, or the key was used for something else",
    410: "It is no longer there",
    413: "Too large",
    415: "The body is not JSON",
    422: "Fields are out of bounds; `details` names each",
    429: "Too many at once; come back after `Retry-After` seconds",
    503: "Not possible at the moment; nothing was changed",
    504: "It may have been done; ask again with the same `Idempotency-Key`",
}
SHOWN = ("ghost", "cookie", "account", "link")  # or nothing
ABOUT = """\
Every live thing is a board with one ordered journal. A write is a command to a board;
it is answered when it is on disk, with the `seq` at which it stands.

Nobody has to sign in: a *ghost* is a secret that `POST /identity/ghost/` shows once.
Who wants to be the same elsewhere signs in with a code by mail, and shows a token. The
trailing slash of a path is optional. A write with an `Idempotency-Key` is safe to
repeat: the same key gives the same answer.
"""


class Error(Struct, frozen=True):
    """Every refusal. `error` is the contract, `message` is for people."""

    error: str
    message: str
    detail: str
    details: dict[str, Any]
    request_id: str
    timestamp: datetime


def document(rows: Sequence[Row], kinds: Mapping[str, Kind[Any]]) -> Json:
    """Return the document."""
    schemas = _Schemas(rows, kinds)
    paths: dict[str, Json] = {}
    for row in rows:
        paths.setdefault(PREFIX + row.path, {})[row.method.lower()] = _operation(
            row, schemas
        )
    return {
        "openapi": "3.1.0",
        "info": {"title": "Orbit", "version": orbit.__version__, "description": ABOUT},
        "servers": [{"url": "/"}],
        "security": [{name: []} if name else {} for name in ("", *SHOWN)],
        "tags": [{"name": tag} for tag in dict.fromkeys(row.tag for row in rows)],
        "paths": paths,
        "components": {
            "schemas": schemas.components,
            "securitySchemes": {
                "ghost": _key("header", GHOST_HEADER, "A ghost's secret"),
                "cookie": _key("cookie", COOKIE, "A ghost's secret, as browsers do"),
                "link": _key("header", LINK_HEADER, "A board's admin token"),
                "account": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "Who has signed in: an access token",
                },
                "operator": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The node's operator key",
                },
            },
        },
    }


def _key(place: str, name: str, description: str) -> Json:
    return {"type": "apiKey", "in": place, "name": name, "description": description}


class _Schemas:
    """The JSON schemas of everything that goes over the wire."""

    def __init__(self, rows: Sequence[Row], kinds: Mapping[str, Kind[Any]]) -> None:
        self._kinds = kinds
        structs = {Error, *_structs(rows), *self._commands()}
        ordered = sorted(structs, key=lambda struct: struct.__name__)
        _, self.components = msgspec.json.schema_components(
            ordered, ref_template=REF + "{name}"
        )
        _, top = models_json_schema(
            [(model, "validation") for model in _models(rows)],
            ref_template=REF + "{model}",
        )
        self.components |= top.get("$defs", {})

    def _commands(self) -> Iterable[type[Asked]]:
        for kind in self._kinds.values():
            yield from self.of_kind(kind).values()

    def of_kind(self, kind: Kind[Any]) -> Mapping[str, type[Asked]]:
        """Return what may be told over the wire."""
        named = kind.asked_by_name.items()
        return {name: cls for name, cls in named if issubclass(cls, Command)}

    def any_command(self) -> Json:
        """Return the schema of `{do, with}` for every command of every kind."""
        choices = [
            {
                "type": "object",
                "title": name,
                "properties": {
                    "do": {"const": name},
                    "with": {"$ref": REF + cls.__name__},
                    "op": {"type": "string", "minLength": 1, "maxLength": 64},
                },
                "required": ["do"],
            }
            for kind in self._kinds.values()
            for name, cls in self.of_kind(kind).items()
        ]
        return {"anyOf": choices}

    def together(self, kind: str, names: Sequence[str], without: set[str]) -> Json:
        """Return the schema of what some commands take, less what the path says."""
        merged: Json = {"type": "object", "properties": {}, "required": []}
        for name in names:
            cls = self._kinds[kind].asked_by_name[name]
            schema = deepcopy(self.components[cls.__name__])
            merged["properties"] |= {
                field: inner
                for field, inner in schema["properties"].items()
                if field not in without
            }
            if len(names) == 1:
                merged["required"] = [
                    field for field in schema["required"] if field not in without
                ]
        if len(names) > 1:
            merged["minProperties"] = 1
        return merged


def _structs(rows: Sequence[Row]) -> Iterable[type[Struct]]:
    for row in rows:
        for type_ in (row.answer, row.body):
            if isinstance(type_, type) and issubclass(type_, Struct):
                yield type_


def _models(rows: Sequence[Row]) -> Iterable[type[BaseModel]]:
    for row in rows:
        if row.body is not None and issubclass(row.body, BaseModel):
            yield row.body


def _operation(row: Row, schemas: _Schemas) -> Json:
    body = _body(row, schemas)
    operation: Json = {
        "operationId": row.name,
        "summary": row.summary,
        "tags": [row.tag],
        "parameters": list(_parameters(row)),
        "responses": _responses(row, has_body=body is not None),
    }
    if row.for_operators:
        operation["security"] = [{"operator": []}]
    if row.for_staff:
        operation["security"] = [{"account": []}]
    if row.description:
        operation["description"] = row.description
    if body is not None:
        is_needed = bool(body.get("required")) or "$ref" in body or "anyOf" in body
        content = {JSON: {"schema": body}}
        operation["requestBody"] = {"required": is_needed, "content": content}
    return operation


def _body(row: Row, schemas: _Schemas) -> Json | None:
    if row.commands == ANY_COMMAND:
        return schemas.any_command()
    if row.commands is not None:
        kind, names = row.commands
        schema = schemas.together(kind, names, set(row.params))
        return schema if schema["properties"] else None
    return {"$ref": REF + row.body.__name__} if row.body else None


def _parameters(row: Row) -> Iterable[Json]:
    for name, type_ in row.params.items():
        schema = TypeAdapter(type_).json_schema()
        yield {"name": name, "in": "path", "required": True, "schema": schema}
    if row.query is not None:
        shape = row.query.model_json_schema()
        for name, its in shape["properties"].items():
            needed = name in shape.get("required", ())
            schema = _inlined(its, shape.get("$defs", {}))
            yield {"name": name, "in": "query", "required": needed, "schema": schema}
    if row.method not in SAFE_METHODS:
        yield {
            "name": KEY_HEADER,
            "in": "header",
            "required": False,
            "description": "Makes it safe to repeat: the same key, the same answer",
            "schema": {"type": "string", "minLength": 1, "maxLength": MAX_KEY},
        }


def _inlined(schema: Any, its: Json) -> Any:
    """Return a schema with `its` definitions in the places that refer to them."""
    if isinstance(schema, list):
        return [_inlined(each, its) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return its[schema["$ref"].rpartition("/")[2]]
    return {name: _inlined(value, its) for name, value in schema.items()}


def _responses(row: Row, *, has_body: bool) -> Json:
    error = {JSON: {"schema": {"$ref": f"{REF}Error"}}}
    told: dict[int, Json] = {row.status: {"description": SAID[row.status]}}
    if isinstance(row.answer, str):
        content: Json = {row.answer: {"schema": {"type": "string"}}}
        told[row.status]["content"] = content
    elif row.answer is not None and row.status != 204:
        schema = {"$ref": REF + row.answer.__name__}
        forms = {name: {"schema": {"type": "string"}} for name in row.forms}
        told[row.status]["content"] = {**forms, JSON: {"schema": schema}}
    codes = {400, 401, 429, 503, *row.errors}
    if row.for_operators:
        codes |= {403, 404}
    if row.for_staff:
        codes |= {403}
    if "board" in row.params:
        codes |= {403, 404, 410}
    if row.method not in SAFE_METHODS and "board" in row.params:
        codes |= {409, 504}
    if has_body:
        codes |= {413, 415, 422}
    if row.query is not None:
        codes |= {422}
    for code in sorted(codes):
        told[code] = {"description": SAID[code], "content": error}
    other = {"default": {"description": "Any other refusal", "content": error}}
    return {str(code): said for code, said in told.items()} | other
