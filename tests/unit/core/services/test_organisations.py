"""Organisations, where many change one at once."""

import asyncio
from typing import Any

import pytest

from orbit.core.errors import Conflict, NotFound
from orbit.core.ports import OrgId, OrgRole, Standpoint
from orbit.core.services.identity import Caller
from orbit.core.services.organisations import MAY, MOST, Act
from tests.kit.app import App
from tests.kit.organisations import Org


def caller(org: Org, name: str) -> Caller:
    return Caller("account", account=org.ids[name], login="l")


def together(app: App, many: int) -> None:
    """Have the first `many` look at the same moment: what they see is as old."""
    store: Any = app.core.sharing.organisations._store
    plain, barrier = store.look, asyncio.Barrier(many)
    left = many

    async def look(*args: str) -> Standpoint | None:
        nonlocal left
        found: Standpoint | None = await plain(*args)
        if left:
            left -= 1
            await barrier.wait()
        return found

    store.look = look


async def test_there_is_an_admin_whoever_steps_down_at_once(org: Org) -> None:
    orgs = org.app.core.sharing.organisations
    for name in ("bob", "carl"):
        await org.join(name, "ADMIN")
    together(org.app, 3)
    done = await asyncio.gather(
        *(orgs.leave(caller(org, name), org.id) for name in ("ann", "bob", "carl")),
        return_exceptions=True,
    )
    assert sum(each is None for each in done) == 2
    (kept,) = [each for each in done if each is not None]
    assert isinstance(kept, Conflict)
    roles = [await orgs.role(OrgId(org.id), id) for id in org.ids.values()]
    assert roles.count(OrgRole.ADMIN) == 1


async def test_who_was_removed_meanwhile_changes_nothing(org: Org) -> None:
    orgs = org.app.core.sharing.organisations
    await org.join("bob", "ADMIN")
    together(org.app, 2)  # who comes last goes on first
    done = await asyncio.gather(
        orgs.rename(caller(org, "bob"), org.id, "his"),
        orgs.dismiss(caller(org, "ann"), org.id, org.ids["bob"]),
        return_exceptions=True,
    )
    assert isinstance(done[0], NotFound)
    assert done[1] is None
    assert (await orgs.seen(caller(org, "ann"), org.id)).org.name == "Does"


async def test_a_change_that_changes_nothing_cuts_nobody(org: Org) -> None:
    await org.join("bob")
    ended: list[str] = []
    org.app.core.sharing.cuts.acts.append(lambda cut: ended.append(cut.account))
    orgs, ann = org.app.core.sharing.organisations, caller(org, "ann")
    for role, count in ((OrgRole.MEMBER, 0), (OrgRole.MANAGER, 1)):
        await orgs.give_role(ann, org.id, org.ids["bob"], role)
        assert ended == [org.ids["bob"]] * count


async def test_whose_rights_end_is_cut_off(org: Org) -> None:
    for name in ("bob", "carl"):
        await org.join(name)
    ended: list[str] = []
    org.app.core.sharing.cuts.acts.append(lambda cut: ended.append(cut.account))
    orgs, ann = org.app.core.sharing.organisations, caller(org, "ann")
    await orgs.dismiss(ann, org.id, org.ids["bob"])
    await orgs.remove(ann, org.id)
    assert ended[0] == org.ids["bob"]
    assert set(ended[1:]) == {org.ids["ann"], org.ids["carl"]}


async def test_an_account_makes_so_many(org: Org) -> None:
    orgs, ann = org.app.core.sharing.organisations, caller(org, "ann")
    for n in range(MOST - 1):
        await orgs.found(ann, "x", str(n).encode())
    with pytest.raises(Conflict):
        await orgs.found(ann, "x", b"one more")
    await orgs.found(ann, "x", b"0")  # told again


async def test_what_another_role_is_there_for_boards_to_ask(org: Org) -> None:
    role, id = org.app.core.sharing.organisations.role, OrgId(org.id)
    bob = await org.account("bob")
    assert await role(id, org.ids["bob"]) is None
    await org.join("bob", "MANAGER")
    assert await role(id, org.ids["bob"]) is OrgRole.MANAGER
    assert (await bob.get(org.path)).json["role"] == "MANAGER"


async def test_what_an_account_has_come_to_when_it_is_erased_is_left_too(
    org: Org, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look whether it may go, and that it is nobody."""
    app, ann = org.app, caller(org, "ann")
    store, retire = (
        app.core.sharing.organisations,
        app.core.persons.identity.retire_account,
    )
    await org.join("bob", "MANAGER")
    await org.join("carl", "ADMIN")

    async def late(who: Caller) -> Any:
        await store.found(ann, "Late", b"late")
        await store.dismiss(caller(org, "carl"), org.id, org.ids["carl"])
        return await retire(who)

    monkeypatch.setattr(app.core.persons.identity, "retire_account", late)
    await app.core.persons.erasure.erase_account(ann)
    world = app.place.world
    assert [each.name for each in world.orgs.values()] == ["Does"]
    assert {role for role, _ in world.org_members.values()} == {OrgRole.ADMIN}
    assert await store.role(OrgId(org.id), org.ids["bob"]) is OrgRole.ADMIN


def test_every_act_has_its_least_role() -> None:
    assert MAY.keys() == set(Act)
    assert OrgRole.ADMIN.reaches(OrgRole.MANAGER)
    assert not OrgRole.MEMBER.reaches(OrgRole.MANAGER)
