"""What a feedback board remembers."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from immutables import Map
from msgspec import Struct

from orbit.core.types import Record

MAX_NOTES = 5_000
MAX_REMOVED = 1_000  # the oldest of more are forgotten


class Colour(StrEnum):
    YELLOW = "YELLOW"
    CREATIVE = "CREATIVE"
    COOL = "COOL"
    FRESH = "FRESH"
    ROYAL = "ROYAL"


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

    @property
    def upvotes(self) -> int:
        return len(self.votes) and sum(vote is not None for vote in self.votes.values())

    @property
    def standing(self) -> list[tuple[str, str]]:
        """Those who upvote it, each with his vote."""
        return [(voter, vote) for voter, vote in self.votes.items() if vote]


class Board(Struct, frozen=True):
    """The state.  `link` is the SHA-256 of the admin token, `creator` an author key."""

    title: str = ""
    is_public: bool = True
    link: str = ""
    creator: str = ""
    created_at: datetime | None = None
    deleted: bool = False
    notes: Map[str, Note] = Map()
    removed: Mapping[str, Note] = {}
    upvotes: int = 0
    sealed: bool = False  # everybody who may reads, and nobody writes
