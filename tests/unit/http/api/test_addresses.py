"""An account's address over REST: shown by a link, changed by another one."""

from typing import Any

from tests.kit.app import App, Client

REGISTER, ME = "/auth/register/", "/users/me/"
EMAIL, RESEND = "/account/email/", "/account/email/resend/"
VERIFY = "/account/email/verify/"
ANN, NEW, HORSE = "ann@example.org", "ann@example.net", "correct horse"


async def registered(app: App) -> tuple[Client, Any]:
    given = (await app.guest.post(REGISTER, {"email": ANN, "password": HORSE})).json
    return by(app, given), given


def by(app: App, given: Any) -> Client:
    return Client(app.http, Authorization=f"Bearer {given['access']}")


async def link(app: App, email: str = ANN) -> str:
    await app.core.mail.post.deliver()
    return app.mailbox.link(email, "verify")


async def test_who_registers_is_mailed_a_link_and_shows_it_signed_in(app: App) -> None:
    ann, _ = await registered(app)
    body = {"token": await link(app)}
    refused = await app.guest.post(VERIFY, body)
    assert (refused.status, refused.error) == (401, "unauthenticated")
    bob = await app.account("bob@example.org")
    refused = await bob.post(VERIFY, body)
    assert (refused.status, list(refused.json["details"])) == (403, ["token"])
    done = await ann.post(VERIFY, body)
    assert (done.status, done.json["user"]["email_verified"]) == (200, True)
    again = await ann.post(VERIFY, body)
    assert (again.status, list(again.json["details"])) == (401, ["token"])
    assert (await ann.post(RESEND)).status == 409


async def test_a_link_is_mailed_again_a_few_times(app: App) -> None:
    ann, _ = await registered(app)
    first = await link(app)
    sent = await ann.post(RESEND)
    assert (sent.status, sent.json) == (200, {"sent": True, "expires_in": 86_400})
    assert (await ann.post(VERIFY, {"token": first})).status == 401
    answers = [await ann.post(RESEND) for _ in range(4)]
    assert [each.status for each in answers] == [200, 200, 200, 429]
    assert (await app.guest.post(RESEND)).status == 401


async def test_an_address_is_another_when_the_link_there_was_opened(app: App) -> None:
    ann, given = await registered(app)
    shown = {"email": ANN, "password": HORSE}
    elsewhere = (await app.guest.post("/auth/login/", shown)).json
    wrong = await ann.patch(EMAIL, {"email": NEW, "password": "wrong horse"})
    assert (wrong.status, list(wrong.json["details"])) == (401, ["password"])
    sent = await ann.patch(EMAIL, {"email": NEW, "password": HORSE})
    assert sent.status == 200, sent.text
    assert (await ann.get(ME)).json["email"] == ANN
    done = await ann.post(VERIFY, {"token": await link(app, NEW)})
    assert (done.json["user"]["email"], done.json["user"]["email_verified"]) == (
        NEW,
        True,
    )
    statuses = [
        (await by(app, each).get(ME)).status for each in (done.json, given, elsewhere)
    ]
    assert statuses == [200, 401, 401]
    for email, status in ((ANN, 401), (NEW, 200)):
        body = {"email": email, "password": HORSE}
        assert (await app.guest.post("/auth/login/", body)).status == status


async def test_a_profile_says_the_new_address_when_it_was_shown(app: App) -> None:
    ann, _ = await registered(app)
    for path, body in (
        ("//auth/me/", {"email": NEW, "bio": "tea"}),
        ("/auth/profile/", {"email": NEW.upper()}),
    ):
        user = (await ann.call("PUT", path, body)).json
        assert (user["email"], user["bio"]) == (ANN, "tea")
    done = await ann.post(VERIFY, {"token": await link(app, NEW)})
    assert done.json["user"]["email"] == NEW
