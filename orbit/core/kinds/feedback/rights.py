"""Who may do what on a feedback board: one table, and who is what."""

from collections.abc import Iterable, Mapping, Set

from orbit.core.errors import (
    Conflict,
    Forbidden,
    Gone,
    NotFound,
    PrivateBoard,
    Rejected,
    Unclaimed,
)
from orbit.core.kind import (
    Asked,
    Context,
    Join,
    Permissions,
    Role,
    Tick,
    wire_name,
)
from orbit.core.kinds.feedback.asked import (
    AcceptInvite,
    AddNote,
    AnswerRequest,
    CarryNotes,
    ClaimBoard,
    Conceal,
    DeleteBoard,
    DismissReports,
    Drag,
    EditBoard,
    EditNote,
    EraseAuthor,
    Focus,
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
from orbit.core.kinds.feedback.state import Board, Note, Phase
from orbit.core.types import SYSTEM, Principal

PERMISSIONS: Permissions = {
    Join: {Role.ANYONE},
    Tick: {Role.SYSTEM},
    OpenBoard: {Role.SYSTEM},
    EditBoard: {Role.ADMIN},
    ClaimBoard: {Role.ADMIN, Role.MAKER},
    RevokeLink: {Role.ADMIN},
    DeleteBoard: {Role.ADMIN},
    Conceal: {Role.MODERATOR},
    Reveal: {Role.MODERATOR},
    SetPhase: {Role.MODERATOR},
    StartTimer: {Role.MODERATOR},
    StopTimer: {Role.MODERATOR},
    AddNote: {Role.PARTICIPANT},
    CarryNotes: {Role.ADMIN},
    EditNote: {Role.AUTHOR},
    RecolourNote: {Role.AUTHOR},
    MoveNote: {Role.AUTHOR, Role.MODERATOR},
    RemoveNote: {Role.AUTHOR},
    RestoreNote: {Role.AUTHOR},
    GroupNotes: {Role.PARTICIPANT, Role.MODERATOR},
    UngroupNotes: {Role.PARTICIPANT, Role.MODERATOR},
    NameGroup: {Role.PARTICIPANT, Role.MODERATOR},
    HideNote: {Role.MODERATOR},
    ShowNote: {Role.MODERATOR},
    ReportNote: {Role.PARTICIPANT},
    DismissReports: {Role.MODERATOR},
    MuteAuthor: {Role.MODERATOR},
    UnmuteAuthor: {Role.MODERATOR},
    RequestAccess: {Role.STRANGER},
    AnswerRequest: {Role.ADMIN},
    AcceptInvite: {Role.STRANGER, Role.ANYONE},
    RemoveMember: {Role.ADMIN},
    ToggleUpvote: {Role.PARTICIPANT},
    EraseAuthor: {Role.AUTHOR},
    Drag: {Role.AUTHOR, Role.MODERATOR},
    Focus: {Role.MODERATOR},
}

# What a seal forbids.
_SEALED = frozenset(
    asked
    for asked, allowed in PERMISSIONS.items()
    if not allowed.isdisjoint({Role.PARTICIPANT, Role.AUTHOR})
)

# What a phase leaves to those who are no admins.
_MOVING: Set[type[Asked]] = {EditNote, RecolourNote, MoveNote, RemoveNote, Drag}
_GROUPING: Set[type[Asked]] = {GroupNotes, UngroupNotes, NameGroup}
_AT_ONCE: Set[type[Asked]] = {Drag, *_GROUPING}  # also on a strict board
_OPEN: Mapping[Phase, Set[type[Asked]]] = {
    Phase.COLLECT: {*_MOVING, AddNote, RestoreNote},
    Phase.GROUP: {*_MOVING, *_GROUPING},
    Phase.VOTE: {ToggleUpvote},
    Phase.DISCUSS: set(),
}
_ALWAYS = {EraseAuthor, ReportNote}
_CLOSED = {phase: _SEALED - _ALWAYS - left for phase, left in _OPEN.items()}
_NAMES = {phase: sorted(map(wire_name, shut)) for phase, shut in _CLOSED.items()}


def closed(state: Board) -> list[str]:
    """Return the wire names of what the phase leaves to admins alone."""
    return _NAMES[state.phase] if state.phase else []


def _is_closed(state: Board, asked: Asked) -> bool:
    return state.phase is not None and type(asked) in _CLOSED[state.phase]


def roles(state: Board, asked: Asked, ctx: Context) -> Set[Role]:
    who, wish = ctx.who, type(asked)
    if state.created_at is None:
        return {Role.SYSTEM} if wish is OpenBoard else set()
    if wish is EraseAuthor:  # whatever he may still see
        return {Role.AUTHOR} if who.id else set()
    if wish is Tick:
        return {Role.SYSTEM} if who.id == SYSTEM.id else set()
    if state.deleted:
        return set()
    held = _seeing(state, who)
    if Role.ANYONE in held and not state.sealed:
        held.update(_writing(state, asked, who, held))
    return held


def _writing(
    state: Board, asked: Asked, who: Principal, held: Set[Role]
) -> Iterable[Role]:
    """Return the roles by which one who sees the board changes something."""
    more: list[Role] = []
    if Role.ADMIN in held:
        more.append(Role.MODERATOR)
    elif _is_closed(state, asked) or _is_muted(state, asked, who):
        return more
    # What is told at once would tell that somebody, or a note's author, is here.
    is_told = bool(state.strict) and type(asked) in _AT_ONCE
    if who.id and not is_told:
        more.append(Role.PARTICIPANT)
        if _author(state, asked) == who.id:
            more.append(Role.AUTHOR)
    return more


def _is_muted(state: Board, asked: Asked, who: Principal) -> bool:
    """Whether somebody may no longer do this; his own notes he may always remove."""
    return type(asked) is not RemoveNote and state.is_muted(who.id)


def _seeing(state: Board, who: Principal) -> set[Role]:
    """Return the roles by which somebody sees the board, or may ask to."""
    held: set[Role] = set()
    is_owner = bool(who.id) and who.id == state.owner
    if is_owner or (who.claims and f"link:{state.link}" in who.claims):
        held |= {Role.ADMIN, Role.MEMBER}
    if who.id and who.id == state.creator:
        held |= {Role.MAKER, Role.MEMBER}
    if who.id and not held and who.id in state.members.values():
        held.add(Role.MEMBER)
    if state.is_public or held:
        held.add(Role.ANYONE)
    elif who.id:
        held |= _asking(state, who.id)
    return held


def _asking(state: Board, stranger: str) -> Set[Role]:
    held = {Role.STRANGER}
    if any(request.who == stranger for request in state.requests.values()):
        held.add(Role.WAITING)
    elif stranger in state.refused.values():
        held.add(Role.REFUSED)
    return held


def _author(state: Board, asked: Asked) -> str | None:
    note = _seen(state, asked)
    if note is None and state.drafts:
        draft = state.drafts.get(getattr(asked, "note", ""))
        note = draft.note if draft else None
    return note.author if note else None


def _seen(state: Board, asked: Asked) -> Note | None:
    """Return the note that is asked about, if others than its author know of it."""
    id = getattr(asked, "note", "")
    return (state.removed if type(asked) is RestoreNote else state.notes).get(id)


def _private(held: Set[Role]) -> Rejected:
    """Return the refusal of who does not see the board; it says what he has asked."""
    if Role.REFUSED in held:
        return PrivateBoard("you were not let in", details={"access": "refused"})
    if Role.WAITING in held:
        return PrivateBoard(details={"access": "asked"})
    return PrivateBoard()


def refuse(state: Board, asked: Asked, held: Set[Role]) -> Rejected:
    if state.created_at is None:
        return NotFound("there is no such board")
    if state.deleted:
        return Unclaimed() if state.unclaimed else Gone("this board was deleted")
    if type(asked) is RequestAccess and Role.ANYONE in held:
        return Conflict("you see this board already")
    if Role.ANYONE not in held:
        return _private(held)
    if hasattr(asked, "note") and _seen(state, asked) is None:
        return NotFound("there is no such note", details={"field": "note"})
    if state.sealed and type(asked) in _SEALED:
        return Forbidden("the board is sealed: nobody writes any more")
    if _is_closed(state, asked) and Role.ADMIN not in held:
        return Forbidden(f"that is closed in the phase {state.phase}")
    return Forbidden(f"you may not {wire_name(type(asked)).replace('_', ' ')}")
