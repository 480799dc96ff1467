"""An account as the products know it: a user."""

from tests.kit.app import App
from tests.kit.signed import ANN

ME = "/users/me/"


async def test_whoever_has_signed_in_by_a_code_is_a_user_too(app: App) -> None:
    ann = await app.account(ANN)
    user = (await ann.get(ME)).json
    assert (user["email"], user["email_verified"], user["username"]) == (ANN, True, "")
    assert user["role"] == "user"


async def test_a_ghost_is_no_user(app: App) -> None:
    for who in (app.guest, await app.ghost()):
        answer = await who.get(ME)
        assert (answer.status, answer.error) == (401, "unauthenticated")


async def test_what_is_told_is_changed_and_the_rest_stays(app: App) -> None:
    ann = await app.account(ANN)
    bio = {"bio": "one\ntwo", "avatar": "https://example.org/a.png"}
    first = (await ann.call("PUT", "//auth/profile/", bio)).json
    assert (first["bio"], first["avatar_url"]) == (bio["bio"], bio["avatar"])
    again = await ann.patch("/account/profile", {"bio": "", "name": " Ann van Lee "})
    assert again.status == 200, again.text
    user = again.json
    assert (user["bio"], user["avatar"]) == ("", bio["avatar"])
    assert (user["first_name"], user["last_name"]) == ("Ann", "van Lee")
    named = (await ann.patch("//auth/me/", {"last_name": "Lee"})).json
    assert (named["name"], named["first_name"]) == ("Ann Lee", "Ann")
    said = await ann.patch("/account/organization/", {"organization": "Lees"})
    assert said.json == {**named, "organization": "Lees"}
    assert (await ann.get(ME)).json == said.json


async def test_an_address_is_not_changed_by_typing_another(app: App) -> None:
    ann = await app.account(ANN)
    whole = (await ann.get(ME)).json
    assert (await ann.call("PUT", ME, whole)).json == whole
    other = {"email": "bob@example.org", "username": "bob", "bio": "x"}
    refused = await ann.patch(ME, other)
    assert (refused.status, list(refused.json["details"])) == (422, ["username"])
    assert (await ann.get(ME)).json == whole
    del other["username"]
    assert (await ann.patch(ME, other)).json == {**whole, "bio": "x"}


async def test_what_is_told_of_somebody_may_be_told_again(app: App) -> None:
    ann = await app.account(ANN)
    long = {"first_name": "F" * 80, "last_name": "L" * 80}
    told = (await ann.patch(ME, long)).json
    assert told["name"].startswith("F" * 79)
    fields = "name", "first_name", "last_name"
    again = await ann.call("PUT", ME, {each: told[each] for each in fields})
    assert (again.status, again.json) == (200, told)
