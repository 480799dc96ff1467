"""Organisations over REST: who is in one, and what he may do there."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from tests.kit.app import App, running
from tests.kit.organisations import ACCEPT, READ, Org, founded
from tests.kit.signed import Ahead
from tests.kit.spec import judge

ROLES = ("MEMBER", "MANAGER", "ADMIN")
CLOCK = Ahead()


@pytest_asyncio.fixture
async def app() -> AsyncIterator[App]:
    CLOCK.by = timedelta()
    async with running(clock=CLOCK) as started:
        yield started


@pytest_asyncio.fixture
async def org(app: App) -> Org:
    return await founded(app)


async def test_who_makes_one_is_its_admin(org: Org) -> None:
    ann = org.people["ann"]
    (mine,) = (await ann.get("/orgs/")).json["results"]
    assert mine == (await ann.get(org.path)).json
    assert (mine["id"], mine["name"], mine["role"]) == (org.id, "Does", "ADMIN")
    assert await org.roles() == {"ann": "ADMIN"}


async def test_a_call_that_is_told_again_makes_one(org: Org) -> None:
    ann, key = org.people["ann"], {"Idempotency-Key": "k"}
    made = [await ann.post("/orgs/", {"name": "x"}, headers=key) for _ in "ab"]
    assert made[0].json == made[1].json
    assert len((await ann.get("/orgs/")).json["results"]) == 2
    other = await org.account("bob")
    his = await other.post("/orgs/", {"name": "x"}, headers=key)
    assert his.json["id"] != made[0].json["id"]


async def test_each_path_is_served_as_documented(org: Org) -> None:
    ann, bob = org.people["ann"], await org.account("bob")
    old = f"//api/orgs/{org.id}"
    assert (await ann.get("//api/orgs")).json == (await ann.get("/orgs/")).json
    body = {"email": org.email("bob"), "role": "MANAGER"}
    assert (await ann.post(f"{old}/invite/", body)).status == 202
    await org.app.core.mail.post.deliver()
    token = org.app.mailbox.link(org.email("bob"), "join")
    came = await bob.post("//api/orgs/accept-invite/", {"token": token})
    assert came.json["role"] == "MANAGER"
    role = f"{old}/members/{org.ids['bob']}/role/"
    assert (await ann.post(role, {"role": "MEMBER"})).status == 204
    listed = (await ann.get(f"{old}/members/")).json["results"]
    assert {each["role"] for each in listed} == {"ADMIN", "MEMBER"}


async def test_ghosts_and_guests_are_in_none(org: Org) -> None:
    for who in (org.app.guest, await org.app.ghost()):
        for method, path in (("GET", "/orgs/"), ("POST", "/orgs/"), ("GET", org.path)):
            body = {"name": "x"} if method == "POST" else None
            assert (await who.call(method, path, body)).status == 401


# What a role may --------------------------------------------------------------------

ACTS = {  # the least role that may, for each thing that can be done to Carl
    ("GET", "", None): "MEMBER",
    ("GET", "members/", None): "MEMBER",
    ("GET", "invites/", None): "MANAGER",
    ("POST", "invite/", "MEMBER"): "MANAGER",
    ("POST", "invite/", "MANAGER"): "MANAGER",
    ("POST", "invite/", "ADMIN"): "ADMIN",
    ("POST", "members/{carl}/role/", "ADMIN"): "ADMIN",
    ("DELETE", "members/{carl}/", None): "ADMIN",
    ("PATCH", "", "renamed"): "ADMIN",
    ("DELETE", "", None): "ADMIN",
}


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_may_what_the_table_says(org: Org, role: str) -> None:
    who = await org.join("bob", role)
    await org.join("carl")
    wrong = []
    for n, ((method, what, told), least) in enumerate(ACTS.items()):
        path = org.path + what.format(carl=org.ids["carl"])
        bodies = {
            "invite/": {"email": f"p{n}@example.org", "role": told},
            "members/{carl}/role/": {"role": told},
        }
        body = bodies.get(what, {"name": told}) if told else None
        answer = await who.call(method, path, body)
        may = ROLES.index(role) >= ROLES.index(least)
        judge(method, "/orgs/{org}/" + what.replace("carl", "member"), answer)
        if (answer.status < 300) is not may or not (may or answer.status == 403):
            wrong.append((method, what, told, answer.status))
    assert wrong == []


async def test_a_manager_cannot_mint_an_admin(org: Org) -> None:
    await org.join("bob", "MANAGER")
    refused = await org.ask_in("carl", "ADMIN", by="bob")
    assert (refused.status, refused.error) == (403, "forbidden")
    own = await org.people["bob"].post(f"{org.member('bob')}role/", {"role": "ADMIN"})
    assert own.status == 403
    await org.invite("dora", "ADMIN")
    body = {"email": org.email("dora")}
    path = f"{org.path}invite/"
    taken_back = await org.people["bob"].call("DELETE", path, body)
    assert taken_back.status == 403
    assert await org.roles() == {"ann": "ADMIN", "bob": "MANAGER"}


async def test_addresses_are_shown_to_who_invites(org: Org) -> None:
    bob, _ = await org.join("bob"), await org.join("carl", "MANAGER")
    for who, seen in (("bob", {""}), ("carl", None), ("ann", None)):
        listed = await org.people[who].get(f"{org.path}members/")
        emails = {each["email"] for each in listed.json["results"]}
        assert emails == seen or org.email("bob") in emails
    await bob.patch("/users/me/", {"name": "Bob", "avatar": "https://example.org/b"})
    (shown,) = [
        each
        for each in (await bob.get(f"{org.path}members/")).json["results"]
        if each["id"] == org.ids["bob"]
    ]
    assert (shown["name"], shown["avatar_url"]) == ("Bob", "https://example.org/b")


async def test_members_are_paged(org: Org) -> None:
    for name in ("bob", "carl"):
        await org.join(name)
    found: list[str] = []
    cursor = ""
    while cursor is not None:
        path = f"{org.path}members/?limit=1&cursor={cursor}"
        page = (await org.people["ann"].get(path)).json
        found += [each["id"] for each in page["results"]]
        cursor = page["next"]
    assert sorted(found) == sorted(org.ids.values())
    wrong = await org.people["ann"].get(f"{org.path}members/?cursor=x")
    assert (wrong.status, wrong.json["details"]["cursor"]) == (422, ["no such place"])


# The last admin ---------------------------------------------------------------------


async def test_the_last_admin_cannot_leave(org: Org) -> None:
    ann = org.people["ann"]
    await org.join("bob", "MANAGER")
    for method, path, body in (
        ("POST", f"{org.path}leave/", None),
        ("DELETE", org.member("ann"), None),
        ("POST", f"{org.member('ann')}role/", {"role": "MEMBER"}),
    ):
        refused = await ann.call(method, path, body)
        assert (refused.status, refused.error) == (409, "conflict"), path
    assert await org.roles() == {"ann": "ADMIN", "bob": "MANAGER"}
    assert (await ann.post(f"{org.member('bob')}role/", {"role": "ADMIN"})).status < 300
    assert (await ann.post(f"{org.path}leave/")).status == 204
    assert (await ann.get(org.path)).status == 404
    assert await org.roles(by="bob") == {"bob": "ADMIN"}


async def test_whoever_is_removed_has_no_access_and_may_come_again(org: Org) -> None:
    bob = await org.join("bob", "ADMIN")
    assert (await org.people["ann"].delete(org.member("bob"))).status == 204
    assert (await bob.get(org.path)).status == 404
    assert (await bob.get("/orgs/")).json["results"] == []
    assert (await bob.get("/users/me/")).status == 200  # he is who he was
    gone = await org.people["ann"].delete(org.member("bob"))
    assert (gone.status, gone.error) == (404, "not_found")
    CLOCK.by = timedelta(minutes=11)
    await org.enter("bob", await org.app.account(org.email("bob")))
    await org.enter("ann", await org.app.account("ann@does.example.org"))
    await org.join("bob")
    assert await org.roles() == {"ann": "ADMIN", "bob": "MEMBER"}


async def test_a_removed_organisation_is_there_for_nobody(org: Org) -> None:
    bob = await org.join("bob", "MANAGER")
    token = await org.invite("carl")
    assert (await org.people["ann"].delete(org.path)).status == 204
    for who in (bob, org.people["ann"]):
        assert (await who.get(org.path)).status == 404
        assert (await who.get("/orgs/")).json["results"] == []
    late = await (await org.account("carl")).post(ACCEPT, {"token": token})
    assert late.status == 404


# Invites ----------------------------------------------------------------------------


async def test_a_mail_says_where_to(org: Org) -> None:
    await org.invite("bob")
    mail = org.app.mailbox.mails[-1]
    assert mail.to == org.email("bob")
    assert mail.subject == "You are invited to an organisation: Does"
    assert "/unsubscribe/" in mail.stop
    assert mail.stop in mail.text


async def test_an_invite_is_good_once_for_the_address_alone(org: Org) -> None:
    token = await org.invite("bob", "MANAGER")
    carl, bob = await org.account("carl"), await org.account("bob")
    refused = await carl.post(ACCEPT, {"token": token})
    judge("POST", ACCEPT, refused)
    assert (refused.status, refused.error) == (403, "forbidden")
    for _ in "ab":  # the answer may have been lost
        assert (await bob.post(ACCEPT, {"token": token})).json["role"] == "MANAGER"
    assert (await bob.post(f"{org.path}leave/")).status == 204
    assert (await bob.post(ACCEPT, {"token": token})).status == 404


async def test_whoever_holds_a_link_reads_to_what_it_is_as_long_as_it_is_good(
    org: Org,
) -> None:
    guest, link = org.app.guest, {"token": await org.invite("bob")}
    assert (await guest.post(READ, link)).json == {"name": "Does"}
    assert await org.roles() == {"ann": "ADMIN"}
    assert (await (await org.account("bob")).post(ACCEPT, link)).status == 200
    assert (await guest.post(READ, link)).status == 404
    link = {"token": await org.invite("carl")}
    path, body = f"{org.path}invite/", {"email": org.email("carl")}
    assert (await org.people["ann"].call("DELETE", path, body)).status == 204
    assert (await guest.post(READ, link)).status == 404


async def test_an_address_that_was_only_typed_wins_no_invite(org: Org) -> None:
    app, token = org.app, await org.invite("bob")
    body = {"email": org.email("bob"), "password": "correct horse"}
    typed = await app.guest.post("/auth/register/", body)
    bearer = f"Bearer {typed.json['access']}"
    mallory = app.guest.with_headers(Authorization=bearer)
    refused = await mallory.post(ACCEPT, {"token": token})
    assert (refused.status, list(refused.json["details"])) == (403, ["email"])
    assert (await mallory.delete("/identity/ghost/me/")).status == 204
    bob = await org.account("bob")  # by a code, which shows it
    assert (await bob.post(ACCEPT, {"token": token})).status == 200


async def test_invites_are_listed_until_they_are_used_or_taken_back(org: Org) -> None:
    ann, path = org.people["ann"], f"{org.path}invite/"

    async def listed() -> dict[str, str]:
        found = (await ann.get(f"{org.path}invites/")).json["results"]
        return {each["email"].partition("@")[0]: each["role"] for each in found}

    token = await org.invite("bob", "MANAGER")
    await org.join("carl")
    assert await listed() == {"bob": "MANAGER"}
    assert (await ann.call("DELETE", path, {"email": org.email("BOB")})).status == 204
    again = await ann.call("DELETE", path, {"email": org.email("bob")})
    assert (again.status, list(again.json["details"])) == (404, ["email"])
    assert await listed() == {}
    bob = await org.account("bob")
    assert (await bob.post(ACCEPT, {"token": token})).status == 404


async def test_an_invite_is_good_as_long_as_its_sender_may_send_it(org: Org) -> None:
    await org.join("bob", "ADMIN")
    as_admin = await org.invite("carl", "ADMIN", by="bob")
    as_manager = await org.invite("dora", "MANAGER", by="bob")
    role = f"{org.member('bob')}role/"
    await org.people["ann"].post(role, {"role": "MANAGER"})
    carl, dora = await org.account("carl"), await org.account("dora")
    assert (await carl.post(ACCEPT, {"token": as_admin})).status == 404
    assert (await dora.post(ACCEPT, {"token": as_manager})).status == 200
    late = await org.invite("emil", "MEMBER", by="bob")
    await org.people["ann"].post(role, {"role": "MEMBER"})
    emil = await org.account("emil")
    assert (await emil.post(ACCEPT, {"token": late})).status == 404


async def test_the_answer_is_the_same_for_every_address(org: Org) -> None:
    await org.join("bob")
    await org.account("carl")
    said = []
    CLOCK.by = timedelta(minutes=11)  # since Bob was invited
    await org.enter("ann", await org.app.account("ann@does.example.org"))
    for name in ("bob", "carl", "nobody"):
        answer = await org.ask_in(name)
        said.append((answer.status, answer.json))
    assert len({str(each) for each in said}) == 1
    assert said[0][0] == 202


async def test_an_address_is_not_mailed_too_often(org: Org) -> None:
    await org.invite("bob")
    refused = await org.ask_in("bob")
    assert (refused.status, refused.headers["Retry-After"]) == (429, "600")
    assert await org.app.core.mail.post.deliver() == 0


async def test_an_invite_that_is_told_again_is_one(org: Org) -> None:
    path, body = f"{org.path}invite/", {"email": org.email("bob")}
    key = {"Idempotency-Key": "k"}
    for _ in "ab":
        told = await org.people["ann"].post(path, body, headers=key)
        assert told.status == 202
    assert await org.app.core.mail.post.deliver() == 1


@pytest.mark.parametrize("token", ["x", "x" * 64, "é", "=" * 64, "A" * 64, "A" * 128])
async def test_a_token_that_is_none_is_not_found(org: Org, token: str) -> None:
    assert (await org.app.guest.post(READ, {"token": token})).status == 404
    refused = await org.people["ann"].post(ACCEPT, {"token": token})
    assert (refused.status, refused.error) == (404, "not_found")


async def test_who_erases_his_account_leaves_others_an_admin(org: Org) -> None:
    me, ann, bob = "/identity/ghost/me/", org.people["ann"], await org.join("bob")
    await ann.post("/orgs/", {"name": "hers alone"})
    refused = await ann.delete(me)
    judge("DELETE", me, refused)
    assert (refused.status, refused.error) == (409, "conflict")
    assert "Does" in refused.text
    assert "hers alone" not in refused.text
    await ann.post(f"{org.member('bob')}role/", {"role": "ADMIN"})
    assert (await ann.delete(me)).status == 204
    assert await org.roles(by="bob") == {"bob": "ADMIN"}
    assert len(org.app.place.world.orgs) == 1
    assert (await bob.delete(me)).status == 204
    assert org.app.place.world.orgs == {}
