"""The pages that grow code show the code that runs."""

import ast
import json
import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import pytest

from orbit.core.codec import Codec, checked
from orbit.core.kinds import KINDS
from orbit.core.protocol import frames
from tests.kit.kinds import poll

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "docs/howto/write-a-kind.md"]
FENCE = re.compile(
    r"^```(\w+)(?: title=\"(.+?)\")?\n(.*?)^```$", re.DOTALL | re.MULTILINE
)


class Block(NamedTuple):
    language: str
    file: str
    text: str


def blocks(page: Path) -> Iterator[Block]:
    for match in FENCE.finditer(page.read_text()):
        yield Block(match[1], match[2] or "", match[3])


def of(language: str) -> list[Block]:
    found = [block for page in PAGES for block in blocks(page)]
    return [block for block in found if block.language == language]


def test_every_block_says_what_it_is():
    for page in PAGES:
        fences = re.findall(r"^```", page.read_text(), re.MULTILINE)
        assert len(fences) == 2 * len(list(blocks(page))), page


def test_the_page_shows_the_whole_poll():
    """In the order of the file, leaving nothing out."""
    file = "tests/kit/kinds/poll.py"
    shown = [block.text.strip("\n") for block in of("python") if block.file == file]
    source = (ROOT / file).read_text()
    assert _squeezed("\n\n".join(shown)) == _squeezed(source)


def test_what_is_shown_of_a_file_is_in_it():
    named = [block for block in of("python") if block.file]
    assert {file for file, _ in groupby(named, lambda block: block.file)}
    for block in named:
        assert block.text in (ROOT / block.file).read_text(), block.text


def test_what_is_of_no_file_runs():
    for block in of("python"):
        if not block.file:
            names: dict[str, object] = {}
            exec(compile(ast.parse(block.text), "page", "exec"), names)  # noqa: S102
            assert names["kinds"] == {**KINDS, "poll": poll.KIND}


def test_frames_are_read_by_the_server():
    for block in of("json"):
        frame = checked(
            frames.decode.decode, json.dumps(json.loads(block.text)).encode()
        )
        assert isinstance(frame, frames.Tell)
        assert Codec(poll.KIND).asked(frame.do, bytes(frame.body))


EVERY_PAGE = sorted((ROOT / "docs").rglob("*.md"))
EXPLAINED = [*PAGES, *sorted((ROOT / "docs/explanation").glob("*.md"))]


@pytest.mark.parametrize("page", EVERY_PAGE, ids=lambda page: page.stem)
def test_links_between_pages_lead_somewhere(page):
    for link in re.findall(r"\]\(([\w./-]+)(?:#.*?)?\)", page.read_text()):
        assert (page.parent / link).exists(), link


@pytest.mark.parametrize("page", EXPLAINED, ids=lambda page: page.stem)
def test_files_that_a_page_names_exist(page):
    for name in re.findall(r"`((?:orbit|tests|docs)/[\w./-]+)`", page.read_text()):
        assert (ROOT / name).exists(), name


def _squeezed(text: str) -> str:
    return re.sub(r"\n{2,}", "\n\n", text.strip())
