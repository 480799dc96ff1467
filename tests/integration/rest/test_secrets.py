"""What nobody may find anywhere: a ghost's secret, and who wrote what."""

import asyncio
import logging

import pytest
from msgspec.json import encode

from tests.kit.app import App, Client

TYPES = ("board", "note", "signature", "upvote", "removed")


async def live(app: App, ann: Client) -> list[str]:
    """Let somebody do all there is to do; return everything that was answered."""
    said: list[str] = []

    async def told(by: Client, method: str, path: str, body: object = None) -> str:
        answer = await by.call(method, path, body)
        said.append(answer.text + repr(dict(answer.headers)))
        return answer.text

    made = await app.board(ann)
    board = made["board"]["id"]
    admin, bob = ann.with_link(made["admin_token"]), await app.ghost()
    added = await ann.post(
        f"/boards/{board}/notes/",
        {"content": "hello", "anonymous": False, "name": "Ann"},
    )
    note = f"/boards/{board}/notes/{added.json['result']['id']}/"
    await told(ann, "PATCH", note, {"content": "bye", "x": 1, "y": 2})
    await told(bob, "POST", f"{note}upvote/")
    await told(ann, "POST", f"{note}upvote/")
    await told(ann, "PATCH", note, {"content": 5})
    await told(ann, "DELETE", note)
    await told(ann, "POST", f"{note}restore/")
    await told(admin, "PATCH", f"/boards/{board}/", {"title": "New"})
    for who in (app.guest, bob, ann, admin):
        await told(who, "GET", f"/boards/{board}/")
        await told(who, "GET", f"/boards/{board}/journal/")
        for type in TYPES:
            await told(who, "GET", f"/boards/{board}/items/{type}/")
    await told(ann, "GET", "/identity/ghost/me/")
    for path in ("//metrics", "//health/status/", "//api/schema/"):
        await told(app.guest, "GET", path)
    said.append(await first_frames(app, board, ann))
    return said


async def first_frames(app: App, board: str, by: Client) -> str:
    path = f"/api/v1/boards/{board}/stream"
    async with asyncio.timeout(10), app.http.get(path, headers=by.headers) as stream:
        lines = [(await stream.content.readline()).decode() for _ in range(6)]
    return "".join(lines)


async def test_ghost_secret_is_in_no_answer_frame_or_export(
    app: App, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    ann = await app.ghost()
    secret = ann.headers["X-Ghost-ID"]
    said = await live(app, ann)
    assert any("hello" in each or "bye" in each for each in said)  # it was heard
    assert not [each for each in said if secret in each]
    assert secret not in caplog.text + repr([r.__dict__ for r in caplog.records])


async def test_who_wrote_is_in_no_answer(app: App) -> None:
    """The author's key is in the journal, and leaves the server never."""
    ann = await app.ghost()
    said = "".join(await live(app, ann))
    world = app.place.world
    authors = {e.who for row in world.boards.values() for e in row.journal if e.who}
    assert len(authors) == 2
    for author in authors:
        assert author not in said


async def test_the_store_holds_no_secret(app: App) -> None:
    ann = await app.ghost()
    secret = ann.headers["X-Ghost-ID"]
    await live(app, ann)
    world = app.place.world
    stored = [vars(row) for row in world.boards.values()]
    kept = repr((stored, world.ghosts, world.boxes))
    assert secret not in kept
    assert "hello" in kept  # what is looked through is what is stored
    assert encode(secret).decode() not in kept
