"""Addresses of accounts: shown by who has the mail and the account, and by no other."""

from datetime import timedelta

import pytest

from orbit.core.errors import Conflict, Forbidden, RateLimited, Unauthenticated
from orbit.core.ports import Account
from orbit.core.services.addresses import VERIFY, Addresses
from orbit.core.services.identity import GUEST, Caller
from orbit.core.services.passwords import Registration
from tests.kit.app import App
from tests.kit.signed import ANN, BOB, SITE, Ahead, entered

HORSE, NEW = "correct horse", "ann@example.net"


@pytest.fixture
def addresses(app: App) -> Addresses:
    return app.core.auth.addresses


async def registered(app: App, email: str = ANN) -> Caller:
    """Have an account whose address was typed; return who has signed in to it."""
    account = await app.core.auth.passwords.register(Registration(email, HORSE))
    return await signed_in(app, account)


async def signed_in(app: App, account: Account) -> Caller:
    pair = await app.core.auth.logins.begin(account)
    return await app.core.persons.identity.admit(pair.access)


async def shown(app: App, email: str = ANN) -> str:
    """Return the token of the newest link that came to an address."""
    await app.core.mail.post.deliver()
    return app.mailbox.link(email, "verify")


async def test_who_has_mail_and_account_shows_the_address_and_keeps_all(
    app: App, addresses: Addresses
) -> None:
    ann = await registered(app)
    await addresses.ask(ann, SITE)
    token = await shown(app)
    await addresses.settle(ann, token)
    assert (await app.core.persons.accounts.profile(ann)).verified_at is not None
    assert await app.core.auth.passwords.prove(ANN, HORSE)
    with pytest.raises(Unauthenticated):
        await addresses.settle(ann, token)
    with pytest.raises(Conflict):
        await addresses.ask(ann, SITE)


async def test_a_link_alone_shows_nothing(app: App, addresses: Addresses) -> None:
    """Its reader may have the address, and another the account."""
    eve = await registered(app)
    await addresses.ask(eve, SITE)
    token = await shown(app)
    with pytest.raises(Unauthenticated):
        await addresses.settle(GUEST, token)
    bob = await registered(app, BOB)
    with pytest.raises(Forbidden):
        await addresses.settle(bob, token)
    assert (await app.core.persons.accounts.profile(eve)).verified_at is None


async def test_nothing_changes_before_the_new_address_is_shown(
    app: App, addresses: Addresses
) -> None:
    pair = await entered(app)
    ann = await app.core.persons.identity.admit(pair.access)
    elsewhere = await app.core.auth.logins.begin(pair.account)
    await addresses.change(ann, "", NEW.upper(), SITE)
    await app.core.mail.post.deliver()
    told = [mail for mail in app.mailbox.mails if mail.to == ANN]
    assert NEW in told[-1].text
    assert (await app.core.persons.accounts.profile(ann)).email == ANN
    await addresses.settle(ann, await shown(app, NEW))
    account = await app.core.persons.accounts.profile(ann)
    assert (account.email, account.version) == (NEW, pair.account.version + 1)
    assert await app.core.auth.logins.renew(ann)
    for ask in (
        app.core.persons.identity.admit(elsewhere.access),
        app.core.auth.logins.refresh(elsewhere.refresh),
        app.core.persons.identity.admit(pair.access),
    ):
        with pytest.raises(Unauthenticated):
            await ask
    assert (await entered(app, NEW)).account.id == ann.account
    assert (await entered(app)).account.id != ann.account


async def test_a_change_needs_more_than_a_token(
    app: App, addresses: Addresses, clock: Ahead
) -> None:
    ann = await registered(app)
    clock.by = timedelta(minutes=11)
    with pytest.raises(Forbidden):
        await addresses.change(ann, "", NEW, SITE)
    with pytest.raises(Unauthenticated):
        await addresses.change(ann, "wrong horse", NEW, SITE)
    with pytest.raises(Conflict):
        await addresses.change(ann, HORSE, "Ann@example.org", SITE)
    await addresses.change(ann, HORSE, NEW, SITE)
    await app.core.mail.post.deliver()
    assert {mail.to for mail in app.mailbox.mails} == {NEW}  # ANN has only been typed


async def test_an_address_of_another_account_stays_its(
    app: App, addresses: Addresses
) -> None:
    ann, bob = await registered(app), await entered(app, BOB)
    await addresses.change(ann, "", BOB, SITE)
    with pytest.raises(Conflict):
        await addresses.settle(ann, await shown(app, BOB))
    assert (await app.core.persons.accounts.profile(ann)).email == ANN
    assert (await entered(app, BOB)).account.id == bob.account.id


async def test_links_of_before_a_change_lead_nowhere(
    app: App, addresses: Addresses
) -> None:
    ann = await registered(app)
    await addresses.ask(ann, SITE)
    old = await shown(app)
    await addresses.change(ann, "", NEW, SITE)
    await addresses.settle(ann, await shown(app, NEW))
    with pytest.raises(Unauthenticated):
        await addresses.settle(ann, old)
    assert (await app.core.persons.accounts.profile(ann)).email == NEW


async def test_one_account_mails_few_addresses(app: App, addresses: Addresses) -> None:
    ann = await registered(app)
    for n in range(5):
        await addresses.change(ann, "", f"{n}@example.org", SITE)
    with pytest.raises(RateLimited):
        await addresses.change(ann, "", "more@example.org", SITE)


async def test_who_cannot_be_mailed_has_registered_all_the_same(
    app: App, addresses: Addresses
) -> None:
    for n in range(5):
        await app.core.auth.links.send(VERIFY, ANN, SITE, account=f"another {n}")
    account = await app.core.auth.passwords.register(Registration(ANN, HORSE))
    await addresses.welcome(account, SITE)
    await app.core.mail.post.deliver()
    assert sum("/verify#" in mail.text for mail in app.mailbox.mails) == 5
