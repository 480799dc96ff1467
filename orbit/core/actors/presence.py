"""Who is on a board, here and at the other nodes.  Knows of people only hashes.

The tabs of one person count once, wherever they are, and guests count each.  What
another node says of its people replaces what it said before, and is never added up:
so nothing that is lost, or comes twice, leaves a ghost.
"""

from collections.abc import Set
from functools import reduce
from hashlib import blake2b
from operator import xor

from msgspec import Struct


class People(Struct, frozen=True):
    """Who is somewhere."""

    ids: Set[int]  # 64 bits of a hash each
    guests: int


NOBODY = People(frozenset(), 0)


class Presence:
    """Who is on one board at this node.  Arriving, leaving and counting take O(1)."""

    __slots__ = ("_both", "_ids", "_others", "digest", "guests")

    def __init__(self) -> None:
        self._ids: set[int] = set()
        self._others, self._both = NOBODY, 0  # who was last counted with, in both
        self.digest, self.guests = 0, 0  # of the ids: tells other nodes of a change

    @property
    def ids(self) -> Set[int]:
        """Who is here, without guests."""
        return self._ids

    def arrive(self, id: str) -> None:
        """Count one who was not here, or one more guest: the empty id."""
        if not id:
            self.guests += 1
            return
        hashed = _hashed(id)
        self._ids.add(hashed)
        self.digest ^= hashed
        self._both += hashed in self._others.ids

    def leave(self, id: str) -> None:
        """Count one who was here, or one of the guests, no more."""
        if not id:
            self.guests -= 1
            return
        hashed = _hashed(id)
        self._ids.discard(hashed)
        self.digest ^= hashed
        self._both -= hashed in self._others.ids

    def count(self, others: People = NOBODY) -> int:
        """Return how many people are here or among others.

        Others that have changed since the last count take O(people), once.
        """
        if others is not self._others:
            self._others, self._both = others, len(self._ids & others.ids)
        all_ids = len(self._ids) + len(others.ids) - self._both
        return all_ids + self.guests + others.guests


def digest(ids: Set[int]) -> int:
    """Return what `Presence.digest` is for the same ids."""
    return reduce(xor, ids, 0)


def _hashed(id: str) -> int:
    return int.from_bytes(blake2b(id.encode(), digest_size=8).digest())
