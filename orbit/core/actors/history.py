"""What of a board's past is told: nothing of an item that its viewer may not see now.

What was taken away is taken away from history too: an event keeps its seq, its type and
its place, and loses the puts of items that are gone, or that are another's by now.
What an item was before it was changed stays, for those who see the item.  Pure.
"""

from collections.abc import Iterable, Mapping, Sequence, Set

from orbit.core.codec import Entry, Shown
from orbit.core.types import Audience, Items, Key, sees, visible


def retold(entries: Sequence[Entry], sight: Set[str]) -> bytes:
    """Return events up to the head as `sight` may see them, as a JSON array."""
    last = {_key(change): change for entry in entries for change in entry.changes}
    shown = {key: change.audience for key, change in last.items() if change.data}
    return b"[%b]" % b",".join(_told(entries, sight, shown))


def retold_among(
    entries: Sequence[Entry], sight: Set[str], items: Items
) -> Sequence[bytes]:
    """Return some events, each as JSON; `items` are those of `put_by` that exist."""
    shown = {key: item.audience for key, item in items.items()}
    return list(_told(entries, sight, shown))


def put_by(entries: Iterable[Entry], sight: Set[str]) -> Set[Key]:
    """Return which items events put, as far as `sight` could see them then."""
    seen = (change for entry in entries for change in visible(sight, entry.changes))
    return {_key(change) for change in seen if change.data is not None}


def _told(
    entries: Iterable[Entry], sight: Set[str], shown: Mapping[Key, Audience]
) -> Iterable[bytes]:
    for entry in entries:
        changes = [
            change
            for change in visible(sight, entry.changes)
            if change.data is None or sees(sight, shown.get(_key(change), _NOBODY))
        ]
        yield b"{" + entry.changed(changes)


def _key(change: Shown) -> Key:
    return change.type, change.id


_NOBODY: Audience = frozenset()
