"""Refusals over HTTP: the table of statuses, the envelope."""

import json
from datetime import UTC, datetime

import pytest
from aiohttp import web

from orbit.core.errors import (
    Conflict,
    Fenced,
    Forbidden,
    IdReused,
    Internal,
    Invalid,
    Moved,
    OrbitError,
    PrivateBoard,
    RateLimited,
    StoreDown,
    TimedOut,
    Unavailable,
    Unknown,
    catalogue,
)
from orbit.http.errors import http_refusal, invalid, refusal, status_of

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
FIELDS = {"error", "message", "detail", "details", "request_id", "timestamp"}


@pytest.mark.parametrize("error", list(catalogue()), ids=lambda error: error.code)
def test_every_error_has_a_status_of_its_sort(error: type[OrbitError]) -> None:
    status = status_of(error)
    assert 400 <= status < 600
    is_ours = error is Internal or (error.retry and error.code != "rate_limited")
    assert (status >= 500) is is_ours


def test_the_nearest_base_counts() -> None:
    told = {PrivateBoard: 403, Forbidden: 403, IdReused: 409, Conflict: 409}
    told |= {Fenced: 503, TimedOut: 503, Unknown: 504, Invalid: 422}
    for error, status in told.items():
        assert status_of(error) == status


def test_the_envelope_has_all_its_fields() -> None:
    answer = refusal(Conflict("it is full"), "r1", NOW)
    body = json.loads(answer.body)  # type: ignore[arg-type]
    assert set(body) == FIELDS
    assert body["error"] == "conflict"
    assert body["message"] == body["detail"] == "it is full"
    assert (body["request_id"], body["timestamp"]) == ("r1", "2026-11-21T10:00:00Z")
    assert body["details"] == {}
    assert answer.content_type == "application/json"


@pytest.mark.parametrize("inner", [Fenced, Moved, StoreDown])
def test_what_is_the_cluster_s_own_is_told_as_what_passes(
    inner: type[OrbitError],
) -> None:
    answer = refusal(inner(after=2.0), "r", NOW)
    body = json.loads(answer.body)  # type: ignore[arg-type]
    assert (answer.status, body["error"]) == (503, "unavailable")
    assert body["message"] == Unavailable.summary
    assert answer.headers["Retry-After"] == "2"


def test_a_field_is_named_with_the_reason() -> None:
    error = Invalid("too long", details={"field": "title"})
    body = json.loads(refusal(error, "r", NOW).body)  # type: ignore[arg-type]
    assert body["details"] == {"title": ["too long"]}


def test_several_fields_are_named_together() -> None:
    error = invalid([("a", "missing"), ("b", "too long"), ("b", "not text")])
    assert error.details == {"a": ["missing"], "b": ["too long", "not text"]}
    assert error.message == "out of bounds: a, b"
    assert invalid([("a", "missing")]).message == "a: missing"


@pytest.mark.parametrize(
    ("error", "after"),
    [
        (RateLimited(after=0.2), "1"),
        (RateLimited(after=61.5), "62"),
        (TimedOut(), "1"),
        (Conflict(), None),
    ],
)
def test_who_may_come_back_is_told_when(error: OrbitError, after: str | None) -> None:
    assert refusal(error, "r", NOW).headers.get("Retry-After") == after


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (web.HTTPNotFound(), "not_found"),
        (web.HTTPMethodNotAllowed("PUT", ["GET"]), "method_not_allowed"),
        (web.HTTPUnsupportedMediaType(), "unsupported_media_type"),
        (web.HTTPRequestEntityTooLarge(1, 2), "too_large"),
        (web.HTTPExpectationFailed(), "bad_request"),
        (web.HTTPServiceUnavailable(), "unavailable"),
        (web.HTTPInternalServerError(), "internal"),
        (web.HTTPImATeapot() if hasattr(web, "HTTPImATeapot") else web.HTTPGone(), ""),
    ],
)
def test_what_aiohttp_refuses_has_the_envelope(
    error: web.HTTPException, code: str
) -> None:
    answer = http_refusal(error, "r", NOW)
    body = json.loads(answer.body)  # type: ignore[arg-type]
    assert set(body) == FIELDS
    assert answer.status == error.status
    assert body["error"] == code or not code
    assert str(error.status) not in body["message"]


def test_the_allowed_methods_are_kept() -> None:
    answer = http_refusal(web.HTTPMethodNotAllowed("PUT", ["GET", "HEAD"]), "r", NOW)
    assert answer.headers["Allow"] == "GET,HEAD"
