"""What is to be seen of a board's state, encoded once for all who look.

Of thousands of notes one changes at a time: the others are not encoded again for who
comes next.
"""

from collections.abc import Iterable, Set
from typing import Any

from orbit.core.codec import Entry, item
from orbit.core.kind import Kind
from orbit.core.types import EVERYONE, Key, visible


class View:
    """All items of a state; those that everyone sees are encoded once."""

    __slots__ = ("_kind", "_public", "_text", "state")

    def __init__(self, kind: Kind[Any], state: Any) -> None:
        self._kind, self.state = kind, state
        self._public = {(put.type, put.id): item(put) for put in kind.public(state)}
        self._text: bytes | None = None

    def advance(self, state: Any, entries: Iterable[Entry]) -> None:
        """Go on to a later state, to which these events have led from this one."""
        for entry in entries:
            for change in entry.changes:
                if change.audience == EVERYONE:
                    self._put((change.type, change.id), change.item)
        self.state, self._text = state, None

    def _put(self, key: Key, encoded: bytes | None) -> None:
        if encoded is None:
            self._public.pop(key, None)
        else:
            self._public[key] = encoded

    def items(self, sight: Set[str]) -> bytes:
        """Return the items in `sight` as a JSON array of [type, id, data]."""
        if self._text is None:
            self._text = b",".join(self._public.values())
        own = map(item, visible(sight, self._kind.private(self.state, sight)))
        return b"[%b]" % b",".join(filter(None, (self._text, *own)))
