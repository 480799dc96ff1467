"""The registry: one line a kind."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from orbit.core.kind import Kind
from orbit.core.kinds import feedback
from orbit.core.kinds.feedback import shapes as feedback_shapes

KINDS: dict[str, Kind[Any]] = {kind.name: kind for kind in (feedback.KIND,)}

# What the items of each kind hold, by type.
ITEMS: Mapping[str, Mapping[str, type[Struct]]] = {"feedback": feedback_shapes.ITEMS}
