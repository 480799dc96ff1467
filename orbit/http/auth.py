"""Who calls: ghosts by header or cookie, admin links by header; and from which page.

A secret is read here and handed on; it is never logged, stored or answered.  A cookie
is sent by a browser unasked, so a write that rests on one needs proof that the page is
ours.  Source: guarantees.md, section 5; docs/reference/protocol.md.
"""

import asyncio
import ipaddress
import secrets
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import urlsplit

from aiohttp import hdrs, web
from msgspec import Struct

from orbit.core.errors import (
    BadRequest,
    Busy,
    Forbidden,
    RateLimited,
    Unauthenticated,
)
from orbit.core.limits import Limiter, Rate
from orbit.settings import Settings

GHOST_HEADER = "X-Ghost-ID"
TOKEN_HEADER = "Authorization"  # noqa: S105 - its name
LINK_HEADER = "X-Admin-Token"
KEY_HEADER = "Idempotency-Key"
COOKIE = "orbit_ghost"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
MAX_SECRET, MAX_KEY, MAX_HEADER = 4_096, 255, 8_192
SPREAD_MS = 5_000  # over which those are spread who must come back
QUEUE_S = 4.0  # for which a handshake waits at most; the SDK has patience for 10 s


class Credentials(Struct, frozen=True):
    """What a request says about who makes it."""

    token: str | None = None  # of an account
    secret: str | None = None  # of a ghost
    link: str | None = None  # an admin token

    def __repr__(self) -> str:
        return "Credentials()"  # what is in it may not reach a log


def credentials(request: web.Request, settings: Settings) -> Credentials:
    """Return what a request presents.  Who shows a token is not asked for a cookie.

    Raises:
        Unauthenticated: it is malformed.
        Forbidden: a write rests on a cookie, and no page of ours made it.
    """
    token = _bearer(request)
    secret = text_header(request, GHOST_HEADER, MAX_SECRET, Unauthenticated)
    link = text_header(request, LINK_HEADER, MAX_SECRET, Unauthenticated)
    if token is None and secret is None and hdrs.COOKIE in request.headers:
        secret = _from_cookie(request, settings)
    return Credentials(token, secret, link)


def _bearer(request: web.Request) -> str | None:
    """Return an access token (RFC 6750, 2.1)."""
    said = text_header(request, TOKEN_HEADER, MAX_HEADER, Unauthenticated)
    scheme, _, token = (said or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _from_cookie(request: web.Request, settings: Settings) -> str | None:
    """Return a ghost's secret out of its cookie; None where it does not count.

    For a write it counts only if the browser says that the page is ours.  Who says
    nothing about pages is no browser: to him the cookie is no more than a leftover.
    """
    secret = request.cookies.get(cookie_name(request, settings))
    if secret is None:
        return None
    _check(secret, COOKIE, MAX_SECRET, Unauthenticated)
    if request.method not in SAFE_METHODS:
        if is_foreign_page(request, settings):
            said = "a cookie does not do for writes from another site"
            raise Forbidden(said, details={"field": COOKIE})
        if not is_own_page(request, settings):
            return None
    return secret


def text_header(
    request: web.Request,
    name: str,
    most: int,
    refusal: type[BadRequest] | type[Unauthenticated] = BadRequest,
) -> str | None:
    """Return a header of 1 to `most` printable ASCII characters, or None."""
    value = request.headers.get(name)
    if value is not None:
        _check(value, name, most, refusal)
    return value


def _check(
    value: str,
    name: str,
    most: int,
    refusal: type[BadRequest] | type[Unauthenticated],
) -> None:
    if not (0 < len(value) <= most and value.isascii() and value.isprintable()):
        message = f"{name} should be 1 to {most} printable ASCII characters"
        raise refusal(message, details={"field": name})


# Cookies --------------------------------------------------------------------------


def cookie_name(request: web.Request, settings: Settings) -> str:
    """Return the cookie's name: over https one that no other host can have set."""
    return f"__Host-{COOKIE}" if is_https(request, settings) else COOKIE


def set_cookie(
    request: web.Request,
    settings: Settings,
    response: web.StreamResponse,
    secret: str,
    lifetime_s: int,
) -> None:
    """Have the browser keep a ghost, unless another site's page asked for it."""
    if is_foreign_page(request, settings):
        return
    response.set_cookie(
        cookie_name(request, settings),
        secret,
        max_age=lifetime_s,
        path="/",
        secure=is_https(request, settings),
        httponly=True,
        samesite="Lax",
    )


def drop_cookie(
    request: web.Request, settings: Settings, response: web.StreamResponse
) -> None:
    """Have the browser forget its ghost."""
    response.del_cookie(
        cookie_name(request, settings),
        path="/",
        secure=is_https(request, settings),
        httponly=True,
        samesite="Lax",
    )


# Where it comes from --------------------------------------------------------------


def is_own_page(request: web.Request, settings: Settings) -> bool:
    """Tell whether a browser says that a page of ours, or one we trust, made this."""
    origin = request.headers.get(hdrs.ORIGIN)
    if origin is not None:
        return _is_trusted(origin, request, settings)
    return request.headers.get("Sec-Fetch-Site") == "same-origin"


def is_foreign_page(request: web.Request, settings: Settings) -> bool:
    """Tell whether a browser says that another site's page made this."""
    says = hdrs.ORIGIN in request.headers or "Sec-Fetch-Site" in request.headers
    return says and not is_own_page(request, settings)


def origin_allowed(request: web.Request, settings: Settings) -> bool:
    """Tell whether a page may open a socket from where it is.

    No `Origin` is no browser.  A socket says who it is in its hello, never by a cookie:
    so a page elsewhere that may open one is still nobody.
    """
    origin = request.headers.get(hdrs.ORIGIN)
    if origin is None or "*" in settings.cors_origins:
        return True
    return _is_trusted(origin, request, settings)


def _is_trusted(origin: str, request: web.Request, settings: Settings) -> bool:
    """Compare scheme, host and port exactly."""
    origin = origin.lower()
    own = f"{scheme(request, settings)}://{request.host}".lower()
    if origin == own or origin in settings.cors_origins:
        return True
    if settings.public_url is None:
        return False
    public = urlsplit(settings.public_url)
    return origin == f"{public.scheme}://{public.netloc}".lower()


def is_https(request: web.Request, settings: Settings) -> bool:
    return scheme(request, settings) == "https"


def scheme(request: web.Request, settings: Settings) -> str:
    """Return `http` or `https`, as a trusted proxy or else the connection says."""
    said = request.headers.get(hdrs.X_FORWARDED_PROTO, "").strip().lower()
    if said in {"http", "https"} and _is_proxy(request.remote, settings):
        return said
    return request.scheme


def address(request: web.Request, settings: Settings) -> str:
    """Return the client's address; a `/64` for IPv6, which is one customer's.

    `X-Forwarded-For` counts from the right, and only as far as trusted proxies wrote
    it: what stands left of that, the client itself may have made up.
    """
    client = request.remote or ""
    if _is_proxy(client, settings):
        said = ",".join(request.headers.getall(hdrs.X_FORWARDED_FOR, ()))
        for hop in reversed(said.split(",")):
            if _address(hop) is None:
                break
            client = hop
            if not _is_proxy(client, settings):
                break
    found = _address(client)
    if isinstance(found, IPv6Address):
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def _is_proxy(host: str | None, settings: Settings) -> bool:
    if not settings.trusted_proxies or host is None:
        return False
    found = _address(host)
    return found is not None and any(
        found in network for network in settings.trusted_proxies
    )


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ipaddress.ip_address(text.strip().partition("%")[0])
    except ValueError:
        return None
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        return found.ipv4_mapped
    return found


# Sockets --------------------------------------------------------------------------


def may_connect(settings: Settings) -> Callable[[web.Request], float]:
    """Return what looks at a socket's handshake, and tells in how many seconds it may.

    So many a second begin; the next ones wait for their turn, since a browser that is
    refused is not told when to come back.  It raises `Forbidden` for a page of another
    site, `RateLimited` where one address opens too many a second, and `Busy` where too
    many wait.
    """
    per_s, all_per_s = (
        settings.limits.handshakes_per_address_s,
        settings.limits.handshakes_per_s,
    )
    handshakes = Limiter(Rate(per_s, 1.0, per_s))
    turns = Limiter(Rate(all_per_s, 1.0, all_per_s * (1.0 + QUEUE_S)))

    def look(request: web.Request) -> float:
        if not origin_allowed(request, settings):
            said = "this site may not open sockets here"
            raise Forbidden(said, details={"field": "Origin"})
        now = asyncio.get_running_loop().time()
        if wait := handshakes.spend(address(request, settings), now):
            raise RateLimited("too many sockets at once", after=wait)
        if wait := turns.spend("", now):
            # they were cut off together, and shall not come back together
            spread = secrets.randbelow(SPREAD_MS) / 1_000
            raise Busy("too many sockets at once", after=wait + spread)
        return max(0.0, turns.debt_s("", now) - 1.0)

    return look
