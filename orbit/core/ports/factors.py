"""Second factors of accounts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct


class Factor(Struct, frozen=True):
    """What somebody shows beside his password."""

    account: str
    sealed: bytes  # the secret that its codes follow from
    confirmed_at: datetime | None = None  # before that nobody is asked for it
    step: int = 0  # of time, of the last code that was shown
    recovery: Sequence[bytes] = ()  # keyed hashes of the codes that are left

    def __repr__(self) -> str:
        return f"Factor({self.account})"  # what is in it may not reach a log


class Factors(Protocol):
    """The second factors that there are: one an account, at most."""

    async def enrol(self, account: str, sealed: bytes) -> bool:
        """Keep a secret that is yet to be confirmed, in place of another such.

        False, and nothing is done: one is confirmed, or there is no such account.
        """

    async def find(self, account: str) -> Factor | None:
        """Return an account's factor, confirmed or not, or None."""

    async def confirm(
        self,
        account: str,
        sealed: bytes,
        step: int,
        recovery: Sequence[bytes],
        now: datetime,
    ) -> bool:
        """Have an account have a factor; its code of `step` was shown.

        False, and nothing is done: this secret does not wait to be confirmed.
        """

    async def spend(self, account: str, step: int) -> bool:
        """Note that a code was shown; False if it, or a later one, was before.

        However many ask at once, one of them is told that it was not.
        """

    async def recover(self, account: str, code: bytes) -> bool:
        """Use up a recovery code, by its hash; False if it is none that is left."""

    async def renew(self, account: str, recovery: Sequence[bytes]) -> None:
        """Replace all recovery codes.  Does nothing if there is no factor."""

    async def remove(self, account: str) -> None:
        """Forget an account's factor.  Does nothing if it has none."""
