"""How a refusal looks over HTTP: one table of statuses, one envelope.

    {"error", "message", "detail", "details", "request_id", "timestamp"}

`detail` is the message again; `details` names fields: {"field": ["why", ...]}.
Source: docs/reference/protocol.md; guarantees.md, section 4.
"""

import math
from collections.abc import Iterable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any

import orjson
from aiohttp import hdrs, web

from orbit.core.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    Gone,
    Internal,
    Invalid,
    NotFound,
    OrbitError,
    RateLimited,
    Rejected,
    TooLarge,
    Unauthenticated,
    Unavailable,
    Unknown,
    outward,
)

STATUS: Mapping[type[OrbitError], int] = {
    Internal: 500,
    Rejected: 400,
    BadRequest: 400,
    Invalid: 422,
    TooLarge: 413,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    Gone: 410,
    RateLimited: 429,
    Unavailable: 503,
    Unknown: 504,
}
# What HTTP alone refuses; the core has no word for it.
OF_HTTP: Mapping[int, str] = {
    400: "bad_request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    408: "timeout",
    409: "conflict",
    410: "gone",
    411: "bad_request",
    413: "too_large",
    414: "too_large",
    415: "unsupported_media_type",
    417: "bad_request",
    426: "upgrade_required",
    429: "rate_limited",
    431: "too_large",
    503: "unavailable",
}
COME_BACK_S = 1.0  # when the refusal itself does not say


def status_of(error: type[OrbitError]) -> int:
    """Return the status that tells an error; the nearest of its bases counts."""
    return next(STATUS[cls] for cls in error.__mro__ if cls in STATUS)


def invalid(faults: Iterable[tuple[str, str]]) -> Invalid:
    """Return the refusal that names every field that is wrong, and why."""
    fields: dict[str, list[str]] = {}
    for field, why in faults:
        fields.setdefault(field, []).append(why)
    names = ", ".join(name for name in fields if name) or "the body"
    is_one = len(fields) == 1
    message = f"{names}: {next(iter(fields.values()))[0]}" if is_one else names
    return Invalid(message if is_one else f"out of bounds: {names}", details=fields)


def refusal(error: OrbitError, request_id: str, now: datetime) -> web.Response:
    """Return an error as an answer."""
    error = outward(error)
    headers: dict[str, str] = {}
    if error.retry:
        headers[hdrs.RETRY_AFTER] = str(math.ceil(error.after or COME_BACK_S))
    return web.Response(
        body=envelope(error.code, error.message, _fields(error), request_id, now),
        status=status_of(type(error)),
        content_type="application/json",
        headers=headers,
    )


def http_refusal(
    error: web.HTTPException, request_id: str, now: datetime
) -> web.Response:
    """Return what aiohttp refused, in our envelope."""
    kept = (hdrs.ALLOW, hdrs.RETRY_AFTER, hdrs.UPGRADE)
    status = error.status
    code = OF_HTTP.get(status, "internal" if status >= 500 else "bad_request")
    said = HTTPStatus(status).phrase.lower()
    return web.Response(
        body=envelope(code, _sentence(error) or said, {}, request_id, now),
        status=status,
        content_type="application/json",
        headers={name: error.headers[name] for name in kept if name in error.headers},
    )


def envelope(
    code: str,
    message: str,
    details: Mapping[str, Any],
    request_id: str,
    now: datetime,
) -> bytes:
    """Return the body of every error."""
    return orjson.dumps(
        {
            "error": code,
            "message": message,
            "detail": message,
            "details": details,
            "request_id": request_id,
            "timestamp": now,
        },
        option=orjson.OPT_UTC_Z,
        default=list,
    )


def _fields(error: OrbitError) -> Mapping[str, Any]:
    """Return `details` as {"field": ["why"]}; what names no field stays as it is."""
    details = error.details
    if isinstance(details.get("field"), str):
        return {details["field"]: [error.message]}
    return details


def _sentence(error: web.HTTPException) -> str:
    """Return a sentence of our own; aiohttp's own begins with the status."""
    text = error.text or ""
    is_ours = text and not text[:3].isdigit() and "Maximum request body" not in text
    return text if is_ours else ""
