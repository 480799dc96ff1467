"""Those who sign in at an identity provider, and what its tokens are read with."""

from datetime import datetime
from typing import Protocol

from orbit.core.ports.accounts import Account, Login


class KeySource(Protocol):
    """Where a provider tells its keys."""

    async def fetch(self) -> bytes:
        """Return its JWK set (RFC 7517), as it stands there now.

        Raises:
            Unavailable: it did not answer in time, or with something else.
        """


class Outsiders(Protocol):
    """Which account somebody of a provider has here."""

    async def find(self, who: bytes) -> Account | None:
        """Return the account of a keyed hash of provider and subject, or None."""

    async def link(self, who: bytes, account: str) -> None:
        """Tie somebody to an account, unless he is tied to one, or it is unknown."""

    async def begin(
        self, login: Login, version: int, mark: bytes, now: datetime, until: datetime
    ) -> bool:
        """Remember a login, unless `mark` was made before and that is not over.

        Tells whether there is a login of that family now: however many begin it at the
        same time, all are told alike; and once it has ended, `until` then, it has.
        False as well if the account's version is not this any more.
        """
