"""What comes in: path, query and body, read by their types, every fault with its name.

A refusal names each field that is wrong, and repeats no value.
"""

from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from typing import Any, TypeVar

import msgspec
from aiohttp import web
from msgspec import Raw, Struct
from pydantic import AfterValidator, BaseModel, TypeAdapter, ValidationError

from orbit.core.codec import checked
from orbit.core.errors import BadRequest, Invalid

T = TypeVar("T")
JSON = "application/json"
MAX_PATH_PART = 256

# What pydantic says of a body that has no fields to name.
MALFORMED = {
    "json_invalid": "not valid JSON in UTF-8",
    "model_type": "expected an object",
    "model_attributes_type": "expected an object",
}

Body = type[BaseModel] | type[Struct]
Faults = list[tuple[str, str]]
Read = Callable[[web.Request, Faults], Awaitable[Any]]


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


def path_params(
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


def query_of(model: type[BaseModel], request: web.Request, found: Faults) -> Any:
    try:
        return model.model_validate_strings(dict(request.query))
    except ValidationError as error:
        found += _reasons(error)
        return None


def reader(body: Body | None) -> Read | None:
    """Return what reads a body of a type; None where none is read."""
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


# Bodies ----------------------------------------------------------------------------


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


# Faults of a struct ----------------------------------------------------------------


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
