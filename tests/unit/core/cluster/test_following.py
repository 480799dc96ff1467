"""A follower tells the truth: of what happened, and of what became of a command."""

import asyncio
from copy import deepcopy
from typing import Any

from orbit.core.actors.subscribers import Joined
from orbit.core.cluster.following import Follower
from orbit.core.cluster.words import Refused
from orbit.core.errors import Unavailable
from orbit.store.memory.carrier import Fate
from tests.kit.board import ANN, BOB, Seat
from tests.kit.cluster import Cluster, follows, owns, run_cluster, until


def test_who_only_watches_is_not_told_much_later_when_the_owner_has_died() -> None:
    async def scenario(cluster: Cluster) -> None:
        board = await cluster[0].board()
        near, (busy, quiet) = cluster.owner(board), cluster.others(board)
        await busy.seat(board)
        seat = await quiet.seat(board)
        await cluster.kill(near, buried=True)
        died_at = cluster.loop.now
        await busy.do(board, "add_note", content="x")
        await until(lambda: seat.seqs == [2])
        assert cluster.loop.now - died_at < 2.5, "the next watch finds nobody"

    run_cluster(scenario)


def test_an_answer_that_is_lost_is_looked_up_and_not_made_up() -> None:
    async def scenario(cluster: Cluster) -> None:
        board = await cluster[0].board()
        near, (far, *_) = cluster.owner(board), cluster.others(board)
        await far.seat(board)
        lost = near.node.inc, far.node.inc
        cluster.hub.fate = lambda source, to, _: (
            Fate.LOSE if (source, to) == lost else Fate.ARRIVE
        )
        told = far.tell(board, "add_note", content="x")
        await told.answer()
        assert told.code == "done"
        assert told.seq == 2
        assert told.took > 8, "it waits for the answer first"

    run_cluster(scenario)


def test_what_a_cut_has_lost_is_asked_again_when_it_is_over() -> None:
    for lost in ("ask", "answer"):

        async def scenario(cluster: Cluster, lost: str = lost) -> None:
            board = await cluster[0].board()
            near, (far, *_) = cluster.owner(board), cluster.others(board)
            await far.seat(board)
            cut = {"ask": far, "answer": near}[lost].node.inc
            cluster.hub.fate = lambda source, *_: (
                Fate.LOSE if source == cut else Fate.ARRIVE
            )
            told = far.tell(board, "add_note", content="x")
            await asyncio.sleep(1.0)
            cluster.hub.fate = lambda *_: Fate.ARRIVE
            await told.answer()
            assert told.code == "done"
            assert told.took < 4
            assert near.seqs(board) == [1, 2], "done once"

        run_cluster(scenario)


def test_a_look_up_waits_for_no_database_that_is_away() -> None:
    async def scenario(cluster: Cluster) -> None:
        board = await cluster[0].board()
        (far, *_) = cluster.others(board)
        await far.seat(board)

        async def told(*_: object) -> object:
            await asyncio.sleep(5)
            raise Unavailable("too many wait for the database")

        far.journal.told = told  # type: ignore[assignment,method-assign]
        cluster.hub.fate = lambda source, *_: (
            Fate.HOLD if source == far.node.inc else Fate.ARRIVE
        )
        telling = far.tell(board, "add_note", content="x")
        await telling.answer()
        assert telling.code == "unknown"
        assert telling.took <= 10.5

    run_cluster(scenario)


def test_a_command_that_may_still_arrive_is_not_refused_but_unknown() -> None:
    async def scenario(cluster: Cluster) -> None:
        board = await cluster[0].board()
        (far, *_) = cluster.others(board)
        await far.seat(board)
        cluster.hub.fate = lambda source, *_: (
            Fate.HOLD if source == far.node.inc else Fate.ARRIVE
        )
        told = far.tell(board, "add_note", content="x")
        await told.answer()
        assert told.code == "unknown"
        cluster.hub.fate = lambda *_: Fate.ARRIVE
        cluster.hub.release()
        await until(lambda: cluster[0].seqs(board) == [1, 2])

    run_cluster(scenario)


def test_a_look_up_that_fails_in_any_way_leaves_nobody_without_an_answer() -> None:
    async def scenario(cluster: Cluster) -> None:
        board = await cluster[0].board()
        (far, *_) = cluster.others(board)
        await far.seat(board)

        async def told(*_: object) -> object:
            raise RuntimeError("a bug")

        far.journal.told = told  # type: ignore[assignment,method-assign]
        cluster.hub.fate = lambda source, *_: (
            Fate.HOLD if source == far.node.inc else Fate.ARRIVE
        )
        telling = far.tell(board, "add_note", content="x")
        await telling.answer()
        assert telling.code == "unknown"

    run_cluster(scenario)


def test_a_command_that_was_handed_to_nobody_is_refused_as_not_done() -> None:
    async def scenario(cluster: Cluster) -> None:
        board = await cluster[0].board()
        (far, *_) = cluster.others(board)
        await far.seat(board)
        cluster.hub.fate = lambda *_: Fate.REFUSE
        told = far.tell(board, "add_note", content="x")
        await told.answer()
        assert told.code == "timeout"
        cluster.hub.fate = lambda *_: Fate.ARRIVE
        await asyncio.sleep(30)
        assert cluster[0].seqs(board) == [1]

    run_cluster(scenario)


def test_the_refusal_of_a_copy_is_no_answer_while_a_later_one_is_under_way() -> None:
    async def scenario(cluster: Cluster) -> None:
        board = await cluster[0].board()
        (far, *_) = cluster.others(board)
        await far.seat(board)
        cluster.hub.fate = lambda source, *_: (
            Fate.HOLD if source == far.node.inc else Fate.ARRIVE
        )
        told = far.tell(board, "add_note", content="x")
        follower = far.directory.actor(board)
        assert isinstance(follower, Follower)
        follower._errands.hand_over()
        (ref,) = follower._errands._asks
        follower.refused(Refused(ref, board, "busy", "too much", {}, None, copy=1))
        cluster.hub.fate = lambda *_: Fate.ARRIVE
        cluster.hub.release()
        await told.answer()
        assert told.code == "done"
        assert cluster[0].seqs(board) == [1, 2]

    run_cluster(scenario)


def test_an_erasure_is_told_to_the_owner_and_read_anew_by_those_who_follow() -> None:
    async def scenario(cluster: Cluster) -> None:
        board = await cluster[0].board()
        near, (far, other) = cluster.owner(board), cluster.others(board)
        seat = await other.seat(board)
        await far.do(board, "add_note", ANN, content="a secret of ann")
        await until(lambda: seat.seqs == [2])
        future: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        far.directory.actor(board).erase(ANN, b"op of an erasure", future.set_result)
        done = await future
        await far.directory.actor(board).redact("ann", "nobody", done.seq)  # type: ignore[attr-defined]
        rows = near.world.boards[board].journal
        assert not any(b"secret" in entry.data for entry in rows)
        await until(lambda: follows(other, board))
        live = other.directory.actor(board).live
        assert live
        kept = live.memory.since(live.seq - 1) or ()
        assert not any(b"secret" in entry.data for entry in kept)

    run_cluster(scenario)


def test_what_another_history_has_is_not_told_as_of_the_one_before() -> None:
    async def scenario(cluster: Cluster) -> None:
        board = await cluster[0].board()
        near, (far, *_) = cluster.owner(board), cluster.others(board)
        seat = await far.seat(board)
        cluster.hub.fate = lambda *_: Fate.LOSE
        await near.do(board, "add_note", content="x")
        await near.node.rotate_log()
        cluster.hub.fate = lambda *_: Fate.ARRIVE
        await until(lambda: len(seat.views) == 2)
        assert seat.seqs == []
        view = seat.views[1]
        assert isinstance(view, Joined)
        assert (view.log_id, view.seq) == (cluster.world.log_id, 2)
        assert view.items is not None

    run_cluster(scenario)


def test_what_is_read_while_another_history_begins_is_not_told() -> None:
    async def scenario(cluster: Cluster) -> None:
        board = await cluster[0].board()
        near, (far, *_) = cluster.owner(board), cluster.others(board)
        seat = await far.seat(board)
        since = far.journal.since

        async def late(*asked: Any, **of: Any) -> Any:
            far.journal.since = since  # type: ignore[method-assign]
            await near.node.rotate_log()
            return await since(*asked, **of)

        far.journal.since = late  # type: ignore[method-assign]
        cluster.hub.fate = lambda *_: Fate.LOSE
        await near.do(board, "add_note", content="x")
        await until(lambda: far.journal.since == since)
        cluster.hub.fate = lambda *_: Fate.ARRIVE
        await until(lambda: len(seat.views) == 2)
        assert seat.seqs == []
        view = seat.views[1]
        assert isinstance(view, Joined)
        assert (view.log_id, view.seq) == (cluster.world.log_id, 2)

    run_cluster(scenario)


def test_who_watches_is_not_sent_away_by_a_view_that_waits_for_the_lease() -> None:
    async def scenario(cluster: Cluster) -> None:
        board = await cluster[0].board()
        near, (far, *_) = cluster.owner(board), cluster.others(board)
        seat = await far.seat(board)
        await near.node.rotate_log()
        cluster.world.end(far.node.inc)
        await far.node.lease.beat()  # it had ended
        await near.do(board, "add_note", content="x")
        await asyncio.sleep(1)
        assert len(seat.views) == 1
        far.node.lease.trust(1)
        await far.node.lease.beat()
        await until(lambda: len(seat.views) == 2)
        view = seat.views[1]
        assert isinstance(view, Joined), "he was sent away"
        assert (view.log_id, view.seq) == (cluster.world.log_id, 2)

    run_cluster(scenario)


def test_the_head_of_another_history_is_not_taken_for_that_of_the_one_before() -> None:
    async def scenario(cluster: Cluster) -> None:
        board = await cluster[0].board()
        near, (far, *_) = cluster.owner(board), cluster.others(board)
        await far.seat(board)
        standby = deepcopy(cluster.world.boards)
        cluster.hub.fate = lambda *_: Fate.LOSE
        await near.do(board, "add_note", content="x")
        acked = near.position(board, 2)
        cluster.world.boards, cluster.world.log_id = standby, cluster.world.fresh_id()
        view = (await far.seat(board, has=acked)).views[0]
        assert isinstance(view, Joined)
        assert (view.log_id, view.seq) == (cluster.world.log_id, 1)
        assert view.items is not None

    run_cluster(scenario)


def test_an_ack_of_another_history_comes_after_its_view() -> None:
    async def scenario(cluster: Cluster) -> None:
        board = await cluster[0].board()
        near, (far, *_) = cluster.owner(board), cluster.others(board)
        seat = await far.seat(board)
        far.journal.door.clear()
        cluster.hub.fate = lambda source, *_: (
            Fate.HOLD if source == far.node.inc else Fate.ARRIVE
        )
        told = far.tell(board, "add_note", content="x")
        await near.node.rotate_log()
        await near.do(board, "add_note", content="y")
        await asyncio.sleep(0.1)
        cluster.hub.fate = lambda *_: Fate.ARRIVE
        cluster.hub.release()
        await asyncio.sleep(0.5)
        assert not told.is_answered, "it is not of what they see"
        far.journal.door.set()
        await told.answer()
        assert told.code == "done"
        assert [getattr(view, "log_id", "") for view in seat.views][1:] == [
            cluster.world.log_id
        ]

    run_cluster(scenario)


def test_what_is_found_done_in_another_history_is_told_after_its_view() -> None:
    async def scenario(cluster: Cluster) -> None:
        board = await cluster[0].board()
        near, (far, *_) = cluster.owner(board), cluster.others(board)
        seat = await far.seat(board)
        near.journal.door.clear()
        near.journal.fate.append("applied")  # its outcome is unknown
        told = far.tell(board, "add_note", content="x")
        await until(lambda: near.seqs(board) == [1, 2])
        await near.node.rotate_log()
        far.journal.door.clear()
        near.journal.door.set()
        await asyncio.sleep(0.5)
        assert owns(near, board)
        assert not told.is_answered, "it is not of what they see"
        far.journal.door.set()
        await told.answer()
        assert (told.code, near.seqs(board)) == ("done", [1, 2])
        assert [getattr(view, "log_id", "") for view in seat.views][1:] == [
            cluster.world.log_id
        ]

    run_cluster(scenario)


def test_a_board_that_nobody_needs_here_is_followed_no_more() -> None:
    async def scenario(cluster: Cluster) -> None:
        board = await cluster[0].board()
        (far, *_) = cluster.others(board)
        seat = await far.seat(board)
        seat.leave()
        await asyncio.sleep(70)
        assert far.directory.get(board) is None

    run_cluster(scenario)


def test_a_board_that_nobody_needs_is_not_looked_for() -> None:
    async def scenario(cluster: Cluster) -> None:
        board = await cluster[0].board()
        (far, *_) = cluster.others(board)
        await until(lambda: board not in far.directory, within_s=100)
        far.journal.is_down = True
        seat = Seat(far.router, board, BOB)
        seat.join()
        await until(lambda: board in far.directory)
        seat.leave()
        await until(lambda: seat.views, within_s=11)
        await until(lambda: board not in far.directory, within_s=1)
        looked = far.journal.calls.count("peek")
        await asyncio.sleep(5)
        assert far.journal.calls.count("peek") == looked
        far.journal.is_down = False
        await far.seat(board)

    run_cluster(scenario)


def test_people_are_told_when_events_come_late_and_when_they_do_not() -> None:
    async def scenario(cluster: Cluster) -> None:
        board = await cluster[0].board()
        near, (far, _) = cluster.owner(board), cluster.others(board)
        seats = [await rig.seat(board) for rig in (near, far)]
        cluster.hub.cut(far.node.inc)

        def modes() -> list[list[str]]:
            return [[said["mode"] for said in seat.of("status")] for seat in seats]

        await until(lambda: modes() == [[], ["following"]], within_s=5)
        seats.append(await far.seat(board, ANN))
        await until(lambda: modes()[2] == ["following"], within_s=1)
        cluster.hub.mend(far.node.inc)
        await until(lambda: [told[-1:] for told in modes()[1:]] == [["live"]] * 2)
        seats.append(await far.seat(board, ANN))
        await near.notes(board, 1)
        await until(lambda: seats[3].seqs == [2])
        assert modes()[0] == modes()[3] == [], (
            "who knows of nothing else is told nothing"
        )

    run_cluster(scenario)


def test_people_are_told_that_events_are_live_when_the_board_is_ours() -> None:
    async def scenario(cluster: Cluster) -> None:
        board = await cluster[0].board()
        near, (far, _) = cluster.owner(board), cluster.others(board)
        seat = await far.seat(board)
        await cluster.kill(near, buried=False)
        await far.do(board, "add_note", content="x")
        await until(lambda: len(seat.of("status")) == 2)
        assert [said["mode"] for said in seat.of("status")] == ["following", "live"]

    run_cluster(scenario)


def test_an_owner_keeps_a_board_that_another_node_watches() -> None:
    async def scenario(cluster: Cluster) -> None:
        board = await cluster[0].board()
        near, (far, *_) = cluster.owner(board), cluster.others(board)
        await far.seat(board)
        await asyncio.sleep(200)
        assert owns(near, board)

    run_cluster(scenario)
