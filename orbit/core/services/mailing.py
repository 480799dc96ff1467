"""Mails that those who run Orbit write themselves: the same to each of a few people.

Nobody sees who else gets one; each can stop them, and whoever has gets none.  It must
never know why somebody is written to.
"""

import secrets
from collections.abc import Sequence
from datetime import timedelta

from msgspec import Struct

from orbit.core.ports import Clock, Message, Outbox
from orbit.core.services.accounts import canonical
from orbit.core.services.identity import Keys
from orbit.core.services.post import Post
from orbit.core.services.unsubscribing import Unsubscribing
from orbit.core.services.wording import catalogue
from orbit.core.services.wording.catalogue import Mail

MOST = 50  # at once
MAILED = timedelta(days=1)  # after which a mail that did not go is given up
TOLD = timedelta(days=1)  # for so long the same key is known
BYTES = 16


class Circular(Struct, frozen=True):
    """What is said, and to whom."""

    to: Sequence[str]
    subject: str
    text: str
    site: str
    language: str = "en"

    def __repr__(self) -> str:
        return "Circular()"  # what is in it may not reach a log


class Mailing:
    """Sends what is to be said to each."""

    def __init__(
        self,
        keys: Keys,
        outbox: Outbox,
        post: Post,
        unsubscribing: Unsubscribing,
        clock: Clock,
    ) -> None:
        self._keys, self._outbox, self._post = keys, outbox, post
        self._unsubscribing, self._clock = unsubscribing, clock

    async def send(self, circular: Circular, by: str, key: str | None = None) -> int:
        """Have it go to each address once; return to how many it may go.

        All of them, or none; under the same key of the same account, once a day.
        """
        now = self._clock.now()
        chance = key.encode() if key else secrets.token_bytes(BYTES)
        mark = self._keys.seed(b"mailing", by.encode(), chance)
        to = dict.fromkeys(map(canonical, circular.to))
        mails = {email: self._keys.address(email) for email in to}
        parcels = {
            mail: self._post.parcel(self._written(circular, email, mail), now + MAILED)
            for email, mail in mails.items()
        }
        await self._outbox.add_once(parcels, mark, now, now + TOLD)
        self._post.look()
        return len(to)

    def _written(self, circular: Circular, email: str, mail: bytes) -> Message:
        stop = self._unsubscribing.link(circular.site, mail)
        told = {"subject": circular.subject, "words": circular.text}
        write = catalogue(circular.language).write
        return write(Mail.CIRCULAR, email, stop=stop, site=circular.site, **told)
