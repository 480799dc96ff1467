"""What a feedback board remembers."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from immutables import Map
from msgspec import Struct

from orbit.core.types import Record

MAX_NOTES = 5_000
UNCLAIMED = timedelta(days=30)  # for so long a board lives that nobody claims
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
    """A note.  `votes` has all who ever upvoted it: the vote, or None if undone."""

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

    @property
    def upvotes(self) -> int:
        if not self.votes:
            return self.carried or 0
        cast = sum(vote is not None for vote in self.votes.values())
        return cast + (self.carried or 0)

    @property
    def standing(self) -> list[tuple[str, str]]:
        """Those who upvote it, each with his vote."""
        return [(voter, vote) for voter, vote in self.votes.items() if vote]


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
    owner: str = ""

    @property
    def expires_at(self) -> datetime | None:
        """When it is deleted, unless it is claimed."""
        if self.owner or self.created_at is None:
            return None
        return self.created_at + UNCLAIMED

    def is_muted(self, author: str) -> bool:
        return any(mute.author == author for mute in self.mutes.values())

    def covers(self, note: Note) -> bool:
        """Whether what the note says is not for everyone."""
        return self.concealed or note.hidden
