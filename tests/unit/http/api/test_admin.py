"""The console over REST: who gets in, what he sees, and what becomes of others."""

import csv
from io import StringIO

import pytest

from orbit.core.ports import Role
from tests.kit.app import App, Client
from tests.kit.staff import DEV, staff
from tests.unit.http.api.test_second_factor import ANN, app_code, enrolled

BOB, HORSE = "bob@example.org", "correct horse"
LOGIN = "/auth/login/"
LISTS = ("logs", "users")


async def bob(app: App) -> tuple[Client, str]:
    """Return Bob, and his account's id."""
    who = await app.account(BOB)
    return who, (await who.get("/users/me/")).json["id"]


async def test_who_has_role_factor_and_scope_gets_in_and_nobody_else(app: App) -> None:
    ann, secret, codes = await enrolled(app)
    assert (await app.guest.get("/admin/summary/")).status == 401
    refused = await ann.get("/admin/summary/")
    assert (refused.status, refused.error) == (403, "forbidden")
    chosen = {"email": ANN, "password": HORSE}
    asked = {"email": ANN}
    await app.guest.post("/auth/password/forgot/", asked)
    await app.core.mail.post.deliver()
    token = app.mailbox.link(ANN, "reset")
    await app.guest.post("/auth/password/reset/", {"token": token, "password": HORSE})
    accounts = app.place.node().people.accounts
    account = await accounts.of(ANN)
    assert account is not None
    await accounts.give(account.id, Role.DEV)
    as_user = await app.guest.post(LOGIN, {**chosen, "otp": codes[0]})
    as_dev = await app.guest.post(
        LOGIN, {**chosen, "otp": app_code(secret, 1), "scope": "dev"}
    )
    for given, status in ((as_user, 403), (as_dev, 200)):
        token = f"Bearer {given.json['access']}"
        who = app.guest.with_headers(Authorization=token)
        assert (await who.get("/admin/summary/")).status == status


async def test_a_summary_tells_of_people_boards_and_nodes(app: App) -> None:
    dev = await staff(app)
    await app.board()
    told = (await dev.get("/admin/summary")).json
    assert (told["accounts"], told["staff"], told["boards"]) == (1, 1, 1)
    assert told["leads"]["contact"] == 0
    assert len(told["days"]) == 14
    today = told["days"][-1]
    assert (today["accounts"], today["boards"]) == (1, 1)
    assert told["days"][0]["accounts"] == 0
    (node,) = told["nodes"]
    assert node["numbers"]["boards_owned"] == 1


async def test_the_trail_is_searched(app: App) -> None:
    dev = await staff(app)
    await app.guest.post(LOGIN, {"email": BOB, "password": "wrong"})
    _, id = await bob(app)
    for asked, actions in (
        ("", ["sign-in", "sign-in-refused"]),
        ("action=sign-in-refused", ["sign-in-refused"]),
        (f"actor={id}", ["sign-in"]),
        (f"actor={BOB}", ["sign-in"]),
        (f"account={BOB}", ["sign-in"]),
        ("account=nobody@example.org", []),
        ("q=OTP-VERIFY", ["sign-in"]),
        ("until=2026-01-01T00:00:00Z", []),
        ("limit=1&page=2", ["sign-in-refused"]),
    ):
        found = (await dev.get(f"/admin/logs/?{asked}")).json["items"]
        assert [row["action"] for row in found] == actions, asked
    row = found[0]
    assert (row["ip"], row["actor"]) == ("127.0.0.0/24", "")
    assert row["metadata"] == {"error": "unauthenticated"}


@pytest.mark.parametrize(
    "asked",
    ["action=x", "since=x", "since=2026-01-01", "page=-1", "limit=0", "q=a%00b"],
)
async def test_what_cannot_be_sought_is_told(app: App, asked: str) -> None:
    dev = await staff(app)
    answer = await dev.get(f"/admin/logs/?{asked}")
    assert answer.status == 422
    assert asked.partition("=")[0] in answer.json["details"]


async def test_people_are_found_and_looked_at(app: App) -> None:
    dev = await staff(app)
    _, id = await bob(app)
    for asked, found in (
        ("", [BOB, DEV]),
        ("q=BOB", [BOB]),
        ("search=bob", [BOB]),
        ("role=dev", [DEV]),
        ("status=suspended", []),
        ("status=active&role=user", [BOB]),
    ):
        told = (await dev.get(f"/admin/users/?{asked}")).json
        assert [one["email"] for one in told["items"]] == found, asked
        assert told["pagination"]["total"] == len(found)
    one = (await dev.get(f"/admin/users/{id}")).json
    assert (one["email"], one["role"], one["sessions"]) == (BOB, "user", 1)
    assert "personas" not in one
    for nobody in ("x", id[:-1], "0" * 36):
        assert (await dev.get(f"/admin/users/{nobody}/")).status == 404


@pytest.mark.parametrize("name", LISTS)
async def test_a_list_comes_as_a_table_that_is_recorded(app: App, name: str) -> None:
    dev = await staff(app)
    await app.account(BOB)
    answer = await dev.get(f"/admin/{name}/?format=csv")
    rows = list(csv.DictReader(StringIO(answer.text.removeprefix("\ufeff"))))
    assert rows
    (row, *_) = (await dev.get("/admin/logs/")).json["items"]
    assert (row["action"], row["path"]) == ("data-exported", f"/api/v1/admin/{name}/")


async def test_who_is_suspended_is_told_so_and_it_is_recorded(app: App) -> None:
    dev = await staff(app)
    his, id = await bob(app)
    path = f"/admin/users/{id}/"
    done = await dev.patch(path, {"suspended": True})
    assert done.status == 200, done.text
    assert done.json["suspended_at"]
    assert (await his.get("/users/me/")).status == 401
    shown = {"email": BOB, "code": await app.code(BOB)}
    refused = await app.guest.post("/identity/otp-verify/", shown)
    assert (refused.status, refused.error) == (403, "suspended")
    assert (await dev.patch(path, {"suspended": False})).json["suspended_at"] is None
    assert (await dev.patch(path, {"role": "dev"})).json["role"] == "dev"
    found = (await dev.get("/admin/logs/")).json["items"]
    assert [(row["action"], row["subject"] == id) for row in found[:4]] == [
        ("role-given", True),
        ("resumed", True),
        ("sign-in-refused", True),
        ("suspended", True),
    ]
    assert found[0]["metadata"] == {"role": "dev"}
    me = (await dev.get("/users/me/")).json["id"]
    assert (await dev.patch(f"/admin/users/{me}/", {"role": "user"})).status == 409
    assert (await dev.patch(path, {})).status == 422


async def test_each_change_of_somebody_is_an_act_of_its_own(app: App) -> None:
    dev = await staff(app)
    _, id = await bob(app)
    for body in (
        {"role": "dev", "suspended": True},
        {"role": "dev", "suspended": False},
        {"role": "user", "suspended": False},
        {"role": "user", "suspended": False},  # as it is
    ):
        assert (await dev.patch(f"/admin/users/{id}/", body)).status == 200
    found = (await dev.get("/admin/logs/")).json["items"]
    me = (await dev.get("/users/me/")).json["id"]
    assert [(row["action"], row["metadata"]) for row in found[:5]] == [
        ("console-used", {}),
        ("role-given", {"role": "user"}),
        ("resumed", {}),
        ("suspended", {}),
        ("role-given", {"role": "dev"}),
    ]
    told = {(row["actor"], row["subject"], row["path"]) for row in found[1:5]}
    assert told == {(me, id, "/api/v1/admin/users/{user}/")}
    assert len({row["ip"] for row in found[1:5]}) == 1
    his = await app.account(BOB)
    kinds = [each["kind"] for each in (await his.get("/notices/")).json["results"]]
    assert sorted(kinds) == ["resumed", "role_given", "role_given", "suspended"]


async def test_who_may_not_is_recorded(app: App) -> None:
    his, id = await bob(app)
    assert (await his.patch(f"/admin/users/{id}/", {"role": "dev"})).status == 403
    await app.guest.get("/admin/users/")  # anybody passing by is no news
    found = (await (await staff(app)).get("/admin/logs/")).json["items"]
    assert [(row["action"], row["actor"]) for row in found] == [
        ("console-refused", id),
        ("sign-in", id),
    ]
