"""What is past its time is removed with all that it held, and nothing beside it."""

from datetime import timedelta

from msgspec.structs import replace

from orbit.core.codec import rfc3339
from orbit.core.errors import NotFound
from orbit.core.ports import Ghost, Snapshot
from orbit.core.types import BoardId
from tests.kit.stores import AT, Place, Store, entry, new_board, place, put, turn

ENDS = {("feedback", "board_deleted")}
WEEK = timedelta(days=7)


async def ended(store: Store, *, days: float, kind: str = "board_deleted") -> BoardId:
    """A board that ended so many days before `AT`."""
    board = await new_board(store)
    claim = await store.journal.claim(board)
    at = rfc3339(AT - timedelta(days=days))
    end = replace(entry(2), type=kind, at=at)
    await store.journal.append([turn(claim, entry(1, put("n1")), end)])
    await store.journal.save(claim, Snapshot(2, 1, b"state"))
    return board


async def is_there(store: Store, board: BoardId) -> bool:
    try:
        await store.journal.salt(board)
    except NotFound:
        return False
    return True


async def test_a_board_that_ended_long_ago_is_removed(store: Store) -> None:
    old, recent = await ended(store, days=8), await ended(store, days=6)
    live = await ended(store, days=800, kind="note_added")
    assert await store.journal.purge(ENDS, AT - WEEK, 10) == 1
    assert not await is_there(store, old)
    assert await is_there(store, recent)
    assert await is_there(store, live)
    assert await store.journal.purge(ENDS, AT - WEEK, 10) == 0


async def test_nothing_of_it_is_left(store: Store) -> None:
    old = await ended(store, days=8)
    await store.journal.purge(ENDS, AT - WEEK, 10)
    assert await store.journal.items(old, "note", frozenset()) == []
    assert await store.journal.needed(old, {("note", "n1")}) == {}
    assert await store.journal.told(old, [("ann", entry(1).op)]) == {}


async def test_what_somebody_is_writing_is_left_for_the_next_time(
    anywhere: Place,
) -> None:
    store = anywhere.node()
    busy, free = await ended(store, days=9), await ended(store, days=8)
    async with anywhere.held(busy):
        assert await store.journal.purge(ENDS, AT - WEEK, 10) == 1
    assert await is_there(store, busy)
    assert not await is_there(store, free)
    assert await store.journal.purge(ENDS, AT - WEEK, 10) == 1


async def test_no_mail_is_sent_of_what_is_gone() -> None:
    async with place("postgres") as db:
        store = db.node()
        for board in (await ended(store, days=8), await ended(store, days=6)):
            await db.run(
                "INSERT INTO outbox (org, board, seq, kind, payload)"
                " VALUES ($1, $1, 1, 'mail', '{}')",
                board,
            )
        await store.journal.purge(ENDS, AT - WEEK, 10)
        (left,) = await db.run("SELECT board FROM outbox")
        assert str(left["board"]) == board


async def test_what_followed_the_end_does_not_keep_it(store: Store) -> None:
    old = await ended(store, days=8)
    claim = await store.journal.claim(old)
    later = replace(entry(3), type="author_erased", at=rfc3339(AT))
    await store.journal.append([turn(claim, later)])
    assert await store.journal.purge(ENDS, AT - WEEK, 10) == 1
    assert not await is_there(store, old)


async def test_an_event_of_another_kind_of_board_ends_nothing(store: Store) -> None:
    old = await ended(store, days=8)
    assert await store.journal.purge({("room", "board_deleted")}, AT, 10) == 0
    assert await store.journal.purge(set(), AT, 10) == 0
    assert await is_there(store, old)


async def test_it_goes_on_in_batches(store: Store) -> None:
    for _ in range(5):
        await ended(store, days=8)
    removed = [await store.journal.purge(ENDS, AT - WEEK, 2) for _ in range(4)]
    assert removed == [2, 2, 1, 0]


async def test_who_still_writes_it_is_told_that_it_is_gone(anywhere: Place) -> None:
    store = anywhere.node()
    old = await ended(store, days=8)
    claim = await store.journal.claim(old)
    await store.journal.purge(ENDS, AT - WEEK, 10)
    (outcome,) = await store.journal.append([turn(claim, entry(3))])
    assert outcome == "fenced"
    try:
        await store.journal.claim(old)
    except NotFound:
        return
    raise AssertionError("it was claimed, and is gone")


async def test_ghosts_whose_time_is_over_are_removed(store: Store) -> None:
    for n in range(5):
        expires = AT + timedelta(days=n)
        await store.ghosts.add(Ghost(b"%d" % n, AT - WEEK, expires))
    now = AT + timedelta(days=2, hours=1)
    assert [await store.ghosts.purge(now, 2) for _ in range(3)] == [2, 1, 0]
    assert await store.ghosts.purge(AT + timedelta(days=30), 10) == 2
