"""An identity provider of tests: its key, its tokens, and where it tells its keys."""

import asyncio
import json
import time
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from jwt.algorithms import ECAlgorithm

from orbit.core.errors import Unavailable
from orbit.core.services.provider import Trust

TRUST = Trust("https://id.example.org", "orbit-app")
LIFE_S = 60


class Elsewhere:
    """Signs whatever it is told to; `is_away` has it tell no keys."""

    def __init__(self, kid: str = "k1") -> None:
        self.asked, self.is_away, self.use = 0, False, "sig"
        self.told = asyncio.Event()  # it was asked for its keys
        self.turn(kid)

    def turn(self, kid: str) -> None:
        """Have another key, and forget the one before."""
        self.kid, self.key = kid, generate_private_key(SECP256R1())

    @property
    def jwk(self) -> dict[str, Any]:
        """The key, as everybody may read it."""
        told = ECAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return {**told, "kid": self.kid, "use": self.use, "alg": "ES256"}

    async def fetch(self) -> bytes:
        """Return its keys, and some that nobody can use."""
        self.asked += 1
        self.told.set()
        if self.is_away:
            raise Unavailable("it is away")
        shared = {"kty": "oct", "kid": "shared", "k": "c2VjcmV0", "alg": "HS256"}
        listed: list[object] = [self.jwk, shared, {"kty": "new"}, 5]
        return json.dumps({"keys": listed}).encode()

    def token(self, *, kid: str = "", **claims: Any) -> str:
        """Return a token; a claim of None is left out."""
        now = int(time.time())
        said = {
            "iss": TRUST.issuer,
            "aud": TRUST.audience,
            "sub": "user_1",
            "sid": "sess_1",
            "iat": now,
            "exp": now + LIFE_S,
            "email": "ann@example.org",
            "email_verified": True,
            **claims,
        }
        told = {name: value for name, value in said.items() if value is not None}
        return jwt.encode(told, self.key, "ES256", {"kid": kid or self.kid})
