"""A feedback board as a document: what goes out, and comes in again.

The same content has the same hash, wherever it stands: the SHA-256 of the document
without `hash` and what is of one place alone (`log_id`, `seq`, `created_at`), as JSON
in the canonical form of RFC 8785.  It holds what any admin reads, and nothing by which
an author, a voter or a reader is known.  Pure.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import replace

from orbit.core.errors import Invalid
from orbit.core.kinds.feedback.asked import (
    Column,
    Content,
    Coordinate,
    GroupTitle,
    Title,
    Votes,
)
from orbit.core.kinds.feedback.grouping import LEAST, MAX_GROUPED, MAX_GROUPS
from orbit.core.kinds.feedback.state import MAX_NOTES, Colour
from orbit.core.kinds.feedback.texts import not_blank
from orbit.core.types import Key

FORMAT: Literal["orbit-board"] = "orbit-board"
DIGITS = 3  # of a coordinate: whoever reads it has a screen
MAX_VOTES = 1_000_000

# By the type of an item: its data, as it is told.
Found = Mapping[Key, Mapping[str, Any]]


class NoteData(Struct, frozen=True, kw_only=True):
    """A note; one that is `hidden` has its text for admins alone."""

    content: Content
    colour: Colour
    x: Coordinate
    y: Coordinate
    author: Annotated[str, Meta(min_length=1, max_length=100)] | None = None
    upvotes: Annotated[int, Meta(ge=0, le=MAX_VOTES)] = 0
    created_at: Annotated[datetime, Meta(tz=True)]
    edited: bool = False
    hidden: bool = False


class NoteItem(Struct, frozen=True):
    id: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z0-9_-]{1,64}$(?!\n)",
            description="1 to 64 letters, digits, _ and -",
        ),
    ]
    data: NoteData
    type: Literal["note"] = "note"


class GroupData(Struct, frozen=True):
    """Notes that belong together, by their ids."""

    notes: Annotated[Sequence[str], Meta(min_length=LEAST, max_length=MAX_GROUPED)]
    title: GroupTitle = ""


class BoardData(Struct, frozen=True):
    title: Title
    is_public: bool = True
    sealed: bool = False
    columns: Annotated[Sequence[Column], Meta(max_length=8)] = []
    votes_each: Votes = 0
    # Absent where there are none: documents, and their hashes, were without once.
    groups: Annotated[Sequence[GroupData], Meta(max_length=MAX_GROUPS)] | UnsetType = (
        UNSET
    )
    kind: Literal["feedback"] = "feedback"

    @property
    def grouped(self) -> Sequence[GroupData]:
        return self.groups or ()


class Document(Struct, frozen=True, kw_only=True):
    """A whole board; what `hash` does not cover is of the place where it was."""

    format: Literal["orbit-board"] = FORMAT
    version: Literal[1] = 1
    board: BoardData
    items: Annotated[Sequence[NoteItem], Meta(max_length=MAX_NOTES)]
    hash: Annotated[str, Meta(max_length=128)] = ""
    log_id: str | None = None
    seq: int | None = None
    created_at: datetime | None = None


def document(items: Found, log_id: str, seq: int) -> Document:
    """Return a board's document, with its hash."""
    found = Document(
        board=board_of(items),
        items=notes(items),
        log_id=log_id,
        seq=seq,
        created_at=msgspec.convert(items[_CARD]["created_at"], datetime),
    )
    return replace(found, hash=hash_of(found))


_CARD: Key = ("board", "board")


def board_of(items: Found) -> BoardData:
    """Return what a board is, but for its notes."""
    data = msgspec.convert(items[_CARD], BoardData)
    return replace(data, groups=_groups(items) or UNSET)


def _groups(items: Found) -> Sequence[GroupData]:
    """Return the groups of what there is to read."""
    there = {item.id for item in notes(items)}
    found = [
        GroupData([id for id in data["notes"] if id in there], data["title"])
        for (type, _), data in items.items()
        if type == "group"
    ]
    whole = [group for group in found if len(group.notes) >= LEAST]
    return sorted(whole, key=lambda group: group.notes[0])


def notes(items: Found) -> Sequence[NoteItem]:
    """Return the notes that there are to read, by id; hidden ones as such.

    While all are face down, what somebody reads is his own alone.
    """
    seen = {id: data for (type, id), data in items.items() if type == "note"}
    is_open = not items[_CARD].get("concealed")
    for (type, id), data in items.items():
        if type == "veil" and is_open and (said := items.get(("hidden", id))):
            seen[id] = {**data, **said, "hidden": True}
    return [NoteItem(id, _rounded(seen[id])) for id in sorted(seen)]


def _rounded(data: Mapping[str, Any]) -> NoteData:
    note = msgspec.convert(data, NoteData)
    return replace(note, x=round(note.x, DIGITS), y=round(note.y, DIGITS))


def hash_of(document: Document) -> str:
    """Return `sha256:` and the hash of what a document says."""
    covered = msgspec.to_builtins(document)
    for name in ("hash", "log_id", "seq", "created_at"):
        del covered[name]
    covered["items"].sort(key=lambda item: item["id"])
    for item in covered["items"]:
        data = item["data"]
        data["x"], data["y"] = _number(data["x"]), _number(data["y"])
    # RFC 8785 for what is in it: names of ASCII, and numbers without an exponent
    text = json.dumps(
        covered, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return f"sha256:{sha256(text.encode()).hexdigest()}"


def _number(value: float) -> float | int:
    """Return a number as JavaScript writes it: 1, not 1.0, and 0 without a sign."""
    value = round(value, DIGITS)
    return int(value) if value.is_integer() else value


def verify(document: Document) -> None:
    """Do nothing if a document is one that we have made; else raise `Invalid`."""
    board = document.board
    for at, column in enumerate(board.columns):
        not_blank(column, f"board.columns.{at}")
    not_blank(board.title, "board.title")
    _sound(document.items)
    _together(board.grouped, {item.id for item in document.items})
    if document.hash != hash_of(document):
        said = "it is not that of this document: something was changed"
        raise Invalid(said, details={"field": "hash"})


def _sound(items: Iterable[NoteItem]) -> None:
    ids: set[str] = set()
    for at, item in enumerate(items):
        if item.id in ids:
            raise Invalid("it is there twice", details={"field": f"items.{at}.id"})
        ids.add(item.id)
        not_blank(item.data.content, f"items.{at}.data.content")
        if item.data.author is not None:
            not_blank(item.data.author, f"items.{at}.data.author")


def _together(groups: Iterable[GroupData], notes: set[str]) -> None:
    left = set(notes)
    for at, group in enumerate(groups):
        for n, id in enumerate(group.notes):
            if id not in left:
                said = "it is in a group already" if id in notes else "it is not there"
                field = f"board.groups.{at}.notes.{n}"
                raise Invalid(said, details={"field": field})
            left.remove(id)
