"""Every store of passwords keeps the promises of `core.ports`."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from msgspec.structs import replace

from orbit.core.ports import About, Account, Login
from tests.kit.stores import Store

NOW = datetime.now(UTC).replace(microsecond=0)
PER = timedelta(minutes=3)
ANN = "ann@example.org"


def account(email: str = ANN, username: str = "") -> Account:
    about = About(first_name="Ann", bio="a line\nand one more")
    id = str(uuid4())
    return Account(id, email, b"sealed", NOW, "Ann", username=username, about=about)


async def test_who_registers_is_found_by_address_and_name(store: Store) -> None:
    people, ann = store.people, account(username="AnnLee")
    assert await people.passwords.register(ann, b"hash") == ""
    for name in (ANN, "annlee"):
        assert await people.passwords.of(name) == (ann, b"hash")
    for name in ("bob@example.org", "ann", ""):
        assert await people.passwords.of(name) is None
    assert await people.accounts.find(ann.id) == ann


async def test_an_account_without_a_password_is_found_without(store: Store) -> None:
    ann = await store.people.accounts.add(account())
    assert await store.people.passwords.of(ANN) == (ann, b"")


async def test_no_two_accounts_have_an_address_or_a_user_name(store: Store) -> None:
    register = store.people.passwords.register
    assert await register(account(username="Ann"), b"1") == ""
    assert await register(account(), b"2") == "email"
    other = account("bob@example.org", "aNN")
    assert await register(other, b"3") == "username"
    assert await store.people.passwords.of("bob@example.org") is None
    for name in ("carl", "dora"):  # no user name is no user name of another
        assert await register(account(f"{name}@example.org"), b"4") == ""


async def test_of_many_that_register_an_address_at_once_one_has_it(
    store: Store,
) -> None:
    register = store.people.passwords.register
    done = await asyncio.gather(*(register(account(), b"x") for _ in range(10)))
    assert sorted(done) == ["", *["email"] * 9]


async def test_who_shows_the_address_ends_what_was_before_once(store: Store) -> None:
    people, ann = store.people, account()
    await people.passwords.register(ann, b"hash")
    login = Login(str(uuid4()), ann.id, b"salt", NOW, NOW)
    await people.logins.begin(login, 1)
    assert await people.accounts.prove(ann.id, NOW) == {login.family}
    assert await people.logins.find(login.family) is None
    shown = replace(ann, verified_at=NOW, version=2)
    assert await people.passwords.of(ANN) == (shown, b"")
    assert not await people.logins.begin(login, 1)  # it was under way until then
    assert await people.logins.begin(login, 2)
    assert await people.accounts.prove(ann.id, NOW + PER) == set()
    assert await people.logins.find(login.family) == (login, shown)


async def test_a_changed_password_ends_all_logins_but_one(store: Store) -> None:
    people, ann = store.people, account()
    await people.passwords.register(ann, b"old")
    here, there = (Login(str(uuid4()), ann.id, b"salt", NOW, NOW) for _ in range(2))
    for each in (here, there):
        await people.logins.begin(each, 1)
    change = people.passwords.change
    done = await asyncio.gather(
        *(change(ann.id, b"old", b"new", NOW, here.family) for _ in range(5))
    )
    assert sorted(done, key=str) == [None] * 4 + [{there.family}]
    assert await people.passwords.of(ANN) == (replace(ann, version=2), b"new")
    assert await people.logins.of(ann.id) == [here]


async def test_a_chosen_password_voids_what_was_before(store: Store) -> None:
    people, ann = store.people, account()
    await people.passwords.register(ann, b"old")
    login = Login(str(uuid4()), ann.id, b"salt", NOW, NOW)
    await people.logins.begin(login, 1)
    choose = people.passwords.choose
    assert await choose(ann.id, b"new", NOW) == {login.family}
    shown = replace(ann, verified_at=NOW, version=2)
    assert await people.passwords.of(ANN) == (shown, b"new")
    assert await choose(ann.id, b"newer", NOW + PER) == set()
    assert await people.passwords.of(ANN) == (replace(shown, version=3), b"newer")
    assert await choose(str(uuid4()), b"x", NOW) == set()
    bob = await people.accounts.add(account("bob@example.org"))
    await choose(bob.id, b"first", NOW)
    found = await people.passwords.of(bob.email)
    assert found is not None
    assert found[1] == b"first"


async def test_guesses_are_bounded_however_many_come_at_once(store: Store) -> None:
    passwords = store.people.passwords

    async def spent(n: int, now: datetime, who: bytes = b"ann") -> int:
        each = (passwords.spend(who, now, PER, 5) for _ in range(n))
        return sum(await asyncio.gather(*each))

    assert await spent(20, NOW) == 5
    assert await spent(1, NOW, b"bob") == 1
    assert await spent(3, NOW + PER) == 1
    assert await spent(20, NOW + 10 * PER) == 5
    await passwords.forgive(b"ann")
    assert await spent(6, NOW + 10 * PER) == 5


async def test_guesses_that_count_no_more_are_purged(store: Store) -> None:
    passwords = store.people.passwords
    for who in (b"ann", b"bob"):
        await passwords.spend(who, NOW, PER, 5)
    assert await passwords.purge(NOW, 10) == 0
    assert [await passwords.purge(NOW + PER, 1) for _ in range(3)] == [1, 1, 0]


async def test_what_a_removed_account_was_entered_by_is_gone(store: Store) -> None:
    people, ann = store.people, account(username="ann")
    await people.passwords.register(ann, b"hash")
    await people.accounts.remove(ann.id)
    assert await people.passwords.of(ANN) is None
    assert await people.passwords.register(account(username="ann"), b"other") == ""
