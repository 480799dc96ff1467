"""Every store of ghosts keeps the promises of `core.ports.Ghosts`."""

from datetime import UTC, datetime, timedelta

from orbit.core.ports import Ghost
from tests.kit.stores import Store

NOW = datetime.now(UTC)
LATER = NOW + timedelta(days=30)


async def test_a_ghost_is_found_by_its_key_and_by_no_other(store: Store) -> None:
    ghost = Ghost(b"key", NOW, LATER)
    await store.ghosts.add(ghost)
    assert await store.ghosts.find(b"key") == ghost
    assert await store.ghosts.find(b"other") is None


async def test_an_expired_ghost_is_not_found(store: Store) -> None:
    await store.ghosts.add(Ghost(b"key", NOW, NOW - timedelta(seconds=1)))
    assert await store.ghosts.find(b"key") is None


async def test_a_removed_ghost_is_not_found_and_may_be_removed_again(
    store: Store,
) -> None:
    await store.ghosts.add(Ghost(b"key", NOW, LATER))
    await store.ghosts.remove(b"key")
    await store.ghosts.remove(b"key")
    assert await store.ghosts.find(b"key") is None


async def test_a_box_that_was_never_kept_is_empty(store: Store) -> None:
    assert await store.ghosts.box(b"label") == (0, b"")


async def test_a_box_is_replaced_only_by_who_has_seen_it(store: Store) -> None:
    assert await store.ghosts.keep_box(b"label", 0, b"one")
    assert not await store.ghosts.keep_box(b"label", 0, b"from another tab")
    assert await store.ghosts.box(b"label") == (1, b"one")
    assert await store.ghosts.keep_box(b"label", 1, b"two")
    assert await store.ghosts.box(b"label") == (2, b"two")


async def test_a_box_that_was_never_kept_has_no_later_version(store: Store) -> None:
    assert not await store.ghosts.keep_box(b"label", 3, b"x")
    assert await store.ghosts.box(b"label") == (0, b"")


async def test_a_removed_box_is_empty(store: Store) -> None:
    await store.ghosts.keep_box(b"label", 0, b"one")
    await store.ghosts.remove_box(b"label")
    assert await store.ghosts.box(b"label") == (0, b"")


async def test_boxes_of_a_day_that_is_over_are_purged(store: Store) -> None:
    before = datetime.now(UTC)
    for label in (b"1", b"2", b"3"):
        await store.ghosts.keep_box(label, 0, b"one")
    assert await store.ghosts.purge_boxes(before, 10) == 0
    assert await store.ghosts.box(b"1") == (1, b"one")
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    removed = [await store.ghosts.purge_boxes(tomorrow, 2) for _ in range(3)]
    assert removed == [2, 1, 0]
    assert await store.ghosts.box(b"1") == (0, b"")
