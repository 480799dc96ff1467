"""Nodes and their leases in memory: what `store.postgres.node` is in a database."""

from collections.abc import Sequence

from msgspec import Struct

from orbit.core.ports import Registered
from orbit.store.memory.world import LEASE_S, World

_MARGIN_S = 1.0


class Other(Struct, frozen=True):
    """Another node whose lease has not ended."""

    inc: str
    name: str


class MemoryBeat:
    """Renews a node's lease; `core.ports.Lease` of this node."""

    def __init__(self, world: World, inc: str) -> None:
        self._world = world
        self._inc = inc
        self._lapses = 0
        self._until = float("-inf")

    def is_valid(self) -> bool:
        """Tell whether no other node can have claimed one of our boards by now."""
        return self._world.clock.monotonic() < self._until

    async def beat(self, deaf_s: float | None = None) -> int | None:
        """Renew, and return how often the lease had ended before; None if forgotten.

        `deaf_s` is for how long this node has heard no other; None: it hears.
        """
        world = self._world
        if self._inc not in world.nodes:
            self._until = float("-inf")
            return None
        node = world.nodes[self._inc]
        now = world.clock.monotonic()
        node.lapses += node.expires < now
        node.expires = now + LEASE_S
        node.deaf_since = None if deaf_s is None else now - deaf_s
        is_trusted = node.lapses == self._lapses
        self._until = now + LEASE_S - _MARGIN_S if is_trusted else float("-inf")
        return node.lapses

    def trust(self, lapses: int) -> None:
        """Say that every claim was found to be the newest after that many lapses."""
        self._lapses = lapses


class MemoryNode:
    """What one start of a node says about itself and asks about others."""

    def __init__(self, world: World, inc: str) -> None:
        self._world = world
        self.inc = inc
        self.lease = MemoryBeat(world, inc)

    async def register(self, name: str, lock_key: str, proto: int = 1) -> Sequence[str]:
        """Enter the node, and return the incs that it has buried."""
        del proto
        self._world.enter(self.inc, name, lock_key)
        return [
            inc
            for inc, node in self._world.nodes.items()
            if node.lock_key == lock_key and inc != self.inc and self._world.end(inc)
        ]

    async def bury(self, inc: str) -> bool:
        """Write another inc's death certificate.  Returns whether it was alive."""
        return self._world.end(inc)

    async def leave(self) -> None:
        """End our own lease, after the last board was let go."""
        self._world.end(self.inc)

    async def other_live_incs(self) -> Sequence[Other]:
        """Return the other nodes whose lease has not ended, oldest first."""
        return [
            Other(inc, node.name)
            for inc, node in self._world.nodes.items()
            if inc != self.inc and self._world.is_alive(inc)
        ]

    async def registered(self, ended_within_s: float) -> Sequence[Registered]:
        """Return who lives, or has ended of late; the oldest first."""
        del ended_within_s  # who has ended here, has ended long ago
        now = self._world.clock.monotonic()
        return [
            Registered(
                inc=inc,
                name=node.name,
                state="up",
                proto=1,
                started_at=node.started_at,
                beat_age_s=now - node.expires + LEASE_S,
                lapses=node.lapses,
                is_alive=True,
                deaf_s=None if node.deaf_since is None else now - node.deaf_since,
            )
            for inc, node in self._world.nodes.items()
            if self._world.is_alive(inc)
        ]

    async def log_id(self) -> str:
        """Return the id of this history of the world."""
        return self._world.log_id

    async def rotate_log(self) -> str:
        """Begin a new history, as after a restore, and return its id."""
        self._world.log_id = self._world.fresh_id()
        return self._world.log_id
