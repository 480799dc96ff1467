"""Those who wait until a board can show itself: bounded in number and age."""

import math
from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from orbit.core.actors.around import Live
from orbit.core.actors.mailbox import HOLD_S
from orbit.core.actors.watching import Joining
from orbit.core.errors import OrbitError, Unavailable

MAX_PARKED = 10_000


class Parked(Struct):
    """Somebody who waits; `act` lets him in."""

    act: Callable[[Live], None]
    settle: Joining
    since: float


class Parking:
    """Holds them for 10 s at most; each is let in, or refused, once."""

    __slots__ = ("_parked",)

    def __init__(self, parked: Sequence[Parked] = ()) -> None:
        self._parked = list(parked)

    def __len__(self) -> int:
        return len(self._parked)

    def park(self, act: Callable[[Live], None], settle: Joining, since: float) -> None:
        """Have somebody wait; where there is no room he is refused."""
        if len(self._parked) < MAX_PARKED:
            self._parked.append(Parked(act, settle, since))
        else:
            settle(Unavailable(after=1.0))

    def __iter__(self) -> Iterator[Parked]:
        return iter(self._parked)

    def take(self, only: Sequence[Parked] | None = None) -> Sequence[Parked]:
        """Return all who wait, or those of `only`; they wait here no more."""
        if only is None:
            parked, self._parked = self._parked, []
            return parked
        parked = [one for one in self._parked if any(one is each for each in only)]
        self._parked = [o for o in self._parked if not any(o is each for each in only)]
        return parked

    def expire(self, now: float) -> None:
        """Refuse those who have waited for too long."""
        if self._parked:
            self.refuse(Unavailable(after=1.0), now - HOLD_S)

    def refuse(self, error: OrbitError, before: float = math.inf) -> None:
        """Refuse those who have waited since before some time."""
        refused = [one for one in self._parked if one.since < before]
        self._parked = [one for one in self._parked if one.since >= before]
        for one in refused:
            one.settle(error)
