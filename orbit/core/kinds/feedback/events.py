"""What happens on a feedback board: its journal."""

from datetime import datetime

from orbit.core.kind import Event
from orbit.core.kinds.feedback.state import Colour, Note, Phase


class BoardOpened(Event):
    title: str
    is_public: bool
    link: str
    creator: str
    at: datetime
    strict: int = 0


class BoardEdited(Event):
    title: str
    is_public: bool
    sealed: bool = False
    columns: tuple[str, ...] = ()
    votes_each: int = 0
    strict: int = 0


class NotesConcealed(Event):
    pass


class NotesRevealed(Event):
    pass


class PhaseSet(Event):
    phase: Phase | None


class TimerStarted(Event):
    ends_at: datetime


class TimerStopped(Event):
    pass


class TimerEnded(Event):
    pass


class BoardClaimed(Event):
    owner: str


class LinkRevoked(Event):
    link: str


class BoardDeleted(Event):
    unclaimed: bool = False  # by itself, when its time was over


class NoteAdded(Event):
    note: Note


class NoteEdited(Event):
    note: str
    content: str


class NoteRecoloured(Event):
    note: str
    colour: Colour


class NoteMoved(Event):
    note: str
    x: float
    y: float


class NoteRemoved(Event):
    note: str
    forgotten: tuple[str, str] | None = None  # a removed note and its author


class NoteRestored(Event):
    note: str


class NotesGrouped(Event):
    """A group is of these notes now; `left` is of other groups, `gone` are ended."""

    group: str
    title: str
    notes: tuple[str, ...]
    left: tuple[tuple[str, tuple[str, ...]], ...] = ()
    gone: tuple[str, ...] = ()


class NotesUngrouped(Event):
    left: tuple[tuple[str, tuple[str, ...]], ...]
    gone: tuple[str, ...]


class GroupNamed(Event):
    group: str
    title: str


class NoteHidden(Event):
    note: str


class NoteShown(Event):
    note: str


class NoteReported(Event):
    note: str
    reporter: str
    report: str
    reason: str


class ReportsDismissed(Event):
    note: str
    reports: tuple[tuple[str, str], ...]  # reporters, and their reports


class AuthorMuted(Event):
    mute: str
    author: str
    note: str


class AuthorUnmuted(Event):
    mute: str
    author: str


class AccessRequested(Event):
    request: str
    who: str
    message: str
    at: datetime


class AccessGranted(Event):
    request: str
    who: str


class AccessDenied(Event):
    request: str


class InviteAccepted(Event):
    member: str
    who: str
    request: str = ""  # that he had made, if he had


class MemberRemoved(Event):
    member: str
    who: str


class UpvoteCast(Event):
    note: str
    voter: str
    vote: str
    x: float
    y: float


class UpvoteUndone(Event):
    note: str
    voter: str
    vote: str


class NoteDrafted(Event):
    """On a strict board: a note is so for its author, and later for others."""

    note: Note
    due: datetime
    is_gone: bool = False
    is_back: bool = False  # to what others see: nothing is left to be told
    is_restored: bool = False
    forgotten: tuple[str, str] | None = None


class ReportDrafted(Event):
    note: str
    reporter: str
    report: str
    reason: str
    due: datetime


class VoteDrafted(Event):
    note: str
    voter: str
    vote: str
    due: datetime
    is_undone: bool = False


class NotesReleased(Event):
    """What waited is told.  All ids in their order, which nobody chose."""

    at: datetime
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[NoteRemoved, ...] = ()
    reports: tuple[tuple[str, str, str], ...] = ()  # notes, reporters, and reports
    void: tuple[tuple[str, str], ...] = ()  # reporters, and reports of what is gone


class VotesCounted(Event):
    at: datetime
    notes: tuple[tuple[str, int], ...]


class AuthorErased(Event):
    author: str
    notes: tuple[str, ...]
    removed: tuple[str, ...]
    voted: tuple[tuple[str, str], ...]  # notes of others, and his votes that stood
    votes: tuple[tuple[str, str], ...]  # on his notes: voters, and their votes
    made: bool = False  # the board
    hidden: tuple[str, ...] = ()  # of the notes
    reports: tuple[tuple[str, str], ...] = ()  # of his notes: reporters, and reports
    reported: tuple[str, ...] = ()  # his reports
    mutes: tuple[str, ...] = ()  # of him
    requests: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    owned: bool = False  # the board
    drafts: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()  # his reports
    recounted: tuple[str, ...] = ()  # notes on a strict board that were told his votes
