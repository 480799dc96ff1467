"""The chain: each sort of tampering is told, where it shows; and nothing else is."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from msgspec.structs import replace

from orbit.core.ports import Act, Link
from orbit.core.services import chain as module
from orbit.core.services.chain import Chain, Mark
from orbit.core.services.trail import Trail
from orbit.store.memory.trail import MemoryTrail
from orbit.store.memory.world import World
from tests.kit.signed import Ahead


@pytest.fixture
def world() -> World:
    return World(Ahead())


@pytest.fixture(autouse=True)
async def written(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAGE", 3)
    await write(world, 8)


async def write(world: World, rows: int) -> None:
    for n in range(rows):
        trail = Trail(MemoryTrail(world), world.clock)
        await trail.record(Act.SIGNED_IN, about={"n": str(n)})


async def told(world: World, noted: Mark | None = None) -> list[tuple[int, str]]:
    chain = Chain(MemoryTrail(world), noted=noted)
    return [(flaw.seq, flaw.words) async for flaw in chain.flaws()]


CHANGED = "it is not what was written after the row before it"
LAST = "it is not the row that is said to be the last"


async def test_a_trail_that_nobody_touched_holds(world: World) -> None:
    read: list[int] = []
    chain = Chain(MemoryTrail(world), read.append)
    assert [flaw async for flaw in chain.flaws()] == []
    assert (read, chain.rows) == ([3, 3, 2], 8)
    assert chain.mark == Mark(8, world.trail_ends.hash)
    assert Mark.of(f" {chain.mark}\n") == chain.mark
    assert await told(World(world.clock)) == []


async def test_a_row_that_was_changed_is_told(world: World) -> None:
    row, hashed = world.trail[3]
    world.trail[3] = replace(row, about={"n": "x"}), hashed
    assert await told(world) == [(4, CHANGED)]


async def test_a_row_and_its_hash_show_in_the_row_after_it(world: World) -> None:
    world.trail[3] = world.trail[3][0], b"another"
    assert await told(world) == [(4, CHANGED), (5, CHANGED)]


async def test_rows_that_are_gone_are_told(world: World) -> None:
    del world.trail[3:5]
    assert await told(world) == [(4, "rows are missing before 6")]
    del world.trail[-1]
    assert (await told(world))[1] == (8, "rows are missing up to 8")
    del world.trail[0]
    assert (await told(world))[0] == (1, "rows are missing before 2")


async def test_rows_that_changed_places_are_told(world: World) -> None:
    (three, x), (four, y) = world.trail[2:4]
    world.trail[2:4] = [(replace(four, seq=3), y), (replace(three, seq=4), x)]
    assert [seq for seq, _ in await told(world)] == [3, 4, 5]


async def test_another_end_is_told(world: World) -> None:
    world.trail_ends = replace(world.trail_ends, hash=b"another")
    assert await told(world) == [(8, LAST)]
    world.trail_ends = replace(world.trail_ends, seq=7)
    assert await told(world) == [(8, LAST)]


async def test_who_writes_all_of_it_anew_is_told_by_what_was_noted(
    world: World,
) -> None:
    noted = Mark(5, world.trail[4][1])
    assert await told(world, noted) == []
    other = World(world.clock)
    await write(other, 8)
    assert await told(other) == []
    assert await told(other, noted) == [(5, "it is not the row that was noted")]
    short = World(world.clock)
    await write(short, 4)
    assert await told(short, noted) == [(5, "the row that was noted is missing")]


async def test_what_is_purged_or_appended_meanwhile_is_no_flaw(world: World) -> None:
    class Busy(MemoryTrail):
        """Others purge before the first page, and append after it."""

        async def links(self, after: int, limit: int) -> Sequence[Link]:
            if after == 0:
                later = world.clock.now() + timedelta(days=1)
                await super().purge(later, 2)
            else:
                await write(world, 1 if after < 12 else 0)
            return await super().links(after, limit)

    chain = Chain(Busy(world))
    assert [flaw async for flaw in chain.flaws()] == []
    assert chain.mark.seq >= 8


async def test_a_purge_that_goes_on_while_its_rows_are_read_is_no_flaw(
    world: World,
) -> None:
    class Purging(MemoryTrail):
        """Others purge before the first page, and again after it was read."""

        async def links(self, after: int, limit: int) -> Sequence[Link]:
            later = world.clock.now() + timedelta(days=1)
            await super().purge(later, 2)
            page = await super().links(after, limit)
            await super().purge(later, 2)
            return page

    chain = Chain(Purging(world))
    assert [flaw async for flaw in chain.flaws()] == []
    assert chain.mark.seq == 8


@pytest.mark.parametrize("text", ["", "12", "x:00", "12:zz"])
def test_what_is_no_mark_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the words are Python's
        Mark.of(text)
