"""Accounts of tests, and a clock that can be put forward: logins and codes end."""

from datetime import datetime, timedelta

from orbit.core.services.identity import GUEST
from orbit.core.services.logins import Pair
from orbit.store.clock import SystemClock
from tests.kit.app import App

ANN, BOB = "ann@example.org", "bob@example.org"
SITE = "https://orbit.test"


class Ahead(SystemClock):
    """The real time, and as much more as a test says."""

    by = timedelta()

    def now(self) -> datetime:
        return super().now() + self.by


async def code(app: App, email: str = ANN) -> str:
    """Have a code sent to an address, and return it."""
    await app.core.auth.sign_in.send(email, GUEST, SITE)
    await app.core.mail.post.deliver()
    return app.mailbox.code(email)


async def entered(app: App, email: str = ANN) -> Pair:
    """Sign in by a code; return the tokens."""
    shown = await code(app, email)
    return (await app.core.auth.sign_in.verify(email, shown, GUEST, None)).pair


async def token_of_reset(app: App, email: str = ANN) -> str:
    """Have a link sent to an address; return what is behind its `#`."""
    await app.core.auth.resets.send(email, SITE)
    await app.core.mail.post.deliver()
    return app.mailbox.link(email, "reset")
