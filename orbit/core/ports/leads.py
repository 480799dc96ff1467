"""What visitors have filled in, in forms that are open to everybody."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from orbit.core.ports.mail import Parcel


class Form(StrEnum):
    """A form; of one address the waitlist keeps one lead, the others any number."""

    WAITLIST = "waitlist"
    CONTACT = "contact"
    INVESTOR_INTEREST = "investor_interest"
    PILOT_REQUEST = "pilot_request"


class Lead(Struct, frozen=True):
    """What somebody has filled in; whose the address is, nobody has shown."""

    id: str  # a UUID
    form: Form
    email: str
    said: Mapping[str, str]  # the other fields that he has filled in
    made_at: datetime

    def __repr__(self) -> str:
        return "Lead()"  # what is in it may not reach a log


class Replies(Struct, frozen=True):
    """The mails about a lead, and what bounds them."""

    thanks: Parcel  # under the lead's id
    mail: bytes  # a keyed hash of the address
    inbox: bytes  # and of the inbox that it leads to
    thanked_since: datetime  # whoever was since then is not thanked again
    note: Parcel | None  # to the operator
    noted_since: datetime
    notes: int  # to the operator, since then, at most


class LeadFilter(Struct, frozen=True):
    """Which leads: all of a form, or fewer."""

    form: Form
    words: str = ""  # that one of the fields has, in whatever case
    since: datetime | None = None
    until: datetime | None = None  # not included


class Leads(Protocol):
    """What was filled in of late."""

    async def keep(self, lead: Lead, replies: Replies) -> bool:
        """Keep a lead and the mails about it: all of them, or nothing.

        One that is kept already, by its id or as the waitlist's of its address, stays
        as it is, and no mail goes: False.  An inbox is thanked for a form once since
        `thanked_since`, however many leads come at once, and not if its address is one
        of the unsubscribed.
        """

    async def page(
        self, only: LeadFilter, offset: int, limit: int
    ) -> tuple[Sequence[Lead], int]:
        """Return leads, the last one first, and how many, counted to 10,000."""

    async def of(self, email: str) -> Sequence[Lead]:
        """Return all leads of an address, the last one first."""

    async def remove(self, id: str) -> bool:
        """Remove a lead, and its mails that wait; False if there is none."""

    async def forget(self, email: str) -> None:
        """Remove all leads of an address, and their mails that wait."""

    async def purge(self, before: datetime, limit: int) -> int:
        """Remove leads that were made before, and their mails; return how many."""
