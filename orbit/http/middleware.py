"""Around every request: an id, one shape for every error, headers, a line of log.

Nothing leaves without the headers below, and nothing that raises leaves as anything but
the envelope.  A bug is logged with its traceback and the request's id, and told as
`internal`.  Source: guarantees.md, section 5.
"""

import asyncio
import logging
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from itertools import count

from aiohttp import hdrs, web

from orbit.core.errors import Internal, OrbitError
from orbit.core.ports import Clock
from orbit.http.auth import is_https
from orbit.http.errors import http_refusal, refusal
from orbit.http.limits import HEADERS
from orbit.http.routing import LASTING, OPERATION
from orbit.settings import Settings

log = logging.getLogger(__name__)
access = logging.getLogger("orbit.access")

REQUEST_ID_HEADER = "X-Request-ID"
REQUEST_ID = web.RequestKey("request_id", str)
SLOW_S = 0.5
OURS = ("/api/", "/auth/")  # where answers are somebody's, and no cache keeps them
SAMPLE = 20  # a line costs 100 us: of good, quick answers one in so many gets it
_SANE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' blob:; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'self'; require-trusted-types-for 'script'"
)
SECURITY: Mapping[str, str] = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), "
        "microphone=(), payment=(), usb=()"
    ),
    "X-Permitted-Cross-Domain-Policies": "none",
    "Origin-Agent-Cluster": "?1",
}
HSTS = "max-age=31536000; includeSubDomains"

# What people get for a 404.
LOST: web.AppKey[Callable[[], web.Response]] = web.AppKey("lost")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Seen = Callable[[str, str, int, float], None]  # operation, method, status, seconds


def request_id(request: web.Request) -> str:
    """Return the id that a request came with, if it is a sane one, or a new one."""
    id = request.get(REQUEST_ID)
    if id is None:
        said = request.headers.get(REQUEST_ID_HEADER, "")
        id = said if _SANE_ID.fullmatch(said) else secrets.token_hex(12)
        request[REQUEST_ID] = id
    return id


def shell(clock: Clock, seen: Seen) -> Callable[..., Awaitable[web.StreamResponse]]:
    """Return the one middleware."""

    good = count()

    @web.middleware
    async def run(request: web.Request, handler: Handler) -> web.StreamResponse:
        started = clock.monotonic()
        try:
            response = await _answered(request, handler, clock)
        except asyncio.CancelledError:  # it has had its time: see `Runner`
            told = _told(request, clock.monotonic() - started)
            log.warning("a request was cut off as the node ends", extra=told)
            raise
        took_s = clock.monotonic() - started
        operation = request.get(OPERATION, "other")
        seen(operation, request.method, response.status, took_s)
        is_slow = took_s > SLOW_S and operation not in LASTING
        is_news = response.status >= 400 or is_slow or not next(good) % SAMPLE
        level = logging.INFO if is_news else logging.DEBUG
        if access.isEnabledFor(level):
            told = _told(request, took_s)
            access.log(level, "request", extra={**told, "status": response.status})
        return response

    return run


async def _answered(
    request: web.Request, handler: Handler, clock: Clock
) -> web.StreamResponse:
    """Return what a handler answers, or the refusal that it raises."""
    id = request_id(request)
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        if error.status == 404 and _is_for_people(request):
            return request.app[LOST]()
        return http_refusal(error, id, clock.now())
    except OrbitError as error:
        return refusal(error, id, clock.now())
    except ConnectionResetError:
        raise  # nobody is there to be told
    except Exception:
        log.exception("a bug", extra={"request_id": id})
        return refusal(Internal(), id, clock.now())


def _is_for_people(request: web.Request) -> bool:
    """Tell whether somebody opened an address in a browser, which is no program's."""
    is_page = "text/html" in request.headers.get(hdrs.ACCEPT, "")
    return is_page and request.method == "GET" and not request.path.startswith(OURS)


def unreadable(clock: Clock, seen: Seen) -> Callable[[OrbitError], web.Response]:
    """Return what answers a request that cannot be read, for which nothing runs."""

    def refuse(error: OrbitError) -> web.Response:
        id = secrets.token_hex(12)
        response = refusal(error, id, clock.now())
        response.headers.update(SECURITY)
        response.headers[hdrs.SERVER] = "Orbit"
        response.headers[REQUEST_ID_HEADER] = id
        told = {"operation": "unreadable", "method": "other", "request_id": id}
        access.info("request", extra={**told, "status": response.status})
        seen("unreadable", "other", response.status, 0.0)
        return response

    return refuse


def _told(request: web.Request, took_s: float) -> dict[str, object]:
    """Return what a log has: the operation, for a path may hold a board's id."""
    return {
        "operation": request.get(OPERATION, "other"),
        "method": request.method,
        "ms": round(took_s * 1_000, 2),
        "request_id": request_id(request),
    }


def dress(
    settings: Settings,
) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """Return what gives every answer its headers, just before it is sent."""

    async def prepare(request: web.Request, response: web.StreamResponse) -> None:
        headers = response.headers
        for name, value in SECURITY.items():
            headers.setdefault(name, value)
        headers[hdrs.SERVER] = "Orbit"
        headers[REQUEST_ID_HEADER] = request_id(request)
        if allowance := request.get(HEADERS):
            headers.update(allowance)
        if is_https(request, settings):
            headers["Strict-Transport-Security"] = HSTS
        if request.path.startswith(OURS):
            headers.setdefault(hdrs.CACHE_CONTROL, "no-store")
            if settings.cors_origins:  # or a cache gives one site's answer to another
                said = headers.get(hdrs.VARY)
                headers[hdrs.VARY] = f"{said}, {hdrs.ORIGIN}" if said else hdrs.ORIGIN

    return prepare
