"""Somebody who has signed in for the console."""

from orbit.core.ports import Role
from tests.kit.app import App, Client

DEV = "dev@example.org"


async def staff(app: App, email: str = DEV) -> Client:
    """Return a client with the scope `dev`; how it is asked for, others test."""
    accounts = app.place.node().people.accounts
    account = await app.core.persons.accounts.enter(email, None)
    await accounts.give(account.id, Role.DEV)
    account = await accounts.find(account.id) or account
    pair = await app.core.auth.logins.begin(account, scope=Role.DEV)
    return app.guest.with_headers(Authorization=f"Bearer {pair.access}")
