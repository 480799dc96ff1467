"""What visitors fill in: kept for those who run Orbit, thanked for by mail, forgotten.

Whose an address is, nobody shows here.  So it is thanked in words that nobody typed,
once a day and form, and can stop that; and no answer tells whether it was known.  A
lead goes after so many days, with its address's account, or when somebody asks.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta

from msgspec import Struct

from orbit.core.errors import NotFound
from orbit.core.ids import uuid_of
from orbit.core.ports import Clock, Form, Lead, LeadFilter, Parcel, People, Replies
from orbit.core.services.accounts import canonical
from orbit.core.services.identity import Keys
from orbit.core.services.post import Post
from orbit.core.services.unsubscribing import Unsubscribing
from orbit.core.services.wording import catalogue
from orbit.core.services.wording.catalogue import Mail

PAUSE = timedelta(hours=24)  # between two mails of thanks for a form to one inbox
MAILED = timedelta(days=1)  # after which a mail that did not go is given up
NOTED = timedelta(days=7)  # likewise, to the operator
HOUR, NOTES_H = timedelta(hours=1), 60  # to the operator: all are in the console
PURGED_AT_ONCE = 1_000
ID_BYTES = 16


class Office(Struct, frozen=True):
    """Who is told of leads, if anybody, and for how long they are kept."""

    address: str
    kept: timedelta


class Filled(Struct, frozen=True):
    """A form as somebody has filled it in."""

    form: Form
    email: str
    said: Mapping[str, str]
    site: str  # where the form is
    language: str = "en"
    key: str = ""  # the same one fills it in once

    def __repr__(self) -> str:
        return "Filled()"  # what is in it may not reach a log


class Leads:
    """Keeps what was filled in, and sends what follows."""

    def __init__(
        self,
        people: People,
        keys: Keys,
        post: Post,
        unsubscribing: Unsubscribing,
        clock: Clock,
        office: Office,
    ) -> None:
        self._store, self._keys = people.leads, keys
        self._post, self._unsubscribing = post, unsubscribing
        self._clock, self._office = clock, office

    async def keep(self, filled: Filled) -> None:
        """Keep what was filled in, and have it thanked for.  Tells nothing."""
        email, now = canonical(filled.email), self._clock.now()
        lead = Lead(self._id(filled, email), filled.form, email, filled.said, now)
        replies = Replies(
            thanks=self._thanks(lead, filled),
            mail=self._keys.address(email),
            inbox=self._keys.seed(b"inbox", _inbox(email).encode()),
            thanked_since=now - PAUSE,
            note=self._note(lead, filled.site) if self._office.address else None,
            noted_since=now - HOUR,
            notes=NOTES_H,
        )
        if await self._store.keep(lead, replies):
            self._post.look()

    async def page(
        self, only: LeadFilter, offset: int, limit: int
    ) -> tuple[Sequence[Lead], int]:
        """Return leads, the last one first, and how many there are of them."""
        return await self._store.page(only, offset, limit)

    async def remove(self, id: str) -> None:
        """Forget one lead; raise `NotFound` if there is none."""
        if not await self._store.remove(id):
            raise NotFound("there is no such lead")

    async def purge(self) -> None:
        """Forget what is older than it may get."""
        before = self._clock.now() - self._office.kept
        while await self._store.purge(before, PURGED_AT_ONCE):
            pass

    def _id(self, filled: Filled, email: str) -> str:
        if not filled.key:
            return uuid_of(secrets.token_bytes(ID_BYTES))
        parts = (filled.form, email, filled.key)
        return uuid_of(self._keys.seed(b"lead", *(part.encode() for part in parts)))

    def _thanks(self, lead: Lead, filled: Filled) -> Parcel:
        stop = self._unsubscribing.link(filled.site, self._keys.address(lead.email))
        write = catalogue(filled.language).write
        thanks = write(Mail(lead.form), lead.email, stop=stop, site=filled.site)
        return self._post.parcel(thanks, lead.made_at + MAILED, lead.id)

    def _note(self, lead: Lead, site: str) -> Parcel:
        fields = "\n".join(f"{name}: {text}" for name, text in lead.said.items())
        told = {"form": lead.form, "email": lead.email, "fields": fields, "site": site}
        note = catalogue("en").write(Mail.LEAD, self._office.address, **told)
        return self._post.parcel(note, lead.made_at + NOTED)


def _inbox(email: str) -> str:
    """Return where mails to an address arrive: `ann+orbit@` is read by `ann@`."""
    name, _, host = email.partition("@")
    return f"{name.partition('+')[0]}@{host}"
