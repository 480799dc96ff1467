"""Who may not do something is told what he lacks: a right, or what to show."""

import pytest

from tests.kit.app import Answer, App
from tests.kit.organisations import ACCEPT, founded

ANN = "ann@example.org"


def lacking(answer: Answer) -> list[str]:
    """Return the names of what is lacking, each with a sentence."""
    assert (answer.status, answer.error) == (403, "forbidden"), answer.text
    details = answer.json["details"]
    assert all(whys == [answer.json["message"]] for whys in details.values())
    return list(details)


async def test_in_an_organisation_it_is_a_role_or_the_right_invite(app: App) -> None:
    org = await founded(app)
    bob, carl = await org.join("bob"), await org.join("carl", "MANAGER")
    dave, token = await org.account("dave"), await org.invite("eve", "ADMIN")
    over = {"email": org.email("eve"), "role": "ADMIN"}
    assert lacking(await bob.patch(org.path, {"name": "x"})) == ["role"]
    assert lacking(await carl.post(f"{org.path}invite/", over)) == ["role"]
    lesser = {**over, "role": "MEMBER"}
    assert lacking(await carl.post(f"{org.path}invite/", lesser)) == ["role"]
    assert lacking(await dave.post(ACCEPT, {"token": token})) == ["token"]


async def test_of_an_account_it_is_an_address_that_was_shown(app: App) -> None:
    body = {"email": ANN, "password": "correct horse"}
    given = (await app.guest.post("/auth/register/", body)).json
    ann = app.guest.with_headers(Authorization=f"Bearer {given['access']}")
    assert lacking(await ann.post("/account/2fa/", {})) == ["email"]
    ghost = (await app.guest.post("/identity/ghost/")).json["ghost"]
    taken = await ann.post("/identity/ghost/merge/", {"ghost": ghost})
    assert lacking(taken) == ["email"]


async def test_of_the_console_it_is_the_scope(app: App) -> None:
    ann = await app.account(ANN)
    assert lacking(await ann.get("/admin/summary/")) == ["scope"]


@pytest.mark.parametrize(
    ("method", "path", "what"),
    [
        ("GET", "export/", "role"),
        ("GET", "access-requests/", "role"),
        ("POST", "revoke-link/", "X-Admin-Token"),
    ],
)
async def test_on_a_board_it_is_what_its_admins_have(
    app: App, method: str, path: str, what: str
) -> None:
    board = (await app.board())["board"]["id"]
    answer = await app.guest.call(method, f"/boards/{board}/{path}")
    assert lacking(answer) == [what]


async def test_a_cookie_from_another_site_is_named(app: App) -> None:
    ghost = (await app.guest.post("/identity/ghost/")).json["ghost"]
    elsewhere = {"Cookie": f"orbit_ghost={ghost}", "Origin": "https://evil.example"}
    answer = await app.guest.post("/boards/", {"title": "x"}, headers=elsewhere)
    assert lacking(answer) == ["orbit_ghost"]
