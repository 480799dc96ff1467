"""Mails on their way, the codes that they tell, and who wants none."""

from collections.abc import Mapping, Sequence, Set
from datetime import datetime, timedelta
from typing import Protocol

from msgspec import Struct


class Code(Struct, frozen=True):
    """A code that shows whose a mail address is; nothing from which either follows."""

    mail: bytes  # a keyed hash of the address
    asked_by: bytes  # a keyed hash of the ghost that may show it; empty: anybody
    hash: bytes  # a keyed hash of the code
    sent_at: datetime
    expires_at: datetime
    tries: int  # that are left


class Parcel(Struct, frozen=True):
    """A mail on its way, sealed with the pepper."""

    id: str  # a UUID
    sealed: bytes
    until: datetime  # after this it is of no use
    attempts: int = 0


class Codes(Protocol):
    """The codes that were sent of late."""

    async def keep(
        self, code: Code, parcel: Parcel, since: datetime, most: int, good: int = 1
    ) -> bool:
        """Keep a code and the mail that tells it: both, or neither.

        Of those that the same ghost asked for the last `good` are not void.  False:
        `most` codes were kept for this address since `since`, and nothing was done.
        """

    async def spend(
        self, mail: bytes, asked_by: Set[bytes], now: datetime
    ) -> Sequence[Code]:
        """Take a try off each code that may still be shown, and return those.

        However many ask at once, a code is returned no more often than it had tries.
        """

    async def use(self, code: Code) -> bool:
        """Void a code; False if somebody has before."""

    async def purge(self, before: datetime, limit: int) -> int:
        """Forget codes that were sent, and were over, before; return how many."""


class Outbox(Protocol):
    """Mails that are still to be sent."""

    async def add(self, parcel: Parcel) -> None:
        """Have a mail sent."""

    async def add_once(
        self,
        parcels: Mapping[bytes, Parcel],
        mark: bytes,
        now: datetime,
        until: datetime,
    ) -> None:
        """Have mails sent, each by the keyed hash of its address: all, or none.

        None to the unsubscribed; and none at all where a mark that is the same lasts
        until after `now`.
        """

    async def take(
        self, now: datetime, lease: timedelta, limit: int
    ) -> Sequence[Parcel]:
        """Return mails that are due, the attempt counted; nobody else gets them.

        Who has not said by `now + lease` what became of one, has lost it to others.
        """

    async def postpone(self, id: str, at: datetime) -> None:
        """Have a mail tried again."""

    async def remove(self, id: str) -> None:
        """Forget a mail: it was sent, or never will be."""

    async def purge(self, now: datetime, limit: int) -> int:
        """Forget mails that are of no use any more; return how many."""


class Unsubscribed(Protocol):
    """Addresses that get no mails but those they ask for."""

    async def add(self, mail: bytes, now: datetime) -> None:
        """Have an address be one of them, and its invites that wait not be sent.

        Told again, it changes nothing.
        """

    async def remove(self, mail: bytes) -> None:
        """Have an address be none of them."""

    async def has(self, mail: bytes) -> bool:
        """Tell whether an address is one of them."""


class Message(Struct, frozen=True):
    """A mail, as somebody reads it."""

    to: str
    subject: str
    text: str
    html: str
    language: str = "en"
    stop: str = ""  # where to stop mails that nobody asked for; empty: he asked for it

    def __repr__(self) -> str:
        return "Message()"  # what is in it may not reach a log


class Mailer(Protocol):
    """The post."""

    async def send(self, message: Message, id: str) -> None:
        """Send a mail; `id` is the same when it is sent again.

        Raises:
            Rejected: it is refused for good.
            Unavailable: it may go later; perhaps it went.
        """
