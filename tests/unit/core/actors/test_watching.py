"""Joining, resuming, losing rights, lagging: nobody has a gap, an echo or too much."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest

from orbit.core.actors import watching
from orbit.core.actors.subscribers import Joined
from orbit.core.actors.watching import RESUME_EVENTS, Position
from orbit.core.errors import Internal, NotFound, OrbitError, PrivateBoard, Unavailable
from orbit.core.kinds.feedback import KIND
from orbit.core.kinds.feedback.asked import OpenBoard, RevokeLink
from orbit.core.ports import Outcome, Snapshot
from orbit.core.types import Principal
from tests.kit.board import ANN, BOB, BY_LINK, GUEST, LINK, Rig, Seat, simulated, until

OLD_LINK = Principal("bob", claims=frozenset({f"link:{LINK}"}))


# Joining ----------------------------------------------------------------------------


@simulated
async def test_a_view_tells_what_one_is_and_may_do(rig: Rig) -> None:
    board = await rig.board()
    (note,) = await rig.notes(board, 1)
    view = await rig.router.look(board, GUEST)
    assert (view.kind, view.seq, view.roles) == ("feedback", 2, ["anyone"])
    assert "add_note" not in view.may
    assert [key[:2] for key in json.loads(view.items or b"")] == [
        ["board", "board"],
        ["note", note],
    ]
    assert "add_note" in (await rig.router.look(board, BOB)).may
    admin = await rig.router.look(board, BY_LINK)
    assert {"admin", "member"} <= set(admin.roles)
    assert "delete_board" in admin.may


@simulated
async def test_the_author_sees_what_nobody_else_sees(rig: Rig) -> None:
    board = await rig.board()
    (note,) = await rig.notes(board, 1, BOB)
    assert ("signature", note) in (await rig.seat(board, BOB)).items
    assert ("signature", note) not in (await rig.seat(board, ANN)).items


@simulated
async def test_what_has_not_changed_is_not_encoded_again_for_who_joins_later(
    rig: Rig,
) -> None:
    board = await rig.board()
    await rig.notes(board, 3)
    await rig.seat(board, ANN)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(watching, "View", lambda *_: pytest.fail("all is encoded anew"))
        (note,) = await rig.notes(board, 1)
        seat = await rig.seat(board, BOB)
    assert ("note", note) in seat.items
    assert len([type for type, _ in seat.items if type == "note"]) == 4


@simulated
async def test_one_who_joins_between_two_events_misses_none_and_hears_none_twice(
    rig: Rig,
) -> None:
    board = await rig.board()
    seats = []
    for _ in range(20):
        rig.tell(board, "add_note", content="x")
        await asyncio.sleep(0.0007)
        seat = Seat(rig.router, board, BOB)
        seat.join()
        seats.append(seat)
    await until(lambda: rig.seqs(board)[-1] == 21)
    await asyncio.sleep(1)
    for seat in seats:
        view = seat.views[0]
        assert isinstance(view, Joined)
        assert seat.seqs == list(range(view.seq + 1, 22))


@simulated
async def test_who_leaves_hears_nothing_more(rig: Rig) -> None:
    board = await rig.board()
    stays, goes = await rig.seat(board), await rig.seat(board)
    rig.tell(board, "add_note", content="x")
    await until(lambda: stays.seqs == [2])
    goes.leave()
    goes.leave()
    await rig.notes(board, 2)
    await until(lambda: stays.seqs == [2, 3, 4])
    assert goes.seqs == [2]


@simulated
async def test_who_leaves_while_the_board_wakes_up_is_not_let_in(rig: Rig) -> None:
    board = await rig.board()
    await rig.directory.rest(board)
    seat = Seat(rig.router, board, BOB)
    seat.join()
    seat.leave()
    await rig.notes(board, 1)
    assert seat.heard == []
    assert (await rig.router.look(board, ANN)).here == 0


@simulated
async def test_a_private_board_lets_in_members_only(rig: Rig) -> None:
    board = await rig.board(is_public=False)
    seat = Seat(rig.router, board, BOB)
    seat.join()
    assert isinstance(seat.views[0], PrivateBoard)
    await rig.seat(board, ANN)
    await rig.seat(board, BY_LINK)
    with pytest.raises(PrivateBoard):
        await rig.router.look(board, GUEST)


@simulated
async def test_without_a_valid_lease_nothing_is_shown(rig: Rig) -> None:
    board = await rig.board()
    rig.is_beating = False
    await asyncio.sleep(6)
    with pytest.raises(Unavailable):
        await rig.router.look(board, ANN)
    rig.is_beating = True
    await asyncio.sleep(3)
    rig.node.lease.trust(1)
    await asyncio.sleep(3)
    await rig.router.look(board, ANN)


# Resuming ---------------------------------------------------------------------------


def _answer(seat: Seat) -> tuple[str, list[int]]:
    """Return what the last view brought: `items`, or `changes` with their seqs."""
    last = [m for m in seat.heard if m["type"] == "joined"][-1]
    if "items" in last:
        return "items", [last["seq"]]
    return "changes", [event["seq"] for event in last["changes"]]


@simulated
async def test_who_was_away_gets_what_came_after(rig: Rig) -> None:
    board = await rig.board()
    await rig.notes(board, 5)
    seat = await rig.seat(board, BOB, rig.position(board, 3))
    assert _answer(seat) == ("changes", [4, 5, 6])
    assert [list(c) for c in seat.heard[0]["changes"][0]["changes"]] == [["put"]] * 2


@simulated
async def test_who_missed_nothing_gets_nothing(rig: Rig) -> None:
    board = await rig.board()
    seat = await rig.seat(board, BOB, rig.position(board, 1))
    assert _answer(seat) == ("changes", [])
    await rig.notes(board, 1)
    await until(lambda: seat.seqs == [2])


@simulated
@pytest.mark.parametrize(("log", "seq"), [("another log", 3), (None, 7), (None, 10**9)])
async def test_a_position_that_is_not_of_this_history_takes_a_view(
    rig: Rig, log: str | None, seq: int
) -> None:
    board = await rig.board()
    await rig.notes(board, 5)
    has = Position(log or rig.world.log_id, seq)
    seat = await rig.seat(board, BOB, has)
    assert _answer(seat) == ("items", [6])


@simulated
async def test_what_memory_has_forgotten_is_read_from_the_journal(rig: Rig) -> None:
    board = await rig.board()
    await rig.notes(board, 5)
    await rig.directory.rest(board)
    await rig.router.look(board, ANN)  # from the snapshot: nothing is remembered
    seat = await rig.seat(board, BOB, rig.position(board, 2))
    assert _answer(seat) == ("changes", [3, 4, 5, 6])
    assert "since" in rig.journal.calls
    await rig.notes(board, 1)
    await until(lambda: seat.seqs == [3, 4, 5, 6, 7])


@simulated
async def test_what_comes_while_the_journal_is_read_is_neither_lost_nor_doubled(
    rig: Rig,
) -> None:
    board = await rig.board()
    await rig.notes(board, 5)
    await rig.directory.rest(board)
    await rig.router.look(board, ANN)
    rig.journal.door.clear()
    seat = Seat(rig.router, board, BOB)
    seat.join(rig.position(board, 2))
    await rig.notes(board, 3)
    assert seat.views == []
    rig.journal.door.set()
    await until(lambda: seat.views)
    await rig.notes(board, 1)
    await until(lambda: seat.seqs == [3, 4, 5, 6, 7, 8, 9, 10])


@simulated
async def test_what_another_history_has_is_not_told_to_who_comes_back(
    rig: Rig,
) -> None:
    board = await rig.board()
    await rig.notes(board, 5)
    await rig.directory.rest(board)
    await rig.router.look(board, ANN)
    rig.journal.door.clear()
    seat = Seat(rig.router, board, BOB)
    seat.join(rig.position(board, 2))
    await until(lambda: "since" in rig.journal.calls)
    await rig.node.rotate_log()
    rig.journal.door.set()
    await until(lambda: seat.views)
    assert _answer(seat) == ("items", [6])


@simulated
async def test_who_leaves_while_the_journal_is_read_is_not_let_in(rig: Rig) -> None:
    board = await rig.board()
    await rig.notes(board, 5)
    await rig.directory.rest(board)
    await rig.router.look(board, ANN)
    seat = Seat(rig.router, board, BOB)
    seat.join(rig.position(board, 2))
    seat.leave()
    await asyncio.sleep(1)
    assert seat.heard == []


@simulated
async def test_who_would_wait_for_the_journal_too_long_gets_a_view(rig: Rig) -> None:
    """So many read it at once already, and it is slow."""
    board = await rig.board()
    await rig.notes(board, 5)
    await rig.directory.rest(board)
    await rig.router.look(board, ANN)
    rig.journal.door.clear()
    seats = [Seat(rig.router, board, Principal(f"p{n}")) for n in range(66)]
    for seat in seats:
        seat.join(rig.position(board, 2))
    await asyncio.sleep(3)
    assert [n for n, seat in enumerate(seats) if seat.views] == [64, 65]
    assert [_answer(seat) for seat in seats[64:]] == [("items", [6])] * 2
    rig.journal.door.set()
    await until(lambda: all(seat.views for seat in seats))
    assert _answer(seats[0]) == ("changes", [3, 4, 5, 6])


@simulated
async def test_a_journal_that_does_not_answer_gives_a_view_from_memory(
    rig: Rig,
) -> None:
    board = await rig.board()
    await rig.notes(board, 5)
    await rig.directory.rest(board)
    await rig.router.look(board, ANN)
    rig.journal.is_down = True
    seat = await rig.seat(board, BOB, rig.position(board, 2))
    assert _answer(seat) == ("items", [6])


def test_a_bug_in_the_journal_gives_a_view_from_memory(
    caplog: pytest.LogCaptureFixture,
) -> None:
    @simulated
    async def scenario(rig: Rig) -> None:
        board = await rig.board()
        await rig.notes(board, 5)
        await rig.directory.rest(board)
        await rig.router.look(board, ANN)

        async def broken(*_: Any, **__: Any) -> Any:
            raise ZeroDivisionError

        rig.journal.since = broken  # type: ignore[method-assign]
        seat = await rig.seat(board, BOB, rig.position(board, 2))
        assert _answer(seat) == ("items", [6])

    scenario()
    assert "ZeroDivisionError" in caplog.text


def test_a_bug_in_what_is_seen_is_told_to_who_comes_back(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(_state: Any) -> Any:
        raise ZeroDivisionError

    kind = replace(KIND, name="bad", public=broken)

    @simulated(kinds=[kind])
    async def scenario(rig: Rig) -> None:
        board = await rig.new("bad")
        await rig.order(board, OpenBoard("T", True, LINK))
        await rig.notes(board, 5)
        await rig.directory.rest(board)
        with pytest.raises(Internal):
            await rig.router.look(board, ANN)
        rig.journal.is_down = True  # so that it takes a view
        told = len(rig.journal.calls)
        seat = Seat(rig.router, board, BOB)
        seat.join(rig.position(board, 2))
        await until(lambda: seat.views)
        assert isinstance(seat.views[0], Internal)
        assert rig.journal.calls[told:] == ["since"]
        rig.journal.is_down = False
        assert (await rig.do(board, "add_note", content="x")).seq == 7

    scenario()
    assert "ZeroDivisionError" in caplog.text


@simulated
@pytest.mark.parametrize("where", ["memory", "journal"])
async def test_what_was_removed_is_no_part_of_the_past_but_for_its_author(
    rig: Rig, where: str
) -> None:
    board = await rig.board()
    removed, kept = await rig.notes(board, 2)
    await rig.do(board, "edit_note", note=removed, content="SECRET")
    await rig.do(board, "remove_note", note=removed)
    if where == "journal":
        await rig.directory.rest(board)
        await rig.router.look(board, ANN)
    views = {}
    for who in (ANN, BOB, GUEST):
        seat = await rig.seat(board, who, rig.position(board, 1))
        assert _answer(seat) == ("changes", [2, 3, 4, 5])
        told = json.dumps(seat.heard[0]["changes"])
        assert ("SECRET" in told) == (who is ANN)
        assert ("note", removed) not in seat.items
        assert ("note", kept) in seat.items
        views[who.id] = seat.items
    fresh = await rig.seat(board, ANN)
    of_the_first = {("board", "board"), ("made", "board")}
    assert views["ann"].keys() - of_the_first == fresh.items.keys() - of_the_first
    for key in views["ann"]:
        assert views["ann"][key] == fresh.items[key]


@simulated
async def test_who_loses_the_right_while_the_journal_is_read_is_not_let_in(
    rig: Rig,
) -> None:
    board = await rig.board()
    await rig.notes(board, 5)
    await rig.directory.rest(board)
    await rig.router.look(board, ANN)
    rig.journal.door.clear()
    seat = Seat(rig.router, board, BOB)
    seat.join(rig.position(board, 2))
    await rig.do(board, "edit_board", BY_LINK, is_public=False)
    assert seat.views == []
    rig.journal.door.set()
    await until(lambda: seat.views)
    assert isinstance(seat.views[0], PrivateBoard)
    await rig.notes(board, 1)
    await asyncio.sleep(1)
    assert len(seat.heard) == 1


def test_a_bug_in_rights_lets_nobody_in(caplog: pytest.LogCaptureFixture) -> None:
    def roles(state: Any, asked: Any, ctx: Any) -> Any:
        if ctx.who.id == "bob" and state.title == "BUG":
            raise ZeroDivisionError
        return KIND.roles(state, asked, ctx)

    @simulated(kinds=[replace(KIND, name="bad", roles=roles)])
    async def scenario(rig: Rig) -> None:
        board = await rig.new("bad")
        await rig.order(board, OpenBoard("T", True, LINK))
        seat = await rig.seat(board, BOB)
        await rig.do(board, "edit_board", BY_LINK, title="BUG")
        await until(lambda: len(seat.views) == 2)
        seat.join()
        await until(lambda: len(seat.views) == 3)
        assert all(isinstance(view, Internal) for view in seat.views[1:])
        with pytest.raises(Internal):
            await rig.router.look(board, BOB)

    scenario()
    assert "ZeroDivisionError" in caplog.text


@simulated
async def test_who_was_away_for_too_long_gets_a_view(rig: Rig) -> None:
    board = await rig.board()
    (note,) = await rig.notes(board, 1)
    for start in range(0, RESUME_EVENTS + 10, 50):
        moves = [
            rig.tell(board, "move_note", note=note, x=x + 1, y=1)
            for x in range(start, start + 50)
        ]
        await until(lambda moves=moves: all(told.is_answered for told in moves))
    head = rig.seqs(board)[-1]
    seat = await rig.seat(board, BOB, rig.position(board, head - RESUME_EVENTS - 1))
    assert _answer(seat) == ("items", [head])
    seat = await rig.seat(board, BOB, rig.position(board, head - RESUME_EVENTS))
    assert _answer(seat)[0] == "changes"


@simulated
async def test_what_retention_has_removed_takes_a_view(rig: Rig) -> None:
    board = await rig.board()
    await rig.notes(board, 5)
    await rig.directory.rest(board)
    rig.world.boards[board].forget(4)
    await rig.router.look(board, ANN)
    seat = await rig.seat(board, BOB, rig.position(board, 3))
    assert _answer(seat) == ("items", [6])
    seat = await rig.seat(board, BOB, rig.position(board, 4))
    assert _answer(seat) == ("changes", [5, 6])


@simulated
@pytest.mark.parametrize("rests", [False, True])
async def test_a_gap_in_which_rights_changed_takes_a_view(
    rig: Rig, rests: bool
) -> None:
    board = await rig.board()
    await rig.do(board, "edit_board", BY_LINK, is_public=False)
    await rig.do(board, "edit_board", BY_LINK, is_public=True)
    await rig.notes(board, 2)
    if rests:
        await rig.directory.rest(board)
        await rig.router.look(board, ANN)
    seat = await rig.seat(board, BOB, rig.position(board, 2))
    assert _answer(seat) == ("items", [5])
    seat = await rig.seat(board, BOB, rig.position(board, 3))
    assert _answer(seat) == ("changes", [4, 5])


@simulated
async def test_what_came_after_is_told_as_far_as_one_may_see_it(rig: Rig) -> None:
    board = await rig.board()
    (note,) = await rig.notes(board, 1, ANN)
    bob = await rig.seat(board, BOB, rig.position(board, 1))
    ann = await rig.seat(board, ANN, rig.position(board, 1))
    assert ("signature", note) in ann.items
    assert ("signature", note) not in bob.items
    assert "signature" not in json.dumps(bob.heard)


# Rights -----------------------------------------------------------------------------


@simulated
async def test_a_revoked_link_takes_the_role_at_once(rig: Rig) -> None:
    board = await rig.board()
    seat = await rig.seat(board, OLD_LINK)
    await rig.order(board, RevokeLink("1" * 64), BY_LINK)
    assert [m["role"] for m in seat.of("joined")] == [
        ["admin", "anyone", "member", "moderator", "participant"],
        ["anyone", "participant"],
    ]
    assert seat.seqs == []  # the view has it
    await rig.notes(board, 1)
    await until(lambda: seat.seqs == [3])


@simulated
async def test_a_revoked_link_to_a_private_board_ends_at_once(rig: Rig) -> None:
    board = await rig.board(is_public=False)
    seat = await rig.seat(board, OLD_LINK)
    member = await rig.seat(board, ANN)
    await rig.order(board, RevokeLink("1" * 64), BY_LINK)
    await rig.notes(board, 1)
    await until(lambda: member.seqs == [2, 3])
    assert seat.of("left") == [{"type": "left", "error": "private_board"}]
    assert seat.seqs == []


@simulated
async def test_a_board_made_private_sends_outsiders_away_and_nothing_more(
    rig: Rig,
) -> None:
    board = await rig.board()
    outsider, guest = await rig.seat(board, BOB), await rig.seat(board, GUEST)
    member = await rig.seat(board, ANN)
    first = rig.tell(board, "edit_board", BY_LINK, is_public=False)
    rig.tell(board, "add_note", ANN, content="secret")
    await first.answer()
    await until(lambda: member.seqs == [2, 3])
    for seat in (outsider, guest):
        assert [m["type"] for m in seat.heard] == ["joined", "left"]
        assert "secret" not in json.dumps(seat.heard)
    await rig.do(board, "edit_board", BY_LINK, is_public=True)
    await rig.seat(board, BOB)


@simulated
async def test_a_deleted_board_is_gone_for_everybody(rig: Rig) -> None:
    board = await rig.board()
    seats = [await rig.seat(board, who) for who in (ANN, BOB, BY_LINK)]
    await rig.do(board, "delete_board", BY_LINK)
    assert [seat.of("left")[0]["error"] for seat in seats] == ["gone"] * 3
    assert (await rig.tell(board, "add_note", content="x").answer()).code == "gone"


@simulated
async def test_whose_rights_are_the_same_goes_on_without_a_new_view(rig: Rig) -> None:
    board = await rig.board()
    seat = await rig.seat(board, BOB)
    await rig.do(board, "edit_board", BY_LINK, title="New")
    await until(lambda: seat.seqs == [2])
    assert len(seat.of("joined")) == 1


# Lagging ----------------------------------------------------------------------------


@simulated
async def test_who_does_not_read_is_told_nothing_and_then_everything_once(
    rig: Rig,
) -> None:
    board = await rig.board()
    slow, quick = await rig.seat(board), await rig.seat(board)
    await rig.notes(board, 2)
    await until(lambda: slow.seqs == quick.seqs == [2, 3])
    slow.paused = True
    await rig.notes(board, 3)
    await until(lambda: quick.seqs == [2, 3, 4, 5, 6])
    assert slow.seqs == [2, 3]
    slow.drain()
    await rig.notes(board, 1)
    await until(lambda: slow.seqs == quick.seqs == [2, 3, 4, 5, 6, 7])
    assert slow.items == quick.items


@simulated
async def test_who_stalls_and_drains_between_two_events_misses_nothing(
    rig: Rig,
) -> None:
    board = await rig.board()
    seat = await rig.seat(board)
    seat.paused = True
    seat.drain()
    await rig.notes(board, 1)
    await until(lambda: seat.seqs == [2])
    assert len(seat.of("joined")) == 1


@simulated
async def test_who_lags_too_far_for_memory_is_brought_up_from_the_journal(
    rig: Rig,
) -> None:
    board = await rig.board()
    seat = await rig.seat(board)
    seat.paused = True
    (note,) = await rig.notes(board, 1)
    content = "x" * 4_000  # the ring holds 1 MiB
    for n in range(300):
        told = rig.tell(board, "edit_note", note=note, content=f"{n}{content[9:]}")
        if n % 30 == 29:
            await told.answer()
    head = rig.seqs(board)[-1]
    seat.drain()
    seat.drain()  # twice while the journal is being read
    await until(lambda: seat.seqs == list(range(2, head + 1)))
    assert "since" in rig.journal.calls
    await rig.notes(board, 1)
    await until(lambda: seat.seqs == list(range(2, head + 2)))
    assert len(seat.of("joined")) == 2


@simulated
async def test_who_drains_while_the_board_wakes_up_is_brought_up_to_date(
    rig: Rig,
) -> None:
    board = await rig.board()
    seat = await rig.seat(board)
    seat.paused = True
    await rig.notes(board, 1)
    rig.journal.fate.append("lost")
    rig.journal.door.clear()
    told = rig.tell(board, "add_note", content="x")
    await until(lambda: rig.router.head(board) is None)
    seat.drain()
    assert seat.seqs == []
    rig.journal.door.set()
    await told.answer()
    await until(lambda: seat.seqs == [2, 3])


@simulated
async def test_who_lags_when_rights_change_gets_a_view_when_it_reads(rig: Rig) -> None:
    board = await rig.board()
    seat = await rig.seat(board, OLD_LINK)
    seat.paused = True
    await rig.order(board, RevokeLink("1" * 64), BY_LINK)
    await rig.notes(board, 1)
    assert len(seat.heard) == 1
    seat.drain()
    await until(lambda: len(seat.of("joined")) == 2)
    last = seat.of("joined")[-1]
    assert (last["seq"], last["role"]) == (3, ["anyone", "participant"])
    assert "items" in last
    await rig.notes(board, 1)
    await until(lambda: seat.seqs == [4])


@simulated
async def test_who_lags_when_the_right_is_lost_is_told_so(rig: Rig) -> None:
    board = await rig.board()
    seat = await rig.seat(board, BOB)
    seat.paused = True
    await rig.do(board, "edit_board", BY_LINK, is_public=False)
    assert seat.of("left")[0]["error"] == "private_board"
    seat.drain()
    await rig.notes(board, 1)
    assert seat.seqs == []


# A board that comes and goes --------------------------------------------------------


@simulated
async def test_another_history_of_the_database_gives_everybody_a_new_view(
    rig: Rig,
) -> None:
    board = await rig.board()
    seat = await rig.seat(board)
    await rig.notes(board, 2)
    await rig.node.rotate_log()
    rig.journal.fate.append("lost")
    await rig.do(board, "add_note", content="x")
    await until(lambda: len(seat.of("joined")) == 2)
    view = seat.views[-1]
    assert isinstance(view, Joined)
    assert view.log_id == rig.world.log_id
    assert view.items is not None


@simulated
async def test_the_view_of_another_history_waits_for_the_lease_and_acks_for_it(
    rig: Rig,
) -> None:
    board = await rig.board()
    seat = await rig.seat(board)
    await rig.node.rotate_log()
    rig.world.end(rig.node.inc)
    await rig.node.lease.beat()  # it had ended
    told = rig.tell(board, "add_note", content="x")
    await asyncio.sleep(1)
    assert (told.is_answered, len(seat.views)) == (False, 1)
    rig.node.lease.trust(1)
    await rig.node.lease.beat()
    await told.answer()
    views = [view for view in seat.views if isinstance(view, Joined)]
    assert [view.seq for view in views] == [1, 1], "nobody was sent away"
    assert views[1].log_id == rig.world.log_id
    await until(lambda: seat.seqs == [2])


@simulated
async def test_who_does_not_read_gets_the_view_of_another_history_when_he_does(
    rig: Rig,
) -> None:
    board = await rig.board()
    await rig.notes(board, 3)
    seat = await rig.seat(board)
    seat.paused = True
    await rig.node.rotate_log()
    rig.journal.fate.append(Outcome.FENCED)
    await rig.notes(board, 1)
    await asyncio.sleep(1)
    assert len(seat.views) == 1
    seat.drain()
    await until(lambda: len(seat.views) == 2)
    assert isinstance(seat.views[1], Joined)
    assert (seat.views[1].log_id, seat.views[1].seq) == (rig.world.log_id, 5)
    assert seat.views[1].items is not None  # what he had is void
    await rig.notes(board, 1)
    await until(lambda: seat.seqs == [6])


@simulated
async def test_what_retention_took_while_the_board_was_in_doubt_takes_a_view(
    rig: Rig,
) -> None:
    board = await rig.board()
    seat = await rig.seat(board)
    rig.journal.fate.append("applied")
    rig.journal.door.clear()
    tellings = [rig.tell(board, "add_note", content="x") for _ in range(3)]
    await until(lambda: rig.seqs(board) == [1, 2, 3, 4])
    row = rig.world.boards[board]
    state = rig.codecs["feedback"].encode(rig.state(board))
    row.snapshot = Snapshot(4, KIND.state_version, state)
    row.forget(3)
    rig.journal.door.set()
    await until(lambda: len(seat.of("joined")) == 2)
    assert _answer(seat) == ("items", [4])
    await until(lambda: all(told.is_answered for told in tellings))


@simulated
async def test_an_evicted_board_sends_its_watchers_back(rig: Rig) -> None:
    board = await rig.board()
    seat = await rig.seat(board)
    await rig.directory.evict(board)
    assert seat.of("left")[0]["error"] == "unavailable"
    again = await rig.seat(board, BOB, rig.position(board, 1))
    assert _answer(again) == ("changes", [])


# Signals and who is here ------------------------------------------------------------


@simulated
async def test_a_signal_goes_to_all_but_its_sender_and_is_not_stored(rig: Rig) -> None:
    board = await rig.board()
    (note,) = await rig.notes(board, 1)
    ann, tab = await rig.seat(board, ANN), await rig.seat(board, ANN)
    bob, guest = await rig.seat(board, BOB), await rig.seat(board, GUEST)
    ann.signal("drag", note=note, x=1, y=2)
    await until(lambda: bob.of("signal") and guest.of("signal"))
    assert bob.of("signal")[0] == {
        "type": "signal",
        "board": board,
        "do": "drag",
        "with": {"note": note, "x": 1.0, "y": 2.0},
    }
    assert ann.of("signal") == tab.of("signal") == []
    assert rig.seqs(board) == [1, 2]


@simulated
async def test_of_many_signals_in_one_turn_the_last_is_passed_on(rig: Rig) -> None:
    board = await rig.board()
    (note,) = await rig.notes(board, 1)
    ann, bob = await rig.seat(board, ANN), await rig.seat(board, BOB)
    for x in range(10):
        ann.signal("drag", note=note, x=x, y=0)
    await until(lambda: bob.of("signal"))
    assert [m["with"]["x"] for m in bob.of("signal")] == [9.0]


@simulated
async def test_a_woken_board_passes_signals_on_before_anything_has_happened(
    rig: Rig,
) -> None:
    board = await rig.board()
    (note,) = await rig.notes(board, 1)
    await rig.directory.rest(board)
    ann, bob = await rig.seat(board, ANN), await rig.seat(board, BOB)
    ann.signal("drag", note=note, x=1, y=2)
    await until(lambda: bob.of("signal"))


@simulated
@pytest.mark.parametrize(
    ("who", "do", "body"),
    [
        (BOB, "drag", {"note": "theirs", "x": 1, "y": 2}),
        (ANN, "drag", {"note": "theirs", "x": "left", "y": 2}),
        (ANN, "drag", {"note": "none", "x": 1, "y": 2}),
        (ANN, "add_note", {"content": "x"}),
        (ANN, "fly", {}),
    ],
)
async def test_a_signal_that_is_not_allowed_is_dropped(
    rig: Rig, who: Any, do: str, body: Any
) -> None:
    board = await rig.board()
    (note,) = await rig.notes(board, 1)
    body = {key: note if value == "theirs" else value for key, value in body.items()}
    sender, other = await rig.seat(board, who), await rig.seat(board, GUEST)
    sender.signal(do, **body)
    await asyncio.sleep(0.5)
    assert other.of("signal") == []
    assert rig.seqs(board) == [1, 2]


@simulated
async def test_who_does_not_read_misses_signals_and_no_event(rig: Rig) -> None:
    board = await rig.board()
    (note,) = await rig.notes(board, 1)
    ann, bob = await rig.seat(board, ANN), await rig.seat(board, BOB)
    bob.paused = True
    ann.signal("drag", note=note, x=1, y=2)
    await asyncio.sleep(0.5)
    bob.drain()
    await rig.notes(board, 1)
    await until(lambda: bob.seqs == [3])
    assert bob.of("signal") == []


@simulated
async def test_the_tabs_of_one_count_once_and_guests_each(rig: Rig) -> None:
    board = await rig.board()
    for who in (ANN, ANN, BOB, GUEST, GUEST, GUEST):
        await rig.seat(board, who)
    assert (await rig.router.look(board, ANN)).here == 5


@simulated
async def test_how_many_are_here_is_told_at_most_once_a_second(rig: Rig) -> None:
    board = await rig.board()
    seat = await rig.seat(board, ANN)
    await asyncio.sleep(2)
    before = len(seat.of("here"))
    others = [await rig.seat(board, Principal(f"p{n}")) for n in range(30)]
    await asyncio.sleep(1.5)
    assert [m["count"] for m in seat.of("here")[before:]] == [31]
    for other in others:
        other.leave()
    await asyncio.sleep(1.5)
    assert [m["count"] for m in seat.of("here")[before:]] == [31, 1]


@simulated
async def test_a_tab_that_comes_and_goes_tells_nobody(rig: Rig) -> None:
    board = await rig.board()
    seat = await rig.seat(board, ANN)
    await asyncio.sleep(2)
    before = len(seat.of("here"))
    (await rig.seat(board, ANN)).leave()
    (await rig.seat(board, BOB)).leave()
    await asyncio.sleep(3)
    assert len(seat.of("here")) == before


@simulated
async def test_who_joins_while_another_is_gone_for_a_moment_learns_of_him(
    rig: Rig,
) -> None:
    board = await rig.board()
    bob = await rig.seat(board, BOB)
    await asyncio.sleep(2)
    bob.leave()
    seat = await rig.seat(board, ANN)
    assert [view.here for view in seat.views if isinstance(view, Joined)] == [1]
    await rig.seat(board, BOB)
    bob = await rig.seat(board, Principal("cyd"))
    bob.leave()
    await asyncio.sleep(2)
    assert [m["count"] for m in seat.of("here")] == [2]


@simulated
async def test_an_unknown_board_is_refused_with_an_error(rig: Rig) -> None:
    seat = Seat(rig.router, await rig.new(), BOB)  # a row, and nothing has happened
    seat.join()
    await until(lambda: seat.views)
    assert isinstance(seat.views[0], OrbitError)
    assert isinstance(seat.views[0], NotFound)
