"""`core.ports.Invites` in memory."""

from collections.abc import Callable, Sequence
from datetime import datetime

from msgspec.structs import replace

from orbit.core.ports import Bounds, Invite, Kept, Parcel, Standing
from orbit.core.types import BoardId
from orbit.store.memory.outbox import NEVER
from orbit.store.memory.world import World


class MemoryInvites:
    """Who was invited by mail."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def keep(self, invite: Invite, parcel: Parcel, bounds: Bounds) -> Kept:
        """Keep an invite and the mail that tells it, or say why not."""
        before = self._where(
            lambda one: (one.board, one.mail) == (invite.board, invite.mail)
        )
        if (why := self._why_not(invite, before, bounds)) is not None:
            return why
        for one in before:
            self._void(one)
        self._world.invites[invite.id] = invite
        if invite.mail not in self._world.unsubscribed:
            self._world.parcels[invite.id] = (NEVER, parcel)
        return Kept.KEPT

    def _why_not(
        self, invite: Invite, before: Sequence[Invite], bounds: Bounds
    ) -> Kept | None:
        last = before[0] if before else None
        if last is not None and last.op == invite.op:
            return Kept.TOLD
        if last is not None and last.made_at > bounds.again_since:
            return Kept.AGAIN
        of_mail = self._where(lambda one: one.mail == invite.mail)
        if sum(one.made_at > bounds.since for one in of_mail) >= bounds.of_mail:
            return Kept.ADDRESS
        of_board = [one for one in self._of(invite.board) if one.mail != invite.mail]
        return Kept.BOARD if len(of_board) >= bounds.of_board else None

    async def by_token(self, board: BoardId, token: bytes) -> Invite | None:
        """Return the invite to a board that a link is of, or None."""
        return next((one for one in self._of(board) if one.token == token), None)

    async def by_mail(self, board: BoardId, mail: bytes) -> Invite | None:
        """Return the invite of an address to a board, or None."""
        return next((one for one in self._of(board) if one.mail == mail), None)

    async def of_board(self, board: BoardId) -> Sequence[Invite]:
        """Return who was invited to a board, the last one first."""
        return self._of(board)

    async def open(self, mail: bytes, now: datetime, limit: int) -> Sequence[Invite]:
        """Return the invites that an address may still come by, the last one first."""
        return self._where(
            lambda one: (
                one.mail == mail
                and one.state is Standing.OPEN
                and one.expires_at > now
                and one.board in self._world.boards
            )
        )[:limit]

    async def take(self, id: str, by: bytes, now: datetime) -> bool:
        """Have an invite be one person's; False if it is another's, or over."""
        one = self._world.invites.get(id)
        if one is None or one.state is not Standing.OPEN or one.expires_at <= now:
            return False
        return self._world.taken.setdefault(id, by) == by

    async def use(self, id: str, by: bytes) -> None:
        """Note that who has taken it came in, and forget who that was."""
        if self._world.taken.get(id) == by:
            came = replace(self._world.invites[id], state=Standing.CAME)
            self._world.invites[id] = came
            del self._world.taken[id]

    async def give_back(self, id: str, by: bytes) -> None:
        """Have it be nobody's again."""
        if self._world.taken.get(id) == by:
            del self._world.taken[id]

    async def withdraw(self, board: BoardId, mail: bytes) -> bool:
        """Void an invite and its mail; False if there was none."""
        found = self._where(lambda one: (one.board, one.mail) == (board, mail))
        for one in found:
            self._void(one)
            self._world.parcels.pop(one.id, None)
        return bool(found)

    async def forget(self, mail: bytes) -> None:
        """Remove all invites of an address, and their mails."""
        for one in self._where(lambda one: one.mail == mail):
            del self._world.invites[one.id]
            self._world.parcels.pop(one.id, None)

    async def purge(self, before: datetime, withdrawn: datetime, limit: int) -> int:
        """Remove those made before; return how many."""
        void = Standing.WITHDRAWN
        over = self._where(
            lambda one: (
                one.made_at < before or (one.state is void and one.made_at < withdrawn)
            )
        )[:limit]
        for one in over:
            del self._world.invites[one.id]
        return len(over)

    def _of(self, board: BoardId) -> Sequence[Invite]:
        void = Standing.WITHDRAWN
        return self._where(lambda one: one.board == board and one.state is not void)

    def _where(self, is_so: Callable[[Invite], bool]) -> Sequence[Invite]:
        found = [one for one in self._world.invites.values() if is_so(one)]
        return sorted(found, key=lambda one: one.made_at, reverse=True)

    def _void(self, one: Invite) -> None:
        voided = replace(one, state=Standing.WITHDRAWN, token=b"", sealed=b"")
        self._world.invites[one.id] = voided
        self._world.taken.pop(one.id, None)
