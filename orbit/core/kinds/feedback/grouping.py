"""Notes that belong together: a group has a title and some notes, in their order.

No note is changed by it, so nobody's words are.  A note is in one group at most; what
is gone for a while has its place there when it comes back.
"""

from collections.abc import Iterable, Sequence, Set

from orbit.core.errors import Invalid, NotFound, require
from orbit.core.kind import Context, Event
from orbit.core.kinds.feedback.asked import GroupNotes, NameGroup, UngroupNotes
from orbit.core.kinds.feedback.events import GroupNamed, NotesGrouped, NotesUngrouped
from orbit.core.kinds.feedback.state import Board, Group

MAX_GROUPS, MAX_GROUPED = 500, 200
LEAST = 2  # notes: one alone is no group


def group_notes(state: Board, wish: GroupNotes, ctx: Context) -> Sequence[Event]:
    """Put notes into a group, or make one of them."""
    _all_there(state, wish.notes)
    id = wish.group or ctx.id
    there = _group(state, id) if wish.group else Group("", ())
    title = there.title if wish.title is None else wish.title.strip()
    notes = (*_kept(state, there.notes, set()), *_new(there, wish.notes))
    if len(notes) < LEAST:
        raise Invalid("a group is of two notes or more", details={"field": "notes"})
    require(len(notes) <= MAX_GROUPED, "the group is full")
    if Group(title, notes) == there:
        return []
    is_room = bool(wish.group) or len(state.groups) < MAX_GROUPS
    require(is_room, "the board is full of groups")
    left, gone = _without(state, set(wish.notes), but=id)
    return [NotesGrouped(id, title, notes, left, gone)]


def ungroup_notes(state: Board, wish: UngroupNotes, _ctx: Context) -> Sequence[Event]:
    """Take notes out of their groups; what is left of one is none if it is alone."""
    _all_there(state, wish.notes)
    left, gone = _without(state, set(wish.notes))
    return [NotesUngrouped(left, gone)] if left or gone else []


def name_group(state: Board, wish: NameGroup, _ctx: Context) -> Sequence[Event]:
    """Give a group another title."""
    title = wish.title.strip()
    is_same = _group(state, wish.group).title == title
    return [] if is_same else [GroupNamed(wish.group, title)]


def _without(
    state: Board, taken: Set[str], but: str = ""
) -> tuple[tuple[tuple[str, tuple[str, ...]], ...], tuple[str, ...]]:
    """Return what is left of the groups that notes are taken out of, and which end."""
    left: list[tuple[str, tuple[str, ...]]] = []
    gone: list[str] = []
    for id, group in state.groups.items():
        if id == but or taken.isdisjoint(group.notes):
            continue
        notes = _kept(state, group.notes, taken)
        if len(notes) < LEAST:
            gone.append(id)
        else:
            left.append((id, notes))
    return tuple(left), tuple(gone)


def _kept(state: Board, notes: Iterable[str], taken: Set[str]) -> tuple[str, ...]:
    """Return those that are not taken, and may still be seen again."""
    return tuple(
        id
        for id in notes
        if id not in taken and (id in state.notes or id in state.removed)
    )


def _new(group: Group, notes: Sequence[str]) -> Sequence[str]:
    return [id for id in dict.fromkeys(notes) if id not in group.notes]


def _group(state: Board, id: str) -> Group:
    if (group := state.groups.get(id)) is None:
        raise NotFound("there is no such group", details={"field": "group"})
    return group


def _all_there(state: Board, notes: Sequence[str]) -> None:
    for at, id in enumerate(notes):
        if id not in state.notes:
            raise NotFound("there is no such note", details={"field": f"notes.{at}"})
