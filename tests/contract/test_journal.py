"""Every journal keeps the promises of `core.ports.Journal`."""

import asyncio
import json
from datetime import timedelta

import pytest
from msgspec.structs import replace

from orbit.core.errors import Fenced, Gone, Moved, NotFound, Unavailable
from orbit.core.ports import Append, Loaded, NewBoard, Outcome, Snapshot, Told
from orbit.core.types import EVERYONE, BoardId, Put
from tests.kit.stores import (
    AT,
    Place,
    Store,
    drop,
    entries,
    entry,
    new_board,
    put,
    read,
    turn,
)

NOBODY = BoardId("11111111-2222-3333-4444-555555555555")
DONE, FENCED, REFUSED = Outcome.DONE, Outcome.FENCED, Outcome.REFUSED


async def test_a_new_board_has_an_empty_history(store: Store) -> None:
    board = await new_board(store)
    claim = await store.journal.claim(board)
    assert (claim.kind, claim.seq, claim.floor) == ("feedback", 0, 0)
    assert (await store.journal.load(claim, 1)).tail == []
    assert await store.journal.since(board, 0, 10) == []


async def test_creating_a_board_again_changes_nothing(store: Store) -> None:
    board = await new_board(store)
    await store.journal.create(NewBoard(board, "poll", b"other"))
    assert await store.journal.salt(board) == b"salt"
    assert (await store.journal.claim(board)).kind == "feedback"


@pytest.mark.parametrize(
    "id", [NOBODY, "", "x", "1' OR '1'='1", NOBODY.replace("-", ""), "A" * 36, "\0"]
)
async def test_a_board_that_is_not_there_is_not_found(store: Store, id: str) -> None:
    board = BoardId(id)
    with pytest.raises(NotFound):
        await store.journal.claim(board)
    with pytest.raises(NotFound):
        await store.journal.salt(board)
    with pytest.raises(NotFound):
        await store.journal.since(board, 0, 10)


@pytest.mark.parametrize("id", ["x", NOBODY.upper().replace("1", "A"), "{" + NOBODY])
async def test_a_malformed_id_is_not_found_by_any_read(store: Store, id: str) -> None:
    board = BoardId(id)
    with pytest.raises(NotFound):
        await store.journal.told(board, [("ann", b"op")])
    with pytest.raises(NotFound):
        await store.journal.needed(board, {("note", "n1")})
    with pytest.raises(NotFound):
        await store.journal.items(board, "note", set())
    with pytest.raises(NotFound):
        await store.journal.create(NewBoard(board, "feedback", b"salt"))


async def test_what_was_appended_comes_back_as_it_was(store: Store) -> None:
    board = await new_board(store)
    claim = await store.journal.claim(board)
    told = entry(1, put("n1", text="ä \U0001f600 \\u0000"), drop("n0"), text='"q"')
    hidden = entry(2, put("n2", frozenset({"admin", 'a "b" \\c,{}'})), who="bob", ix=3)
    assert await store.journal.append([turn(claim, told, hidden)]) == [DONE]

    got = await store.journal.since(board, 0, 10)
    for was, now in zip([told, hidden], got, strict=True):
        assert json.loads(now.data) == json.loads(was.data)
        assert list(now.changes) == list(was.changes)  # as it was told, byte for byte
        for name in ("seq", "type", "version", "who", "op", "ix", "digest", "at"):
            assert getattr(now, name) == getattr(was, name)


async def test_seqs_go_on_where_they_were(store: Store) -> None:
    board = await new_board(store)
    claim = await store.journal.claim(board)
    assert await store.journal.append([turn(claim, *entries([1, 2]))]) == [DONE]
    assert await store.journal.append([turn(claim, *entries([3]))]) == [DONE]
    assert [e.seq for e in await store.journal.since(board, 0, 10)] == [1, 2, 3]
    assert (await store.journal.claim(board)).seq == 3


async def test_since_gives_what_comes_after_in_pages(store: Store) -> None:
    board = await new_board(store)
    claim = await store.journal.claim(board)
    await store.journal.append([turn(claim, *entries(range(1, 6)))])
    assert [e.seq for e in await store.journal.since(board, 0, 2)] == [1, 2]
    assert [e.seq for e in await store.journal.since(board, 2, 2)] == [3, 4]
    assert [e.seq for e in await store.journal.since(board, 4, 2)] == [5]
    assert await store.journal.since(board, 5, 2) == []
    assert await store.journal.since(board, 99, 2) == []


async def test_below_the_floor_only_a_view_helps(anywhere: Place, store: Store) -> None:
    board = await new_board(store)
    claim = await store.journal.claim(board)
    await store.journal.append([turn(claim, *entries(range(1, 6)))])
    await anywhere.forget(board, 3)
    with pytest.raises(Gone) as refused:
        await store.journal.since(board, 2, 10)
    assert refused.value.details == {"floor": 3}
    assert [e.seq for e in await store.journal.since(board, 3, 10)] == [4, 5]
    assert (await store.journal.claim(board)).floor == 3


async def test_the_newest_claim_is_the_only_one_that_writes(store: Store) -> None:
    board = await new_board(store)
    old = await store.journal.claim(board)
    new = await store.journal.claim(board)
    assert new.epoch > old.epoch
    assert new.token != old.token
    assert await store.journal.append([turn(old, *entries([1]))]) == [FENCED]
    assert await store.journal.append([turn(new, *entries([1]))]) == [DONE]


async def test_a_turn_decided_on_another_head_is_fenced(store: Store) -> None:
    board = await new_board(store)
    claim = await store.journal.claim(board)
    await store.journal.append([turn(claim, *entries([1]))])
    assert await store.journal.append([turn(claim, *entries([1]))]) == [FENCED]
    assert await store.journal.append([turn(claim, *entries([3]))]) == [FENCED]
    assert [e.seq for e in await store.journal.since(board, 0, 10)] == [1]


async def test_boards_of_one_append_do_not_share_their_fate(store: Store) -> None:
    claims = [await store.journal.claim(await new_board(store)) for _ in range(4)]
    await store.journal.claim(claims[1].board)
    turns = [turn(claim, *entries([1])) for claim in claims]
    turns[2] = turn(claims[2], entry(1, who="nul\0"))
    assert await store.journal.append(turns) == [DONE, FENCED, REFUSED, DONE]
    heads = [(await store.journal.claim(claim.board)).seq for claim in claims]
    assert heads == [1, 0, 0, 1]


async def test_nothing_to_append_is_nothing_done(store: Store) -> None:
    assert await store.journal.append([]) == []


async def test_an_op_is_told_once(store: Store) -> None:
    board = await new_board(store)
    claim = await store.journal.claim(board)
    first = turn(claim, entry(1, op=b"same"))
    again = turn(claim, entry(2), entry(3, put("x"), op=b"same"))
    assert await store.journal.append([first]) == [DONE]
    assert await store.journal.append([again]) == [REFUSED]
    # the whole turn is rolled back, and no seq is burned
    assert await store.journal.items(board, "note", set()) == []
    assert await store.journal.append([turn(claim, entry(2))]) == [DONE]
    assert [e.seq for e in await store.journal.since(board, 0, 10)] == [1, 2]


async def test_an_op_is_of_its_author_and_board(store: Store) -> None:
    board, other = await new_board(store), await new_board(store)
    turns = [
        turn(
            await store.journal.claim(board),
            entry(1, who="ann", op=b"same"),
            entry(2, who="bob", op=b"same"),
            entry(3, who="bob", op=b"same", ix=1),
        ),
        turn(await store.journal.claim(other), entry(1, who="ann", op=b"same")),
    ]
    assert await store.journal.append(turns) == [DONE, DONE]


@pytest.mark.parametrize(
    "bad",
    [
        entry(1, who="a\0"),
        entry(1, text="a\0"),
        entry(1, put("n\0")),
        entry(1, put("n1", text="\0")),
        entry(1, put("n1", frozenset({"a\0"}))),
    ],
    ids=["who", "data", "id", "item", "audience"],
)
async def test_what_cannot_be_stored_is_refused(store: Store, bad: object) -> None:
    claim = await store.journal.claim(await new_board(store))
    assert await store.journal.append([Append(claim, 0, [bad], None)]) == [REFUSED]  # type: ignore[list-item]
    assert (await store.journal.claim(claim.board)).seq == 0


async def test_told_gives_the_last_seq_of_an_op_and_what_it_asked(
    store: Store,
) -> None:
    board = await new_board(store)
    claim = await store.journal.claim(board)
    await store.journal.append(
        [turn(claim, entry(1, op=b"a"), entry(2, op=b"a", ix=1), entry(3, op=b"b"))]
    )
    asked = [("ann", b"a"), ("ann", b"c"), ("bob", b"b")]
    assert await store.journal.told(board, asked) == {("ann", b"a"): Told(2, b"d" * 16)}
    assert await store.journal.told(board, []) == {}
    assert await store.journal.told(NOBODY, asked) == {}


async def test_a_cancelled_append_is_finished(store: Store) -> None:
    board = await new_board(store)
    claim = await store.journal.claim(board)
    written = entries([1])
    job = asyncio.ensure_future(store.journal.append([turn(claim, *written)]))
    await asyncio.sleep(0)
    job.cancel()
    await asyncio.wait([job])
    op = (written[0].who, written[0].op)
    async with asyncio.timeout(10):
        while not await store.journal.told(board, [op]):  # noqa: ASYNC110 - until it is
            await asyncio.sleep(0)
    assert (await store.journal.claim(board)).seq == 1


async def test_load_gives_snapshot_and_tail_without_a_gap(store: Store) -> None:
    board = await new_board(store)
    claim = await store.journal.claim(board)
    await store.journal.append([turn(claim, *entries([1, 2, 3]))])
    assert await store.journal.save(claim, Snapshot(2, 7, b"state"))
    claim = await store.journal.claim(board)

    loaded = await store.journal.load(claim, 7)
    assert loaded.snapshot == Snapshot(2, 7, b"state")
    assert [e.seq for e in loaded.tail] == [3]

    other_version = await store.journal.load(claim, 8)
    assert other_version.snapshot is None
    assert [e.seq for e in other_version.tail] == [1, 2, 3]


async def test_load_ends_at_the_head_of_the_claim(store: Store) -> None:
    board = await new_board(store)
    claim = await store.journal.claim(board)
    await store.journal.append([turn(claim, *entries([1, 2]))])
    assert (await store.journal.load(claim, 1)).tail == []


async def test_an_old_claim_loads_nothing(store: Store) -> None:
    board = await new_board(store)
    old = await store.journal.claim(board)
    await store.journal.claim(board)
    with pytest.raises(Fenced):
        await store.journal.load(old, 1)


async def test_an_old_claim_saves_nothing(store: Store) -> None:
    board = await new_board(store)
    old = await store.journal.claim(board)
    await store.journal.append([turn(old, *entries([1]))])
    new = await store.journal.claim(board)
    assert not await store.journal.save(old, Snapshot(1, 1, b"old"))
    assert (await store.journal.load(new, 1)).snapshot is None


async def test_a_snapshot_is_never_ahead_nor_goes_back(store: Store) -> None:
    board = await new_board(store)
    claim = await store.journal.claim(board)
    await store.journal.append([turn(claim, *entries([1, 2]))])
    assert not await store.journal.save(claim, Snapshot(3, 1, b"ahead"))
    assert await store.journal.save(claim, Snapshot(2, 1, b"two"))
    assert not await store.journal.save(claim, Snapshot(1, 1, b"one"))
    claim = await store.journal.claim(board)
    assert (await store.journal.load(claim, 1)).snapshot == Snapshot(2, 1, b"two")


async def test_a_snapshot_is_read_whoever_owns_the_board(store: Store) -> None:
    board = await new_board(store)
    assert await store.journal.snapshot(board) is None
    claim = await store.journal.claim(board)
    await store.journal.append([turn(claim, *entries([1, 2]))])
    assert await store.journal.save(claim, Snapshot(2, 7, b"two"))
    await store.journal.claim(board)
    assert await store.journal.snapshot(board) == Snapshot(2, 7, b"two")


async def test_needed_gives_items_as_they_were_left(store: Store) -> None:
    board = await new_board(store)
    claim = await store.journal.claim(board)
    few = frozenset({"admin"})
    await store.journal.append(
        [turn(claim, entry(1, put("n1", v=1), put("n2", few, v=1), put("n3", v=1)))]
    )
    await store.journal.append(
        [turn(claim, entry(2, put("n1", v=2), put("n1", v=3), drop("n3")))]
    )
    keys = {("note", "n1"), ("note", "n2"), ("note", "n3"), ("task", "n1")}
    assert await store.journal.needed(board, keys) == {
        ("note", "n1"): Put("note", "n1", {"v": 3}, EVERYONE),
        ("note", "n2"): Put("note", "n2", {"v": 1}, few),
    }
    assert await store.journal.needed(board, set()) == {}
    assert await store.journal.needed(NOBODY, keys) == {}


async def test_an_item_that_is_dropped_and_put_again_is_there(store: Store) -> None:
    board = await new_board(store)
    claim = await store.journal.claim(board)
    lives = [entry(1, put("n1", v=1)), entry(2, drop("n1")), entry(3, put("n1", v=2))]
    await store.journal.append([turn(claim, *lives)])
    assert read(await store.journal.items(board, "note", set())) == [("n1", {"v": 2})]
    await store.journal.append(
        [turn(claim, entry(4, put("n1", v=3)), entry(5, drop("n1")))]
    )
    assert await store.journal.items(board, "note", set()) == []


async def test_items_are_for_those_who_may_see_them(store: Store) -> None:
    board = await new_board(store)
    claim = await store.journal.claim(board)
    shown = [
        put("all"),
        put("admins", frozenset({"admin"})),
        put("ann's", frozenset({"ann", "admin"})),
        put("nobody's", frozenset()),
    ]
    await store.journal.append([turn(claim, entry(1, *shown))])

    async def ids(*sight: str) -> list[str]:
        return [i.id for i in await store.journal.items(board, "note", set(sight))]

    assert await ids() == ["all"]
    assert await ids("bob") == ["all"]
    assert await ids("ann") == ["all", "ann's"]
    assert await ids("ann", "admin") == ["admins", "all", "ann's"]
    found = await store.journal.items(board, "note", {"admin"})
    assert [i.audience for i in found] == [
        frozenset({"admin"}),
        EVERYONE,
        frozenset({"ann", "admin"}),
    ]


async def test_items_come_in_pages_in_the_order_of_their_ids(store: Store) -> None:
    board = await new_board(store)
    claim = await store.journal.claim(board)
    ids = ["b", "B", "a", "é", "Z", "10", "9", "\U0001f600", "\uffff"]
    await store.journal.append([turn(claim, entry(1, *[put(id) for id in ids]))])
    seen: list[str] = []
    while page := await store.journal.items(
        board, "note", set(), after=seen[-1] if seen else "", limit=2
    ):
        seen += [item.id for item in page]
    assert seen == sorted(ids)


async def test_search_finds_items_that_hold_all_words(store: Store) -> None:
    board = await new_board(store)
    claim = await store.journal.claim(board)
    texts = {
        "a": {"text": "Free Coffee", "tags": ["Kitchen"]},
        "b": {"text": "coffee", "n": 7},
        "c": {"text": 'ÜBER 100% _sure_ back\\slash "quoted"'},
    }
    notes = [put(id, **data) for id, data in texts.items()]  # type: ignore[arg-type]
    await store.journal.append([turn(claim, entry(1, *notes))])

    async def find(words: str) -> list[str]:
        found = await store.journal.items(board, "note", set(), search=words)
        return [item.id for item in found]

    assert await find("COFFEE") == ["a", "b"]
    assert await find("coffee  kitchen") == ["a"]
    assert await find("über") == ["c"]
    assert await find("100%") == ["c"]
    assert await find("_sure_") == ["c"]
    assert await find("back\\slash") == ["c"]
    assert await find('"quoted"') == ["c"]
    assert await find("c_ffee") == []
    assert await find("%") == ["c"]
    assert await find("text") == []  # the name of a field is no word of the note
    assert await find(" ") == ["a", "b", "c"]


async def test_boards_are_due_when_their_deadline_has_passed(store: Store) -> None:
    claims = [await store.journal.claim(await new_board(store)) for _ in range(4)]
    minute = timedelta(minutes=1)
    deadlines = [AT - minute, AT - 2 * minute, AT + minute, None]
    turns = [
        turn(claim, *entries([1]), wake_at=at)
        for claim, at in zip(claims, deadlines, strict=True)
    ]
    await store.journal.append(turns)
    due = [claims[1].board, claims[0].board]
    assert await store.journal.due(AT, 10) == due
    assert await store.journal.due(AT, 1) == due[:1]
    await store.journal.append([turn(claims[1], *entries([2]))])
    assert await store.journal.due(AT, 10) == due[1:]


async def test_all_boards_come_in_pages_in_the_order_of_their_ids(
    store: Store,
) -> None:
    made = sorted([await new_board(store) for _ in range(5)])
    first = await store.journal.boards("", 3)
    assert [*first, *await store.journal.boards(first[-1], 3)] == made


async def test_a_board_whose_owner_is_alive_is_not_taken(anywhere: Place) -> None:
    ann, bob = anywhere.node(), anywhere.node()
    await ann.node.register("ann", "lock of ann")
    await bob.node.register("bob", "lock of bob")
    board = await new_board(ann)
    claim = await ann.journal.claim(board)
    with pytest.raises(Moved, match="alive"):
        await bob.journal.claim(board)
    assert await ann.journal.append([turn(claim, *entries([1]))]) == [DONE]

    await bob.node.bury(ann.node.inc)
    taken = await bob.journal.claim(board)
    assert taken.seq == 1
    assert await ann.journal.append([turn(claim, *entries([2]))]) == [FENCED]


async def test_who_peeks_sees_who_holds_a_board_and_reads_it(anywhere: Place) -> None:
    ann, bob = anywhere.node(), anywhere.node()
    await ann.node.register("ann", "lock of ann")
    board = await new_board(ann)
    before = await bob.journal.peek(board)
    assert (before.owner, before.heir, before.claim.seq) == (None, None, 0)
    assert await bob.journal.load(before.claim, 1) == Loaded(None, [])

    claim = await ann.journal.claim(board)
    written = entries([1])
    assert await ann.journal.append([turn(claim, *written)]) == [DONE]
    held = await bob.journal.peek(board)
    assert (held.owner, held.claim.seq, held.claim.epoch) == (
        ann.node.inc,
        1,
        claim.epoch,
    )
    assert [e.seq for e in (await bob.journal.load(held.claim, 1)).tail] == [1]
    with pytest.raises(Fenced):
        await bob.journal.load(before.claim, 1)

    await ann.journal.release(claim, bob.node.inc)
    held = await bob.journal.peek(board)
    assert (held.owner, held.heir) == (None, bob.node.inc)
    await bob.journal.claim(board)
    assert (await ann.journal.peek(board)).heir is None


async def test_a_dead_owner_holds_nothing(anywhere: Place) -> None:
    ann, bob = anywhere.node(), anywhere.node()
    await ann.node.register("ann", "lock of ann")
    board = await new_board(ann)
    await ann.journal.claim(board)
    await bob.node.bury(ann.node.inc)
    assert (await bob.journal.peek(board)).owner is None


async def test_a_board_that_is_not_there_cannot_be_peeked_at(store: Store) -> None:
    for board in (NOBODY, BoardId("no id")):
        with pytest.raises(NotFound):
            await store.journal.peek(board)


async def test_who_peeks_at_many_boards_sees_those_that_there_are(store: Store) -> None:
    boards = [await new_board(store) for _ in range(2)]
    seen = await store.journal.peek_all([*boards, NOBODY, BoardId("no id")])
    assert seen == {board: await store.journal.peek(board) for board in boards}


async def test_an_owner_may_claim_his_own_board_again(anywhere: Place) -> None:
    ann = anywhere.node()
    await ann.node.register("ann", "lock")
    board = await new_board(ann)
    before = await ann.journal.claim(board)
    assert await ann.journal.append([turn(before, *entries([1]))]) == [DONE]
    again = await ann.journal.claim(board)
    assert (again.seq, again.epoch) == (1, before.epoch + 1)
    assert await ann.journal.held([before, again]) == {board}
    assert await ann.journal.append([turn(before, *entries([2]))]) == [FENCED]
    assert await ann.journal.append([turn(again, *entries([2]))]) == [DONE]


async def test_a_released_board_is_free_and_its_old_claim_is_dead(
    anywhere: Place,
) -> None:
    ann, bob = anywhere.node(), anywhere.node()
    await ann.node.register("ann", "lock of ann")
    board = await new_board(ann)
    claim = await ann.journal.claim(board)
    assert await ann.journal.release(claim)
    assert not await ann.journal.release(claim)
    assert await ann.journal.append([turn(claim, *entries([1]))]) == [FENCED]
    await bob.journal.claim(board)


async def test_a_board_handed_over_is_for_its_heir_first(anywhere: Place) -> None:
    ann, bob, eve = anywhere.node(), anywhere.node(), anywhere.node()
    board = await new_board(ann)
    claim = await ann.journal.claim(board)
    assert await ann.journal.release(claim, bob.node.inc)
    with pytest.raises(Moved, match="handed over"):
        await eve.journal.claim(board)
    await bob.journal.claim(board)


async def test_an_heir_who_does_not_come_loses_his_right(anywhere: Place) -> None:
    ann, bob, eve = anywhere.node(), anywhere.node(), anywhere.node()
    claim = await ann.journal.claim(await new_board(ann))
    assert await ann.journal.release(claim, bob.node.inc)
    with pytest.raises(Moved):
        await ann.journal.claim(claim.board)  # nor may he who gave it away
    async with asyncio.timeout(20):
        while True:
            try:
                assert (await eve.journal.claim(claim.board)).epoch > claim.epoch
            except Moved:
                await asyncio.sleep(0.1)
            else:
                break
    assert (await ann.journal.peek(claim.board)).heir is None


async def test_who_has_lost_a_board_cannot_give_it_away(anywhere: Place) -> None:
    ann, bob = anywhere.node(), anywhere.node()
    await bob.node.register("bob", "lock of bob")
    old = await ann.journal.claim(await new_board(ann))
    new = await bob.journal.claim(old.board)
    assert not await ann.journal.release(old, ann.node.inc)
    held = await ann.journal.peek(old.board)
    assert (held.owner, held.heir) == (bob.node.inc, None)
    assert await bob.journal.append([turn(new, *entries([1]))]) == [DONE]
    gone = replace(new, board=NOBODY)
    assert not await bob.journal.release(gone)


async def test_a_board_that_somebody_is_writing_is_not_let_go(anywhere: Place) -> None:
    ann = anywhere.node()
    claim = await ann.journal.claim(await new_board(ann))
    async with anywhere.held(claim.board):
        with pytest.raises(Unavailable):
            await ann.journal.release(claim)
    assert await ann.journal.append([turn(claim, *entries([1]))]) == [DONE]


async def test_held_names_the_claims_that_are_still_the_newest(store: Store) -> None:
    claims = [await store.journal.claim(await new_board(store)) for _ in range(3)]
    await store.journal.claim(claims[1].board)
    assert await store.journal.held(claims) == {claims[0].board, claims[2].board}
    assert await store.journal.held([]) == set()


async def test_a_claim_names_the_history_it_belongs_to(store: Store) -> None:
    board = await new_board(store)
    log = await store.node.log_id()
    assert (await store.journal.claim(board)).log_id == log
    rotated = await store.node.rotate_log()
    assert rotated != log
    assert (await store.journal.claim(board)).log_id == rotated


async def test_a_claim_is_void_in_another_history(store: Store) -> None:
    void = await store.journal.claim(await new_board(store))
    other = await store.journal.claim(await new_board(store))
    assert await store.journal.append([turn(void, *entries([1]))]) == [DONE]
    await store.node.rotate_log()
    claim = await store.journal.claim(other.board)
    turns = [turn(void, *entries([2])), turn(claim, *entries([1]))]
    assert await store.journal.append(turns) == [FENCED, DONE]
    assert await store.journal.held([void, claim]) == {claim.board}
    with pytest.raises(Fenced):
        await store.journal.load(void, 1)
    again = await store.journal.claim(void.board)
    assert again.seq == 1
    assert await store.journal.append([turn(again, *entries([2]))]) == [DONE]


async def test_what_continues_one_history_is_not_read_in_another(store: Store) -> None:
    claim = await store.journal.claim(await new_board(store))
    assert await store.journal.append([turn(claim, *entries([1, 2]))]) == [DONE]
    log = await store.node.rotate_log()
    with pytest.raises(Fenced):
        await store.journal.since(claim.board, 1, 10, log_id=claim.log_id)
    after = await store.journal.since(claim.board, 1, 10, log_id=log)
    assert [entry.seq for entry in after] == [2]
