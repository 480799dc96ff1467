"""Stopping mails that one has not asked for, and having them again.

The link in such a mail holds the address, hashed and sealed with the pepper: nobody can
make one up, and it tells nothing.  It is good for ever, however often.  Codes that
somebody asks for still come.  Source: RFC 8058; ADR-0030.
"""

import base64
import binascii

from cryptography.exceptions import InvalidTag

from orbit.core.errors import NotFound
from orbit.core.ports import Clock, Unsubscribed
from orbit.core.services.identity import Keys

LABEL = b"unsubscribe"
PATH = "/unsubscribe"


class Unsubscribing:
    """Makes the links of mails, and does what whoever follows one wants."""

    def __init__(self, keys: Keys, store: Unsubscribed, clock: Clock) -> None:
        self._keys, self._store, self._clock = keys, store, clock

    def link(self, site: str, mail: bytes) -> str:
        """Return where an address, of which this is the keyed hash, stops them."""
        sealed = self._keys.seal(LABEL, mail, b"")
        return f"{site}{PATH}/{base64.urlsafe_b64encode(sealed).decode()}"

    def address(self, token: str) -> bytes:
        """Return the keyed hash of the address whose link this is of.

        Raises:
            NotFound: it is no such link, or not all of it.
        """
        try:
            sealed = base64.b64decode(token.encode(), b"-_", validate=True)
            return self._keys.unseal(LABEL, sealed, b"")
        except (InvalidTag, binascii.Error, ValueError):
            raise NotFound("there is no such link") from None

    async def stop(self, token: str) -> None:
        """Have no more such mails go to an address; raise as `address` does."""
        await self._store.add(self.address(token), self._clock.now())

    async def resume(self, token: str) -> None:
        """Have them go there again; raise as `address` does."""
        await self._store.remove(self.address(token))
