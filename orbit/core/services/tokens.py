"""What shows that somebody has signed in: an access token, and one to get the next.

An access token is a JWT that says who and until when; whether it still holds, the
database says.  A refresh token says which sign-in, and which token of it; the one after
it follows from that, so that whoever asks twice is given the same.  Neither is kept.
Source: guarantees.md, section 5; ADR-0028; RFC 9068.
"""

import base64
import binascii
import hmac
from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from types import ModuleType
from typing import Any
from uuid import UUID

from msgspec import Struct

from orbit.core.errors import Unauthenticated
from orbit.core.ports import Account, Clock, Login, Role

LEEWAY = timedelta(seconds=30)
ISSUER, AUDIENCE, TYPE = "orbit", "orbit", "at+jwt"
REQUIRED = ("iss", "aud", "exp", "nbf", "iat", "sub", "tv", "sid")
MAX_TOKEN = 4_096
FAMILY_BYTES, COUNTER_BYTES, MAC_BYTES = 16, 4, 32


class Signing(Struct, frozen=True):
    """How tokens of one key are signed: its algorithm is ours to say, never theirs."""

    algorithm: str
    key: bytes

    def __repr__(self) -> str:
        return f"Signing({self.algorithm})"


class Lives(Struct, frozen=True):
    """For how long one token is good, and one sign-in: used, and unused."""

    access: timedelta = timedelta(minutes=10)
    login: timedelta = timedelta(days=30)
    idle: timedelta = timedelta(days=7)


class Access(Struct, frozen=True):
    """What an access token says."""

    account: str
    version: int
    login: str
    scope: Role = Role.USER


class Tokens:
    """Makes tokens and reads them; a change of `secret` makes all of them void."""

    def __init__(self, secret: bytes, clock: Clock, lives: Lives | None = None) -> None:
        self._clock, self.lives = clock, lives or Lives()
        signing = hmac.digest(secret, b"orbit access v1", sha256)
        self._refreshing = hmac.digest(secret, b"orbit refresh v1", sha256)
        self._kid = sha256(signing).hexdigest()[:8]
        self._keys: Mapping[str, Signing] = {self._kid: Signing("HS256", signing)}

    def access(self, account: Account, login: Login) -> str:
        """Return a token that is good for its time, or until the login ends."""
        now = int(self._clock.now().timestamp())
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": account.id,
            "tv": account.version,
            "sid": login.family,
            "scope": login.scope,
            "iat": now,
            "nbf": now,
            "exp": now + int(self.lives.access.total_seconds()),
        }
        signing = self._keys[self._kid]
        headers = {"typ": TYPE, "kid": self._kid}
        return str(jwt().encode(claims, signing.key, signing.algorithm, headers))

    def read(self, token: str) -> Access:
        """Return what a token says.

        Raises:
            Unauthenticated: we have not signed it, or its time is over.
        """
        broken = (jwt().PyJWTError, ValueError, TypeError)
        try:
            claims = self._verified(token)
            check_times(claims, self._clock.now().timestamp())
            account, login = str(UUID(claims["sub"])), str(UUID(claims["sid"]))
            scope = Role(claims.get("scope", Role.USER))
            return Access(account, int(claims["tv"]), login, scope)
        except (*broken, AttributeError, RecursionError):
            raise Unauthenticated("this token is not valid, or not any more") from None

    def _verified(self, token: str) -> Mapping[str, Any]:
        """Return the claims; what a header says of keys elsewhere nobody reads."""
        if len(token) > MAX_TOKEN:
            raise ValueError("too long")
        header = jwt().get_unverified_header(token)
        signing = self._keys.get(str(header.get("kid")))
        said = header.get("typ"), header.get("alg")
        if signing is None or said != (TYPE, signing.algorithm):
            raise ValueError("not one of ours")
        claims: Mapping[str, Any] = jwt().decode(
            token,
            signing.key,
            algorithms=[signing.algorithm],
            audience=AUDIENCE,
            issuer=ISSUER,
            options={
                "require": list(REQUIRED),
                "verify_exp": False,  # by our clock, below
                "verify_nbf": False,
                "verify_iat": False,
            },
        )
        return claims

    def is_of_ours(self, token: str) -> bool:
        """Tell whether a token names a key of ours, which proves nothing."""
        try:
            return jwt().get_unverified_header(token).get("kid") in self._keys
        except (jwt().PyJWTError, ValueError, RecursionError):
            return False

    def refresh(self, login: Login) -> str:
        """Return the one token of a login that is good; the same when asked again."""
        named = UUID(login.family).bytes + login.counter.to_bytes(COUNTER_BYTES, "big")
        whole = named + self._mac(named, login.salt)
        return base64.urlsafe_b64encode(whole).decode().rstrip("=")

    def opened(self, token: str) -> tuple[str, int]:
        """Return the family and counter that a refresh token names; it proves nothing.

        Raises:
            Unauthenticated: it is none.
        """
        whole = _decoded(token)
        if len(whole) != FAMILY_BYTES + COUNTER_BYTES + MAC_BYTES:
            raise Unauthenticated("this is no refresh token")
        counter = whole[FAMILY_BYTES : FAMILY_BYTES + COUNTER_BYTES]
        return str(UUID(bytes=whole[:FAMILY_BYTES])), int.from_bytes(counter, "big")

    def is_of(self, token: str, login: Login) -> bool:
        """Tell whether a token is one that we have given out for this login."""
        whole = _decoded(token)
        named = whole[: FAMILY_BYTES + COUNTER_BYTES]
        return hmac.compare_digest(whole[len(named) :], self._mac(named, login.salt))

    def _mac(self, named: bytes, salt: bytes) -> bytes:
        return hmac.digest(self._refreshing, named + salt, sha256)


def check_times(claims: Mapping[str, Any], now: float) -> None:
    """Raise `ValueError` if a token is not good yet, or not any more."""
    leeway = LEEWAY.total_seconds()
    began_at = max(int(claims.get("nbf", 0)), int(claims.get("iat", 0)))
    if began_at > now + leeway or now > int(claims["exp"]) + leeway:
        raise ValueError("not now")


def jwt() -> ModuleType:
    """Return the library: it takes 40 ms, which no start needs to wait for."""
    import jwt as library  # noqa: PLC0415

    return library


def _decoded(token: str) -> bytes:
    try:
        return base64.b64decode(
            token + "=" * (-len(token) % 4), altchars=b"-_", validate=True
        )
    except (binascii.Error, ValueError):
        return b""
