"""What each item of a feedback board holds, as it goes over the wire.

For documents and other languages; a test holds what `items` makes to it.
"""

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta, Struct

from orbit.core.kinds.feedback.state import Colour

Count = Annotated[int, Meta(ge=0)]
Time = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]


class BoardItem(Struct, frozen=True):
    """The board's own card."""

    title: str
    is_public: bool
    sealed: Annotated[bool, Meta(description="Everybody reads, and nobody writes")]
    created_at: Time
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


class RemovedItem(NoteItem, frozen=True):
    """A note that I removed, as it was."""


class VeilItem(Struct, frozen=True):
    """Stands in the place of a note that is hidden."""

    colour: Colour
    x: float
    y: float
    upvotes: Count
    created_at: Time


class HiddenItem(Struct, frozen=True):
    """What a hidden note says; for its author and admins."""

    content: str
    author: str | None
    edited: bool


class SignatureItem(Struct, frozen=True):
    """This note is mine."""


class MadeItem(Struct, frozen=True):
    """This board is of my making."""


class UpvoteItem(Struct, frozen=True):
    """I upvoted this note."""

    note: str


ITEMS: Mapping[str, type[Struct]] = {
    "board": BoardItem,
    "note": NoteItem,
    "veil": VeilItem,
    "hidden": HiddenItem,
    "signature": SignatureItem,
    "made": MadeItem,
    "upvote": UpvoteItem,
    "removed": RemovedItem,
}
