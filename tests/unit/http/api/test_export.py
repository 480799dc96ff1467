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

from orbit.core.services.document import Document, verify
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
