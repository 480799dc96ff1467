"""How people come before a board: at once, or when it can be shown to them.

Who comes before the board is there waits in front of it.  Who has seen more of it than
this node knows waits until it knows as much: nobody's board goes back (guarantees, G7).
All wait 10 s at most.
"""

import logging
from collections.abc import Callable, Sequence
from functools import partial

from orbit.core.actors.around import Live, Surroundings
from orbit.core.actors.parking import Parked, Parking
from orbit.core.actors.subscribers import Subscriber
from orbit.core.actors.watching import Joining, Position, Watching
from orbit.core.errors import Internal, OrbitError, Unavailable
from orbit.core.types import Principal

log = logging.getLogger(__name__)


class Door:
    """Lets people in to one board."""

    __slots__ = ("_ahead", "_around", "_is_shut", "_may_lag", "_waiting", "_watching")

    def __init__(
        self,
        watching: Watching,
        around: Surroundings,
        may_lag: Callable[[], bool],
        parked: Sequence[Parked] = (),
    ) -> None:
        """`may_lag` tells whether more may be committed than is known here.

        If so, `level` is called when that has been found out.
        """
        self._watching, self._around, self._may_lag = watching, around, may_lag
        self._waiting, self._ahead = Parking(parked), Parking()
        self._is_shut = False

    def __len__(self) -> int:
        return len(self._waiting) + len(self._ahead)

    def join(
        self,
        subscriber: Subscriber,
        has: Position | None,
        settle: Joining,
        at: float | None,
    ) -> None:
        """Let a connection watch, if it may; `at` is when that was asked."""
        admit = partial(self._admit, subscriber, has, settle)

        def act(live: Live) -> None:
            is_ahead = has and has.log_id == live.claim.log_id and has.seq > live.told
            if is_ahead and self._may_lag():
                self._ahead.park(admit, settle, self._since(at))
            else:
                admit(live)

        self.when_live(act, settle, at)

    def look(self, who: Principal, settle: Joining, at: float | None) -> None:
        """Give a view without watching."""
        look = self._watching.look
        self.when_live(lambda live: settle(look(live, who)), settle, at)

    def when_live(
        self, act: Callable[[Live], None], settle: Joining, at: float | None
    ) -> None:
        """Do something when the board can be shown; or `settle` says why not."""
        live = self._watching.live
        if live and self._around.lease.is_valid():
            self._let_in(live, act, settle)
        elif self._is_shut:
            settle(Unavailable(after=1.0))
        else:
            self._waiting.park(act, settle, self._since(at))

    def open(self) -> None:
        """Let those in who wait for the board, if it can be shown."""
        self._let_all_in(self._waiting)

    def ahead(self) -> Sequence[Parked]:
        """Return those who have seen more and wait until that is known here."""
        return list(self._ahead)

    def level(self, ahead: Sequence[Parked]) -> None:
        """Let those of them in who still wait: it is known now, or theirs is void."""
        self._let_all_in(self._ahead, ahead)

    def expire(self, now: float) -> None:
        """Let in who waits, if that is possible now; refuse who has waited too long."""
        if self._waiting:
            self.open()
        self._waiting.expire(now)
        self._ahead.expire(now)

    def take(self) -> Sequence[Parked]:
        """Return all who wait; they wait here no more."""
        return [*self._waiting.take(), *self._ahead.take()]

    def shut(self, error: OrbitError) -> None:
        """Refuse all who wait, and everybody from here on."""
        self._is_shut = True
        self._waiting.refuse(error)
        self._ahead.refuse(error)

    def _since(self, at: float | None) -> float:
        return self._around.clock.monotonic() if at is None else at

    def _admit(
        self,
        subscriber: Subscriber,
        has: Position | None,
        settle: Joining,
        live: Live,
    ) -> None:
        self._watching.admit(live, subscriber, has, settle)

    def _let_all_in(
        self, parking: Parking, only: Sequence[Parked] | None = None
    ) -> None:
        """Without the lease nothing is shown: they wait on, for the next beat."""
        live = self._watching.live
        if live and self._around.lease.is_valid():
            for one in parking.take(only):
                self._let_in(live, one.act, one.settle)

    def _let_in(self, live: Live, act: Callable[[Live], None], settle: Joining) -> None:
        try:
            act(live)
        except Exception:  # a kind's bug costs whoever looks, and nobody beside him
            log.exception("a bug in what is seen of a board of kind %s", live.kind.name)
            settle(Internal())
