"""Whole boards over REST: out as documents, and in again."""

import csv
import re
from base64 import b64encode
from hashlib import sha256
from io import StringIO
from typing import Any
from urllib.parse import unquote

import msgspec
import pytest

from orbit.core.services.document import Document, document, verify
from orbit.core.types import BoardId
from tests.kit.app import App, Client

NOWHERE = "00000000-0000-4000-8000-000000000000"
FORMATS = ("json", "csv", "md", "html", "pdf")


async def note(by: Client, board: str, content: str, **more: Any) -> str:
    added = await by.post(f"/boards/{board}/notes/", {"content": content, **more})
    assert added.status == 201, added.text
    return str(added.json["result"]["id"])


class Retro:
    """A board with a note that is removed, one that is hidden, and two others."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, **body: Any) -> "Retro":
        self.ann, self.bob = await self.app.ghost(), await self.app.ghost()
        made = await self.app.board(self.ann, **body)
        self.id = made["board"]["id"]
        self.admin = self.ann.with_link(made["admin_token"])
        self.kept = await note(self.bob, self.id, "kept", name="Bob", anonymous=False)
        self.mine = await note(self.ann, self.id, "mine", x=3.14159)
        self.rude = await note(self.bob, self.id, "RUDE")
        self.gone = await note(self.bob, self.id, "REGRETTED")
        for path in (
            f"{self.rude}/hide/",
            f"{self.kept}/upvote/",
        ):
            done = await self.admin.post(f"/boards/{self.id}/notes/{path}")
            assert done.status == 200, done.text
        await self.bob.delete(f"/boards/{self.id}/notes/{self.gone}/")
        return self

    async def export(self, form: str = "json") -> Any:
        answer = await self.admin.get(f"/boards/{self.id}/export/?format={form}")
        assert answer.status == 200, answer.text
        return answer


@pytest.fixture
async def retro(app: App) -> Retro:
    return await Retro(app)(title="Retro")


async def test_a_document_holds_what_any_admin_reads(retro: Retro) -> None:
    answer = await retro.export()
    found = msgspec.json.decode(answer.text, type=Document)
    verify(found)
    seen = await retro.admin.get(f"/boards/{retro.id}/")
    assert (found.log_id, found.seq) == (seen.json["log_id"], seen.json["seq"])
    told = {item.id: item.data for item in found.items}
    assert {*told} == {retro.kept, retro.mine, retro.rude}
    assert (told[retro.kept].author, told[retro.kept].upvotes) == ("Bob", 1)
    assert (told[retro.rude].content, told[retro.rude].hidden) == ("RUDE", True)
    assert told[retro.mine].x == 3.142


@pytest.mark.parametrize("form", FORMATS)
async def test_no_author_no_reader_and_no_removed_text_is_in_it(
    retro: Retro, form: str
) -> None:
    text = (await retro.export(form)).text
    assert "REGRETTED" not in text
    identity = retro.app.services.identity
    for who in (retro.ann, retro.bob):
        secret = who.headers["X-Ghost-ID"]
        caller = await identity.recognise(secret)
        author = await identity.principal(caller, BoardId(retro.id))
        assert author.id
        assert not any(each in text for each in (secret, author.id))
    assert ("RUDE" in text) is (form == "json")


async def test_an_export_is_the_same_for_each_admin(retro: Retro) -> None:
    """What one of them wrote, voted on and removed is not in it."""
    await retro.ann.delete(f"/boards/{retro.id}/notes/{retro.mine}/")
    other = retro.bob.with_link(retro.admin.headers["X-Admin-Token"])
    theirs = await other.get(f"/boards/{retro.id}/export/")
    assert theirs.text == (await retro.export()).text
    assert "mine" not in theirs.text


async def test_a_table_and_a_text_are_files_of_their_type(retro: Retro) -> None:
    table = await retro.export("csv")
    assert table.headers["Content-Type"].startswith("text/csv; charset=utf-8")
    rows = list(csv.DictReader(StringIO(table.text.lstrip("\ufeff"), newline="")))
    assert {row["content"] for row in rows} == {"kept", "mine", ""}
    text = await retro.export("md")
    assert text.headers["Content-Type"] == "text/markdown; charset=utf-8"
    assert text.text.startswith("# Retro\n")


@pytest.mark.parametrize("form", ["html", "pdf"])
async def test_a_page_runs_nothing_but_its_button(retro: Retro, form: str) -> None:
    page = await retro.export(form)
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.headers["Content-Disposition"].startswith("inline")
    policy = page.headers["Content-Security-Policy"]
    for tag in ("script", "style"):
        (inside,) = re.findall(f"<{tag}>(.*?)</{tag}>", page.text, re.DOTALL)
        digest = b64encode(sha256(inside.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy


@pytest.mark.parametrize(
    "title",
    [
        "ретро 42",
        "回顧",
        "a/b\\c:*?",
        '"quoted"; x=y',
        "..",
        "é" * 255,
        "\u202egnp.exe",
    ],
)
async def test_files_have_names_whatever_the_title(app: App, title: str) -> None:
    retro = await Retro(app)(title=title)
    said = (await retro.export()).headers["Content-Disposition"]
    found = re.fullmatch(
        r"attachment; filename=\"([A-Za-z0-9._-]+)\.json\"; filename\*=UTF-8''(\S+)",
        said,
    )
    assert found
    whole = unquote(found[2])
    assert not re.search(r'[\\/:*?"<>|\x00-\x1f\u202e]', whole)
    assert whole.removesuffix(".json").strip(".")


@pytest.mark.parametrize(
    "query",
    ["format=xlsx", "format=", "format=JSON", "format=json%00", "format=../x"],
)
async def test_other_forms_are_refused(retro: Retro, query: str) -> None:
    refused = await retro.admin.get(f"/boards/{retro.id}/export/?{query}")
    assert (refused.status, refused.error) == (422, "invalid")
    assert list(refused.json["details"]) == ["format"]


async def test_admins_alone_export(retro: Retro) -> None:
    path = f"/boards/{retro.id}/export/"
    wrong = retro.bob.with_link("nonsense")
    for who in (retro.app.guest, retro.ann, retro.bob, wrong):
        refused = await who.get(path)
        assert (refused.status, refused.error) == (403, "forbidden")
    for id in (NOWHERE, "x", "%00"):
        assert (await retro.admin.get(f"/boards/{id}/export/")).status == 404
    await retro.admin.delete(f"/boards/{retro.id}/")
    assert (await retro.admin.get(path)).status == 410


# In again ---------------------------------------------------------------------------


async def test_what_is_imported_is_exported_as_it_was(retro: Retro) -> None:
    pair = {"notes": [retro.mine, retro.kept], "title": "Good"}
    wish = {"do": "group_notes", "with": pair}
    grouped = await retro.admin.post(f"/boards/{retro.id}/do/", wish)
    assert grouped.status == 200, grouped.text
    settings = {"columns": ["Good", "Bad"], "votes_each": 3, "sealed": True}
    await retro.admin.patch(f"/boards/{retro.id}/", settings)
    first = (await retro.export()).json
    cat = await retro.app.ghost()
    made = await cat.post("/boards/import/", first)
    assert made.status == 201, made.text
    assert made.json["hash"] == first["hash"]
    board, admin = made.json["board"]["id"], cat.with_link(made.json["admin_token"])
    assert board != retro.id
    again = (await admin.get(f"/boards/{board}/export/")).json
    assert again["hash"] == first["hash"]
    assert again["items"] == first["items"]
    assert again["board"] == first["board"]
    assert first["board"]["groups"] == [pair]
    replayed = await fold(admin, board)
    seen = await admin.get(f"/boards/{board}/")
    told = {(i["type"], i["id"]): i["data"] for i in seen.json["items"]}
    assert replayed == told
    assert told["board", "board"]["upvotes"] == 1
    assert (await retro.bob.get(f"/boards/{board}/items/hidden/")).json["results"] == []


async def fold(by: Client, board: str) -> dict[tuple[str, str], Any]:
    """Return the items that the journal leads to."""
    items: dict[tuple[str, str], Any] = {}
    told = await by.get(f"/boards/{board}/journal/?limit=1000")
    for entry in told.json["changes"]:
        for change in entry["changes"]:
            if "put" in change:
                type, id, data = change["put"]
                items[type, id] = data
            else:
                items.pop(tuple(change["drop"]), None)
    return items


async def test_notes_that_were_brought_are_nobodys(retro: Retro) -> None:
    made = (await retro.bob.post("/boards/import/", (await retro.export()).json)).json
    path = f"/boards/{made['board']['id']}/notes/{retro.kept}/"
    admin = retro.bob.with_link(made["admin_token"])
    for who in (retro.bob, retro.ann, admin):
        refused = await who.patch(path, {"content": "other"})
        assert (refused.status, refused.error) == (403, "forbidden")
        assert (await who.delete(path)).status == 403
    for votes in (2, 1, 2):  # what was brought stays; one's own comes and goes
        await retro.bob.post(f"{path}upvote/")
        seen = await retro.bob.get(f"/boards/{made['board']['id']}/items/note/")
        told = {item["id"]: item["data"] for item in seen.json["results"]}
        assert told[retro.kept]["upvotes"] == votes
        assert told[retro.kept]["carried"] is True
    assert (await admin.post(f"{path}hide/")).status == 200


async def test_an_import_that_is_sent_again_makes_one_board(retro: Retro) -> None:
    cat = (await retro.app.ghost()).with_headers(**{"Idempotency-Key": "once"})
    found = (await retro.export()).json
    first, again = [await cat.post("/boards/import/", found) for _ in range(2)]
    assert first.json == again.json
    refused = await cat.post("/boards/import/", msgspec.to_builtins(EMPTY))
    assert (refused.status, refused.error) == (409, "id_reused")


EMPTY = document(
    {
        ("board", "board"): {
            "title": "Empty",
            "is_public": False,
            "sealed": False,
            "created_at": "2026-11-21T19:10:31Z",
        }
    },
    "log",
    1,
)


async def test_a_full_board_goes_out_and_in(app: App) -> None:
    card = {
        "title": "Full",
        "is_public": True,
        "sealed": False,
        "created_at": "2026-11-21T19:10:31Z",
    }
    data = {
        "content": "a note",
        "colour": "COOL",
        "x": 1.5,
        "y": 0,
        "author": None,
        "upvotes": 2,
        "created_at": "2026-11-21T19:10:31.5Z",
        "edited": False,
    }
    notes = {("note", f"n{n}"): {**data, "x": n} for n in range(5_000)}
    full = document({("board", "board"): card, **notes}, "log", 1)
    made = await app.guest.post("/boards/import/", msgspec.to_builtins(full))
    assert made.status == 201, made.text
    assert made.json["hash"] == full.hash
    board, ann = made.json["board"]["id"], await app.ghost()
    seen = await ann.get(f"/boards/{board}/")
    assert (seen.json["board"]["notes"], seen.json["board"]["upvotes"]) == (
        5_000,
        10_000,
    )
    refused = await ann.post(f"/boards/{board}/notes/", {"content": "one more"})
    assert refused.status == 409


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        ("hash", "sha256:" + "0" * 64, "hash"),
        ("board.title", "Other", "hash"),
        ("board.title", "", "board.title"),
        ("board.title", "\u200b", "board.title"),
        ("board.kind", "poll", "board.kind"),
        ("board", None, "board"),
        ("format", "miro", "format"),
        ("version", 2, "version"),
        ("items", {}, "items"),
        ("items.0.id", "../x", "items.0.id"),
        ("items.0.type", "upvote", "items.0.type"),
        ("items.0.data.content", "x" * 4_001, "items.0.data.content"),
        ("items.0.data.content", "", "items.0.data.content"),
        ("items.0.data.x", 1e999, "items.0.data.x"),
        ("items.0.data.x", 2e6, "items.0.data.x"),
        ("items.0.data.colour", "PINK", "items.0.data.colour"),
        ("items.0.data.upvotes", -1, "items.0.data.upvotes"),
        ("items.0.data.created_at", "yesterday", "items.0.data.created_at"),
        ("items.0.data.author", "\x00", "items.0.data.author"),
    ],
)
async def test_bad_documents_are_refused_by_name(
    retro: Retro, path: str, value: Any, field: str
) -> None:
    found = (await retro.export()).json
    *way, name = path.split(".")
    at: Any = found
    for step in way:
        at = at[int(step) if step.isdigit() else step]
    at[name] = value
    refused = await retro.ann.post("/boards/import/", found)
    assert refused.status in {400, 422}, refused.text
    assert list(refused.json["details"]) == [field]


async def test_bodies_that_are_no_documents_are_refused(retro: Retro) -> None:
    for body in (b"", b"[]", b"{", b"null", b"\xff", b'{"a":' * 9_999):
        refused = await retro.ann.post("/boards/import/", body)
        assert refused.status in {400, 422}, refused.text
    large = b'{"items":"' + b"x" * (8 << 20) + b'"}'
    refused = await retro.ann.post("/boards/import/", large)
    assert (refused.status, refused.error) == (413, "too_large")
    too_many = [{**(await retro.export()).json["items"][0]}] * 5_001
    found = {**(await retro.export()).json, "items": too_many}
    refused = await retro.ann.post("/boards/import/", found)
    assert (refused.status, list(refused.json["details"])) == (422, ["items"])


# Forked, compared ---------------------------------------------------------------------


async def content(by: Client, board: str) -> set[str]:
    seen = await by.get(f"/boards/{board}/items/note/")
    return {item["data"]["content"] for item in seen.json["results"]}


async def test_a_fork_is_what_its_maker_sees(retro: Retro) -> None:
    cat = await retro.app.ghost()
    made = await cat.post(f"/boards/{retro.id}/fork/", {"title": "Mine"})
    assert made.status == 201, made.text
    board = made.json["board"]
    assert board["title"] == "Mine"
    assert await content(cat, board["id"]) == {"kept", "mine"}
    mine = cat.with_link(made.json["admin_token"])
    assert (await mine.patch(f"/boards/{board['id']}/", {"title": "x"})).status == 200
    admins = await retro.admin.post(f"/boards/{retro.id}/fork/", {})
    link = retro.admin.with_link(admins.json["admin_token"])
    copy = await link.get(f"/boards/{admins.json['board']['id']}/export/")
    assert copy.json["hash"] == (await retro.export()).json["hash"]


async def test_a_fork_of_the_past_holds_nothing_that_went_since(retro: Retro) -> None:
    await retro.bob.patch(
        f"/boards/{retro.id}/notes/{retro.kept}/", {"content": "edited"}
    )
    for seq, expected in ((1, set()), (2, {"kept"}), (5, {"kept", "mine"})):
        for who in (retro.ann, retro.admin):
            made = await who.post(f"/boards/{retro.id}/fork/", {"seq": seq})
            assert made.status == 201, made.text
            assert await content(who, made.json["board"]["id"]) == expected
    now = await retro.ann.post(f"/boards/{retro.id}/fork/")
    assert await content(retro.ann, now.json["board"]["id"]) == {"edited", "mine"}


async def test_notes_face_down_are_in_no_copy(retro: Retro) -> None:
    assert (
        await retro.admin.post(f"/boards/{retro.id}/do/", {"do": "conceal"})
    ).status == 200
    for form in FORMATS:
        text = (await retro.export(form)).text
        assert not any(each in text for each in ("kept", "RUDE", "Bob"))
        assert '"mine"' not in text  # the admin's own, either: it is his alone
    for who in (retro.ann, retro.bob, retro.admin):
        for body in ({}, {"seq": 5}):
            made = await who.post(f"/boards/{retro.id}/fork/", body)
            assert await content(who, made.json["board"]["id"]) == set()
    compared = await retro.ann.get(f"/boards/{retro.id}/compare/")
    assert "kept" not in compared.text


async def test_a_private_board_stays_private(app: App) -> None:
    ann = await app.ghost()
    made = await app.board(ann, is_public=False)
    path = f"/boards/{made['board']['id']}/fork/"
    for who in (app.guest, await app.ghost()):
        refused = await who.post(path)
        assert (refused.status, refused.error) == (403, "private_board")
    copy = await ann.post(path)
    assert copy.json["board"]["is_public"] is False
    refused = await ann.post(path, {"is_public": True})
    assert (refused.status, refused.error) == (403, "forbidden")
    admin = ann.with_link(made["admin_token"])
    assert (await admin.post(path, {"is_public": True})).status == 201


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"seq": 0}, "seq"),
        ({"seq": -1}, "seq"),
        ({"seq": 99}, "seq"),
        ({"seq": "2"}, "seq"),
        ({"seq": 1.5}, "seq"),
        ({"title": ""}, "title"),
        ({"title": "x" * 256}, "title"),
        ({"title": "\u3164"}, "title"),
        ({"title": "a\x00"}, "title"),
        ({"is_public": 1}, "is_public"),
    ],
)
async def test_bad_forks_are_refused_by_name(
    retro: Retro, body: Any, field: str
) -> None:
    refused = await retro.ann.post(f"/boards/{retro.id}/fork/", body)
    assert (refused.status, list(refused.json["details"])) == (422, [field])


async def test_a_fork_below_the_floor_is_gone_and_of_now_it_is_not(app: App) -> None:
    made = await app.board()
    board, ann = made["board"]["id"], await app.ghost()
    await note(ann, board, "still here")
    await note(ann, board, "and this")
    await app.place.forget(board, 2)
    refused = await ann.post(f"/boards/{board}/fork/", {"seq": 2})
    assert (refused.status, refused.error) == (410, "gone")
    assert refused.json["details"] == {"floor": 2}
    copy = await ann.post(f"/boards/{board}/fork/", {"seq": 3})
    assert await content(ann, copy.json["board"]["id"]) == {"still here", "and this"}


async def test_two_moments_are_compared(retro: Retro) -> None:
    path = f"/boards/{retro.id}/"
    kept = f"{path}notes/{retro.kept}/"
    since = (await retro.bob.get(path)).json["seq"]
    await retro.bob.patch(kept, {"content": "edited"})
    added = await note(retro.ann, retro.id, "new")
    await retro.ann.delete(f"{path}notes/{retro.mine}/")
    answer = await retro.bob.get(f"{path}compare/?from={since}")
    assert answer.status == 200, answer.text
    found = answer.json
    assert (found["from"], found["to"]) == (since, since + 3)
    assert [(n["id"], n["note"]["content"]) for n in found["added"]] == [(added, "new")]
    assert found["removed"] == [{"id": retro.mine, "note": None}]
    (changed,) = found["changed"]
    assert changed["id"] == retro.kept
    assert changed["fields"] == ["content", "edited"]
    assert (changed["before"]["content"], changed["after"]["content"]) == (
        "kept",
        "edited",
    )
    nothing = await retro.bob.get(f"{path}compare/?from={since}&to={since}")
    assert (nothing.json["added"], nothing.json["changed"]) == ([], [])


async def test_what_was_hidden_since_is_told_without_its_text(retro: Retro) -> None:
    answer = await retro.ann.get(f"/boards/{retro.id}/compare/?from=4")
    (hidden,) = [n for n in answer.json["changed"] if n["id"] == retro.rude]
    assert (hidden["before"], hidden["fields"]) == (None, ["hidden"])
    assert (hidden["after"]["content"], hidden["after"]["hidden"]) == (None, True)
    assert "RUDE" not in answer.text
    assert "REGRETTED" not in answer.text
    mine = await retro.bob.get(f"/boards/{retro.id}/compare/")
    assert "RUDE" in mine.text  # it is his


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=-1", "from"),
        ("from=x", "from"),
        ("from=99", "from"),
        ("to=99", "to"),
        ("to=1.5", "to"),
        ("from=3&to=2", "from"),
        ("to=9007199254740993", "to"),
    ],
)
async def test_bad_moments_are_refused_by_name(
    retro: Retro, query: str, field: str
) -> None:
    refused = await retro.ann.get(f"/boards/{retro.id}/compare/?{query}")
    assert (refused.status, list(refused.json["details"])) == (422, [field])


@pytest.mark.parametrize("path", ["compare/", "export/"])
async def test_boards_that_are_none_are_not_found(app: App, path: str) -> None:
    for id in (NOWHERE, "x", "%00", "a" * 300):
        for who in (app.guest, await app.ghost()):
            assert (await who.get(f"/boards/{id}/{path}")).status == 404
            assert (await who.post(f"/boards/{id}/fork/")).status == 404
