"""Ghosts, and their boxes."""

from datetime import datetime
from typing import Protocol

from msgspec import Struct


class Ghost(Struct, frozen=True):
    """What is kept of a ghost: nothing from which the secret or a board follows."""

    key: bytes  # HMAC(pepper, "ghost-id" | secret)
    created_at: datetime
    expires_at: datetime
    is_leaving: bool = False  # it is being erased
    account: str | None = None  # that holds it


class Ghosts(Protocol):
    """The ghosts that were minted, by their keyed hash."""

    async def add(self, ghost: Ghost) -> None:
        """Remember a new ghost."""

    async def find(self, key: bytes) -> Ghost | None:
        """Return the ghost, or None: unknown, erased or expired."""

    async def retire(self, key: bytes) -> None:
        """Note that a ghost is leaving.  Does nothing if it is unknown."""

    async def remove(self, key: bytes) -> None:
        """Forget a ghost and its box.  Does nothing if it is unknown."""

    async def box(self, label: bytes) -> tuple[int, bytes]:
        """Return version and sealed content of a ghost's own list; (0, b"") if none."""

    async def keep_box(self, label: bytes, version: int, sealed: bytes) -> bool:
        """Replace the box if it still has `version`; tell whether it was replaced."""

    async def remove_box(self, label: bytes) -> None:
        """Forget a box."""

    async def purge(self, now: datetime, limit: int) -> int:
        """Remove ghosts that have expired, at most `limit`; return how many."""

    async def purge_boxes(self, before: datetime, limit: int) -> int:
        """Remove boxes that were made on a day before that of `before`.

        At most `limit`; returns how many.
        """

    async def claim(self, key: bytes, account: str) -> bool:
        """Tie a ghost to an account; tell whether it is that account's now.

        What an account holds does not expire.  False: the ghost is another's, unknown,
        expired or leaving.
        """

    async def hold_box(self, label: bytes) -> None:
        """Keep a box for good, also one that is yet to come."""
