"""What is face down is told by no path, in no form, to nobody but its author."""

import asyncio
import json

import pytest

from orbit.http.api import TABLES
from tests.kit.app import App, Client

MARKER = "MARKER"
PATHS = sorted(
    row.path
    for table in TABLES
    for row in table.rows
    if row.method == "GET" and not table.for_operators
)
TYPES = ("note", "veil", "hidden", "signature", "upvote", "removed", "board")
QUERIES = (
    "",
    *(f"?format={form}" for form in ("json", "csv", "md", "html", "pdf")),
    "?since=0",
    "?since=0&limit=1",
    "?from=0",
    "?from=1&to=2",
    f"?search={MARKER}",
    f"?search={MARKER}&limit=1",
)


async def told(app: App, who: Client, board: str, note: str) -> dict[str, str]:
    """Return all that a person can read, by path."""
    answers: dict[str, str] = {}
    for path in PATHS:
        for type in TYPES if "{type}" in path else ("",):
            plain = path.format(
                board=board, note=note, type=type, org=board, user=board
            )
            if path.endswith("/stream/"):
                answers[plain] = await heard(app, who, f"{plain}?since=0")
                continue
            for query in QUERIES:
                answers[plain + query] = (await who.get(plain + query)).text
    return answers


async def heard(app: App, who: Client, path: str) -> str:
    """Return what a stream has told by the time that it has told a later event."""
    url, text = f"/api/v1{path}", ""
    async with asyncio.timeout(10), app.http.get(url, headers=who.headers) as answer:
        async for line in answer.content:
            text += line.decode()
            if "phase_set" in text or "joined" in text or "items" in text:
                return text
    return text


def do(command: str, **wish: object) -> dict[str, object]:
    return {"do": command, "with": wish}


@pytest.fixture
async def concealed(app: App) -> tuple[Client, Client, str, str]:
    """A board with a note that was written, edited and reported face down."""
    ann, made = await app.ghost(), await app.board()
    admin = (await app.ghost()).with_link(made["admin_token"])
    path = f"/boards/{made['board']['id']}"
    for who, body in (
        (admin, do("conceal")),
        (ann, do("add_note", content=f"{MARKER} one", anonymous=False, name=MARKER)),
    ):
        answer = await who.post(f"{path}/do/", body)
        assert answer.status == 200, answer.text
    note = answer.json["result"]["id"]
    for who, body in (
        (ann, do("edit_note", note=note, content=f"{MARKER} two")),
        (admin, do("hide_note", note=note)),
        (admin, do("show_note", note=note)),
        (admin, do("set_phase", phase="vote")),
    ):
        answer = await who.post(f"{path}/do/", body)
        assert answer.status == 200, answer.text
    return ann, admin, made["board"]["id"], note


async def test_what_is_face_down_is_told_to_nobody_else(
    app: App, concealed: tuple[Client, Client, str, str]
) -> None:
    _, admin, board, note = concealed
    for who in (admin, await app.ghost(), app.guest):
        for path, text in (await told(app, who, board, note)).items():
            if "search=" in path and MARKER in text:
                assert MARKER not in json.dumps(json.loads(text).get("results", "")), (
                    path
                )
                continue
            assert MARKER not in text, path


async def test_its_author_reads_it_and_all_do_once_it_is_revealed(
    app: App, concealed: tuple[Client, Client, str, str]
) -> None:
    ann, admin, board, note = concealed
    mine = await told(app, ann, board, note)
    assert MARKER in mine[f"/boards/{board}/"]
    assert MARKER in mine[f"/boards/{board}/journal/?since=0"]
    await admin.post(f"/boards/{board}/do/", do("reveal"))
    bob = await app.ghost()
    theirs = await told(app, bob, board, note)
    for path in ("", "journal/?since=0", "stream/", f"items/note/?search={MARKER}"):
        assert MARKER in theirs[f"/boards/{board}/{path}"], path
    exported = await told(app, admin, board, note)
    assert MARKER in exported[f"/boards/{board}/export/?format=md"]


async def test_what_was_on_the_table_and_is_turned_down_is_gone_from_the_past(
    app: App,
) -> None:
    ann, made = await app.ghost(), await app.board()
    admin, board = app.guest.with_link(made["admin_token"]), made["board"]["id"]
    added = await ann.post(f"/boards/{board}/notes/", {"content": MARKER})
    await admin.post(f"/boards/{board}/do/", do("conceal"))
    await admin.post(f"/boards/{board}/do/", do("set_phase", phase="collect"))
    note = added.json["result"]["id"]
    for who in (admin, await app.ghost(), app.guest):
        for path, text in (await told(app, who, board, note)).items():
            assert MARKER not in text or "search=" in path, path
