"""What the board is after each event.  Never fails."""

from collections.abc import Callable, Mapping
from datetime import datetime
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
from orbit.core.kinds.feedback.state import (
    COUNT_EVERY,
    MAX_REQUESTS,
    Board,
    Draft,
    Group,
    Mute,
    Note,
    Report,
    Request,
    Unread,
)

T = TypeVar("T")


def apply(state: Board, event: Event) -> Board:
    return EFFECTS[type(event)](state, event)


def _board_opened(_state: Board, event: BoardOpened) -> Board:
    opened = Board(event.title, event.is_public, event.link, event.creator, event.at)
    return replace(opened, strict=event.strict) if event.strict else opened


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


def _notes_grouped(state: Board, event: NotesGrouped) -> Board:
    group = Group(event.title, event.notes)
    left = _left(state, event)
    return replace(left, groups={**left.groups, event.group: group})


def _left(state: Board, event: NotesGrouped | NotesUngrouped) -> Board:
    groups = {id: one for id, one in state.groups.items() if id not in event.gone}
    for id, notes in event.left:
        groups[id] = replace(groups[id], notes=notes)
    return replace(state, groups=groups)


def _group_named(state: Board, event: GroupNamed) -> Board:
    named = replace(state.groups[event.group], title=event.title)
    return replace(state, groups={**state.groups, event.group: named})


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
    requests = {**state.requests, event.request: request}
    return replace(state, requests=requests, refused=_unrefused(state, event.who))


def _access_granted(state: Board, event: AccessGranted) -> Board:
    members = {**state.members, event.request: event.who}
    requests = _without(state.requests, event.request)
    return replace(state, requests=requests, members=members)


def _access_denied(state: Board, event: AccessDenied) -> Board:
    refused = {**state.refused, event.request: state.requests[event.request].who}
    if len(refused) > MAX_REQUESTS:
        del refused[next(iter(refused))]
    requests = _without(state.requests, event.request)
    return replace(state, requests=requests, refused=refused)


def _invite_accepted(state: Board, event: InviteAccepted) -> Board:
    return replace(
        state,
        requests=_without(state.requests, event.request),
        refused=_unrefused(state, event.who),
        members={**state.members, event.member: event.who},
    )


def _unrefused(state: Board, who: str) -> Mapping[str, str]:
    return {id: one for id, one in state.refused.items() if one != who}


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


def _note_drafted(state: Board, event: NoteDrafted) -> Board:
    note = event.note
    drafts = {**_without(state.drafts, note.id)}
    removed = {**_without(state.removed, note.id)}
    if event.is_gone and note.id not in state.notes:
        if event.forgotten:
            del removed[event.forgotten[0]]
        removed[note.id] = note
    elif not event.is_back:
        drafts[note.id] = Draft(note, event.is_gone)
    quiet = state.quiet + 1
    after = replace(state, drafts=drafts, removed=removed, quiet=quiet)
    return _releasing(after, event.due)


def _report_drafted(state: Board, event: ReportDrafted) -> Board:
    report = Unread(event.note, event.reporter, event.reason)
    unread = {**state.unread, event.report: report}
    return _releasing(replace(state, unread=unread, quiet=state.quiet + 1), event.due)


def _vote_drafted(state: Board, event: VoteDrafted) -> Board:
    note = state.notes[event.note]
    votes = {**note.votes, event.voter: None if event.is_undone else event.vote}
    after = replace(
        _with(state, replace(note, votes=votes)),
        voters={**state.voters, event.voter: True},
        quiet=state.quiet + 1,
    )
    return _marked(after, event.note).counting(event.due)


def _notes_released(state: Board, event: NotesReleased) -> Board:
    after = state
    for id in event.added:
        note = state.drafts[id].note
        after = _with(replace(after, upvotes=after.upvotes + note.upvotes), note)
        after = _marked(after, id)
    for id in (*event.changed, *(one.note for one in event.removed)):
        after = _with(after, as_drafted(after.notes[id], state.drafts[id].note))
    for one in event.removed:
        after = _note_removed(after, one)
        after = replace(after, uncounted=_without(after.uncounted, one.note))
    for id, reporter, report in event.reports:
        reason = state.unread[report].reason
        after = _note_reported(after, NoteReported(id, reporter, report, reason))
    after = replace(after, drafts={}, unread={}, release_at=None, ticked_at=event.at)
    return after.counting(event.at + COUNT_EVERY)


def as_drafted(note: Note, draft: Note) -> Note:
    """Return a note with what is its author's as he has it by now."""
    return replace(
        note,
        content=draft.content,
        colour=draft.colour,
        x=draft.x,
        y=draft.y,
        edited=draft.edited,
    )


def _votes_counted(state: Board, event: VotesCounted) -> Board:
    notes, upvotes = state.notes, state.upvotes
    for id, count in event.notes:
        note = notes[id]
        counted = replace(note, counted=count)
        notes, upvotes = notes.set(id, counted), upvotes + count - (note.counted or 0)
    return replace(
        state,
        notes=notes,
        upvotes=upvotes,
        uncounted={},
        count_at=None,
        ticked_at=event.at,
    )


def _releasing(state: Board, due: datetime) -> Board:
    """Return the state with a release at `due`, or earlier, if there is what for."""
    waits = state.drafts or state.unread
    return replace(state, release_at=(state.release_at or due) if waits else None)


def _marked(state: Board, id: str) -> Board:
    """Return the state knowing whether the votes of a note are told as they are."""
    note, uncounted = state.notes[id], {**_without(state.uncounted, id)}
    if note.cast != (note.counted or 0):
        uncounted[id] = True
    return replace(state, uncounted=uncounted)


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
    AuthorErased: erasing.apply,
}
