"""Mails on their way: sealed, then sent by whichever node takes them first.

    sealed ──kept with what it is about──> due ──taken──> sent
                                            ^────later─────┘

What waits in the database tells nobody to whom it goes or what it says.  A mail may
arrive twice, under the same id, and none is lost but what is too old to be of use.
"""

import asyncio
import logging
import secrets
from contextlib import suppress
from datetime import datetime, timedelta

import msgspec
from cryptography.exceptions import InvalidTag

from orbit.core.errors import OrbitError, Rejected, Unavailable
from orbit.core.ids import uuid_of
from orbit.core.ports import Clock, Mailer, Message, Outbox, Parcel
from orbit.core.services.identity import Keys

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)  # longer than a try may take
FIRST_WAIT_S, LONGEST_WAIT_S = 5.0, 3_600.0
AT_ONCE = 10
LOOK_S = 5.0  # for mails of other nodes, and those to be tried again
SPREAD = 0.25  # of a wait, by chance: what failed together does not come back so
PURGED_AT_ONCE = 1_000
LABEL = b"mail"


class Post:
    """Seals mails, and sends what is due."""

    def __init__(
        self, keys: Keys, outbox: Outbox, mailer: Mailer, clock: Clock
    ) -> None:
        self._keys, self._outbox = keys, outbox
        self._mailer, self._clock = mailer, clock
        self._due = asyncio.Event()

    def parcel(self, message: Message, until: datetime, id: str = "") -> Parcel:
        """Return a mail as it is kept until it is sent, or `until`."""
        id = id or uuid_of(secrets.token_bytes(16))
        plain = msgspec.msgpack.encode(message)
        return Parcel(id, self._keys.seal(LABEL, plain, id.encode()), until)

    async def send(self, message: Message, lifetime: timedelta) -> None:
        """Have a mail sent, soon; it is given up after `lifetime`."""
        await self._outbox.add(self.parcel(message, self._clock.now() + lifetime))
        self.look()

    def look(self) -> None:
        """Have what was kept just now sent at once."""
        self._due.set()

    async def round(self) -> None:
        """Send what is due, then wait until something is: for 5 s at most."""
        self._due.clear()
        try:
            while await self.deliver():
                pass
            await self._outbox.purge(self._clock.now(), PURGED_AT_ONCE)
        except* Unavailable:
            log.warning("mails wait for the database")
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_S):
                await self._due.wait()

    async def deliver(self) -> int:
        """Send what is due now, a few mails; return how many were tried."""
        parcels = await self._outbox.take(self._clock.now(), LEASE, AT_ONCE)
        async with asyncio.TaskGroup() as jobs:
            for parcel in parcels:
                jobs.create_task(self._send(parcel))
        return len(parcels)

    async def _send(self, parcel: Parcel) -> None:
        try:
            plain = self._keys.unseal(LABEL, parcel.sealed, parcel.id.encode())
            message = msgspec.msgpack.decode(plain, type=Message)
            await self._mailer.send(message, parcel.id)
        except (InvalidTag, msgspec.MsgspecError):
            log.warning("a mail was sealed with another pepper: it is given up")
        except Rejected as error:
            log.warning("a mail was refused for good: %s", error.message)
        except OrbitError as error:
            await self._again(parcel, error)
            return
        await self._outbox.remove(parcel.id)

    async def _again(self, parcel: Parcel, error: OrbitError) -> None:
        wait_s = min(FIRST_WAIT_S * 2 ** (parcel.attempts - 1), LONGEST_WAIT_S)
        wait_s *= 1 + SPREAD * secrets.randbelow(1_000) / 1_000
        at = self._clock.now() + timedelta(seconds=wait_s)
        log.warning("a mail did not go, try %d: %s", parcel.attempts, error.message)
        await self._outbox.postpone(parcel.id, at)
