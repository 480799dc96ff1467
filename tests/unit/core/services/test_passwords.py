"""Passwords: who knows one, how often it is guessed, and who has typed an address."""

from datetime import timedelta

import pytest

from orbit.core.errors import Conflict, Forbidden, RateLimited, Unauthenticated
from orbit.core.ports import Account
from orbit.core.services.identity import GUEST
from orbit.core.services.passwords import Passwords, Registration
from orbit.settings import Settings
from tests.kit.app import App, settings
from tests.kit.signed import ANN, BOB, Ahead, code

HORSE = "correct horse"


@pytest.fixture
def given() -> Settings:
    return settings({"guesses_per_account_h": 4})


@pytest.fixture
def passwords(app: App) -> Passwords:
    return app.core.auth.passwords


async def registered(app: App, email: str = ANN) -> Account:
    return await app.core.auth.passwords.register(Registration(email, HORSE, "ann"))


async def test_what_is_stored_tells_no_password_without_the_pepper(app: App) -> None:
    await registered(app)
    assert HORSE not in repr(vars(app.place.world))
    assert "argon2" not in repr(app.place.world.passwords)


async def test_who_knows_it_is_who_he_says_however_he_writes_himself(
    app: App, passwords: Passwords
) -> None:
    ann = await passwords.register(Registration("Ann@Example.org", "ﬁve ö's", "Ann"))
    for name in (ANN, "ANN@example.org", "ann", "ANN"):
        assert await passwords.prove(name, "ﬁve o\u0308's") == ann


async def test_a_wrong_one_and_an_unknown_name_are_refused_alike(
    app: App, passwords: Passwords
) -> None:
    await registered(app)
    await app.core.auth.sign_in.verify(BOB, await code(app, BOB), GUEST, None)
    said = set()
    for name in (ANN, BOB, "nobody", "nobody@example.org"):  # Bob has no password
        with pytest.raises(Unauthenticated) as refused:
            await passwords.prove(name, "wrong horse")
        said.add((refused.value.message, str(refused.value.details)))
    assert len(said) == 1


async def test_guesses_are_counted_before_they_are_looked_at(
    app: App, passwords: Passwords, clock: Ahead
) -> None:
    await registered(app)
    for name in (ANN, "nobody"):
        for _ in range(4):
            with pytest.raises(Unauthenticated):
                await passwords.prove(name, "wrong horse")
        with pytest.raises(RateLimited):
            await passwords.prove(name, HORSE)
    clock.by = timedelta(minutes=16)
    assert await passwords.prove(ANN, HORSE)
    for _ in range(3):  # and whoever knew it may be wrong again
        with pytest.raises(Unauthenticated):
            await passwords.prove(ANN, "wrong horse")
    clock.by += timedelta(hours=1)
    await passwords.purge()
    assert app.place.world.guesses == {}


async def test_others_guesses_keep_nobody_from_his_own_settings(
    app: App, passwords: Passwords
) -> None:
    pair = await app.core.auth.logins.begin(await registered(app))
    caller = await app.core.persons.identity.admit(pair.access)
    for _ in range(4):
        with pytest.raises(Unauthenticated):
            await passwords.prove(ANN, "a guess")
    with pytest.raises(RateLimited):
        await passwords.prove(ANN, HORSE)
    assert (await passwords.confirm(caller, HORSE)).email == ANN
    await passwords.change(caller, HORSE, "battery staple")
    caller = await app.core.persons.identity.admit(
        (await app.core.auth.logins.renew(caller)).access
    )
    for _ in range(4):  # nor may he guess for ever, or whoever has his token
        with pytest.raises(Unauthenticated):
            await passwords.confirm(caller, "a guess")
    with pytest.raises(RateLimited):
        await passwords.change(caller, "battery staple", HORSE)


async def test_unverified_mail_change_wins_no_invite(app: App) -> None:
    """Whoever has only typed an address gets nothing by it, and no ghost to keep."""
    eve = await registered(app)
    assert eve.verified_at is None
    pair = await app.core.auth.logins.begin(eve)
    caller = await app.core.persons.identity.admit(pair.access)
    assert await app.core.sharing.invites._mail(caller) == b""
    secret, _ = await app.core.persons.identity.mint()
    with pytest.raises(Forbidden):
        await app.core.persons.merging.merge(caller, secret)


async def test_whoever_has_the_address_takes_the_account_from_who_typed_it(
    app: App, passwords: Passwords
) -> None:
    eve = await registered(app)
    theirs = await app.core.auth.logins.begin(eve)
    ended = list[str]()
    app.core.persons.erasure.ends.append(ended.append)
    family = (await app.core.persons.identity.admit(theirs.access)).login
    done = await app.core.auth.sign_in.verify(ANN, await code(app), GUEST, None)
    assert done.pair.account.id == eve.id
    assert done.pair.account.verified_at is not None
    assert ended == [family]
    for ask in (
        app.core.persons.identity.admit(theirs.access),
        app.core.auth.logins.refresh(theirs.refresh),
        passwords.prove(ANN, HORSE),
    ):
        with pytest.raises(Unauthenticated):
            await ask
    assert await app.core.persons.identity.admit(done.pair.access)


async def test_an_account_that_is_being_erased_is_entered_by_nobody(
    app: App, passwords: Passwords
) -> None:
    ann = await registered(app)
    await app.place.node().people.accounts.retire(ann.id)
    with pytest.raises(Conflict):
        await passwords.prove(ANN, HORSE)
