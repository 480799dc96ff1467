"""What somebody wants to be told, and to have done for him."""

from collections.abc import Mapping
from typing import Protocol

from msgspec import Struct


class Preference(Struct, frozen=True):
    """What one account wants; whoever has said nothing wants this."""

    invitations: bool = True  # notices of invites to him
    organisations: bool = True  # notices of what changes in organisations that he is in
    claim_boards: bool = False  # what he makes is his, without his claiming it
    keep_read_days: int = 30  # a notice that he has read; 1 to 90


class Preferences(Protocol):
    """What accounts want."""

    async def of(self, account: str) -> Preference:
        """Return what an account wants; of one that there is not, what nobody said."""

    async def edit(
        self, account: str, told: Mapping[str, bool | int]
    ) -> Preference | None:
        """Change the fields that are told; return what it wants now.

        None, and nothing is done: there is no such account.
        """
