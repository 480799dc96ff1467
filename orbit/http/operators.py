"""Who may look into a node and act on it: whoever shows its operator key.

The key comes as a bearer token and is compared in constant time; it is never stored,
answered or logged.  Only wrong keys are counted: who holds the right one is never
locked out.  It must never know what is asked.  Source: ADR-0023; RFC 6750, 2.1.
"""

from hashlib import blake2b
from hmac import compare_digest

from aiohttp import hdrs, web

from orbit.core.errors import Forbidden, RateLimited, Unauthenticated
from orbit.core.limits import Limiter, Rate
from orbit.core.ports import Act, Clock
from orbit.core.services.trail import tell
from orbit.http.auth import address
from orbit.settings import Settings

WRONG = Rate(count=10, per_s=60.0, burst=10)  # keys, from one address
MAX_KEY = 4_096


class Operators:
    """The door of a node's room for operators."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        """Take the key from the settings; without one nobody is let in."""
        key = settings.operator_key
        self._digest = _digest(key.get_secret_value()) if key else None
        self._settings, self._clock = settings, clock
        self._wrong = Limiter(WRONG)

    def admit(self, request: web.Request) -> None:
        """Let an operator in.

        Raises:
            Forbidden: this node has no key.
            Unauthenticated: no key is shown, or a wrong one.
            RateLimited: too many wrong ones came from there.
        """
        if self._digest is None:
            said = "this node has no operator key"
            raise Forbidden(said, details={"field": "Authorization"})
        shown = _bearer(request)
        if shown is None:
            raise Unauthenticated("show the operator key: Authorization: Bearer <key>")
        if compare_digest(_digest(shown), self._digest):
            return
        where = address(request, self._settings)
        if wait := self._wrong.spend(where, self._clock.monotonic()):
            raise RateLimited("too many wrong keys", after=wait)
        tell(Act.OPERATOR_REFUSED)
        raise Unauthenticated("this is not the operator key")


def _bearer(request: web.Request) -> str | None:
    scheme, _, token = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    token = token.strip()
    is_one = scheme.lower() == "bearer" and 0 < len(token) <= MAX_KEY
    return token if is_one else None


def _digest(key: str) -> bytes:
    # of one length, whatever was sent; a header may hold halves of characters
    return blake2b(key.encode("utf-8", "surrogateescape"), digest_size=32).digest()
