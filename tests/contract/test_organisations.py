"""Every store of organisations keeps the promises of `core.ports`."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from msgspec.structs import replace

from orbit.core.ports import (
    About,
    Account,
    Organisation,
    OrgId,
    OrgInvite,
    OrgRole,
    Parcel,
    Standpoint,
)
from tests.kit.stores import Store

NOW = datetime.now(UTC).replace(microsecond=0)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
ADMIN, MANAGER, MEMBER = OrgRole.ADMIN, OrgRole.MANAGER, OrgRole.MEMBER


async def person(store: Store, name: str = "ann", *, is_shown: bool = True) -> str:
    about = About(avatar_url=f"https://example.org/{name}.png")
    account = Account(
        str(uuid4()),
        f"{name}-{uuid4()}@example.org",
        b"sealed",
        NOW,
        name,
        username="",
        verified_at=NOW if is_shown else None,
        about=about,
    )
    return (await store.people.accounts.add(account)).id


async def founded(store: Store, founder: str, name: str = "Does") -> Organisation:
    org = Organisation(OrgId(str(uuid4())), name, NOW)
    await store.people.organisations.add(org, founder)
    return org


def invite(
    org: Organisation, by: str, mail: str = "bob", **changes: object
) -> OrgInvite:
    id = str(uuid4())
    token, sealed = f"t {id}".encode(), f"sealed {mail}".encode()
    made = OrgInvite(
        id, org.id, MEMBER, by, mail.encode(), token, sealed, b"op", NOW, NOW + DAY
    )
    return replace(made, **changes)


async def keep(store: Store, one: OrgInvite) -> bool:
    parcel = Parcel(one.id, b"mail", NOW + DAY)
    return await store.people.organisations.keep(one, parcel)


async def joined(
    store: Store, org: Organisation, by: str, role: OrgRole = MEMBER
) -> str:
    who, one = await person(store, "bob"), invite(org, by, role=role)
    assert await keep(store, one)
    assert await store.people.organisations.come(org, one, who, NOW)
    return who


async def mails(store: Store) -> list[str]:
    return [each.id for each in await store.people.outbox.take(NOW, MINUTE, 100)]


async def test_who_founds_one_is_its_admin(store: Store) -> None:
    ann, orgs = await person(store), store.people.organisations
    org = await founded(store, ann)
    assert await orgs.role(org.id, ann) is ADMIN
    bob = await person(store, "bob")
    await orgs.add(replace(org, name="again"), bob)
    assert await orgs.role(org.id, bob) is None
    assert await orgs.look(org.id, ann) == Standpoint(org, ADMIN, None, 1, 1)
    assert [(each.org, each.role) for each in await orgs.of(ann)] == [(org, ADMIN)]


async def test_whoever_is_in_none_finds_none(store: Store) -> None:
    orgs, bob = store.people.organisations, await person(store, "bob")
    org = await founded(store, await person(store))
    assert await orgs.of(bob) == []
    for id in (org.id, OrgId(str(uuid4()))):
        assert await orgs.role(id, bob) is None
        assert await orgs.look(id, bob) is None


async def test_organisations_are_listed_by_name(store: Store) -> None:
    ann, orgs = await person(store), store.people.organisations
    for name in ("beta", "Alpha", "Gamma"):
        await founded(store, ann, name)
    await founded(store, await person(store), "of another")
    names = [each.org.name for each in await orgs.of(ann)]
    assert names == ["Alpha", "beta", "Gamma"]


async def test_members_are_paged_and_show_what_is_shown_to_be_theirs(
    store: Store,
) -> None:
    ann, orgs = await person(store, is_shown=False), store.people.organisations
    org = await founded(store, ann)
    people = sorted([ann, *[await joined(store, org, ann) for _ in range(3)]])
    first = await orgs.members(org.id, "", 2)
    rest = await orgs.members(org.id, first[-1].account, 9)
    assert [each.account for each in (*first, *rest)] == people
    by_account = {each.account: each for each in (*first, *rest)}
    assert by_account[ann].email == ""
    assert by_account[ann].avatar_url == "https://example.org/ann.png"
    bob = by_account[next(id for id in people if id != ann)]
    assert (bob.name, bob.role, bob.joined_at) == ("bob", MEMBER, NOW)
    assert bob.email.startswith("bob-")
    other = await founded(store, ann)
    assert [each.account for each in await orgs.members(other.id, "", 9)] == [ann]


# Changes ----------------------------------------------------------------------------


async def test_a_change_is_written_on_what_it_was_decided_on(store: Store) -> None:
    ann, orgs = await person(store), store.people.organisations
    org = await founded(store, ann)
    bob = await joined(store, org, ann)
    assert await orgs.rename(org, "Roes")
    seen = await orgs.look(org.id, ann, bob)
    assert seen == Standpoint(replace(org, name="Roes", version=2), ADMIN, MEMBER, 1, 2)
    assert not await orgs.rename(org, "late")
    assert await orgs.give(org, bob, ADMIN, NOW) is None
    assert await orgs.remove(org, NOW) is None
    late = invite(org, ann)
    assert await keep(store, late)
    assert not await orgs.come(org, late, await person(store), NOW)
    assert await orgs.invites(org.id) == [late]
    assert await orgs.look(org.id, ann, bob) == seen
    assert await orgs.cuts(NOW - DAY) == []


async def test_of_many_changes_at_once_one_is_written(store: Store) -> None:
    ann, orgs = await person(store), store.people.organisations
    org = await founded(store, ann)
    bob = await joined(store, org, ann, ADMIN)
    done = await asyncio.gather(
        *(orgs.give(org, who, MEMBER, NOW) for who in (ann, bob) * 4)
    )
    assert sum(each is not None for each in done) == 1
    seen = await orgs.look(org.id, ann)
    assert seen is not None
    assert seen.admins == 1


@pytest.mark.parametrize("role", [MANAGER, None])
async def test_what_a_member_is_changes_and_he_is_to_be_cut(
    store: Store, role: OrgRole | None
) -> None:
    ann, orgs = await person(store), store.people.organisations
    org = await founded(store, ann)
    bob = await joined(store, org, ann)
    cut = await orgs.give(org, bob, role, NOW)
    assert cut is not None
    assert cut.account == bob
    assert await orgs.role(org.id, bob) is role
    assert await orgs.cuts(NOW - MINUTE) == [cut]
    assert await orgs.cuts(NOW) == []


async def test_who_goes_takes_his_invites_along(store: Store) -> None:
    ann, orgs = await person(store), store.people.organisations
    org = await founded(store, ann)
    bob = await joined(store, org, ann, MANAGER)
    his, hers = invite(org, bob, "carl"), invite(org, ann, "dora")
    assert await keep(store, his)
    assert await keep(store, hers)
    await orgs.give(org, bob, None, NOW)
    assert await orgs.invites(org.id) == [hers]
    assert not await keep(store, invite(org, bob, "emil"))
    assert await orgs.invites(org.id) == [hers]


async def test_a_removed_organisation_is_gone_for_all(store: Store) -> None:
    ann, orgs = await person(store), store.people.organisations
    org, other = await founded(store, ann), await founded(store, ann, "stays")
    bob = await joined(store, org, ann)
    one = invite(org, ann)
    assert await keep(store, one)
    cuts = await orgs.remove(org, NOW)
    assert cuts is not None
    assert {each.account for each in cuts} == {ann, bob}
    assert set(await orgs.cuts(NOW - MINUTE)) == set(cuts)
    assert [each.org for each in await orgs.of(ann)] == [other]
    assert await orgs.look(org.id, ann) is await orgs.invited(org.id, one.token) is None
    assert await orgs.remove(org, NOW) is None


async def test_who_has_just_come_is_not_removed_with_who_was_alone(
    store: Store,
) -> None:
    """Coming changes no version: so whoever goes alone is looked at once more."""
    ann, orgs = await person(store), store.people.organisations
    org = await founded(store, ann)
    bob = await joined(store, org, ann)
    assert (await orgs.of(ann))[0].org == org
    assert await orgs.remove(org, NOW, alone=True) is None
    assert await orgs.role(org.id, bob) is MEMBER
    org = (await orgs.of(ann))[0].org
    assert await orgs.give(org, bob, None, NOW)
    org = (await orgs.of(ann))[0].org
    assert await orgs.remove(org, NOW, alone=True)
    assert await orgs.of(ann) == []


async def test_an_account_that_is_forgotten_is_nowhere_a_member(store: Store) -> None:
    ann, orgs = await person(store), store.people.organisations
    org = await founded(store, ann)
    bob = await joined(store, org, ann, MANAGER)
    assert await keep(store, invite(org, bob))
    await store.people.accounts.remove(bob)
    assert await orgs.role(org.id, bob) is None
    assert [each.account for each in await orgs.members(org.id, "", 9)] == [ann]
    assert await orgs.invites(org.id) == []


# Invites ----------------------------------------------------------------------------


async def test_an_invite_is_found_by_its_link_in_its_organisation(store: Store) -> None:
    ann, orgs = await person(store), store.people.organisations
    org, other = await founded(store, ann), await founded(store, ann)
    one = invite(org, ann, role=MANAGER)
    assert await keep(store, one)
    assert await orgs.invited(org.id, one.token) == one
    assert await orgs.invites(org.id) == [one]
    assert await orgs.invited(other.id, one.token) is None
    assert await orgs.invites(other.id) == []
    assert not await orgs.withdraw(other.id, one.mail)
    assert await mails(store) == [one.id]


async def test_who_invites_while_it_is_removed_is_waited_for_or_has_gone(
    store: Store,
) -> None:
    ann, orgs = await person(store), store.people.organisations
    for _ in range(20):  # each waited for the other, once in a while
        org = await founded(store, ann)
        letters = [keep(store, invite(org, ann, f"p{n}")) for n in range(3)]
        *_, cuts = await asyncio.gather(*letters, orgs.remove(org, NOW))
        assert cuts is not None
        assert await orgs.invites(org.id) == []


async def test_the_next_one_to_an_address_takes_the_place(store: Store) -> None:
    ann, orgs = await person(store), store.people.organisations
    org = await founded(store, ann)
    one, two = invite(org, ann), invite(org, ann, role=ADMIN)
    assert await keep(store, one)
    assert await keep(store, two)
    assert await orgs.invites(org.id) == [two]
    assert await mails(store) == [two.id]


async def test_of_many_who_come_by_one_invite_one_is_a_member(store: Store) -> None:
    ann, orgs = await person(store), store.people.organisations
    org = await founded(store, ann)
    one, people = invite(org, ann, role=MANAGER), []
    assert await keep(store, one)
    people = [await person(store, f"p{n}") for n in range(5)]
    came = await asyncio.gather(*(orgs.come(org, one, who, NOW) for who in people))
    assert sum(came) == 1
    roles = [await orgs.role(org.id, who) for who in people]
    assert [role is MANAGER for role in roles] == came
    assert await orgs.invites(org.id) == []


async def test_who_is_in_already_stays_what_he_is(store: Store) -> None:
    ann, orgs = await person(store), store.people.organisations
    org = await founded(store, ann)
    one = invite(org, ann)
    assert await keep(store, one)
    assert await orgs.come(org, one, ann, NOW)
    assert await orgs.role(org.id, ann) is ADMIN
    assert await orgs.invites(org.id) == []


async def test_nobody_comes_too_late(store: Store) -> None:
    ann, orgs = await person(store), store.people.organisations
    org, bob = await founded(store, ann), await person(store, "bob")
    one = invite(org, ann)
    assert await keep(store, one)
    assert not await orgs.come(org, one, bob, one.expires_at)
    assert await orgs.role(org.id, bob) is None
    assert await orgs.purge(one.expires_at, 9) == 0
    assert await orgs.purge(one.expires_at + MINUTE, 9) == 1
    assert await orgs.invites(org.id) == []


async def test_what_is_withdrawn_is_gone_and_so_is_its_mail(store: Store) -> None:
    ann, orgs = await person(store), store.people.organisations
    org = await founded(store, ann)
    one, other = invite(org, ann), invite(org, ann, "carl")
    assert await keep(store, one)
    assert await keep(store, other)
    assert await orgs.withdraw(org.id, one.mail)
    assert not await orgs.withdraw(org.id, one.mail)
    assert await orgs.invited(org.id, one.token) is None
    assert await mails(store) == [other.id]


async def test_an_address_is_forgotten_by_all(store: Store) -> None:
    ann, orgs = await person(store), store.people.organisations
    one, two = [invite(await founded(store, ann), ann) for _ in range(2)]
    other = replace(invite(await founded(store, ann), ann, "carl"))
    for each in (one, two, other):
        assert await keep(store, each)
    await orgs.forget(one.mail)
    assert [await orgs.invites(each.org) for each in (one, two)] == [[], []]
    assert await mails(store) == [other.id]


async def test_whoever_has_unsubscribed_is_invited_and_not_mailed(
    store: Store,
) -> None:
    ann, unsubscribed = await person(store), store.people.unsubscribed
    one, two = [invite(await founded(store, ann), ann) for _ in range(2)]
    assert await keep(store, one)
    await unsubscribed.add(one.mail, NOW)
    assert await keep(store, two)
    assert await mails(store) == []
    for each in (one, two):
        assert await store.people.organisations.invites(each.org) == [each]


async def test_old_cuts_are_forgotten(store: Store) -> None:
    ann, orgs = await person(store), store.people.organisations
    org = await founded(store, ann)
    bob = await joined(store, org, ann)
    cut = await orgs.give(org, bob, None, NOW - DAY)
    await orgs.forget_cuts(NOW - 2 * DAY, 9)
    assert await orgs.cuts(NOW - 2 * DAY) == [cut]
    await orgs.forget_cuts(NOW, 9)
    assert await orgs.cuts(NOW - 2 * DAY) == []
