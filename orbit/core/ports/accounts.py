"""Accounts, and what they are entered by."""

from collections.abc import Mapping, Sequence, Set
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from msgspec import Struct


class About(Struct, frozen=True, omit_defaults=True):
    """What somebody says of himself."""

    first_name: str = ""
    last_name: str = ""
    bio: str = ""
    avatar_url: str = ""
    organization: str = ""


class Role(StrEnum):
    """Whom somebody is here: one of all users, or one of those who have the console."""

    USER = "user"
    DEV = "dev"


class Account(Struct, frozen=True):
    """Somebody who signs in."""

    id: str  # a UUID
    email: str
    personas: bytes  # who he is to boards, sealed with the pepper
    created_at: datetime
    name: str = ""
    version: int = 1  # of its access tokens: those of another one are void
    is_leaving: bool = False  # it is being erased
    username: str = ""  # that he signs in by; alike in no two accounts, whatever case
    verified_at: datetime | None = None  # since then the address is shown to be his
    role: Role = Role.USER
    about: About = About()
    suspended_at: datetime | None = None  # since then it is nobody

    def __repr__(self) -> str:
        return f"Account({self.id})"  # what is in it may not reach a log


class Accounts(Protocol):
    """Who has signed in."""

    async def add(self, account: Account) -> Account:
        """Make an account, unless its address has one; return the one it has."""

    async def find(self, id: str) -> Account | None:
        """Return an account, or None."""

    async def of(self, email: str) -> Account | None:
        """Return the account of an address, or None."""

    async def names(self, ids: Set[str]) -> Mapping[str, str]:
        """Return what accounts are called, of those that there are."""

    async def edit(
        self, id: str, name: str | None, about: Mapping[str, str]
    ) -> Account | None:
        """Change the name, unless it is None, and the fields of `About` that are told.

        Returns the account as it is now, or None.
        """

    async def hold(self, id: str, before: bytes, after: bytes) -> bool:
        """Replace what is sealed, if it is still `before`; tell whether it was."""

    async def retire(self, id: str) -> None:
        """Note that an account is leaving.  Does nothing if it is unknown."""

    async def prove(self, id: str, now: datetime) -> Set[str]:
        """Note that the address was shown to be his; return the logins that ended.

        If it was not before, password and logins are void: they may be of somebody
        who has only typed the address.
        """

    async def give(self, id: str, role: Role) -> Set[str]:
        """Give an account a role; return the logins that ended.

        If it had another one, all end.  Does nothing if the account is unknown.
        """

    async def settle(
        self, id: str, was: str, email: str, now: datetime, but: str
    ) -> Set[str] | None:
        """Have an address be the account's, shown to be his; return logins that ended.

        If it is not what it `was`, all logins end but one.  None, and nothing is done:
        another account has the address, or this one's is not what it was.
        """

    async def remove(self, id: str) -> None:
        """Forget an account and its logins.  Does nothing if it is unknown."""


class Passwords(Protocol):
    """What accounts are entered by, as sealed hashes; and how much was guessed."""

    async def register(self, account: Account, sealed: bytes) -> str:
        """Make an account with a password: both, or neither.

        Returns "", or which field another account has already: `email`, `username`.
        """

    async def of(self, name: str) -> tuple[Account, bytes] | None:
        """Return who has a mail address or user name, in small letters; None: nobody.

        What is sealed is empty for who has no password.
        """

    async def change(
        self, account: str, before: bytes, after: bytes, now: datetime, but: str
    ) -> Set[str] | None:
        """Replace what is sealed, and end all logins but one; return those that ended.

        None, and nothing is done: it is not `before` any more.
        """

    async def choose(self, account: str, sealed: bytes, now: datetime) -> Set[str]:
        """Give an account a password, and end all logins; return those that ended.

        Its address was shown to be his.  Does nothing if the account is unknown.
        """

    async def spend(self, who: bytes, now: datetime, per: timedelta, most: int) -> bool:
        """Count a guess; False, and it is not, if there were too many.

        There may be `most` at once, and one each `per` in the long run, however many
        ask at the same time.
        """

    async def forgive(self, who: bytes) -> None:
        """Forget what somebody guessed before he knew it."""

    async def purge(self, now: datetime, limit: int) -> int:
        """Forget guesses that count no more; return how many."""


class Hasher(Protocol):
    """Slow hashes of passwords, beside the loop.

    Raises:
        Busy: too many wait for theirs.
    """

    async def hash(self, password: str) -> str:
        """Return what is kept of a password."""

    async def fits(self, password: str, kept: str | None) -> bool:
        """Tell whether it is this password's; None takes as long, and is nobody's."""


class Login(Struct, frozen=True):
    """A sign-in that lasts, and the one refresh token of it that is good."""

    family: str  # a UUID
    account: str
    salt: bytes  # without it no token of the family can be made
    began_at: datetime
    rotated_at: datetime
    counter: int = 0  # of the token that is good
    agent: str = ""  # what the browser says that it is
    scope: Role = Role.USER  # what it was begun for
    device: bytes = b""  # a keyed hash of browser and network


class Logins(Protocol):
    """The sign-ins that have not ended."""

    async def begin(self, login: Login, version: int) -> bool:
        """Remember a new login; False if the account's version is not this any more."""

    async def find(self, family: str) -> tuple[Login, Account] | None:
        """Return a login and whose it is; None if it has ended, or never was."""

    async def rotate(self, family: str, counter: int, now: datetime) -> bool:
        """Count one up from `counter`; False if somebody else has, or it has ended."""

    async def recognise(self, login: Login, since: datetime) -> bool:
        """Tell whether the device of a new login was seen since, at its account.

        From now on it was.  False if the login has ended: then it was not.
        """

    async def end(self, family: str) -> None:
        """Forget a login.  Does nothing if it has ended."""

    async def disown(self, family: str) -> None:
        """Forget a login, and its device.  Does nothing if it has ended."""

    async def of(self, account: str) -> Sequence[Login]:
        """Return the logins of an account, the one that was used last first."""

    async def end_all(self, account: str, but: str | None = None) -> Set[str]:
        """End all logins of an account but one; return those that ended.

        All its access tokens are void, and what has begun to begin does not.
        """

    async def ended(self, families: Set[str]) -> Set[str]:
        """Return those that have ended."""

    async def purge(self, began: datetime, rotated: datetime, limit: int) -> int:
        """End logins that began, or were used last, before; return how many."""

    async def purge_devices(self, before: datetime, limit: int) -> int:
        """Forget devices that were seen last before; return how many."""
