"""How a feedback board forgets a person: in its state, on screens, in its journal."""

from collections.abc import Iterable, Mapping, Sequence, Set

from msgspec.structs import replace

from orbit.core.kind import Context, Erasure, Event
from orbit.core.kinds.feedback import items
from orbit.core.kinds.feedback.asked import EraseAuthor
from orbit.core.kinds.feedback.events import AuthorErased, NoteAdded, NoteEdited
from orbit.core.kinds.feedback.state import Board, Note
from orbit.core.types import Change, Drop, Key


def decide(state: Board, _wish: EraseAuthor, ctx: Context) -> Sequence[Event]:
    author = ctx.who.id
    everything = [*state.notes.values(), *state.removed.values()]
    mine = [note for note in state.notes.values() if note.author == author]
    voted = [note for note in everything if author in note.votes]
    removed = [note.id for note in state.removed.values() if note.author == author]
    if not (mine or removed or voted or state.creator == author):
        return []
    return [
        AuthorErased(
            author=author,
            notes=tuple(note.id for note in mine),
            removed=tuple(removed),
            voted=tuple((n.id, vote) for n in voted if (vote := n.votes[author])),
            votes=tuple(vote for note in mine for vote in note.standing),
            made=state.creator == author,
            hidden=tuple(note.id for note in mine if note.hidden),
        )
    ]


def apply(state: Board, event: AuthorErased) -> Board:
    author, notes = event.author, state.notes
    for note in state.notes.values():
        if note.author == author:
            notes = notes.delete(note.id)
        elif author in note.votes:
            notes = notes.set(note.id, _without(note, author))
    return replace(
        state,
        creator="" if state.creator == author else state.creator,
        notes=notes,
        removed={
            id: _without(note, author)
            for id, note in state.removed.items()
            if note.author != author
        },
        upvotes=sum(note.upvotes for note in notes.values()),
    )


def _without(note: Note, voter: str) -> Note:
    votes = {who: vote for who, vote in note.votes.items() if who != voter}
    return replace(note, votes=votes)


def changes(state: Board, event: AuthorErased) -> Sequence[Change]:
    card = [] if state.deleted else [items.card(state)]
    return [*_his(state, event), *_of_his_votes(state, event), *card]


def _his(state: Board, event: AuthorErased) -> Iterable[Change]:
    author = {event.author}
    for id in event.notes:
        if state.concealed or id in event.hidden:
            yield from items.bared(id, items.privy(state, event.author))
        else:
            yield Drop("note", id)
        yield Drop("signature", id, author)
    for id in event.removed:
        yield Drop("removed", id, author)
    for voter, vote in event.votes:
        yield Drop("upvote", vote, {voter})
    if event.made:
        yield Drop("made", "board", author)


def _of_his_votes(state: Board, event: AuthorErased) -> Iterable[Change]:
    for id, vote in event.voted:
        if id in state.notes:
            yield from items.shown(state, state.notes[id])
            yield Drop("upvote", vote, {event.author})
        else:
            yield items.removed(state.removed[id])


def _owned(event: Event, author: str) -> Iterable[Key]:
    """Return the items that hold what `author` wrote: a note, and what was one."""
    if isinstance(event, NoteAdded) and event.note.author == author:
        id = event.note.id
        return [("note", id), ("removed", id), ("hidden", id)]
    return []


def _blanked(event: Event, blank: Set[Key]) -> Event:
    match event:
        case NoteAdded(note) if ("note", note.id) in blank:
            return NoteAdded(replace(note, content="", name=None))
        case NoteEdited(id) if ("note", id) in blank:
            return NoteEdited(id, "")
        case _:
            return event


def _blank_data(_type: str, data: Mapping[str, object]) -> Mapping[str, object]:
    return {**data, "content": "", "author": None}


ERASURE = Erasure(EraseAuthor, _owned, _blanked, _blank_data)
