"""Two moments of a board: what came, what went, what is otherwise."""

from typing import Any

import msgspec

from orbit.core.codec import Shown
from orbit.core.services.comparing import SeenNote, difference, notes
from orbit.core.types import EVERYONE

NOTE = {
    "content": "text",
    "colour": "COOL",
    "x": 1,
    "y": 2,
    "author": None,
    "upvotes": 0,
    "created_at": "2026-11-21T19:10:31Z",
    "edited": False,
}
VEIL = {k: NOTE[k] for k in ("colour", "x", "y", "upvotes", "created_at")}


def moment(*items: tuple[str, str, Any]) -> dict[tuple[str, str], Shown | None]:
    """Return a moment; None for what is gone by now."""
    return {
        (type, id): data
        if data is None
        else Shown(type, id, msgspec.json.encode(data), EVERYONE)
        for type, id, data in items
    }


def compared(before: Any, after: Any) -> tuple[list[str], list[str], list[Any]]:
    found = difference(notes(before), notes(after))
    return (
        [each.id for each in found.added],
        [each.id for each in found.removed],
        [(each.id, each.fields) for each in found.changed],
    )


def test_what_differs_is_named() -> None:
    before = moment(("note", "a", NOTE), ("note", "b", NOTE), ("note", "c", NOTE))
    after = moment(
        ("note", "b", {**NOTE, "x": 3, "upvotes": 1}),
        ("note", "c", NOTE),
        ("note", "d", NOTE),
    )
    assert compared(before, after) == (["d"], ["a"], [("b", ["x", "upvotes"])])
    assert compared(before, before) == ([], [], [])


def test_of_what_is_gone_by_now_only_its_going_is_told() -> None:
    gone = moment(("note", "a", None))
    assert compared(gone, moment()) == ([], ["a"], [])
    assert difference(notes(gone), {}).removed[0].note is None
    assert compared(moment(), gone) == ([], [], [])
    assert compared(gone, gone) == ([], [], [])


def test_what_was_hidden_is_told_as_far_as_it_is_seen() -> None:
    before = moment(("note", "a", None))
    veiled = moment(("veil", "a", VEIL))
    assert compared(before, veiled) == ([], [], [("a", ["hidden"])])
    (found,) = difference(notes(before), notes(veiled)).changed
    assert found.after == SeenNote("COOL", 1, 2, 0, NOTE["created_at"], hidden=True)
    said = {"content": "rude", "author": "Ann", "edited": True}
    known = notes(moment(("veil", "a", VEIL), ("hidden", "a", said)))["a"]
    assert known is not None
    assert (known.content, known.author, known.hidden) == ("rude", "Ann", True)


def test_a_note_that_is_back_is_one_note() -> None:
    both = moment(("veil", "a", None), ("note", "a", NOTE))
    assert notes(both)["a"] == msgspec.convert(NOTE, SeenNote)
