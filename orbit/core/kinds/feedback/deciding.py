"""What comes of what is asked: events, or a refusal."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from msgspec import UNSET
from msgspec.structs import replace

from orbit.core.errors import Invalid, NotFound, Unauthenticated, require
from orbit.core.kind import Command, Context, Event, Role, Tick
from orbit.core.kinds.feedback import erasing, grouping, places, strict
from orbit.core.kinds.feedback.asked import (
    AcceptInvite,
    AddNote,
    AnswerRequest,
    CarryNotes,
    ClaimBoard,
    Conceal,
    DeleteBoard,
    DismissReports,
    EditBoard,
    EditNote,
    EraseAuthor,
    GroupNotes,
    HideNote,
    MoveNote,
    MuteAuthor,
    NameGroup,
    OpenBoard,
    RecolourNote,
    RemoveMember,
    RemoveNote,
    ReportNote,
    RequestAccess,
    RestoreNote,
    Reveal,
    RevokeLink,
    SetPhase,
    ShowNote,
    StartTimer,
    StopTimer,
    ToggleUpvote,
    UngroupNotes,
    UnmuteAuthor,
)
from orbit.core.kinds.feedback.events import (
    AccessDenied,
    AccessGranted,
    AccessRequested,
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
from orbit.core.kinds.feedback.rights import roles
from orbit.core.kinds.feedback.state import (
    MAX_MEMBERS,
    MAX_MUTES,
    MAX_NOTES,
    MAX_REQUESTS,
    Board,
    Note,
)
from orbit.core.kinds.feedback.texts import claims_admin, is_blank, not_blank

GRAVITY = 0.95
Events = Sequence[Event]
T = TypeVar("T")


def decide(state: Board, command: Command, ctx: Context) -> Events:
    plain = DECISIONS[type(command)]
    if state.strict and type(command) in strict.WAITS:
        return strict.WAITS[type(command)](state, command, ctx, plain)
    return plain(state, command, ctx)


def _open_board(_state: Board, wish: OpenBoard, ctx: Context) -> Events:
    not_blank(wish.title, "title")
    crowd = strict.crowd(wish.strict)
    title, is_public, link = wish.title, wish.is_public, wish.link
    return [BoardOpened(title, is_public, link, ctx.who.id, ctx.at, crowd)]


def _edit_board(state: Board, wish: EditBoard, _ctx: Context) -> Events:
    names = BoardEdited.__struct_fields__
    before = BoardEdited(*(getattr(state, name) for name in names))
    wishes = {name: getattr(wish, name) for name in names}
    given = {name: value for name, value in wishes.items() if value is not UNSET}
    after = replace(before, **given)
    after = replace(after, strict=strict.crowd(after.strict))
    if after.strict != before.strict:
        require(not before.strict, "strict anonymity stays as it is")
        require(not state.notes, "strict anonymity is chosen before there are notes")
    not_blank(after.title, "title")
    for at, title in enumerate(after.columns):
        not_blank(title, f"columns.{at}")
    return [] if after == before else [after]


def _claim_board(state: Board, _wish: ClaimBoard, ctx: Context) -> Events:
    if "user" not in ctx.who.claims:
        raise Unauthenticated("sign in first: an account claims a board")
    if state.owner == ctx.who.id:
        return []
    require(not state.owner, "another account has claimed this board")
    return [BoardClaimed(ctx.who.id)]


def _revoke_link(_state: Board, wish: RevokeLink, _ctx: Context) -> Events:
    return [LinkRevoked(wish.link)]


def _delete_board(_state: Board, _wish: DeleteBoard, _ctx: Context) -> Events:
    return [BoardDeleted()]


def _conceal(state: Board, _wish: Conceal, _ctx: Context) -> Events:
    return [] if state.concealed else [NotesConcealed()]


def _reveal(state: Board, _wish: Reveal, _ctx: Context) -> Events:
    return [NotesRevealed()] if state.concealed else []


def _set_phase(state: Board, wish: SetPhase, _ctx: Context) -> Events:
    return [] if wish.phase == state.phase else [PhaseSet(wish.phase)]


def _start_timer(_state: Board, wish: StartTimer, ctx: Context) -> Events:
    return [TimerStarted(ctx.at + timedelta(seconds=wish.seconds))]


def _stop_timer(state: Board, _wish: StopTimer, _ctx: Context) -> Events:
    return [TimerStopped()] if state.ends_at else []


def deadline(state: Board) -> datetime | None:
    """Return when the timer ends, or the board, or the wait, whatever is first."""
    if state.deleted:
        return None
    ends = [at for at in (state.ends_at, state.expires_at) if at]
    if state.strict:
        ends += [at for at in (state.release_at, state.count_at) if at]
    return min(ends, default=None)


def _tick(state: Board, _wish: Tick, ctx: Context) -> Events:
    due = deadline(state)
    if due is None or ctx.at < due:
        return []
    if due == state.expires_at:
        return [BoardDeleted(unclaimed=True)]
    ended = [TimerEnded()] if state.ends_at and state.ends_at <= ctx.at else []
    return [*strict.told(state, ctx.at), *ended]


def _add_note(state: Board, wish: AddNote, ctx: Context) -> Events:
    not_blank(wish.content, "content")
    require(len(state.notes) < MAX_NOTES, "the board is full")
    is_placed = wish.x is not None or wish.y is not None
    x, y = (wish.x or 0.0, wish.y or 0.0) if is_placed else places.free(state)
    note = Note(
        id=ctx.id,
        author=ctx.who.id,
        name=None if wish.anonymous else _called(state, wish, ctx),
        content=wish.content,
        colour=wish.colour,
        x=x,
        y=y,
        created_at=ctx.at,
    )
    return [NoteAdded(note)]


def _called(state: Board, wish: AddNote, ctx: Context) -> str:
    name = (wish.name or ctx.who.name).strip()
    if is_blank(name):
        raise Invalid("give a name, or stay anonymous", details={"field": "name"})
    if Role.ADMIN in roles(state, wish, ctx):
        return f"ADMIN ({name})"
    if claims_admin(name):
        raise Invalid("only admins are shown as such", details={"field": "name"})
    return name


def _carry_notes(state: Board, wish: CarryNotes, _ctx: Context) -> Events:
    require(len(state.notes) + len(wish.notes) <= MAX_NOTES, "the board is full")
    notes = [
        Note(
            id=note.id,
            author="",
            name=note.name,
            content=note.content,
            colour=note.colour,
            x=note.x,
            y=note.y,
            created_at=note.created_at,
            edited=note.edited,
            hidden=note.hidden,
            carried=note.upvotes,
            counted=0 if state.strict else None,
        )
        for note in wish.notes
    ]
    ids = {note.id for note in notes}
    is_new = len(ids) == len(notes) and not any(id in state.notes for id in ids)
    require(is_new, "it is there already")
    return [NoteAdded(note) for note in notes]


def _edit_note(state: Board, wish: EditNote, _ctx: Context) -> Events:
    not_blank(wish.content, "content")
    is_same = _find(state, wish.note).content == wish.content
    return [] if is_same else [NoteEdited(wish.note, wish.content)]


def _recolour_note(state: Board, wish: RecolourNote, _ctx: Context) -> Events:
    is_same = _find(state, wish.note).colour == wish.colour
    return [] if is_same else [NoteRecoloured(wish.note, wish.colour)]


def _move_note(state: Board, wish: MoveNote, _ctx: Context) -> Events:
    note = _find(state, wish.note)
    is_there = note.x == wish.x and note.y == wish.y
    return [] if is_there else [NoteMoved(wish.note, wish.x, wish.y)]


def _remove_note(state: Board, wish: RemoveNote, _ctx: Context) -> Events:
    return [NoteRemoved(_find(state, wish.note).id, state.to_forget)]


def _restore_note(state: Board, wish: RestoreNote, _ctx: Context) -> Events:
    require(len(state.notes) < MAX_NOTES, "the board is full")
    return [NoteRestored(wish.note)]


def _hide_note(state: Board, wish: HideNote, _ctx: Context) -> Events:
    return [] if _find(state, wish.note).hidden else [NoteHidden(wish.note)]


def _show_note(state: Board, wish: ShowNote, _ctx: Context) -> Events:
    return [NoteShown(wish.note)] if _find(state, wish.note).hidden else []


def _report_note(state: Board, wish: ReportNote, ctx: Context) -> Events:
    note, reporter = _find(state, wish.note), ctx.who.id
    require(reporter != note.author, "nobody reports his own note")
    if reporter in note.reports:
        return []
    return [NoteReported(note.id, reporter, ctx.id, wish.reason)]


def _dismiss_reports(state: Board, wish: DismissReports, _ctx: Context) -> Events:
    reports = _find(state, wish.note).reports.items()
    told = tuple((reporter, report.id) for reporter, report in reports)
    return [ReportsDismissed(wish.note, told)] if told else []


def _mute_author(state: Board, wish: MuteAuthor, ctx: Context) -> Events:
    note = _find(state, wish.note)
    require(bool(note.author), "nobody here wrote this note")
    require(note.author != ctx.who.id, "nobody mutes himself")
    # By another note of the same author he is muted again: a refusal would tell who.
    if any(mute.note == note.id for mute in state.mutes.values()):
        return []
    require(len(state.mutes) < MAX_MUTES, "too many are muted")
    return [AuthorMuted(ctx.id, note.author, note.id)]


def _unmute_author(state: Board, wish: UnmuteAuthor, _ctx: Context) -> Events:
    mute = _there(state.mutes, wish.mute, "mute")
    return [AuthorUnmuted(wish.mute, mute.author)]


def _request_access(state: Board, wish: RequestAccess, ctx: Context) -> Events:
    if any(request.who == ctx.who.id for request in state.requests.values()):
        return []
    require(len(state.requests) < MAX_REQUESTS, "too many wait for an answer")
    return [AccessRequested(ctx.id, ctx.who.id, wish.message, ctx.at)]


def _answer_request(state: Board, wish: AnswerRequest, _ctx: Context) -> Events:
    request = _there(state.requests, wish.request, "request")
    if wish.approve:
        require(len(state.members) < MAX_MEMBERS, "too many were let in")
        return [AccessGranted(wish.request, request.who)]
    return [AccessDenied(wish.request)]


def _accept_invite(state: Board, wish: AcceptInvite, ctx: Context) -> Events:
    who = ctx.who.id
    if not who:
        raise Unauthenticated("show your ghost: a guest is nobody to let in")
    if Role.MEMBER in roles(state, wish, ctx):
        return []
    require(len(state.members) < MAX_MEMBERS, "too many were let in")
    asked = [id for id, request in state.requests.items() if request.who == who]
    return [InviteAccepted(ctx.id, who, asked[0] if asked else "")]


def _remove_member(state: Board, wish: RemoveMember, _ctx: Context) -> Events:
    who = _there(state.members, wish.member, "member")
    return [MemberRemoved(wish.member, who)]


def _toggle_upvote(state: Board, wish: ToggleUpvote, ctx: Context) -> Events:
    note, voter = _find(state, wish.note), ctx.who.id
    require(voter != note.author, "nobody upvotes his own note")
    if vote := note.votes.get(voter):
        return [UpvoteUndone(note.id, voter, vote)]
    require(not state.covers(note), "a note that is hidden is not voted on")
    require(_has_votes(state, voter), "all your votes are given: take one back first")
    pull = 1.0 if voter in note.votes else GRAVITY
    x = note.x if state.columns else note.x * pull  # it stays in its column
    return [UpvoteCast(note.id, voter, ctx.id, x, note.y * pull)]


def _has_votes(state: Board, voter: str) -> bool:
    if not state.votes_each:
        return True
    given = sum(1 for note in state.notes.values() if note.votes.get(voter))
    return given < state.votes_each


def _find(state: Board, id: str) -> Note:
    return _there(state.notes, id, "note")


def _there(things: Mapping[str, T], id: str, what: str) -> T:
    """Return what has this id; raise `NotFound`, naming the field `what`."""
    thing = things.get(id)
    if thing is None:
        raise NotFound(f"there is no such {what}", details={"field": what})
    return thing


DECISIONS: Mapping[type[Command], Callable[[Board, Any, Context], Events]] = {
    OpenBoard: _open_board,
    EditBoard: _edit_board,
    ClaimBoard: _claim_board,
    RevokeLink: _revoke_link,
    DeleteBoard: _delete_board,
    Conceal: _conceal,
    Reveal: _reveal,
    SetPhase: _set_phase,
    StartTimer: _start_timer,
    StopTimer: _stop_timer,
    Tick: _tick,
    AddNote: _add_note,
    CarryNotes: _carry_notes,
    EditNote: _edit_note,
    RecolourNote: _recolour_note,
    MoveNote: _move_note,
    RemoveNote: _remove_note,
    RestoreNote: _restore_note,
    GroupNotes: grouping.group_notes,
    UngroupNotes: grouping.ungroup_notes,
    NameGroup: grouping.name_group,
    HideNote: _hide_note,
    ShowNote: _show_note,
    ReportNote: _report_note,
    DismissReports: _dismiss_reports,
    MuteAuthor: _mute_author,
    UnmuteAuthor: _unmute_author,
    RequestAccess: _request_access,
    AnswerRequest: _answer_request,
    AcceptInvite: _accept_invite,
    RemoveMember: _remove_member,
    ToggleUpvote: _toggle_upvote,
    EraseAuthor: erasing.decide,
}
