"""Signing in by mail: codes, and the account that the first one makes."""

from datetime import timedelta

import pytest

from orbit.core.errors import RateLimited, Unauthenticated
from orbit.core.services.identity import GUEST
from orbit.core.services.sign_in import SignIn
from tests.kit.app import App
from tests.kit.signed import ANN, BOB, SITE, Ahead, code, entered


@pytest.fixture
def sign_in(app: App) -> SignIn:
    return app.core.auth.sign_in


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
        await sign_in.verify(BOB, shown, GUEST, None)


async def test_a_code_that_a_ghost_asked_for_serves_nobody_else(
    app: App, sign_in: SignIn
) -> None:
    identity = app.core.persons.identity
    secret, other = (await identity.mint())[0], (await identity.mint())[0]
    ann, eve = await identity.recognise(secret), await identity.recognise(other)
    await sign_in.send(ANN, ann, SITE)
    await app.core.mail.post.deliver()
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
    await sign_in.send(BOB, GUEST, SITE)
    clock.by = timedelta(hours=1, seconds=1)
    await sign_in.send(ANN, GUEST, SITE)
