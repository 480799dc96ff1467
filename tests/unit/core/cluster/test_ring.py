"""Where boards should live: alike for all, evenly, and moved as little as can be."""

import random
from collections import Counter
from uuid import UUID

from orbit.core.cluster.carrier import Member
from orbit.core.cluster.ring import choose
from orbit.core.types import BoardId


def member(name: str, proto: int = 1, *, is_fit: bool = True) -> Member:
    return Member(f"inc of {name}", name, proto, is_fit)


def boards(count: int) -> list[BoardId]:
    dice = random.Random(1)
    return [BoardId(str(UUID(int=dice.getrandbits(128)))) for _ in range(count)]


NODES = [member(f"node{at}") for at in range(1, 6)]
BOARDS = boards(10_000)


def test_the_order_of_the_members_does_not_matter() -> None:
    for board in BOARDS[:100]:
        assert choose(board, NODES) == choose(board, reversed(NODES))


def test_boards_are_spread_within_a_tenth() -> None:
    homes = Counter(choose(board, NODES) for board in BOARDS)
    assert len(homes) == 5
    assert all(1_800 <= count <= 2_200 for count in homes.values()), homes


def test_a_node_that_goes_moves_its_own_boards_alone() -> None:
    left = NODES[:-1]
    for board in BOARDS:
        before, after = choose(board, NODES), choose(board, left)
        assert after == before or before == NODES[-1].inc


def test_a_node_that_was_restarted_gets_its_boards_back() -> None:
    board = next(board for board in BOARDS if choose(board, NODES) == NODES[0].inc)
    again = Member("another inc", NODES[0].name, 1, is_fit=True)
    assert choose(board, [again, *NODES[1:]]) == "another inc"


def test_of_two_with_one_name_all_choose_the_same() -> None:
    one, other = Member("a", "n", 1, is_fit=True), Member("b", "n", 1, is_fit=True)
    board = BOARDS[0]
    assert choose(board, [one, other]) == choose(board, [other, one])


def test_who_is_unfit_or_too_old_is_given_nothing() -> None:
    unfit, old, good = member("a", is_fit=False), member("b", proto=1), member("c", 2)
    for board in BOARDS[:50]:
        assert choose(board, [unfit, old, good], proto=2) == good.inc
    assert choose(BOARDS[0], [unfit, old], proto=2) is None
    assert choose(BOARDS[0], []) is None
