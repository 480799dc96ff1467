"""Tokens: what they say, for how long, and what they are never taken for."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from msgspec.structs import replace

from orbit.core.errors import Unauthenticated
from orbit.core.ports import Account, Login, Role
from orbit.core.services.tokens import LEEWAY, Access, Lives, Tokens

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
ANN = Account(str(uuid4()), "ann@example.org", b"", NOW, version=3)
LOGIN = Login(str(uuid4()), ANN.id, b"salt", NOW, NOW)


class Time:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return 0.0


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def tokens(time: Time) -> Tokens:
    return Tokens(b"a secret key", time)


def parts(token: str) -> list[Any]:
    """Return header and claims."""
    return [
        json.loads(base64.urlsafe_b64decode(part + "=="))
        for part in token.split(".")[:2]
    ]


def signed(tokens: Tokens, headers: Any = None, **claims: Any) -> str:
    """Return a token with the right key, and whatever else in it."""
    ((kid, signing),) = tokens._keys.items()
    _, good = parts(tokens.access(ANN, LOGIN))
    said = {name: value for name, value in {**good, **claims}.items() if value != ""}
    head = {"typ": "at+jwt", "kid": kid, **(headers or {})}
    return jwt.encode(said, signing.key, "HS256", head)


def test_a_token_says_who_and_until_when(tokens: Tokens) -> None:
    token = tokens.access(ANN, LOGIN)
    assert tokens.read(token) == Access(ANN.id, 3, LOGIN.family)
    header, claims = parts(token)
    assert header["typ"] == "at+jwt"
    assert claims["exp"] - claims["iat"] == Lives().access.total_seconds()
    assert claims["sub"] == ANN.id
    assert "ann@" not in json.dumps(claims)


def test_a_token_says_what_its_sign_in_was_begun_for(tokens: Tokens) -> None:
    login = replace(LOGIN, scope=Role.DEV)
    assert tokens.read(tokens.access(ANN, login)).scope is Role.DEV
    assert tokens.read(signed(tokens, scope="")).scope is Role.USER
    with pytest.raises(Unauthenticated):
        tokens.read(signed(tokens, scope="root"))


def test_a_token_ends_after_its_time_and_some_leeway(
    tokens: Tokens, time: Time
) -> None:
    token = tokens.access(ANN, LOGIN)
    time.at = NOW + Lives().access + LEEWAY
    tokens.read(token)
    time.at += timedelta(seconds=1)
    with pytest.raises(Unauthenticated):
        tokens.read(token)


def test_a_token_of_the_future_is_not_good_yet(tokens: Tokens, time: Time) -> None:
    token = tokens.access(ANN, LOGIN)
    time.at = NOW - LEEWAY
    tokens.read(token)
    time.at -= timedelta(seconds=1)
    with pytest.raises(Unauthenticated):
        tokens.read(token)


@pytest.mark.parametrize(
    "claim", ["iss", "aud", "exp", "nbf", "iat", "sub", "tv", "sid"]
)
def test_no_claim_may_be_missing(tokens: Tokens, claim: str) -> None:
    assert tokens.read(signed(tokens))
    with pytest.raises(Unauthenticated):
        tokens.read(signed(tokens, **{claim: ""}))


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "another"},
        {"aud": "another"},
        {"sub": "ann@example.org"},
        {"sid": 7},
        {"tv": "x"},
        {"tv": None},
        {"exp": "soon"},
        {"nbf": []},
    ],
)
def test_a_claim_that_is_wrong_is_refused(
    tokens: Tokens, claims: dict[str, Any]
) -> None:
    with pytest.raises(Unauthenticated):
        tokens.read(signed(tokens, **claims))


@pytest.mark.parametrize(
    "headers", [{"typ": "JWT"}, {"typ": "refresh"}, {"kid": "other"}]
)
def test_a_header_that_is_wrong_is_refused(
    tokens: Tokens, headers: dict[str, Any]
) -> None:
    with pytest.raises(Unauthenticated):
        tokens.read(signed(tokens, headers))


def test_the_algorithm_is_ours_to_say(tokens: Tokens) -> None:
    """Neither none, nor another one under the same key."""
    ((kid, signing),) = tokens._keys.items()
    _, claims = parts(tokens.access(ANN, LOGIN))
    head = {"typ": "at+jwt", "kid": kid}
    bare = jwt.encode(claims, None, "none", head)
    other = jwt.encode(claims, signing.key * 2, "HS512", head)
    for token in (bare, other):
        with pytest.raises(Unauthenticated):
            tokens.read(token)


def test_keys_that_a_token_brings_along_are_not_looked_at(tokens: Tokens) -> None:
    key = generate_private_key(65_537, 2_048)
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    ((kid, _),) = tokens._keys.items()
    _, claims = parts(tokens.access(ANN, LOGIN))
    brought = {
        "typ": "at+jwt",
        "kid": kid,
        "jku": "https://evil.example/keys",
        "x5u": "https://evil.example/cert",
        "jwk": {"kty": "RSA", "pem": public.decode()},
    }
    with pytest.raises(Unauthenticated):
        tokens.read(jwt.encode(claims, key, "RS256", brought))
    assert tokens.read(signed(tokens, {"jku": "https://evil.example/keys"}))


@pytest.mark.parametrize(
    "token", ["", "x", "a.b.c", "..", "e30.e30.", "é.é.é", "a" * 5_000, "." * 4_000]
)
def test_nonsense_is_refused(tokens: Tokens, token: str) -> None:
    with pytest.raises(Unauthenticated):
        tokens.read(token)


def test_a_long_token_is_not_even_read(tokens: Tokens) -> None:
    with pytest.raises(Unauthenticated):
        tokens.read(signed(tokens, more="x" * 4_000))


def test_another_secret_key_voids_all(tokens: Tokens, time: Time) -> None:
    other = Tokens(b"another secret key", time)
    with pytest.raises(Unauthenticated):
        other.read(tokens.access(ANN, LOGIN))
    assert not other.is_of(tokens.refresh(LOGIN), LOGIN)


# Refresh tokens ---------------------------------------------------------------------


def test_a_refresh_token_names_its_login_and_is_the_same_again(tokens: Tokens) -> None:
    token = tokens.refresh(LOGIN)
    assert token == tokens.refresh(LOGIN)
    assert tokens.opened(token) == (LOGIN.family, 0)
    assert tokens.is_of(token, LOGIN)
    following = replace(LOGIN, counter=1)
    assert tokens.opened(tokens.refresh(following)) == (LOGIN.family, 1)
    assert tokens.is_of(token, following)  # it is of the login, though used


def test_a_refresh_token_cannot_be_made_up(tokens: Tokens) -> None:
    token = tokens.refresh(LOGIN)
    raw = bytearray(base64.urlsafe_b64decode(token + "=="))
    raw[19] += 1  # the counter
    forged = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    assert tokens.opened(forged) == (LOGIN.family, 1)
    assert not tokens.is_of(forged, LOGIN)
    assert not tokens.is_of(token, replace(LOGIN, salt=b"another"))


@pytest.mark.parametrize("token", ["", "x", "a" * 60, "é" * 70, "!" * 70, "a" * 500])
def test_what_is_no_refresh_token_is_refused(tokens: Tokens, token: str) -> None:
    with pytest.raises(Unauthenticated):
        tokens.opened(token)


def test_one_is_never_taken_for_the_other(tokens: Tokens) -> None:
    with pytest.raises(Unauthenticated):
        tokens.read(tokens.refresh(LOGIN))
    with pytest.raises(Unauthenticated):
        tokens.opened(tokens.access(ANN, LOGIN))
