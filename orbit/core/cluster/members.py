"""What a node believes of the others: who is there, and whether to move anything.

A view that has just changed, or comes from another Redis, may show a part of the truth:
after a flush the first node sees itself alone.  So it moves nothing until it has stood
for a while; and without views nothing moves at all.  Advice only: takeovers rest on the
leases in Postgres.  Pure: the time is an argument, in monotonic seconds.

Source: guarantees.md, 2.2 (unstable view) and 2.3.
"""

from collections.abc import Mapping, Sequence

from orbit.core.cluster.carrier import Member, View
from orbit.core.cluster.ring import choose
from orbit.core.types import BoardId

SETTLED_S = 6.0  # by then everybody who lives has told a new Redis so
QUIET_S = 30.0
STALE_S = 6.0  # by then everybody has forgotten us, and we know nothing of them


class Placement:
    """The last view, and since when it has stood."""

    def __init__(self) -> None:
        self._view: View | None = None
        self._members: Mapping[str, Member] = {}
        self._seen_at = self._since = float("-inf")

    def see(self, view: View, now: float) -> None:
        """Take in a view that was asked for at `now`."""
        is_same = (
            self._view is not None
            and self.is_fresh(now)
            and view.run_id == self._view.run_id
            and view.number == self._view.number
            and set(view.members) == set(self._view.members)
        )
        if not is_same:
            self._since = now
        self._view, self._seen_at = view, now
        self._members = {member.inc: member for member in view.members}

    def is_fresh(self, now: float) -> bool:
        """Tell whether a view came within the last 6 s."""
        return now - self._seen_at < STALE_S

    def is_stable(self, now: float) -> bool:
        """Tell whether the view has stood for 6 s, under one Redis, and is fresh.

        Where it has not, a board that has an owner stays where it is.
        """
        return self.is_fresh(now) and now - self._since >= SETTLED_S

    def may_rebalance(self, now: float) -> bool:
        """Tell whether the view has stood for 30 s: then boards may be handed over."""
        return self.is_fresh(now) and now - self._since >= QUIET_S

    def knows(self, inc: str) -> bool:
        """Tell whether the last view, however old, has this inc."""
        return inc in self._members

    def members(self, now: float) -> Sequence[Member]:
        """Return who is there, fit or not; nobody if the view is not fresh."""
        return list(self._members.values()) if self.is_fresh(now) else []

    def candidates(self, now: float) -> Sequence[Member]:
        """Return who may be given boards; nobody if the view is not fresh."""
        return [member for member in self.members(now) if member.is_fit]

    def choose(self, board: BoardId, now: float, proto: int = 0) -> str | None:
        """Return the inc that should take a board that nobody owns, if there is one."""
        return choose(board, self.candidates(now), proto)
