"""How a node goes: what it gives up, in which order, and who waits for what."""

import pytest

from orbit.cluster import LONGEST_AWAY_S, Cluster, away_s, let_go
from orbit.preflight import CannotServe
from orbit.settings import Settings
from orbit.store.clock import SystemClock
from orbit.store.memory.journal import MemoryJournal
from orbit.store.memory.node import MemoryNode
from orbit.store.memory.world import World
from tests.kit.board import Rig, simulated, until


@simulated
async def test_boards_that_were_let_go_are_free_while_the_lease_lasts(rig: Rig) -> None:
    boards = [await rig.board() for _ in range(9)]
    await let_go(rig.directory, rig.journal)
    assert len(rig.directory) == 0
    assert rig.node.lease.is_valid()
    other = MemoryJournal(rig.world, "other")
    for board in boards:
        assert (await other.claim(board)).seq == 1


@simulated
async def test_a_board_finishes_what_it_has_begun_before_it_is_let_go(rig: Rig) -> None:
    board = await rig.board()
    told = [rig.tell(board, "add_note", content="x") for _ in range(200)]
    await until(lambda: rig.directory.actor(board).is_busy)
    await let_go(rig.directory, rig.journal)
    assert {one.code for one in told} == {"done"}
    assert rig.seqs(board) == list(range(1, 202))


def test_sockets_are_sent_away_no_faster_than_others_let_them_in() -> None:
    assert away_s(0) == 0
    assert away_s(500) == 2
    assert away_s(1_000_000) == LONGEST_AWAY_S


def test_an_address_that_is_none_is_told_before_anything_runs() -> None:
    settings, clock = Settings(redis_url="redis://h/0?no_option=1"), SystemClock()
    registry = MemoryNode(World(clock), "a")
    with pytest.raises(CannotServe, match="ORBIT_REDIS_URL"):
        Cluster(settings, inc="a", name="a", log_id="l", clock=clock, registry=registry)
