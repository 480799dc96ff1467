"""`core.ports.Codes` and `Outbox` in memory."""

from collections.abc import Mapping, Sequence, Set
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from orbit.core.ports import Code, Parcel
from orbit.store.memory.world import World

NEVER = datetime.min.replace(tzinfo=UTC)


class MemoryCodes:
    """The codes that were sent of late."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def keep(
        self, code: Code, parcel: Parcel, since: datetime, most: int, good: int = 1
    ) -> bool:
        """Keep a code and the mail that tells it, unless there were too many."""
        codes = self._world.codes
        of_mail = [each for each in codes.values() if each.mail == code.mail]
        if sum(each.sent_at > since for each in of_mail) >= most:
            return False
        same = [each for each in of_mail if each.asked_by == code.asked_by]
        same.sort(key=lambda each: each.sent_at, reverse=True)
        for each in same[good - 1 :]:
            codes[each.mail, each.hash] = replace(each, tries=0)
        codes[code.mail, code.hash] = code
        self._world.parcels[parcel.id] = (NEVER, parcel)
        return True

    async def spend(
        self, mail: bytes, asked_by: Set[bytes], now: datetime
    ) -> Sequence[Code]:
        """Take a try off each code that may still be shown, and return those."""
        spent = [
            replace(each, tries=each.tries - 1)
            for each in self._world.codes.values()
            if each.mail == mail and each.asked_by in asked_by
            if each.tries > 0 and each.expires_at > now
        ]
        self._world.codes |= {(each.mail, each.hash): each for each in spent}
        return spent

    async def use(self, code: Code) -> bool:
        """Void a code; False if somebody has before."""
        key = code.mail, code.hash
        found = self._world.codes.get(key)
        if found is None or found.expires_at != code.expires_at:
            return False
        self._world.codes[key] = replace(found, tries=0, expires_at=NEVER)
        return True

    async def purge(self, before: datetime, limit: int) -> int:
        """Forget codes that were sent, and were over, before; return how many."""
        codes = self._world.codes
        over = [
            key
            for key, each in codes.items()
            if max(each.sent_at, each.expires_at) < before
        ][:limit]
        for key in over:
            del codes[key]
        return len(over)


class MemoryOutbox:
    """Mails that are still to be sent."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def add(self, parcel: Parcel) -> None:
        """Have a mail sent."""
        self._world.parcels[parcel.id] = (NEVER, parcel)

    async def add_once(
        self,
        parcels: Mapping[bytes, Parcel],
        mark: bytes,
        now: datetime,
        until: datetime,
    ) -> None:
        """Have mails sent to whom they are wanted by, unless it was told before."""
        world = self._world
        if world.guesses.get(mark, NEVER) > now:
            return
        world.guesses[mark] = until
        for mail, parcel in parcels.items():
            if mail not in world.unsubscribed:
                world.parcels[parcel.id] = (NEVER, parcel)

    async def take(
        self, now: datetime, lease: timedelta, limit: int
    ) -> Sequence[Parcel]:
        """Return mails that are due, the attempt counted; nobody else gets them."""
        due = [
            replace(parcel, attempts=parcel.attempts + 1)
            for next_at, parcel in self._world.parcels.values()
            if next_at <= now < parcel.until
        ][:limit]
        self._world.parcels |= {each.id: (now + lease, each) for each in due}
        return due

    async def postpone(self, id: str, at: datetime) -> None:
        """Have a mail tried again."""
        if id in self._world.parcels:
            self._world.parcels[id] = (at, self._world.parcels[id][1])

    async def remove(self, id: str) -> None:
        """Forget a mail: it was sent, or never will be."""
        self._world.parcels.pop(id, None)

    async def purge(self, now: datetime, limit: int) -> int:
        """Forget mails that are of no use any more; return how many."""
        parcels = self._world.parcels
        over = [id for id, (_, parcel) in parcels.items() if parcel.until <= now]
        for id in over[:limit]:
            del parcels[id]
        return len(over[:limit])
