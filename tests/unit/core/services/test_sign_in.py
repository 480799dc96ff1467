"""Signing in: codes, the account that they make, tokens that follow each other."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from orbit.core.errors import RateLimited, Unauthenticated
from orbit.core.services.identity import GUEST
from orbit.core.services.sign_in import FAMILY_LIFE, GRACE, IDLE_LIFE, SignIn
from orbit.store.clock import SystemClock
from tests.kit.app import App, running

ANN = "ann@example.org"
SITE = "https://orbit.test"


class Ahead(SystemClock):
    """The real time, and as much more as a test says."""

    by = timedelta()

    def now(self) -> Any:
        return super().now() + self.by


@pytest.fixture
def clock() -> Ahead:
    return Ahead()


@pytest_asyncio.fixture
async def app(clock: Ahead) -> AsyncIterator[App]:
    async with running(clock=clock) as started:
        yield started


@pytest.fixture
def sign_in(app: App) -> SignIn:
    return app.core.sign_in


async def code(app: App, email: str = ANN) -> str:
    await app.core.sign_in.send(email, GUEST, SITE)
    await app.core.post.deliver()
    return app.mailbox.code(email)


async def entered(app: App, email: str = ANN) -> Any:
    """Sign in; return the tokens."""
    shown = await code(app, email)
    return (await app.core.sign_in.verify(email, shown, GUEST, None)).pair


# Codes ------------------------------------------------------------------------------


async def test_a_code_makes_an_account_and_the_next_finds_it(app: App) -> None:
    first, second = await entered(app), await entered(app, "ANN@Example.org")
    assert first.account == second.account
    assert first.account.email == ANN
    assert first.refresh != second.refresh


async def test_sending_does_the_same_for_known_and_unknown(
    app: App, sign_in: SignIn
) -> None:
    await entered(app)
    accounts = dict(app.place.world.accounts)
    for email in (ANN, "stranger@example.org"):
        await sign_in.send(email, GUEST, SITE)
    assert app.place.world.accounts == accounts
    assert len(app.place.world.parcels) == 2
    assert len({len(each.sealed) for _, each in app.place.world.parcels.values()}) <= 2


async def test_what_is_stored_tells_no_code_and_no_address(app: App) -> None:
    shown = await code(app)
    stored = repr((app.place.world.codes, app.place.world.parcels))
    assert shown not in stored
    assert "ann" not in stored


async def test_a_code_is_good_once(app: App, sign_in: SignIn) -> None:
    shown = await code(app)
    await sign_in.verify(ANN, shown, GUEST, None)
    with pytest.raises(Unauthenticated):
        await sign_in.verify(ANN, shown, GUEST, None)


async def test_a_code_is_good_for_ten_minutes(
    app: App, sign_in: SignIn, clock: Ahead
) -> None:
    shown = await code(app)
    clock.by = timedelta(minutes=10)
    with pytest.raises(Unauthenticated):
        await sign_in.verify(ANN, shown, GUEST, None)


async def test_five_wrong_ones_and_the_right_one_comes_too_late(
    app: App, sign_in: SignIn
) -> None:
    shown = await code(app)
    wrong = f"{(int(shown) + 1) % 1_000_000:06}"
    for _ in range(5):
        with pytest.raises(Unauthenticated) as refused:
            await sign_in.verify(ANN, wrong, GUEST, None)
        assert refused.value.details == {"field": "code"}
    with pytest.raises(Unauthenticated):
        await sign_in.verify(ANN, shown, GUEST, None)
    assert app.place.world.accounts == {}


async def test_a_new_code_voids_the_one_before(app: App, sign_in: SignIn) -> None:
    first, second = await code(app), await code(app)
    with pytest.raises(Unauthenticated):
        await sign_in.verify(ANN, first if first != second else "x", GUEST, None)
    await sign_in.verify(ANN, second, GUEST, None)


async def test_a_code_is_of_one_address(app: App, sign_in: SignIn) -> None:
    shown = await code(app)
    with pytest.raises(Unauthenticated):
        await sign_in.verify("bob@example.org", shown, GUEST, None)


async def test_a_code_that_a_ghost_asked_for_serves_nobody_else(
    app: App, sign_in: SignIn
) -> None:
    identity = app.core.identity
    secret, other = (await identity.mint())[0], (await identity.mint())[0]
    ann, eve = await identity.recognise(secret), await identity.recognise(other)
    await sign_in.send(ANN, ann, SITE)
    await app.core.post.deliver()
    shown = app.mailbox.code(ANN)
    for by, ghost in ((eve, other), (GUEST, None)):
        for _ in range(5):  # nor does anybody use up its tries
            with pytest.raises(Unauthenticated):
                await sign_in.verify(ANN, shown, by, ghost)
    assert (await sign_in.verify(ANN, shown, ann, secret)).pair.account.email == ANN


async def test_an_address_gets_five_codes_an_hour(
    app: App, sign_in: SignIn, clock: Ahead
) -> None:
    for _ in range(5):
        await sign_in.send(ANN, GUEST, SITE)
    with pytest.raises(RateLimited):
        await sign_in.send(ANN, GUEST, SITE)
    await sign_in.send("bob@example.org", GUEST, SITE)
    clock.by = timedelta(hours=1, seconds=1)
    await sign_in.send(ANN, GUEST, SITE)


# Ghosts -----------------------------------------------------------------------------


async def test_a_new_account_is_the_ghost_that_is_shown(
    app: App, sign_in: SignIn
) -> None:
    identity = app.core.identity
    secret, _ = await identity.mint()
    ghost = await identity.recognise(secret)
    shown = await code(app)
    done = await sign_in.verify(ANN, shown, ghost, secret)
    account = await identity.admit(done.pair.access)
    assert account.kind == "account"
    assert account.persona == ghost.persona
    assert account.id == ghost.id
    still = await identity.recognise(secret)
    assert (still.kind, still.account) == ("ghost", account.account)
    assert secret not in repr(app.place.world.accounts)


async def test_a_ghost_that_an_account_holds_is_taken_over_by_no_other(
    app: App, sign_in: SignIn
) -> None:
    identity = app.core.identity
    secret, _ = await identity.mint()
    ghost = await identity.recognise(secret)
    ann = await sign_in.verify(ANN, await code(app), ghost, secret)
    shown = await code(app, "bob@example.org")
    by = await identity.recognise(secret)
    bob = await sign_in.verify("bob@example.org", shown, by, secret)
    one, two = [await identity.admit(each.pair.access) for each in (ann, bob)]
    assert one.persona != two.persona
    assert bob.apart == ()


async def test_of_two_accounts_that_want_a_ghost_at_once_one_gets_it(
    app: App, sign_in: SignIn
) -> None:
    identity = app.core.identity
    secret, _ = await identity.mint()
    ghost = await identity.recognise(secret)
    emails = [f"{n}@example.org" for n in range(5)]
    codes = [await code(app, email) for email in emails]
    async with asyncio.TaskGroup() as jobs:
        tasks = [
            jobs.create_task(sign_in.verify(email, shown, ghost, secret))
            for email, shown in zip(emails, codes, strict=True)
        ]
    callers = [await identity.admit(task.result().pair.access) for task in tasks]
    assert len({caller.id for caller in callers}) == 5
    assert sum(caller.persona == ghost.persona for caller in callers) == 1


# Tokens -----------------------------------------------------------------------------


async def test_tokens_follow_each_other(app: App, sign_in: SignIn) -> None:
    pair = await entered(app)
    for _ in range(3):
        following = await sign_in.refresh(pair.refresh)
        assert following.refresh != pair.refresh
        await app.core.identity.admit(following.access)
        pair = following


async def test_a_lost_answer_is_given_again(
    app: App, sign_in: SignIn, clock: Ahead
) -> None:
    pair = await entered(app)
    lost = await sign_in.refresh(pair.refresh)
    clock.by = GRACE / 2
    again = await sign_in.refresh(pair.refresh)
    assert again.refresh == lost.refresh
    assert await sign_in.refresh(again.refresh)


async def test_of_many_at_once_all_get_the_same(app: App, sign_in: SignIn) -> None:
    pair = await entered(app)
    async with asyncio.TaskGroup() as jobs:
        tasks = [jobs.create_task(sign_in.refresh(pair.refresh)) for _ in range(50)]
    assert len({task.result().refresh for task in tasks}) == 1


async def test_a_used_token_ends_the_login(
    app: App, sign_in: SignIn, clock: Ahead
) -> None:
    pair, other = await entered(app), await entered(app)
    following = await sign_in.refresh(pair.refresh)
    clock.by = GRACE + timedelta(seconds=1)
    for token in (pair.refresh, following.refresh):
        with pytest.raises(Unauthenticated):
            await sign_in.refresh(token)
    with pytest.raises(Unauthenticated):
        await app.core.identity.admit(following.access)
    await sign_in.refresh(other.refresh)


async def test_one_that_was_used_before_the_last_gets_no_grace(
    app: App, sign_in: SignIn
) -> None:
    pair = await entered(app)
    following = await sign_in.refresh(pair.refresh)
    await sign_in.refresh(following.refresh)
    with pytest.raises(Unauthenticated):
        await sign_in.refresh(pair.refresh)


async def test_a_made_up_token_ends_nothing(app: App, sign_in: SignIn) -> None:
    pair = await entered(app)
    forged = pair.refresh[:-2] + ("AA" if pair.refresh[-2:] != "AA" else "BA")
    with pytest.raises(Unauthenticated):
        await sign_in.refresh(forged)
    await sign_in.leave(forged)
    assert await sign_in.refresh(pair.refresh)


@pytest.mark.parametrize(
    ("used_every", "life"),
    [(timedelta(days=30), IDLE_LIFE), (timedelta(days=6), FAMILY_LIFE)],
)
async def test_a_login_ends_by_itself(
    app: App, sign_in: SignIn, clock: Ahead, used_every: timedelta, life: timedelta
) -> None:
    pair = await entered(app)
    while clock.by + used_every < life:
        clock.by += used_every
        pair = await sign_in.refresh(pair.refresh)
    clock.by = life
    with pytest.raises(Unauthenticated):
        await sign_in.refresh(pair.refresh)
    clock.by += timedelta(seconds=1)
    await sign_in.purge()
    assert app.place.world.logins == {}


async def test_who_leaves_is_nobody_at_once_and_elsewhere_soon(
    app: App, sign_in: SignIn
) -> None:
    pair, other = await entered(app), await entered(app)
    identity, ended = app.core.identity, list[str]()
    app.core.erasure.ends.append(ended.append)
    caller = await identity.admit(pair.access)
    await sign_in.leave(pair.refresh)
    assert ended == [caller.login]
    await sign_in.leave(pair.refresh)
    for ask in (
        lambda: identity.admit(pair.access),
        lambda: sign_in.refresh(pair.refresh),
    ):
        with pytest.raises(Unauthenticated):
            await ask()
    kept = await identity.admit(other.access)
    await app.place.node().people.logins.end(kept.login)  # as another node does
    await sign_in.look()
    assert ended == [caller.login, kept.login]
    await sign_in.look()
    assert len(ended) == 2
