"""Notices: what has happened that concerns an account, until it is long ago."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct


class News(Struct, frozen=True):
    """What is to be told, whoever it concerns; told twice, it is one notice."""

    id: str  # a UUID
    kind: str
    sealed: bytes  # what it says, sealed with the pepper
    wish: str = ""  # the field of `Preference` with which one may not want it


class Notice(Struct, frozen=True):
    """What an account was told."""

    id: str
    kind: str
    sealed: bytes
    at: datetime
    is_read: bool = False


class Noticed(Struct, frozen=True):
    """That an account has a notice."""

    id: str
    account: str


class Notices(Protocol):
    """What accounts are told.

    Some of it is written together with what it tells of: `Organisations` does that.
    """

    async def add(self, news: News, account: str, now: datetime) -> bool:
        """Tell an account something; False: it was told, wants none, or is gone."""

    async def of(self, account: str, before: str, limit: int) -> Sequence[Notice]:
        """Return an account's notices, the newest first, from those before one.

        An empty `before` is none; of one that is not the account's, nothing is before.
        """

    async def unread(self, account: str) -> int:
        """Return how many notices an account has not read."""

    async def read(self, account: str, id: str, now: datetime) -> bool:
        """Have one be read; False if it is none of the account's.  It stays read."""

    async def read_all(self, account: str, until: str, now: datetime) -> None:
        """Have all be read, up to one that the account has seen; empty: all."""

    async def since(self, at: datetime) -> Sequence[Noticed]:
        """Return who was told something after that."""

    async def purge(self, now: datetime, before: datetime, limit: int) -> int:
        """Remove notices from before, and those that their readers keep no longer.

        Returns how many.
        """
