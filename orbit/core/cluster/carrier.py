"""What the cluster needs of Redis: words carried between nodes, and who is there.

Advice and transport only: losing all of it may cost a delay, a takeover or a refusal,
never a wrong write.  One node has the same over memory.

Source: guarantees.md, 2.2 and 2.7.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Protocol

from msgspec import Struct


class Sent(StrEnum):
    """What is known of one frame after it was handed over, or was not."""

    CARRIED = "carried"  # somebody listens there; it may arrive
    NOWHERE = "nowhere"  # certainly not delivered, now or later
    UNSURE = "unsure"  # it may arrive, even much later


Received = Callable[[str, bytes], None]  # from which inc, what


class Carrier(Protocol):
    """Carries frames from this inc to others, in order for each pair, at most once."""

    @property
    def inc(self) -> str:
        """This start of this node."""

    @property
    def is_deaf(self) -> bool:
        """Whether nothing may be arriving: then silence means nothing."""

    @property
    def deaf_since(self) -> float | None:
        """Since when (monotonic) nothing may have arrived; None while it hears.

        Silence is noticed late: it may have begun seconds before it was told.
        """

    def listen(self, received: Received) -> None:
        """Have `received` called with each frame that arrives; it must not raise."""

    def send(
        self, to: str, frame: bytes, told: Callable[[Sent], None] | None = None
    ) -> None:
        """Send at most 256 KiB to an inc; never waits.

        `told` is called once, now or later.  What finds no room is NOWHERE at once.
        """

    async def run(self) -> None:
        """Carry until cancelled; what breaks is mended."""


class Member(Struct, frozen=True):
    """A node as the others see it."""

    inc: str
    name: str
    proto: int
    is_fit: bool  # it hears, has a database, and is not draining: boards may move there


class View(Struct, frozen=True):
    """Who is there, as of one beat."""

    number: int  # grows with every change of the members
    run_id: str  # of the Redis that said so
    members: Sequence[Member]


class Members(Protocol):
    """The nodes of a cluster."""

    async def beat(self, me: Member) -> View:
        """Say that we are here, for 6 s, and return who is.

        Raises:
            Unavailable: Redis did not answer; the last view is as old as it is.
        """

    async def leave(self, inc: str) -> None:
        """Be gone.  Never raises."""
