"""Moderation of a feedback board: reports, mutes, and who is let in."""

import pytest
from msgspec.structs import replace

from orbit.core.errors import (
    Conflict,
    Forbidden,
    NotFound,
    PrivateBoard,
    Unauthenticated,
)
from orbit.core.kinds.feedback import KIND
from orbit.core.kinds.feedback.asked import (
    AcceptInvite,
    AddNote,
    AnswerRequest,
    DismissReports,
    EditNote,
    EraseAuthor,
    MuteAuthor,
    RemoveMember,
    RemoveNote,
    ReportNote,
    RequestAccess,
    ToggleUpvote,
    UnmuteAuthor,
)
from orbit.core.kinds.feedback.events import (
    AccessDenied,
    AccessGranted,
    AccessRequested,
    AuthorMuted,
    AuthorUnmuted,
    BoardOpened,
    InviteAccepted,
    MemberRemoved,
    NoteAdded,
    NoteRemoved,
    NoteReported,
    ReportsDismissed,
)
from orbit.core.kinds.feedback.state import MAX_MEMBERS, Colour, Note
from orbit.core.types import Principal
from tests.kit.given import NOON, given

ANN, BOB, CYD = Principal("ann"), Principal("bob"), Principal("cyd")
GUEST = Principal("")
ADMIN = Principal("adm", claims=frozenset({"link:first"}))
OPENED = BoardOpened("T", True, "first", "maker", NOON)
PRIVATE = BoardOpened("T", False, "first", "maker", NOON)


def added(id="n", author=ANN):
    return NoteAdded(Note(id, author.id, None, "text", Colour.COOL, 1.0, 2.0, NOON))


# Reports --------------------------------------------------------------------------


def test_a_report_is_read_by_admins_who_do_not_learn_whose_it_is():
    board = given(KIND, OPENED, added())
    reported = NoteReported("n", BOB.id, "new", "rude")
    board.when(ReportNote("n", "rude"), BOB).then(reported)
    told = given(KIND, OPENED, added(), reported)
    assert told.seen_by(ADMIN)["report", "new"] == {"note": "n", "reason": "rude"}
    assert BOB.id not in f"{told.seen_by(ADMIN)}"
    for who in (ANN, CYD, GUEST):
        assert ("report", "new") not in told.seen_by(who)
    assert ("report", "new") in told.seen_by(BOB)


def test_one_report_each_and_none_of_ones_own():
    told = given(KIND, OPENED, added(), NoteReported("n", BOB.id, "r", "rude"))
    told.when(ReportNote("n", "again"), BOB).then()
    told.when(ReportNote("n"), ANN).then(Conflict)
    told.when(ReportNote("n"), GUEST).then(Forbidden)


def test_admins_dismiss_reports():
    told = given(KIND, OPENED, added(), NoteReported("n", BOB.id, "r", "rude"))
    told.when(DismissReports("n"), BOB).then(Forbidden)
    gone = ReportsDismissed("n", ((BOB.id, "r"),))
    told.when(DismissReports("n"), ADMIN).then(gone)
    after = given(KIND, OPENED, added(), NoteReported("n", BOB.id, "r", ""), gone)
    assert ("report", "r") not in after.seen_by(ADMIN)
    after.when(DismissReports("n"), ADMIN).then()


def test_a_report_goes_with_its_note():
    told = [OPENED, added(), NoteReported("n", BOB.id, "r", "rude")]
    board = given(KIND, *told, NoteRemoved("n"))
    assert ("report", "r") not in board.seen_by(ADMIN)


# Mutes ----------------------------------------------------------------------------

MUTED = [OPENED, added(), added("m"), AuthorMuted("u", ANN.id, "n")]


def test_who_is_muted_writes_no_more_and_takes_his_own_away():
    board = given(KIND, *MUTED, added("b", BOB))
    for command in (AddNote("x"), EditNote("n", "x"), ToggleUpvote("b")):
        board.when(command, ANN).then(Forbidden)
    board.when(RemoveNote("m"), ANN).then(NoteRemoved("m"))
    assert board.when(AddNote("x"), BOB).events


def test_he_is_told_and_admins_learn_of_no_other_note_of_his():
    board = given(KIND, *MUTED)
    assert ("silence", "u") in board.seen_by(ANN)
    assert ("silence", "u") not in board.seen_by(BOB)
    seen = board.seen_by(ADMIN)
    assert [data for (type, _), data in seen.items() if type == "mute"] == [
        {"note": "n"}
    ]
    assert ANN.id not in f"{seen}"


def test_muting_by_another_note_of_his_answers_as_for_a_stranger():
    board = given(KIND, *MUTED, added("b", BOB))
    board.when(MuteAuthor("m"), ADMIN).then(AuthorMuted("new", ANN.id, "m"))
    board.when(MuteAuthor("b"), ADMIN).then(AuthorMuted("new", BOB.id, "b"))
    board.when(MuteAuthor("n"), ADMIN).then()


def test_admins_mute_and_unmute_and_nobody_mutes_himself():
    board = given(KIND, *MUTED, added("a", ADMIN))
    board.when(MuteAuthor("n"), BOB).then(Forbidden)
    board.when(MuteAuthor("a"), ADMIN).then(Conflict)
    board.when(UnmuteAuthor("x"), ADMIN).then(NotFound, field="mute")
    back = AuthorUnmuted("u", ANN.id)
    board.when(UnmuteAuthor("u"), ADMIN).then(back)
    assert given(KIND, *MUTED, back).when(AddNote("x"), ANN).events


# Access ---------------------------------------------------------------------------

ASKED = [PRIVATE, AccessRequested("q", BOB.id, "it is me", NOON)]


def test_a_stranger_asks_to_be_let_in_and_sees_nothing_so_far():
    board = given(KIND, PRIVATE)
    asked = AccessRequested("new", BOB.id, "it is me", NOON)
    board.when(RequestAccess("it is me"), BOB).then(asked)
    board.when(RequestAccess("x"), GUEST).then(PrivateBoard)
    waits = given(KIND, *ASKED)
    with pytest.raises(PrivateBoard):
        waits.seen_by(BOB)
    waits.when(RequestAccess("again"), BOB).then()
    waits.when(AddNote("x"), BOB).then(PrivateBoard, access="asked")


def test_who_sees_the_board_has_nothing_to_ask():
    given(KIND, OPENED).when(RequestAccess(), BOB).then(Conflict)


def test_admins_read_what_is_asked_and_let_in():
    board = given(KIND, *ASKED)
    asked = {"message": "it is me", "at": "2030-01-01T12:00:00Z"}
    assert board.seen_by(ADMIN)["request", "q"] == asked
    granted = AccessGranted("q", BOB.id)
    board.when(AnswerRequest("q", approve=True), ADMIN).then(granted)
    inside = given(KIND, *ASKED, granted)
    assert ("board", "board") in inside.seen_by(BOB)
    assert ("request", "q") not in inside.seen_by(ADMIN)
    assert ("member", "q") in inside.seen_by(ADMIN)
    assert inside.when(AddNote("hi"), BOB).events
    with pytest.raises(PrivateBoard):
        inside.seen_by(CYD)


def test_no_more_are_let_in_than_a_board_remembers():
    members = [AccessGranted(f"m{n}", f"who{n}") for n in range(MAX_MEMBERS)]
    board = given(KIND, *ASKED, *members)
    board.when(AnswerRequest("q", approve=True), ADMIN).then(Conflict)
    board.when(AnswerRequest("q", approve=False), ADMIN).then(AccessDenied("q"))


def test_who_is_refused_may_ask_again():
    board = given(KIND, *ASKED)
    board.when(AnswerRequest("q", approve=False), ADMIN).then(AccessDenied("q"))
    board.when(AnswerRequest("x", approve=True), ADMIN).then(NotFound, field="request")
    asked = board.when(AnswerRequest("q", approve=True), BOB)
    asked.then(PrivateBoard, access="asked")
    denied = given(KIND, *ASKED, AccessDenied("q"))
    denied.when(AddNote("x"), BOB).then(PrivateBoard, access="refused")
    denied.when(AddNote("x"), CYD).then(PrivateBoard)
    again = denied.when(RequestAccess(), BOB).events
    waits = given(KIND, *ASKED, AccessDenied("q"), *again)
    waits.when(AddNote("x"), BOB).then(PrivateBoard, access="asked")


def test_a_member_is_shown_out():
    inside = [*ASKED, AccessGranted("q", BOB.id)]
    board = given(KIND, *inside)
    board.when(RemoveMember("q"), BOB).then(Forbidden)
    board.when(RemoveMember("x"), ADMIN).then(NotFound, field="member")
    board.when(RemoveMember("q"), ADMIN).then(MemberRemoved("q", BOB.id))
    with pytest.raises(PrivateBoard):
        given(KIND, *inside, MemberRemoved("q", BOB.id)).seen_by(BOB)


def test_who_was_invited_is_a_member_and_waits_no_more():
    came = InviteAccepted("new", BOB.id)
    given(KIND, PRIVATE).when(AcceptInvite(), BOB).then(came)
    given(KIND, OPENED).when(AcceptInvite(), BOB).then(came)  # should it be closed
    given(KIND, *ASKED).when(AcceptInvite(), BOB).then(replace(came, request="q"))
    inside = given(KIND, *ASKED, replace(came, request="q"))
    assert ("board", "board") in inside.seen_by(BOB)
    assert ("request", "q") not in inside.seen_by(ADMIN)
    assert ("member", "new") in inside.seen_by(ADMIN)
    inside.when(AcceptInvite(), BOB).then()
    with pytest.raises(PrivateBoard):
        inside.seen_by(CYD)


def test_who_was_refused_and_invited_since_is_not_refused_any_more():
    came = [InviteAccepted("new", BOB.id), MemberRemoved("new", BOB.id)]
    out = given(KIND, *ASKED, AccessDenied("q"), *came)
    with pytest.raises(PrivateBoard) as told:
        out.seen_by(BOB)
    assert told.value.details == {}


def test_nobody_who_sees_the_board_by_right_becomes_a_member():
    board = given(KIND, PRIVATE)
    board.when(AcceptInvite(), Principal("maker")).then()
    board.when(AcceptInvite(), replace(ADMIN, id="x")).then()
    board.when(AcceptInvite(), GUEST).then(PrivateBoard)
    given(KIND, OPENED).when(AcceptInvite(), GUEST).then(Unauthenticated)


def test_no_more_come_by_invites_than_a_board_remembers():
    members = [InviteAccepted(f"m{n}", f"who{n}") for n in range(MAX_MEMBERS)]
    given(KIND, PRIVATE, *members).when(AcceptInvite(), BOB).then(Conflict)


def test_who_is_erased_is_no_member_and_not_muted():
    history = [*MUTED, (EraseAuthor(), ANN)]
    assert given(KIND, *history).when(AddNote("x"), ANN).events
    inside = [*ASKED, AccessGranted("q", BOB.id), (EraseAuthor(), BOB)]
    with pytest.raises(PrivateBoard):
        given(KIND, *inside).seen_by(BOB)
