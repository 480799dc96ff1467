"""What a node believes of the others, and when it moves nothing."""

from orbit.core.cluster.carrier import Member, View
from orbit.core.cluster.members import Placement
from orbit.core.types import BoardId

ANN = Member("a", "ann", 1, is_fit=True)
BOB = Member("b", "bob", 1, is_fit=True)
TIRED = Member("b", "bob", 1, is_fit=False)
BOARD = BoardId("00000000-0000-4000-8000-000000000000")


def view(*members: Member, number: int = 1, run_id: str = "r") -> View:
    return View(number, run_id, members)


def seen(until: int, since: int = 0, *, last: View | None = None) -> Placement:
    """A placement that saw the same view every 2 s."""
    placement = Placement()
    for at in range(since, until + 1, 2):
        placement.see(last or view(ANN, BOB), at)
    return placement


def test_a_view_moves_nothing_before_it_has_stood_for_six_seconds() -> None:
    placement = seen(4)
    assert not placement.is_stable(5.9)
    assert placement.is_stable(6)
    assert not placement.may_rebalance(6)


def test_boards_are_handed_over_after_thirty_quiet_seconds() -> None:
    placement = seen(30)
    assert not placement.may_rebalance(29.9)
    assert placement.may_rebalance(30)


def test_a_change_of_members_begins_anew() -> None:
    placement = seen(40)
    placement.see(view(ANN, number=2), 42)
    assert not placement.is_stable(42)
    placement.see(view(ANN, number=2), 46)
    assert placement.is_stable(48)
    assert not placement.may_rebalance(48)


def test_another_redis_is_not_believed_at_first() -> None:
    placement = seen(40)
    placement.see(view(ANN, BOB, run_id="another"), 42)
    assert not placement.is_stable(47)


def test_members_that_changed_under_an_old_number_are_noticed() -> None:
    placement = seen(40)
    placement.see(view(ANN, TIRED), 42)
    assert not placement.is_stable(47)


def test_the_order_of_the_members_is_no_change() -> None:
    placement = seen(40)
    placement.see(view(BOB, ANN), 42)
    assert placement.may_rebalance(42)


def test_without_views_nothing_moves_and_nobody_is_chosen() -> None:
    placement = seen(40)
    assert placement.may_rebalance(45.9)
    assert not placement.may_rebalance(46)
    assert not placement.is_stable(46)
    assert placement.candidates(46) == []
    assert placement.choose(BOARD, 46) is None
    assert placement.knows("b")


def test_after_a_silence_the_same_view_is_new() -> None:
    placement = seen(40)
    placement.see(view(ANN, BOB), 50)
    assert placement.candidates(50) == [ANN, BOB]
    assert not placement.is_stable(55)


def test_before_the_first_view_there_is_nobody() -> None:
    placement = Placement()
    assert not placement.is_stable(100)
    assert placement.candidates(100) == []
    assert not placement.knows("a")


def test_only_who_is_fit_is_a_candidate() -> None:
    placement = seen(0, last=view(ANN, TIRED))
    assert placement.candidates(1) == [ANN]
    assert placement.members(1) == [ANN, TIRED]
    assert placement.choose(BOARD, 1) == "a"
    assert placement.choose(BOARD, 1, proto=2) is None
