"""Every store of second factors keeps the promises of `core.ports`."""

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

from msgspec.structs import replace

from orbit.core.ports import Account, Factor
from tests.kit.stores import Store

NOW = datetime.now(UTC).replace(microsecond=0)
CODES = [b"one", b"two", b"three"]


async def confirmed(store: Store) -> Factor:
    """Make an account with a factor; return the factor."""
    id, factors = str(uuid4()), store.people.factors
    await store.people.accounts.add(Account(id, f"{id}@example.org", b"sealed", NOW))
    assert await factors.enrol(id, b"secret")
    assert await factors.confirm(id, b"secret", 5, CODES, NOW)
    return Factor(id, b"secret", NOW, 5, CODES)


async def test_what_waits_gives_way_and_what_is_confirmed_does_not(
    store: Store,
) -> None:
    factors, id = store.people.factors, str(uuid4())
    assert not await factors.enrol(id, b"nobody's")
    await store.people.accounts.add(Account(id, "ann@example.org", b"sealed", NOW))
    assert await factors.find(id) is None
    for secret in (b"first", b"second"):
        assert await factors.enrol(id, secret)
    assert await factors.find(id) == Factor(id, b"second", None, 0, [])
    assert not await factors.confirm(id, b"first", 1, CODES, NOW)
    assert await factors.confirm(id, b"second", 1, CODES, NOW)
    assert not await factors.confirm(id, b"second", 2, CODES, NOW)
    assert not await factors.enrol(id, b"third")
    assert await factors.find(id) == Factor(id, b"second", NOW, 1, CODES)


async def test_a_step_counts_once_and_none_before_it(store: Store) -> None:
    factors, ann = store.people.factors, await confirmed(store)
    spent = await asyncio.gather(*(factors.spend(ann.account, 7) for _ in range(10)))
    assert spent.count(True) == 1
    assert [await factors.spend(ann.account, step) for step in (5, 6, 7, 8)] == [
        False,
        False,
        False,
        True,
    ]
    assert not await factors.spend(str(uuid4()), 9)


async def test_a_recovery_code_counts_once_however_many_show_it(store: Store) -> None:
    factors, ann = store.people.factors, await confirmed(store)
    used = await asyncio.gather(
        *(factors.recover(ann.account, code) for code in CODES[:2] for _ in range(5))
    )
    assert used.count(True) == 2
    assert await factors.find(ann.account) == replace(ann, recovery=[b"three"])
    await factors.renew(ann.account, [b"four"])
    assert not await factors.recover(ann.account, b"three")
    assert await factors.recover(ann.account, b"four")


async def test_a_factor_ends_alone_or_with_its_account(store: Store) -> None:
    factors, ann, bob = store.people.factors, *[await confirmed(store) for _ in "ab"]
    await factors.remove(ann.account)
    assert await factors.find(ann.account) is None
    assert not await factors.recover(ann.account, b"one")
    assert await factors.find(bob.account) == bob
    await store.people.accounts.remove(bob.account)
    assert await factors.find(bob.account) is None
