"""A note that is told no place has one to itself; one that is told has that."""

from itertools import pairwise

from orbit.core.kinds.feedback import KIND
from orbit.core.kinds.feedback.asked import AddNote, EditBoard, RemoveNote
from orbit.core.kinds.feedback.events import BoardOpened
from orbit.core.kinds.feedback.places import spiral
from orbit.core.kinds.feedback.state import MAX_NOTES
from orbit.core.types import Principal
from tests.kit.given import NOON, Given, given

ANN = Principal("ann")
ADMIN = Principal("adm", claims=frozenset({"link:first"}))
OPENED = BoardOpened("Retro", is_public=True, link="first", creator="m", at=NOON)


def spots(board: Given) -> list[tuple[float, float]]:
    """Return where notes are, the first one first."""
    notes = sorted(board.state.notes.values(), key=lambda note: int(note.id[1:]))
    return [(note.x, note.y) for note in notes]


def test_the_first_is_in_the_middle_and_others_lie_around_it() -> None:
    board = given(KIND, OPENED, *[(AddNote("a note"), ANN)] * 9)
    assert spots(board)[:3] == [(0, 0), (250, 0), (250, 190)]
    assert len(set(spots(board))) == 9


def test_a_full_board_has_a_cell_for_each() -> None:
    cells = [spiral(nth) for nth in range(MAX_NOTES)]
    assert len(set(cells)) == MAX_NOTES
    for (column, row), (other, below) in pairwise(cells):
        assert abs(column - other) + abs(row - below) == 1


def test_one_that_is_gone_leaves_nobody_on_top_of_another() -> None:
    told = [(AddNote("a note"), ANN)] * 3
    board = given(KIND, OPENED, *told, (RemoveNote("n2"), ANN), *told)
    assert len(set(spots(board))) == 5


def test_a_place_that_is_told_is_kept() -> None:
    board = given(
        KIND,
        OPENED,
        (AddNote("a", x=0.0, y=0.0), ANN),
        (AddNote("b", x=0.0, y=0.0), ANN),
        (AddNote("c", x=7.0), ANN),
        (AddNote("d", y=7.0), ANN),
    )
    assert spots(board) == [(0, 0), (0, 0), (7, 0), (0, 7)]


def test_with_columns_they_stay_in_one() -> None:
    columns = EditBoard(columns=("Good", "Bad"))
    told = [(AddNote("a note"), ANN)] * 3
    board = given(KIND, OPENED, (columns, ADMIN), *told)
    assert spots(board) == [(0, 0), (0, 190), (0, 380)]


def test_no_place_tells_on_a_strict_board_who_was_earlier() -> None:
    opened = BoardOpened(
        "Retro", is_public=True, link="first", creator="m", at=NOON, strict=3
    )
    board = given(KIND, opened, *[(AddNote("a note"), ANN)] * 2)
    drafts = board.state.drafts.values()
    assert {(each.note.x, each.note.y) for each in drafts} <= {(0.0, 0.0)}
    assert set(spots(board)) <= {(0.0, 0.0)}
