"""The trail: what was done that security rests on, row after row, for good.

Each row's hash covers the row before it: none can be changed, left out or put elsewhere
without that being seen.  Source: guarantees.md, section 5; ADR-0033.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Protocol

from msgspec import Struct

MOST_COUNTED = 10_000  # rows of a page's whole
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Act(StrEnum):
    """What is recorded: all of it, and nothing else."""

    REGISTERED = "registered"
    SIGNED_IN = "sign-in"
    SIGN_IN_REFUSED = "sign-in-refused"
    SIGNED_OUT = "sign-out"
    REFRESH_REUSED = "refresh-reused"  # a token that was used was shown again
    PASSWORD_CHANGED = "password-changed"  # noqa: S105 - its name
    PASSWORD_RESET = "password-reset"  # noqa: S105 - its name
    PASSWORD_REFUSED = "password-refused"  # noqa: S105 - its name
    ADDRESS_SHOWN = "address-shown"  # to be his, by the link that was mailed there
    FACTOR_ON = "second-factor-on"
    FACTOR_OFF = "second-factor-off"
    FACTOR_RENEWED = "recovery-codes-renewed"
    FACTOR_REFUSED = "second-factor-refused"
    ROLE_GIVEN = "role-given"
    SUSPENDED = "suspended"
    RESUMED = "resumed"  # is not suspended any more
    CONSOLE_USED = "console-used"
    CONSOLE_REFUSED = "console-refused"
    OPERATED = "operated"  # with the operator key
    OPERATOR_REFUSED = "operator-refused"  # a wrong key
    ORG_MADE = "organisation-made"
    ORG_CHANGED = "organisation-changed"
    ORG_DELETED = "organisation-deleted"
    ORG_ROLE_GIVEN = "organisation-role-given"
    ORG_MEMBER_REMOVED = "organisation-member-removed"
    ORG_LEFT = "organisation-left"
    ORG_INVITED = "organisation-invited"
    ORG_INVITE_TAKEN_BACK = "organisation-invite-taken-back"
    ORG_JOINED = "organisation-joined"
    BOARD_CLAIMED = "board-claimed"
    BOARD_LINK_MADE = "board-link-made"  # the one before is void
    BOARD_EXPORTED = "board-exported"
    DATA_EXPORTED = "data-exported"
    ERASED = "erased"
    TRAIL_PURGED = "trail-purged"


class Record(Struct, frozen=True):
    """What is to be remembered; `about` has no content, no address and no secret."""

    id: str  # a UUID; told twice, it is remembered once
    at: datetime
    act: Act
    actor: str = ""  # the account; empty: nobody who had signed in
    subject: str = ""  # the account that it was done to
    path: str = ""  # with the names of what stands in it, not the values
    ip: str = ""  # of whom, masked
    about: Mapping[str, str] = {}


class Recorded(Record, frozen=True, kw_only=True):
    """A record in its place; of an account that is gone, `actor` is nobody's id."""

    seq: int


class Wanted(Struct, frozen=True):
    """Which rows: those that have all of this."""

    actor: str = ""  # a UUID
    account: str = ""  # a UUID: who did it, or to whom it was done
    act: str = ""
    since: datetime | None = None
    until: datetime | None = None
    text: str = ""  # anywhere in what it says, whatever case


class Link(Struct, frozen=True):
    """A row as the chain has it: `words` are its columns, in order."""

    seq: int
    at: datetime
    words: Sequence[str]
    hash: bytes

    def follows(self, before: bytes) -> bool:
        """Tell whether it is what was written after the row of that hash."""
        return self.hash == digest(before, self.seq, self.at, self.words)


class Ends(Struct, frozen=True):
    """Where the chain begins, which is after the last row that was purged, and ends."""

    floor: int = 0
    floor_hash: bytes = b""
    seq: int = 0
    hash: bytes = b""


class Trail(Protocol):
    """Rows that are appended and never changed, on whatever node."""

    async def append(self, records: Sequence[Record]) -> None:
        """Remember them, in this order; those that are there already stay once.

        However many append at once, on however many nodes, there is one chain.  Who
        is named is kept under an id of its own, which leads to nobody once the account
        is gone.
        """

    async def page(
        self, wanted: Wanted, skip: int, limit: int
    ) -> tuple[Sequence[Recorded], int]:
        """Return rows, the newest first, and how many there are, counted to 10,000."""

    async def of(self, account: str, limit: int) -> Sequence[Recorded]:
        """Return what an account did, or had done to it, the newest first."""

    async def links(self, after: int, limit: int) -> Sequence[Link]:
        """Return the chain in order, from the row after a seq."""

    async def ends(self) -> Ends:
        """Return where the chain is said to begin and to end."""

    async def purge(self, before: datetime, limit: int) -> int:
        """Remove the oldest rows, if they are from before; return how many."""


def digest(before: bytes, seq: int, at: datetime, words: Sequence[str]) -> bytes:
    """Return the hash of a row: of the one before it, then its columns, a line each."""
    lines = [str(seq), str((at - EPOCH) // MICROSECOND), *words]
    return sha256(before + "\n".join(lines).encode()).digest()
