"""Every store of preferences keeps the promises of `core.ports`."""

from uuid import uuid4

from orbit.core.ports import Preference
from tests.contract.test_accounts import NOW, account, at_once
from tests.kit.stores import Store


async def test_who_has_said_nothing_wants_what_nobody_said(store: Store) -> None:
    assert await store.people.preferences.of(str(uuid4())) == Preference()


async def test_what_is_told_is_changed_and_nothing_else(store: Store) -> None:
    preferences, ann = store.people.preferences, account()
    await store.people.accounts.add(ann)
    told = {"organisations": False, "keep_read_days": 7}
    wanted = Preference(organisations=False, keep_read_days=7)
    for _ in "ab":
        assert await preferences.edit(ann.id, told) == wanted
    at_once_told = ({"claim_boards": True}, {"organisations": True})
    await at_once(*(preferences.edit(ann.id, each) for each in at_once_told))
    assert await preferences.of(ann.id) == Preference(
        claim_boards=True, keep_read_days=7
    )


async def test_who_is_nobody_wants_nothing(store: Store) -> None:
    preferences, ann = store.people.preferences, account()
    assert await preferences.edit(ann.id, {"claim_boards": True}) is None
    await store.people.accounts.add(ann)
    await preferences.edit(ann.id, {"claim_boards": True})
    await store.people.accounts.remove(ann.id)
    assert await preferences.of(ann.id) == Preference()


async def test_an_address_that_is_unsubscribed_is_known_to_be(store: Store) -> None:
    unsubscribed = store.people.unsubscribed
    assert not await unsubscribed.has(b"ann")
    await unsubscribed.add(b"ann", NOW)
    assert await unsubscribed.has(b"ann")
    assert not await unsubscribed.has(b"bob")
