"""What is past its time is removed, and nothing else."""

import asyncio
from datetime import datetime, timedelta

import pytest

from orbit.core.errors import NotFound
from orbit.core.kind import wire_name
from orbit.core.kinds import KINDS
from orbit.core.kinds.feedback.events import BoardDeleted
from orbit.core.ports import Ghost
from orbit.core.services.housekeeping import KEPT, Housekeeper, Purged
from orbit.core.services.identity import LIFETIME
from orbit.store.memory.ghosts import MemoryGhosts
from tests.kit.board import BY_LINK, Rig, simulated


class Calendar:
    """A clock that stands at a day."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return 0.0


async def sweep(rig: Rig, ghosts: MemoryGhosts, now: datetime) -> Purged:
    return await Housekeeper(rig.journal, ghosts, Calendar(now), KINDS).sweep()


@simulated
async def test_what_is_past_its_time_is_removed_once(rig: Rig) -> None:
    gone, kept, live = [await rig.board() for _ in range(3)]
    await rig.do(gone, "delete_board", BY_LINK)
    gone_at = rig.clock.now()
    await asyncio.sleep(7_200)
    await rig.do(kept, "delete_board", BY_LINK)
    ghosts = MemoryGhosts(rig.world)
    for n in range(3):
        expires = gone_at + timedelta(days=3 * n + 1)
        await ghosts.add(Ghost(b"%d" % n, gone_at, expires))
    now = gone_at + KEPT + timedelta(hours=1)
    assert await sweep(rig, ghosts, now) == Purged(boards=1, ghosts=3)
    assert set(rig.world.boards) == {kept, live}
    assert await sweep(rig, ghosts, now) == Purged(boards=0, ghosts=0)


@simulated
async def test_a_ghosts_list_goes_when_the_ghost_has(rig: Rig) -> None:
    ghosts = MemoryGhosts(rig.world)
    expires = rig.clock.now() + LIFETIME
    await ghosts.add(Ghost(b"a ghost", rig.clock.now(), expires))
    await ghosts.keep_box(b"its list", 0, b"sealed")
    await sweep(rig, ghosts, expires - timedelta(seconds=1))
    assert await ghosts.box(b"its list") == (1, b"sealed")
    await sweep(rig, ghosts, expires + timedelta(days=1))
    assert await ghosts.box(b"its list") == (0, b"")
    assert not rig.world.ghosts


@simulated
async def test_a_board_that_was_purged_while_it_was_live_is_not_found(rig: Rig) -> None:
    board = await rig.board()
    await rig.do(board, "delete_board", BY_LINK)
    now = rig.clock.now() + KEPT + timedelta(hours=1)
    await sweep(rig, MemoryGhosts(rig.world), now)
    await rig.directory.evict(board)
    with pytest.raises(NotFound):
        await rig.do(board, "add_note", content="x")


def test_what_ends_a_board_is_found_by_its_name() -> None:
    """The store looks for endings by this pattern alone."""
    ends = {event for kind in KINDS.values() for event in kind.ends}
    assert BoardDeleted in ends
    assert all(wire_name(event).endswith("_deleted") for event in ends)
