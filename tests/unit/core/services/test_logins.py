"""Sign-ins that last: tokens that follow each other, and the ways they end."""

import asyncio
from datetime import timedelta

import pytest

from orbit.core.errors import NotFound, Unauthenticated
from orbit.core.services.logins import GRACE, Logins
from orbit.core.services.tokens import Lives
from tests.kit.app import App
from tests.kit.signed import BOB, Ahead, entered


@pytest.fixture
def logins(app: App) -> Logins:
    return app.core.auth.logins


async def test_tokens_follow_each_other(app: App, logins: Logins) -> None:
    pair = await entered(app)
    for _ in range(3):
        following = await logins.refresh(pair.refresh)
        assert following.refresh != pair.refresh
        await app.core.persons.identity.admit(following.access)
        pair = following


async def test_a_lost_answer_is_given_again(
    app: App, logins: Logins, clock: Ahead
) -> None:
    pair = await entered(app)
    lost = await logins.refresh(pair.refresh)
    clock.by = GRACE / 2
    again = await logins.refresh(pair.refresh)
    assert again.refresh == lost.refresh
    assert await logins.refresh(again.refresh)


async def test_of_many_at_once_all_get_the_same(app: App, logins: Logins) -> None:
    pair = await entered(app)
    async with asyncio.TaskGroup() as jobs:
        tasks = [jobs.create_task(logins.refresh(pair.refresh)) for _ in range(50)]
    assert len({task.result().refresh for task in tasks}) == 1


async def test_a_used_token_ends_the_login(
    app: App, logins: Logins, clock: Ahead
) -> None:
    pair, other = await entered(app), await entered(app)
    following = await logins.refresh(pair.refresh)
    clock.by = GRACE + timedelta(seconds=1)
    for token in (pair.refresh, following.refresh):
        with pytest.raises(Unauthenticated):
            await logins.refresh(token)
    with pytest.raises(Unauthenticated):
        await app.core.persons.identity.admit(following.access)
    await logins.refresh(other.refresh)


async def test_one_that_was_used_before_the_last_gets_no_grace(
    app: App, logins: Logins
) -> None:
    pair = await entered(app)
    following = await logins.refresh(pair.refresh)
    await logins.refresh(following.refresh)
    with pytest.raises(Unauthenticated):
        await logins.refresh(pair.refresh)


async def test_a_made_up_token_ends_nothing(app: App, logins: Logins) -> None:
    pair = await entered(app)
    forged = pair.refresh[:-2] + ("AA" if pair.refresh[-2:] != "AA" else "BA")
    with pytest.raises(Unauthenticated):
        await logins.refresh(forged)
    await logins.leave(forged)
    assert await logins.refresh(pair.refresh)


@pytest.mark.parametrize(
    ("used_every", "life"),
    [(timedelta(days=30), Lives().idle), (timedelta(days=6), Lives().login)],
)
async def test_a_login_ends_by_itself(
    app: App, logins: Logins, clock: Ahead, used_every: timedelta, life: timedelta
) -> None:
    pair = await entered(app)
    while clock.by + used_every < life:
        clock.by += used_every
        pair = await logins.refresh(pair.refresh)
    clock.by = life
    with pytest.raises(Unauthenticated):
        await logins.refresh(pair.refresh)
    clock.by += timedelta(seconds=1)
    await logins.purge()
    assert app.place.world.logins == {}


async def test_who_leaves_is_nobody_at_once_and_elsewhere_soon(
    app: App, logins: Logins
) -> None:
    pair, other = await entered(app), await entered(app)
    identity, ended = app.core.persons.identity, list[str]()
    app.core.persons.erasure.ends.append(ended.append)
    caller = await identity.admit(pair.access)
    await logins.leave(pair.refresh)
    assert ended == [caller.login]
    await logins.leave(pair.refresh)
    for ask in (
        lambda: identity.admit(pair.access),
        lambda: logins.refresh(pair.refresh),
    ):
        with pytest.raises(Unauthenticated):
            await ask()
    kept = await identity.admit(other.access)
    await app.place.node().people.logins.end(kept.login)  # as another node does
    await logins.look()
    assert ended == [caller.login, kept.login]
    await logins.look()
    assert len(ended) == 2


async def test_who_ends_all_is_nobody_anywhere(app: App, logins: Logins) -> None:
    pairs, ended = [await entered(app) for _ in range(3)], list[str]()
    stays = await entered(app, BOB)
    app.core.persons.erasure.ends.append(ended.append)
    callers = [await app.core.persons.identity.admit(pair.access) for pair in pairs]
    await logins.end_all(callers[0].account)
    assert sorted(ended) == sorted(caller.login for caller in callers)
    for pair in pairs:
        for ask in (
            app.core.persons.identity.admit(pair.access),
            logins.refresh(pair.refresh),
        ):
            with pytest.raises(Unauthenticated):
                await ask
    assert await app.core.persons.identity.admit(stays.access)


async def test_nobody_ends_a_login_of_another(app: App, logins: Logins) -> None:
    ann, bob = await entered(app), await entered(app, BOB)
    caller = await app.core.persons.identity.admit(bob.access)
    with pytest.raises(NotFound):
        await logins.end(ann.account.id, caller.login)
    assert await app.core.persons.identity.admit(bob.access)


async def test_what_was_proven_before_all_ended_begins_nothing(
    app: App, logins: Logins
) -> None:
    proven = (await entered(app)).account
    await logins.end_all(proven.id)
    with pytest.raises(Unauthenticated):
        await logins.begin(proven)
