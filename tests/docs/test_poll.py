"""The rules of the poll that the docs grow."""

from datetime import timedelta

import pytest

from orbit.core.errors import Conflict, Forbidden, Gone, NotFound
from orbit.core.kind import Join, Tick
from orbit.core.types import SYSTEM, Principal, Put
from tests.kit.given import NOON, given
from tests.kit.kinds.poll import (
    KIND,
    MAX_VOTERS,
    WINDOW,
    AddComment,
    Ballot,
    CastVote,
    ClosePoll,
    CommentAdded,
    CommentRemoved,
    OpenPoll,
    Poll,
    PollClosed,
    PollOpened,
    RemoveComment,
    VoteCast,
)

HOST, ANN, BOB = Principal("host"), Principal("ann"), Principal("bob")
GUEST = Principal("")
LATER = NOON + timedelta(hours=1)
OPENED = PollOpened(("tea", "mate"), "host", LATER)


def test_a_vote_may_be_changed_while_the_poll_is_open():
    poll = given(KIND, OPENED, (CastVote(0), ANN))
    poll.when(CastVote(1), ANN).then(VoteCast("ann", "n2", 1))
    poll.when(CastVote(0), ANN).then()
    poll.when(CastVote(7), ANN).then(Conflict)
    poll.when(CastVote(1), ANN, at=LATER).then(Gone)


def test_nobody_sees_the_tally_of_an_open_poll():
    poll = given(KIND, OPENED, (CastVote(0), ANN), (CastVote(1), BOB))
    for who in (ANN, HOST, GUEST):
        assert ("tally", "tally") not in poll.seen_by(who)
    assert poll.seen_by(HOST)["turnout", "turnout"] == {"voted": 2}
    assert ("turnout", "turnout") not in poll.seen_by(ANN)

    closed = given(KIND, OPENED, (CastVote(0), ANN), (ClosePoll(), HOST))
    assert closed.seen_by(GUEST)["tally", "tally"] == {"counts": [1, 0]}


def test_a_ballot_is_its_voters_alone():
    poll = given(KIND, OPENED, (CastVote(1), ANN))
    assert poll.seen_by(ANN)["ballot", "n2"] == {"option": 1}
    assert not any(type == "ballot" for type, _ in poll.seen_by(HOST))


def test_a_poll_closes_at_its_end_and_not_before():
    poll = given(KIND, OPENED)
    poll.when(Tick(), SYSTEM, at=LATER).then(PollClosed())
    poll.when(Tick(), SYSTEM, at=NOON).then()
    given(KIND, OPENED, PollClosed()).when(Tick(), SYSTEM, at=LATER).then()


def test_only_the_host_closes_a_poll_early():
    poll = given(KIND, OPENED)
    poll.when(ClosePoll(), ANN).then(Forbidden)
    poll.when(ClosePoll(), HOST).then(PollClosed())
    given(KIND, OPENED, PollClosed()).when(ClosePoll(), HOST).then()


def test_a_poll_needs_options_that_differ_and_an_end_to_come():
    given(KIND).when(OpenPoll(("tea", "mate"), LATER), HOST).then(OPENED)
    given(KIND).when(OpenPoll(("tea", "tea"), LATER), HOST).then(Conflict)
    given(KIND).when(OpenPoll(("tea", "mate"), NOON), HOST).then(Conflict)


@pytest.mark.parametrize("command", [Join(), CastVote(0), AddComment("x")])
def test_a_poll_that_was_never_opened_is_not_there(command):
    given(KIND).when(command, ANN).then(NotFound)


def test_a_guest_looks_and_does_nothing():
    poll = given(KIND, OPENED)
    for command in (CastVote(0), AddComment("x"), ClosePoll()):
        poll.when(command, GUEST).then(Forbidden)


def test_a_poll_holds_so_many_voters():
    state = Poll(("a", "b"), closes_at=LATER)
    ballots = {f"{n}": Ballot(f"{n}", 0) for n in range(MAX_VOTERS)}
    poll = given(KIND)
    poll.state = Poll(state.options, "", LATER, ballots=ballots)
    poll.when(CastVote(0), ANN).then(Conflict)
    poll.when(CastVote(1), Principal("7")).then(VoteCast("7", "7", 1))


# The life of a comment, which outlives the window --------------------------------

SAID = [CommentAdded(f"c{n}", "ann", "text") for n in range(WINDOW + 1)]
SIGNED = {("signature", "c0"): Put("signature", "c0", {}, {"ann"})}


def test_a_comment_that_has_left_the_window_is_removed_by_its_author_alone():
    poll = given(KIND, OPENED, *SAID, items=SIGNED)
    assert ("comment", "c0") not in poll.seen_by(ANN)
    poll.when(RemoveComment("c0"), ANN).then(CommentRemoved("c0", "ann"))
    poll.when(RemoveComment("c0"), BOB).then(Forbidden)
    poll.when(RemoveComment("c0"), GUEST).then(Forbidden)


def test_a_comment_is_made_and_removed():
    poll = given(KIND, OPENED, items=SIGNED)
    poll.when(AddComment("hello"), ANN, "c0").then(CommentAdded("c0", "ann", "hello"))
    seen = given(KIND, OPENED, CommentAdded("c0", "ann", "hello")).seen_by(GUEST)
    assert seen["comment", "c0"] == {"text": "hello"}
    history = [CommentAdded("c0", "ann", "hello"), CommentRemoved("c0", "ann")]
    assert ("comment", "c0") not in given(KIND, OPENED, *history).seen_by(GUEST)


def test_a_comment_that_is_gone_has_no_author_any_more():
    given(KIND, OPENED).when(RemoveComment("c0"), ANN).then(Forbidden)
