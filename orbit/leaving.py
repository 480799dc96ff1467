"""How people leave a node: each is told when, and opens his new socket before he goes.

All leave when the node is about to stop, and while it is isolated: deaf, where others
hear.  Then they come back by themselves, when a balancer finds it well again.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from orbit.cluster import LONGEST_AWAY_S, Cluster, away_s
from orbit.core.protocol import frames
from orbit.http.handover import Connections
from orbit.http.rfc6455 import frame

GONE_S = 5.0  # for so long a socket that was sent away may find another node
DRAIN_S = 30.0  # less than systemd, Kubernetes and our own parent wait
AT_ONCE = 250  # sockets

log = logging.getLogger(__name__)


async def drain(
    cluster: Cluster, connections: Connections, close: Callable[[], Awaitable[None]]
) -> None:
    """Give all boards and sockets to the other nodes; no socket is cut off.

    What has not gone after 30 s is left to those who take over from the dead.
    """
    try:
        async with asyncio.timeout(DRAIN_S):
            await cluster.announce()
            await close()
            async with asyncio.TaskGroup() as jobs:
                jobs.create_task(cluster.give_away(LONGEST_AWAY_S))
                jobs.create_task(_go(connections))
    except TimeoutError:
        log.error("not all boards and sockets could be given away in %d s", DRAIN_S)


async def _go(connections: Connections) -> None:
    connections.is_closing = True
    takes_s = away_s(len(connections))
    await send_away(connections, "the node is about to stop")
    with suppress(TimeoutError):
        async with asyncio.timeout(takes_s + GONE_S):
            await connections.wheel.empty()


async def send_away(connections: Connections, why: str) -> None:
    """Tell each socket when to go; it opens its new one before it closes this one."""
    sockets = list(connections)
    takes_s = away_s(len(sockets))
    for n, socket in enumerate(sockets):
        after = round(takes_s * n / len(sockets), 3)
        socket.write(frame(frames.goaway(after, why)))
        if n % AT_ONCE == 0:
            await asyncio.sleep(0)


class Absence:
    """Has the people of a node elsewhere for as long as it is isolated."""

    def __init__(self, cluster: Cluster, connections: Connections) -> None:
        self._nodes, self._connections = cluster.nodes, connections
        self._is_isolated = False

    async def look(self) -> None:
        """Send them away when it begins; let them in again when it is over."""
        is_isolated = self._nodes.is_isolated
        if is_isolated is self._is_isolated or self._nodes.is_draining:
            return
        self._is_isolated = self._connections.is_closing = is_isolated
        if is_isolated:
            await send_away(self._connections, "the node does not hear the others")
