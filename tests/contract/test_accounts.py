"""Every store of accounts keeps the promises of `core.ports`: logins, codes, mails."""

import asyncio
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from uuid import uuid4

from msgspec.structs import replace

from orbit.core.ports import About, Account, Code, Ghost, Login, Parcel, Role
from tests.kit.stores import Place, Store

T = TypeVar("T")
NOW = datetime.now(UTC).replace(microsecond=0)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def account(email: str = "ann@example.org") -> Account:
    return Account(str(uuid4()), email, b"sealed", NOW, "Ann")


def login(of: Account) -> Login:
    return Login(str(uuid4()), of.id, b"salt", NOW, NOW)


def code(n: int = 0, asked_by: bytes = b"", mail: bytes = b"ann") -> Code:
    later = NOW + 10 * MINUTE
    return Code(mail, asked_by, b"hash %d" % n + asked_by, NOW, later, 5)


def parcel() -> Parcel:
    return Parcel(str(uuid4()), b"sealed", NOW + HOUR)


async def at_once(*jobs: Awaitable[T]) -> list[T]:
    return list(await asyncio.gather(*jobs))


# Accounts ---------------------------------------------------------------------------


async def test_an_account_is_found_by_id_and_by_address(store: Store) -> None:
    accounts, ann = store.people.accounts, account()
    assert await accounts.add(ann) == ann
    assert await accounts.find(ann.id) == await accounts.of(ann.email) == ann
    assert await accounts.find(str(uuid4())) is None
    assert await accounts.of("bob@example.org") is None


async def test_an_address_has_one_account_whoever_is_first(store: Store) -> None:
    accounts = store.people.accounts
    made = await at_once(*(accounts.add(account()) for _ in range(10)))
    assert len({each.id for each in made}) == 1
    assert await accounts.of("ann@example.org") == made[0]


async def test_an_account_is_edited_field_by_field(store: Store) -> None:
    accounts, ann = store.people.accounts, account()
    await accounts.add(ann)
    renamed = await accounts.edit(ann.id, "Änn", {"bio": "x\ny"})
    assert renamed == replace(ann, name="Änn", about=About(bio="x\ny"))
    again = await accounts.edit(ann.id, None, {"bio": "", "last_name": "Lee"})
    assert again == replace(ann, name="Änn", about=About(last_name="Lee"))
    assert await accounts.find(ann.id) == again
    assert await accounts.edit(str(uuid4()), "x", {}) is None


async def test_names_are_those_of_the_accounts_that_there_are(store: Store) -> None:
    accounts, gone = store.people.accounts, account("gone@example.org")
    ann = await accounts.add(account())
    bob = await accounts.add(replace(account("bob@example.org"), name="Bob"))
    await accounts.add(gone)
    await accounts.remove(gone.id)
    ids = {ann.id, bob.id, gone.id, str(uuid4())}
    assert await accounts.names(ids) == {ann.id: "Ann", bob.id: "Bob"}
    assert await accounts.names(set()) == {}


async def test_an_address_that_was_shown_is_the_accounts(store: Store) -> None:
    accounts, logins = store.people.accounts, store.people.logins
    ann = await accounts.add(account())
    here, there = login(ann), login(ann)
    for each in (here, there):
        await logins.begin(each, 1)
    settle = accounts.settle
    assert await settle(ann.id, ann.email, ann.email, NOW, here.family) == set()
    assert await settle(ann.id, ann.email, ann.email, NOW + HOUR, here.family) == set()
    assert await accounts.find(ann.id) == replace(ann, verified_at=NOW)
    later, new = NOW + HOUR, "ann@example.net"
    ended = await settle(ann.id, ann.email, new, later, here.family)
    assert ended == {there.family}
    changed = replace(ann, email=new, verified_at=later, version=2)
    assert await accounts.of(new) == changed
    assert await logins.of(ann.id) == [here]


async def test_another_role_ends_what_was_begun_with_the_one_before(
    store: Store,
) -> None:
    accounts, logins = store.people.accounts, store.people.logins
    ann = await accounts.add(account())
    begun = replace(login(ann), scope=Role.DEV)
    await logins.begin(begun, 1)
    assert await logins.find(begun.family) == (begun, ann)
    assert await logins.of(ann.id) == [begun]
    assert await accounts.give(ann.id, Role.USER) == set()
    assert await accounts.give(ann.id, Role.DEV) == {begun.family}
    assert await accounts.find(ann.id) == replace(ann, role=Role.DEV, version=2)
    assert await accounts.give(str(uuid4()), Role.DEV) == set()


async def test_an_address_stays_whose_it_is(store: Store) -> None:
    accounts = store.people.accounts
    ann, bob, carl = [
        await accounts.add(account(f"{name}@example.org"))
        for name in ("ann", "bob", "carl")
    ]
    settle, here = accounts.settle, str(uuid4())
    assert await settle(ann.id, ann.email, bob.email, NOW, here) is None
    assert await settle(ann.id, bob.email, "x@example.org", NOW, here) is None
    assert await settle(str(uuid4()), bob.email, bob.email, NOW, here) is None
    moved = await at_once(
        *(settle(each.id, each.email, "y@example.org", NOW, here)
          for each in (ann, carl))
    )  # fmt: skip
    assert sorted(moved, key=str) == [None, set()]
    assert await accounts.find(bob.id) == bob


async def test_what_is_sealed_is_replaced_only_by_who_has_seen_it(
    store: Store,
) -> None:
    accounts, ann = store.people.accounts, account()
    await accounts.add(ann)
    assert await accounts.hold(ann.id, b"sealed", b"one")
    assert not await accounts.hold(ann.id, b"sealed", b"two")
    assert not await accounts.hold(str(uuid4()), b"sealed", b"two")
    assert await accounts.find(ann.id) == replace(ann, personas=b"one")


async def test_a_leaving_account_is_there_until_it_is_removed(store: Store) -> None:
    people, ann = store.people, account()
    await people.accounts.add(ann)
    begun = login(ann)
    await people.logins.begin(begun, 1)
    await people.accounts.retire(ann.id)
    leaving = replace(ann, is_leaving=True)
    assert await people.logins.find(begun.family) == (begun, leaving)
    await people.accounts.remove(ann.id)
    await people.accounts.remove(ann.id)
    assert await people.accounts.find(ann.id) is None
    assert await people.logins.find(begun.family) is None


# Ghosts that accounts hold ----------------------------------------------------------


async def test_a_ghost_is_tied_to_one_account(store: Store) -> None:
    people = store.people
    ann, bob = account(), account("bob@example.org")
    for each in (ann, bob):
        await people.accounts.add(each)
    ghost = Ghost(b"key", NOW, NOW + HOUR)
    await people.ghosts.add(ghost)
    claimed = await at_once(*(people.ghosts.claim(b"key", a.id) for a in (ann, bob)))
    assert sorted(claimed) == [False, True]
    holder = (ann, bob)[claimed.index(True)]
    assert await people.ghosts.find(b"key") == replace(ghost, account=holder.id)
    assert await people.ghosts.claim(b"key", holder.id)
    assert not await people.ghosts.claim(b"other", ann.id)


async def test_a_ghost_that_is_leaving_is_not_tied(store: Store) -> None:
    ann = await store.people.accounts.add(account())
    await store.ghosts.add(Ghost(b"key", NOW, NOW + HOUR))
    await store.ghosts.retire(b"key")
    assert not await store.ghosts.claim(b"key", ann.id)


async def test_what_an_account_holds_does_not_expire(store: Store) -> None:
    ann = await store.people.accounts.add(account())
    soon = datetime.now(UTC) + timedelta(seconds=0.2)
    for key in (b"held", b"free"):
        await store.ghosts.add(Ghost(key, NOW, soon))
    assert await store.ghosts.claim(b"held", ann.id)
    after = datetime.now(UTC) + HOUR
    assert await store.ghosts.purge(after, 10) == 1
    assert await store.ghosts.find(b"held") is not None
    await store.people.accounts.remove(ann.id)
    assert await store.ghosts.find(b"held") is None


async def test_a_held_box_is_kept_even_if_it_comes_later(store: Store) -> None:
    await store.ghosts.keep_box(b"before", 0, b"one")
    for label in (b"before", b"after"):
        await store.ghosts.hold_box(label)
    assert await store.ghosts.box(b"after") == (0, b"")
    assert await store.ghosts.keep_box(b"after", 0, b"two")
    assert await store.ghosts.purge_boxes(NOW + timedelta(days=365), 10) == 0
    assert await store.ghosts.box(b"before") == (1, b"one")
    assert await store.ghosts.box(b"after") == (1, b"two")


# Logins -----------------------------------------------------------------------------


async def test_of_many_that_rotate_at_once_one_does(store: Store) -> None:
    people, ann = store.people, account()
    await people.accounts.add(ann)
    begun = login(ann)
    await people.logins.begin(begun, 1)
    later = NOW + MINUTE
    rotate = people.logins.rotate
    done = await at_once(*(rotate(begun.family, 0, later) for _ in range(20)))
    assert sum(done) == 1
    found = await people.logins.find(begun.family)
    assert found is not None
    assert found[0] == replace(begun, counter=1, rotated_at=later)


async def test_an_ended_login_is_gone(store: Store) -> None:
    people, ann = store.people, account()
    await people.accounts.add(ann)
    stays, goes = login(ann), login(ann)
    for each in (stays, goes):
        await people.logins.begin(each, 1)
    await people.logins.end(goes.family)
    await people.logins.end(goes.family)
    assert await people.logins.find(goes.family) is None
    assert not await people.logins.rotate(goes.family, 0, NOW)
    families = {stays.family, goes.family}
    assert await people.logins.ended(families) == {goes.family}


async def test_logins_are_listed_and_ended_together(store: Store) -> None:
    people, ann, bob = store.people, account(), account("bob@example.org")
    for each in (ann, bob):
        await people.accounts.add(each)
    old, new = login(ann), replace(login(ann), rotated_at=NOW + HOUR, agent="Firefox")
    other = login(bob)
    for each in (old, new, other):
        assert await people.logins.begin(each, 1)
    assert await people.logins.of(ann.id) == [new, old]
    assert await people.logins.end_all(ann.id, old.family) == {new.family}
    assert await people.logins.end_all(ann.id) == {old.family}
    assert await people.logins.of(ann.id) == []
    assert await people.accounts.find(ann.id) == replace(ann, version=3)
    assert await people.logins.find(other.family) == (other, bob)


async def test_a_login_that_begins_while_all_end_ends_or_never_begins(
    store: Store,
) -> None:
    people, ann = store.people, account()
    await people.accounts.add(ann)
    many = [login(ann) for _ in range(10)]
    jobs: list[Awaitable[object]] = [people.logins.begin(each, 1) for each in many]
    jobs.insert(5, people.logins.end_all(ann.id))
    await at_once(*jobs)
    assert await people.logins.of(ann.id) == []


async def test_a_device_is_known_once_it_was_seen(store: Store) -> None:
    people, ann, bob = store.people, account(), account("bob@example.org")
    for each in (ann, bob):
        await people.accounts.add(each)
    begun = [
        replace(login(of), began_at=NOW + hours * HOUR, device=mark)
        for of, hours, mark in (
            *((ann, 0, b"one"), (ann, 1, b"two"), (bob, 1, b"one")),
            *((ann, 2, b"one"), (ann, 9, b"one")),
        )
    ]
    known = []
    for each in begun:
        await people.logins.begin(each, 1)
        assert await people.logins.find(each.family) == (
            each,
            ann if each.account == ann.id else bob,
        )
        since = each.began_at - 3 * HOUR
        known.append(await people.logins.recognise(each, since))
    assert known == [False, False, False, True, False]


async def test_the_device_of_a_login_that_was_disowned_is_not_known(
    store: Store,
) -> None:
    logins, ann = store.people.logins, account()
    await store.people.accounts.add(ann)
    first, left, disowned, last = (
        replace(login(ann), began_at=NOW + n * MINUTE, device=b"one") for n in range(4)
    )
    known = []
    for each, end in (
        (first, logins.end),  # he has left, and comes again
        (left, logins.end),
        (disowned, logins.disown),
        (last, logins.disown),
    ):
        await logins.begin(each, 1)
        known.append(await logins.recognise(each, NOW - HOUR))
        for _ in "ab":
            await end(each.family)
        assert await logins.find(each.family) is None
        assert not await logins.recognise(each, NOW - HOUR)  # it has ended
    assert known == [False, True, True, False]


async def test_devices_go_when_they_are_old_and_with_their_account(
    store: Store,
) -> None:
    people, ann = store.people, account()
    await people.accounts.add(ann)
    for n in range(3):
        begun = replace(login(ann), began_at=NOW + n * HOUR, device=b"%d" % n)
        await people.logins.begin(begun, 1)
        await people.logins.recognise(begun, NOW)
    purge = people.logins.purge_devices
    assert [await purge(NOW + 2 * HOUR, 1) for _ in range(3)] == [1, 1, 0]
    await people.accounts.remove(ann.id)
    assert await purge(NOW + 9 * HOUR, 9) == 0


async def test_a_device_is_none_of_an_account_that_goes_meanwhile(
    store: Store,
) -> None:
    people = store.people
    for _ in range(10):
        ann = await people.accounts.add(account())
        begun = [replace(login(ann), device=b"%d" % (n % 2)) for n in range(6)]
        for each in begun:
            await people.logins.begin(each, 1)
        await at_once(
            *(people.logins.recognise(each, NOW) for each in begun),
            people.accounts.remove(ann.id),
            *(people.logins.disown(each.family) for each in begun),
        )
        assert await people.logins.of(ann.id) == []
    assert await people.logins.purge_devices(NOW + HOUR, 9) == 0


async def test_old_logins_and_idle_ones_are_purged(store: Store) -> None:
    people, ann = store.people, account()
    await people.accounts.add(ann)
    old = replace(login(ann), began_at=NOW - 2 * HOUR)
    idle = replace(login(ann), rotated_at=NOW - 2 * HOUR)
    new = login(ann)
    for each in (old, idle, new):
        await people.logins.begin(each, 1)
    removed = [await people.logins.purge(NOW - HOUR, NOW - HOUR, 1) for _ in range(3)]
    assert removed == [1, 1, 0]
    assert await people.logins.find(new.family) is not None


# Codes ------------------------------------------------------------------------------


async def test_fifty_guesses_at_once_are_five(store: Store) -> None:
    codes = store.people.codes
    assert await codes.keep(code(), parcel(), NOW - HOUR, 5)
    guesses = (codes.spend(b"ann", {b""}, NOW) for _ in range(50))
    assert sum(map(len, await at_once(*guesses))) == 5


async def test_a_code_is_used_once(store: Store) -> None:
    codes = store.people.codes
    await codes.keep(code(), parcel(), NOW - HOUR, 5)
    [one], [two] = [await codes.spend(b"ann", {b""}, NOW) for _ in range(2)]
    assert one.tries == 4
    assert sorted(await at_once(codes.use(one), codes.use(two))) == [False, True]
    assert await codes.spend(b"ann", {b""}, NOW) == []


async def test_only_who_asked_may_show_a_code(store: Store) -> None:
    codes = store.people.codes
    await codes.keep(code(1, b"ghost"), parcel(), NOW - HOUR, 5)
    await codes.keep(code(2), parcel(), NOW - HOUR, 5)
    assert await codes.spend(b"ann", {b"other"}, NOW) == []
    assert await codes.spend(b"bob", {b"ghost", b""}, NOW) == []
    assert [each.hash for each in await codes.spend(b"ann", {b""}, NOW)] == [b"hash 2"]
    assert len(await codes.spend(b"ann", {b"ghost", b""}, NOW)) == 2


async def test_a_new_code_voids_the_one_before_of_the_same_asker(store: Store) -> None:
    codes = store.people.codes
    for n, asker in enumerate((b"", b"ghost", b"")):
        assert await codes.keep(code(n, asker), parcel(), NOW - HOUR, 5)
    left = await codes.spend(b"ann", {b"", b"ghost"}, NOW)
    assert {each.hash for each in left} == {b"hash 1ghost", b"hash 2"}


async def test_as_many_of_an_askers_codes_are_good_as_are_wanted(store: Store) -> None:
    codes = store.people.codes
    for n in range(5):
        sent = replace(code(n), sent_at=NOW + n * MINUTE)
        assert await codes.keep(sent, parcel(), NOW - HOUR, 9, 3)
    left = await codes.spend(b"ann", {b""}, NOW)
    assert {each.hash for each in left} == {b"hash 2", b"hash 3", b"hash 4"}


async def test_a_code_ends(store: Store) -> None:
    codes = store.people.codes
    await codes.keep(code(), parcel(), NOW - HOUR, 5)
    assert await codes.spend(b"ann", {b""}, NOW + 10 * MINUTE) == []
    for since in (timedelta(), MINUTE, 10 * MINUTE):
        assert await codes.purge(NOW + since, 10) == 0
    assert await codes.purge(NOW + 11 * MINUTE, 10) == 1


async def test_too_many_codes_keep_nothing(store: Store) -> None:
    people = store.people
    keep = people.codes.keep
    kept = await at_once(*(keep(code(n), parcel(), NOW - HOUR, 5) for n in range(8)))
    assert sum(kept) == 5
    assert len(await people.outbox.take(NOW, MINUTE, 100)) == 5
    assert await keep(code(9, mail=b"bob"), parcel(), NOW - HOUR, 5)
    assert await keep(code(9), parcel(), NOW, 5)


# Mails ------------------------------------------------------------------------------


async def test_a_mail_is_taken_by_one(anywhere: Place) -> None:
    nodes = [anywhere.node() for _ in range(4)]
    sent = [parcel() for _ in range(20)]
    for each in sent:
        await nodes[0].people.outbox.add(each)
    boxes = [node.people.outbox for node in nodes]
    taken = await at_once(*(box.take(NOW, MINUTE, 10) for box in boxes))
    ids = [each.id for batch in taken for each in batch]
    assert len(ids) == len(set(ids))
    rest = await boxes[0].take(NOW, MINUTE, 100)
    assert sorted([*ids, *(each.id for each in rest)]) == sorted(e.id for e in sent)
    assert {each.attempts for batch in taken for each in batch} == {1}


async def test_who_says_nothing_of_a_mail_loses_it(store: Store) -> None:
    outbox, sent = store.people.outbox, parcel()
    await outbox.add(sent)
    assert await outbox.take(NOW, MINUTE, 10) == [replace(sent, attempts=1)]
    assert await outbox.take(NOW, MINUTE, 10) == []
    again = await outbox.take(NOW + MINUTE, MINUTE, 10)
    assert again == [replace(sent, attempts=2)]


async def test_a_mail_is_postponed_or_removed(store: Store) -> None:
    outbox, later, gone = store.people.outbox, parcel(), parcel()
    for each in (later, gone):
        await outbox.add(each)
    await outbox.postpone(later.id, NOW + MINUTE)
    await outbox.remove(gone.id)
    assert await outbox.take(NOW, MINUTE, 10) == []
    due = await outbox.take(NOW + MINUTE, MINUTE, 10)
    assert [each.id for each in due] == [later.id]


async def test_of_one_mark_mails_are_added_once(anywhere: Place) -> None:
    outboxes = [anywhere.node().people.outbox for _ in range(4)]
    two = {b"ann": parcel(), b"bob": parcel()}
    told = [{mail: parcel() for mail in two} for _ in outboxes]
    pairs = zip(outboxes, told, strict=True)
    add = [box.add_once(it, b"mark", NOW, NOW + HOUR) for box, it in pairs]
    await at_once(*add)
    added = {each.id for each in await outboxes[0].take(NOW, MINUTE, 100)}
    assert added in [{it.id for it in each.values()} for each in told]
    await outboxes[0].add_once(two, b"mark", NOW + HOUR, NOW + 2 * HOUR)
    await outboxes[0].add_once({b"ann": parcel()}, b"other", NOW, NOW + HOUR)
    assert len(await outboxes[0].take(NOW, MINUTE, 100)) == 3


async def test_who_wants_no_such_mails_gets_none_of_them(store: Store) -> None:
    people, sent = store.people, parcel()
    await people.unsubscribed.add(b"bob", NOW)
    both = {b"ann": sent, b"bob": parcel()}
    await people.outbox.add_once(both, b"mark", NOW, NOW + HOUR)
    assert [it.id for it in await people.outbox.take(NOW, MINUTE, 9)] == [sent.id]


async def test_a_mail_that_came_too_late_is_not_sent(store: Store) -> None:
    outbox, late = store.people.outbox, parcel()
    await outbox.add(late)
    assert await outbox.take(late.until, MINUTE, 10) == []
    assert await outbox.purge(late.until - MINUTE, 10) == 0
    assert await outbox.purge(late.until, 10) == 1
