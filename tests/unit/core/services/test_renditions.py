"""Documents for people: what was written stays text in each of them."""

import csv
from html.parser import HTMLParser
from io import StringIO
from typing import Any

import pytest

from orbit.core.services.document import document
from orbit.core.services.renditions import markdown, page, table

AT = "2026-11-21T19:10:31.543420Z"
CARD = {"title": "R <i>&", "is_public": True, "sealed": False, "created_at": AT}


def board(*contents: str, hidden: str = "", **more: Any) -> Any:
    data = {"colour": "COOL", "x": 1.5, "y": -2, "upvotes": 1, "created_at": AT}
    said = {"author": None, "edited": False, **more}
    items: dict[Any, Any] = {("board", "board"): CARD}
    for n, content in enumerate(contents):
        items["note", f"n{n}"] = {**data, **said, "content": content}
    if hidden:
        items["veil", "v"] = data
        items["hidden", "v"] = {**said, "content": hidden}
    return document(items, "log", 1)


def rows(found: Any) -> list[dict[str, str]]:
    text = "".join(table(found))
    assert text[0] == "\ufeff"
    return list(csv.DictReader(StringIO(text[1:], newline="")))


def test_what_belongs_together_stands_together_under_its_title() -> None:
    items: dict[Any, Any] = {("board", "board"): CARD}
    data = {"colour": "COOL", "x": 1, "y": 2, "created_at": AT, "author": None}
    for n, id in enumerate("abc"):
        said = {"upvotes": n, "edited": False, "content": f"note {id}"}
        items["note", id] = {**data, **said}
    items["group", "g"] = {"title": "<Tests> *", "notes": ["a", "b"]}
    found = document(items, "log", 1)
    told = [row["group"] for row in rows(found)]
    assert told == ["<Tests> *", "<Tests> *", ""]
    text = "".join(markdown(found))
    order = ("## \\<Tests", "note b", "note a", "## Not", "note c")
    places = [text.index(each) for each in order]
    assert places == sorted(places)
    assert '<h2 dir="auto">&lt;Tests&gt; *</h2><ol>' in "".join(page(found))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\uff1d"])
def test_no_cell_is_a_formula(start: str) -> None:
    (row,) = rows(board(f"{start}cmd|' /C calc'!A0", author=f"{start}Ann"))
    assert row["content"] == f"'{start}cmd|' /C calc'!A0"
    assert row["author"] == f"'{start}Ann"


def test_no_part_of_a_cell_is_one_where_another_sign_ends_cells() -> None:
    (row,) = rows(board("a;=1+1\n=2"))
    assert row["content"] == "a;'=1+1\n'=2"


def test_a_table_holds_what_was_written() -> None:
    first, second = rows(board('He said "no", twice\nand left', "1 - 1 = 0"))
    assert first["content"] == 'He said "no", twice\nand left'
    assert second["content"] == "1 - 1 = 0"
    assert (first["x"], first["y"], first["upvotes"]) == ("1.5", "-2", "1")
    assert first["created_at"] == "2026-11-21T19:10:31.543Z"


@pytest.mark.parametrize("form", [table, markdown, page])
def test_hidden_text_is_not_handed_around(form: Any) -> None:
    text = "".join(form(board("fine", hidden="RUDE", author="PLANTED")))
    assert "fine" in text
    assert "RUDE" not in text
    assert text.count("PLANTED") == 1  # the name at the note that is not hidden


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("# head", "\\# head"),
        ("- item", "\\- item"),
        ("1. first", "1\\. first"),
        ("*b* [l](x) ![i](y)", "\\*b\\* \\[l\\](x) !\\[i\\](y)"),
        ("<script>", "\\<script\\>"),
        ("    code", "code"),
        ("a\n# b", "a  \n  \\# b"),
        ("a\u2028- b", "a  \n  \\- b"),
        ("```", "\\`\\`\\`"),
        ("a|b", "a\\|b"),
    ],
)
def test_no_line_is_markup(content: str, told: str) -> None:
    assert f"\n- {told}\n\n" in "".join(markdown(board(content)))


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_page_has_no_tags_but_its_own() -> None:
    nasty = "</p><script>alert(1)</script><img src=x onerror='a'>"
    parsed = _Tags()
    parsed.feed("".join(page(board(nasty, author='"><svg onload=1>'))))
    assert parsed.tags.count("script") == 1
    assert not {"img", "svg", "i"} & {*parsed.tags}
    assert nasty in parsed.text
