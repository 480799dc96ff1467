"""Groups on a feedback board: notes that belong together; nobody's words change."""

import pytest

from orbit.core.errors import Conflict, Forbidden, Invalid, NotFound
from orbit.core.kinds.feedback import KIND
from orbit.core.kinds.feedback.asked import (
    EraseAuthor,
    GroupNotes,
    NameGroup,
    RemoveNote,
    RestoreNote,
    SetPhase,
    UngroupNotes,
)
from orbit.core.kinds.feedback.events import (
    BoardEdited,
    BoardOpened,
    GroupNamed,
    NoteAdded,
    NotesGrouped,
    NotesUngrouped,
    PhaseSet,
)
from orbit.core.kinds.feedback.grouping import MAX_GROUPED
from orbit.core.kinds.feedback.state import Colour, Note, Phase
from orbit.core.types import Principal
from tests.kit.given import NOON, given

ANN, BOB = Principal("ann"), Principal("bob")
GUEST = Principal("")
ADMIN = Principal("adm", claims=frozenset({"link:first"}))
OPENED = BoardOpened("T", True, "first", "maker", NOON)


def added(id="n", author=ANN):
    return NoteAdded(Note(id, author.id, None, "text", Colour.COOL, 1.0, 2.0, NOON))


NOTES = [added(id) for id in "abcd"]
PAIR = NotesGrouped("g", "Tests", ("a", "b"))
UNNAMED = NotesGrouped("g", "", ("a", "b"))


def board(*more):
    return given(KIND, OPENED, *NOTES, *more)


def group_of(seen, id="g"):
    return seen.get(("group", id))


def test_notes_are_put_into_a_new_group_which_everyone_sees():
    wish = GroupNotes(("b", "a", "b"), title=" Tests ")
    board().when(wish, BOB, "g").then(NotesGrouped("g", "Tests", ("b", "a")))
    seen = board((wish, BOB)).seen_by(GUEST)
    (group,) = [data for (type, _), data in seen.items() if type == "group"]
    assert group == {"title": "Tests", "notes": ["b", "a"]}


def test_more_notes_join_a_group_and_told_again_nothing_happens():
    board(PAIR).when(GroupNotes(("c",), "g"), BOB).then(
        NotesGrouped("g", "Tests", ("a", "b", "c"))
    )
    board(PAIR).when(GroupNotes(("a",), "g"), BOB).then()


def test_a_note_is_in_one_group_and_one_note_alone_is_none():
    more = NotesGrouped("h", "", ("c", "d"))
    after = board(PAIR, more)
    wish = GroupNotes(("c",), "g")
    after.when(wish, BOB).then(NotesGrouped("g", "Tests", ("a", "b", "c"), gone=("h",)))
    seen = board(PAIR, more, (wish, BOB)).seen_by(GUEST)
    assert group_of(seen, "h") is None
    assert group_of(seen)["notes"] == ["a", "b", "c"]


def test_notes_are_taken_out_again():
    three = NotesGrouped("g", "", ("a", "b", "c"))
    board(three).when(UngroupNotes(("b",)), BOB).then(
        NotesUngrouped((("g", ("a", "c")),), ())
    )
    board(three).when(UngroupNotes(("a", "b")), BOB).then(NotesUngrouped((), ("g",)))
    board(three).when(UngroupNotes(("d",)), BOB).then()


def test_a_group_gets_another_title():
    board(PAIR).when(NameGroup("g", "Builds "), BOB).then(GroupNamed("g", "Builds"))
    board(PAIR).when(NameGroup("g", "Tests"), BOB).then()
    board().when(NameGroup("g", "x"), BOB).then(NotFound, field="group")


def test_what_is_gone_for_a_while_comes_back_into_its_group():
    there = board(PAIR, (RemoveNote("a"), ANN))
    assert group_of(there.seen_by(GUEST))["notes"] == ["a", "b"]
    back = board(PAIR, (RemoveNote("a"), ANN), (RestoreNote("a"), ANN))
    assert group_of(back.seen_by(GUEST))["notes"] == ["a", "b"]


def test_what_is_gone_for_good_is_forgotten_with_the_next_change():
    mine = added("x", BOB)
    three = NotesGrouped("g", "", ("a", "x", "b"))
    after = board(mine, three, (EraseAuthor(), BOB))
    after.when(GroupNotes(("c",), "g"), ANN).then(
        NotesGrouped("g", "", ("a", "b", "c"))
    )


@pytest.mark.parametrize(
    ("wish", "error", "field"),
    [
        (GroupNotes(("a", "zz")), NotFound, "notes.1"),
        (GroupNotes(("a",), "no group"), NotFound, "group"),
        (GroupNotes(("a", "a")), Invalid, "notes"),
        (UngroupNotes(("zz",)), NotFound, "notes.0"),
    ],
)
def test_what_is_not_there_is_named(wish, error, field):
    board(PAIR).when(wish, BOB).then(error, field=field)


def test_a_group_is_bounded():
    many = [f"m{n}" for n in range(MAX_GROUPED + 1)]
    full = NotesGrouped("g", "", tuple(many[:-1]))
    after = given(KIND, OPENED, *(added(id) for id in many), full)
    after.when(GroupNotes((many[-1],), "g"), BOB).then(Conflict)


@pytest.mark.parametrize("phase", [Phase.COLLECT, Phase.VOTE, Phase.DISCUSS])
def test_in_other_phases_admins_alone_group(phase):
    wish = GroupNotes(("a", "b"))
    board(PhaseSet(phase)).when(wish, BOB).then(Forbidden)
    board(PhaseSet(phase)).when(wish, ADMIN, "g").then(UNNAMED)
    board((SetPhase(Phase.GROUP), ADMIN)).when(wish, BOB, "g").then(UNNAMED)


def test_on_a_strict_board_admins_alone_group_for_it_is_told_at_once():
    strict = BoardEdited("T", True, strict=3)
    wish = GroupNotes(("a", "b"))
    board(strict).when(wish, BOB).then(Forbidden)
    board(strict).when(wish, ADMIN, "g").then(UNNAMED)


def test_guests_group_nothing():
    for wish in (GroupNotes(("a", "b")), UngroupNotes(("a",)), NameGroup("g", "x")):
        board(PAIR).when(wish, GUEST).then(Forbidden)
