"""Who is given a role or suspended is cut off; and it is never the last who may."""

import asyncio

import pytest

from orbit.core.errors import (
    Conflict,
    Forbidden,
    NotFound,
    Suspended,
    Unauthenticated,
)
from orbit.core.ports import Form, PersonFilter, Role, Wanted
from orbit.core.services.identity import Caller
from tests.kit.app import App, running, settings
from tests.kit.signed import ANN, BOB, entered

CARL = "carl@example.org"


async def dev(app: App, email: str = ANN) -> Caller:
    """Sign in for the console."""
    account = (await entered(app, email)).account
    await app.place.node().people.accounts.give(account.id, Role.DEV)
    found = await app.place.node().people.accounts.find(account.id)
    assert found is not None
    pair = await app.core.auth.logins.begin(found, scope=Role.DEV)
    return await app.core.persons.identity.admit(pair.access)


async def test_who_is_suspended_is_nobody_until_that_ends(app: App) -> None:
    console, ann, bob = (
        app.core.oversight.console,
        await dev(app),
        await entered(app, BOB),
    )
    id = bob.account.id
    done = await console.govern(ann, id, None, is_suspended=True)
    assert (done.id, done.sessions) == (id, 0)
    assert done.suspended_at is not None
    with pytest.raises(Unauthenticated):
        await app.core.persons.identity.admit(bob.access)
    with pytest.raises(Unauthenticated):
        await app.core.auth.logins.refresh(bob.refresh)
    with pytest.raises(Suspended):
        await entered(app, BOB)
    again = await console.govern(ann, id, None, is_suspended=True)
    assert again == done
    done = await console.govern(ann, id, None, is_suspended=False)
    assert done.suspended_at is None
    assert (await entered(app, BOB)).account.id == id


async def test_a_ghost_that_a_suspended_account_holds_is_nobody(app: App) -> None:
    ann, ghost = await dev(app), await app.ghost()
    given = await app.sign_in(BOB, ghost)
    account = given["profile"]["id"]
    assert (await ghost.get("/identity/ghost/me/")).status == 200
    await app.core.oversight.console.govern(ann, account, None, is_suspended=True)
    refused = await ghost.get("/identity/ghost/me/")
    assert (refused.status, refused.error) == (403, "suspended")
    # the cookie of a browser is in nobody's way who is another one
    await app.sign_in(CARL, ghost)


async def test_tokens_of_another_role_are_void(app: App) -> None:
    console, ann, bob = app.core.oversight.console, await dev(app), await dev(app, BOB)
    done = await console.govern(ann, bob.account, Role.USER, None)
    assert (done.role, done.sessions) == (Role.USER, 0)
    found = await app.place.node().people.logins.of(bob.account)
    assert found == []
    with pytest.raises(Forbidden):
        await console.govern(bob, ann.account, Role.USER, None)


async def test_nobody_governs_himself_nor_who_is_not_there(app: App) -> None:
    console, ann = app.core.oversight.console, await dev(app)
    with pytest.raises(Conflict):
        await console.govern(ann, ann.account, Role.USER, None)
    for id in ("x", ann.account[:-1], ann.login):
        with pytest.raises(NotFound):
            await console.govern(ann, id, Role.USER, None)


async def test_of_two_who_govern_each_other_one_stays(app: App) -> None:
    console, ann, bob = app.core.oversight.console, await dev(app), await dev(app, BOB)
    done = await asyncio.gather(
        console.govern(ann, bob.account, Role.USER, None),
        console.govern(bob, ann.account, Role.USER, None),
        return_exceptions=True,
    )
    assert [isinstance(each, Forbidden) for each in done].count(True) == 1
    _, count = await console.people(PersonFilter(role=Role.DEV), 0, 9)
    assert count == 1


async def test_rows_are_found_by_who_did_it_by_id_or_address(app: App) -> None:
    ann, console = await dev(app), app.core.oversight.console
    await app.core.oversight.trail.flush()
    await app.account(BOB)
    for actor, count in (
        (BOB, 1),
        (BOB.upper(), 1),
        ((await entered(app, BOB)).account.id, 1),
        (ann.account, 0),
        ("nobody", 0),
    ):
        _, found = await console.records(Wanted(actor), 0, 9)
        assert found == count, actor


async def test_a_summary_counts_all_that_there_is() -> None:
    async with running("postgres", given=settings()) as app:
        ann = await app.account(ANN)
        await ann.post("/orgs/", {"name": "Does"})
        await app.board()
        lead = {"email": BOB, "message": "x"}
        assert (await app.guest.post("/contact/", lead)).status == 201
        await app.core.oversight.trail.flush()
        found = await app.core.oversight.console.summary()
    assert found.organisations == 1
    assert found.leads == {**dict.fromkeys(Form, 0), Form.CONTACT: 1}
    figures = found.figures
    assert (figures.accounts, figures.boards, figures.sign_ins) == (1, 1, 1)
