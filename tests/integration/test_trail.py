"""Many nodes write the trail at once, while those whom it names change and go."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Sequence
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from orbit.core.ports import Account, Act, Record
from tests.kit.stores import Place, Store, place

NOW = datetime.now(UTC)
LONG_AGO = NOW - timedelta(days=1)
ROUNDS, NODES, AT_ONCE = 30, 6, 100

# As many that the planner finds accounts by their ids, in whatever order that is.
OTHERS = """
INSERT INTO account (id, email, personas, created_at)
SELECT gen_random_uuid(), 'x' || n || '@example.net', '', now()
  FROM generate_series(1, 50000) AS n"""
NAMELESS = (
    "SELECT count(*) FROM trail WHERE about ->> 'of' = ANY ($1) AND actor IS NULL"
)


@pytest.fixture
async def db() -> AsyncIterator[Place]:
    """A database with many accounts."""
    async with place("postgres") as opened:
        await opened.run(OTHERS)
        await opened.run("ANALYZE account")
        yield opened


async def people(store: Store, count: int) -> Sequence[Account]:
    """Make accounts that the trail has not named yet."""
    ids = [str(uuid4()) for _ in range(count)]
    drafts = [Account(id, f"{id}@example.org", b"", NOW) for id in ids]
    return [await store.people.accounts.add(draft) for draft in drafts]


def records(of: Sequence[Account], chance: random.Random) -> Sequence[Record]:
    """Return records of some of them, in any order."""
    some = chance.sample(of, chance.choice([3, 10, 30, len(of)]))
    return [
        Record(str(uuid4()), NOW, Act.SIGNED_IN, actor=each.id, about={"of": each.id})
        for each in some
    ]


async def at_once(*jobs: Awaitable[object]) -> None:
    for done in await asyncio.gather(*jobs, return_exceptions=True):
        if isinstance(done, BaseException):
            raise done


async def test_nodes_that_name_the_same_people_at_once_do_not_wait_in_a_ring(
    db: Place,
) -> None:
    nodes, chance = [db.node() for _ in range(NODES)], random.Random(1)
    told = 0
    for _ in range(ROUNDS):
        fresh = await people(nodes[0], AT_ONCE)
        batches = [records(fresh, chance) for _ in nodes]
        told += sum(map(len, batches))
        pairs = zip(nodes, batches, strict=True)
        await at_once(*(node.people.trail.append(batch) for node, batch in pairs))
    (row,) = await db.run("SELECT count(*) FROM trail")
    assert row[0] == told


async def test_who_changes_or_goes_meanwhile_is_in_no_records_way(db: Place) -> None:
    nodes, chance = [db.node() for _ in range(NODES)], random.Random(2)
    accounts, here = nodes[0].people.accounts, str(uuid4())
    for _ in range(ROUNDS):
        fresh = await people(nodes[0], AT_ONCE)
        gone, moved, *others = fresh
        batches = [records(fresh, chance) for _ in nodes]
        pairs = zip(nodes, batches, strict=True)
        await at_once(
            *(node.people.trail.append(batch) for node, batch in pairs),
            accounts.remove(gone.id),
            accounts.settle(moved.id, moved.email, f"y{moved.email}", NOW, here),
            nodes[1].people.trail.purge(LONG_AGO, 9),
        )
        assert await nodes[0].people.trail.of(gone.id, 9) == []
        (row,) = await db.run(NAMELESS, [each.id for each in (moved, *others)])
        assert row[0] == 0
