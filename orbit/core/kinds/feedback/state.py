"""What a feedback board remembers."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from immutables import Map
from msgspec import Struct
from msgspec.structs import replace

from orbit.core.types import Record

MAX_NOTES = 5_000
UNCLAIMED = timedelta(days=30)  # for so long a board lives that nobody claims
# On a strict board, what waits is told by a clock that nobody's acts move.
RELEASE_EVERY, COUNT_EVERY = timedelta(seconds=30), timedelta(seconds=2)
LEAST_CROWD = 3  # people; among fewer, strict anonymity would be none
MAX_MUTES = MAX_REQUESTS = 200
MAX_MEMBERS = 1_000
MAX_REMOVED = 1_000  # the oldest of more are forgotten


class Colour(StrEnum):
    YELLOW = "YELLOW"
    CREATIVE = "CREATIVE"
    COOL = "COOL"
    FRESH = "FRESH"
    ROYAL = "ROYAL"


class Phase(StrEnum):
    """What a meeting over the board is at.  Without one, everything is open."""

    COLLECT = "collect"
    GROUP = "group"
    VOTE = "vote"
    DISCUSS = "discuss"


class Report(Record):
    id: str
    reason: str


class Mute(Record):
    """Whoever wrote `note` writes no more."""

    author: str
    note: str


class Request(Record):
    """Somebody asks to be let in."""

    who: str
    message: str
    at: datetime


class Note(Record):
    """A note.  `votes` has all who ever upvoted it: the vote, or None if undone.

    `counted` is how many of them others are told; None: as many as there are.
    """

    id: str
    author: str
    name: str | None  # what the author chose to be called; None is anonymous
    content: str
    colour: Colour
    x: float
    y: float
    created_at: datetime
    edited: bool = False
    votes: Mapping[str, str | None] = {}
    hidden: bool = False  # by a moderator: its text is for its author and admins alone
    reports: Mapping[str, Report] = {}  # by who reports it
    carried: int | None = None  # from another board, with so many votes: nobody's here
    counted: int | None = None

    @property
    def upvotes(self) -> int:
        """How many upvotes it has, as far as that is told."""
        if not self.votes:
            return (self.counted or 0) + (self.carried or 0)
        cast = self.cast if self.counted is None else self.counted
        return cast + (self.carried or 0)

    @property
    def cast(self) -> int:
        """How many upvote it here, told or not."""
        return sum(vote is not None for vote in self.votes.values())

    @property
    def standing(self) -> list[tuple[str, str]]:
        """Those who upvote it, each with his vote."""
        return [(voter, vote) for voter, vote in self.votes.items() if vote]


class Group(Record):
    """Notes that belong together, in their order; some may be gone for a while."""

    title: str
    notes: tuple[str, ...]


class Draft(Record):
    """A note as its author has it; others see it so from the next release on."""

    note: Note
    is_gone: bool = False


class Unread(Record):
    """A report that admins see from the next release on."""

    note: str
    reporter: str
    reason: str


class Board(Struct, frozen=True):
    """The state.

    `link` is the SHA-256 of the admin token; `creator` and `owner` are author keys, the
    latter of the account that has claimed the board.
    """

    title: str = ""
    is_public: bool = True
    link: str = ""
    creator: str = ""
    created_at: datetime | None = None
    deleted: bool = False
    unclaimed: bool = False  # why it was deleted
    notes: Map[str, Note] = Map()
    removed: Mapping[str, Note] = {}
    groups: Mapping[str, Group] = {}
    upvotes: int = 0
    sealed: bool = False  # everybody who may reads, and nobody writes
    columns: tuple[str, ...] = ()  # titles, from left to right
    votes_each: int = 0  # that one person may have standing; 0: no bound
    concealed: bool = False  # what notes say is for their authors alone, until revealed
    phase: Phase | None = None
    ends_at: datetime | None = None  # the timer
    mutes: Mapping[str, Mute] = {}
    requests: Mapping[str, Request] = {}
    members: Mapping[str, str] = {}  # who was let in, by the id of his request
    refused: Mapping[str, str] = {}  # who was not let in, by the id of his request
    owner: str = ""
    # Of strict anonymity: see `strict`.
    strict: int = 0  # of so many people nobody is told apart; 0: it is off
    quiet: int = 0  # events that were told to nobody
    drafts: Mapping[str, Draft] = {}
    unread: Mapping[str, Unread] = {}  # by the ids of reports
    voters: Mapping[str, bool] = {}  # whoever has voted, in his time
    uncounted: Mapping[str, bool] = {}  # notes whose votes are not told as they are
    release_at: datetime | None = None
    count_at: datetime | None = None
    ticked_at: datetime | None = None  # the last of those two that is over

    @property
    def expires_at(self) -> datetime | None:
        """When it is deleted, unless it is claimed."""
        if self.owner or self.created_at is None:
            return None
        return self.created_at + UNCLAIMED

    @property
    def to_forget(self) -> tuple[str, str] | None:
        """The removed note that makes room for another, and its author."""
        if len(self.removed) < MAX_REMOVED:
            return None
        oldest = next(iter(self.removed.values()))
        return oldest.id, oldest.author

    def counting(self, due: datetime) -> "Board":
        """Return it with a count at `due`, or earlier, if there is what for."""
        is_due = self.uncounted and len(self.voters) >= self.strict
        return replace(self, count_at=(self.count_at or due) if is_due else None)

    def is_muted(self, author: str) -> bool:
        return any(mute.author == author for mute in self.mutes.values())

    def covers(self, note: Note) -> bool:
        """Whether what the note says is not for everyone."""
        return self.concealed or note.hidden
