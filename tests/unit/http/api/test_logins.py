"""Sign-ins over REST as the products document them: renewed, listed, ended."""

from typing import Any

from tests.kit.app import App, Client
from tests.kit.signed import ANN, BOB

REFRESH, LOGOUT, SESSIONS = "/auth/refresh/", "/auth/logout/", "/auth/sessions/"
ME = "/users/me/"


def bearer(app: App, given: Any) -> Client:
    return Client(app.http, Authorization=f"Bearer {given['access']}")


async def test_refresh_takes_a_token_by_either_name_under_each_path(app: App) -> None:
    given = await app.sign_in(ANN)
    for path, name in (
        (REFRESH, "refresh"),
        ("//auth/token/refresh/", "refresh"),
        ("//auth/refresh", "refresh_token"),
        ("/auth/token/refresh", "refresh_token"),
    ):
        done = await app.guest.post(path, {name: given["refresh"]})
        assert done.status == 200, done.text
        assert done.json["refresh"] == done.json["refresh_token"] != given["refresh"]
        assert (await bearer(app, done.json).get(ME)).json == done.json["user"]
        given = done.json


async def test_refresh_rotates_and_reuse_kills_family(app: App) -> None:
    first = await app.sign_in(ANN)
    body = {"refresh": first["refresh"]}
    second, again = [(await app.guest.post(REFRESH, body)).json for _ in range(2)]
    assert second["refresh"] == again["refresh"]  # its answer may have been lost
    third = (await app.guest.post(REFRESH, {"refresh": second["refresh"]})).json
    assert (await app.guest.post(REFRESH, body)).status == 401
    assert (await bearer(app, third).get(ME)).status == 401


async def test_who_signs_out_is_nobody_anywhere(app: App) -> None:
    here, there = await app.sign_in(ANN), await app.sign_in(ANN)
    bob = await app.account(BOB)
    assert (await bearer(app, here).post("//auth/logout/")).status == 204
    for given in (here, there):
        assert (await bearer(app, given).get(ME)).status == 401
        renewed = await app.guest.post(REFRESH, {"refresh": given["refresh"]})
        assert renewed.status == 401
    assert (await bob.get(ME)).status == 200


async def test_a_refresh_token_does_to_sign_out_and_here_alone(app: App) -> None:
    here, there = await app.sign_in(ANN), await app.sign_in(ANN)
    body = {"refresh": here["refresh"], "everywhere": False}
    assert (await app.guest.post(LOGOUT, body)).status == 204
    assert (await app.guest.post(LOGOUT, body)).status == 401
    assert (await bearer(app, here).get(ME)).status == 401
    assert (await bearer(app, there).get(ME)).status == 200


async def test_who_has_no_good_access_token_any_more_signs_out_by_the_other(
    app: App,
) -> None:
    here = await app.sign_in(ANN)
    late = app.guest.with_headers(Authorization=f"Bearer {here['access']}x")
    assert (await late.post(LOGOUT, {})).status == 401
    assert (await bearer(app, here).get(ME)).status == 200
    body = {"refresh": here["refresh"]}
    assert (await late.post(LOGOUT, body)).status == 204
    assert (await bearer(app, here).get(ME)).status == 401


async def test_without_a_token_nobody_signs_out(app: App) -> None:
    for who in (app.guest, await app.ghost()):
        for answer in (
            await who.post(LOGOUT, {}),
            await who.get(SESSIONS),
            await who.delete(f"{SESSIONS}x/"),
        ):
            assert (answer.status, answer.error) == (401, "unauthenticated")


async def test_sign_ins_are_listed_and_ended_one_by_one(app: App) -> None:
    phone = app.guest.with_headers(**{"User-Agent": "Phone/1.0"})
    there, here = await app.sign_in(ANN, phone), await app.sign_in(ANN)
    ann, bob = bearer(app, here), await app.account(BOB)
    listed = (await ann.get(SESSIONS)).json["results"]
    assert [each["current"] for each in listed] == [True, False]
    assert listed[1]["agent"] == "Phone/1.0"
    path = f"{SESSIONS}{listed[1]['id']}/"
    assert (await bob.delete(path)).status == 404
    assert (await bearer(app, there).get(ME)).status == 200
    assert (await ann.delete(path)).status == 204
    assert (await bearer(app, there).get(ME)).status == 401
    assert (await ann.delete(path)).status == 404
    assert len((await ann.get(SESSIONS)).json["results"]) == 1
