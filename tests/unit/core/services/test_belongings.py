"""A ghost's own list: sealed, padded, shared by several writers."""

import asyncio
from collections.abc import Sequence

import pytest

from orbit.core.errors import Unavailable
from orbit.core.services import belongings
from orbit.core.services.belongings import MAX_BOARDS, Belongings
from orbit.core.services.identity import BoxKey, Keys
from orbit.core.types import BoardId
from orbit.store.clock import SystemClock
from orbit.store.memory.ghosts import MemoryGhosts
from orbit.store.memory.world import World

KEYS = Keys(b"pepper")


def boards(*numbers: int) -> Sequence[BoardId]:
    return [BoardId(f"00000000-0000-4000-8000-{n:012d}") for n in numbers]


@pytest.fixture
def world() -> World:
    return World(SystemClock())


def node(world: World) -> Belongings:
    return Belongings(MemoryGhosts(world))


async def test_what_is_noted_is_listed_once_and_in_order(world: World) -> None:
    mine = node(world)
    key = KEYS.persona("secret").box
    for board in boards(2, 1, 2, 3, 1):
        await mine.note(key, board)
    assert await mine.boards(key) == boards(2, 1, 3)
    assert await node(world).boards(key) == boards(2, 1, 3)


async def test_a_box_opens_for_its_own_secret_alone(world: World) -> None:
    mine = node(world)
    key, other = KEYS.persona("secret").box, KEYS.persona("another").box
    await mine.note(key, boards(1)[0])
    assert await mine.boards(other) == []
    assert await mine.boards(BoxKey(key.label, other.seal)) == []


async def test_the_database_learns_neither_secret_nor_boards(world: World) -> None:
    mine = node(world)
    await mine.note(KEYS.persona("secret").box, boards(1)[0])
    ((label, (_version, sealed)),) = world.boxes.items()
    for plain in (b"secret", boards(1)[0].encode(), KEYS.ghost_id("secret")):
        assert plain not in label + sealed


async def test_a_box_does_not_tell_how_many_boards_are_in_it(world: World) -> None:
    few, more = node(world), node(world)
    await few.note(KEYS.persona("a").box, boards(1)[0])
    for board in boards(*range(10)):
        await more.note(KEYS.persona("b").box, board)
    sizes = {len(sealed) for _version, sealed in world.boxes.values()}
    assert len(sizes) == 1


async def test_two_nodes_that_write_at_once_lose_nothing(world: World) -> None:
    one, two = node(world), node(world)
    key = KEYS.persona("secret").box
    await one.note(key, boards(1)[0])

    class Racing(MemoryGhosts):
        """Another node writes between a read and its write, the first time."""

        raced = False

        async def keep_box(self, label: bytes, version: int, sealed: bytes) -> bool:
            if not self.raced:
                self.raced = True
                await two.note(key, boards(2)[0])
            return await super().keep_box(label, version, sealed)

    await Belongings(Racing(world)).note(key, boards(3)[0])
    assert await one.boards(key) == boards(1, 2, 3)


async def test_many_boards_noted_at_once_are_all_listed(world: World) -> None:
    class Slow(MemoryGhosts):
        """Somebody else has his turn after each read."""

        async def box(self, label: bytes) -> tuple[int, bytes]:
            read = await super().box(label)
            await asyncio.sleep(0)
            return read

    mine = Belongings(Slow(world))
    key, many = KEYS.persona("secret").box, boards(*range(100))
    async with asyncio.TaskGroup() as notes:
        for board in (*many, *many):
            notes.create_task(mine.note(key, board))
    assert sorted(await mine.boards(key)) == many
    assert all(mine.has_noted(key, board) for board in many)


async def test_nodes_that_go_on_writing_at_once_let_each_other_pass(
    world: World,
) -> None:
    class Far(MemoryGhosts):
        """What is read has a way to go."""

        async def box(self, label: bytes) -> tuple[int, bytes]:
            read = await super().box(label)
            await asyncio.sleep(0.001)
            return read

    nodes = [Belongings(Far(world)) for _ in range(12)]
    key, many = KEYS.persona("secret").box, boards(*range(12))
    async with asyncio.TaskGroup() as notes:
        for one, board in zip(nodes, many, strict=True):
            notes.create_task(one.note(key, board))
    assert sorted(await nodes[0].boards(key)) == many


async def test_who_never_gets_his_turn_is_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(belongings, "PAUSE_MS", 1)

    class Taken(MemoryGhosts):
        async def keep_box(self, label: bytes, version: int, sealed: bytes) -> bool:
            return False

    mine = Belongings(Taken(world))
    key = KEYS.persona("secret").box
    with pytest.raises(Unavailable):
        await mine.note(key, boards(1)[0])
    assert not mine.has_noted(key, boards(1)[0])


async def test_what_was_written_before_an_outage_is_listed_after_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(belongings, "AGAIN_S", [0.001] * 3)

    class Away(MemoryGhosts):
        outages = 3

        async def box(self, label: bytes) -> tuple[int, bytes]:
            if self.outages:
                self.outages -= 1
                raise Unavailable
            return await super().box(label)

    mine, key = Belongings(Away(world)), KEYS.persona("secret").box
    await mine.note_soon(key, boards(1)[0])
    assert await mine.boards(key) == boards(1)
    gone = Away(world)
    gone.outages = 4
    with pytest.raises(Unavailable):
        await Belongings(gone).note_soon(key, boards(2)[0])


async def test_what_is_noted_again_costs_no_look(world: World) -> None:
    mine = node(world)
    key = KEYS.persona("secret").box
    await mine.note(key, boards(1)[0])
    world.boxes.clear()
    await mine.note(key, boards(1)[0])
    assert world.boxes == {}
    assert mine.has_noted(key, boards(1)[0])


async def test_the_oldest_of_too_many_are_forgotten(world: World) -> None:
    mine = node(world)
    key = KEYS.persona("secret").box
    for board in boards(*range(MAX_BOARDS + 2)):
        await mine.note(key, board)
    kept = await mine.boards(key)
    assert (len(kept), kept[0]) == (MAX_BOARDS, boards(2)[0])


async def test_a_broken_box_is_begun_anew(world: World) -> None:
    mine = node(world)
    key = KEYS.persona("secret").box
    world.boxes[key.label] = (1, b"no box at all, but long enough for one")
    assert await mine.boards(key) == []
    await mine.note(key, boards(1)[0])
    assert await mine.boards(key) == boards(1)


async def test_what_is_erased_is_gone(world: World) -> None:
    mine = node(world)
    key = KEYS.persona("secret").box
    await mine.note(key, boards(1)[0])
    await mine.forget(KEYS.persona("secret"))
    assert world.boxes == {}
    assert not mine.has_noted(key, boards(1)[0])


async def test_a_box_is_gone_before_its_ghost(world: World) -> None:
    """So a ghost that is not found any more has no box."""
    mine = node(world)
    steps: list[str] = []

    class Watched(MemoryGhosts):
        async def remove(self, key: bytes) -> None:
            steps.append(f"ghost, {len(world.boxes)} boxes left")

    await mine.note(KEYS.persona("secret").box, boards(1)[0])
    await Belongings(Watched(world)).forget(KEYS.persona("secret"))
    assert steps == ["ghost, 0 boxes left"]


async def test_a_note_that_is_under_way_makes_no_box_anew(world: World) -> None:
    class Late(MemoryGhosts):
        """The ghost is forgotten between what is read and what is written."""

        async def keep_box(self, label: bytes, version: int, sealed: bytes) -> bool:
            await mine.forget(KEYS.persona("secret"))
            return await super().keep_box(label, version, sealed)

    mine = Belongings(Late(world))
    await mine.note(KEYS.persona("secret").box, boards(1)[0])
    assert world.boxes == {}


async def test_what_was_erased_while_it_was_read_is_not_written_at_all(
    world: World,
) -> None:
    """Not even for a moment: the node may die before it could remove it again."""

    class Late(MemoryGhosts):
        """The ghost is forgotten while its box is read."""

        async def box(self, label: bytes) -> tuple[int, bytes]:
            read = await super().box(label)
            await mine.forget(KEYS.persona("secret"))
            return read

        async def keep_box(self, label: bytes, version: int, sealed: bytes) -> bool:
            kept.append(label)
            return await super().keep_box(label, version, sealed)

    kept: list[bytes] = []
    mine = Belongings(Late(world))
    await mine.note(KEYS.persona("secret").box, boards(1)[0])
    assert (kept, world.boxes) == ([], {})
