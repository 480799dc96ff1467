"""An identity provider: which tokens count, and how often it is asked for keys."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import jwt
import pytest
import pytest_asyncio

from orbit.core.actors.jobs import Jobs
from orbit.core.errors import Unauthenticated, Unavailable
from orbit.core.services.provider import AGAIN_S, STALE_S, Provider, Said
from orbit.store.clock import SystemClock
from tests.kit.provider import TRUST, Elsewhere

LATER = 4_102_444_800  # 2100


class Clock(SystemClock):
    """The real time of day; how long something took, a test says."""

    at = 1_000.0

    def monotonic(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def there() -> Elsewhere:
    return Elsewhere()


@pytest_asyncio.fixture
async def jobs() -> AsyncIterator[Jobs]:
    started = Jobs()
    yield started
    await started.close()


@pytest.fixture
def provider(there: Elsewhere, clock: Clock, jobs: Jobs) -> Provider:
    return Provider(TRUST, there, clock, jobs)


async def test_a_token_says_who_by_an_address_that_was_seen(
    provider: Provider, there: Elsewhere
) -> None:
    said = await provider.read(there.token(name="Ann", auth_time=7))
    assert said == Said("user_1", "sid sess_1", "ann@example.org", "Ann", 7.0)
    for unseen in (None, False, "true", 1):
        said = await provider.read(there.token(email_verified=unseen))
        assert said.email == ""
    assert (await provider.read(there.token(sid=None, auth_time=7))).session == (
        "auth_time 7"
    )


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example.org"},
        {"iss": None},
        {"aud": "another-app"},
        {"aud": ["another-app"], "azp": "orbit-app"},
        {"aud": None},
        {"aud": None, "azp": "another-app"},
        {"exp": None},
        {"exp": 1},
        {"exp": "never"},
        {"nbf": LATER},
        {"iat": LATER},
        {"sub": None},
        {"sub": ""},
    ],
    ids=str,
)
async def test_a_token_for_others_or_of_another_time_is_refused(
    provider: Provider, there: Elsewhere, claims: dict[str, Any]
) -> None:
    assert await provider.read(there.token())
    with pytest.raises(Unauthenticated):
        await provider.read(there.token(**claims))


@pytest.mark.parametrize(
    "claims", [{"aud": ["x", "orbit-app"]}, {"aud": None, "azp": "orbit-app"}], ids=str
)
async def test_it_is_for_us_in_each_way_of_saying_so(
    provider: Provider, there: Elsewhere, claims: dict[str, Any]
) -> None:
    assert await provider.read(there.token(**claims))


async def test_what_it_has_not_signed_is_refused(
    provider: Provider, there: Elsewhere
) -> None:
    good = there.token()
    head, body, _ = good.split(".")
    unsigned = base64.urlsafe_b64encode(b'{"alg":"none","kid":"k1"}').decode()
    claims = jwt.decode(good, options={"verify_signature": False})
    public = json.dumps(there.jwk)
    for bad in (
        Elsewhere().token(),
        f"{head}.{body}.",
        f"{unsigned.rstrip('=')}.{body}.",
        jwt.encode(claims, public * 2, "HS256", {"kid": "k1"}),
        jwt.encode(claims, "secret" * 8, "HS256", {"kid": "shared"}),
        "x" * 5_000,
        "no token",
        f"{'[' * 3_000}.x.y",
    ):
        with pytest.raises(Unauthenticated):
            await provider.read(bad)


async def test_a_key_that_is_for_encryption_is_none(
    provider: Provider, there: Elsewhere
) -> None:
    there.use = "enc"
    with pytest.raises(Unavailable):  # it is the only one
        await provider.read(there.token())


async def test_many_at_once_have_its_keys_fetched_once(
    provider: Provider, there: Elsewhere
) -> None:
    tokens = [there.token(sub=f"user_{n}") for n in range(20)]
    said = await asyncio.gather(*map(provider.read, tokens))
    assert len({each.subject for each in said}) == 20
    assert there.asked == 1


async def test_made_up_keys_have_it_asked_now_and_then(
    provider: Provider, there: Elsewhere, clock: Clock
) -> None:
    await provider.read(there.token())
    for n in range(20):
        with pytest.raises(Unauthenticated):
            await provider.read(there.token(kid=f"made up {n}"))
    assert there.asked == 1
    there.turn("k2")
    clock.at += AGAIN_S
    assert await provider.read(there.token())
    assert there.asked == 2


async def test_while_it_is_away_its_known_keys_count(
    provider: Provider, there: Elsewhere, clock: Clock
) -> None:
    there.is_away = True
    for _ in range(3):
        with pytest.raises(Unavailable):
            await provider.read(there.token())
    assert there.asked == 1
    there.is_away = False
    clock.at += AGAIN_S
    await provider.read(there.token())
    there.is_away = True
    there.told.clear()
    clock.at += STALE_S + 1
    assert await provider.read(there.token())
    await there.told.wait()
    assert there.asked == 3
    assert await provider.read(there.token())


@pytest.mark.parametrize(
    "document", [b"", b"{", b"[]", b'{"keys": []}', b'{"keys": 5}', b'{"keys": [5]}']
)
async def test_what_is_no_set_of_keys_is_none(
    provider: Provider, there: Elsewhere, document: bytes
) -> None:
    async def fetch() -> bytes:
        return document

    there.fetch = fetch  # type: ignore[method-assign]
    with pytest.raises(Unavailable):
        await provider.read(there.token())
