"""A board's document for people: as a table, as Markdown, and to be printed.

What people wrote stays text in each of them: no cell is a formula, no line is markup.
A note that is hidden has its place here, and not its text: these are handed around.
"""

import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from html import escape

from msgspec import Struct

from orbit.core.codec import rfc3339
from orbit.core.services.document import Document, GroupData, NoteItem
from orbit.core.services.sheets import BOM, cell, line

HIDDEN = "(hidden)"
COLUMNS = (
    "id", "content", "author", "colour", "upvotes", "x", "y", "created_at",
    "edited", "hidden", "group",
)  # fmt: skip
_MARKUP = re.compile(r"[\\`*_\[\]<>&~|^$]")  # wherever it stands
_BLOCK = re.compile(r"^(#+|[-+=:]+|\d+(?=[.)]))")  # where a line begins
_BREAKS = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")

STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, "Noto Sans", sans-serif; margin: 2rem auto;
  max-width: 46rem; padding: 0 1rem; color: #1c1833; background: #fff; }
h1, h2 { font-size: 1.6rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 1.6rem 0 .6rem; break-after: avoid; }
ol { list-style: none; padding: 0; }
li { border: 1px solid #bbb; border-inline-start-width: 6px; border-radius: 8px;
  padding: .6rem .9rem; margin: 0 0 .6rem; break-inside: avoid; }
.text { white-space: pre-wrap; overflow-wrap: anywhere; margin: 0 0 .3rem; }
.about { color: #555; font-size: .85rem; margin: 0; }
.YELLOW { border-inline-start-color: #e0b100; }
.CREATIVE { border-inline-start-color: #e0654a; }
.COOL { border-inline-start-color: #3b82d6; }
.FRESH { border-inline-start-color: #37a34a; }
.ROYAL { border-inline-start-color: #7a55e0; }
button { font: inherit; padding: .5rem 1.2rem; border-radius: 8px; cursor: pointer;
  border: 1px solid #4f3cc9; background: #4f3cc9; color: #fff; }
@media print { button { display: none; } body { margin: 0; max-width: none; } }
"""
SCRIPT = 'document.querySelector("button").onclick = () => print();'


def _source(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


# What the page may do: its own style, its own button, and nothing else.
PRINT_POLICY = (
    f"default-src 'none'; style-src {_source(STYLE)}; script-src {_source(SCRIPT)}; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)


def table(document: Document) -> Iterator[str]:
    """Yield a document as CSV (RFC 4180), UTF-8 with a byte order mark."""
    yield BOM + line(COLUMNS)
    groups = {
        id: _called(n, group)
        for n, group in enumerate(document.board.grouped, 1)
        for id in group.notes
    }
    for item in document.items:
        yield line((*_cells(item), cell(groups.get(item.id, ""))))


def _called(n: int, group: GroupData) -> str:
    return group.title or f"Group {n}"


def _cells(item: NoteItem) -> Iterable[str]:
    note = item.data
    return (
        item.id,
        "" if note.hidden else cell(note.content),
        "" if note.hidden else cell(note.author or ""),
        note.colour,
        str(note.upvotes),
        f"{note.x:g}" if abs(note.x) < 1_000 else f"{note.x:.3f}",
        f"{note.y:g}" if abs(note.y) < 1_000 else f"{note.y:.3f}",
        rfc3339(note.created_at),
        "yes" if note.edited else "no",
        "yes" if note.hidden else "no",
    )


def markdown(document: Document) -> Iterator[str]:
    """Yield a document as Markdown (CommonMark), the most upvoted notes first."""
    yield f"# {_plain(document.board.title)}\n\n{_sum(document)}\n"
    for section in _sections(document):
        if section.title:
            yield f"\n## {_plain(section.title)}\n"
        for item in section.notes:
            note = item.data
            lines = [HIDDEN] if note.hidden else _BREAKS.split(note.content)
            text = "  \n  ".join(_plain(line) for line in lines)
            yield f"\n- {text}\n\n  *{_plain(_about(item))}*\n"


def _plain(line: str) -> str:
    """Escape all that could be markup, and what makes a line code or a list."""
    escaped = _MARKUP.sub(r"\\\g<0>", line.strip())
    return _BLOCK.sub(_escaped, escaped)


def _escaped(block: re.Match[str]) -> str:
    mark = block[0]
    return f"{mark}\\" if mark.isdigit() else f"\\{mark}"


def page(document: Document) -> Iterator[str]:
    """Yield a document as a page of its own, to be printed; see `PRINT_POLICY`."""
    title = escape(document.board.title)
    yield (
        '<!doctype html><html lang="und"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f'<meta http-equiv="Content-Security-Policy" content="{_in_page()}">'
        f"<title>{title}</title><style>{STYLE}</style></head><body>"
        f'<h1 dir="auto">{title}</h1><p class="about">{_sum(document)}</p>'
        '<p><button type="button">Print</button></p>'
    )
    for section in _sections(document):
        if section.title:
            yield f'<h2 dir="auto">{escape(section.title)}</h2>'
        yield "<ol>"
        for item in section.notes:
            yield _entry(item)
        yield "</ol>"
    yield f"<script>{SCRIPT}</script></body></html>\n"


def _entry(item: NoteItem) -> str:
    text = HIDDEN if item.data.hidden else item.data.content
    return (
        f'<li class="{item.data.colour}"><p class="text" dir="auto">{escape(text)}'
        f'</p><p class="about" dir="auto">{escape(_about(item))}</p></li>\n'
    )


def _in_page() -> str:
    """Return the policy that a saved page keeps: who may frame it, only HTTP says."""
    return escape(PRINT_POLICY.replace("frame-ancestors 'none'; ", ""))


class Section(Struct, frozen=True):
    """Notes under a title, the most upvoted first."""

    title: str
    notes: Sequence[NoteItem]

    @property
    def upvotes(self) -> int:
        return sum(item.data.upvotes for item in self.notes)


def _sections(document: Document) -> Sequence[Section]:
    """Return the groups, the most upvoted first, and then what is in none."""
    left = {item.id: item for item in document.items}
    groups = [
        Section(_called(n, group), _ranked(left.pop(id) for id in group.notes))
        for n, group in enumerate(document.board.grouped, 1)
    ]
    rest = Section("Not grouped" if groups else "", _ranked(left.values()))
    groups.sort(key=lambda section: -section.upvotes)
    return [*groups, rest] if rest.notes else groups


def _ranked(items: Iterable[NoteItem]) -> Sequence[NoteItem]:
    return sorted(items, key=lambda item: (-item.data.upvotes, item.id))


def _sum(document: Document) -> str:
    upvotes = sum(item.data.upvotes for item in document.items)
    return f"{len(document.items)} notes · ▲ {upvotes}"


def _about(item: NoteItem) -> str:
    note = item.data
    who = f"#{item.id[-4:]}" if note.hidden or not note.author else note.author
    parts = [who, f"▲ {note.upvotes}", note.created_at.date().isoformat()]
    return " · ".join([*parts, "edited"] if note.edited else parts)


# By the ending of a file.
RENDITIONS: Mapping[str, Callable[[Document], Iterator[str]]] = {
    "csv": table,
    "md": markdown,
    "html": page,
}
