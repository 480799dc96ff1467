"""What is seen of a feedback board, by whom: as items, each with its audience.

A note that is covered (hidden by a moderator, or concealed with all others) is an item
of another type, so that the note itself is gone: from the screens, and from the past
that the journal tells.
"""

from collections.abc import Iterable, Sequence, Set

from orbit.core.kind import Role
from orbit.core.kinds.feedback.rights import closed
from orbit.core.kinds.feedback.state import (
    Board,
    Draft,
    Mute,
    Note,
    Report,
    Request,
)
from orbit.core.types import Audience, Drop, Put

TYPES = frozenset(
    {
        "board",
        "made",
        "owned",
        "note",
        "veil",
        "hidden",
        "group",
        "signature",
        "upvote",
        "removed",
        "waiting",
        "report",
        "mute",
        "silence",
        "request",
        "member",
    }
)


def public(state: Board) -> Iterable[Put]:
    if state.created_at and not state.deleted:
        yield card(state)
    for note in state.notes.values():
        yield veil(note) if state.covers(note) else seen(note)
    for id in state.groups:
        yield group(state, id)


def private(state: Board, sight: Set[str]) -> Iterable[Put]:
    if state.creator in sight:
        yield made(state)
    if state.owner in sight:
        yield owned(state)
    yield from _of_notes(state, sight)
    for note in state.removed.values():
        if note.author in sight:
            yield removed(note)
    if state.strict:
        yield from _still_private(state, sight)
    for id, mute in state.mutes.items():
        yield from muted(id, mute)
    for id, request in state.requests.items():
        yield requested(id, request)
    for id, who in state.members.items():
        yield member(id, who)


def _still_private(state: Board, sight: Set[str]) -> Iterable[Put]:
    """Return what waits on a strict board, for those whose it is."""
    for id, draft in state.drafts.items():
        if draft.note.author in sight:
            yield waiting(draft)
            if id not in state.notes:
                yield signature(draft.note)
    for id, one in state.unread.items():
        yield unread(one.note, one.reporter, Report(id, one.reason))


def _of_notes(state: Board, sight: Set[str]) -> Iterable[Put]:
    for note in state.notes.values():  # thousands, and most are nobody's who looks
        if note.author in sight or note.votes or note.reports or state.covers(note):
            yield from _privately(state, note, sight)


def _privately(state: Board, note: Note, sight: Set[str]) -> Iterable[Put]:
    if note.author in sight:
        yield signature(note)
    if state.covers(note):
        yield hidden(state, note)
    for voter in sight if note.votes else ():  # votes are many, and he who looks is one
        if vote := note.votes.get(voter):
            yield upvote(note, voter, vote)
    if note.reports:
        yield from reports(note)


def card(state: Board) -> Put:
    """Return the board itself."""
    data = {
        "title": state.title,
        "is_public": state.is_public,
        "sealed": state.sealed,
        "columns": state.columns,
        "votes_each": state.votes_each,
        "strict": state.strict,
        "concealed": state.concealed,
        "phase": state.phase,
        "closed": closed(state),
        "ends_at": state.ends_at,
        "created_at": state.created_at,
        "expires_at": state.expires_at,
        "notes": len(state.notes),
        "upvotes": state.upvotes,
    }
    return Put("board", "board", data)


def made(state: Board) -> Put:
    return Put("made", "board", {}, {state.creator})


def owned(state: Board) -> Put:
    return Put("owned", "board", {}, {state.owner})


def whole(state: Board, note: Note) -> Sequence[Put]:
    """Return the note, and what its author and its voters alone may know of it."""
    votes = [upvote(note, voter, vote) for voter, vote in note.standing]
    signed = [signature(note)] if note.author else []
    return [*shown(state, note), *signed, *votes, *reports(note)]


def shown(state: Board, note: Note) -> Sequence[Put]:
    """Return the note, as it is to be seen."""
    return [veil(note), hidden(state, note)] if state.covers(note) else [seen(note)]


def away(state: Board, note: Note) -> Sequence[Drop]:
    """Return what is taken off all screens with a note that was shown in `state`."""
    if state.covers(note):
        return bared(note.id, privy(state, note.author))
    return [Drop("note", note.id)]


def bared(id: str, audience: Audience) -> Sequence[Drop]:
    """Return what is taken off all screens with the veil of a note."""
    return [Drop("veil", id), Drop("hidden", id, audience)]


def seen(note: Note) -> Put:
    return Put("note", note.id, _data(note))


def veil(note: Note) -> Put:
    """Return what everyone sees in place of a note that is covered."""
    data = _data(note)
    told = ("colour", "x", "y", "upvotes", "created_at")
    seen = {name: data[name] for name in told}
    return Put("veil", note.id, {**seen, "hidden": note.hidden})


def hidden(state: Board, note: Note) -> Put:
    """Return what a note that is covered says, to those who may know."""
    data = {"content": note.content, "author": note.name, "edited": note.edited}
    return Put("hidden", note.id, data, privy(state, note.author))


def privy(state: Board, author: str) -> Audience:
    """Return who reads a note that is covered: until all are revealed its author."""
    readers = {author} if author else set()
    return readers if state.concealed else {*readers, Role.ADMIN}


def group(state: Board, id: str) -> Put:
    """Return a group; notes that it names may be gone, for a while or for good."""
    group = state.groups[id]
    return Put("group", id, {"title": group.title, "notes": group.notes})


def signature(note: Note) -> Put:
    return Put("signature", note.id, {}, {note.author})


def upvote(note: Note, voter: str, vote: str) -> Put:
    return Put("upvote", vote, {"note": note.id}, {voter})


def removed(note: Note) -> Put:
    return Put("removed", note.id, _data(note), {note.author})


def waiting(draft: Draft) -> Put:
    """Return a note as its author has it, while others see it otherwise."""
    data = {**_data(draft.note), "removed": draft.is_gone}
    return Put("waiting", draft.note.id, data, {draft.note.author})


def unread(note: str, reporter: str, one: Report) -> Put:
    """Return a report that admins do not see so far."""
    return Put("report", one.id, {"note": note, "reason": one.reason}, {reporter})


def reports(note: Note) -> Sequence[Put]:
    return [report(note, reporter, one) for reporter, one in note.reports.items()]


def report(note: Note, reporter: str, one: Report) -> Put:
    data = {"note": note.id, "reason": one.reason}
    return Put("report", one.id, data, {reporter, Role.ADMIN})


def muted(id: str, mute: Mute) -> Sequence[Put]:
    """Return what admins see of a mute, and he who is muted."""
    return [
        Put("mute", id, {"note": mute.note}, {Role.ADMIN}),
        Put("silence", id, {}, {mute.author}),
    ]


def requested(id: str, request: Request) -> Put:
    data = {"message": request.message, "at": request.at}
    return Put("request", id, data, {Role.ADMIN})


def member(id: str, who: str) -> Put:
    return Put("member", id, {}, {Role.ADMIN, who})


def _data(note: Note) -> dict[str, object]:
    data: dict[str, object] = {
        "content": note.content,
        "colour": note.colour,
        "x": note.x,
        "y": note.y,
        "author": note.name,
        "upvotes": note.upvotes,
        "created_at": note.created_at,
        "edited": note.edited,
    }
    if note.carried is not None:
        data["carried"] = True
    return data
