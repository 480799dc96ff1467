"""What is done over REST is in the trail, and what is in it is what was done."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from orbit.core.ports import Act, Recorded, Wanted
from orbit.http.api import TABLES
from orbit.http.recording import RECORDED, acts_of
from tests.kit.app import App, Client
from tests.unit.http.api.test_second_factor import ANN, DISABLE, app_code, enrolled

HORSE, BOB = "correct horse", "bob@example.org"
LOGIN = "/auth/login/"


async def rows(app: App) -> Sequence[Recorded]:
    """Return what was recorded, the oldest first."""
    found, _ = await app.place.node().people.trail.page(Wanted(), 0, 99)
    return found[::-1]


async def acts(app: App) -> list[str]:
    return [row.act.value for row in await rows(app)]


async def registered(app: App, email: str = ANN) -> tuple[Client, Any]:
    given = {"email": email, "password": HORSE}
    told = (await app.guest.post("/auth/register/", given)).json
    return Client(app.http, Authorization=f"Bearer {told['access']}"), told


def test_what_is_recorded_is_an_operation_that_there_is() -> None:
    rows = {row.name for table in TABLES for row in table.rows}
    assert RECORDED.keys() <= rows


@pytest.mark.parametrize(
    ("method", "done"), [("GET", None), ("POST", Act.CONSOLE_USED)]
)
def test_of_the_console_all_that_changes_something_is_recorded(
    method: str, done: Act | None
) -> None:
    acts = acts_of("whatever", method, for_staff=True, for_operators=False)
    assert acts is not None
    assert acts.done is done
    assert acts_of("whatever", method, for_staff=False, for_operators=False) is None


async def test_a_row_says_who_did_what_by_which_way_from_where(app: App) -> None:
    _, told = await registered(app)
    wrong = {"email": ANN, "password": "wrong"}
    await app.guest.post(LOGIN, wrong)
    await app.guest.post("/auth/login", {"email": "nobody@example.org", **wrong})
    await app.guest.post("//auth/token/", {"email": ANN, "password": HORSE})
    made, refused, unknown, entered = await rows(app)
    ann = told["user"]["id"]
    assert (made.act, made.actor) == (Act.REGISTERED, ann)
    assert (refused.act, refused.actor, refused.subject) == (
        Act.SIGN_IN_REFUSED,
        "",
        ann,
    )
    assert refused.about == {"error": "unauthenticated"}
    assert (unknown.act, unknown.subject) == (Act.SIGN_IN_REFUSED, ann)
    assert (entered.act, entered.actor) == (Act.SIGNED_IN, ann)
    assert {row.ip for row in await rows(app)} == {"127.0.0.0/24"}
    assert {row.path for row in (refused, unknown, entered)} == {"/api/v1/auth/login/"}
    assert ANN not in str(await rows(app))


async def test_a_life_of_an_account_is_told_act_by_act(app: App) -> None:
    ann, told = await registered(app)
    renewed = await app.guest.post("/auth/refresh/", {"refresh": told["refresh"]})
    assert renewed.status == 200
    new = {"current_password": HORSE, "new_password": HORSE + "!"}
    changed = await ann.patch("/account/password/", new)
    ann = Client(app.http, Authorization=f"Bearer {changed.json['access']}")
    assert (await ann.patch("/account/password/", new)).status == 401
    assert (await ann.post("/auth/logout/", {})).status == 204
    assert await acts(app) == [
        "registered",
        "password-changed",
        "password-refused",
        "sign-out",
    ]
    assert {row.actor for row in await rows(app)} == {told["user"]["id"]}


async def test_who_shows_what_is_no_token_fills_no_trail(app: App) -> None:
    stranger = Client(app.http, Authorization="Bearer nobodys")
    new = {"current_password": HORSE, "new_password": HORSE + "!"}
    assert (await stranger.patch("/account/password/", new)).status == 401
    assert (await stranger.post("/account/export/", {"password": HORSE})).status == 401
    assert await acts(app) == []


async def test_second_factors_are_told_and_a_challenge_is_no_refusal(app: App) -> None:
    ann, secret, codes = await enrolled(app)
    shown = {"email": ANN, "code": await app.code(ANN)}
    asked = await app.guest.post("/identity/otp-verify/", shown)
    challenge = asked.json["details"]["challenge"]
    for code in ("000000", app_code(secret, 1)):
        given = {"challenge": challenge, "code": code}
        await app.guest.post("/identity/2fa/", given)
    await ann.post(DISABLE, {"code": "000000"})
    assert (await ann.post(DISABLE, {"code": codes[0]})).status == 204
    found = await rows(app)
    assert await acts(app) == [
        "sign-in",
        "second-factor-on",
        "sign-in-refused",
        "sign-in",
        "second-factor-refused",
        "second-factor-off",
    ]
    assert found[2].subject == found[0].actor
    assert found[4].subject == ""  # his own


async def test_a_refresh_token_that_comes_back_is_told(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orbit.core.services.logins.GRACE", timedelta(seconds=-1))
    _, told = await registered(app)
    for status in (200, 401, 401):
        shown = {"refresh": told["refresh"]}
        assert (await app.guest.post("/auth/refresh/", shown)).status == status
    *_, last = await rows(app)
    assert await acts(app) == ["registered", "refresh-reused"]
    assert (last.actor, last.subject) == ("", told["user"]["id"])


async def test_organisations_are_told_with_whom_and_as_what(app: App) -> None:
    ann, bob = await app.account(ANN), await app.account(BOB)
    org = (await ann.post("/orgs/", {"name": "Does"})).json["id"]
    his = (await bob.get("/users/me/")).json["id"]
    await ann.post(f"/orgs/{org}/invite/", {"email": BOB, "role": "MEMBER"})
    while await app.core.mail.post.deliver():
        pass
    token = app.mailbox.link(BOB, "join")
    assert (await bob.post("/orgs/accept-invite/", {"token": token})).status == 200
    member = f"/orgs/{org}/members/{his}/"
    await ann.post(f"{member}role/", {"role": "MANAGER"})
    assert (await bob.delete(f"/orgs/{org}/")).status == 403
    await ann.delete(member)
    await ann.delete(f"/orgs/{org}/")
    found = {row.act: row for row in await rows(app)}
    assert await acts(app) == [
        "sign-in",
        "sign-in",
        "organisation-made",
        "organisation-invited",
        "organisation-joined",
        "organisation-role-given",
        "organisation-member-removed",
        "organisation-deleted",
    ]
    role = found[Act.ORG_ROLE_GIVEN]
    assert role.subject == his
    assert role.about == {"organisation": org, "role": "MANAGER"}
    assert found[Act.ORG_JOINED].actor == his
    assert found[Act.ORG_MADE].about["organisation"] == org
    assert BOB not in str(found)


async def test_what_is_done_on_a_board_names_nobody(app: App) -> None:
    ann = await app.account(ANN)
    made = await app.board(ann)
    board = made["board"]["id"]
    admin = ann.with_link(made["admin_token"])
    assert (await admin.get(f"/boards/{board}/export/")).status == 200
    assert (await admin.post(f"/boards/{board}/revoke-link/")).status == 200
    _, *found = await rows(app)
    assert [row.act for row in found] == [Act.BOARD_EXPORTED, Act.BOARD_LINK_MADE]
    for row in found:
        assert (row.actor, row.subject, row.ip) == ("", "", "")
        assert row.about == {"board": board}


async def test_who_is_erased_leaves_that_he_was(app: App) -> None:
    ann, ghost = await app.account(ANN), await app.ghost()
    assert (await ann.delete("/identity/ghost/me/")).status == 204
    assert (await ghost.delete("/identity/ghost/me/")).status == 204
    signed, erased, of_ghost = await rows(app)
    assert (erased.act, erased.actor) == (Act.ERASED, "")
    assert (of_ghost.act, of_ghost.ip) == (Act.ERASED, "")
    assert signed.actor  # that leads to nobody
    assert await app.place.node().people.trail.of(signed.actor, 9) == []
