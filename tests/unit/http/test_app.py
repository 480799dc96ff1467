"""The application as a whole: every path, CORS, sockets, bounds."""

import pytest
from aiohttp import web

from orbit.http.api import ALIASES, TABLES
from orbit.http.app import make_app
from tests.kit.app import App, running, settings

ROWS = [row for table in TABLES for row in table.rows]
PAGE = "https://app.example"
PREFLIGHT = {
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "content-type,x-ghost-id,idempotency-key",
}


@pytest.mark.parametrize("path", sorted({row.path for row in ROWS}))
async def test_the_slash_is_optional_and_nothing_redirects(app: App, path: str) -> None:
    filled = path.replace("{", "").replace("}", "")
    for each in (filled, filled.rstrip("/")):
        answer = await app.guest.call("TRACE", each)
        assert (answer.status, answer.error) == (405, "method_not_allowed")


@pytest.mark.parametrize("alias", sorted(ALIASES))
async def test_an_alias_is_the_same_operation(app: App, alias: str) -> None:
    for path in (alias, alias.rstrip("/")):
        answer, canonical = [
            await app.guest.call("TRACE", each.replace("{", "").replace("}", ""))
            for each in (path, ALIASES[alias])
        ]
        assert answer.headers["Allow"] == canonical.headers["Allow"]


async def test_head_is_get_without_a_body(app: App) -> None:
    board = (await app.board())["board"]["id"]
    head = await app.guest.call("HEAD", f"/boards/{board}/")
    got = await app.guest.get(f"/boards/{board}/")
    assert (head.status, head.text) == (200, "")
    assert head.headers["ETag"] == got.headers["ETag"]
    assert (await app.guest.call("HEAD", f"/boards/{board}/stream")).status == 405


async def test_a_body_has_its_bound() -> None:
    async with running(given=settings({"frame_bytes": 1_000})) as app:
        answer = await app.guest.post("/boards/", {"title": "x" * 1_001})
        assert (answer.status, answer.error) == (413, "too_large")


# Other sites -----------------------------------------------------------------------


async def test_without_a_setting_no_other_site_may_call(app: App) -> None:
    asked = {"Origin": PAGE, **PREFLIGHT}
    answer = await app.guest.call("OPTIONS", "/boards/", headers=asked)
    assert answer.status == 405
    assert "Access-Control-Allow-Origin" not in answer.headers
    got = await app.guest.get("/boards/nope/", headers={"Origin": PAGE})
    assert "Access-Control-Allow-Origin" not in got.headers


async def test_a_site_that_is_named_may_call() -> None:
    async with running(given=settings(cors_origins=f"{PAGE},https://b.example")) as app:
        asked = {"Origin": PAGE, **PREFLIGHT}
        for path in ("/boards/", "/boards", "/boards/x/notes/"):
            answer = await app.guest.call("OPTIONS", path, headers=asked)
            assert answer.status == 200
            assert answer.headers["Access-Control-Allow-Origin"] == PAGE
            assert answer.headers["Access-Control-Allow-Credentials"] == "true"
        board = (await app.board())["board"]["id"]
        got = await app.guest.get(f"/boards/{board}", headers={"Origin": PAGE})
        assert got.headers["Access-Control-Allow-Origin"] == PAGE
        exposed = got.headers["Access-Control-Expose-Headers"].lower().split(",")
        assert {"etag", "retry-after", "x-request-id"} <= set(exposed)
        refused = await app.guest.get("/boards/nope/", headers={"Origin": PAGE})
        assert refused.headers["Access-Control-Allow-Origin"] == PAGE


@pytest.mark.parametrize("sites", [PAGE, "*"])
async def test_a_cache_keeps_the_answers_to_different_sites_apart(sites: str) -> None:
    async with running(given=settings(cors_origins=sites)) as app:
        board = (await app.board())["board"]["id"]
        for headers in ({"Origin": PAGE}, {"Origin": "https://evil.example"}, {}):
            ours = f"/boards/{board}/", f"/boards/{board}/items/note/", "//auth/me/"
            for path in (*ours, "/none/"):
                got = await app.guest.get(path, headers=headers)
                assert "Origin" in got.headers["Vary"].split(", "), path
            tag = {"If-None-Match": "*", **headers}
            same = await app.guest.get(f"/boards/{board}/", headers=tag)
            assert same.status == 304
            assert {"Origin", "Cookie"} <= set(same.headers["Vary"].split(", "))


async def test_a_site_that_is_not_named_may_not() -> None:
    async with running(given=settings(cors_origins=PAGE)) as app:
        asked = {"Origin": "https://evil.example", **PREFLIGHT}
        answer = await app.guest.call("OPTIONS", "/boards/", headers=asked)
        assert answer.status == 403
        assert "Access-Control-Allow-Origin" not in answer.headers


async def test_a_star_never_goes_with_credentials() -> None:
    async with running(given=settings(cors_origins="*")) as app:
        asked = {"Origin": PAGE, **PREFLIGHT}
        answer = await app.guest.call("OPTIONS", "/boards/", headers=asked)
        assert answer.status == 200
        assert "Access-Control-Allow-Credentials" not in answer.headers


# Sockets ---------------------------------------------------------------------------


async def test_sockets_are_answered_by_whom_they_are_given_to(app: App) -> None:
    async def sockets(_request: web.Request) -> web.Response:
        return web.Response(text="a socket")

    other = make_app(app.services, settings(), sockets)
    routes = {route.resource.canonical for route in other.router.routes()}  # type: ignore[union-attr]
    assert "/ws" in routes
    assert (await app.guest.get("//ws")).status == 404
