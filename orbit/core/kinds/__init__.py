"""The registry: one line a kind."""

from typing import Any

from orbit.core.kind import Kind
from orbit.core.kinds import feedback

KINDS: dict[str, Kind[Any]] = {kind.name: kind for kind in (feedback.KIND,)}
