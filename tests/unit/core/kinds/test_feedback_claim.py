"""Whom a feedback board belongs to, and how long one lives that belongs to nobody."""

from datetime import timedelta

import pytest

from orbit.core.errors import Conflict, Forbidden, Gone, Unauthenticated, Unclaimed
from orbit.core.kind import Tick
from orbit.core.kinds.feedback import KIND
from orbit.core.kinds.feedback.asked import (
    ClaimBoard,
    DeleteBoard,
    EraseAuthor,
    StartTimer,
)
from orbit.core.kinds.feedback.events import (
    BoardClaimed,
    BoardDeleted,
    BoardOpened,
    LinkRevoked,
    TimerEnded,
)
from orbit.core.types import SYSTEM, Principal
from tests.kit.given import NOON, given

USER = frozenset({"user"})
ANN = Principal("ann", claims=USER)
MAKER = Principal("maker", claims=USER)
ADMIN = Principal("adm", claims=USER | {"link:first"})
GHOST_ADMIN = Principal("ghost", claims=frozenset({"link:first"}))
OPENED = BoardOpened("T", True, "first", MAKER.id, NOON)
EXPIRES = NOON + timedelta(days=30)


@pytest.mark.parametrize("who", [MAKER, ADMIN])
def test_an_account_claims_the_board_by_its_link_or_as_its_maker(who):
    given(KIND, OPENED).when(ClaimBoard(), who).then(BoardClaimed(who.id))


def test_a_ghost_signs_in_first_and_others_have_no_claim():
    board = given(KIND, OPENED)
    board.when(ClaimBoard(), GHOST_ADMIN).then(Unauthenticated)
    board.when(ClaimBoard(), ANN).then(Forbidden)


def test_a_board_belongs_to_one_account():
    board = given(KIND, OPENED, BoardClaimed(MAKER.id))
    board.when(ClaimBoard(), MAKER).then()
    board.when(ClaimBoard(), ADMIN).then(Conflict)


def test_its_owner_is_an_admin_without_a_link():
    board = given(KIND, OPENED, BoardClaimed(MAKER.id), LinkRevoked("second"))
    assert "admin" in board.roles(MAKER)
    assert board.when(StartTimer(1), MAKER).events
    assert "admin" not in board.roles(ADMIN)


def test_a_board_that_nobody_claims_ends_after_30_days():
    board = given(KIND, OPENED)
    assert KIND.deadline(board.state) == EXPIRES
    seen = board.seen_by(ANN)["board", "board"]
    assert seen["expires_at"] == "2030-01-31T12:00:00Z"
    board.when(Tick(), SYSTEM, at=EXPIRES - timedelta(seconds=1)).then()
    board.when(Tick(), SYSTEM, at=EXPIRES).then(BoardDeleted(unclaimed=True))


def test_a_board_that_has_ended_says_why():
    ended = given(KIND, OPENED, BoardDeleted(unclaimed=True))
    ended.when(DeleteBoard(), ADMIN).then(Unclaimed)
    given(KIND, OPENED, BoardDeleted()).when(DeleteBoard(), ADMIN).then(Gone)


def test_only_its_owner_is_told_whose_a_board_is():
    board = given(KIND, OPENED, (ClaimBoard(), ADMIN))
    assert ("owned", "board") in board.seen_by(ADMIN)
    assert ("owned", "board") not in board.seen_by(MAKER)


def test_a_claimed_board_is_kept():
    board = given(KIND, OPENED, BoardClaimed(MAKER.id))
    assert KIND.deadline(board.state) is None
    assert board.seen_by(ANN)["board", "board"]["expires_at"] is None
    board.when(Tick(), SYSTEM, at=EXPIRES).then()
    gone = given(KIND, OPENED, (DeleteBoard(), ADMIN))
    assert KIND.deadline(gone.state) is None


def test_a_timer_ends_before_the_board_does():
    board = given(KIND, OPENED, (StartTimer(60), ADMIN))
    at = NOON + timedelta(seconds=60)
    assert KIND.deadline(board.state) == at
    board.when(Tick(), SYSTEM, at=at).then(TimerEnded())


def test_the_board_of_an_owner_who_is_erased_belongs_to_nobody():
    board = given(KIND, OPENED, BoardClaimed(MAKER.id), (EraseAuthor(), MAKER))
    assert KIND.deadline(board.state) == EXPIRES
    board.when(ClaimBoard(), ADMIN).then(BoardClaimed(ADMIN.id))
