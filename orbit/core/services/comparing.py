"""What has changed between two moments of a board, as somebody may see both.

Of a note that is gone by now its id is left: the journal tells that, too.  Pure.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from orbit.core.services.past import Moment
from orbit.core.types import Key


class SeenNote(Struct, frozen=True):
    """A note as it is seen; of one that is hidden, null is what is not told."""

    colour: str
    x: float
    y: float
    upvotes: int
    created_at: str
    content: str | None = None
    author: str | None = None
    edited: bool | None = None
    hidden: bool = False


class ListedNote(Struct, frozen=True):
    """A note; `note` is null if nothing is told of it any more."""

    id: str
    note: SeenNote | None


class ChangedNote(Struct, frozen=True):
    """A note before and after, and which of its fields differ."""

    id: str
    before: SeenNote | None
    after: SeenNote | None
    fields: Sequence[str]


class Difference(Struct, frozen=True):
    added: Sequence[ListedNote]
    removed: Sequence[ListedNote]
    changed: Sequence[ChangedNote]


Notes = Mapping[str, SeenNote | None]


def notes(moment: Moment) -> Notes:
    """Return the notes of a moment, by id."""
    found: dict[str, SeenNote | None] = {}
    for (type, id), item in moment.items():
        if type in {"note", "veil"} and (item or id not in found):
            found[id] = _seen(moment, type, id) if item else None
    return found


def _seen(moment: Moment, type: str, id: str) -> SeenNote:
    data = _data(moment, (type, id))
    if type == "veil":
        data = {**data, **_data(moment, ("hidden", id)), "hidden": True}
    return msgspec.convert(data, SeenNote)


def _data(moment: Moment, key: Key) -> dict[str, Any]:
    item = moment.get(key)
    return dict(msgspec.json.decode(item.data or b"{}")) if item else {}


def difference(before: Notes, after: Notes) -> Difference:
    """Return what came, what went and what is otherwise."""
    both = [id for id in after if id in before]
    pairs = [(id, before[id], after[id]) for id in both]
    return Difference(
        added=[
            ListedNote(id, now) for id, now in after.items() if now and id not in before
        ],
        removed=[ListedNote(id, was) for id, was in before.items() if id not in after],
        changed=[
            ChangedNote(id, was, now, fields)
            for id, was, now in pairs
            if (fields := _differing(was, now))
        ],
    )


def _differing(was: SeenNote | None, now: SeenNote | None) -> Sequence[str]:
    """Return which fields differ; of what is gone since, nothing does."""
    if now is None:
        return []
    names = SeenNote.__struct_fields__
    if was is None:
        return ["hidden"] if now.hidden else []
    return [name for name in names if getattr(was, name) != getattr(now, name)]
