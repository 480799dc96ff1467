"""Several nodes over one database and one hub, on a loop where time is free."""

import asyncio
from collections.abc import Sequence
from typing import Any

from orbit.core.actors.actor import BoardActor
from orbit.core.cluster.following import Follower
from orbit.core.types import BoardId
from orbit.store.memory.carrier import Hub
from orbit.store.memory.world import World
from tests.kit.board import Rig, Scenario, until
from tests.kit.sim import SimClock, SimLoop, simulate


class Cluster:
    """Nodes `n1`, `n2`, ..., each a `Rig`; all share a world and a hub."""

    def __init__(self, loop: SimLoop, size: int = 3, **options: Any) -> None:
        self.loop = loop
        self.world, self.hub = World(SimClock(loop)), Hub(SimClock(loop))
        self.options = {**options, "world": self.world, "hub": self.hub}
        self.rigs = [self._rig(f"n{n}") for n in range(1, size + 1)]

    def _rig(self, inc: str) -> Rig:
        return Rig(self.loop, inc=inc, **self.options)

    async def start(self) -> None:
        for rig in self.rigs:
            await rig.start()
        await asyncio.sleep(7)  # a younger view moves nothing

    async def join(self) -> Rig:
        """Have one more node."""
        self.rigs.append(self._rig(f"n{len(self.rigs) + 1}"))
        await self.rigs[-1].start()
        return self.rigs[-1]

    def __getitem__(self, at: int) -> Rig:
        return self.rigs[at]

    def owner(self, board: BoardId) -> Rig:
        """Return the node that owns a board."""
        (found,) = [rig for rig in self.rigs if owns(rig, board)]
        return found

    def others(self, board: BoardId) -> Sequence[Rig]:
        """Return the nodes that do not."""
        return [rig for rig in self.rigs if not owns(rig, board)]

    async def kill(self, rig: Rig, *, buried: bool) -> None:
        """Have a node be gone between two steps; `buried`: its parent has seen it."""
        self.rigs.remove(rig)
        await rig.die()
        if buried:
            await self.rigs[0].node.bury(rig.node.inc)

    async def close(self) -> None:
        for rig in self.rigs:
            await rig.close()


def owns(rig: Rig, board: BoardId) -> bool:
    actor = rig.directory.get(board)
    return isinstance(actor, BoardActor) and actor.live is not None


def follows(rig: Rig, board: BoardId) -> bool:
    actor = rig.directory.get(board)
    return isinstance(actor, Follower) and actor.owner is not None


def run_cluster(scenario: Scenario, seed: int = 0, **options: Any) -> None:
    """Run `scenario(cluster)` on running nodes, and look at the end of it."""

    async def life(loop: SimLoop) -> None:
        cluster = Cluster(loop, **options)
        await cluster.start()
        async with asyncio.timeout(10_000):
            await scenario(cluster)
            await cluster.close()

    simulate(life, seed)


__all__ = ["Cluster", "follows", "owns", "run_cluster", "until"]
