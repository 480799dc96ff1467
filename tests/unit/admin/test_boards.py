"""What an operator sees of boards, and what does not escape him."""

import pytest

from orbit.admin import boards as admin
from orbit.core.codec import Shown
from orbit.core.errors import NotFound
from orbit.core.types import EVERYONE, BoardId
from tests.kit.stores import Place, Store, drop, entry, new_board, put, turn


@pytest.fixture
def here() -> Place:
    """A place in memory."""
    return Place()


async def written(store: Store) -> BoardId:
    """A board on which notes were made, changed and dropped."""
    board = await new_board(store)
    card = Shown("board", "board", b'{"title":"Retro"}', EVERYONE)
    claim = await store.journal.claim(board)
    told = [
        entry(1, card),
        entry(2, put("n1", text="one"), put("n2", text="two")),
        entry(3, put("n1", text="changed")),
        entry(4, drop("n2")),
        entry(5, put("n3", audience=frozenset({"user:ann"}), text="hers")),
        entry(6, put("n1", audience=frozenset({"user:ann"}), text="hidden")),
        entry(7, put("n4", text="last")),
    ]
    await store.journal.append([turn(claim, *told)])
    return board


async def test_boards_are_listed_with_their_cards(here: Place) -> None:
    store = here.node()
    boards = {await written(store), await new_board(store)}
    found = {id: card async for id, card in admin.cards(store.journal)}
    assert found.keys() == boards
    assert sorted(card.get("title", "") for card in found.values()) == ["", "Retro"]


async def test_a_history_comes_whole_and_in_order(
    here: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admin, "PAGE", 3)
    store = here.node()
    board = await written(store)
    seqs = [entry.seq async for entry in admin.history(store.journal, board)]
    assert seqs == [1, 2, 3, 4, 5, 6, 7]


async def test_one_board_or_all_are_chosen(here: Place) -> None:
    store = here.node()
    one, two = await new_board(store), await new_board(store)
    assert {id async for id in admin.chosen(store.journal, None)} == {one, two}
    assert [id async for id in admin.chosen(store.journal, one.upper())] == [one]
    with pytest.raises(NotFound):
        admin.board_id("nonsense")
