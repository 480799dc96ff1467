"""What somebody may ask of a feedback board."""

from datetime import datetime
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from orbit.core.kind import Command, Signal
from orbit.core.kinds.feedback.state import Colour, Phase
from orbit.core.types import Record

Content = Annotated[str, Meta(min_length=1, max_length=4_000)]
Title = Annotated[str, Meta(min_length=1, max_length=255)]
Column = Annotated[str, Meta(min_length=1, max_length=60)]
Columns = Annotated[tuple[Column, ...], Meta(max_length=8)]
Votes = Annotated[int, Meta(ge=0, le=100)]
Crowd = Annotated[int, Meta(ge=0, le=50)]
Seconds = Annotated[int, Meta(ge=1, le=86_400)]
Remark = Annotated[str, Meta(max_length=500)]
Name = Annotated[str, Meta(min_length=1, max_length=80)]
Grouped = Annotated[tuple[str, ...], Meta(min_length=1, max_length=200)]
GroupTitle = Annotated[str, Meta(max_length=80)]
Coordinate = Annotated[float, Meta(ge=-1_000_000, le=1_000_000)]


class OpenBoard(Command):
    title: Title
    is_public: bool
    link: str
    strict: Crowd = 0


class EditBoard(Command):
    title: Title | UnsetType = UNSET
    is_public: bool | UnsetType = UNSET
    sealed: bool | UnsetType = UNSET
    columns: Columns | UnsetType = UNSET
    votes_each: Votes | UnsetType = UNSET
    strict: Crowd | UnsetType = UNSET


class ClaimBoard(Command):
    """Have the board belong to the account of whoever asks: it is never deleted."""


class RevokeLink(Command):
    link: str


class DeleteBoard(Command):
    pass


class Conceal(Command):
    """Turn all notes, and those to come, face down."""


class Reveal(Command):
    """Turn all notes face up."""


class SetPhase(Command):
    phase: Phase | None


class StartTimer(Command):
    seconds: Seconds


class StopTimer(Command):
    pass


class AddNote(Command):
    content: Content
    colour: Colour = Colour.YELLOW
    x: Coordinate | None = None
    y: Coordinate | None = None
    anonymous: bool = True
    name: Name | None = None


class CarriedNote(Record):
    """A note as it was on another board; it has no author on this one."""

    id: str
    content: Content
    colour: Colour
    x: Coordinate
    y: Coordinate
    name: str | None
    upvotes: int
    created_at: datetime
    edited: bool
    hidden: bool


class CarryNotes(Command):
    """Have notes of another board on this one.  Told by Orbit's own services."""

    notes: tuple[CarriedNote, ...]


class EditNote(Command):
    note: str
    content: Content


class RecolourNote(Command):
    note: str
    colour: Colour


class MoveNote(Command):
    note: str
    x: Coordinate
    y: Coordinate


class RemoveNote(Command):
    note: str


class RestoreNote(Command):
    note: str


class GroupNotes(Command):
    """Put notes into a group, or make one of them: then its id is the command's."""

    notes: Grouped
    group: str | None = None
    title: GroupTitle | None = None


class UngroupNotes(Command):
    """Take notes out of their groups; a group of one note is none any more."""

    notes: Grouped


class NameGroup(Command):
    group: str
    title: GroupTitle


class HideNote(Command):
    note: str


class ShowNote(Command):
    note: str


class ReportNote(Command):
    note: str
    reason: Remark = ""


class DismissReports(Command):
    note: str


class MuteAuthor(Command):
    """Have whoever wrote this note write no more; who it is, nobody learns."""

    note: str


class UnmuteAuthor(Command):
    mute: str


class RequestAccess(Command):
    message: Remark = ""


class AnswerRequest(Command):
    request: str
    approve: bool


class AcceptInvite(Command):
    """Let in whoever asks: he was invited.  Told by Orbit's own services."""


class RemoveMember(Command):
    member: str


class ToggleUpvote(Command):
    note: str


class EraseAuthor(Command):
    """Forget all of whoever asks: notes, removed ones too, upvotes, having made it."""


class Drag(Signal):
    """A note is under somebody's hand."""

    note: str
    x: Coordinate
    y: Coordinate


class Focus(Signal):
    """Look here."""

    x: Coordinate
    y: Coordinate
