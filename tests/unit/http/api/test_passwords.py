"""Registering and signing in by a password over REST, under every documented path."""

import logging
from typing import Any

import pytest

from orbit.core.errors import Busy
from orbit.core.ports import Role
from orbit.store.clock import SystemClock
from tests.kit.app import App, Client, running, settings

REGISTER, LOGIN, ME = "/auth/register/", "/auth/login/", "/users/me/"
FORGOT = "/auth/password/forgot/"
CHANGE, REFRESH = "/account/password/", "/auth/refresh/"
ANN, HORSE = "ann@example.org", "correct horse"
WHOLE = {"email": ANN, "password": HORSE, "username": "ann"}


async def test_who_registers_has_signed_in(app: App) -> None:
    done = await app.guest.post(REGISTER, {**WHOLE, "name": "Ann van Lee"})
    assert done.status == 201, done.text
    assert done.headers["Cache-Control"] == "no-store"
    given, user = done.json, done.json["user"]
    assert given["access"] == given["access_token"]
    assert given["refresh"] == given["refresh_token"]
    assert (given["token_type"], given["role"]) == ("bearer", "user")
    assert (user["email"], user["username"]) == (ANN, "ann")
    assert (user["name"], user["first_name"]) == ("Ann van Lee", "Ann")
    assert (user["last_name"], user["email_verified"]) == ("van Lee", False)
    ann = Client(app.http, Authorization=f"Bearer {given['access']}")
    assert (await ann.get(ME)).json == user
    later = await app.guest.post("/identity/refresh/", {"refresh": given["refresh"]})
    assert later.status == 200
    assert HORSE not in done.text + later.text


@pytest.mark.parametrize(
    "names",
    [
        {"first_name": "Ann", "last_name": "Lee"},
        {"name": "Ann Lee"},
        {"name": " Ann Lee ", "first_name": "Ann", "last_name": "Lee"},
    ],
)
async def test_a_name_is_whole_or_first_and_last(app: App, names: Any) -> None:
    user = (await app.guest.post(REGISTER, {**WHOLE, **names})).json["user"]
    assert (user["name"], user["first_name"], user["last_name"]) == (
        "Ann Lee",
        "Ann",
        "Lee",
    )


@pytest.mark.parametrize(
    "path",
    ["/auth/login", "/auth/token/", "//auth/login/", "//auth/token", "//auth/token/"],
)
async def test_each_documented_path_takes_an_address_or_a_user_name(
    app: App, path: str
) -> None:
    assert (await app.guest.post("//auth/register", WHOLE)).status == 201
    for shown in ({"email": ANN}, {"username": "Ann"}, {"username": ANN}):
        done = await app.guest.post(path, {**shown, "password": HORSE})
        assert done.status == 200, done.text
        assert done.json["user"]["email"] == ANN
        ann = Client(app.http, Authorization=f"Bearer {done.json['access_token']}")
        for mine in ("//auth/me/", "//auth/profile", "/auth/profile/", "/auth/me"):
            assert (await ann.get(mine)).json == done.json["user"]


class Still(SystemClock):
    """For bounds no time passes, however slow the machine is."""

    def monotonic(self) -> float:
        return 0.0


async def test_a_class_room_behind_one_address_signs_in() -> None:
    bounds = settings({"sign_ins_per_person_min": 2, "codes_per_person_min": 2})
    async with running(given=bounds, clock=Still()) as app:
        for n in range(3):
            ghost, who = await app.ghost(), f"ann{n}@example.org"
            whole = {**WHOLE, "email": who, "username": f"ann{n}"}
            assert (await ghost.post(REGISTER, whole)).status == 201
            assert (await ghost.post(LOGIN, whole)).status == 200
            assert (await ghost.post(LOGIN, whole)).status == 429
            assert (await ghost.post(FORGOT, {"email": who})).status == 200
        for status in (200, 200, 429):
            assert (await app.guest.post(LOGIN, whole)).status == status


async def test_no_two_have_an_address_or_a_user_name(app: App) -> None:
    assert (await app.guest.post(REGISTER, WHOLE)).status == 201
    other = {**WHOLE, "email": "bob@example.org", "username": "ANN"}
    for field, body in (("email", {**WHOLE, "email": "ANN@example.org"}),
                        ("username", other)):  # fmt: skip
        refused = await app.guest.post(REGISTER, body)
        assert (refused.status, refused.error) == (409, "conflict")
        assert list(refused.json["details"]) == [field]


async def test_a_wrong_password_and_an_unknown_name_are_one_answer(
    app: App, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await app.guest.post(REGISTER, WHOLE)
    said = set()
    for who in ({"email": ANN}, {"username": "ann"}, {"email": "bob@example.org"}):
        no = await app.guest.post(LOGIN, {**who, "password": "wrong horse"})
        said.add((no.status, no.error, no.json["message"], str(no.json["details"])))
    assert len(said) == 1
    assert no.status == 401
    assert "horse" not in caplog.text
    assert ANN not in caplog.text


async def test_console_needs_second_factor(app: App) -> None:
    """And the role, which nobody has by registering."""
    await app.guest.post(REGISTER, WHOLE)
    body = {**WHOLE, "scope": "dev", "otp": "000000"}
    refused = await app.guest.post(LOGIN, body)
    assert (refused.status, refused.error) == (403, "forbidden")
    wrong = await app.guest.post(LOGIN, {**body, "password": "wrong horse"})
    assert wrong.status == 401
    (ann,) = app.place.world.accounts.values()
    await app.core.persons.accounts._people.accounts.give(ann.id, Role.DEV)
    refused = await app.guest.post(LOGIN, body)
    assert (refused.status, list(refused.json["details"])) == (403, ["scope"])
    plain = await app.guest.post(LOGIN, {**body, "scope": "user"})
    assert (plain.status, plain.json["role"]) == (200, "dev")


async def test_what_a_ghost_has_is_not_a_strangers_who_types_an_address(
    app: App,
) -> None:
    ghost = await app.ghost()
    given = (await ghost.post(REGISTER, WHOLE)).json
    ann = Client(app.http, Authorization=f"Bearer {given['access']}")
    body = {"ghost": ghost.headers["X-Ghost-ID"]}
    refused = await ann.post("/identity/ghost/merge/", body)
    assert (refused.status, refused.error) == (403, "forbidden")
    assert not (await ghost.get("/identity/ghost/me/")).json["claimed"]


async def test_a_changed_password_ends_all_other_sign_ins(app: App) -> None:
    await app.guest.post(REGISTER, WHOLE)
    here, there = [(await app.guest.post(LOGIN, WHOLE)).json for _ in range(2)]
    ann, other = (
        Client(app.http, Authorization=f"Bearer {each['access']}")
        for each in (here, there)
    )
    new = "battery staple"
    body = {"current_password": HORSE, "new_password": new}
    wrong = await ann.patch(CHANGE, {**body, "current_password": "wrong horse"})
    assert (wrong.status, list(wrong.json["details"])) == (401, ["current_password"])
    done = await ann.patch(CHANGE, body)
    assert done.status == 200, done.text
    after = Client(app.http, Authorization=f"Bearer {done.json['access']}")
    assert (await after.get(ME)).status == 200
    assert (await other.get(ME)).status == 401
    for given, status in ((done.json, 200), (there, 401)):
        renewed = await app.guest.post(REFRESH, {"refresh": given["refresh"]})
        assert renewed.status == status
    for password, status in ((HORSE, 401), (new, 200)):
        answer = await app.guest.post(LOGIN, {**WHOLE, "password": password})
        assert answer.status == status


async def test_who_has_no_password_has_none_to_change(app: App) -> None:
    ann = await app.account(ANN)
    body = {"current_password": HORSE, "new_password": HORSE}
    assert (await ann.patch(CHANGE, body)).status == 409
    assert (await app.guest.patch(CHANGE, body)).status == 401


async def test_login_and_forgot_do_not_enumerate(app: App) -> None:
    """Known and unknown addresses are answered alike, and sent alike."""
    await app.guest.post(REGISTER, WHOLE)
    known, unknown = [
        await app.guest.post(FORGOT, {"email": each})
        for each in (ANN, "bob@example.org")
    ]
    assert (known.status, known.json) == (200, {"sent": True, "expires_in": 1_800})
    assert known.text == unknown.text
    await app.core.mail.post.deliver()
    mails = [mail for mail in app.mailbox.mails if "/reset#" in mail.text]
    assert sorted(mail.to for mail in mails) == [ANN, "bob@example.org"]
    assert len({mail.subject for mail in mails}) == 1


@pytest.mark.parametrize(
    ("path", "field"),
    [("/auth/password/reset/", "password"), ("//auth/password/reset", "new_password")],
)
async def test_who_has_the_mail_chooses_another_password(
    app: App, path: str, field: str
) -> None:
    await app.guest.post(REGISTER, WHOLE)
    german = {"Accept-Language": "de"}
    await app.guest.post("//auth/password/forgot", {"email": ANN}, headers=german)
    await app.core.mail.post.deliver()
    subjects = {mail.subject for mail in app.mailbox.mails}
    assert "Wähle ein Passwort für Orbit" in subjects
    token = app.mailbox.link(ANN, "reset")
    body = {"token": token, field: "battery staple"}
    assert (await app.guest.post(path, body)).status == 204
    again = await app.guest.post(path, body)
    assert (again.status, list(again.json["details"])) == (401, ["token"])
    for password, status in ((HORSE, 401), ("battery staple", 200)):
        answer = await app.guest.post(LOGIN, {**WHOLE, "password": password})
        assert answer.status == status
    assert answer.json["user"]["email_verified"]


async def test_when_too_many_sign_in_the_next_comes_back(app: App) -> None:
    async def busy(*_args: Any) -> Any:
        raise Busy("too many sign in at the moment", after=1.0)

    app.core.auth.passwords._hasher.fits = busy  # type: ignore[method-assign]
    refused = await app.guest.post(LOGIN, WHOLE)
    assert (refused.status, refused.error) == (503, "busy")
    assert refused.headers["Retry-After"] == "1"


async def test_tries_are_limited_by_account_and_by_who_tries() -> None:
    bounds = {"sign_ins_per_person_min": 3, "guesses_per_account_h": 5}
    async with running(given=settings(bounds)) as app:
        await app.guest.post(REGISTER, WHOLE)
        wrong = {**WHOLE, "password": "wrong horse"}
        for _ in range(2):
            assert (await app.guest.post(LOGIN, wrong)).status == 401
        refused = await app.guest.post(LOGIN, WHOLE)
        assert (refused.status, refused.error) == (429, "rate_limited")
        assert int(refused.headers["Retry-After"]) > 0
