"""Second factors: who is asked for one, how often it is guessed, what shows it."""

import asyncio
import base64
from datetime import timedelta

import pytest
import pytest_asyncio
from msgspec import Struct
from pydantic import SecretStr

from orbit.core.errors import (
    Conflict,
    Forbidden,
    RateLimited,
    SecondFactorMissing,
    Unauthenticated,
)
from orbit.core.ports import Account, Role
from orbit.core.services import totp
from orbit.core.services.identity import GUEST, Caller
from orbit.core.services.logins import UNSEEN, Pair
from orbit.core.services.passwords import Registration
from orbit.core.services.second_factor import GUESS_EACH, GUESSES, LIFE, SecondFactor
from orbit.settings import Environment
from tests.kit.app import App, running, settings
from tests.kit.signed import ANN, Ahead, code, entered, token_of_reset

HORSE = "correct horse"
STEP = timedelta(seconds=totp.STEP_S)


@pytest.fixture
def second(app: App) -> SecondFactor:
    return app.core.auth.second_factor


class Ann(Struct):
    """Somebody with a password and a second factor, and her app."""

    caller: Caller
    secret: str
    recovery: list[str]
    clock: Ahead

    def shows(self, later: int = 0) -> str:
        """Return what her app shows, so many steps ahead."""
        step = totp.step_at(self.clock.now()) + later
        return totp.code(base64.b32decode(self.secret), step)

    def wrong(self) -> str:
        """Return a code that her app does not show."""
        near = {self.shows(n) for n in range(-2, 3)}
        return next(f"{n:06}" for n in range(9) if f"{n:06}" not in near)


@pytest_asyncio.fixture
async def ann(app: App, clock: Ahead) -> Ann:
    pair = await entered(app)
    await app.core.auth.resets.reset(await token_of_reset(app), HORSE)
    pair = await app.core.auth.logins.begin(await account(app))
    caller = await app.core.persons.identity.admit(pair.access)
    given = await app.core.auth.second_factor.enrol(caller, "")
    her = Ann(caller, given.secret, [], clock)
    her.recovery = list(await app.core.auth.second_factor.confirm(caller, her.shows()))
    clock.by += STEP  # what confirmed it was shown
    return her


async def account(app: App) -> Account:
    found = await app.core.auth.passwords.prove(ANN, HORSE)
    assert found
    return found


async def challenge(app: App, scope: Role = Role.USER) -> str:
    """Sign in by the password; return what has to be shown with a code."""
    with pytest.raises(SecondFactorMissing) as asked:
        await app.core.auth.second_factor.begin(await account(app), scope=scope)
    assert asked.value.details["expires_in"] == LIFE.total_seconds()
    return str(asked.value.details["challenge"])


async def refused(*asked: object) -> None:
    for each in asked:
        with pytest.raises(Unauthenticated):
            await each  # type: ignore[misc]


async def test_who_has_one_gets_nothing_by_a_password_alone(
    app: App, second: SecondFactor, ann: Ann
) -> None:
    shown = await challenge(app)
    pair = await second.finish(shown, ann.shows())
    assert (
        await app.core.persons.identity.admit(pair.access)
    ).account == ann.caller.account
    ann.clock.by += STEP
    await refused(second.finish(shown, ann.shows()))  # it was used
    assert await second.begin(await account(app), code=ann.shows(1))


async def test_who_has_a_token_alone_guesses_no_code_that_confirms(
    second: SecondFactor, ann: Ann
) -> None:
    await second.disable(ann.caller, HORSE, ann.shows())
    ann.secret = (await second.enrol(ann.caller, HORSE)).secret
    for _ in range(GUESSES):
        await refused(second.confirm(ann.caller, ann.wrong()))
    with pytest.raises(RateLimited):
        await second.confirm(ann.caller, ann.shows())
    ann.clock.by += GUESS_EACH
    assert await second.confirm(ann.caller, ann.shows())


async def test_a_code_by_mail_is_not_enough_either(
    app: App, second: SecondFactor, ann: Ann
) -> None:
    with pytest.raises(SecondFactorMissing) as asked:
        await entered(app)
    shown = str(asked.value.details["challenge"])
    done = await app.core.auth.sign_in.finish(shown, ann.shows(), GUEST)
    assert done.pair.account.id == ann.caller.account
    await app.core.auth.resets.reset(await token_of_reset(app), HORSE)
    await challenge(app)  # nor is another password


async def test_a_code_counts_once_however_many_show_it(
    app: App, second: SecondFactor, ann: Ann
) -> None:
    challenges = [await challenge(app) for _ in range(5)]
    digits = ann.shows()
    asked = (second.finish(each, digits) for each in challenges)
    done = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(each, Pair) for each in done) == 1
    before = ann.shows(-1)
    await refused(second.begin(await account(app), code=before))
    assert await second.begin(await account(app), code=ann.shows(1))


async def test_a_challenge_is_good_for_five_tries(
    app: App, second: SecondFactor, ann: Ann
) -> None:
    shown = await challenge(app)
    tries = (second.finish(shown, ann.wrong()) for _ in range(20))
    fields = set()
    for each in await asyncio.gather(*tries, return_exceptions=True):
        assert isinstance(each, Unauthenticated)
        fields.add(each.details["field"])
    assert fields == {"code", "challenge"}
    await refused(second.finish(shown, ann.shows()))
    assert await second.finish(await challenge(app), ann.shows())


async def test_an_account_has_a_bound_and_a_way_in(
    app: App, second: SecondFactor, ann: Ann
) -> None:
    her = await account(app)
    for _ in range(GUESSES):
        await refused(second.begin(her, code=ann.wrong()))
    with pytest.raises(RateLimited):
        await second.begin(her, code=ann.shows())
    assert await second.begin(her, code=ann.recovery[0])
    ann.clock.by += GUESS_EACH
    assert await second.begin(her, code=ann.shows())


async def test_a_challenge_ends(app: App, second: SecondFactor, ann: Ann) -> None:
    late, cut = await challenge(app), await challenge(app)
    ann.clock.by += LIFE
    await refused(second.finish(late, ann.shows()))
    cut = await challenge(app)
    await app.core.auth.logins.end_all(ann.caller.account)
    await refused(second.finish(cut, ann.shows()))
    for made_up in ("x", "a" * 100, "é", late[:-4] + "AAAA"):
        await refused(second.finish(made_up, ann.shows()))


async def test_a_recovery_code_is_good_once_however_it_is_typed(
    app: App, second: SecondFactor, ann: Ann
) -> None:
    assert len(set(ann.recovery)) == 10
    typed = ann.recovery[0].upper().replace("-", " ")
    assert await second.finish(await challenge(app), typed)
    assert (await second.standing(ann.caller)).recovery_codes == 9
    await refused(second.begin(await account(app), code=ann.recovery[0]))
    stored = repr(app.place.world.factors[ann.caller.account].recovery)
    stored += repr(app.place.world.factors[ann.caller.account].sealed)
    for kept in (*ann.recovery, ann.secret):
        assert kept.replace("-", "") not in stored


async def test_new_recovery_codes_void_the_old_ones(
    app: App, second: SecondFactor, ann: Ann
) -> None:
    await refused(second.renew(ann.caller, HORSE, ann.wrong()))
    codes = await second.renew(ann.caller, HORSE, ann.shows())
    await refused(second.begin(await account(app), code=ann.recovery[1]))
    assert await second.begin(await account(app), code=codes[1])


async def test_it_ends_by_a_code_and_a_password_or_fresh_sign_in(
    app: App, second: SecondFactor, ann: Ann
) -> None:
    ann.clock.by += timedelta(minutes=11)
    with pytest.raises(Forbidden):
        await second.disable(ann.caller, "", ann.shows())
    await refused(
        second.disable(ann.caller, "wrong horse", ann.shows()),
        second.disable(ann.caller, HORSE, ann.wrong()),
        second.disable(GUEST, HORSE, ann.shows()),
    )
    await second.disable(ann.caller, HORSE, ann.shows())
    assert (await second.standing(ann.caller)).since is None
    assert await second.begin(await account(app))
    with pytest.raises(Conflict):
        await second.disable(ann.caller, HORSE, ann.shows(1))


async def test_the_console_asks_for_the_role_and_a_second_factor(
    app: App, second: SecondFactor, ann: Ann
) -> None:
    accounts = app.core.persons.accounts._people.accounts
    with pytest.raises(Forbidden):
        await second.begin(await account(app), UNSEEN, ann.shows(), Role.DEV)
    await accounts.give(ann.caller.account, Role.DEV)
    shown = await challenge(app, Role.DEV)
    pair = await second.finish(shown, ann.shows())
    dev = await app.core.persons.identity.admit(pair.access)
    assert dev.scope is Role.DEV
    renewed = await app.core.auth.logins.refresh(pair.refresh)
    assert (await app.core.persons.identity.admit(renewed.access)).scope is Role.DEV
    plain = await second.begin(await account(app), UNSEEN, ann.recovery[0])
    caller = await app.core.persons.identity.admit(plain.access)
    assert caller.scope is Role.USER
    await second.disable(caller, HORSE, ann.recovery[1])
    assert await app.core.persons.identity.admit(plain.access) == caller
    await refused(app.core.persons.identity.admit(pair.access))
    with pytest.raises(Forbidden):  # nor does it open to who has none
        await second.begin(await account(app), UNSEEN, "", Role.DEV)


async def test_the_shared_code_opens_the_console_in_development_alone(
    clock: Ahead,
) -> None:
    async def scope_of(env: Environment) -> Role:
        given = settings(dev_master_otp=SecretStr("424242"), env=env)
        async with running(clock=clock, given=given) as app:
            her = await app.core.auth.passwords.register(Registration(ANN, HORSE))
            await app.core.persons.accounts._people.accounts.give(her.id, Role.DEV)
            begin, her = app.core.auth.second_factor.begin, await account(app)
            with pytest.raises(Forbidden):
                await begin(her, UNSEEN, "000000", Role.DEV)
            pair = await begin(her, UNSEEN, "424242", Role.DEV)
            return (await app.core.persons.identity.admit(pair.access)).scope

    assert await scope_of(Environment.DEVELOPMENT) is Role.DEV
    with pytest.raises(Forbidden):
        await scope_of(Environment.PRODUCTION)


async def test_nothing_is_asked_for_before_it_is_confirmed(
    app: App, second: SecondFactor, clock: Ahead
) -> None:
    caller = await app.core.persons.identity.admit((await entered(app)).access)
    with pytest.raises(Conflict):
        await second.confirm(caller, "000000")
    first, given = await second.enrol(caller, ""), await second.enrol(caller, "")
    assert await entered(app)
    her, old = (Ann(caller, each.secret, [], clock) for each in (given, first))
    await refused(second.confirm(caller, old.shows()))
    await second.confirm(caller, her.shows())
    assert (await second.standing(caller)).recovery_codes == 10
    for ask in (second.confirm(caller, her.shows(1)), second.enrol(caller, "")):
        with pytest.raises(Conflict):
            await ask


async def test_who_has_only_typed_an_address_or_found_a_token_enrols_none(
    app: App, second: SecondFactor, clock: Ahead
) -> None:
    her = await app.core.auth.passwords.register(Registration(ANN, HORSE))
    pair = await app.core.auth.logins.begin(her)
    caller = await app.core.persons.identity.admit(pair.access)
    with pytest.raises(Forbidden):
        await second.enrol(caller, HORSE)
    await app.core.auth.sign_in.verify(ANN, await code(app), GUEST, None)
    caller = await app.core.persons.identity.admit((await entered(app)).access)
    clock.by = timedelta(minutes=11)
    with pytest.raises(Forbidden):
        await second.enrol(caller, "")
