"""What is to be seen of a board's state, encoded once for all who look."""

from collections.abc import Set
from typing import Any

from orbit.core.codec import listed
from orbit.core.kind import Kind
from orbit.core.types import visible


class View:
    """All items of a state; those that everyone sees are encoded once."""

    __slots__ = ("_kind", "_public", "state")

    def __init__(self, kind: Kind[Any], state: Any) -> None:
        self._kind, self.state = kind, state
        self._public = listed(kind.public(state))

    def items(self, sight: Set[str]) -> bytes:
        """Return the items in `sight` as a JSON array of [type, id, data]."""
        own = visible(sight, self._kind.private(self.state, sight))
        return b"[%b]" % b",".join(filter(None, (self._public, listed(own))))
