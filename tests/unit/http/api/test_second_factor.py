"""Second factors over REST: from the QR code to the next sign-in."""

import base64
import logging
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from orbit.core.services import totp
from tests.kit.app import App, Client

MINE, CONFIRM = "/account/2fa/", "/account/2fa/confirm/"
RENEW, DISABLE = "/account/2fa/recovery-codes/", "/account/2fa/disable/"
ANN, HORSE = "ann@example.org", "correct horse"


def app_code(secret: str, later: int = 0) -> str:
    """Return what an app shows, so many steps ahead: each counts once."""
    step = int(time.time()) // totp.STEP_S + later
    return totp.code(base64.b32decode(secret), step)


async def enrolled(app: App) -> tuple[Client, str, Any]:
    """Sign in by a code and have a second factor; return the secret and the codes."""
    ann = await app.account(ANN)
    given = (await ann.post(MINE, {})).json
    codes = await ann.post(CONFIRM, {"code": app_code(given["secret"])})
    assert codes.status == 200, codes.text
    return ann, given["secret"], codes.json["recovery_codes"]


async def test_an_app_reads_the_image_or_its_owner_types_the_secret(app: App) -> None:
    ann = await app.account(ANN)
    assert (await ann.get(MINE)).json == {
        "enabled": False,
        "since": None,
        "recovery_codes": 0,
    }
    done = await ann.post(MINE, {})
    assert done.headers["Cache-Control"] == "no-store"
    assert done.json["qr"].startswith("<svg")
    told = parse_qs(urlsplit(done.json["otpauth_url"]).query)
    assert told["secret"] == [done.json["secret"]]
    codes = await ann.post(CONFIRM, {"code": app_code(done.json["secret"])})
    assert len(codes.json["recovery_codes"]) == 10
    standing = (await ann.get(MINE)).json
    assert (standing["enabled"], standing["recovery_codes"]) == (True, 10)
    assert (await ann.post(MINE, {})).status == 409


@pytest.mark.parametrize("path", ["/auth/2fa/", "//auth/2fa"])
async def test_whoever_has_one_shows_a_code_too(
    app: App, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    caplog.set_level(logging.DEBUG)
    _, secret, codes = await enrolled(app)
    await app.guest.post("/auth/password/forgot/", {"email": ANN})
    await app.core.mail.post.deliver()
    token = app.mailbox.link(ANN, "reset")
    body = {"token": token, "password": HORSE}
    assert (await app.guest.post("/auth/password/reset/", body)).status == 204
    mine = {"email": ANN, "password": HORSE}
    asked = await app.guest.post("/auth/login/", mine)
    assert (asked.status, asked.error) == (401, "second_factor")
    assert "access" not in asked.json
    challenge = asked.json["details"]["challenge"]
    wrong = await app.guest.post(path, {"challenge": challenge, "code": "aaaaa-aaaaa"})
    assert (wrong.status, list(wrong.json["details"])) == (401, ["code"])
    done = await app.guest.post(
        path, {"challenge": challenge, "code": app_code(secret, 1)}
    )
    assert (done.status, done.json["user"]["email"]) == (200, ANN)
    at_once = await app.guest.post("/auth/token/", {**mine, "otp": codes[0]})
    assert (at_once.status, at_once.json["role"]) == (200, "user")
    again = await app.guest.post("/auth/token/", {**mine, "otp": codes[0]})
    assert (again.status, list(again.json["details"])) == (401, ["otp"])
    for private in (secret, challenge, codes[0]):
        assert private not in caplog.text


async def test_a_mailed_code_goes_on_with_one_of_the_app(app: App) -> None:
    _, secret, _ = await enrolled(app)
    body = {"email": ANN, "code": await app.code(ANN)}
    asked = await app.guest.post("/identity/otp-verify/", body)
    assert (asked.status, asked.error) == (401, "second_factor")
    body = {
        "challenge": asked.json["details"]["challenge"],
        "code": app_code(secret, 1),
    }
    done = await app.guest.post("/identity/2fa/", body)
    assert (done.status, done.json["profile"]["email"]) == (200, ANN)
    assert not done.json["has_conflict"]


async def test_recovery_codes_are_renewed_and_the_factor_ends(app: App) -> None:
    ann, secret, codes = await enrolled(app)
    renewed = await ann.post(RENEW, {"code": codes[0]})
    assert renewed.status == 200, renewed.text
    assert not set(renewed.json["recovery_codes"]) & set(codes)
    wrong = await ann.post(
        DISABLE, {"code": app_code(secret, 1), "password": "wrong horse"}
    )
    assert (wrong.status, list(wrong.json["details"])) == (401, ["password"])
    assert (await ann.post(DISABLE, {"code": app_code(secret, 1)})).status == 204
    assert not (await ann.get(MINE)).json["enabled"]
