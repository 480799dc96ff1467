"""The one reducer of every kind of board.  Pure."""

from collections.abc import Iterable
from typing import Any

Frame = dict[str, Any]
Items = dict[str, dict[str, dict[str, Any]]]  # by type and id


def gather(rows: Iterable[tuple[str, str, dict[str, Any]]]) -> Items:
    """Return a whole view: what a `joined` with `items` gives."""
    items: Items = {}
    for type_, id, data in rows:
        items.setdefault(type_, {})[id] = data
    return items


def fold(items: Items, changes: Iterable[Frame]) -> None:
    """Apply changes, in place: the one reducer of every kind of board."""
    for change in changes:
        if put := change.get("put"):
            items.setdefault(put[0], {})[put[1]] = put[2]
        elif drop := change.get("drop"):
            items.get(drop[0], {}).pop(drop[1], None)
