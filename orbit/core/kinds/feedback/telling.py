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
    GroupNamed,
    InviteAccepted,
    LinkRevoked,
    MemberRemoved,
    NoteAdded,
    NoteDrafted,
    NoteEdited,
    NoteHidden,
    NoteMoved,
    NoteRecoloured,
    NoteRemoved,
    NoteReported,
    NoteRestored,
    NotesConcealed,
    NotesGrouped,
    NoteShown,
    NotesReleased,
    NotesRevealed,
    NotesUngrouped,
    PhaseSet,
    ReportDrafted,
    ReportsDismissed,
    TimerEnded,
    TimerStarted,
    TimerStopped,
    UpvoteCast,
    UpvoteUndone,
    VoteDrafted,
    VotesCounted,
)
from orbit.core.kinds.feedback.state import Board, Draft, Report
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


def _notes_grouped(state: Board, event: NotesGrouped) -> Changes:
    return [items.group(state, event.group), *_left(state, event)]


def _left(state: Board, event: NotesGrouped | NotesUngrouped) -> Changes:
    left = [items.group(state, id) for id, _ in event.left]
    return [*left, *(Drop("group", id) for id in event.gone)]


def _group_named(state: Board, event: GroupNamed) -> Changes:
    return [items.group(state, event.group)]


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


def _note_drafted(state: Board, event: NoteDrafted) -> Changes:
    note, author = event.note, {event.note.author}
    is_shown, draft = note.id in state.notes, Draft(note, event.is_gone)
    gone = Drop("waiting", note.id, author)
    if event.is_back:
        return [gone]
    if not is_shown and event.is_gone:
        forgotten = [event.forgotten] if event.forgotten else []
        return [
            gone,
            Drop("signature", note.id, author),
            items.removed(note),
            *(Drop("removed", id, {whose}) for id, whose in forgotten),
        ]
    return [
        items.waiting(draft),
        *([] if is_shown else [items.signature(note)]),
        *([Drop("removed", note.id, author)] if event.is_restored else []),
    ]


def _report_drafted(_state: Board, event: ReportDrafted) -> Changes:
    report = Report(event.report, event.reason)
    return [items.unread(event.note, event.reporter, report)]


def _vote_drafted(state: Board, event: VoteDrafted) -> Changes:
    if event.is_undone:
        return [Drop("upvote", event.vote, {event.voter})]
    return [items.upvote(state.notes[event.note], event.voter, event.vote)]


def _notes_released(state: Board, event: NotesReleased) -> Changes:
    told: dict[str, Changes] = {
        id: items.whole(state, state.notes[id]) for id in event.added
    }
    told |= {id: items.shown(state, state.notes[id]) for id in event.changed}
    told |= {one.note: _note_removed(state, one)[:-1] for one in event.removed}
    changes: list[Change] = []
    for id in sorted(told):
        note = state.notes.get(id) or state.removed[id]
        changes += [*told[id], Drop("waiting", id, {note.author})]
    for id, reporter, _ in event.reports:
        note = state.notes[id]
        changes.append(items.report(note, reporter, note.reports[reporter]))
    changes += [Drop("report", id, {reporter}) for reporter, id in event.void]
    return [*changes, items.card(state)]


def _votes_counted(state: Board, event: VotesCounted) -> Changes:
    notes = [state.notes[id] for id, _ in event.notes]
    shown = [change for note in notes for change in items.shown(state, note)]
    return [*shown, items.card(state)]


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
    NotesGrouped: _notes_grouped,
    NotesUngrouped: _left,
    GroupNamed: _group_named,
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
    NoteDrafted: _note_drafted,
    ReportDrafted: _report_drafted,
    VoteDrafted: _vote_drafted,
    NotesReleased: _notes_released,
    VotesCounted: _votes_counted,
    AuthorErased: erasing.changes,
}
