"""What is to be found across boards, in memory and in Postgres."""

import json

from orbit.core.codec import Shown
from orbit.core.types import EVERYONE, Audience, BoardId
from tests.kit.stores import Store, entry, new_board, put, turn


def card(*, is_public: bool = True, upvotes: int = 0, title: str = "Retro") -> Shown:
    data = {"title": title, "is_public": is_public, "upvotes": upvotes}
    return Shown("board", "board", json.dumps(data).encode(), EVERYONE)


def own(type: str, id: str, audience: Audience) -> Shown:
    return Shown(type, id, b"{}", audience)


async def board(store: Store, *items: Shown) -> BoardId:
    """Make a board that has these items."""
    made = await new_board(store)
    claim = await store.journal.claim(made)
    await store.journal.append([turn(claim, entry(1, *items))])
    return made


async def test_public_boards_are_listed_the_newest_first(store: Store) -> None:
    old = await board(store, card(title="Old"))
    await board(store, card(is_public=False))
    await board(store, put("n1"))  # no card at all
    new = await board(store, card(title="New"))
    listed = await store.catalogue.newest()
    assert [one.board for one in listed] == [new, old]
    assert [one.kind for one in listed] == ["feedback", "feedback"]
    assert json.loads(listed[0].data)["title"] == "New"


async def test_pages_are_stable_while_boards_are_made(store: Store) -> None:
    made = [await board(store, card()) for _ in range(4)]
    (first, second) = await store.catalogue.newest(limit=2)
    await board(store, card())
    before = second.made_at, second.board
    rest = await store.catalogue.newest(before=before)
    assert [one.board for one in (first, second, *rest)] == made[::-1]


async def test_popular_boards_are_those_with_the_most_upvotes(store: Store) -> None:
    one = await board(store, card(upvotes=3))
    two = await board(store, card(upvotes=10))
    three = await board(store, card(upvotes=3))
    listed = await store.catalogue.popular()
    assert [each.board for each in listed] == [two, three, one]
    (last,) = await store.catalogue.popular(skip=2, limit=1)
    assert last.board == one


async def test_a_search_is_for_all_words_of_a_title(store: Store) -> None:
    sought = await board(store, card(title="Retro of ÉQUIPE 7 (50 %)"))
    await board(store, card(title="Retro"))
    await board(store, card(title="équipe 7, retro", is_public=False))
    for search in ("équipe RETRO", "50 %", "(50"):
        (found,) = await store.catalogue.newest(search=search)
        assert found.board == sought
        assert await store.catalogue.popular(search=search) == [found]
    assert await store.catalogue.newest(search="retro nothing") == []


async def test_cards_of_known_boards_are_given_public_or_not(store: Store) -> None:
    shut = await board(store, card(is_public=False))
    bare = await board(store, put("n1"))
    asked = {shut, bare, BoardId("00000000-0000-4000-8000-000000000000")}
    assert (await store.catalogue.cards(asked)).keys() == {shut}


async def test_what_one_alone_sees_is_counted_board_by_board(store: Store) -> None:
    mine = [own("signature", f"n{n}", frozenset({"ann"})) for n in range(3)]
    votes = [own("upvote", "v1", frozenset({"ann"}))]
    both = own("signature", "n8", frozenset({"ann", "bob"}))
    hers = [own("signature", "n9", frozenset({"bob"})), put("n1"), both]
    one = await board(store, *mine, *votes, *hers)
    two = await board(store, own("signature", "n1", frozenset({"ann2"})))
    none = await board(store, card())
    counts = await store.catalogue.own(
        {one: "ann", two: "ann2", none: "ann3"}, {"signature", "upvote", "made"}
    )
    assert {id: dict(count) for id, count in counts.items()} == {
        one: {"signature": 3, "upvote": 1},
        two: {"signature": 1},
    }


async def test_what_is_for_an_author_comes_in_pages(store: Store) -> None:
    mine = [own("signature", f"n{n}", frozenset({"ann"})) for n in range(3)]
    among = own("member", "m1", frozenset({"admin", "ann"}))
    hers = own("upvote", "v1", frozenset({"bob"}))
    one = await board(store, *mine, among, hers, put("n1"), card())
    found, after = [], ("", "")
    while page := await store.catalogue.theirs(one, "ann", after, 3):
        found += [(each.type, each.id) for each in page]
        after = found[-1]
    signed = [("signature", f"n{n}") for n in range(3)]
    assert found == [("member", "m1"), *signed]
    (vote,) = await store.catalogue.theirs(one, "bob", ("", ""), 9)
    assert (vote.type, vote.audience) == ("upvote", frozenset({"bob"}))
    nowhere = BoardId("00000000-0000-4000-8000-000000000000")
    assert await store.catalogue.theirs(nowhere, "ann", ("", ""), 9) == []


async def test_boards_are_told_where_one_is_among_those_who_see(store: Store) -> None:
    among = own("member", "m1", frozenset({"admin", "ann"}))
    one = await board(store, among)
    two = await board(store, own("member", "m1", frozenset({"admin", "bob"})))
    three = await board(store, own("mute", "m1", frozenset({"admin", "ann"})))
    asked = dict.fromkeys((one, two, three), "ann")
    assert await store.catalogue.among(asked, "member") == {one}
