"""Owners are told in one word what is watched, often enough, and seldom otherwise."""

import asyncio
from collections import Counter
from typing import Any

from orbit.core.cluster import words
from orbit.core.cluster.serving import WATCH_S
from orbit.core.types import BoardId
from orbit.store.memory.carrier import Fate
from tests.kit.board import ANN, BOB
from tests.kit.cluster import Cluster, follows, owns, run_cluster, until


class Tap:
    """What gateways say that they watch, and for how many boards each time."""

    def __init__(self, cluster: Cluster) -> None:
        self.heard: list[tuple[str, str, int]] = []
        self.loses = 0  # so many of the next
        cluster.hub.fate = self._fate

    def _fate(self, source: str, to: str, frame: bytes) -> Fate:
        word = words.decode(frame)
        if not isinstance(word, words.Watch):
            return Fate.ARRIVE
        self.heard.append((source, to, len(word.boards)))
        self.loses -= 1
        return Fate.LOSE if self.loses >= 0 else Fate.ARRIVE


async def watched(cluster: Cluster, size: int) -> tuple[Any, list[BoardId], list[Any]]:
    """Have the last node watch boards of the others, all of them followed by now."""
    gateway = cluster[2]
    boards = [await cluster[0].board() for _ in range(size)]
    theirs = [board for board in boards if not owns(gateway, board)]
    seats = [await gateway.seat(board, ANN) for board in theirs]
    await until(lambda: all(follows(gateway, board) for board in theirs))
    return gateway, theirs, seats


def test_all_boards_of_one_owner_are_one_word_every_two_seconds() -> None:
    async def scenario(cluster: Cluster) -> None:
        gateway, boards, _ = await watched(cluster, 60)
        owners = Counter(cluster.owner(board).node.inc for board in boards)
        assert len(owners) == 2
        await asyncio.sleep(5)
        tap = Tap(cluster)
        await asyncio.sleep(20)
        for owner, size in owners.items():
            pair = gateway.node.inc, owner
            assert [n for *way, n in tap.heard if (*way,) == pair] == [size] * 10

    run_cluster(scenario)


def test_two_of_three_may_be_lost_and_the_watch_goes_on() -> None:
    async def scenario(cluster: Cluster) -> None:
        gateway, (board, *_), (seat, *_) = await watched(cluster, 6)
        near, at = cluster.owner(board), cluster.loop.now
        tap = Tap(cluster)
        owners = {cluster.owner(board) for board in cluster.world.boards}
        tap.loses = 2 * len(owners - {gateway})
        while cluster.loop.now < at + 3 * WATCH_S:
            await asyncio.sleep(0.5)
            assert near.nodes
            assert near.nodes.is_watched(board)
        await near.notes(board, 1)
        await until(lambda: seat.seqs == [2], within_s=0.1)

    run_cluster(scenario)


def test_who_comes_is_counted_elsewhere_before_the_next_renewal() -> None:
    async def scenario(cluster: Cluster) -> None:
        gateway, (board, *_), _ = await watched(cluster, 3)
        seat = await cluster.owner(board).seat(board, ANN)
        await asyncio.sleep(3)
        for _ in range(4):
            came_at = cluster.loop.now
            other = await gateway.seat(board, BOB)
            await until(lambda: seat.of("here")[-1]["count"] == 2)
            assert cluster.loop.now - came_at < 1.6, "once a second it is looked"
            other.leave()
            await until(lambda: seat.of("here")[-1]["count"] == 1)
            await asyncio.sleep(0.7)

    run_cluster(scenario)


def test_an_owner_that_is_not_there_any_more_is_looked_for_by_all_its_boards() -> None:
    async def scenario(cluster: Cluster) -> None:
        gateway, boards, seats = await watched(cluster, 30)
        near = cluster.owner(boards[0])
        gone = [board for board in boards if owns(near, board)]
        assert len(gone) > 3
        await cluster.kill(near, buried=True)
        died_at = cluster.loop.now
        alive = cluster.rigs
        await until(
            lambda: all(any(owns(rig, board) for rig in alive) for board in gone)
        )
        assert cluster.loop.now - died_at < 4
        for seat in seats:
            await gateway.do(seat.board, "add_note", content="x")
            await until(lambda seat=seat: seat.seqs == [2])  # type: ignore[misc]

    run_cluster(scenario)
