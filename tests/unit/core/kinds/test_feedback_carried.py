"""Notes that were brought from another board: nobody's, with votes of nobody."""

import pytest

from orbit.core.errors import Conflict, Forbidden
from orbit.core.kinds.feedback import KIND
from orbit.core.kinds.feedback.asked import (
    CarriedNote,
    CarryNotes,
    EditNote,
    HideNote,
    MoveNote,
    MuteAuthor,
    RemoveNote,
)
from orbit.core.kinds.feedback.events import (
    BoardOpened,
    NoteAdded,
    NoteHidden,
    NoteMoved,
    NotesConcealed,
    UpvoteCast,
    UpvoteUndone,
)
from orbit.core.kinds.feedback.state import MAX_NOTES, Colour, Note
from orbit.core.types import Principal
from tests.kit.given import NOON, given

LINK = "a" * 64
ANN, MAKER = Principal("ann"), Principal("maker")
ADMIN = Principal("adm", claims=frozenset({f"link:{LINK}"}))
GUESTS_LINK = Principal("", claims=frozenset({f"link:{LINK}"}))
OPENED = BoardOpened("T", True, LINK, "maker", NOON)


def wish(id="n", **more):
    given = {"name": "Bob", "upvotes": 4, "edited": True, "hidden": False, **more}
    return CarriedNote(
        id=id, content="text", colour=Colour.COOL, x=1, y=2, created_at=NOON, **given
    )


def note(id="n", **more):
    given = {"edited": True, "carried": 4, **more}
    return Note(id, "", "Bob", "text", Colour.COOL, 1, 2, NOON, **given)


def test_they_are_as_they_were_and_say_where_they_are_from():
    board = given(KIND, OPENED)
    board.when(CarryNotes((wish(),)), ADMIN).then(NoteAdded(note()))
    seen = given(KIND, OPENED, NoteAdded(note())).seen_by(GUESTS_LINK)
    told = seen["note", "n"]
    assert (told["author"], told["upvotes"], told["edited"]) == ("Bob", 4, True)
    assert told["carried"] is True
    assert seen["board", "board"]["upvotes"] == 4


@pytest.mark.parametrize("who", [ANN, MAKER, Principal("")])
def test_admins_alone_bring_them(who):
    given(KIND, OPENED).when(CarryNotes((wish(),)), who).then(Forbidden)


def test_nobody_is_their_author():
    board = given(KIND, OPENED, NoteAdded(note()))
    for who in (ANN, MAKER, ADMIN, GUESTS_LINK):
        board.when(EditNote("n", "other"), who).then(Forbidden)
        board.when(RemoveNote("n"), who).then(Forbidden)
        assert not [key for key in board.seen_by(who) if key[0] == "signature"]
    board.when(MoveNote("n", 5, 6), ADMIN).then(NoteMoved("n", 5, 6))
    board.when(HideNote("n"), ADMIN).then(NoteHidden("n"))


def test_their_votes_stay_and_those_cast_here_come_on_top():
    cast = UpvoteCast("n", "ann", "v", 1, 2)
    board = given(KIND, OPENED, NoteAdded(note()), cast)
    assert board.seen_by(ANN)["note", "n"]["upvotes"] == 5
    undone = given(
        KIND, OPENED, NoteAdded(note()), cast, UpvoteUndone("n", "ann", "v")
    ).seen_by(ANN)
    assert undone["note", "n"]["upvotes"] == 4
    assert undone["board", "board"]["upvotes"] == 4


def test_what_is_hidden_comes_hidden_and_nobody_reads_it_face_down():
    board = given(KIND, OPENED, NoteAdded(note(hidden=True)))
    assert board.seen_by(ADMIN)["hidden", "n"]["content"] == "text"
    assert ("hidden", "n") not in board.seen_by(ANN)
    down = given(KIND, OPENED, NoteAdded(note(hidden=True)), NotesConcealed())
    for who in (ADMIN, ANN, Principal("")):
        assert ("hidden", "n") not in down.seen_by(who)


def test_no_note_comes_twice_and_no_more_than_there_is_room_for():
    board = given(KIND, OPENED, NoteAdded(note()))
    board.when(CarryNotes((wish(),)), ADMIN).then(Conflict)
    many = tuple(wish(f"n{n}") for n in range(MAX_NOTES))
    board.when(CarryNotes((*many, wish("one more"))), ADMIN).then(Conflict)


def test_nobody_is_muted_for_them():
    board = given(KIND, OPENED, NoteAdded(note()))
    board.when(MuteAuthor("n"), ADMIN).then(Conflict)
    board.when(MuteAuthor("n"), GUESTS_LINK).then(Conflict)
