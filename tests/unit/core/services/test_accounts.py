"""Who an account is to boards: the ghost that is shown, or one that nobody else is."""

import asyncio

from tests.kit.app import App
from tests.kit.signed import ANN, BOB, code


async def test_a_new_account_is_the_ghost_that_is_shown(app: App) -> None:
    identity = app.core.persons.identity
    secret, _ = await identity.mint()
    ghost = await identity.recognise(secret)
    shown = await code(app)
    done = await app.core.auth.sign_in.verify(ANN, shown, ghost, secret)
    account = await identity.admit(done.pair.access)
    assert account.kind == "account"
    assert account.persona == ghost.persona
    assert account.id == ghost.id
    still = await identity.recognise(secret)
    assert (still.kind, still.account) == ("ghost", account.account)
    assert secret not in repr(app.place.world.accounts)


async def test_a_ghost_that_an_account_holds_is_taken_over_by_no_other(
    app: App,
) -> None:
    identity = app.core.persons.identity
    secret, _ = await identity.mint()
    ghost = await identity.recognise(secret)
    ann = await app.core.auth.sign_in.verify(ANN, await code(app), ghost, secret)
    shown = await code(app, BOB)
    by = await identity.recognise(secret)
    bob = await app.core.auth.sign_in.verify(BOB, shown, by, secret)
    one, two = [await identity.admit(each.pair.access) for each in (ann, bob)]
    assert one.persona != two.persona
    assert bob.apart == ()


async def test_of_two_accounts_that_want_a_ghost_at_once_one_gets_it(app: App) -> None:
    identity = app.core.persons.identity
    secret, _ = await identity.mint()
    ghost = await identity.recognise(secret)
    emails = [f"{n}@example.org" for n in range(5)]
    codes = [await code(app, email) for email in emails]
    async with asyncio.TaskGroup() as jobs:
        tasks = [
            jobs.create_task(app.core.auth.sign_in.verify(email, shown, ghost, secret))
            for email, shown in zip(emails, codes, strict=True)
        ]
    callers = [await identity.admit(task.result().pair.access) for task in tasks]
    assert len({caller.id for caller in callers}) == 5
    assert sum(caller.persona == ghost.persona for caller in callers) == 1
