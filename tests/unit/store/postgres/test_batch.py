"""A change is written once a turn, the last way; arrays say what they mean."""

import pytest

from orbit.core.ports import Claim
from orbit.core.types import EVERYONE, BoardId
from orbit.store.postgres.batch import arguments, folded, literal
from tests.kit.stores import AT, drop, entry, put, turn

BOARD = BoardId("11111111-2222-3333-4444-555555555555")


def test_the_last_change_of_an_item_counts_and_keeps_its_seq() -> None:
    first, last = put("a", v=1), put("a", v=2)
    gone = drop("b")
    both = [entry(7, first, put("b")), entry(8, gone, last), entry(9)]
    assert folded(both) == {("note", "a"): (8, last), ("note", "b"): (8, gone)}


@pytest.mark.parametrize(
    ("audience", "text"),
    [
        (EVERYONE, None),
        (frozenset(), "{}"),
        ({"b", "a"}, '{"a","b"}'),
        ({'say "x"\\'}, r'{"say \"x\"\\"}'),
        ({"NULL"}, '{"NULL"}'),
        ({"*", "ann"}, '{"*","ann"}'),
    ],
)
def test_an_audience_is_written_as_an_array(
    audience: frozenset[str], text: str | None
) -> None:
    assert literal(audience) == text


def test_rows_and_items_name_their_turn() -> None:
    claim = Claim(BOARD, "k", 3, "token", 0, 0, "log")
    one = turn(claim, entry(1), entry(2, put("a")))
    two = turn(claim, entry(5, put("b")), wake_at=AT)
    proto, turns, rows, items = arguments(9, [one, two])
    assert proto == 9
    assert turns == [
        (BOARD, 3, "token", 0, 2, None),
        (BOARD, 3, "token", 4, 1, AT),
    ]
    assert [row[:2] for row in rows] == [(1, 1), (1, 2), (2, 5)]
    assert [item[:4] for item in items] == [(1, 2, "note", "a"), (2, 5, "note", "b")]
