"""What goes out and comes in again: documents, and their hashes."""

import json
import shutil
import subprocess
from typing import Any

import msgspec
import pytest

from orbit.core.errors import Invalid
from orbit.core.services.document import Document, document, hash_of, verify

AT = "2026-11-21T19:10:31.543420Z"
CARD = {"title": "Retró", "is_public": True, "sealed": False, "created_at": AT}
NOTE = {
    "content": 'a "note"\n\u2028 \x7f\x01 <b> é 😀',
    "colour": "COOL",
    "x": 1.0,
    "y": -0.0004,
    "author": None,
    "upvotes": 3,
    "created_at": AT,
    "edited": False,
}


def board(**notes: Any) -> Document:
    items = {("note", id): {**NOTE, **data} for id, data in notes.items()}
    return document({("board", "board"): CARD, **items}, "log", 7)


def read(found: Document, **changes: Any) -> Document:
    """Return a document as it comes back, with some fields of it changed."""
    told = msgspec.to_builtins(found)
    for path, value in changes.items():
        *way, name = path.split("__")
        at: Any = told
        for step in way:
            at = at[int(step) if step.isdigit() else step]
        at[name] = value
    return msgspec.json.decode(json.dumps(told), type=Document)


def test_the_same_content_has_the_same_hash_wherever_it_stands() -> None:
    found = board(b={}, a={"x": 2.5})
    other = board(a={"x": 2.5}, b={})
    assert found.hash == other.hash
    assert [item.id for item in found.items] == ["a", "b"]
    elsewhere = read(found, log_id="another", seq=1, created_at=None)
    verify(elsewhere)
    backwards = read(found, items=msgspec.to_builtins(found.items)[::-1])
    assert hash_of(backwards) == found.hash


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("board__title", "Other"),
        ("board__is_public", False),
        ("board__sealed", True),
        ("items__0__data__content", "other"),
        ("items__0__data__upvotes", 4),
        ("items__0__data__author", "Ann"),
        ("items__0__data__x", 3),
        ("items__0__data__hidden", True),
        ("items__0__data__created_at", "2026-11-21T19:10:32Z"),
        ("items__0__id", "c"),
        ("items", []),
        ("hash", ""),
        ("hash", "sha256:0"),
    ],
)
def test_whatever_is_changed_is_noticed(path: str, value: Any) -> None:
    with pytest.raises(Invalid) as refused:
        verify(read(board(a={}), **{path: value}))
    assert refused.value.details == {"field": "hash"}


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        ("board__title", " \u200b", "board.title"),
        ("items__1__id", "a", "items.1.id"),
        ("items__1__data__content", "\u3164", "items.1.data.content"),
        ("items__0__data__author", "  ", "items.0.data.author"),
    ],
)
def test_what_no_board_would_hold_is_named(path: str, value: Any, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        verify(read(board(a={}, b={}), **{path: value}))
    assert refused.value.details == {"field": field}


def grouped(*groups: tuple[str, ...], title: str = "Tests") -> Document:
    items: dict[Any, Any] = {("note", id): NOTE for id in "abc"}
    for n, notes in enumerate(groups):
        items["group", f"g{n}"] = {"title": title, "notes": notes}
    return document({("board", "board"): CARD, **items}, "log", 7)


def test_groups_go_along_with_the_notes_that_there_are() -> None:
    found = grouped(("c", "gone"), ("b", "gone", "a"))
    assert msgspec.to_builtins(found.board)["groups"] == [
        {"title": "Tests", "notes": ["b", "a"]}
    ]
    verify(read(found))
    assert found.hash != grouped(("a", "b")).hash
    assert "groups" not in msgspec.to_builtins(board(a={}).board)


@pytest.mark.parametrize(("notes", "at"), [(["b", "zz"], 1), (["b", "b"], 1)])
def test_a_group_of_what_is_not_there_is_named(notes: list[str], at: int) -> None:
    wrong = read(grouped(("a", "b")), board__groups__0__notes=notes)
    with pytest.raises(Invalid) as refused:
        verify(wrong)
    assert refused.value.details == {"field": f"board.groups.0.notes.{at}"}


def test_a_hidden_note_is_there_for_who_may_read_it() -> None:
    veil = {k: NOTE[k] for k in ("colour", "x", "y", "upvotes", "created_at")}
    said = {"content": "rude", "author": "Ann", "edited": True}
    items: dict[Any, Any] = {("board", "board"): CARD, ("veil", "v"): veil}
    assert document(items, "log", 1).items == []
    (item,) = document({**items, ("hidden", "v"): said}, "log", 1).items
    assert (item.data.content, item.data.hidden, item.data.edited) == (
        "rude",
        True,
        True,
    )


JAVASCRIPT = """
const found = JSON.parse(require("fs").readFileSync(0));
for (const name of ["hash", "log_id", "seq", "created_at"]) delete found[name];
const sorted = (v) => Array.isArray(v) ? v.map(sorted) : v && typeof v === "object"
  ? Object.fromEntries(Object.keys(v).sort().map((k) => [k, sorted(v[k])])) : v;
const text = JSON.stringify(sorted(found));
const hash = require("crypto").createHash("sha256").update(text);
console.log("sha256:" + hash.digest("hex"));
"""


def test_a_browser_comes_to_the_same_hash() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("NODE IS NOT INSTALLED")
    found = board(a={}, b={"x": 0.001, "y": 999_999.125}, c={"x": -0.0, "y": 1e6})
    run = subprocess.run(
        [node, "-e", JAVASCRIPT],
        input=msgspec.json.encode(found),
        capture_output=True,
        check=True,
    )
    assert run.stdout.decode().strip() == found.hash
