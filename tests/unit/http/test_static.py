"""Files as they are: the client's page, its parts, and nothing else."""

import os
from pathlib import Path

import pytest
from aiohttp.test_utils import make_mocked_request

from orbit.http.app import WEB
from orbit.http.static import PAGES, Asset, assets
from tests.kit.app import App, running, settings


async def test_the_page_is_served_wherever_it_shows_something(app: App) -> None:
    page = (WEB / "index.html").read_text()
    boards = ("//b/x", "//b/x/", "//b/%00", "//b/..%2f..%2fetc%2fpasswd")
    for path in (
        "//",
        *boards,
        "//reset",
        "//verify/",
        "//join",
        "//account",
        "//sign-in",
        "//organisations",
        "//organisations/x/",
    ):
        answer = await app.guest.get(path)
        assert (answer.status, answer.text) == (200, page)
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize(
    ("folder", "paths"),
    [
        ("console", ["//console", "//console/"]),
        ("forms", ["//waitlist", "//contact/", "//investors", "//pilot"]),
    ],
)
async def test_some_pages_are_of_their_own(
    app: App, folder: str, paths: list[str]
) -> None:
    page = (WEB / folder / "index.html").read_text()
    for path in paths:
        answer = await app.guest.get(path)
        assert (answer.status, answer.text) == (200, page)


async def test_every_part_of_the_client_is_served_with_its_type(app: App) -> None:
    types = {".mjs": "text/javascript", ".js": "text/javascript", ".css": "text/css"}
    types |= {".svg": "image/svg+xml"}
    for name in assets(WEB).keys() - PAGES.keys():
        answer = await app.guest.get(f"//{name}")
        assert answer.status == 200
        expected = types.get(Path(name).suffix, "")
        assert answer.headers["Content-Type"].startswith(expected)


async def test_what_has_not_changed_is_not_sent_again(app: App) -> None:
    first = await app.guest.get("//app.js")
    assert first.headers["Cache-Control"] == "no-cache"
    tag = {"If-None-Match": first.headers["ETag"]}
    again = await app.guest.get("//app.js", headers=tag)
    assert (again.status, again.text) == (304, "")
    other = await app.guest.get("//app.js", headers={"If-None-Match": '"x"'})
    assert other.status == 200


@pytest.mark.parametrize(
    "path",
    [
        "//vendor/",
        "//vendor",
        "//vendor/README.md",
        "//vendor/SHA256SUMS",
        "//../app.py",
        "//..%2fapp.py",
        "//vendor/..%2f..%2fapp.py",
        "//%2e%2e/app.py",
        "//..%5capp.py",
        "//app.py",
        "//index.html",
        "//console/index.html",
    ],
)
async def test_nothing_else_is_there(app: App, path: str) -> None:
    answer = await app.guest.get(path)
    assert (answer.status, answer.error) == (404, "not_found")


async def test_people_are_told_in_a_page_that_there_is_nothing(app: App) -> None:
    page = (WEB / "index.html").read_text()
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    told = await app.guest.get("//nope", headers=browser)
    assert (told.status, told.text) == (404, page)
    assert told.headers["Vary"] == "Accept"
    assert "ETag" not in told.headers  # else it is there, and has not changed
    for path in ("/nope/", "//auth/nope", "//api/nope"):
        answer = await app.guest.get(path, headers=browser)
        assert (answer.status, answer.error) == (404, "not_found")
    posted = await app.guest.post("//nope", headers=browser)
    assert (posted.status, posted.error) == (404, "not_found")


async def test_the_client_is_not_written_to(app: App) -> None:
    assert (await app.guest.post("//app.js")).status == 405


def test_a_file_that_may_change_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "a.js"
    path.write_text("one")
    fixed, live = Asset(path), Asset(path, may_change=True)
    path.write_text("two")
    os.utime(path, ns=(1, 1))  # as if it had been written at another time
    request = make_mocked_request("GET", "/a.js")
    assert live.answer(request, "no-cache").body == b"two"
    assert fixed.answer(request, "no-cache").body == b"one"


def test_only_what_browsers_know_is_an_asset(tmp_path: Path) -> None:
    for name in ("a.js", "b.py", ".env", "c.html.bak", "d.css"):
        (tmp_path / name).write_text("x")
    assert set(assets(tmp_path)) == {"a.js", "d.css"}


@pytest.mark.parametrize(
    ("allowed", "origin", "told"),
    [
        ("https://a.site", "https://a.site", "https://a.site"),
        ("https://a.site", "https://b.site", None),
        ("*", "https://b.site", "https://b.site"),
        ("", "https://a.site", None),
    ],
)
async def test_pages_of_the_sites_that_may_call_may_import_the_client(
    allowed: str, origin: str, told: str | None
) -> None:
    given = settings(cors_origins=allowed)
    async with running(given=given) as app:
        answer = await app.guest.get("//orbit.js", headers={"Origin": origin})
        assert answer.headers.get("Access-Control-Allow-Origin") == told
        assert answer.headers.get("Vary") == ("Origin" if allowed else None)
        tag = {"If-None-Match": answer.headers["ETag"], "Origin": origin}
        again = await app.guest.get("//orbit.js", headers=tag)
        assert again.status == 304
        assert again.headers.get("Access-Control-Allow-Origin") == told
