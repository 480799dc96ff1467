"""What the board is after each event.  Never fails."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from msgspec.structs import asdict, replace

from orbit.core.kind import Event
from orbit.core.kinds.feedback import erasing
from orbit.core.kinds.feedback.events import (
    AccessDenied,
    AccessGranted,
    AccessRequested,
    AuthorErased,
    AuthorMuted,
    AuthorUnmuted,
    BoardClaimed,
    BoardDeleted,
    BoardEdited,
    BoardOpened,
    InviteAccepted,
    LinkRevoked,
    MemberRemoved,
    NoteAdded,
    NoteEdited,
    NoteHidden,
    NoteMoved,
    NoteRecoloured,
    NoteRemoved,
    NoteReported,
    NoteRestored,
    NotesConcealed,
    NoteShown,
    NotesRevealed,
    PhaseSet,
    ReportsDismissed,
    TimerEnded,
    TimerStarted,
    TimerStopped,
    UpvoteCast,
    UpvoteUndone,
)
from orbit.core.kinds.feedback.state import Board, Mute, Note, Report, Request

T = TypeVar("T")


def apply(state: Board, event: Event) -> Board:
    return EFFECTS[type(event)](state, event)


def _board_opened(_state: Board, event: BoardOpened) -> Board:
    return Board(event.title, event.is_public, event.link, event.creator, event.at)


def _board_edited(state: Board, event: BoardEdited) -> Board:
    return replace(state, **asdict(event))


def _notes_concealed(state: Board, _event: NotesConcealed) -> Board:
    return replace(state, concealed=True)


def _notes_revealed(state: Board, _event: NotesRevealed) -> Board:
    return replace(state, concealed=False)


def _phase_set(state: Board, event: PhaseSet) -> Board:
    return replace(state, phase=event.phase)


def _timer_started(state: Board, event: TimerStarted) -> Board:
    return replace(state, ends_at=event.ends_at)


def _timer_over(state: Board, _event: TimerStopped | TimerEnded) -> Board:
    return replace(state, ends_at=None)


def _board_claimed(state: Board, event: BoardClaimed) -> Board:
    return replace(state, owner=event.owner)


def _link_revoked(state: Board, event: LinkRevoked) -> Board:
    return replace(state, link=event.link)


def _board_deleted(state: Board, event: BoardDeleted) -> Board:
    return replace(state, deleted=True, unclaimed=event.unclaimed)


def _note_added(state: Board, event: NoteAdded) -> Board:
    added = _with(state, event.note)
    return replace(added, upvotes=state.upvotes + event.note.upvotes)


def _note_edited(state: Board, event: NoteEdited) -> Board:
    note = state.notes[event.note]
    return _with(state, replace(note, content=event.content, edited=True))


def _note_recoloured(state: Board, event: NoteRecoloured) -> Board:
    return _with(state, replace(state.notes[event.note], colour=event.colour))


def _note_moved(state: Board, event: NoteMoved) -> Board:
    return _with(state, replace(state.notes[event.note], x=event.x, y=event.y))


def _note_removed(state: Board, event: NoteRemoved) -> Board:
    note, removed = state.notes[event.note], {**state.removed}
    if event.forgotten:
        del removed[event.forgotten[0]]
    removed[note.id] = note
    upvotes = state.upvotes - note.upvotes
    notes = state.notes.delete(note.id)
    return replace(state, notes=notes, removed=removed, upvotes=upvotes)


def _note_restored(state: Board, event: NoteRestored) -> Board:
    note = state.removed[event.note]
    removed = _without(state.removed, note.id)
    upvotes = state.upvotes + note.upvotes
    notes = state.notes.set(note.id, note)
    return replace(state, notes=notes, removed=removed, upvotes=upvotes)


def _note_hidden(state: Board, event: NoteHidden) -> Board:
    return _with(state, replace(state.notes[event.note], hidden=True))


def _note_shown(state: Board, event: NoteShown) -> Board:
    return _with(state, replace(state.notes[event.note], hidden=False))


def _note_reported(state: Board, event: NoteReported) -> Board:
    note = state.notes[event.note]
    report = Report(event.report, event.reason)
    return _with(state, replace(note, reports={**note.reports, event.reporter: report}))


def _reports_dismissed(state: Board, event: ReportsDismissed) -> Board:
    return _with(state, replace(state.notes[event.note], reports={}))


def _author_muted(state: Board, event: AuthorMuted) -> Board:
    mute = Mute(event.author, event.note)
    return replace(state, mutes={**state.mutes, event.mute: mute})


def _author_unmuted(state: Board, event: AuthorUnmuted) -> Board:
    return replace(state, mutes=_without(state.mutes, event.mute))


def _access_requested(state: Board, event: AccessRequested) -> Board:
    request = Request(event.who, event.message, event.at)
    return replace(state, requests={**state.requests, event.request: request})


def _access_granted(state: Board, event: AccessGranted) -> Board:
    members = {**state.members, event.request: event.who}
    requests = _without(state.requests, event.request)
    return replace(state, requests=requests, members=members)


def _access_denied(state: Board, event: AccessDenied) -> Board:
    return replace(state, requests=_without(state.requests, event.request))


def _invite_accepted(state: Board, event: InviteAccepted) -> Board:
    members = {**state.members, event.member: event.who}
    requests = _without(state.requests, event.request)
    return replace(state, requests=requests, members=members)


def _member_removed(state: Board, event: MemberRemoved) -> Board:
    return replace(state, members=_without(state.members, event.member))


def _without(things: Mapping[str, T], gone: str) -> Mapping[str, T]:
    return {id: thing for id, thing in things.items() if id != gone}


def _upvote_cast(state: Board, event: UpvoteCast) -> Board:
    note = state.notes[event.note]
    votes = {**note.votes, event.voter: event.vote}
    voted = replace(note, votes=votes, x=event.x, y=event.y)
    notes = state.notes.set(note.id, voted)
    return replace(state, notes=notes, upvotes=state.upvotes + 1)


def _upvote_undone(state: Board, event: UpvoteUndone) -> Board:
    note = state.notes[event.note]
    voted = replace(note, votes={**note.votes, event.voter: None})
    notes = state.notes.set(note.id, voted)
    return replace(state, notes=notes, upvotes=state.upvotes - 1)


def _with(state: Board, note: Note) -> Board:
    return replace(state, notes=state.notes.set(note.id, note))


EFFECTS: Mapping[type[Event], Callable[[Board, Any], Board]] = {
    BoardOpened: _board_opened,
    BoardEdited: _board_edited,
    BoardClaimed: _board_claimed,
    LinkRevoked: _link_revoked,
    BoardDeleted: _board_deleted,
    NotesConcealed: _notes_concealed,
    NotesRevealed: _notes_revealed,
    PhaseSet: _phase_set,
    TimerStarted: _timer_started,
    TimerStopped: _timer_over,
    TimerEnded: _timer_over,
    NoteAdded: _note_added,
    NoteEdited: _note_edited,
    NoteRecoloured: _note_recoloured,
    NoteMoved: _note_moved,
    NoteRemoved: _note_removed,
    NoteRestored: _note_restored,
    NoteHidden: _note_hidden,
    NoteShown: _note_shown,
    NoteReported: _note_reported,
    ReportsDismissed: _reports_dismissed,
    AuthorMuted: _author_muted,
    AuthorUnmuted: _author_unmuted,
    AccessRequested: _access_requested,
    AccessGranted: _access_granted,
    AccessDenied: _access_denied,
    InviteAccepted: _invite_accepted,
    MemberRemoved: _member_removed,
    UpvoteCast: _upvote_cast,
    UpvoteUndone: _upvote_undone,
    AuthorErased: erasing.apply,
}
