"""Forgotten passwords: a link by mail, good once, whoever has the address."""

import asyncio
from datetime import timedelta

import pytest

from orbit.core.errors import Busy, RateLimited, Unauthenticated
from orbit.core.services.links import TRIES
from orbit.core.services.passwords import Registration
from orbit.core.services.resets import LIFE
from tests.kit.app import App
from tests.kit.signed import ANN, BOB, SITE, Ahead, code, entered
from tests.kit.signed import token_of_reset as token

OLD, NEW = "correct horse", "battery staple"


async def test_who_follows_the_link_chooses_a_password_once(app: App) -> None:
    ann = await app.core.auth.passwords.register(Registration(ANN, OLD))
    theirs = await app.core.auth.logins.begin(ann)
    shown = await token(app, "Ann@example.org")
    await app.core.auth.resets.reset(shown, NEW)
    found = await app.core.auth.passwords.prove(ANN, NEW)
    assert (found.id, found.verified_at is None) == (ann.id, False)
    for ask in (
        app.core.auth.passwords.prove(ANN, OLD),
        app.core.persons.identity.admit(theirs.access),
        app.core.auth.logins.refresh(theirs.refresh),
        app.core.auth.resets.reset(shown, OLD),
    ):
        with pytest.raises(Unauthenticated):
            await ask
    assert await app.core.auth.passwords.prove(ANN, NEW)


async def test_who_was_kept_out_by_others_guesses_comes_in_by_the_link(
    app: App,
) -> None:
    ann = await app.core.auth.passwords.register(Registration(ANN, OLD, username="Ann"))
    for name in (ANN, "ann"):
        for n in range(20):
            with pytest.raises(Unauthenticated):
                await app.core.auth.passwords.prove(name, f"guess {n}")
        with pytest.raises(RateLimited):
            await app.core.auth.passwords.prove(name, OLD)
    await app.core.auth.resets.reset(await token(app), NEW)
    for name in (ANN, "ann"):
        assert (await app.core.auth.passwords.prove(name, NEW)).id == ann.id


async def test_every_address_is_sent_a_link_and_has_an_account_by_it(app: App) -> None:
    shown = await token(app, BOB)
    assert app.place.world.accounts == {}
    await app.core.auth.resets.reset(shown, NEW)
    assert (await app.core.auth.passwords.prove(BOB, NEW)).email == BOB
    ann = (await entered(app)).account  # who came by a code has no password
    await app.core.auth.resets.reset(await token(app), NEW)
    assert (await app.core.auth.passwords.prove(ANN, NEW)).id == ann.id


async def test_of_many_at_once_one_chooses(app: App) -> None:
    shown = await token(app)
    asked = (app.core.auth.resets.reset(shown, f"{n} {NEW}") for n in range(5))
    done = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(each) for each in done].count(Unauthenticated) == 4


async def test_a_link_ends(app: App, clock: Ahead) -> None:
    shown = await token(app)
    clock.by = LIFE + timedelta(seconds=1)
    with pytest.raises(Unauthenticated):
        await app.core.auth.resets.reset(shown, NEW)
    assert app.place.world.accounts == {}


@pytest.mark.parametrize("made_up", ["x", "a" * 100, "é", "=", "A" * 64])
async def test_a_made_up_token_chooses_nothing(app: App, made_up: str) -> None:
    shown = await token(app)
    with pytest.raises(Unauthenticated) as refused:
        await app.core.auth.resets.reset(made_up, NEW)
    assert refused.value.details == {"field": "token"}
    await app.core.auth.resets.reset(shown, NEW)


async def test_a_code_is_no_link_and_a_link_no_code(app: App) -> None:
    digits, shown = await code(app), await token(app)
    for wrong in (digits, shown[::-1]):
        with pytest.raises(Unauthenticated):
            await app.core.auth.resets.reset(wrong, NEW)
    await app.core.auth.resets.reset(shown, NEW)


async def test_when_too_many_sign_in_the_link_is_still_good(app: App) -> None:
    shown, hashed = await token(app), app.core.auth.passwords.hashed

    async def busy(_password: str) -> str:
        raise Busy

    app.core.auth.passwords.hashed = busy  # type: ignore[method-assign]
    for _ in range(TRIES + 1):
        with pytest.raises(Busy):
            await app.core.auth.resets.reset(shown, NEW)
    app.core.auth.passwords.hashed = hashed  # type: ignore[method-assign]
    await app.core.auth.resets.reset(shown, NEW)


async def test_an_address_gets_so_many_links_and_none_less_for_codes(app: App) -> None:
    for _ in range(5):
        await (await app.ghost()).post("/identity/otp-send/", {"email": ANN})
    with pytest.raises(RateLimited):  # each is good with its ghost alone
        await code(app)
    for _ in range(5):
        shown = await token(app)
    with pytest.raises(RateLimited):
        await app.core.auth.resets.send(ANN, SITE)
    await app.core.auth.resets.reset(shown, NEW)
    stored = repr((app.place.world.codes, app.place.world.parcels))
    assert "ann" not in stored
