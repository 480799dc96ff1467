"""A meeting over a feedback board: phases, a timer, votes to spend, notes face down."""

from datetime import timedelta

import pytest

from orbit.core.errors import Conflict, Forbidden, Invalid
from orbit.core.kind import Context, Join, Tick, authorize
from orbit.core.kinds.feedback import KIND
from orbit.core.kinds.feedback.asked import (
    AddNote,
    Conceal,
    EditBoard,
    EditNote,
    Focus,
    HideNote,
    MoveNote,
    Reveal,
    SetPhase,
    StartTimer,
    StopTimer,
    ToggleUpvote,
)
from orbit.core.kinds.feedback.deciding import GRAVITY
from orbit.core.kinds.feedback.events import (
    BoardEdited,
    BoardOpened,
    NoteAdded,
    NotesConcealed,
    NotesRevealed,
    PhaseSet,
    TimerEnded,
    TimerStarted,
    TimerStopped,
    UpvoteCast,
    UpvoteUndone,
)
from orbit.core.kinds.feedback.state import Colour, Note, Phase
from orbit.core.types import SYSTEM, Drop, Principal, Put
from tests.kit.given import NOON, given

LINK = "a" * 64
ANN, BOB, CYD = Principal("ann"), Principal("bob"), Principal("cyd")
GUEST = Principal("")
ADMIN = Principal("adm", claims=frozenset({f"link:{LINK}"}))
OPENED = BoardOpened("T", True, LINK, "maker", NOON)
EXPIRES = NOON + timedelta(days=30)
ENDS = NOON + timedelta(seconds=90)


def added(id="n", author=ANN):
    note = Note(id, author.id, None, "the text", Colour.COOL, 1.0, 2.0, NOON)
    return NoteAdded(note)


def card(board, who=GUEST):
    return board.seen_by(who)["board", "board"]


# Phases ---------------------------------------------------------------------------


def test_an_admin_moves_the_board_through_its_phases():
    board = given(KIND, OPENED)
    assert (card(board)["phase"], card(board)["closed"]) == (None, [])
    for phase in Phase:
        board.when(SetPhase(phase), ADMIN).then(PhaseSet(phase))
        board.when(SetPhase(phase), ANN).then(Forbidden)
    there = given(KIND, OPENED, PhaseSet(Phase.VOTE))
    there.when(SetPhase(Phase.VOTE), ADMIN).then()
    there.when(SetPhase(None), ADMIN).then(PhaseSet(None))


@pytest.mark.parametrize(
    ("phase", "adds", "edits", "votes"),
    [
        (None, True, True, True),
        (Phase.COLLECT, True, True, False),
        (Phase.GROUP, False, True, False),
        (Phase.VOTE, False, False, True),
        (Phase.DISCUSS, False, False, False),
    ],
)
def test_each_phase_has_its_work(phase, adds, edits, votes):
    board = given(KIND, OPENED, added(), PhaseSet(phase))
    closed = card(board)["closed"]
    for command, who, is_open in (
        (AddNote("more"), BOB, adds),
        (EditNote("n", "new"), ANN, edits),
        (MoveNote("n", 5.0, 5.0), ANN, edits),
        (ToggleUpvote("n"), BOB, votes),
    ):
        then = board.when(command, who)
        assert bool(then.events) is is_open, command
        if not is_open:
            then.then(Forbidden)
    assert ("add_note" in closed, "edit_note" in closed, "toggle_upvote" in closed) == (
        not adds,
        not edits,
        not votes,
    )


def test_a_phase_does_not_bind_admins():
    board = given(KIND, OPENED, added(), PhaseSet(Phase.DISCUSS))
    assert board.when(AddNote("an action"), ADMIN).events
    assert board.when(ToggleUpvote("n"), ADMIN).events


def test_everybody_still_sees_what_is_closed():
    assert ("note", "n") in given(
        KIND, OPENED, added(), PhaseSet(Phase.DISCUSS)
    ).seen_by(GUEST)


# The timer ------------------------------------------------------------------------


def test_a_timer_runs_until_its_end():
    board = given(KIND, OPENED)
    board.when(StartTimer(90), ADMIN).then(TimerStarted(ENDS))
    board.when(StartTimer(90), ANN).then(Forbidden)
    running = given(KIND, OPENED, TimerStarted(ENDS))
    assert KIND.deadline(running.state) == ENDS
    assert card(running)["ends_at"] == "2030-01-01T12:01:30Z"
    running.when(Tick(), SYSTEM, at=ENDS - timedelta(seconds=1)).then()
    running.when(Tick(), SYSTEM, at=ENDS).then(TimerEnded())
    over = given(KIND, OPENED, TimerStarted(ENDS), TimerEnded())
    assert (KIND.deadline(over.state), card(over)["ends_at"]) == (EXPIRES, None)


def test_a_timer_is_stopped_and_started_anew():
    running = given(KIND, OPENED, TimerStarted(ENDS))
    running.when(StopTimer(), ADMIN).then(TimerStopped())
    running.when(StartTimer(1), ADMIN).then(TimerStarted(NOON + timedelta(seconds=1)))
    given(KIND, OPENED).when(StopTimer(), ADMIN).then()


# Settings -------------------------------------------------------------------------


def test_columns_and_votes_are_settings():
    board = given(KIND, OPENED)
    wish = EditBoard(columns=("Went well", "To improve"), votes_each=3)
    edited = BoardEdited("T", True, False, ("Went well", "To improve"), 3)
    board.when(wish, ADMIN).then(edited)
    after = given(KIND, OPENED, edited)
    assert card(after)["columns"] == ["Went well", "To improve"]
    assert card(after)["votes_each"] == 3
    after.when(EditBoard(title="New"), ADMIN).then(
        BoardEdited("New", True, False, ("Went well", "To improve"), 3)
    )
    blank = EditBoard(columns=("Good", " "))
    board.when(blank, ADMIN).then(Invalid, field="columns.1")


def test_nobody_has_more_votes_standing_than_are_given():
    notes = [added(id) for id in "abc"]
    few = BoardEdited("T", True, votes_each=2)
    both = [(ToggleUpvote("a"), BOB), (ToggleUpvote("b"), BOB)]
    spent = given(KIND, OPENED, *notes, few, *both)
    spent.when(ToggleUpvote("c"), BOB).then(Conflict)
    assert spent.when(ToggleUpvote("c"), CYD).events
    spent.when(ToggleUpvote("a"), BOB).then(UpvoteUndone("a", BOB.id, "n6"))
    back = given(KIND, OPENED, *notes, few, *both, (ToggleUpvote("a"), BOB))
    assert isinstance(back.when(ToggleUpvote("c"), BOB).events[0], UpvoteCast)


def test_a_vote_pulls_a_note_up_and_down_its_column_and_never_out_of_it():
    board = given(KIND, OPENED, added(), BoardEdited("T", True, columns=("A", "B")))
    (cast,) = board.when(ToggleUpvote("n"), BOB).events
    assert (cast.x, cast.y) == (1.0, 2.0 * GRAVITY)


# Face down ------------------------------------------------------------------------


def test_what_is_face_down_is_read_by_its_author_alone():
    board = given(KIND, OPENED, added(), NotesConcealed(), (AddNote("mine"), BOB))
    assert card(board)["concealed"] is True
    assert board.seen_by(ANN)["hidden", "n"]["content"] == "the text"
    for who in (BOB, ADMIN, GUEST, Principal("maker")):
        seen = board.seen_by(who)
        assert seen["veil", "n"]["hidden"] is False
        assert "the text" not in f"{seen}"
    assert "mine" in f"{board.seen_by(BOB)}"


def test_it_is_turned_by_admins():
    board = given(KIND, OPENED, added())
    board.when(Conceal(), ADMIN).then(NotesConcealed())
    board.when(Conceal(), ANN).then(Forbidden)
    board.when(Reveal(), ADMIN).then()
    down = given(KIND, OPENED, added(), NotesConcealed())
    down.when(Reveal(), ADMIN).then(NotesRevealed())
    up = given(KIND, OPENED, added(), NotesConcealed(), NotesRevealed())
    assert up.seen_by(GUEST)["note", "n"]["content"] == "the text"


def test_turning_tells_all_what_has_come_and_what_has_gone():
    down = given(KIND, OPENED, added(), NotesConcealed())
    told = KIND.changes(down.state, NotesConcealed())
    assert Drop("note", "n") in told
    (said,) = [change for change in told if change.type == "hidden"]
    assert said.audience == {ANN.id}
    up = given(KIND, OPENED, added())
    told = KIND.changes(up.state, NotesRevealed())
    assert Drop("veil", "n") in told
    assert any(isinstance(put, Put) and put.type == "note" for put in told)


def test_what_a_moderator_hid_stays_hidden_when_all_are_turned_up():
    board = given(
        KIND, OPENED, added(), NotesConcealed(), (HideNote("n"), ADMIN), NotesRevealed()
    )
    assert board.seen_by(GUEST)["veil", "n"]["hidden"] is True
    assert board.seen_by(ADMIN)["hidden", "n"]["content"] == "the text"


def test_what_is_face_down_is_not_voted_on():
    given(KIND, OPENED, added(), NotesConcealed()).when(ToggleUpvote("n"), BOB).then(
        Conflict
    )


# Look here ------------------------------------------------------------------------


def test_an_admin_points_and_all_are_told():
    board = given(KIND, OPENED)
    there = Focus(1.0, 2.0)
    assert authorize(KIND, board.state, there, Context(ADMIN, NOON, ""))
    assert KIND.audience(board.state, there) == {"*"}
    with pytest.raises(Forbidden):
        authorize(KIND, board.state, there, Context(ANN, NOON, ""))


def test_a_meeting_changes_nobodys_rights_to_look():
    board = given(KIND, OPENED, PhaseSet(Phase.DISCUSS), NotesConcealed())
    assert authorize(KIND, board.state, Join(), Context(GUEST, NOON, ""))
