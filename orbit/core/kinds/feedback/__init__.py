"""Feedback board: anonymous notes on a free canvas around (0, 0).

(nothing) ──OpenBoard──> open ──DeleteBoard──> deleted

Who wrote a note, and who upvoted it, is told to that person alone.  The author does
everything with a note; an admin may move the notes of others, hide and show them.

    asked ──rights, deciding──> events ──applying──> state ──telling──> items
"""

from orbit.core.kind import Kind
from orbit.core.kinds.feedback import items
from orbit.core.kinds.feedback.applying import EFFECTS, apply
from orbit.core.kinds.feedback.asked import (
    AcceptInvite,
    CarryNotes,
    Drag,
    EraseAuthor,
    Focus,
    MoveNote,
    OpenBoard,
    RequestAccess,
    RevokeLink,
)
from orbit.core.kinds.feedback.deciding import deadline, decide
from orbit.core.kinds.feedback.erasing import ERASURE
from orbit.core.kinds.feedback.events import (
    AccessGranted,
    AuthorErased,
    AuthorMuted,
    AuthorUnmuted,
    BoardClaimed,
    BoardDeleted,
    BoardEdited,
    InviteAccepted,
    LinkRevoked,
    MemberRemoved,
    NoteDrafted,
    ReportDrafted,
    VoteDrafted,
)
from orbit.core.kinds.feedback.rights import PERMISSIONS, refuse, roles
from orbit.core.kinds.feedback.state import Board
from orbit.core.kinds.feedback.telling import changes
from orbit.core.types import EVERYONE, Audience


def audience(_state: Board, _signal: Drag | Focus) -> Audience:
    return EVERYONE


KIND = Kind[Board](
    name="feedback",
    initial=Board(),
    state_version=1,
    events=tuple(EFFECTS),
    permissions=PERMISSIONS,
    roles=roles,
    decide=decide,
    apply=apply,
    public=items.public,
    private=items.private,
    changes=changes,
    audience=audience,
    deadline=deadline,
    refuse=refuse,
    internal={OpenBoard, CarryNotes, RevokeLink, EraseAuthor, AcceptInvite},
    unmetered={MoveNote},
    regroups={
        *(BoardEdited, LinkRevoked, BoardDeleted, AuthorErased),
        *(AuthorMuted, AuthorUnmuted, BoardClaimed),
        *(AccessGranted, InviteAccepted, MemberRemoved),
    },
    quiet={NoteDrafted, ReportDrafted, VoteDrafted},
    untold=lambda board: board.quiet,
    guarded=lambda board: board.strict > 0,
    blind={RequestAccess},
    ends={BoardDeleted},
    shows=items.TYPES,
    erasure=ERASURE,
)
