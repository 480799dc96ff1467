"""Strict anonymity: what people do waits, and is told by a clock (ADR 29).

    a command ──> drafted: told to nobody else ──Tick──> released: told to all, together

What others see tells of the fact, the time and the order of what one did no more than
that it was within a release.  Whatever is decided here may depend on what all see and
on what the asker did himself, never on what waits of somebody else.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from orbit.core.errors import NotFound, require
from orbit.core.kind import Command, Context, Event
from orbit.core.kinds.feedback.applying import EFFECTS, as_drafted
from orbit.core.kinds.feedback.asked import (
    AddNote,
    EditNote,
    MoveNote,
    RecolourNote,
    RemoveNote,
    ReportNote,
    RestoreNote,
    ToggleUpvote,
)
from orbit.core.kinds.feedback.events import (
    NoteAdded,
    NoteDrafted,
    NoteRemoved,
    NotesReleased,
    ReportDrafted,
    UpvoteUndone,
    VoteDrafted,
    VotesCounted,
)
from orbit.core.kinds.feedback.state import (
    COUNT_EVERY,
    LEAST_CROWD,
    MAX_NOTES,
    RELEASE_EVERY,
    Board,
)
from orbit.core.types import coarse

Events = Sequence[Event]
Decision = Callable[[Board, Any, Context], Sequence[Any]]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def crowd(wish: int) -> int:
    """Return among how many people one is not to be told apart; 0: it is off."""
    return max(wish, LEAST_CROWD) if wish else 0


def _write(
    state: Board, wish: AddNote | RestoreNote, ctx: Context, plain: Decision
) -> Events:
    new = sum(id not in state.notes for id in state.drafts)
    require(len(state.notes) + new < MAX_NOTES, "the board is full")
    if type(wish) is RestoreNote and wish.note not in _own(state, wish.note).removed:
        raise NotFound("there is no such note", details={"field": "note"})
    return _draft(state, wish, ctx, plain)


def _draft(state: Board, wish: Any, ctx: Context, plain: Decision) -> Events:
    """Decide on the board as the author has it, for him alone."""
    own = _own(state, getattr(wish, "note", ""))
    return [_drafted(state, own, event, ctx) for event in plain(own, wish, ctx)]


def _move(state: Board, wish: MoveNote, ctx: Context, plain: Decision) -> Events:
    """Move a note: those of others are moved by admins, and that need not wait."""
    note = state.notes.get(wish.note) or _own(state, wish.note).notes.get(wish.note)
    if note and note.author and note.author == ctx.who.id:
        return _draft(state, wish, ctx, plain)
    return plain(state, wish, ctx)


def _own(state: Board, id: str) -> Board:
    """Return the board on which a note is as its author has it."""
    draft = state.drafts.get(id)
    if draft is None:
        return state
    if draft.is_gone:
        removed = {**state.removed, id: draft.note}
        return replace(state, notes=state.notes.delete(id), removed=removed)
    return replace(state, notes=state.notes.set(id, draft.note))


def _drafted(state: Board, own: Board, event: Any, ctx: Context) -> NoteDrafted:
    after = EFFECTS[type(event)](own, event)
    id = event.note.id if type(event) is NoteAdded else event.note
    is_gone = id not in after.notes
    note = after.removed[id] if is_gone else after.notes[id]
    note = replace(note, created_at=coarse(note.created_at), counted=note.counted or 0)
    shown = state.notes.get(id)
    return NoteDrafted(
        note,
        _due(state, ctx.at, RELEASE_EVERY),
        is_gone,
        is_back=not is_gone and shown is not None and as_drafted(shown, note) == shown,
        is_restored=id in state.removed,
        forgotten=event.forgotten if is_gone and not shown else None,
    )


def _vote(state: Board, wish: ToggleUpvote, ctx: Context, plain: Decision) -> Events:
    due = _due(state, ctx.at, COUNT_EVERY)
    return [
        VoteDrafted(each.note, each.voter, each.vote, due, type(each) is UpvoteUndone)
        for each in plain(state, wish, ctx)
    ]


def _report(state: Board, wish: ReportNote, ctx: Context, plain: Decision) -> Events:
    mine = [one.note for one in state.unread.values() if one.reporter == ctx.who.id]
    if wish.note in mine:
        return []
    due = _due(state, ctx.at, RELEASE_EVERY)
    return [
        ReportDrafted(each.note, each.reporter, each.report, each.reason, due)
        for each in plain(state, wish, ctx)
    ]


def _due(state: Board, at: datetime, every: timedelta) -> datetime:
    """Return the next stroke of a clock that goes whatever happens here."""
    last = at if state.ticked_at is None else max(at, state.ticked_at)
    return EPOCH + ((last - EPOCH) // every + 1) * every


def told(state: Board, at: datetime) -> Events:
    """Return the events that tell what has waited until now."""
    events: list[Event] = []
    if state.release_at and state.release_at <= at:
        events.append(_released(state, state.release_at))
        state = EFFECTS[NotesReleased](state, events[0])
    if state.count_at and state.count_at <= at:
        events.append(_counted(state, state.count_at))
    return events


def _released(state: Board, at: datetime) -> NotesReleased:
    drafts = sorted(state.drafts.items())
    there = [(id, draft) for id, draft in drafts if id in state.notes]
    gone = [id for id, draft in there if draft.is_gone]
    reports = sorted(state.unread.items())
    left = set(state.notes.keys()) - set(gone)
    return NotesReleased(
        at,
        added=tuple(id for id, _ in drafts if id not in state.notes),
        changed=tuple(id for id, draft in there if not draft.is_gone),
        removed=_removed(state, gone),
        reports=tuple((r.note, r.reporter, id) for id, r in reports if r.note in left),
        void=tuple((r.reporter, id) for id, r in reports if r.note not in left),
    )


def _removed(state: Board, gone: Sequence[str]) -> tuple[NoteRemoved, ...]:
    events: list[NoteRemoved] = []
    for id in gone:
        events.append(NoteRemoved(id, state.to_forget))
        state = EFFECTS[NoteRemoved](state, events[-1])
    return tuple(events)


def _counted(state: Board, at: datetime) -> VotesCounted:
    notes = [state.notes[id] for id in sorted(state.uncounted)]
    return VotesCounted(at, tuple((note.id, note.cast) for note in notes))


Waits = Callable[[Board, Any, Context, Decision], Events]
WAITS: Mapping[type[Command], Waits] = {
    AddNote: _write,
    RestoreNote: _write,
    EditNote: _draft,
    RecolourNote: _draft,
    MoveNote: _move,
    RemoveNote: _draft,
    ToggleUpvote: _vote,
    ReportNote: _report,
}
