"""Signing in over REST: codes, tokens, the profile, and what an account may do."""

import logging
from typing import Any

import pytest

from orbit.core.errors import Busy
from tests.kit.app import App, Client, running, settings, until

SEND, VERIFY = "/identity/otp-send/", "/identity/otp-verify/"
REFRESH, LOGOUT = "/identity/refresh/", "/identity/logout/"
PROFILE, ME, GHOST = "/identity/profile/", "/identity/ghost/me/", "/identity/ghost/"
ANN, BOB = "ann@example.org", "bob@example.org"


def secret(of: Client) -> str:
    return of.headers["X-Ghost-ID"]


async def test_who_has_the_code_has_signed_in(app: App) -> None:
    asked = await app.guest.post(SEND, {"email": ANN})
    assert (asked.status, asked.json) == (200, {"sent": True, "expires_in": 600})
    await app.core.mail.post.deliver()
    shown = {"email": ANN, "code": app.mailbox.code(ANN)}
    done = await app.guest.post(VERIFY, shown)
    assert done.status == 200
    assert done.headers["Cache-Control"] == "no-store"
    given = done.json
    assert (given["token_type"], given["expires_in"]) == ("bearer", 600)
    assert (given["has_conflict"], given["boards"]) == (False, [])
    ann = Client(app.http, Authorization=f"Bearer {given['access']}")
    profile = await ann.get(PROFILE)
    assert profile.json == given["profile"]
    assert (profile.json["email"], profile.json["name"]) == (ANN, "")


async def test_otp_is_in_no_answer_or_log(
    app: App, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    asked = await app.guest.post(SEND, {"email": ANN})
    await app.core.mail.post.deliver()
    code = app.mailbox.code(ANN)
    done = await app.guest.post(VERIFY, {"email": ANN, "code": code})
    told = [asked.text, str(asked.headers), done.text, str(done.headers), caplog.text]
    assert not any(code in each for each in told)
    assert ANN not in caplog.text
    assert done.json["refresh"] not in caplog.text


async def test_login_and_forgot_do_not_enumerate(app: App) -> None:
    """Known and unknown addresses are answered alike."""
    await app.account(ANN)
    known, unknown = [await app.guest.post(SEND, {"email": e}) for e in (ANN, BOB)]
    assert (known.status, known.text) == (unknown.status, unknown.text)
    wrong = [
        await app.guest.post(VERIFY, {"email": e, "code": "000000"})
        for e in (ANN, BOB, "carl@example.org")
    ]
    said = {(each.status, each.error, each.json["message"]) for each in wrong}
    assert len(said) == 1
    assert wrong[0].status == 401


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        *((SEND, {"email": email}, "email") for email in [
            "", "ann", "@x.org", "ann@", "ann@x", "ann@x..org", "a b@x.org",
            "ann@x.org\r\nBcc: all@x.org", "ann\u0000@x.org", "a@b@x.org", 7, None,
            "a" * 300 + "@x.org", "<ann@x.org>", ["ann@x.org"],
        ]),
        (SEND, {}, "email"),
        (SEND, [], "body"),
        (SEND, b"nonsense", "body"),
        *((VERIFY, {"email": ANN, "code": code}, "code") for code in [
            "", "12345", "1234567", "12 456", "abcdef", "\u0661" * 6, 123456, None,
        ]),
        (VERIFY, {"email": ANN}, "code"),
        (VERIFY, {"code": "123456"}, "email"),
        (VERIFY, "x", "body"),
        *((path, {"refresh": token}, "refresh") for path in (REFRESH, LOGOUT) for token
          in ["", 7, None, "a" * 600]),
        (REFRESH, {}, "refresh"),
        (LOGOUT, b"{", "body"),
    ],
)  # fmt: skip
async def test_bad_bodies_name_the_field(
    app: App, path: str, body: Any, field: str
) -> None:
    answer = await app.guest.post(path, body)
    assert answer.status in {400, 422}, answer.text
    said = answer.json["details"]
    assert field in said or said.get("field") == field, answer.text


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": "   "},
        {"name": "a\nb"},
        {"name": "a\u202eb"},
        {"name": "\u200b"},
        {"name": "a" * 81},
        {"name": 7},
    ],
)
async def test_a_bad_name_is_refused(app: App, body: Any) -> None:
    ann = await app.account(ANN)
    answer = await ann.patch(PROFILE, body)
    assert answer.status in {400, 422}
    said = answer.json["details"]
    assert "name" in said or said.get("field") == "name"
    assert (await ann.get(PROFILE)).json["name"] == ""


async def test_a_name_can_be_changed(app: App) -> None:
    ann = await app.account(ANN)
    changed = await ann.patch(PROFILE, {"name": " Änn 🪐 "})
    assert (changed.status, changed.json["name"]) == (200, "Änn 🪐")
    assert (await ann.get(PROFILE)).json == changed.json


async def test_without_signing_in_there_is_no_profile(app: App) -> None:
    ghost = await app.ghost()
    for who in (app.guest, ghost):
        for answer in (await who.get(PROFILE), await who.patch(PROFILE, {"name": "x"})):
            assert (answer.status, answer.error) == (401, "unauthenticated")


@pytest.mark.parametrize("token", ["x", "a.b.c", "", "a" * 5_000])
async def test_a_token_that_is_none_is_401_and_not_a_guest(
    app: App, token: str
) -> None:
    board = (await app.board())["board"]["id"]
    stranger = Client(app.http, Authorization=f"Bearer {token}")
    for path in (PROFILE, f"/boards/{board}/"):
        answer = await stranger.get(path)
        assert (answer.status, answer.error) == (401, "unauthenticated")


async def test_refresh_rotates_and_reuse_kills_family(app: App) -> None:
    first = await app.sign_in(ANN)
    second = (await app.guest.post(REFRESH, {"refresh": first["refresh"]})).json
    third = await app.guest.post(REFRESH, {"refresh": second["refresh"]})
    assert third.status == 200
    assert third.json["profile"] == first["profile"]
    reused = await app.guest.post(REFRESH, {"refresh": first["refresh"]})
    assert (reused.status, reused.error) == (401, "unauthenticated")
    dead = await app.guest.post(REFRESH, {"refresh": third.json["refresh"]})
    assert dead.status == 401
    ann = Client(app.http, Authorization=f"Bearer {third.json['access']}")
    assert (await ann.get(PROFILE)).status == 401


async def test_what_has_expired_keeps_nobody_from_signing_in(app: App) -> None:
    """Nor from the next tokens: they are asked for because the last ones are over."""
    stale = {"Authorization": "Bearer x", "X-Ghost-ID": "nobody's"}
    given = await app.sign_in(ANN, app.guest.with_headers(**stale))
    body = {"refresh": given["refresh"]}
    assert (await app.guest.post(REFRESH, body, headers=stale)).status == 200


async def test_who_signs_out_is_nobody_at_once(app: App) -> None:
    here, there = await app.sign_in(ANN), await app.sign_in(ANN)
    ann = Client(app.http, Authorization=f"Bearer {here['access']}")
    for _ in range(2):
        assert (
            await app.guest.post(LOGOUT, {"refresh": here["refresh"]})
        ).status == 204
    assert (await ann.get(PROFILE)).status == 401
    assert (await app.guest.post(REFRESH, {"refresh": here["refresh"]})).status == 401
    other = Client(app.http, Authorization=f"Bearer {there['access']}")
    assert (await other.get(PROFILE)).status == 200


# Who an account is to boards --------------------------------------------------------


async def test_what_a_ghost_wrote_is_the_accounts_that_takes_it_over(app: App) -> None:
    ghost = await app.ghost()
    board = (await app.board(ghost))["board"]["id"]
    path = f"/boards/{board}/notes/"
    note = (await ghost.post(path, {"content": "mine"})).json["result"]["id"]
    await until(lambda: ghost.get(ME), lambda me: me.json["boards"])
    ann = await app.account(ANN, ghost)
    edited = await ann.patch(f"{path}{note}/", {"content": "still mine"})
    assert edited.status == 200, edited.text
    me = (await ann.get(ME)).json
    assert me["boards"] == [{"id": board, "notes": 1, "upvotes": 0}]
    assert (me["claimed"], me["expires_at"]) == (True, None)
    assert (await ghost.get(ME)).json == me
    assert [
        each["id"] for each in (await ann.get("/boards/mine/")).json["results"]
    ] == [board]


async def test_claim_and_merge_need_the_secret(app: App) -> None:
    """Knowing an address, or a board, gives nobody what a ghost wrote."""
    ghost = await app.ghost()
    board = (await app.board(ghost))["board"]["id"]
    path = f"/boards/{board}/notes/"
    note = (await ghost.post(path, {"content": "mine"})).json["result"]["id"]
    ann = await app.account(ANN)
    edited = await ann.patch(f"{path}{note}/", {"content": "taken"})
    assert edited.status == 403
    assert not (await ghost.get(ME)).json["claimed"]


async def test_an_account_without_a_ghost_writes_and_owns(app: App) -> None:
    ann, other = await app.account(ANN), await app.account(ANN)
    board = (await app.board(ann))["board"]["id"]
    path = f"/boards/{board}/notes/"
    note = (await ann.post(path, {"content": "mine"})).json["result"]["id"]
    assert (await other.patch(f"{path}{note}/", {"content": "yes"})).status == 200
    assert (await ann.post(f"{path}{note}/upvote/")).status in {403, 409}
    await until(lambda: other.get(ME), lambda me: me.json["boards"])


async def test_a_ghost_that_is_another_is_told_of(app: App) -> None:
    await app.account(ANN, await app.ghost())
    ghost = await app.ghost()
    board = (await app.board())["board"]["id"]
    await ghost.post(f"/boards/{board}/notes/", {"content": "apart"})
    await until(lambda: ghost.get(ME), lambda me: me.json["boards"])
    given = await app.sign_in(ANN, ghost)
    assert given["has_conflict"]
    assert given["boards"] == [{"id": board, "notes": 1, "upvotes": 0}]
    assert not (await ghost.get(ME)).json["claimed"]


async def test_a_sign_in_does_not_fail_for_what_cannot_be_counted(app: App) -> None:
    await app.account(ANN, await app.ghost())
    ghost = await app.ghost()
    board = (await app.board())["board"]["id"]
    await ghost.post(f"/boards/{board}/notes/", {"content": "apart"})
    await until(lambda: ghost.get(ME), lambda me: me.json["boards"])

    async def busy(*_args: Any) -> Any:
        raise Busy("too much to search")

    app.services.catalogue.own = busy  # type: ignore[method-assign]
    given = await app.sign_in(ANN, ghost)
    assert given["boards"] == [{"id": board, "notes": None, "upvotes": None}]


async def test_a_ghost_without_anything_is_no_conflict(app: App) -> None:
    await app.account(ANN, await app.ghost())
    given = await app.sign_in(ANN, await app.ghost())
    assert (given["has_conflict"], given["boards"]) == (False, [])


async def test_secrets_are_in_no_answer(app: App) -> None:
    ghost = await app.ghost()
    code = await app.code(ANN, ghost)
    done = await ghost.post(VERIFY, {"email": ANN, "code": code})
    ann = Client(app.http, Authorization=f"Bearer {done.json['access']}")
    me, profile = await ann.get(ME), await ann.get(PROFILE)
    for answer in (done, me, profile):
        assert secret(ghost) not in answer.text + str(answer.headers)
    assert "persona" not in done.text


# Erasure ----------------------------------------------------------------------------


async def test_an_account_is_erased_with_all_it_wrote(app: App) -> None:
    mark = "nobody but ann wrote this"
    ghost, bob = await app.ghost(), await app.ghost()
    board = (await app.board(bob))["board"]["id"]
    path = f"/boards/{board}/notes/"
    await ghost.post(path, {"content": mark})
    given = await app.sign_in(ANN, ghost)
    ann = Client(app.http, Authorization=f"Bearer {given['access']}")
    await ann.post(path, {"content": mark})
    assert (await ann.delete(ME)).status == 204
    world = app.place.world
    rows = [(r.journal, r.items, r.snapshot) for r in world.boards.values()]
    assert mark not in repr(rows)
    assert ANN not in repr(vars(world))
    assert (world.accounts, world.logins) == ({}, {})
    assert len(world.ghosts) == 1  # bob's
    for answer in (
        await ann.get(PROFILE),
        await ann.delete(ME),
        await ghost.get(ME),
        await app.guest.post(REFRESH, {"refresh": given["refresh"]}),
    ):
        assert answer.status == 401
    again = await app.sign_in(ANN)
    assert again["profile"]["id"] != given["profile"]["id"]


async def test_a_ghosts_secret_alone_erases_no_account(app: App) -> None:
    ghost = await app.ghost()
    await app.account(ANN, ghost)
    refused = await ghost.delete(ME)
    assert (refused.status, refused.error) == (409, "conflict")
    assert len(app.place.world.accounts) == 1


# Limits -----------------------------------------------------------------------------


@pytest.mark.parametrize("path", [SEND, VERIFY])
async def test_otp_from_secrets_and_limited(path: str) -> None:
    bounds = {"codes_per_person_min": 2, "sign_ins_per_person_min": 2}
    async with running(given=settings(bounds)) as app:

        async def tried(by: Client, n: int) -> Any:
            body = {"email": f"{n}@example.org", "code": "000000"}
            return await by.post(path, body)

        for n in range(2):
            assert (await tried(app.guest, n)).status in {200, 401}
        refused = await tried(app.guest, 2)
        assert (refused.status, refused.error) == (429, "rate_limited")
        assert int(refused.headers["Retry-After"]) > 0
        # a class-room has one address; but not all the world
        ghosts = [await app.ghost() for _ in range(13)]
        said = [(await tried(ghost, n)).status for n, ghost in enumerate(ghosts)]
        assert 429 not in said[:5]
        said = [(await tried(ghost, n)).status for n, ghost in enumerate(ghosts)]
        assert 429 in said


async def test_an_address_that_gets_too_much_is_left_alone(app: App) -> None:
    for _ in range(5):
        assert (await app.guest.post(SEND, {"email": ANN})).status == 200
    refused = await app.guest.post(SEND, {"email": ANN})
    assert (refused.status, refused.error) == (429, "rate_limited")
