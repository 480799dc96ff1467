"""An identity provider elsewhere: its keys, and what its tokens say.

Its keys are fetched when a token names one that is not known, at most every 30 s, and
anew after an hour, beside everything else: who shows a token of ours waits for nothing.
Source: RFC 7517; RFC 7519; OpenID Connect Core 1.0, 2; RFC 8725.
"""

import asyncio
import logging
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from orbit.core.actors.jobs import Jobs
from orbit.core.errors import Unauthenticated, Unavailable
from orbit.core.ports import Clock, KeySource
from orbit.core.services.tokens import MAX_TOKEN, check_times, jwt

if TYPE_CHECKING:
    from jwt import PyJWK

log = logging.getLogger(__name__)

# None that is keyed with what everybody may read: RFC 8725, 3.1.
ALGORITHMS = frozenset({
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA"),
})  # fmt: skip
AGAIN_S, STALE_S = 30.0, 3_600.0
MAX_KEYS = 32


class Trust(Struct, frozen=True):
    """Whose tokens count, and for whom they have to be."""

    issuer: str
    audience: str


class Said(Struct, frozen=True):
    """What a token says of somebody; the address only if the provider has seen it."""

    subject: str
    session: str
    email: str = ""
    name: str = ""
    at: float | None = None  # when he signed in there, in s since 1970, if it says

    def __repr__(self) -> str:
        return "Said()"  # what is in it may not reach a log


class Provider:
    """Reads tokens of one provider."""

    def __init__(
        self, trust: Trust, source: KeySource, clock: Clock, jobs: Jobs
    ) -> None:
        self.trust = trust
        self._source, self._clock, self._jobs = source, clock, jobs
        self._keys: Mapping[str, PyJWK] = {}
        self._fetched_at = self._tried_at = float("-inf")
        self._one = asyncio.Lock()

    async def read(self, token: str) -> Said:
        """Return what a token says.

        Raises:
            Unauthenticated: the provider has not signed it, for us, and for now.
            Unavailable: no keys of it are known, and it does not tell them.
        """
        broken = (jwt().PyJWTError, ValueError, TypeError, OverflowError)
        try:
            if len(token) > MAX_TOKEN:
                raise ValueError("too long")
            kid = str(jwt().get_unverified_header(token).get("kid", ""))
            key = await self._key(kid)
            return self._said(self._verified(token, key))
        except (*broken, AttributeError, RecursionError):
            raise Unauthenticated("this token is not valid, or not any more") from None

    def _verified(self, token: str, key: "PyJWK") -> Mapping[str, Any]:
        claims: Mapping[str, Any] = jwt().decode(
            token,
            key.key,
            algorithms=[key.algorithm_name],  # the key's, whatever the header says
            issuer=self.trust.issuer,
            options={
                "require": ["iss", "sub", "exp"],
                "verify_aud": False,  # below
                "verify_exp": False,  # by our clock, below
                "verify_nbf": False,
                "verify_iat": False,
            },
        )
        check_times(claims, self._clock.now().timestamp())
        # some providers name only the site that asked: `azp`
        meant = claims.get("aud") or claims.get("azp")
        if self.trust.audience not in (meant if isinstance(meant, list) else [meant]):
            raise ValueError("for somebody else")
        return claims

    def _said(self, claims: Mapping[str, Any]) -> Said:
        subject = claims["sub"]
        if not isinstance(subject, str) or not subject:
            raise TypeError("nobody")
        session = next(
            (f"{name} {claims[name]}" for name in ("sid", "auth_time", "iat")
             if name in claims),
            "",
        )  # fmt: skip
        is_seen = claims.get("email_verified") is True
        email = claims.get("email") if is_seen else ""
        name = str(claims.get("name") or "")
        at = claims.get("auth_time", claims.get("iat"))
        return Said(subject, session, str(email or ""), name, _seconds(at))

    async def _key(self, kid: str) -> "PyJWK":
        if kid not in self._keys:
            async with self._one:  # whoever waited finds it
                if kid not in self._keys:
                    await self._fetch()
        elif self._clock.monotonic() - self._fetched_at > STALE_S:
            self._jobs.start(self._renew(), "keys of the identity provider")
        if not self._keys:
            raise Unavailable("the identity provider tells no keys", after=AGAIN_S)
        try:
            return self._keys[kid]
        except KeyError:
            raise ValueError("not one of its keys") from None

    async def _renew(self) -> None:
        async with self._one:
            await self._fetch()

    async def _fetch(self) -> None:
        """Get its keys, unless that was tried just now."""
        now = self._clock.monotonic()
        if now - self._tried_at < AGAIN_S:
            return
        self._tried_at = now
        try:
            self._keys = _keys(await self._source.fetch())
            self._fetched_at = now
        except (Unavailable, ValueError) as error:
            log.warning("the identity provider tells no keys: %s", error)


def _seconds(claim: object) -> float | None:
    is_number = isinstance(claim, int | float) and not isinstance(claim, bool)
    return float(claim) if is_number and math.isfinite(claim) else None  # type: ignore[arg-type]


def _keys(document: bytes) -> Mapping[str, "PyJWK"]:
    """Return the keys of a JWK set by their ids; raise `ValueError` if it is none."""
    try:
        listed = msgspec.json.decode(document)["keys"][:MAX_KEYS]
        keys = jwt().PyJWKSet(listed).keys
    except (msgspec.MsgspecError, KeyError, TypeError, jwt().PyJWTError) as error:
        raise ValueError("this is no set of keys") from error
    return {
        key.key_id: key
        for key in keys
        if key.algorithm_name in ALGORITHMS
        and key.public_key_use in (None, "sig")
        and key.key_id
    }
