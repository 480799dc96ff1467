"""My data over REST: who may have it, and what an interrupted one looks like."""

from datetime import timedelta

import pytest
from aiohttp import ClientError
from msgspec.structs import replace

from orbit.core.errors import StoreDown
from orbit.core.ports import Act
from tests.kit.app import App

ANN, HORSE = "ann@example.org", "correct horse"
EXPORT = "/account/export/"


async def test_it_takes_a_fresh_sign_in_or_the_password(app: App) -> None:
    body = {"email": ANN, "password": HORSE}
    given = (await app.guest.post("/auth/register/", body)).json
    ann = app.guest.with_headers(Authorization=f"Bearer {given['access']}")
    fresh = await ann.get(EXPORT)
    assert fresh.status == 200
    assert "attachment" in fresh.headers["Content-Disposition"]
    assert app.place.world.logins
    for family, login in app.place.world.logins.items():
        long_ago = login.began_at - timedelta(minutes=11)
        app.place.world.logins[family] = replace(login, began_at=long_ago)
    stale = await ann.get(EXPORT)
    assert (stale.status, "password" in stale.json["details"]) == (403, True)
    wrong = await ann.post(EXPORT, {"password": "wrong horse"})
    assert wrong.status == 401
    assert (await ann.post(EXPORT, {"password": HORSE})).json["complete"] is True


async def test_that_it_was_taken_is_recorded_and_told(app: App) -> None:
    ann = await app.account(ANN)
    await ann.get(EXPORT)
    again = (await ann.get(EXPORT)).json
    assert "data-exported" in [each["act"] for each in again["trail"]]
    assert "data_exported" in [each["kind"] for each in again["notices"]]


async def test_of_what_others_did_it_tells_neither_who_nor_from_where(app: App) -> None:
    ann, bob = await app.account(ANN), await app.account("bob@example.org")
    me, his = [(await who.get("/users/me/")).json["id"] for who in (ann, bob)]
    given = {"subject": me, "ip": "192.0.2.7", "about": {"role": "user"}}
    await app.core.oversight.trail.record(Act.ROLE_GIVEN, actor=his, **given)
    told = await ann.get(EXPORT)
    assert "role-given" in told.text
    assert "role_given" in told.text
    assert his not in told.text
    assert "192.0.2" not in told.text


async def test_one_that_breaks_off_is_no_file(app: App) -> None:
    ann = await app.account(ANN)

    async def away(*_: object) -> object:
        raise StoreDown

    board = (await app.board(ann))["board"]["id"]
    await ann.post(f"/boards/{board}/notes/", {"content": "x"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app.services.catalogue, "theirs", away)
        with pytest.raises(ClientError):
            await ann.get(EXPORT)
    assert (await ann.get(EXPORT)).json["complete"] is True
