"""What is to be seen of a board's state, encoded once for all who look."""

from collections.abc import Set
from typing import Any

from orbit.core.codec import shown
from orbit.core.kind import Kind
from orbit.core.types import EVERYONE, visible


class View:
    """All items of a state; those that everyone sees are encoded once."""

    __slots__ = ("_others", "_public", "state")

    def __init__(self, kind: Kind[Any], state: Any) -> None:
        self.state = state
        puts = list(kind.view(state))
        public = [put for put in puts if put.audience == EVERYONE]
        self._public = b",".join([shown(put).item for put in public])
        self._others = [put for put in puts if put.audience != EVERYONE]

    def items(self, sight: Set[str]) -> bytes:
        """Return the items in `sight` as a JSON array of [type, id, data]."""
        own = [shown(put).item for put in visible(sight, self._others)]
        return b"[%b]" % b",".join([part for part in (self._public, *own) if part])
