"""Every store of the trail keeps the promises of `core.ports`."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from orbit.core.ports import Account, Act, Record, Recorded, Wanted
from tests.kit.stores import Place, Store

NOW = datetime.now(UTC).replace(microsecond=123_456)
HOUR = timedelta(hours=1)


async def person(store: Store) -> str:
    id = str(uuid4())
    await store.people.accounts.add(Account(id, f"{id}@example.org", b"sealed", NOW))
    return id


def record(act: Act = Act.SIGNED_IN, at: datetime = NOW, **fields: object) -> Record:
    return Record(str(uuid4()), at, act, **fields)  # type: ignore[arg-type]


async def broken(store: Store) -> list[int]:
    """Return the seqs of rows that do not follow from the one before."""
    ends = await store.people.trail.ends()
    before, wrong, last = ends.floor_hash, [], ends.floor
    while page := await store.people.trail.links(last, 3):
        for link in page:
            if link.seq != last + 1 or not link.follows(before):
                wrong.append(link.seq)
            before, last = link.hash, link.seq
    assert (last, before) == (ends.seq, ends.hash)
    return wrong


async def read(store: Store, **wanted: object) -> Sequence[Recorded]:
    rows, count = await store.people.trail.page(Wanted(**wanted), 0, 99)  # type: ignore[arg-type]
    assert count == len(rows)
    return rows


async def test_what_is_appended_is_found_in_order(store: Store) -> None:
    ann, bob = await person(store), await person(store)
    one = record(
        actor=ann,
        subject=bob,
        path="/admin/users/{id}/",
        ip="10.1.2.0/24",
        about={"role": "dev", "who": 'Änn\n"x"'},
    )
    two = record(Act.SIGN_IN_REFUSED, NOW + HOUR)
    await store.people.trail.append([one, two])
    rows = await read(store)
    assert [row.seq for row in rows] == [2, 1]
    for row, told in zip(rows, [two, one], strict=True):
        assert all(
            getattr(row, field) == getattr(told, field)
            for field in Record.__struct_fields__
        )
    assert await broken(store) == []


async def test_what_is_told_again_is_there_once(store: Store) -> None:
    told = [record(), record(Act.SIGNED_OUT)]
    await store.people.trail.append(told)
    await store.people.trail.append([*told, late := record(Act.ERASED)])
    assert [row.id for row in await read(store)] == [late.id, told[1].id, told[0].id]
    assert await broken(store) == []


async def test_nodes_that_append_at_once_make_one_chain(anywhere: Place) -> None:
    nodes = [anywhere.node() for _ in range(4)]
    ann = await person(nodes[0])
    told = [[record(actor=ann) for _ in range(3)] for _ in range(20)]

    async def by(node: Store, its: Sequence[Sequence[Record]]) -> None:
        for rows in its:  # as the service does: one after the other
            await node.people.trail.append(rows)

    await asyncio.gather(*(by(node, told[n::4]) for n, node in enumerate(nodes)))
    store = nodes[1]
    assert len(await read(store, actor=ann)) == 60
    assert await broken(store) == []
    places = {row.id: row.seq for row in await read(store)}
    for rows in told:  # those of one call stand together
        first = places[rows[0].id]
        assert [places[row.id] for row in rows] == [first, first + 1, first + 2]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"act": "sign-out"}, "b"),
        ({"act": "nothing"}, ""),
        ({"since": NOW + HOUR}, "cb"),
        ({"until": NOW + HOUR}, "a"),
        ({"since": NOW, "until": NOW + 2 * HOUR}, "ba"),
        ({"text": "10.1"}, "b"),
        ({"text": "ROLE"}, "ca"),
        ({"text": "%"}, ""),
    ],
)
async def test_rows_are_found_by_what_they_say(
    store: Store, wanted: dict[str, object], found: str
) -> None:
    await store.people.trail.append(
        [
            record(Act.ROLE_GIVEN, about={"n": "a"}),
            record(Act.SIGNED_OUT, NOW + HOUR, ip="10.1.0.0/24", about={"n": "b"}),
            record(path="/roles/", at=NOW + 2 * HOUR, about={"n": "c"}),
        ]
    )
    assert "".join(row.about["n"] for row in await read(store, **wanted)) == found


async def test_pages_say_how_many_there_are(store: Store) -> None:
    trail = store.people.trail
    await trail.append([record() for _ in range(5)])
    rows, count = await trail.page(Wanted(), 3, 9)
    assert ([row.seq for row in rows], count) == ([2, 1], 5)


async def test_a_person_finds_what_he_did_and_what_was_done_to_him(
    store: Store,
) -> None:
    ann, bob = await person(store), await person(store)
    trail = store.people.trail
    await trail.append(
        [
            record(actor=ann),
            record(actor=bob),
            record(Act.ROLE_GIVEN, actor=bob, subject=ann),
            record(Act.SIGNED_OUT, actor=ann),
        ]
    )
    assert [row.seq for row in await trail.of(ann, 9)] == [4, 3, 1]
    assert [row.seq for row in await trail.of(ann, 2)] == [4, 3]
    assert await trail.of(str(uuid4()), 9) == []
    assert [row.seq for row in await read(store, account=ann)] == [4, 3, 1]
    assert [row.seq for row in await read(store, account=bob, actor=ann)] == []
    assert [row.seq for row in await read(store, account=ann, actor=bob)] == [3]


async def test_who_is_erased_is_nobody_and_the_chain_stays(store: Store) -> None:
    ann, trail = await person(store), store.people.trail
    await trail.append([record(actor=ann), record(subject=ann)])
    await store.people.accounts.remove(ann)
    await trail.append([record(Act.ERASED, actor=ann)])
    rows = await read(store)
    assert ann not in str(rows)
    assert [bool(row.actor or row.subject) for row in rows] == [False, True, True]
    assert await trail.of(ann, 9) == []
    assert await read(store, actor=ann) == []
    assert len(await read(store, actor=rows[2].actor)) == 1
    assert await broken(store) == []


async def test_what_is_purged_leaves_a_chain_that_goes_on(store: Store) -> None:
    trail = store.people.trail
    assert await trail.purge(NOW + HOUR, 9) == 0
    ages = [0, 1, 2, 0, 4]
    await trail.append([record(at=NOW + age * HOUR) for age in ages])
    assert await trail.purge(NOW, 9) == 0
    assert await trail.purge(NOW + 2 * HOUR, 1) == 1
    assert await trail.purge(NOW + 2 * HOUR, 9) == 3  # a late row takes those before
    ends = await trail.ends()
    assert (ends.floor, ends.seq) == (4, 5)
    assert [row.seq for row in await read(store)] == [5]
    await trail.append([record()])
    assert await broken(store) == []
    assert await trail.purge(NOW + 9 * HOUR, 9) == 2
    await trail.append([record()])
    assert await broken(store) == []
