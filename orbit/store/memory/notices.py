"""`core.ports.Notices` in memory."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from orbit.core.ports import News, Notice, Noticed, Preference
from orbit.store.memory.world import Told, World


class MemoryNotices:
    """What accounts are told."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def add(self, news: News, account: str, now: datetime) -> bool:
        """Tell an account something, once."""
        return self._world.tell(news, account, now)

    async def of(self, account: str, before: str, limit: int) -> Sequence[Notice]:
        """Return an account's notices, the newest first, from those before one."""
        his = self._of(account)
        ids = [each.notice.id for each in his]
        if before:
            his = his[ids.index(before) + 1 :] if before in ids else []
        return [_shown(each) for each in his[:limit]]

    async def unread(self, account: str) -> int:
        """Return how many notices an account has not read."""
        return sum(each.read_at is None for each in self._of(account))

    async def read(self, account: str, id: str, now: datetime) -> bool:
        """Have one be read; False if it is none of the account's."""
        his = [each for each in self._of(account) if each.notice.id == id]
        for each in his:
            each.read_at = each.read_at or now
        return bool(his)

    async def read_all(self, account: str, until: str, now: datetime) -> None:
        """Have all be read, up to one that the account has seen; empty: all."""
        his = self._of(account)
        ids = [each.notice.id for each in his]
        if until:
            his = his[ids.index(until) :] if until in ids else []
        for each in his:
            each.read_at = each.read_at or now

    async def since(self, at: datetime) -> Sequence[Noticed]:
        """Return who was told something after that."""
        told = self._world.notices.values()
        return [
            Noticed(each.notice.id, each.account)
            for each in told
            if each.notice.at > at
        ]

    async def purge(self, now: datetime, before: datetime, limit: int) -> int:
        """Remove what is old, or was read long ago; return how many."""
        over = [
            id
            for id, each in self._world.notices.items()
            if each.notice.at < before or self._is_cleared(each, now)
        ][:limit]
        for id in over:
            del self._world.notices[id]
        return len(over)

    def _is_cleared(self, told: Told, now: datetime) -> bool:
        wanted = self._world.preferences.get(told.account, Preference())
        kept = timedelta(days=wanted.keep_read_days)
        return told.read_at is not None and told.read_at < now - kept

    def _of(self, account: str) -> list[Told]:
        his = [each for each in self._world.notices.values() if each.account == account]
        return sorted(his, key=lambda told: (told.notice.at, told.notice.id))[::-1]


def _shown(told: Told) -> Notice:
    return replace(told.notice, is_read=told.read_at is not None)
