"""What each event changes of what is seen."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from orbit.core.kind import Event
from orbit.core.kinds.feedback import erasing, items
from orbit.core.kinds.feedback.events import (
    AuthorErased,
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
from orbit.core.kinds.feedback.state import Board
from orbit.core.types import Change, Drop

Changes = Sequence[Change]


def changes(state: Board, event: Event) -> Changes:
    return TOLD[type(event)](state, event)


def _board_opened(state: Board, _event: BoardOpened) -> Changes:
    return [items.card(state), *([items.made(state)] if state.creator else [])]


def _board_edited(state: Board, _event: BoardEdited) -> Changes:
    return [items.card(state)]


def _link_revoked(_state: Board, _event: LinkRevoked) -> Changes:
    return []


def _board_deleted(_state: Board, _event: BoardDeleted) -> Changes:
    return [Drop("board", "board")]


def _note_added(state: Board, event: NoteAdded) -> Changes:
    return [*items.whole(event.note), items.card(state)]


def _note_changed(
    state: Board, event: NoteEdited | NoteRecoloured | NoteMoved
) -> Changes:
    return items.shown(state.notes[event.note])


def _note_removed(state: Board, event: NoteRemoved) -> Changes:
    note, forgotten = state.removed[event.note], event.forgotten
    return [
        *items.away(note),
        Drop("signature", note.id, {note.author}),
        items.removed(note),
        *(Drop("upvote", vote, {voter}) for voter, vote in note.standing),
        *([Drop("removed", forgotten[0], {forgotten[1]})] if forgotten else []),
        items.card(state),
    ]


def _note_restored(state: Board, event: NoteRestored) -> Changes:
    note = state.notes[event.note]
    back = Drop("removed", note.id, {note.author})
    return [*items.whole(note), back, items.card(state)]


def _note_hidden(state: Board, event: NoteHidden) -> Changes:
    return [Drop("note", event.note), *items.shown(state.notes[event.note])]


def _note_shown(state: Board, event: NoteShown) -> Changes:
    note = state.notes[event.note]
    return [*items.bared(note.id, note.author), items.seen(note)]


def _upvote_cast(state: Board, event: UpvoteCast) -> Changes:
    note = state.notes[event.note]
    cast = items.upvote(note, event.voter, event.vote)
    return [items.seen(note), cast, items.card(state)]


def _upvote_undone(state: Board, event: UpvoteUndone) -> Changes:
    gone = Drop("upvote", event.vote, {event.voter})
    return [items.seen(state.notes[event.note]), gone, items.card(state)]


TOLD: Mapping[type[Event], Callable[[Board, Any], Changes]] = {
    BoardOpened: _board_opened,
    BoardEdited: _board_edited,
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
    UpvoteCast: _upvote_cast,
    UpvoteUndone: _upvote_undone,
    AuthorErased: erasing.changes,
}
