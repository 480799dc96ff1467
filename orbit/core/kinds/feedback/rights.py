"""Who may do what on a feedback board: one table, and who is what."""

from collections.abc import Set

from orbit.core.errors import Forbidden, Gone, NotFound, PrivateBoard, Rejected
from orbit.core.kind import (
    Asked,
    Context,
    Join,
    Permissions,
    Role,
    wire_name,
)
from orbit.core.kinds.feedback.asked import (
    AddNote,
    DeleteBoard,
    Drag,
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
from orbit.core.kinds.feedback.state import Board
from orbit.core.types import Principal

PERMISSIONS: Permissions = {
    Join: {Role.ANYONE},
    OpenBoard: {Role.SYSTEM},
    EditBoard: {Role.ADMIN},
    RevokeLink: {Role.ADMIN},
    DeleteBoard: {Role.ADMIN},
    AddNote: {Role.PARTICIPANT},
    EditNote: {Role.AUTHOR},
    RecolourNote: {Role.AUTHOR},
    MoveNote: {Role.AUTHOR, Role.MODERATOR},
    RemoveNote: {Role.AUTHOR},
    RestoreNote: {Role.AUTHOR},
    HideNote: {Role.MODERATOR},
    ShowNote: {Role.MODERATOR},
    ToggleUpvote: {Role.PARTICIPANT},
    EraseAuthor: {Role.AUTHOR},
    Drag: {Role.AUTHOR, Role.MODERATOR},
}

# What a seal forbids.
_SEALED = frozenset(
    asked
    for asked, allowed in PERMISSIONS.items()
    if not allowed.isdisjoint({Role.PARTICIPANT, Role.AUTHOR})
)


def roles(state: Board, asked: Asked, ctx: Context) -> Set[Role]:
    who, wish = ctx.who, type(asked)
    if state.created_at is None:
        return {Role.SYSTEM} if wish is OpenBoard else set()
    if wish is EraseAuthor:  # whatever he may still see
        return {Role.AUTHOR} if who.id else set()
    if state.deleted:
        return set()
    held = _seeing(state, who)
    if held and not state.sealed:
        if Role.ADMIN in held:
            held.add(Role.MODERATOR)
        if who.id:
            held.add(Role.PARTICIPANT)
            if _author(state, asked) == who.id:
                held.add(Role.AUTHOR)
    return held


def _seeing(state: Board, who: Principal) -> set[Role]:
    """Return the roles by which somebody may see the board."""
    held: set[Role] = set()
    if who.claims and f"link:{state.link}" in who.claims:
        held |= {Role.ADMIN, Role.MEMBER}
    if who.id and who.id == state.creator:
        held.add(Role.MEMBER)
    if state.is_public or held:
        held.add(Role.ANYONE)
    return held


def _author(state: Board, asked: Asked) -> str | None:
    id = getattr(asked, "note", "")
    note = (state.removed if type(asked) is RestoreNote else state.notes).get(id)
    return note.author if note else None


def refuse(state: Board, asked: Asked, held: Set[Role]) -> Rejected:
    if state.created_at is None:
        return NotFound("there is no such board")
    if state.deleted:
        return Gone("this board was deleted")
    if Role.ANYONE not in held:
        return PrivateBoard()
    if hasattr(asked, "note") and _author(state, asked) is None:
        return NotFound("there is no such note", details={"field": "note"})
    if state.sealed and type(asked) in _SEALED:
        return Forbidden("the board is sealed: nobody writes any more")
    return Forbidden(f"you may not {wire_name(type(asked)).replace('_', ' ')}")
