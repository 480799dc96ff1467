"""What each event changes of what is seen."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from orbit.core.kind import Event, Role
from orbit.core.kinds.feedback import erasing, items
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
from orbit.core.kinds.feedback.state import Board
from orbit.core.types import Change, Drop

Changes = Sequence[Change]


def changes(state: Board, event: Event) -> Changes:
    return TOLD[type(event)](state, event)


def _board_opened(state: Board, _event: BoardOpened) -> Changes:
    return [items.card(state), *([items.made(state)] if state.creator else [])]


def _card_changed(
    state: Board,
    _event: BoardEdited | PhaseSet | TimerStarted | TimerStopped | TimerEnded,
) -> Changes:
    return [items.card(state)]


def _board_claimed(state: Board, _event: BoardClaimed) -> Changes:
    return [items.card(state), items.owned(state)]


def _notes_turned(state: Board, _event: NotesConcealed | NotesRevealed) -> Changes:
    before = replace(state, concealed=not state.concealed)
    told: list[Change] = []
    for note in state.notes.values():
        told += items.away(before, note)
        told += items.shown(state, note)
    return [*told, items.card(state)]


def _link_revoked(_state: Board, _event: LinkRevoked) -> Changes:
    return []


def _board_deleted(_state: Board, _event: BoardDeleted) -> Changes:
    return [Drop("board", "board")]


def _note_added(state: Board, event: NoteAdded) -> Changes:
    return [*items.whole(state, event.note), items.card(state)]


def _note_changed(
    state: Board, event: NoteEdited | NoteRecoloured | NoteMoved
) -> Changes:
    return items.shown(state, state.notes[event.note])


def _note_removed(state: Board, event: NoteRemoved) -> Changes:
    note, forgotten = state.removed[event.note], event.forgotten
    return [
        *items.away(state, note),
        Drop("signature", note.id, {note.author}),
        items.removed(note),
        *(Drop("upvote", vote, {voter}) for voter, vote in note.standing),
        *(Drop(put.type, put.id, put.audience) for put in items.reports(note)),
        *([Drop("removed", forgotten[0], {forgotten[1]})] if forgotten else []),
        items.card(state),
    ]


def _note_restored(state: Board, event: NoteRestored) -> Changes:
    note = state.notes[event.note]
    back = Drop("removed", note.id, {note.author})
    return [*items.whole(state, note), back, items.card(state)]


def _note_hidden(state: Board, event: NoteHidden) -> Changes:
    note = state.notes[event.note]
    before = replace(note, hidden=False)
    return [*items.away(state, before), *items.shown(state, note)]


def _note_shown(state: Board, event: NoteShown) -> Changes:
    note = state.notes[event.note]
    before = replace(note, hidden=True)
    return [*items.away(state, before), *items.shown(state, note)]


def _note_reported(state: Board, event: NoteReported) -> Changes:
    note = state.notes[event.note]
    return [items.report(note, event.reporter, note.reports[event.reporter])]


def _reports_dismissed(_state: Board, event: ReportsDismissed) -> Changes:
    return [Drop("report", id, {who, Role.ADMIN}) for who, id in event.reports]


def _author_muted(state: Board, event: AuthorMuted) -> Changes:
    return items.muted(event.mute, state.mutes[event.mute])


def _author_unmuted(_state: Board, event: AuthorUnmuted) -> Changes:
    id = event.mute
    return [Drop("mute", id, {Role.ADMIN}), Drop("silence", id, {event.author})]


def _access_requested(state: Board, event: AccessRequested) -> Changes:
    return [items.requested(event.request, state.requests[event.request])]


def _access_granted(_state: Board, event: AccessGranted) -> Changes:
    answered = Drop("request", event.request, {Role.ADMIN})
    return [answered, items.member(event.request, event.who)]


def _access_denied(_state: Board, event: AccessDenied) -> Changes:
    return [Drop("request", event.request, {Role.ADMIN})]


def _invite_accepted(_state: Board, event: InviteAccepted) -> Changes:
    asked = [Drop("request", event.request, {Role.ADMIN})] if event.request else []
    return [*asked, items.member(event.member, event.who)]


def _member_removed(_state: Board, event: MemberRemoved) -> Changes:
    return [Drop("member", event.member, {Role.ADMIN, event.who})]


def _upvote_cast(state: Board, event: UpvoteCast) -> Changes:
    note = state.notes[event.note]
    cast = items.upvote(note, event.voter, event.vote)
    return [*items.shown(state, note), cast, items.card(state)]


def _upvote_undone(state: Board, event: UpvoteUndone) -> Changes:
    gone = Drop("upvote", event.vote, {event.voter})
    shown = items.shown(state, state.notes[event.note])
    return [*shown, gone, items.card(state)]


TOLD: Mapping[type[Event], Callable[[Board, Any], Changes]] = {
    BoardOpened: _board_opened,
    BoardEdited: _card_changed,
    NotesConcealed: _notes_turned,
    NotesRevealed: _notes_turned,
    PhaseSet: _card_changed,
    TimerStarted: _card_changed,
    TimerStopped: _card_changed,
    TimerEnded: _card_changed,
    BoardClaimed: _board_claimed,
    LinkRevoked: _link_revoked,
    BoardDeleted: _board_deleted,
    NoteAdded: _note_added,
    NoteEdited: _note_changed,
    NoteRecoloured: _note_changed,
    NoteMoved: _note_changed,
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
    AuthorErased: erasing.changes,
}
