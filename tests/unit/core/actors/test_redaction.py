"""What is left of an event once its author is erased, and of a board's memory."""

import asyncio
import json
from typing import Any

import pytest

from orbit.core.actors.redaction import PAGE, TRIES, Redactor
from orbit.core.codec import Codec, Entry, Shown
from orbit.core.errors import Internal, NotFound, StoreDown, Unavailable
from orbit.core.ids import op_key
from orbit.core.kinds.feedback import KIND
from orbit.core.ports import Snapshot
from orbit.core.types import EVERYONE, BoardId
from tests.kit.board import ANN, BOB, BY_LINK, Rig, simulated, until

MARK = "nobody but ann wrote this"
ALIAS = "an alias"
CODEC = Codec(KIND)


def row(type: str, data: object, *changes: Shown, who: str = "ann") -> Entry:
    text = json.dumps(data).encode()
    at = "2030-01-01T00:00:00.000Z"
    return Entry(1, type, 1, text, changes, who, b"op", 0, b"digest", at)


def note(author: str = "ann", content: str = MARK) -> dict[str, Any]:
    return {
        "id": "n1",
        "author": author,
        "name": MARK,
        "content": content,
        "colour": "YELLOW",
        "x": 1.5,
        "y": -2.0,
        "created_at": "2030-01-01T00:00:00Z",
    }


def seen(type: str = "note", id: str = "n1", **data: Any) -> Shown:
    shown = {"content": MARK, "author": MARK, "colour": "COOL", "upvotes": 1, **data}
    return Shown(type, id, json.dumps(shown).encode(), EVERYONE)


def redactor() -> Redactor:
    assert KIND.erasure
    return Redactor(CODEC, KIND.erasure, "ann", ALIAS, KIND.event_version)


def redacted(*entries: Entry) -> list[Entry]:
    one = redactor()
    return [one.redacted(entry) or entry for entry in entries]


# Pure -------------------------------------------------------------------------------


def test_a_note_keeps_its_place_and_loses_its_text() -> None:
    mine = Shown("signature", "n1", b"{}", frozenset({"ann"}))
    (left,) = redacted(row("note_added", {"note": note()}, seen(), mine))
    data = json.loads(left.data)["note"]
    assert (data["content"], data["name"], data["author"]) == ("", None, ALIAS)
    assert (data["x"], data["y"], data["colour"]) == (1.5, -2.0, "YELLOW")
    item, signature = left.changes
    assert json.loads(item.data or b"") == {
        "content": "",
        "author": None,
        "colour": "COOL",
        "upvotes": 1,
    }
    assert item.audience is EVERYONE
    assert signature.audience == {ALIAS}
    assert (left.who, left.digest, left.op) == (ALIAS, b"", b"op")


def test_what_others_did_to_it_repeats_it_no_more() -> None:
    moved = row("note_moved", {"note": "n1", "x": 1, "y": 2}, seen(), who="bob")
    away = row("note_removed", {"note": "n1"}, seen("removed"), who="bob")
    *_, left, gone = redacted(row("note_added", {"note": note()}), moved, away)
    assert MARK not in repr((left, gone))
    assert (left.who, left.digest, left.data) == ("bob", b"digest", moved.data)


def test_the_notes_of_others_stay_as_they_are() -> None:
    others = [
        row("note_added", {"note": note("bob")}, seen(), who="bob"),
        row("note_edited", {"note": "n1", "content": MARK}, seen(), who="bob"),
    ]
    assert [*map(redactor().redacted, others)] == [None, None]


def test_his_votes_on_the_notes_of_others_are_an_aliass() -> None:
    data = {"note": "n1", "voter": "ann", "vote": "v1", "x": 0.0, "y": 0.0}
    mine = Shown("upvote", "v1", b'{"note":"n1"}', frozenset({"ann"}))
    (left,) = redacted(row("upvote_cast", data, seen(), mine))
    assert json.loads(left.data)["voter"] == ALIAS
    assert left.changes[1].audience == {ALIAS}
    assert json.loads(left.changes[0].data or b"")["content"] == MARK  # bob's


def test_the_event_of_another_that_names_him_does_not_any_more() -> None:
    told = row("note_removed", {"note": "n9", "forgotten": ["n1", "ann"]}, who="bob")
    (left,) = redacted(told)
    assert json.loads(left.data)["forgotten"] == ["n1", ALIAS]
    assert left.who == "bob"


def test_only_a_whole_word_is_a_name() -> None:
    told = row("board_edited", {"title": "banana ann", "is_public": True}, who="bob")
    assert redactor().redacted(told) is None


def test_what_is_redacted_has_nothing_left_to_go() -> None:
    (left,) = redacted(row("note_added", {"note": note()}, seen()))
    assert redactor().redacted(left) is None


# A board -----------------------------------------------------------------------------


async def told(rig: Rig) -> tuple[BoardId, str]:
    """A board on which ann wrote, edited and removed, and bob beside her."""
    board = await rig.board(who=BOB)
    text = {"content": MARK, "anonymous": False, "name": MARK[:20]}
    kept = (await rig.do(board, "add_note", ANN, **text)).id
    away = (await rig.do(board, "add_note", ANN, **text)).id
    await rig.do(board, "add_note", BOB, content="from bob")
    await rig.do(board, "edit_note", ANN, note=kept, content=f"{MARK}, again")
    await rig.do(board, "toggle_upvote", BOB, note=kept)
    await rig.do(board, "move_note", BY_LINK, note=kept, x=3, y=4)
    await rig.do(board, "remove_note", ANN, note=away)
    return board, kept


async def erase(rig: Rig, board: BoardId, alias: str = ALIAS) -> None:
    upto = await rig.router.erase(board, ANN.id, op_key(f"erase as {alias}"))
    await rig.router.redact(board, ANN.id, alias, upto)


def stored(rig: Rig, board: BoardId) -> str:
    row = rig.world.boards[board]
    return repr((row.journal, row.told, row.items, row.snapshot))


@simulated
async def test_a_board_forgets_in_journal_index_snapshot_and_memory(rig: Rig) -> None:
    board, _ = await told(rig)
    await rig.directory.actor(board).save()
    assert stored(rig, board).count(MARK) > 5
    await erase(rig, board)
    assert MARK not in stored(rig, board)
    assert "'ann'" not in stored(rig, board)
    assert '"ann"' not in stored(rig, board)
    live = rig.directory.actor(board)._watching.live
    assert live
    assert MARK not in repr(live.memory.since(0))
    assert "from bob" in repr(live.memory.since(0))
    assert rig.seqs(board) == list(range(1, live.seq + 1))
    assert rig.state(board) == live.state


@simulated
async def test_it_wakes_up_as_it_was(rig: Rig) -> None:
    board, _ = await told(rig)
    await erase(rig, board)
    before = (await rig.seat(board)).items
    await rig.directory.evict(board)
    assert (await rig.seat(board)).items == before
    rig.world.boards[board].snapshot = None
    await rig.directory.evict(board)
    assert (await rig.seat(board)).items == before
    assert MARK not in repr(before)


@simulated
async def test_who_has_the_text_on_his_screen_sees_it_go(rig: Rig) -> None:
    board, kept = await told(rig)
    seat = await rig.seat(board)
    assert MARK in seat.items["note", kept]["content"]
    await erase(rig, board)
    await until(lambda: seat.seqs)
    assert MARK not in repr(seat.items)
    assert [data["content"] for (t, _), data in seat.items.items() if t == "note"] == [
        "from bob"
    ]


@simulated
async def test_who_comes_back_from_before_it_gets_a_whole_view(rig: Rig) -> None:
    board, _ = await told(rig)
    await erase(rig, board)
    fresh = await rig.seat(board)
    for seq in range(1, 9):
        back = await rig.seat(board, has=rig.position(board, seq))
        assert "items" in back.heard[-1]
        assert back.items == fresh.items
        assert MARK not in repr(back.heard)
    after = await rig.seat(board, has=rig.position(board, 9))
    assert after.heard[-1]["changes"] == []


@simulated
async def test_what_comes_after_the_erasure_is_not_touched(rig: Rig) -> None:
    board, _ = await told(rig)
    await erase(rig, board)
    await rig.do(board, "add_note", ANN, content="another ann")
    actor = rig.directory.actor(board)
    await actor.redact(ANN.id, "second alias", 9)
    assert rig.world.boards[board].journal[-1].who == ANN.id
    assert rig.state(board) == actor._watching.live.state  # type: ignore[union-attr]


@simulated
async def test_told_again_it_takes_what_has_come_since(rig: Rig) -> None:
    board, _ = await told(rig)
    await erase(rig, board)
    seqs = rig.seqs(board)
    await erase(rig, board, "second alias")
    assert rig.seqs(board) == seqs  # there was nothing to add
    await rig.do(board, "add_note", ANN, content=MARK)
    await erase(rig, board, "third alias")
    assert MARK not in stored(rig, board)


@simulated
async def test_a_journal_of_many_pages_is_gone_through(rig: Rig) -> None:
    board = await rig.board(who=BOB)
    for n in range(PAGE + 50):
        await rig.do(board, "add_note", ANN if n % 50 == 0 else BOB, content=f"{n}th")
    await erase(rig, board)
    assert not [e for e in rig.world.boards[board].journal if e.who == "ann"]
    assert "0th" not in [n.content for n in rig.state(board).notes.values()]
    assert f"{PAGE - 1}th" in stored(rig, board)
    assert f'"{PAGE}th"' not in stored(rig, board)


@simulated
async def test_a_board_that_was_never_opened_has_nobody_to_forget(rig: Rig) -> None:
    with pytest.raises(NotFound):
        await erase(rig, await rig.new())


@simulated
async def test_a_kind_that_cannot_forget_says_so(rig: Rig) -> None:
    with pytest.raises(Internal):
        await erase(rig, await rig.new("poll"))


# Failures ----------------------------------------------------------------------------


@simulated
async def test_who_has_lost_the_board_redacts_nothing(rig: Rig) -> None:
    board, _ = await told(rig)
    actor = rig.directory.actor(board)
    rig.world.boards[board].token = "another node's"
    with pytest.raises(Unavailable):
        await actor.redact(ANN.id, ALIAS, 8)
    assert MARK in stored(rig, board)
    assert MARK in repr(actor._watching.live.memory.since(0))  # type: ignore[union-attr]


@simulated
async def test_an_append_under_way_is_waited_for(rig: Rig) -> None:
    board, _ = await told(rig)
    row = rig.world.boards[board]
    await rig.do(board, "add_note", ANN, content=MARK)
    actor = rig.directory.actor(board)
    assert KIND.erasure
    done = await rig.order(board, KIND.erasure.command(), ANN)
    row.is_locked = True
    job = asyncio.get_running_loop().create_task(actor.redact(ANN.id, ALIAS, done.seq))
    await asyncio.sleep(1)
    assert MARK in stored(rig, board)
    row.is_locked = False
    await job
    assert MARK not in stored(rig, board)


@simulated
async def test_it_is_not_waited_for_without_an_end(rig: Rig) -> None:
    board, _ = await told(rig)
    assert KIND.erasure
    done = await rig.order(board, KIND.erasure.command(), ANN)
    row = rig.world.boards[board]
    tried = 0
    redact = rig.journal.redact

    async def counted(*args: Any) -> None:
        nonlocal tried
        tried += 1
        await redact(*args)

    row.is_locked, rig.journal.redact = True, counted  # type: ignore[method-assign]
    with pytest.raises(Unavailable):
        await rig.directory.actor(board).redact(ANN.id, ALIAS, done.seq)
    assert tried == TRIES
    row.is_locked = False


@simulated
async def test_a_board_that_sleeps_or_has_no_database_says_so(rig: Rig) -> None:
    board, _ = await told(rig)
    actor = rig.directory.actor(board)
    rig.journal.is_down = True
    with pytest.raises(StoreDown):
        await actor.redact(ANN.id, ALIAS, 8)
    rig.journal.is_down = False
    await rig.directory.evict(board)
    with pytest.raises(Unavailable):
        await actor.redact(ANN.id, ALIAS, 8)
    assert MARK in stored(rig, board)


@simulated
async def test_a_snapshot_that_was_under_way_does_not_bring_it_back(rig: Rig) -> None:
    board, _ = await told(rig)
    actor = rig.directory.actor(board)
    rig.journal.door.clear()
    saving = asyncio.get_running_loop().create_task(actor.save())
    await until(lambda: "save" in rig.journal.calls)
    assert KIND.erasure
    done = await rig.order(board, KIND.erasure.command(), ANN)
    one, claim = redactor(), actor.claim
    assert claim
    gone = filter(None, map(one.redacted, rig.world.boards[board].journal))
    state = CODEC.encode(rig.state(board))
    await rig.journal.redact(claim, [*gone], Snapshot(done.seq, 1, state))
    rig.journal.door.set()
    await saving
    assert MARK not in stored(rig, board)
