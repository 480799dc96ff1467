"""Ghosts over REST: minted, recognised, listed, erased."""

import re

import pytest

from tests.kit.app import App, Client, running, settings, until

GHOST, ME = "/identity/ghost/", "/identity/ghost/me/"


async def test_a_ghost_is_minted_and_recognised(app: App) -> None:
    minted = await app.guest.post(GHOST)
    assert minted.status == 201
    assert len(minted.json["ghost"]) == 43  # 32 bytes
    assert minted.headers["Cache-Control"] == "no-store"
    ann = Client(app.http, **{"X-Ghost-ID": minted.json["ghost"]})
    me = await ann.get(ME)
    assert me.json == {
        "expires_at": minted.json["expires_at"],
        "boards": [],
        "notes": 0,
        "upvotes": 0,
        "claimed": False,
    }


async def test_the_old_path_mints_too_and_counts_alike() -> None:
    given = settings({"ghosts_per_address_h": 2})
    async with running(given=given) as app:
        assert (await app.guest.post("/identity/ghost/generate/")).status == 201
        assert (await app.guest.post(GHOST)).status == 201
        refused = await app.guest.post("/identity/ghost/generate")
        assert (refused.status, refused.error) == (429, "rate_limited")


async def test_unknown_ghost_creates_nothing(app: App) -> None:
    before = dict(app.place.world.ghosts)
    stranger = Client(app.http, **{"X-Ghost-ID": "a" * 43})
    board = (await app.board())["board"]["id"]
    for method, path, body in (
        ("GET", ME, None),
        ("POST", "/boards/", {"title": "x"}),
        ("GET", f"/boards/{board}/", None),
        ("POST", f"/boards/{board}/notes/", {"content": "x"}),
    ):
        answer = await stranger.call(method, path, body)
        assert (answer.status, answer.error) == (401, "unauthenticated")
    assert app.place.world.ghosts == before
    assert len(app.place.world.boards) == 1


@pytest.mark.parametrize("secret", ["", "\u00e9", "a" * 4_097, "x\ty"])
async def test_a_malformed_ghost_is_401(app: App, secret: str) -> None:
    answer = await Client(app.http, **{"X-Ghost-ID": secret}).get(ME)
    assert (answer.status, answer.error) == (401, "unauthenticated")


async def test_there_is_no_ghost_without_its_secret(app: App) -> None:
    for method in ("GET", "DELETE"):
        assert (await app.guest.call(method, ME)).status == 401


async def test_me_tells_what_i_have(app: App) -> None:
    ann, bob = await app.ghost(), await app.ghost()
    mine = (await app.board(ann))["board"]["id"]
    other = (await app.board())["board"]["id"]
    note = await bob.post(f"/boards/{mine}/notes/", {"content": "from bob"})
    id = note.json["result"]["id"]
    await ann.post(f"/boards/{other}/notes/", {"content": "from ann"})
    await ann.post(f"/boards/{mine}/notes/{id}/upvote/")
    me = (await until(lambda: ann.get(ME), lambda me: len(me.json["boards"]) == 2)).json
    assert me["boards"] == [
        {"id": other, "notes": 1, "upvotes": 0},
        {"id": mine, "notes": 0, "upvotes": 1},
    ]
    assert (me["notes"], me["upvotes"]) == (1, 1)
    theirs = (await until(lambda: bob.get(ME), lambda me: me.json["boards"])).json
    assert theirs["boards"] == [{"id": mine, "notes": 1, "upvotes": 0}]


async def test_an_erased_ghost_is_unknown(app: App) -> None:
    ann = await app.ghost()
    board = (await app.board(ann))["board"]["id"]
    erased = await ann.delete(ME)
    assert (erased.status, erased.text) == (204, "")
    assert (await ann.get(ME)).status == 401
    assert (await ann.post(f"/boards/{board}/notes/", {"content": "x"})).status == 401
    assert not app.place.world.boxes


async def test_what_an_erased_ghost_wrote_is_gone(app: App) -> None:
    ann, bob = await app.ghost(), await app.ghost()
    board = (await app.board())["board"]["id"]
    path = f"/boards/{board}/notes/"
    await ann.post(path, {"content": "from ann"})
    kept = (await bob.post(path, {"content": "from bob"})).json["result"]["id"]
    await ann.post(f"{path}{kept}/upvote/")
    await until(lambda: ann.get(ME), lambda me: me.json["boards"])
    assert (await ann.delete(ME)).status == 204
    seen = (await app.guest.get(f"/boards/{board}/")).json
    notes = {i["id"]: i["data"] for i in seen["items"] if i["type"] == "note"}
    assert list(notes) == [kept]
    assert notes[kept]["upvotes"] == 0
    assert (seen["board"]["notes"], seen["board"]["upvotes"]) == (1, 0)


async def test_boards_that_are_gone_do_not_keep_a_ghost(app: App) -> None:
    ann = await app.ghost()
    made = await app.board(ann)
    board = made["board"]["id"]
    await until(lambda: ann.get(ME), lambda me: me.json["boards"])
    await ann.with_link(made["admin_token"]).delete(f"/boards/{board}/")
    await app.core.boards.directory.evict(board)
    del app.place.world.boards[board]
    assert (await ann.delete(ME)).status == 204


# Cookies ---------------------------------------------------------------------------


async def test_the_cookie_is_one_no_script_can_read(app: App) -> None:
    minted = await app.guest.post(GHOST)
    cookie = minted.headers["Set-Cookie"]
    assert cookie.startswith(f"orbit_ghost={minted.json['ghost']};")
    for part in ("HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in cookie
    assert "Secure" not in cookie
    assert "Domain" not in cookie


async def test_over_https_the_cookie_is_bound_to_the_host() -> None:
    async with running(given=settings(trusted_proxies="127.0.0.1")) as app:
        over = {"X-Forwarded-Proto": "https"}
        minted = await app.guest.post(GHOST, headers=over)
        cookie = minted.headers["Set-Cookie"]
        assert cookie.startswith("__Host-orbit_ghost=")
        assert "Secure" in cookie
        secret = minted.json["ghost"]
        plain = {"Cookie": f"orbit_ghost={secret}", **over}
        assert (await app.guest.get(ME, headers=plain)).status == 401
        own = {"Cookie": f"__Host-orbit_ghost={secret}", **over}
        assert (await app.guest.get(ME, headers=own)).status == 200


@pytest.mark.parametrize("stale", ["A" * 43, "", "x" * 5_000])
async def test_an_unknown_cookie_keeps_nobody_from_a_new_ghost(
    app: App, stale: str
) -> None:
    """It is of another node of this host, or of before all data was lost."""
    own = {"Origin": f"http://{app.http.host}:{app.http.port}"}
    shown = {"Cookie": f"orbit_ghost={stale}", **own}
    minted = await app.guest.post(GHOST, headers=shown)
    assert minted.status == 201
    assert minted.headers["Set-Cookie"].startswith(
        f"orbit_ghost={minted.json['ghost']}"
    )
    fresh = {"Cookie": f"orbit_ghost={minted.json['ghost']}", **own}
    assert (await app.guest.get(ME, headers=fresh)).status == 200


async def test_a_page_elsewhere_sets_no_cookie(app: App) -> None:
    for headers in (
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "null"},
    ):
        minted = await app.guest.post(GHOST, headers=headers)
        assert minted.status == 201
        assert "Set-Cookie" not in minted.headers


async def test_a_write_on_a_cookie_needs_our_own_page(app: App) -> None:
    secret = (await app.ghost()).headers["X-Ghost-ID"]
    cookie = {"Cookie": f"orbit_ghost={secret}"}
    own = f"http://{app.http.host}:{app.http.port}"
    board = (await app.board())["board"]["id"]
    path, body = f"/boards/{board}/notes/", {"content": "x"}
    for headers, status in (
        ({}, 403),  # as a guest: the cookie does not count
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": own + "0"}, 403),
        ({"Origin": own.replace("http:", "https:")}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"}, 403),
        ({"Origin": own}, 201),
        ({"Sec-Fetch-Site": "same-origin"}, 201),
    ):
        answer = await app.guest.post(path, body, headers={**cookie, **headers})
        assert answer.status == status, headers
    assert (await app.guest.get(ME, headers=cookie)).status == 200


async def test_erasing_drops_the_cookie(app: App) -> None:
    erased = await (await app.ghost()).delete(ME)
    assert re.match(r'orbit_ghost=("")?;', erased.headers["Set-Cookie"])
    assert "Max-Age=0" in erased.headers["Set-Cookie"]
