"""A node that hears nothing while others do: boards and people are better elsewhere.

    among others ──nothing heard for 15 s, and another node hears──> isolated
         ^                                                              │
         └────────────────── it hears again, or nobody does ────────────┘

Each node writes with its beat into the database whether it hears: there alone one reads
who does while Redis is silent.  If nobody hears, Redis is away, and no node is better.
It must never know what a board is.  Source: guarantees.md, 2.8 and 2.13.
"""

from collections.abc import Sequence

from orbit.core.cluster.carrier import Carrier, Member
from orbit.core.errors import Unavailable
from orbit.core.ports import Registry

DEAF_S = 15.0


class Isolation:
    """Whether this node is isolated, and from whom."""

    def __init__(
        self, carrier: Carrier, registry: Registry, after_s: float = DEAF_S
    ) -> None:
        """It takes a silence of `after_s`, and somebody who hears meanwhile."""
        self._carrier, self._registry, self._after_s = carrier, registry, after_s
        self._hearing: Sequence[Member] = ()

    def deaf_s(self, now: float) -> float | None:
        """Return for how long nothing may have arrived; None while it does."""
        since = self._carrier.deaf_since
        return None if since is None else max(now - since, 0.0)

    async def look(self, now: float) -> None:
        """See who hears, if that matters by now.  Call it every second or two."""
        deaf_s = self.deaf_s(now)
        if deaf_s is None or deaf_s < self._after_s:
            self._hearing = ()
            return
        try:
            known = await self._registry.registered(0)
        except Unavailable:
            return  # nothing can move now: what was seen last does until then
        self._hearing = [
            Member(node.inc, node.name, node.proto, is_fit=True)
            for node in known
            if node.is_alive and node.deaf_s is None and node.inc != self._carrier.inc
        ]

    @property
    def is_isolated(self) -> bool:
        """Whether others hear, and this node has not for long."""
        return bool(self.hearing)

    @property
    def hearing(self) -> Sequence[Member]:
        """Those who hear, while this node is isolated from them; else nobody."""
        return self._hearing if self._carrier.is_deaf else ()
