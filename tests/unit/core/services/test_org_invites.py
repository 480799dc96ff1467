"""Invites to organisations, where time and others come in between."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from orbit.core.errors import Conflict, Forbidden, NotFound
from orbit.core.ports import OrgId, OrgRole
from orbit.core.services.identity import Caller
from orbit.core.services.org_invites import LIFE, MOST, SHOWN, OrgInvites, OrgLetter
from tests.kit.organisations import Org
from tests.kit.signed import SITE, Ahead


def caller(org: Org, name: str) -> Caller:
    return Caller("account", account=org.ids[name], login="l")


def letter(email: str, role: OrgRole = OrgRole.MEMBER) -> OrgLetter:
    return OrgLetter(email, role, SITE)


def invites(org: Org) -> OrgInvites:
    return org.app.core.sharing.org_invites


async def test_nobody_comes_too_late_and_the_list_forgets(
    org: Org, clock: Ahead
) -> None:
    token, ann = await org.invite("bob"), caller(org, "ann")
    await org.account("bob")
    clock.by = LIFE
    with pytest.raises(NotFound):
        await invites(org).accept(caller(org, "bob"), token)
    (late,) = await invites(org).listed(ann, org.id)
    assert (late.email, late.expired) == (org.email("bob"), True)
    await invites(org).purge()
    assert len(await invites(org).listed(ann, org.id)) == 1
    clock.by = LIFE + SHOWN + timedelta(seconds=1)
    await invites(org).purge()
    assert await invites(org).listed(ann, org.id) == []


async def test_nobody_puts_less_in_the_place_of_an_invite_above_him(
    org: Org, clock: Ahead
) -> None:
    await org.join("max", "MANAGER")
    ann, manager = caller(org, "ann"), caller(org, "max")
    bob = org.email("bob")
    await invites(org).send(ann, org.id, letter(bob, OrgRole.ADMIN), b"one")
    clock.by = timedelta(hours=1)
    with pytest.raises(Forbidden):
        await invites(org).send(manager, org.id, letter(bob), b"two")
    (kept,) = await invites(org).listed(ann, org.id)
    assert kept.role is OrgRole.ADMIN
    clock.by = LIFE  # it has expired: it is nobody's any more
    await invites(org).send(manager, org.id, letter(bob), b"three")


async def test_so_many_are_invited_at_a_time(org: Org) -> None:
    ann = caller(org, "ann")
    for n in range(MOST):
        await invites(org).send(ann, org.id, letter(f"p{n}@x.org"), str(n).encode())
    with pytest.raises(Conflict):
        await invites(org).send(ann, org.id, letter("late@x.org"), b"late")
    await invites(org).withdraw(ann, org.id, "p0@x.org")
    await invites(org).send(ann, org.id, letter("late@x.org"), b"late")


async def test_whose_role_changes_while_one_comes_by_his_invite(org: Org) -> None:
    """What was seen of the sender is no longer so when it is written."""
    await org.join("bob", "ADMIN")
    token = await org.invite("carl", "ADMIN", by="bob")
    await org.account("carl")
    store: Any = org.app.core.sharing.organisations._store
    plain, orgs = store.come, org.app.core.sharing.organisations

    async def slow(*args: Any) -> bool:
        store.come = plain
        await orgs.give_role(
            caller(org, "ann"), org.id, org.ids["bob"], OrgRole.MANAGER
        )
        return bool(await plain(*args))

    store.come = slow
    with pytest.raises(NotFound):
        await invites(org).accept(caller(org, "carl"), token)
    assert await orgs.role(OrgId(org.id), org.ids["carl"]) is None


async def test_many_come_at_once(org: Org) -> None:
    names = [f"p{n}" for n in range(5)]
    tokens = [await org.invite(name) for name in names]
    for name in names:
        await org.account(name)
    came = await asyncio.gather(
        *(
            invites(org).accept(caller(org, name), token)
            for name, token in zip(names, tokens, strict=True)
        )
    )
    assert {each.role for each in came} == {OrgRole.MEMBER}
    assert came[-1].members <= 6


async def test_the_one_who_was_removed_while_he_invites_has_invited_nobody(
    org: Org,
) -> None:
    await org.join("bob", "MANAGER")
    store: Any = org.app.core.sharing.organisations._store
    plain, orgs = store.keep, org.app.core.sharing.organisations

    async def slow(*args: Any) -> bool:
        await orgs.dismiss(caller(org, "ann"), org.id, org.ids["bob"])
        return bool(await plain(*args))

    store.keep = slow
    with pytest.raises(NotFound):
        await invites(org).send(caller(org, "bob"), org.id, letter("x@x.org"), b"op")
    assert await org.app.core.mail.post.deliver() == 0
