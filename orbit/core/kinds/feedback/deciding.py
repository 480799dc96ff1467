"""What comes of what is asked: events, or a refusal."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import UNSET

from orbit.core.errors import Invalid, NotFound, require
from orbit.core.kind import Command, Context, Event, Role
from orbit.core.kinds.feedback import erasing
from orbit.core.kinds.feedback.asked import (
    AddNote,
    DeleteBoard,
    EditBoard,
    EditNote,
    EraseAuthor,
    HideNote,
    MoveNote,
    OpenBoard,
    RecolourNote,
    RemoveNote,
    RestoreNote,
    RevokeLink,
    ShowNote,
    ToggleUpvote,
)
from orbit.core.kinds.feedback.events import (
    BoardDeleted,
    BoardEdited,
    BoardOpened,
    LinkRevoked,
    NoteAdded,
    NoteEdited,
    NoteHidden,
    NoteMoved,
    NoteRecoloured,
    NoteRemoved,
    NoteRestored,
    NoteShown,
    UpvoteCast,
    UpvoteUndone,
)
from orbit.core.kinds.feedback.rights import roles
from orbit.core.kinds.feedback.state import MAX_NOTES, MAX_REMOVED, Board, Note
from orbit.core.kinds.feedback.texts import claims_admin, is_blank, not_blank

GRAVITY = 0.95
Events = Sequence[Event]


def decide(state: Board, command: Command, ctx: Context) -> Events:
    return DECISIONS[type(command)](state, command, ctx)


def _open_board(_state: Board, wish: OpenBoard, ctx: Context) -> Events:
    not_blank(wish.title, "title")
    return [BoardOpened(wish.title, wish.is_public, wish.link, ctx.who.id, ctx.at)]


def _edit_board(state: Board, wish: EditBoard, _ctx: Context) -> Events:
    if wish.title is not UNSET:
        not_blank(wish.title, "title")
    after = BoardEdited(
        state.title if wish.title is UNSET else wish.title,
        state.is_public if wish.is_public is UNSET else wish.is_public,
        state.sealed if wish.sealed is UNSET else wish.sealed,
    )
    before = BoardEdited(state.title, state.is_public, state.sealed)
    return [] if after == before else [after]


def _revoke_link(_state: Board, wish: RevokeLink, _ctx: Context) -> Events:
    return [LinkRevoked(wish.link)]


def _delete_board(_state: Board, _wish: DeleteBoard, _ctx: Context) -> Events:
    return [BoardDeleted()]


def _add_note(state: Board, wish: AddNote, ctx: Context) -> Events:
    not_blank(wish.content, "content")
    require(len(state.notes) < MAX_NOTES, "the board is full")
    note = Note(
        id=ctx.id,
        author=ctx.who.id,
        name=None if wish.anonymous else _called(state, wish, ctx),
        content=wish.content,
        colour=wish.colour,
        x=wish.x,
        y=wish.y,
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
    return [NoteRemoved(_find(state, wish.note).id, _to_forget(state))]


def _to_forget(state: Board) -> tuple[str, str] | None:
    if len(state.removed) < MAX_REMOVED:
        return None
    oldest = next(iter(state.removed.values()))
    return oldest.id, oldest.author


def _restore_note(state: Board, wish: RestoreNote, _ctx: Context) -> Events:
    require(len(state.notes) < MAX_NOTES, "the board is full")
    return [NoteRestored(wish.note)]


def _hide_note(state: Board, wish: HideNote, _ctx: Context) -> Events:
    return [] if _find(state, wish.note).hidden else [NoteHidden(wish.note)]


def _show_note(state: Board, wish: ShowNote, _ctx: Context) -> Events:
    return [NoteShown(wish.note)] if _find(state, wish.note).hidden else []


def _toggle_upvote(state: Board, wish: ToggleUpvote, ctx: Context) -> Events:
    note, voter = _find(state, wish.note), ctx.who.id
    require(voter != note.author, "nobody upvotes his own note")
    require(not note.hidden, "a note that is hidden is not voted on")
    if vote := note.votes.get(voter):
        return [UpvoteUndone(note.id, voter, vote)]
    pull = 1.0 if voter in note.votes else GRAVITY
    return [UpvoteCast(note.id, voter, ctx.id, note.x * pull, note.y * pull)]


def _find(state: Board, id: str) -> Note:
    note = state.notes.get(id)
    if note is None:
        raise NotFound("there is no such note", details={"field": "note"})
    return note


DECISIONS: Mapping[type[Command], Callable[[Board, Any, Context], Events]] = {
    OpenBoard: _open_board,
    EditBoard: _edit_board,
    RevokeLink: _revoke_link,
    DeleteBoard: _delete_board,
    AddNote: _add_note,
    EditNote: _edit_note,
    RecolourNote: _recolour_note,
    MoveNote: _move_note,
    RemoveNote: _remove_note,
    RestoreNote: _restore_note,
    HideNote: _hide_note,
    ShowNote: _show_note,
    ToggleUpvote: _toggle_upvote,
    EraseAuthor: erasing.decide,
}
