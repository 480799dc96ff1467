"""Boards and what happened on them."""

from collections.abc import Mapping, Sequence, Set
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from orbit.core.codec import Entry, Shown
from orbit.core.types import BoardId, Items, Key


class NewBoard(Struct, frozen=True):
    """A board to be: its row, before anything has happened on it."""

    id: BoardId
    kind: str
    salt: bytes  # of its author keys


class Claim(Struct, frozen=True):
    """The right to write one board, until somebody claims it after us."""

    board: BoardId
    kind: str
    epoch: int
    token: str  # a fresh UUID: an epoch can be given out twice, a token never (2.11)
    seq: int  # the head
    floor: int  # the highest seq that retention has removed
    log_id: str


class Held(Struct, frozen=True):
    """How a board is held just now."""

    claim: Claim  # of whoever claimed it last: to read with, never to write with
    owner: str | None  # the inc that may write it; None: nobody who is alive
    heir: str | None  # the inc that may claim it first; None: whoever does


class Snapshot(Struct, frozen=True):
    """A state saved to wake faster; disposable."""

    seq: int
    version: int
    state: bytes


class Loaded(Struct, frozen=True):
    """All that a state is folded from: a snapshot, perhaps, and what came after it."""

    snapshot: Snapshot | None
    tail: Sequence[Entry]


class Append(Struct, frozen=True):
    """What one board wants to have written: all of it, or nothing."""

    claim: Claim
    expect: int  # the head that the turn was decided on
    entries: Sequence[Entry]
    wake_at: datetime | None


class Outcome(StrEnum):
    """What has certainly become of one board's append."""

    DONE = "done"  # committed
    FENCED = "fenced"  # not committed: the claim is no longer the newest
    BUSY = "busy"  # not committed: another transaction holds the row; try again
    REFUSED = "refused"  # not committed: the data cannot be stored
    UNAVAILABLE = "unavailable"  # not committed: disk full, read-only, shutting down
    UNKNOWN = "unknown"  # it may be committed: claim again, then look


class Told(Struct, frozen=True):
    """A command that the journal has: its last seq, and the hash of what it asked."""

    seq: int
    digest: bytes


Op = tuple[str, bytes]  # who, op


class Journal(Protocol):
    """The boards and what happened on them."""

    async def create(self, board: NewBoard) -> None:
        """Make the row of a board, with head 0.  Does nothing if it is there."""

    async def salt(self, board: BoardId) -> bytes:
        """Return the board's salt.

        Raises:
            NotFound: there is no such board, or the id is malformed.
        """

    async def salts_of(self, boards: Set[BoardId]) -> Mapping[BoardId, bytes]:
        """Return the salts of boards, of those that there are."""

    async def claim(self, board: BoardId) -> Claim:
        """Take the board over.  Every append under an older claim fails from now on.

        Waits for an append in flight, so that what is loaded afterwards is all there
        will ever be of older claims.

        Raises:
            NotFound: there is no such board, or the id is malformed.
            Moved: its owner is alive elsewhere, or it is being handed to another.
            Unavailable: its row is locked.
        """

    async def peek(self, board: BoardId) -> Held:
        """Return who holds the board, and its head, without touching it.

        Raises:
            NotFound: there is no such board, or the id is malformed.
        """

    async def peek_all(self, boards: Sequence[BoardId]) -> Mapping[BoardId, Held]:
        """Return what `peek` does, of each of these that there is."""

    async def release(self, claim: Claim, heir: str | None = None) -> bool:
        """Let a board go: for anybody or, for 2 s, for the inc `heir` alone.

        Returns whether it was still ours.  Every append under this claim fails from
        now on.  While the heir has it to himself, claims of others raise `Moved`.

        Raises:
            Unavailable: its row is locked; or, unlike elsewhere, it may be done.
        """

    async def held(self, claims: Sequence[Claim]) -> Set[BoardId]:
        """Return the boards of those claims that are still the newest.

        In another history than the claim's none is.
        """

    async def load(self, claim: Claim, version: int) -> Loaded:
        """Return snapshot and tail up to the claim's head, in one view of the data.

        A snapshot of another `version` is left out.  Snapshot and tail together are
        gapless up to `claim.seq`.

        Raises:
            Fenced: somebody has claimed the board since, or it is another history.
        """

    async def snapshot(self, board: BoardId) -> Snapshot | None:
        """Return the snapshot that is kept of a board, of whatever version."""

    async def append(self, turns: Sequence[Append]) -> Sequence[Outcome]:
        """Store events, their changes and the items; per board, all or nothing.

        One outcome per turn, in order; boards are distinct.  When it returns, what is
        DONE is on disk.  FENCED is also what was claimed in another history of the
        database, whatever else matches (2.11).  Never raises: what cannot be known is
        UNKNOWN, for all boards.  A cancelled call is finished all the same.
        """

    async def told(self, board: BoardId, ops: Sequence[Op]) -> Mapping[Op, Told]:
        """Return those of `ops` that the journal has."""

    async def since(
        self, board: BoardId, seq: int, limit: int, *, log_id: str | None = None
    ) -> Sequence[Entry]:
        """Return the entries after `seq`, oldest first, at most `limit` of them.

        Seqs are contiguous: the first is `seq + 1`, or the answer is empty.  Fewer than
        `limit` means that the head was reached.  `log_id` is the history that they are
        to continue, for whoever has what came before.

        Raises:
            Fenced: it is another history.
            Gone: `seq` is below the floor, which `details` has; only a view helps.
        """

    async def save(self, claim: Claim, snapshot: Snapshot) -> bool:
        """Keep a snapshot, unless the claim is old or a newer one is kept.

        Returns whether it was kept.
        """

    async def redact(
        self, claim: Claim, entries: Sequence[Entry], snapshot: Snapshot
    ) -> None:
        """Replace entries that the journal has, and the snapshot: all or nothing.

        Seqs, ops and times stay as they are; of what an entry held else nothing is
        left, here or in mails about it that were not sent.  Whoever saves an older
        snapshot after this is refused.  Items stay: what they hold, an append says.

        Raises:
            Fenced: somebody has claimed the board since; nothing was changed.
            Unavailable: it is done, or nothing is; tell it again.
        """

    async def wrote(self, authors: Mapping[BoardId, str]) -> Set[BoardId]:
        """Return those boards whose journal names their author as such."""

    async def salts(self, after: str, limit: int) -> Sequence[tuple[BoardId, bytes]]:
        """Return all boards with their salts, in the order of `boards`."""

    async def needed(self, board: BoardId, keys: Set[Key]) -> Items:
        """Return those of `keys` that exist, as the last append left them."""

    async def items(
        self,
        board: BoardId,
        type: str,
        sight: Set[str],
        *,
        after: str = "",
        search: str = "",
        limit: int = 100,
    ) -> Sequence[Shown]:
        """Return a board's items of one type that `sight` may see, by id after `after`.

        `search` keeps those whose data holds all its words, whatever their case.

        Raises:
            Busy: there is too much to search, or too many are searching.
        """

    async def due(self, now: datetime, limit: int) -> Sequence[BoardId]:
        """Return boards whose deadline has passed, the longest due first."""

    async def boards(self, after: str, limit: int) -> Sequence[BoardId]:
        """Return all boards in the order of their ids, after one of them."""

    async def purge(
        self, ends: Set[tuple[str, str]], before: datetime, limit: int
    ) -> int:
        """Remove boards that have ended, with all that they hold; return how many.

        Ended is what has one of the events `ends` (kind and type, whose name ends in
        `_deleted`) from before `before`.  At most `limit` at once, and none that
        somebody is writing just now.
        """
