"""Every store of notices keeps the promises of `core.ports`."""

from datetime import timedelta
from uuid import uuid4

from msgspec.structs import replace

from orbit.core.ports import Account, News, Notice, Noticed, OrgRole
from tests.contract.test_accounts import NOW, account, at_once
from tests.contract.test_organisations import founded, invite, joined, keep, person
from tests.kit.stores import Store

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


def news(wish: str = "organisations") -> News:
    return News(str(uuid4()), "something", b"sealed", wish)


async def ann(store: Store) -> Account:
    return await store.people.accounts.add(account())


async def told(store: Store, to: Account, times: int = 1) -> list[Notice]:
    """Tell somebody things, one after the other; the newest first."""
    notices = [(news(), NOW + n * SECOND) for n in range(times)]
    for each, at in notices:
        assert await store.people.notices.add(each, to.id, at)
    return [Notice(each.id, each.kind, each.sealed, at) for each, at in notices[::-1]]


async def test_a_notice_is_listed_once_the_newest_first(store: Store) -> None:
    notices, her = store.people.notices, await ann(store)
    said = await told(store, her, 5)
    again = News(said[0].id, "else", b"else")
    assert not await notices.add(again, her.id, NOW + DAY)
    assert await notices.of(her.id, "", 9) == said
    pages, before = [], ""
    while page := await notices.of(her.id, before, 2):
        pages += page
        before = page[-1].id
    assert pages == said
    assert await notices.of(her.id, str(uuid4()), 9) == []
    assert await notices.since(NOW + 3 * SECOND) == [Noticed(said[0].id, her.id)]


async def test_nobody_is_told_what_is_anothers(store: Store) -> None:
    notices, her = store.people.notices, await ann(store)
    bob = await store.people.accounts.add(account("bob@example.org"))
    (one,) = await told(store, her)
    assert await notices.of(bob.id, "", 9) == []
    assert not await notices.read(bob.id, one.id, NOW)
    await notices.read_all(bob.id, "", NOW)
    assert (await notices.unread(her.id), await notices.unread(bob.id)) == (1, 0)
    assert not await notices.add(news(), str(uuid4()), NOW)


async def test_who_does_not_want_it_is_told_nothing_but_what_all_are(
    store: Store,
) -> None:
    people, her = store.people, await ann(store)
    await people.preferences.edit(her.id, {"organisations": False})
    assert not await people.notices.add(news(), her.id, NOW)
    for wish in ("invitations", ""):
        assert await people.notices.add(news(wish), her.id, NOW)
    await people.preferences.edit(her.id, {"organisations": True})
    assert await people.notices.add(news(), her.id, NOW)


async def test_what_is_read_stays_so(store: Store) -> None:
    notices, her = store.people.notices, await ann(store)
    said = await told(store, her, 4)
    for _ in "ab":
        assert await notices.read(her.id, said[1].id, NOW)
    assert not await notices.read(her.id, str(uuid4()), NOW)
    assert await notices.unread(her.id) == 3
    await notices.read_all(her.id, str(uuid4()), NOW)
    assert await notices.unread(her.id) == 3
    await notices.read_all(her.id, said[2].id, NOW)
    read = [each.is_read for each in await notices.of(her.id, "", 9)]
    assert read == [False, True, True, True]
    await notices.read_all(her.id, "", NOW)
    assert await notices.unread(her.id) == 0


async def test_what_is_old_goes_and_what_was_read_when_its_reader_wants(
    store: Store,
) -> None:
    people, her = store.people, await ann(store)
    notices, (last, first) = people.notices, await told(store, her, 2)
    await notices.read(her.id, first.id, NOW)
    assert await notices.purge(NOW + 30 * DAY, NOW, 9) == 0
    assert await notices.purge(NOW + 31 * DAY, NOW, 0) == 0
    assert await notices.purge(NOW + 31 * DAY, NOW, 9) == 1
    await notices.read(her.id, last.id, NOW)
    await people.preferences.edit(her.id, {"keep_read_days": 90})
    assert await notices.purge(NOW + 31 * DAY, NOW, 9) == 0
    await people.preferences.edit(her.id, {"keep_read_days": 1})
    assert await notices.purge(NOW + 2 * DAY, NOW, 9) == 1
    (other,) = await told(store, her)
    assert await notices.purge(NOW, NOW + SECOND, 9) == 1
    assert await notices.of(her.id, other.id, 9) == []


async def test_notices_go_with_their_account(store: Store) -> None:
    her = await ann(store)
    await told(store, her)
    await store.people.accounts.remove(her.id)
    assert await store.people.notices.of(her.id, "", 9) == []


# Written with what they tell of -------------------------------------------------------


async def test_a_role_and_the_notice_of_it_are_one(store: Store) -> None:
    people = store.people
    orgs, founder = people.organisations, await person(store)
    org = await founded(store, founder)
    bob = await joined(store, org, founder)
    seen = (await orgs.of(founder))[0].org
    first, late, last = news(), news(), news("")
    assert await orgs.give(seen, bob, OrgRole.ADMIN, NOW, first)
    assert not await orgs.give(seen, bob, OrgRole.MEMBER, NOW, late)
    seen = (await orgs.of(founder))[0].org
    assert await orgs.give(seen, bob, None, NOW + SECOND, last)
    told = [each.id for each in await people.notices.of(bob, "", 9)]
    assert told == [last.id, first.id]


async def test_all_members_but_who_does_it_are_told_that_it_is_removed(
    store: Store,
) -> None:
    people = store.people
    orgs, founder = people.organisations, await person(store)
    org = await founded(store, founder)
    members = [await joined(store, org, founder) for _ in "ab"]
    seen = (await orgs.of(founder))[0].org
    assert await orgs.remove(replace(seen, version=99), NOW, founder, news()) is None
    cuts = await orgs.remove(seen, NOW, founder, news())
    ids = {cut.account: cut.id for cut in cuts or ()}
    for member in members:
        assert [n.id for n in await people.notices.of(member, "", 9)] == [ids[member]]
    assert await people.notices.of(founder, "", 9) == []


async def test_who_invited_is_told_once_that_somebody_came(store: Store) -> None:
    people = store.people
    orgs, founder = people.organisations, await person(store)
    org, carl = await founded(store, founder), await person(store)
    one = invite(org, founder, "carl")
    assert await keep(store, one)
    seen = (await orgs.of(founder))[0].org
    said = news()
    come = await at_once(*(orgs.come(seen, one, carl, NOW, said) for _ in "abc"))
    assert sorted(come) == [False, False, True]
    assert [each.id for each in await people.notices.of(founder, "", 9)] == [said.id]
