"""What is seen of a feedback board, by whom: as items, each with its audience.

A note that is hidden is an item of another type, so that the note itself is gone: from
the screens, and from the past that the journal tells.
"""

from collections.abc import Iterable, Sequence, Set

from orbit.core.kind import Role
from orbit.core.kinds.feedback.state import Board, Note
from orbit.core.types import Audience, Drop, Put

TYPES = frozenset(
    {
        "board",
        "made",
        "note",
        "veil",
        "hidden",
        "signature",
        "upvote",
        "removed",
    }
)


def public(state: Board) -> Iterable[Put]:
    if state.created_at and not state.deleted:
        yield card(state)
    for note in state.notes.values():
        yield veil(note) if note.hidden else seen(note)


def private(state: Board, sight: Set[str]) -> Iterable[Put]:
    if state.creator in sight:
        yield made(state)
    for note in state.notes.values():
        if note.author in sight:
            yield signature(note)
        if note.hidden:
            yield hidden(note)
        # Votes are many, and he who looks is one.
        for voter in sight & note.votes.keys():
            if vote := note.votes[voter]:
                yield upvote(note, voter, vote)
    for note in state.removed.values():
        if note.author in sight:
            yield removed(note)


def card(state: Board) -> Put:
    """Return the board itself."""
    data = {
        "title": state.title,
        "is_public": state.is_public,
        "sealed": state.sealed,
        "created_at": state.created_at,
        "notes": len(state.notes),
        "upvotes": state.upvotes,
    }
    return Put("board", "board", data)


def made(state: Board) -> Put:
    return Put("made", "board", {}, {state.creator})


def whole(note: Note) -> Sequence[Put]:
    """Return the note, and what its author and its voters alone may know of it."""
    votes = [upvote(note, voter, vote) for voter, vote in note.standing]
    return [*shown(note), signature(note), *votes]


def shown(note: Note) -> Sequence[Put]:
    """Return the note, as it is to be seen."""
    return [veil(note), hidden(note)] if note.hidden else [seen(note)]


def away(note: Note) -> Sequence[Drop]:
    """Return what is taken off all screens with a note."""
    return bared(note.id, note.author) if note.hidden else [Drop("note", note.id)]


def bared(id: str, author: str) -> Sequence[Drop]:
    """Return what is taken off all screens with the veil of a note."""
    return [Drop("veil", id), Drop("hidden", id, _privy(author))]


def seen(note: Note) -> Put:
    return Put("note", note.id, _data(note))


def veil(note: Note) -> Put:
    """Return what everyone sees in place of a note that is hidden."""
    data = _data(note)
    told = ("colour", "x", "y", "upvotes", "created_at")
    return Put("veil", note.id, {name: data[name] for name in told})


def hidden(note: Note) -> Put:
    """Return what a note that is hidden says, to those who may know."""
    data = {"content": note.content, "author": note.name, "edited": note.edited}
    return Put("hidden", note.id, data, _privy(note.author))


def _privy(author: str) -> Audience:
    return {author, Role.ADMIN}


def signature(note: Note) -> Put:
    return Put("signature", note.id, {}, {note.author})


def upvote(note: Note, voter: str, vote: str) -> Put:
    return Put("upvote", vote, {"note": note.id}, {voter})


def removed(note: Note) -> Put:
    return Put("removed", note.id, _data(note), {note.author})


def _data(note: Note) -> dict[str, object]:
    return {
        "content": note.content,
        "colour": note.colour,
        "x": note.x,
        "y": note.y,
        "author": note.name,
        "upvotes": note.upvotes,
        "created_at": note.created_at,
        "edited": note.edited,
    }
