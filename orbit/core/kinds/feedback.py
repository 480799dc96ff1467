"""Feedback board: anonymous notes on a free canvas around (0, 0).

(nothing) ──OpenBoard──> open ──DeleteBoard──> deleted

Who wrote a note, and who upvoted it, is told to that person alone.  The author does
everything with a note; an admin may move the notes of others, and no more.
"""

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import datetime
from enum import StrEnum
from typing import Annotated, assert_never
from unicodedata import category, normalize

from immutables import Map
from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import replace

from orbit.core.errors import (
    Forbidden,
    Gone,
    Invalid,
    NotFound,
    PrivateBoard,
    Rejected,
    require,
)
from orbit.core.kind import (
    Asked,
    Command,
    Context,
    Erasure,
    Event,
    Join,
    Kind,
    Permissions,
    Role,
    Signal,
    wire_name,
)
from orbit.core.types import EVERYONE, Audience, Change, Drop, Key, Put, Record

MAX_NOTES = 5_000
MAX_REMOVED = 1_000  # the oldest of more are forgotten
GRAVITY = 0.95

Content = Annotated[str, Meta(min_length=1, max_length=4_000)]
Title = Annotated[str, Meta(min_length=1, max_length=255)]
Name = Annotated[str, Meta(min_length=1, max_length=80)]
Coordinate = Annotated[float, Meta(ge=-1_000_000, le=1_000_000)]


class Colour(StrEnum):
    YELLOW = "YELLOW"
    CREATIVE = "CREATIVE"
    COOL = "COOL"
    FRESH = "FRESH"
    ROYAL = "ROYAL"


class Note(Record):
    """A note.  `votes` has all who ever upvoted it: the vote, or None if undone."""

    id: str
    author: str
    name: str | None  # what the author chose to be called; None is anonymous
    content: str
    colour: Colour
    x: float
    y: float
    created_at: datetime
    edited: bool = False
    votes: Mapping[str, str | None] = {}
    hidden: bool = False  # by a moderator: its text is for its author and admins alone

    @property
    def upvotes(self) -> int:
        return len(self.votes) and sum(vote is not None for vote in self.votes.values())


class Board(Struct, frozen=True):
    """The state.  `link` is the SHA-256 of the admin token, `creator` an author key."""

    title: str = ""
    is_public: bool = True
    link: str = ""
    creator: str = ""
    created_at: datetime | None = None
    deleted: bool = False
    notes: Map[str, Note] = Map()
    removed: Mapping[str, Note] = {}
    upvotes: int = 0
    sealed: bool = False  # everybody who may reads, and nobody writes


class OpenBoard(Command):
    title: Title
    is_public: bool
    link: str


class EditBoard(Command):
    title: Title | UnsetType = UNSET
    is_public: bool | UnsetType = UNSET
    sealed: bool | UnsetType = UNSET


class RevokeLink(Command):
    link: str


class DeleteBoard(Command):
    pass


class AddNote(Command):
    content: Content
    colour: Colour = Colour.YELLOW
    x: Coordinate = 0.0
    y: Coordinate = 0.0
    anonymous: bool = True
    name: Name | None = None


class EditNote(Command):
    note: str
    content: Content


class RecolourNote(Command):
    note: str
    colour: Colour


class MoveNote(Command):
    note: str
    x: Coordinate
    y: Coordinate


class RemoveNote(Command):
    note: str


class RestoreNote(Command):
    note: str


class HideNote(Command):
    note: str


class ShowNote(Command):
    note: str


class ToggleUpvote(Command):
    note: str


class EraseAuthor(Command):
    """Forget all of whoever asks: notes, removed ones too, upvotes, having made it."""


class Drag(Signal):
    """A note is under somebody's hand."""

    note: str
    x: Coordinate
    y: Coordinate


class BoardOpened(Event):
    title: str
    is_public: bool
    link: str
    creator: str
    at: datetime


class BoardEdited(Event):
    title: str
    is_public: bool
    sealed: bool = False


class LinkRevoked(Event):
    link: str


class BoardDeleted(Event):
    pass


class NoteAdded(Event):
    note: Note


class NoteEdited(Event):
    note: str
    content: str


class NoteRecoloured(Event):
    note: str
    colour: Colour


class NoteMoved(Event):
    note: str
    x: float
    y: float


class NoteRemoved(Event):
    note: str
    forgotten: tuple[str, str] | None = None  # a removed note and its author


class NoteRestored(Event):
    note: str


class NoteHidden(Event):
    note: str


class NoteShown(Event):
    note: str


class UpvoteCast(Event):
    note: str
    voter: str
    vote: str
    x: float
    y: float


class UpvoteUndone(Event):
    note: str
    voter: str
    vote: str


class AuthorErased(Event):
    author: str
    notes: tuple[str, ...]
    removed: tuple[str, ...]
    voted: tuple[tuple[str, str], ...]  # notes of others, and his votes that stood
    votes: tuple[tuple[str, str], ...]  # on his notes: voters, and their votes
    made: bool = False  # the board
    hidden: tuple[str, ...] = ()  # of the notes


FeedbackCommand = (
    OpenBoard
    | EditBoard
    | RevokeLink
    | DeleteBoard
    | AddNote
    | EditNote
    | RecolourNote
    | MoveNote
    | RemoveNote
    | RestoreNote
    | HideNote
    | ShowNote
    | ToggleUpvote
    | EraseAuthor
)
FeedbackEvent = (
    BoardOpened
    | BoardEdited
    | LinkRevoked
    | BoardDeleted
    | NoteAdded
    | NoteEdited
    | NoteRecoloured
    | NoteMoved
    | NoteRemoved
    | NoteRestored
    | NoteHidden
    | NoteShown
    | UpvoteCast
    | UpvoteUndone
    | AuthorErased
)

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
    if state.created_at is None:
        return {Role.SYSTEM} if isinstance(asked, OpenBoard) else set()
    if isinstance(asked, EraseAuthor):  # whatever he may still see
        return {Role.AUTHOR} if ctx.who.id else set()
    if state.deleted:
        return set()
    held: set[Role] = set()
    if f"link:{state.link}" in ctx.who.claims:
        held |= {Role.ADMIN, Role.MEMBER}
    if ctx.who.id and ctx.who.id == state.creator:
        held.add(Role.MEMBER)
    if state.is_public or held:
        held.add(Role.ANYONE)
        if not state.sealed:
            held |= set(_writing(state, asked, ctx, held))
    return held


def _writing(
    state: Board, asked: Asked, ctx: Context, held: Set[Role]
) -> Iterable[Role]:
    """Return the roles of one who may see the board by which he changes its notes."""
    if Role.ADMIN in held:
        yield Role.MODERATOR
    if ctx.who.id:
        yield Role.PARTICIPANT
        if _author(state, asked) == ctx.who.id:
            yield Role.AUTHOR


def _author(state: Board, asked: Asked) -> str | None:
    id = getattr(asked, "note", "")
    note = (state.removed if isinstance(asked, RestoreNote) else state.notes).get(id)
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


def decide(state: Board, command: FeedbackCommand, ctx: Context) -> Sequence[Event]:
    match command:
        case OpenBoard(title, is_public, link):
            _not_blank(title, "title")
            return [BoardOpened(title, is_public, link, ctx.who.id, ctx.at)]
        case EditBoard():
            return _edit_board(state, command)
        case RevokeLink(link):
            return [LinkRevoked(link)]
        case DeleteBoard():
            return [BoardDeleted()]
        case AddNote():
            return [NoteAdded(_new_note(state, command, ctx))]
        case EditNote(id, content):
            _not_blank(content, "content")
            same = _find(state, id).content == content
            return [] if same else [NoteEdited(id, content)]
        case RecolourNote(id, colour):
            same = _find(state, id).colour == colour
            return [] if same else [NoteRecoloured(id, colour)]
        case MoveNote(id, x, y):
            note = _find(state, id)
            return [] if (note.x, note.y) == (x, y) else [NoteMoved(id, x, y)]
        case RemoveNote(id):
            return [NoteRemoved(_find(state, id).id, _to_forget(state))]
        case RestoreNote(id):
            require(len(state.notes) < MAX_NOTES, "the board is full")
            return [NoteRestored(id)]
        case HideNote(id):
            return [] if _find(state, id).hidden else [NoteHidden(id)]
        case ShowNote(id):
            return [NoteShown(id)] if _find(state, id).hidden else []
        case ToggleUpvote(id):
            return [_toggle(_find(state, id), ctx)]
        case EraseAuthor():
            return _erasure(state, ctx.who.id)
        case _:
            assert_never(command)


def _not_blank(text: str, field: str) -> None:
    if _is_blank(text):
        raise Invalid(f"{field} may not be blank", details={"field": field})


def _find(state: Board, id: str) -> Note:
    note = state.notes.get(id)
    if note is None:
        raise NotFound("there is no such note", details={"field": "note"})
    return note


def _edit_board(state: Board, wish: EditBoard) -> Sequence[Event]:
    if wish.title is not UNSET:
        _not_blank(wish.title, "title")
    after = BoardEdited(
        state.title if wish.title is UNSET else wish.title,
        state.is_public if wish.is_public is UNSET else wish.is_public,
        state.sealed if wish.sealed is UNSET else wish.sealed,
    )
    before = BoardEdited(state.title, state.is_public, state.sealed)
    return [] if after == before else [after]


def _new_note(state: Board, command: AddNote, ctx: Context) -> Note:
    _not_blank(command.content, "content")
    require(len(state.notes) < MAX_NOTES, "the board is full")
    return Note(
        id=ctx.id,
        author=ctx.who.id,
        name=None if command.anonymous else _called(state, command, ctx),
        content=command.content,
        colour=command.colour,
        x=command.x,
        y=command.y,
        created_at=ctx.at,
    )


def _called(state: Board, command: AddNote, ctx: Context) -> str:
    name = (command.name or ctx.who.name).strip()
    if _is_blank(name):
        raise Invalid("give a name, or stay anonymous", details={"field": "name"})
    if Role.ADMIN in roles(state, command, ctx):
        return f"ADMIN ({name})"
    if _claims_admin(name):
        raise Invalid("only admins are shown as such", details={"field": "name"})
    return name


def _claims_admin(name: str) -> bool:
    """Tell whether a name reads as an admin's mark, however it is spelt or spaced."""
    plain = normalize("NFKD", name).casefold().translate(_LOOK_ALIKE)
    seen = (char for char in plain if char.isalnum() and char not in _FILLERS)
    return "".join(seen).startswith("admin")


def _is_blank(text: str) -> bool:
    """Tell whether there is nothing to be seen: spaces, marks and fillers alone."""
    if _INK.search(text):  # nearly always, and a tenth of the time
        return False
    return all(char in _FILLERS or category(char)[0] in "CMZ" for char in text)


_INK = re.compile("[!-~]")
# Letters and symbols without ink; NFKD makes the others of their sort into these.
_FILLERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
# What casefolded letters of other scripts, and digits, are taken for in "admin".
_LOOK_ALIKE = str.maketrans(
    "\u0430\u03b1\u0251\u1d00\u0501\u1d05\u043c\u03bc\u1d0d"
    "\u0456\u03b9\u0131\u04cf\u026a1l\u03bd\u0578\u0274",
    "aaaaddmmmiiiiiiinnn",
)


def _to_forget(state: Board) -> tuple[str, str] | None:
    if len(state.removed) < MAX_REMOVED:
        return None
    oldest = next(iter(state.removed.values()))
    return oldest.id, oldest.author


def _toggle(note: Note, ctx: Context) -> UpvoteCast | UpvoteUndone:
    voter = ctx.who.id
    require(voter != note.author, "nobody upvotes his own note")
    require(not note.hidden, "a note that is hidden is not voted on")
    if vote := note.votes.get(voter):
        return UpvoteUndone(note.id, voter, vote)
    pull = 1.0 if voter in note.votes else GRAVITY
    return UpvoteCast(note.id, voter, ctx.id, note.x * pull, note.y * pull)


def _erasure(state: Board, author: str) -> Sequence[Event]:
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
            votes=tuple(vote for note in mine for vote in _standing(note)),
            made=state.creator == author,
            hidden=tuple(note.id for note in mine if note.hidden),
        )
    ]


def apply(state: Board, event: FeedbackEvent) -> Board:
    match event:  # the frequent first: each case that is passed by costs 0.3 us
        case NoteMoved(id, x, y):
            return _with(state, id, x=x, y=y)
        case NoteEdited(id, content):
            return _with(state, id, content=content, edited=True)
        case NoteAdded(note):
            return replace(state, notes=state.notes.set(note.id, note))
        case UpvoteCast(id, voter, vote, x, y):
            votes = {**state.notes[id].votes, voter: vote}
            voted = _with(state, id, votes=votes, x=x, y=y)
            return replace(voted, upvotes=state.upvotes + 1)
        case UpvoteUndone(id, voter, _vote):
            votes = {**state.notes[id].votes, voter: None}
            voted = _with(state, id, votes=votes)
            return replace(voted, upvotes=state.upvotes - 1)
        case BoardOpened(title, is_public, link, creator, at):
            return Board(title, is_public, link, creator, at)
        case BoardEdited(title, is_public, sealed):
            return replace(state, title=title, is_public=is_public, sealed=sealed)
        case LinkRevoked(link):
            return replace(state, link=link)
        case BoardDeleted():
            return replace(state, deleted=True)
        case NoteRecoloured(id, colour):
            return _with(state, id, colour=colour)
        case NoteRemoved(id, forgotten):
            return _remove(state, id, forgotten)
        case NoteRestored(id):
            return _restore(state, id)
        case NoteHidden(id):
            return _with(state, id, hidden=True)
        case NoteShown(id):
            return _with(state, id, hidden=False)
        case AuthorErased(author):
            return _erase(state, author)
        case _:
            assert_never(event)


def _with(state: Board, id: str, **fields: object) -> Board:
    return replace(state, notes=state.notes.set(id, replace(state.notes[id], **fields)))


def _remove(state: Board, id: str, forgotten: tuple[str, str] | None) -> Board:
    note, removed = state.notes[id], {**state.removed}
    if forgotten:
        del removed[forgotten[0]]
    removed[id] = note
    upvotes = state.upvotes - note.upvotes
    return replace(
        state, notes=state.notes.delete(id), removed=removed, upvotes=upvotes
    )


def _restore(state: Board, id: str) -> Board:
    note = state.removed[id]
    removed = {key: kept for key, kept in state.removed.items() if key != id}
    upvotes = state.upvotes + note.upvotes
    notes = state.notes.set(id, note)
    return replace(state, notes=notes, removed=removed, upvotes=upvotes)


def _erase(state: Board, author: str) -> Board:
    notes = state.notes
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


def public(state: Board) -> Iterable[Put]:
    if state.created_at and not state.deleted:
        yield _card(state)
    for note in state.notes.values():
        yield _veil(note) if note.hidden else _seen(note)


def private(state: Board, sight: Set[str]) -> Iterable[Put]:
    if state.creator in sight:
        yield _made(state)
    for note in state.notes.values():
        if note.author in sight:
            yield _signature(note)
        if note.hidden:
            yield _veiled(note)
        # Votes are many, and he who looks is one.
        for voter in sight & note.votes.keys():
            if vote := note.votes[voter]:
                yield _upvote(note, voter, vote)
    for note in state.removed.values():
        if note.author in sight:
            yield _rest(note)


def changes(state: Board, event: FeedbackEvent) -> Sequence[Change]:
    match event:
        case BoardOpened():
            return [_card(state), *([_made(state)] if state.creator else [])]
        case BoardEdited():
            return [_card(state)]
        case LinkRevoked():
            return []
        case BoardDeleted():
            return [Drop("board", "board")]
        case NoteAdded(note):
            return [*_items(note), _card(state)]
        case NoteEdited(id) | NoteRecoloured(id) | NoteMoved(id):
            return _shown(state.notes[id])
        case NoteHidden(id):
            return [Drop("note", id), *_shown(state.notes[id])]
        case NoteShown(id):
            note = state.notes[id]
            return [*_bared(id, note.author), _seen(note)]
        case NoteRemoved(id, forgotten):
            return [*_gone(state.removed[id], forgotten), _card(state)]
        case NoteRestored(id):
            note = state.notes[id]
            away = Drop("removed", id, {note.author})
            return [*_items(note), away, _card(state)]
        case UpvoteCast(id, voter, vote):
            note = state.notes[id]
            return [_seen(note), _upvote(note, voter, vote), _card(state)]
        case UpvoteUndone(id, voter, vote):
            gone = Drop("upvote", vote, {voter})
            return [_seen(state.notes[id]), gone, _card(state)]
        case AuthorErased():
            card = [] if state.deleted else [_card(state)]
            return [*_erased(state, event), *card]
        case _:
            assert_never(event)


def _erased(state: Board, event: AuthorErased) -> Iterable[Change]:
    author = {event.author}
    for id in event.notes:
        if id in event.hidden:
            yield from _bared(id, event.author)
        else:
            yield Drop("note", id)
        yield Drop("signature", id, author)
    for id in event.removed:
        yield Drop("removed", id, author)
    for voter, vote in event.votes:
        yield Drop("upvote", vote, {voter})
    for id, vote in event.voted:
        if id in state.notes:
            yield from _shown(state.notes[id])
            yield Drop("upvote", vote, author)
        else:
            yield _rest(state.removed[id])
    if event.made:
        yield Drop("made", "board", author)


def _gone(note: Note, forgotten: tuple[str, str] | None) -> Sequence[Change]:
    return [
        *_covered(note),
        Drop("signature", note.id, {note.author}),
        _rest(note),
        *(Drop("upvote", vote, {voter}) for voter, vote in _standing(note)),
        *([Drop("removed", forgotten[0], {forgotten[1]})] if forgotten else []),
    ]


def _card(state: Board) -> Put:
    seen = {
        "title": state.title,
        "is_public": state.is_public,
        "sealed": state.sealed,
        "created_at": state.created_at,
        "notes": len(state.notes),
        "upvotes": state.upvotes,
    }
    return Put("board", "board", seen)


def _made(state: Board) -> Put:
    return Put("made", "board", {}, {state.creator})


def _shown(note: Note) -> Sequence[Put]:
    return [_veil(note), _veiled(note)] if note.hidden else [_seen(note)]


def _covered(note: Note) -> Sequence[Drop]:
    """Return what is taken off all screens with a note."""
    if not note.hidden:
        return [Drop("note", note.id)]
    return _bared(note.id, note.author)


def _bared(id: str, author: str) -> Sequence[Drop]:
    return [Drop("veil", id), Drop("hidden", id, _privy(author))]


def _seen(note: Note) -> Put:
    return Put("note", note.id, _content(note))


def _veil(note: Note) -> Put:
    """Return what everyone sees in place of a note that is hidden.

    An item of its own: so the note is gone from the past as well.
    """
    content = _content(note)
    told = ("colour", "x", "y", "upvotes", "created_at")
    return Put("veil", note.id, {name: content[name] for name in told})


def _veiled(note: Note) -> Put:
    """Return what a note that is hidden says, to those who may know."""
    said = {"content": note.content, "author": note.name, "edited": note.edited}
    return Put("hidden", note.id, said, _privy(note.author))


def _privy(author: str) -> Audience:
    return {author, Role.ADMIN}


def _rest(note: Note) -> Put:
    return Put("removed", note.id, _content(note), {note.author})


def _content(note: Note) -> dict[str, object]:
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


def _items(note: Note) -> Sequence[Put]:
    """Return the note, and what its author and its voters alone may know of it."""
    votes = (_upvote(note, voter, vote) for voter, vote in _standing(note))
    return [*_shown(note), _signature(note), *votes]


def _signature(note: Note) -> Put:
    return Put("signature", note.id, {}, {note.author})


def _upvote(note: Note, voter: str, vote: str) -> Put:
    return Put("upvote", vote, {"note": note.id}, {voter})


def _standing(note: Note) -> Sequence[tuple[str, str]]:
    """Return who upvotes the note, each with his vote."""
    return [(voter, vote) for voter, vote in note.votes.items() if vote]


def audience(_state: Board, _signal: Drag) -> Audience:
    return EVERYONE


def owned(event: FeedbackEvent, author: str) -> Iterable[Key]:
    """Return the items that hold what `author` wrote: a note, and what was one."""
    if isinstance(event, NoteAdded) and event.note.author == author:
        id = event.note.id
        return [("note", id), ("removed", id), ("hidden", id)]
    return []


def blanked(event: FeedbackEvent, blank: Set[Key]) -> FeedbackEvent:
    match event:
        case NoteAdded(note) if ("note", note.id) in blank:
            return NoteAdded(replace(note, content="", name=None))
        case NoteEdited(id) if ("note", id) in blank:
            return NoteEdited(id, "")
        case _:
            return event


def blank_data(_type: str, data: Mapping[str, object]) -> Mapping[str, object]:
    return {**data, "content": "", "author": None}


KIND = Kind[Board](
    name="feedback",
    initial=Board(),
    state_version=1,
    events=FeedbackEvent.__args__,
    permissions=PERMISSIONS,
    roles=roles,
    decide=decide,
    apply=apply,
    public=public,
    private=private,
    changes=changes,
    audience=audience,
    refuse=refuse,
    internal={OpenBoard, RevokeLink, EraseAuthor},
    unmetered={MoveNote},
    regroups={BoardEdited, LinkRevoked, BoardDeleted, AuthorErased},
    ends={BoardDeleted},
    shows={"board", "made", "note", "veil", "hidden", "signature", "upvote", "removed"},
    erasure=Erasure(EraseAuthor, owned, blanked, blank_data),
)
