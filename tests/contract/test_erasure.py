"""What is taken out of a journal is gone, in place, and nothing else has moved."""

import json

import pytest
from msgspec.structs import replace

from orbit.core.codec import Entry
from orbit.core.errors import Fenced, Unavailable
from orbit.core.ports import Claim, Ghost, Outcome, Snapshot, Told
from orbit.core.types import BoardId
from tests.kit.stores import AT, Place, Store, entry, new_board, put, read, turn

ALIAS = "nobody any more"
SAVED = Snapshot(3, 1, b"without")
OPS = [b"%016d" % seq for seq in range(1, 4)]


async def lived(store: Store) -> tuple[Claim, list[Entry]]:
    """A board on which ann wrote, then bob, then ann."""
    claim = await store.journal.claim(await new_board(store))
    told = [
        entry(1, put("n1", text="secret"), op=OPS[0], text="secret"),
        entry(2, put("n2", text="kept"), op=OPS[1], who="bob", text="kept"),
        entry(3, put("n1", text="secret 2"), op=OPS[2], text="secret 2"),
    ]
    assert await store.journal.append([turn(claim, *told)]) == [Outcome.DONE]
    return claim, told


def blanked(told: Entry) -> Entry:
    data = json.dumps({"text": ""}).encode()
    changes = [replace(change, data=data) for change in told.changes]
    return replace(
        told, who=ALIAS, digest=b"", type="note_blank", data=data, changes=changes
    )


async def test_what_is_redacted_is_replaced_where_it_was(store: Store) -> None:
    claim, told = await lived(store)
    gone = [blanked(told[0]), blanked(told[2])]
    # what may not change is not changed, whatever is asked
    odd = [replace(each, at="2001-01-01T00:00:00.000Z", op=b"x" * 16) for each in gone]
    await store.journal.redact(claim, odd, SAVED)
    got = await store.journal.since(claim.board, 0, 10)
    assert [each.seq for each in got] == [1, 2, 3]
    assert b"secret" not in repr(got).encode()
    for was, now in zip(gone, [got[0], got[2]], strict=True):
        assert json.loads(now.data) == {"text": ""}
        for name in ("type", "version", "who", "op", "ix", "digest", "at"):
            assert getattr(now, name) == getattr(was, name)
        assert read(now.changes) == read(was.changes)
    assert json.loads(got[1].data) == {"text": "kept"}
    assert (got[1].who, got[1].digest) == ("bob", told[1].digest)


async def test_the_head_and_the_claim_stay(store: Store) -> None:
    claim, told = await lived(store)
    await store.journal.redact(claim, [blanked(told[0])], SAVED)
    done = await store.journal.append([turn(claim, entry(4))])
    assert done == [Outcome.DONE]
    assert (await store.journal.claim(claim.board)).seq == 4


async def test_nobody_is_told_any_more_what_became_of_a_redacted_command(
    store: Store,
) -> None:
    claim, told = await lived(store)
    await store.journal.redact(claim, [blanked(told[0]), blanked(told[2])], SAVED)
    asked = [("ann", OPS[0]), ("ann", OPS[2]), ("bob", OPS[1])]
    assert await store.journal.told(claim.board, asked) == {
        ("bob", OPS[1]): Told(2, told[1].digest)
    }


async def test_the_snapshot_is_replaced_and_an_older_one_comes_too_late(
    store: Store,
) -> None:
    claim, told = await lived(store)
    old = Snapshot(2, 1, b"with the text")
    await store.journal.save(claim, old)
    await store.journal.redact(claim, [blanked(told[0])], SAVED)
    assert not await store.journal.save(claim, old)
    claim = await store.journal.claim(claim.board)
    assert (await store.journal.load(claim, 1)).snapshot == SAVED


async def test_a_snapshot_is_made_where_there_is_none(store: Store) -> None:
    claim, _ = await lived(store)
    await store.journal.redact(claim, [], SAVED)
    assert not await store.journal.save(claim, Snapshot(2, 1, b"under way"))
    claim = await store.journal.claim(claim.board)
    assert (await store.journal.load(claim, 1)).snapshot == SAVED


@pytest.mark.parametrize("redacted", [True, False])
async def test_an_older_claim_redacts_nothing(store: Store, redacted: bool) -> None:
    old, told = await lived(store)
    new = await store.journal.claim(old.board)
    with pytest.raises(Fenced):
        entries = [blanked(told[0])] if redacted else []
        await store.journal.redact(old, entries, SAVED)
    got = await store.journal.since(old.board, 0, 10)
    assert json.loads(got[0].data) == {"text": "secret"}
    assert (await store.journal.load(new, 1)).snapshot is None


async def test_a_board_that_is_gone_cannot_be_redacted(store: Store) -> None:
    claim, told = await lived(store)
    gone = BoardId("11111111-2222-3333-4444-555555555555")
    with pytest.raises(Fenced):
        await store.journal.redact(
            replace(claim, board=gone), [blanked(told[0])], SAVED
        )


async def test_the_entries_of_another_board_stay(store: Store) -> None:
    claim, told = await lived(store)
    other, _ = await lived(store)
    await store.journal.redact(claim, [blanked(each) for each in told], SAVED)
    got = await store.journal.since(other.board, 0, 10)
    assert [each.who for each in got] == ["ann", "bob", "ann"]


async def test_items_stay_as_the_last_append_left_them(store: Store) -> None:
    claim, told = await lived(store)
    await store.journal.redact(claim, [blanked(each) for each in told], SAVED)
    items = await store.journal.items(claim.board, "note", frozenset())
    assert read(items) == [("n1", {"text": "secret 2"}), ("n2", {"text": "kept"})]


async def test_more_than_one_statement_holds_is_redacted_at_once(store: Store) -> None:
    claim = await store.journal.claim(await new_board(store))
    told = [entry(seq, text="secret") for seq in range(1, 2_502)]
    await store.journal.append([turn(claim, *told)])
    last = Snapshot(2_501, 1, b"")
    await store.journal.redact(claim, [blanked(each) for each in told], last)
    got = await store.journal.since(claim.board, 0, 5_000)
    assert {each.who for each in got} == {ALIAS}
    assert [each.seq for each in got] == list(range(1, 2_502))


async def test_a_row_that_somebody_holds_is_not_waited_for_long(
    anywhere: Place, store: Store
) -> None:
    claim, told = await lived(store)
    async with anywhere.held(claim.board):
        with pytest.raises(Unavailable):
            await store.journal.redact(claim, [blanked(told[0])], SAVED)
    got = await store.journal.since(claim.board, 0, 10)
    assert json.loads(got[0].data) == {"text": "secret"}


# Who wrote where ----------------------------------------------------------------------


async def test_the_boards_that_somebody_wrote_to_are_found(store: Store) -> None:
    claim, told = await lived(store)
    other = (await lived(store))[0].board
    empty = await new_board(store)
    nowhere = BoardId("11111111-2222-3333-4444-555555555555")
    assert await store.journal.wrote({}) == set()
    asked = {claim.board: "bob", other: "eve", empty: "ann", nowhere: "ann"}
    assert await store.journal.wrote(asked) == {claim.board}
    await store.journal.redact(claim, [blanked(told[1])], SAVED)
    assert await store.journal.wrote({claim.board: "bob"}) == set()
    assert await store.journal.wrote({claim.board: "ann"}) == {claim.board}


async def test_boards_and_their_salts_are_walked_through(store: Store) -> None:
    boards = sorted([await new_board(store) for _ in range(5)])
    found, last = [], ""
    while page := await store.journal.salts(last, 2):
        assert len(page) <= 2
        found += page
        last = page[-1][0]
    assert found == [(board, b"salt") for board in boards]


async def test_salts_are_those_of_the_boards_that_there_are(store: Store) -> None:
    one, other, _ = [await new_board(store) for _ in range(3)]
    asked = {one, other, BoardId("11111111-2222-3333-4444-555555555555"), BoardId("x")}
    assert await store.journal.salts_of(asked) == {one: b"salt", other: b"salt"}
    assert await store.journal.salts_of(set()) == {}


# A ghost that leaves ------------------------------------------------------------------


async def test_a_ghost_that_leaves_is_still_found_until_it_is_gone(
    store: Store,
) -> None:
    ghost = Ghost(b"key", AT, AT.replace(year=3000))
    await store.ghosts.add(ghost)
    await store.ghosts.retire(b"key")
    await store.ghosts.retire(b"key")
    await store.ghosts.retire(b"nobody's")
    assert await store.ghosts.find(b"key") == replace(ghost, is_leaving=True)
    assert await store.ghosts.find(b"nobody's") is None
    await store.ghosts.remove(b"key")
    assert await store.ghosts.find(b"key") is None
