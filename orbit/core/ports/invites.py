"""Invites to boards."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from orbit.core.ports.mail import Parcel
from orbit.core.types import BoardId


class Standing(StrEnum):
    """What has become of an invite; its time may be over all the same."""

    OPEN = "open"
    CAME = "came"
    WITHDRAWN = "withdrawn"


class Invite(Struct, frozen=True):
    """That an address may come to see a board, once."""

    id: str  # a UUID; of its mail, too
    board: BoardId
    mail: bytes  # a keyed hash of the address
    token: bytes  # a keyed hash of what its link holds
    sealed: bytes  # the address, sealed with the pepper; empty: it was withdrawn
    op: bytes  # of the call that made it
    made_at: datetime
    expires_at: datetime
    state: Standing = Standing.OPEN


class Bounds(Struct, frozen=True):
    """How many invites there may be."""

    again_since: datetime  # of one address to one board: one
    since: datetime
    of_mail: int  # of one address to whatever boards, since then
    of_board: int  # that a board remembers


class Kept(StrEnum):
    """Whether an invite was kept, and if not, which bound it met."""

    KEPT = "kept"
    TOLD = "told"  # by the same call before
    AGAIN = "again"
    ADDRESS = "address"
    BOARD = "board"


class Invites(Protocol):
    """Who was invited by mail.  What was withdrawn is in no answer but `withdraw`'s.

    A board that is purged takes its invites along.
    """

    async def keep(self, invite: Invite, parcel: Parcel, bounds: Bounds) -> Kept:
        """Keep an invite and the mail that tells it: both, or neither.

        Whoever has unsubscribed is mailed nothing; no answer tells that.
        The one before of the same address to the same board is withdrawn.
        """

    async def by_token(self, board: BoardId, token: bytes) -> Invite | None:
        """Return the invite to a board that a link is of, or None."""

    async def by_mail(self, board: BoardId, mail: bytes) -> Invite | None:
        """Return the invite of an address to a board, or None."""

    async def of_board(self, board: BoardId) -> Sequence[Invite]:
        """Return who was invited to a board, the last one first."""

    async def open(self, mail: bytes, now: datetime, limit: int) -> Sequence[Invite]:
        """Return the invites that an address may still come by, the last one first."""

    async def take(self, id: str, by: bytes, now: datetime) -> bool:
        """Have an open invite be one person's, until he has come or gives it back.

        Told again by the same, it is his.  False: it is another's, or over.
        """

    async def use(self, id: str, by: bytes) -> None:
        """Note that who has taken it came in, and forget who that was."""

    async def give_back(self, id: str, by: bytes) -> None:
        """Have it be nobody's again, if he has taken it."""

    async def withdraw(self, board: BoardId, mail: bytes) -> bool:
        """Void an invite, and its mail if that waits; False if there never was one.

        That it was made is remembered, for it is counted.
        """

    async def forget(self, mail: bytes) -> None:
        """Remove all invites of an address, and their mails that wait."""

    async def purge(self, before: datetime, withdrawn: datetime, limit: int) -> int:
        """Remove those made before, those `withdrawn` before that; return how many."""
