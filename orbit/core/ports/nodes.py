"""Nodes that share a database, and what each of them goes by."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct


class Registered(Struct, frozen=True):
    """One start of a node, as the database knows it."""

    inc: str
    name: str  # that boards are placed by: a start after this one has it, too
    state: str  # up, left or dead
    proto: int
    started_at: datetime
    beat_age_s: float  # since it was last heard of, by the database's clock
    lapses: int
    is_alive: bool
    deaf_s: float | None = None  # for so long it hears no other node; None: it does


class Registry(Protocol):
    """The nodes that share a database."""

    async def registered(self, ended_within_s: float) -> Sequence[Registered]:
        """Return who lives, or has ended of late; the oldest first."""


class Lease(Protocol):
    """Whether this node may answer from memory (guarantees.md, 2.9)."""

    def is_valid(self) -> bool:
        """Tell whether no other node can have claimed one of our boards by now."""


class Clock(Protocol):
    """The time."""

    def now(self) -> datetime:
        """Return the wall-clock time, aware, in UTC."""

    def monotonic(self) -> float:
        """Return seconds that also count while the machine sleeps."""
