"""What the console shows of accounts, and what it does about one."""

from collections.abc import Sequence, Set
from datetime import date, datetime
from typing import Protocol

from msgspec import Struct

from orbit.core.ports.accounts import Role
from orbit.core.ports.organisations import Cut


class Person(Struct, frozen=True):
    """An account, as the console shows it."""

    id: str
    email: str
    email_verified: bool
    username: str
    name: str
    organization: str
    role: Role
    second_factor: bool
    sessions: int  # sign-ins that last
    created_at: datetime
    last_seen_at: datetime | None  # when a sign-in was begun, or went on; null: none is
    suspended_at: datetime | None

    def __repr__(self) -> str:
        return f"Person({self.id})"  # what is in it may not reach a log


class PersonFilter(Struct, frozen=True):
    """Which accounts: those of which all of this is so."""

    words: str = ""  # in name, user name, address or organisation, whatever case
    role: Role | None = None
    is_suspended: bool | None = None


class Figures(Struct, frozen=True):
    """How much there is; what is new, and what happened, is since a moment."""

    accounts: int
    new_accounts: int
    suspended: int
    staff: int
    sessions: int
    ghosts: int
    boards: int
    new_boards: int
    sign_ins: int
    sign_ins_refused: int


class Day(Struct, frozen=True):
    """What came on a day, in UTC."""

    day: date
    accounts: int = 0
    sign_ins: int = 0
    sign_ins_refused: int = 0
    boards: int = 0


class Console(Protocol):
    """All accounts, for those who look after them."""

    async def people(
        self, only: PersonFilter, skip: int, limit: int
    ) -> tuple[Sequence[Person], int]:
        """Return accounts, the newest first, and how many, counted to 10,000."""

    async def person(self, id: str) -> Person | None:
        """Return an account, or None."""

    async def govern(
        self,
        id: str,
        by: str,
        role: Role | None,
        is_suspended: bool | None,
        now: datetime,
    ) -> tuple[Cut, Set[str]] | None:
        """Give an account a role, suspend it or end that; what is None stays.

        All its logins end: returned are they, and whom to cut off.  None, and nothing
        is done: `by` is not, or not any more, of those who may.  So of any who govern
        each other at once, one stays.
        """

    async def figures(self, since: datetime) -> Figures:
        """Return how much there is."""

    async def days(self, since: datetime) -> Sequence[Day]:
        """Return what came since a moment, by day, the oldest first.

        Days on which nothing came are left out.
        """
