"""Every store of the console keeps the promises of `core.ports`."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from orbit.core.ports import (
    About,
    Account,
    Act,
    Ghost,
    Login,
    PersonFilter,
    Record,
    Role,
)
from tests.kit.stores import Store, new_board, place

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)


async def person(
    store: Store, name: str, *, role: Role = Role.USER, ago: int = 0
) -> str:
    about = About(organization=f"{name}'s works")
    account = Account(
        str(uuid4()),
        f"{name.lower()}@example.org",
        b"sealed",
        NOW - ago * DAY,
        name,
        verified_at=NOW if ago else None,
        about=about,
    )
    await store.people.accounts.add(account)
    await store.people.accounts.give(account.id, role)
    return account.id


async def signed_in(store: Store, account: str, ago: int = 0) -> str:
    found = await store.people.accounts.find(account)
    assert found is not None
    at = NOW - ago * DAY
    login = Login(str(uuid4()), account, b"salt", at, at)
    assert await store.people.logins.begin(login, found.version)
    return login.family


async def test_people_are_listed_the_newest_first_with_what_they_have(
    store: Store,
) -> None:
    ann, bob = await person(store, "Ann", ago=2), await person(store, "Bob", ago=1)
    await signed_in(store, ann, 1)
    await signed_in(store, ann)
    await store.people.factors.enrol(ann, b"secret")
    assert await store.people.factors.confirm(ann, b"secret", 1, [], NOW)
    await store.people.factors.enrol(bob, b"secret")
    (second, first), count = await store.people.console.people(PersonFilter(), 0, 9)
    assert (second.id, first.id, count) == (bob, ann, 2)
    assert (first.sessions, first.last_seen_at) == (2, NOW)
    assert (second.sessions, second.last_seen_at) == (0, None)
    assert (first.second_factor, second.second_factor) == (True, False)
    assert first.organization == "Ann's works"
    assert await store.people.console.person(ann) == first
    assert await store.people.console.person(str(uuid4())) is None
    page, count = await store.people.console.people(PersonFilter(), 1, 1)
    assert (page, count) == ([first], 2)
    assert "ann@" not in repr(first)


@pytest.mark.parametrize(
    ("only", "found"),
    [
        (PersonFilter("ANN@"), ["Ann"]),
        (PersonFilter("works"), ["Carl", "Bob", "Ann"]),
        (PersonFilter("%"), []),
        (PersonFilter(role=Role.DEV), ["Bob"]),
        (PersonFilter(is_suspended=True), ["Carl"]),
        (PersonFilter("@example", Role.USER, is_suspended=False), ["Ann"]),
    ],
)
async def test_people_are_found_by_what_is_so(
    store: Store, only: PersonFilter, found: list[str]
) -> None:
    await person(store, "Ann", ago=3)
    bob = await person(store, "Bob", role=Role.DEV, ago=2)
    carl = await person(store, "Carl", ago=1)
    console = store.people.console
    assert await console.govern(carl, bob, None, is_suspended=True, now=NOW)
    people, count = await console.people(only, 0, 9)
    assert [each.name for each in people] == found
    assert count == len(found)


async def test_who_is_governed_has_begun_nothing_any_more(store: Store) -> None:
    ann = await person(store, "Ann", role=Role.DEV)
    bob = await person(store, "Bob")
    family = await signed_in(store, bob)
    console, accounts = store.people.console, store.people.accounts
    done = await console.govern(bob, ann, Role.DEV, None, NOW)
    assert done is not None
    cut, ended = done
    assert (cut.account, ended) == (bob, {family})
    assert cut in await store.people.organisations.cuts(NOW - DAY)
    his = await accounts.find(bob)
    assert his is not None
    assert (his.role, his.suspended_at) == (Role.DEV, None)
    assert await console.govern(bob, ann, None, is_suspended=True, now=NOW)
    assert await console.govern(bob, ann, None, is_suspended=True, now=NOW + DAY)
    his = await accounts.find(bob)
    assert his is not None
    assert (his.role, his.suspended_at) == (Role.DEV, NOW)
    login = Login(str(uuid4()), bob, b"salt", NOW, NOW)
    assert not await store.people.logins.begin(login, his.version)
    assert await console.govern(bob, ann, None, is_suspended=False, now=NOW)
    his = await accounts.find(bob)
    assert his is not None
    assert his.suspended_at is None
    assert await store.people.logins.begin(login, his.version)


async def test_of_those_who_govern_each_other_at_once_one_stays(store: Store) -> None:
    ann, bob = [await person(store, name, role=Role.DEV) for name in ("Ann", "Bob")]
    govern = store.people.console.govern
    done = await asyncio.gather(
        govern(ann, bob, Role.USER, None, NOW),
        govern(bob, ann, None, is_suspended=True, now=NOW),
    )
    assert [each is None for each in done].count(True) == 1
    assert await govern(ann, str(uuid4()), Role.USER, None, NOW) is None


async def test_it_is_counted_what_there_is_and_what_is_new(store: Store) -> None:
    ann = await person(store, "Ann", role=Role.DEV)
    bob = await person(store, "Bob", ago=9)
    await store.people.console.govern(bob, ann, None, is_suspended=True, now=NOW)
    await signed_in(store, ann)
    await new_board(store)
    await store.people.ghosts.add(Ghost(b"ghost", NOW, NOW + DAY))
    acts = [(Act.SIGNED_IN, 0), (Act.SIGNED_IN, 9), (Act.SIGN_IN_REFUSED, 1)]
    await store.people.trail.append(
        [Record(str(uuid4()), NOW - ago * DAY, act) for act, ago in acts]
    )
    found = await store.people.console.figures(NOW - 7 * DAY)
    assert (found.accounts, found.new_accounts) == (2, 1)
    assert (found.suspended, found.staff, found.sessions) == (1, 1, 1)
    assert (found.boards, found.new_boards, found.ghosts) == (1, 1, 1)
    assert (found.sign_ins, found.sign_ins_refused) == (1, 1)
    later = await store.people.console.figures(NOW + DAY)
    assert (later.new_accounts, later.new_boards, later.sign_ins) == (0, 0, 0)


async def test_what_came_is_counted_by_day(store: Store) -> None:
    await person(store, "Ann")
    await person(store, "Bob", ago=2)
    await person(store, "Carl", ago=9)
    acts = [Act.SIGNED_IN, Act.SIGNED_IN, Act.SIGN_IN_REFUSED, Act.SIGNED_OUT]
    await store.people.trail.append(
        [Record(str(uuid4()), NOW - 2 * DAY, act) for act in acts]
    )
    days = await store.people.console.days(NOW - 7 * DAY)
    assert [(day.day, day.accounts) for day in days] == [
        ((NOW - 2 * DAY).date(), 1),
        (NOW.date(), 1),
    ]
    assert (days[0].sign_ins, days[0].sign_ins_refused) == (2, 1)
    assert (days[1].sign_ins, days[0].boards) == (0, 0)
    await new_board(store)
    days = await store.people.console.days(NOW - 7 * DAY)
    assert sum(day.boards for day in days) == 1


async def test_what_there_is_much_of_is_estimated() -> None:
    async with place("postgres") as where:
        store = where.node()
        await person(store, "Ann")
        large = "UPDATE pg_class SET reltuples = 7000000 WHERE relname = 'account'"
        await where.run(large)
        assert (await store.people.console.figures(NOW)).accounts == 7_000_000
