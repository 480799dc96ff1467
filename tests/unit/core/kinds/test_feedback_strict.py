"""Strict anonymity: what waits, until when, and what nobody can find out meanwhile."""

from datetime import timedelta

import pytest

from orbit.core.errors import Conflict, Forbidden, NotFound
from orbit.core.kind import Tick
from orbit.core.kinds.feedback import KIND
from orbit.core.kinds.feedback.asked import (
    AddNote,
    EditBoard,
    EditNote,
    EraseAuthor,
    HideNote,
    MoveNote,
    MuteAuthor,
    OpenBoard,
    RecolourNote,
    RemoveNote,
    ReportNote,
    RestoreNote,
    ToggleUpvote,
)
from orbit.core.kinds.feedback.events import (
    BoardOpened,
    NoteMoved,
    NotesReleased,
    VotesCounted,
)
from orbit.core.kinds.feedback.state import Colour
from orbit.core.types import SYSTEM, Principal
from tests.kit.given import NOON, Given, Past, given

LINK = "a" * 64
ANN, BOB, CYD, DAN = map(Principal, ("ann", "bob", "cyd", "dan"))
GUEST = Principal("")
ADMIN = Principal("adm", claims=frozenset({f"link:{LINK}"}))
STRICT = BoardOpened("T", True, LINK, "maker", NOON, strict=3)
RELEASE = NOON + timedelta(seconds=30)


def released(*history: Past) -> list[Past]:
    """Return a history, and what the next release tells of it."""
    return [*history, *told(*history)]


def told(*history: Past, at=RELEASE):
    return given(KIND, *history).when(Tick(), SYSTEM, at=at).events


def notes(board: Given, who: Principal = GUEST):
    return {id: n["content"] for (type, id), n in seen(board, who) if type == "note"}


def seen(board: Given, who: Principal):
    return board.seen_by(who).items()


ONE = [STRICT, (AddNote("one"), ANN)]
TWO = [*released(*ONE), (AddNote("two"), BOB)]


# Choosing it ------------------------------------------------------------------------


@pytest.mark.parametrize(("wish", "crowd"), [(0, 0), (1, 3), (3, 3), (5, 5)])
def test_it_is_chosen_for_at_least_three(wish, crowd):
    opening = given(KIND).when(OpenBoard("T", True, LINK, wish), ANN)
    (opened,) = opening.events
    assert opened.strict == crowd


def test_an_empty_board_may_become_strict_and_no_other_and_none_ceases_to_be():
    opened = BoardOpened("T", True, LINK, "maker", NOON)
    (edited,) = given(KIND, opened).when(EditBoard(strict=5), ADMIN).events
    assert edited.strict == 5
    used = given(KIND, opened, (AddNote("x"), ANN))
    used.when(EditBoard(strict=5), ADMIN).then(Conflict)
    for crowd in (0, 3, 50):
        board = given(KIND, opened, edited)
        board.when(EditBoard(strict=crowd), ADMIN).then(Conflict)
    assert given(KIND, *ONE).when(EditBoard(title="other"), ADMIN).events


# Waiting ----------------------------------------------------------------------------


def test_a_note_is_its_authors_alone_until_the_clock_strikes():
    waits = given(KIND, *ONE)
    assert [notes(waits, who) for who in (ANN, BOB, ADMIN)] == [{}, {}, {}]
    assert waits.seen_by(ANN)["waiting", "n2"]["content"] == "one"
    assert ("signature", "n2") in waits.seen_by(ANN)
    assert waits.seen_by(BOB) == given(KIND, STRICT).seen_by(BOB)
    assert KIND.deadline(waits.state) == RELEASE
    early = RELEASE - timedelta(microseconds=1)
    waits.when(Tick(), SYSTEM, at=early).then()
    after = given(KIND, *released(*ONE))
    assert notes(after, BOB) == {"n2": "one"}
    assert ("waiting", "n2") not in after.seen_by(ANN)
    assert after.state.release_at is None


@pytest.mark.parametrize("late_s", [0.0, 0.1, 17.0, 29.999])
def test_when_one_writes_does_not_move_the_clock(late_s):
    at = NOON + timedelta(seconds=late_s)
    (drafted,) = given(KIND, STRICT).when(AddNote("x"), ANN, at=at).events
    assert drafted.due == RELEASE
    assert drafted.note.created_at == NOON


def test_the_clock_does_not_go_back():
    board = given(KIND, *released(*ONE))
    (drafted,) = board.when(AddNote("x"), ANN, at=NOON).events
    assert drafted.due == RELEASE + timedelta(seconds=30)


@pytest.mark.parametrize(
    ("wish", "field", "value"),
    [
        (EditNote("n2", "other"), "content", "other"),
        (RecolourNote("n2", Colour.COOL), "colour", "COOL"),
        (MoveNote("n2", 7.0, 0.0), "x", 7.0),
    ],
)
def test_what_an_author_changes_waits_too(wish, field, value):
    before = given(KIND, *released(*ONE))
    waits = [*released(*ONE), (wish, ANN)]
    assert given(KIND, *waits).seen_by(ADMIN) == before.seen_by(ADMIN)
    assert given(KIND, *waits).seen_by(ANN)["waiting", "n2"][field] == value
    later = told(*waits, at=RELEASE + timedelta(seconds=30))
    assert given(KIND, *waits, *later).seen_by(BOB)["note", "n2"][field] == value


def test_what_an_author_takes_back_in_time_was_never_there():
    history = [
        *released(*ONE),
        (EditNote("n2", "x"), ANN),
        (EditNote("n2", "one"), ANN),
    ]
    board = given(KIND, *history)
    assert board.state.drafts  # it says that it was edited
    moved = [*released(*ONE), (MoveNote("n2", 1, 1), ANN), (MoveNote("n2", 0, 0), ANN)]
    assert KIND.deadline(given(KIND, *moved).state) > RELEASE + timedelta(days=1)
    gone = [STRICT, (AddNote("one"), ANN), (RemoveNote("n2"), ANN)]
    assert KIND.deadline(given(KIND, *gone).state) > RELEASE + timedelta(days=1)
    assert ("removed", "n2") in given(KIND, *gone).seen_by(ANN)
    back = given(KIND, *gone, (RestoreNote("n2"), ANN))
    assert back.seen_by(ANN)["waiting", "n2"]["content"] == "one"


def test_a_removal_waits_and_may_be_taken_back():
    history = [*released(*ONE), (RemoveNote("n2"), ANN)]
    waits = given(KIND, *history)
    assert notes(waits, BOB) == {"n2": "one"}
    assert waits.seen_by(ANN)["waiting", "n2"]["removed"] is True
    waits.when(EditNote("n2", "x"), ANN).then(NotFound, field="note")
    back = given(KIND, *history, (RestoreNote("n2"), ANN))
    assert not back.state.drafts
    later = told(*history, at=RELEASE + timedelta(seconds=30))
    after = given(KIND, *history, *later)
    assert notes(after, BOB) == {}
    assert ("removed", "n2") in after.seen_by(ANN)
    with_edit = [
        *released(*ONE),
        (EditNote("n2", "last"), ANN),
        (RemoveNote("n2"), ANN),
    ]
    later = told(*with_edit, at=RELEASE + timedelta(seconds=30))
    removed = given(KIND, *with_edit, *later).seen_by(ANN)["removed", "n2"]
    assert removed["content"] == "last"


def test_all_that_waited_is_told_in_an_order_that_nobody_chose():
    names = ["n9", "n1", "n5"]
    board = given(KIND, STRICT)
    history: list[Past] = [STRICT]
    for who, id in zip((ANN, BOB, CYD), names, strict=True):
        history += given(KIND, *history).when(AddNote(id), who, id=id).events
    (event,) = told(*history)
    assert event == NotesReleased(RELEASE, added=("n1", "n5", "n9"))
    state = given(KIND, *history, event).state
    ids = [put.id for put in KIND.changes(state, event) if put.type == "note"]
    assert ids == ["n1", "n5", "n9"]
    assert board.state.drafts == {}


# What others can find out -----------------------------------------------------------


@pytest.mark.parametrize(
    "probe",
    [
        EditNote("n2", "x"),
        RecolourNote("n2", Colour.COOL),
        RemoveNote("n2"),
        RestoreNote("n2"),
        ToggleUpvote("n2"),
        ReportNote("n2"),
        HideNote("n2"),
        MoveNote("n2", 1.0, 1.0),
    ],
)
@pytest.mark.parametrize("who", [BOB, ADMIN, GUEST])
@pytest.mark.parametrize(
    ("before", "waits"),
    [
        ([STRICT], ONE),
        (released(*ONE), [*released(*ONE), (EditNote("n2", "y"), ANN)]),
        (released(*ONE), [*released(*ONE), (RemoveNote("n2"), ANN)]),
    ],
)
def test_no_answer_tells_whether_something_waits(probe, who, before, waits):
    at = RELEASE + timedelta(seconds=1)
    plain = given(KIND, *before).when(probe, who, at=at)
    asked = given(KIND, *waits).when(probe, who, at=at)
    assert repr(asked.answer) == repr(plain.answer)
    assert type(asked.answer) is type(plain.answer)
    assert str(asked.answer) == str(plain.answer)
    assert asked.events == plain.events


def test_an_admin_who_moves_a_note_moves_it_for_its_author_too():
    waits = [*released(*ONE), (RecolourNote("n2", Colour.COOL), ANN)]
    (moved,) = given(KIND, *waits).when(MoveNote("n2", 9.0, 9.0), ADMIN).events
    assert moved == NoteMoved("n2", 9.0, 9.0)


def test_a_report_waits_for_the_admins():
    waits = [*released(*ONE), (ReportNote("n2", "rude"), BOB)]
    board = given(KIND, *waits)
    assert ("report", "n4") not in board.seen_by(ADMIN)
    assert board.seen_by(BOB)["report", "n4"]["reason"] == "rude"
    board.when(ReportNote("n2", "again"), BOB).then()
    later = told(*waits, at=RELEASE + timedelta(seconds=30))
    assert ("report", "n4") in given(KIND, *waits, *later).seen_by(ADMIN)
    gone = [*waits, (RemoveNote("n2"), ANN)]
    later = told(*gone, at=RELEASE + timedelta(seconds=30))
    assert ("report", "n4") not in given(KIND, *gone, *later).seen_by(BOB)


# Votes ------------------------------------------------------------------------------


def voted(*voters: Principal) -> list[Past]:
    return [*released(*ONE), *((ToggleUpvote("n2"), who) for who in voters)]


def upvotes(board: Given) -> int:
    return board.seen_by(GUEST)["note", "n2"]["upvotes"]


def test_votes_are_not_told_before_there_are_enough_voters():
    board = given(KIND, *voted(BOB, CYD))
    assert upvotes(board) == 0
    assert board.seen_by(GUEST)["board", "board"]["upvotes"] == 0
    assert ("upvote", "n4") in board.seen_by(BOB)
    assert KIND.deadline(board.state) > RELEASE + timedelta(days=1)
    enough = given(KIND, *voted(BOB, CYD, DAN))
    assert upvotes(enough) == 0
    due = RELEASE + timedelta(seconds=2)
    assert KIND.deadline(enough.state) == due
    counted = enough.when(Tick(), SYSTEM, at=due)
    counted.then(VotesCounted(due, (("n2", 3),)))
    after = given(KIND, *voted(BOB, CYD, DAN), *counted.events)
    assert upvotes(after) == 3
    assert after.seen_by(GUEST)["board", "board"]["upvotes"] == 3
    assert after.seen_by(GUEST)["note", "n2"]["y"] == 0.0


def test_a_vote_that_is_taken_back_at_once_was_never_there():
    once, twice = given(KIND, *voted(BOB)), given(KIND, *voted(BOB, BOB))
    assert once.state.uncounted
    assert not twice.state.uncounted
    assert ("upvote", "n4") not in twice.seen_by(BOB)


def test_votes_go_and_come_with_their_note():
    due = RELEASE + timedelta(seconds=2)
    counted = VotesCounted(due, (("n2", 3),))
    history = [*voted(BOB, CYD, DAN), counted, (RemoveNote("n2"), ANN)]
    later = RELEASE + timedelta(seconds=30)
    history += told(*history, at=later)
    board = given(KIND, *history)
    assert board.seen_by(GUEST)["board", "board"]["upvotes"] == 0
    assert ("upvote", "n4") not in board.seen_by(BOB)
    history += [(RestoreNote("n2"), ANN)]
    history += told(*history, at=later + timedelta(seconds=30))
    assert upvotes(given(KIND, *history)) == 3
    assert ("upvote", "n4") in given(KIND, *history).seen_by(BOB)


# Forgetting -------------------------------------------------------------------------


def test_who_is_forgotten_leaves_nothing_that_waits():
    history = [*TWO, (EditNote("n2", "x"), ANN), (ReportNote("n2"), BOB)]
    board = given(KIND, *history, (ToggleUpvote("n2"), BOB))
    (erased,) = board.when(EraseAuthor(), BOB).events
    left = given(KIND, *history, (ToggleUpvote("n2"), BOB), erased)
    assert BOB.id not in repr(left.state)
    assert left.state.drafts.keys() == {"n2"}
    changes = KIND.changes(left.state, erased)
    public = [one.id for one in changes if one.type == "note"]
    assert public == []  # nobody learns that he had voted
    (erased,) = left.when(EraseAuthor(), ANN).events
    assert given(KIND, *history, erased).state.drafts.keys() == {"n4"}


def test_who_is_muted_writes_nothing_that_waits():
    history = [*released(*ONE), (MuteAuthor("n2"), ADMIN)]
    given(KIND, *history).when(AddNote("x"), ANN).then(Forbidden)
