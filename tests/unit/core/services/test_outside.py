"""Whoever signs in elsewhere: who he is here, and what ends."""

import asyncio
import base64
import time
from collections.abc import AsyncIterator, Callable
from contextlib import nullcontext
from datetime import timedelta

import pytest
import pytest_asyncio

from orbit.composition.outside import admit_outsiders
from orbit.core.errors import Forbidden, SecondFactorMissing, Unauthenticated
from orbit.core.ports import Act
from orbit.core.services import totp
from orbit.core.services.identity import Caller
from orbit.core.services.passwords import Registration
from tests.kit.app import App, Client, running, settings
from tests.kit.provider import TRUST, Elsewhere
from tests.kit.signed import ANN, Ahead, entered

HORSE = "correct horse"
DAY_MIN = 1_440


@pytest.fixture
def there() -> Elsewhere:
    return Elsewhere()


@pytest.fixture(params=["memory", "postgres"])
def adapter(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest_asyncio.fixture
async def app(there: Elsewhere, adapter: str) -> AsyncIterator[App]:
    given = settings(oidc_issuer=TRUST.issuer, oidc_audience=TRUST.audience)
    async with running(adapter, given=given, clock=Ahead()) as started:
        store = started.place.node()
        admit_outsiders(given, started.core, store.people, there)
        yield started


def at(clock: Ahead) -> dict[str, int]:
    """Claims of a token that is given out now."""
    now = int(clock.now().timestamp())
    return {"iat": now, "exp": now + 60}


async def admitted(app: App, token: str) -> Caller:
    return await app.core.persons.identity.admit(token)


async def test_a_token_from_elsewhere_is_as_good_as_ours(
    app: App, there: Elsewhere
) -> None:
    bearer = f"Bearer {there.token()}"
    ann = Client(app.http, Authorization=bearer)
    answers = await asyncio.gather(*(ann.get("/users/me/") for _ in range(8)))
    assert [each.status for each in answers] == [200] * 8
    me = answers[0].json
    assert (me["email"], me["email_verified"]) == (ANN, True)
    sessions = (await ann.get("/auth/sessions/")).json["results"]
    assert [each["current"] for each in sessions] == [True]
    await app.core.oversight.trail.flush()
    (recorded,) = await app.core.oversight.trail.of(
        me["id"], 9
    )  # once, whoever was first
    assert (recorded.act, recorded.actor) == (Act.SIGNED_IN, me["id"])
    made = await ann.post("/boards/", {"title": "Retro"})
    assert made.status == 201
    ours = await entered(app)
    assert ours.account.id == me["id"]
    assert (await ann.get("/users/me/")).status == 200


async def test_somebody_stays_who_he_is_when_his_address_changes_there(
    app: App, there: Elsewhere
) -> None:
    first = await admitted(app, there.token())
    moved = there.token(email="ann@example.net", sid="sess_2")
    assert (await admitted(app, moved)).account == first.account
    nameless = there.token(email=None, sid="sess_3")
    assert (await admitted(app, nameless)).account == first.account
    other = there.token(sub="user_2", email="bob@example.org")
    assert (await admitted(app, other)).account != first.account


async def test_who_is_new_needs_an_address_that_was_seen(
    app: App, there: Elsewhere
) -> None:
    endless = "a@" + "b." * 200 + "org"
    odd = ("ann", "ann@example.org\n", "=?utf-8?q?a?=@example.org", endless, ["ann"])
    for unseen in (
        {"email": None},
        {"email_verified": False},
        *({"email": each} for each in odd),
    ):
        with pytest.raises(Forbidden):
            await admitted(app, there.token(**unseen))


async def test_a_password_of_who_only_typed_the_address_is_void(
    app: App, there: Elsewhere
) -> None:
    eve = await app.core.auth.passwords.register(Registration(ANN, HORSE))
    theirs = await app.core.auth.logins.begin(eve)
    assert (await admitted(app, there.token())).account == eve.id
    for ask in (
        app.core.auth.passwords.prove(ANN, HORSE),
        app.core.persons.identity.admit(theirs.access),
    ):
        with pytest.raises(Unauthenticated):
            await ask


async def test_what_ended_here_does_not_begin_anew(app: App, there: Elsewhere) -> None:
    token = there.token()
    caller = await admitted(app, token)
    await app.core.auth.logins.end(caller.account, caller.login)
    for again in (token, there.token()):
        with pytest.raises(Unauthenticated):
            await admitted(app, again)
    assert await app.core.auth.logins.listed(caller) == []  # nor for another node
    caller = await admitted(app, there.token(sid="sess_2"))
    await app.core.auth.logins.end_all(caller.account)
    with pytest.raises(Unauthenticated):
        await admitted(app, there.token(sid="sess_2"))
    assert await admitted(app, there.token(sid="sess_3"))


@pytest_asyncio.fixture
async def brief(there: Elsewhere, adapter: str) -> AsyncIterator[App]:
    """A node on which sign-ins last for two days."""
    oidc = {"oidc_issuer": TRUST.issuer, "oidc_audience": TRUST.audience}
    given = settings(**oidc, refresh_minutes=2 * DAY_MIN)
    async with running(adapter, given=given, clock=Ahead()) as started:
        store = started.place.node()
        admit_outsiders(given, started.core, store.people, there)
        yield started


async def test_what_has_ended_by_itself_begins_anew(
    brief: App, there: Elsewhere
) -> None:
    clock = brief.core.clock
    assert isinstance(clock, Ahead)
    caller = await admitted(brief, there.token())
    await brief.core.auth.logins.end(caller.account, caller.login)
    clock.by = timedelta(days=1, hours=23)
    with pytest.raises(Unauthenticated, match="ended"):
        await admitted(brief, there.token(**at(clock)))
    clock.by = timedelta(days=2, hours=1)
    await brief.core.auth.logins.purge()
    again = await admitted(brief, there.token(**at(clock)))
    assert (again.account, again.login) == (caller.account, caller.login)


async def test_who_stays_signed_in_elsewhere_for_longer_is_let_in_again(
    brief: App, there: Elsewhere
) -> None:
    clock, logins = brief.core.clock, brief.core.auth.logins
    assert isinstance(clock, Ahead)
    caller = await admitted(brief, there.token())
    for days in (3, 6):
        clock.by = timedelta(days=days)
        await logins.purge()
        assert await logins.listed(caller) == []
        await logins.look()  # as nodes do, every 20 s
        again = await admitted(brief, there.token(**at(clock)))
        assert (again.account, again.login) == (caller.account, caller.login)


async def test_a_second_factor_here_is_asked_for(app: App, there: Elsewhere) -> None:
    pair = await entered(app)
    ann = await app.core.persons.identity.admit(pair.access)
    given = await app.core.auth.second_factor.enrol(ann, "")
    secret = base64.b32decode(given.secret)
    digits = totp.code(secret, totp.step_at(app.core.clock.now()))
    codes = await app.core.auth.second_factor.confirm(ann, digits)
    with pytest.raises(SecondFactorMissing) as asked:
        await admitted(app, there.token())
    challenge = str(asked.value.details["challenge"])
    assert await app.core.auth.second_factor.finish(challenge, codes[0])


async def test_tokens_of_ours_never_wait_for_the_provider(
    app: App, there: Elsewhere
) -> None:
    ours = await entered(app)
    there.is_away = True
    assert await admitted(app, ours.access)
    assert there.asked == 0


@pytest.mark.parametrize(
    ("claims", "is_fresh"),
    [
        (lambda _now: {}, True),
        (lambda now: {"auth_time": now - 60}, True),
        (lambda now: {"auth_time": now - 3_600}, False),
        (lambda _now: {"auth_time": 0}, False),
        (lambda _now: {"auth_time": "yesterday"}, False),
        (lambda _now: {"iat": None}, False),
    ],
    ids=["now", "a minute ago", "an hour ago", "1970", "a word", "unsaid"],
)
async def test_a_session_is_as_fresh_as_the_sign_in_there(
    app: App,
    there: Elsewhere,
    claims: Callable[[int], dict[str, object]],
    is_fresh: bool,
) -> None:
    caller = await admitted(app, there.token(**claims(int(time.time()))))
    with nullcontext() if is_fresh else pytest.raises(Forbidden):
        await app.core.auth.passwords.confirm(caller, "")
    await app.core.auth.logins.purge()  # which does not forget it
    assert await app.core.auth.logins.listed(caller)
