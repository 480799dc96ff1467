"""Around every request: ids, headers, errors, the line of log."""

import json
import logging
import re

import pytest
from aiohttp import web

from orbit.http.middleware import SAMPLE
from tests.kit.app import App, running, settings

SECURITY = {
    "Content-Security-Policy": "default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=()",
    "X-Permitted-Cross-Domain-Policies": "none",
    "Origin-Agent-Cluster": "?1",
    "Server": "Orbit",
}
PATHS = [
    "//",
    "//b/x",
    "//nowhere",
    "//health/live/",
    "//metrics",
    "//api/schema/",
    "//api/docs/",
    "/boards/nope/",
    "/identity/ghost/me/",
]


@pytest.mark.parametrize("name", SECURITY)
async def test_every_answer_has_every_header(app: App, name: str) -> None:
    for path in PATHS:
        answer = await app.guest.get(path)
        assert SECURITY[name] in answer.headers[name], path


async def test_the_policy_allows_no_inline_code_and_no_framing(app: App) -> None:
    policy = (await app.guest.get("//")).headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    for part in (
        "script-src 'self'",
        "connect-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "require-trusted-types-for 'script'",
    ):
        assert part in policy


async def test_hsts_is_told_over_https_alone() -> None:
    async with running(given=settings(trusted_proxies="127.0.0.1")) as app:
        plain = await app.guest.get("//health/live/")
        assert "Strict-Transport-Security" not in plain.headers
        https = {"X-Forwarded-Proto": "https"}
        over = await app.guest.get("//health/live/", headers=https)
        assert "max-age=31536000" in over.headers["Strict-Transport-Security"]


@pytest.mark.parametrize("path", ["/identity/ghost/me/", "//auth/me/", "//auth/x/"])
async def test_answers_of_the_interface_are_not_kept(app: App, path: str) -> None:
    answer = await app.guest.get(path)
    assert answer.headers["Cache-Control"] == "no-store"


# Ids -------------------------------------------------------------------------------


async def test_a_sane_request_id_is_kept(app: App) -> None:
    id = {"X-Request-ID": "abc-123.DEF_9"}
    answer = await app.guest.get("/boards/nope/", headers=id)
    assert answer.headers["X-Request-ID"] == "abc-123.DEF_9"
    assert answer.json["request_id"] == "abc-123.DEF_9"


@pytest.mark.parametrize("said", ["", "short", "x" * 65, "a b c d e f", "<script>x"])
async def test_any_other_request_id_is_replaced(app: App, said: str) -> None:
    answer = await app.guest.get("/boards/nope/", headers={"X-Request-ID": said})
    assert re.fullmatch(r"[0-9a-f]{24}", answer.headers["X-Request-ID"])
    assert answer.json["request_id"] == answer.headers["X-Request-ID"]


# Errors ----------------------------------------------------------------------------


async def test_a_bug_is_told_as_internal_and_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def broken(_request: web.Request) -> web.Response:
        raise ValueError("a detail that nobody outside may see")

    def change(app: web.Application) -> None:
        app.router.add_get("/broken", broken)

    async with running(change=change) as app:
        answer = await app.guest.get("//broken")
    assert (answer.status, answer.error) == (500, "internal")
    assert "a detail" not in answer.text
    (record,) = [each for each in caplog.records if each.levelno >= logging.ERROR]
    assert record.exc_info
    assert record.__dict__["request_id"] == answer.json["request_id"]


async def test_unknown_paths_and_methods_have_the_envelope(app: App) -> None:
    for path in ("//nowhere", "/nowhere", "//api/v2/boards/", "//etc/passwd"):
        answer = await app.guest.get(path)
        assert (answer.status, answer.error) == (404, "not_found")
    wrong = await app.guest.call("PUT", "/boards/x/")
    assert (wrong.status, wrong.error) == (405, "method_not_allowed")
    allowed = {method.strip() for method in wrong.headers["Allow"].split(",")}
    assert allowed == {"GET", "HEAD", "PATCH", "DELETE"}


async def test_a_redirect_is_left_alone() -> None:
    async def elsewhere(_request: web.Request) -> web.Response:
        raise web.HTTPFound("/there")

    def change(app: web.Application) -> None:
        app.router.add_get("/moved", elsewhere)

    async with running(change=change) as app:
        assert (await app.guest.get("//moved")).status == 302


# Logs ------------------------------------------------------------------------------


async def test_the_line_of_log_holds_no_path_query_or_secret(
    app: App, caplog: pytest.LogCaptureFixture
) -> None:
    ann, made = await app.ghost(), await app.board()
    board, link = made["board"]["id"], made["admin_token"]
    caplog.clear()  # one good answer in twenty is told: it may have been one of these
    with caplog.at_level(logging.DEBUG):
        await ann.with_link(link).get(f"/boards/{board}/items/note/?search=whisper")
    (record,) = [each for each in caplog.records if each.name == "orbit.access"]
    line = json.dumps(record.__dict__, default=repr)
    assert record.__dict__["operation"] == "list_items"
    assert record.__dict__["status"] == 200
    for hidden in (board, "whisper", link, ann.headers["X-Ghost-ID"], "127.0.0.1"):
        assert hidden not in line


async def test_of_good_answers_few_are_told_and_of_others_all(
    app: App, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        for _ in range(SAMPLE):
            await app.guest.get("//health/live/")
            await app.guest.get("//nowhere")
    lines = [each for each in caplog.records if each.name == "orbit.access"]
    told = [each.__dict__["status"] for each in lines]
    assert (told.count(200), told.count(404)) == (1, SAMPLE)
