"""Every store tells the same about nodes: who lives, who is buried, who may answer."""

from tests.kit.stores import Place, Store


async def others(store: Store) -> list[str]:
    return [other.inc for other in await store.node.other_live_incs()]


async def test_nodes_see_the_others_that_live_the_oldest_first(
    anywhere: Place,
) -> None:
    ann, bob, eve = anywhere.node(), anywhere.node(), anywhere.node()
    for at, node in enumerate([ann, bob, eve]):
        assert await node.node.register(f"n{at}", f"lock {at}") == []
    assert await others(bob) == [ann.node.inc, eve.node.inc]
    await anywhere.lapse(ann.node.inc)
    assert await others(bob) == [eve.node.inc]
    await eve.node.leave()
    assert await others(bob) == []


async def test_whoever_holds_the_lock_file_buries_those_before(
    anywhere: Place,
) -> None:
    dead, other, next_ = anywhere.node(), anywhere.node(), anywhere.node()
    await dead.node.register("n1", "lock of n1")
    await other.node.register("n2", "lock of n2")
    assert await next_.node.register("n1", "lock of n1") == [dead.node.inc]
    assert await others(next_) == [other.node.inc]


async def test_a_parent_buries_its_child_once(anywhere: Place) -> None:
    parent, child = anywhere.node(), anywhere.node()
    await child.node.register("child", "lock")
    assert await parent.node.bury(child.node.inc)
    assert not await parent.node.bury(child.node.inc)
    assert await others(parent) == []


async def test_an_operator_sees_who_lives_and_since_when_it_was_heard_of(
    anywhere: Place,
) -> None:
    ann, bob = anywhere.node(), anywhere.node()
    for at, store in enumerate([ann, bob]):
        await store.node.register(f"n{at}", f"lock {at}")
        await store.node.lease.beat()
    seen = await ann.node.registered(60)
    assert [node.inc for node in seen] == [ann.node.inc, bob.node.inc]
    assert [node.name for node in seen] == ["n0", "n1"]
    assert all(node.is_alive and node.state == "up" for node in seen)
    assert all(-1 < node.beat_age_s < 6 and not node.lapses for node in seen)
    await bob.node.leave()
    assert [node.inc for node in await ann.node.registered(0)] == [ann.node.inc]


async def test_a_node_may_answer_after_its_first_beat(store: Store) -> None:
    await store.node.register("n", "lock")
    assert not store.node.lease.is_valid()
    assert await store.node.lease.beat() == 0
    assert store.node.lease.is_valid()


async def test_a_node_that_came_back_answers_after_it_has_looked(
    anywhere: Place,
) -> None:
    store = anywhere.node()
    await store.node.register("n", "lock")
    await store.node.lease.beat()
    await anywhere.lapse(store.node.inc)
    assert await store.node.lease.beat() == 1
    assert not store.node.lease.is_valid()
    assert await store.node.lease.beat() == 1
    assert not store.node.lease.is_valid()
    store.node.lease.trust(1)
    await store.node.lease.beat()
    assert store.node.lease.is_valid()


async def test_a_forgotten_node_may_not_answer(anywhere: Place) -> None:
    store = anywhere.node()
    await store.node.register("n", "lock")
    await store.node.lease.beat()
    await anywhere.forget_node(store.node.inc)
    assert await store.node.lease.beat() is None
    assert not store.node.lease.is_valid()
