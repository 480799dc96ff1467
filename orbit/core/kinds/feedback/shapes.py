"""What each item of a feedback board holds, as it goes over the wire.

For documents and other languages; a test holds what `items` makes to it.
"""

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta, Struct

from orbit.core.kinds.feedback.state import Colour, Phase

Count = Annotated[int, Meta(ge=0)]
Time = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]


class BoardItem(Struct, frozen=True):
    """The board's own card."""

    title: str
    is_public: bool
    sealed: Annotated[bool, Meta(description="Everybody reads, and nobody writes")]
    columns: Annotated[list[str], Meta(description="Titles, from left to right")]
    votes_each: Annotated[int, Meta(ge=0, description="0: as many as one likes")]
    strict: Annotated[
        int, Meta(ge=0, description="Of so many nobody is told apart; 0: it is off")
    ]
    concealed: Annotated[bool, Meta(description="All notes are face down")]
    phase: Phase | None
    closed: Annotated[list[str], Meta(description="Commands left to admins for now")]
    ends_at: Annotated[Time | None, Meta(description="When the timer ends")]
    created_at: Time
    expires_at: Annotated[Time | None, Meta(description="Null: claimed, kept for good")]
    notes: Count
    upvotes: Count


class NoteItem(Struct, frozen=True):
    """A note."""

    content: str
    colour: Colour
    x: float
    y: float
    author: Annotated[str | None, Meta(description="A name, or null: anonymous")]
    upvotes: Count
    created_at: Time
    edited: bool
    carried: Annotated[bool, Meta(description="From another board")] = False


class RemovedItem(NoteItem, frozen=True):
    """A note that I removed, as it was."""


class WaitingItem(NoteItem, frozen=True):
    """A note of mine as I have it; others will see it so shortly, on a strict board."""

    removed: bool = False


class VeilItem(Struct, frozen=True):
    """Stands in the place of a note that is hidden, or face down with all others."""

    hidden: Annotated[bool, Meta(description="By a moderator")]

    colour: Colour
    x: float
    y: float
    upvotes: Count
    created_at: Time


class HiddenItem(Struct, frozen=True):
    """What a covered note says; for its author and, if it is hidden, for admins."""

    content: str
    author: str | None
    edited: bool


class GroupItem(Struct, frozen=True):
    """Notes that belong together.  Some may be gone; what is left is in this order."""

    title: Annotated[str, Meta(description="Empty: it has none")]
    notes: Annotated[list[str], Meta(description="Ids of notes, each in one group")]


class SignatureItem(Struct, frozen=True):
    """This note is mine."""


class MadeItem(Struct, frozen=True):
    """This board is of my making."""


class OwnedItem(Struct, frozen=True):
    """This board is my account's."""


class UpvoteItem(Struct, frozen=True):
    """I upvoted this note."""

    note: str


class ReportItem(Struct, frozen=True):
    """A note was reported; for admins, and for whoever reported it."""

    note: str
    reason: str


class MuteItem(Struct, frozen=True):
    """Whoever wrote this note writes no more; for admins."""

    note: str


class SilenceItem(Struct, frozen=True):
    """I am muted."""


class RequestItem(Struct, frozen=True):
    """Somebody asks to be let in; for admins."""

    message: str
    at: Time


class MemberItem(Struct, frozen=True):
    """Somebody was let in; for admins, and for him."""


ITEMS: Mapping[str, type[Struct]] = {
    "board": BoardItem,
    "note": NoteItem,
    "veil": VeilItem,
    "hidden": HiddenItem,
    "group": GroupItem,
    "signature": SignatureItem,
    "made": MadeItem,
    "owned": OwnedItem,
    "upvote": UpvoteItem,
    "removed": RemovedItem,
    "waiting": WaitingItem,
    "report": ReportItem,
    "mute": MuteItem,
    "silence": SilenceItem,
    "request": RequestItem,
    "member": MemberItem,
}
