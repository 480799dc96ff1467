"""How a node stands with its database: its lease, the history it is of, its own server.

Each is looked at every few seconds for as long as the node runs.  Source:
guarantees.md, 2.2 and 2.11.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from orbit.cluster import Cluster
from orbit.core.actors.directory import Directory
from orbit.core.cluster.nodes import Nodes
from orbit.store.embedded import EmbeddedPostgres
from orbit.store.postgres.node import Beat, PostgresNode

log = logging.getLogger(__name__)


async def beat(
    lease: Beat,
    directory: Directory,
    register: Callable[[], Awaitable[object]],
    nodes: Nodes | None,
) -> None:
    """Renew the lease; after a lapse let go of the boards that others have claimed.

    Raises:
        Unavailable: the lease is not renewed, or what is ours is not known.
    """
    deaf_s = nodes.deaf_s() if nodes else None
    lapses = await lease.beat(deaf_s)
    if lapses is None:
        log.warning("the database has forgotten this node: all boards are claimed anew")
        await directory.close()
        await register()
        lapses = 0
    elif lease.is_valid():
        return
    else:
        lost = await directory.recheck()
        log.warning("the lease had ended: %d boards were claimed by others", lost)
    lease.trust(lapses)
    await lease.beat(deaf_s)


class History:
    """Which history of the database this node is of; a failover begins another."""

    def __init__(
        self, node: PostgresNode, directory: Directory, cluster: Cluster | None
    ) -> None:
        self._node, self._directory, self._cluster = node, directory, cluster
        self._id: str | None = None

    async def look(self) -> None:
        """Have carrier and boards be of the database's present history.

        Raises:
            Unavailable: it is not known, or a board still shows another one.
        """
        log_id = await self._node.log_id()
        if log_id != self._id and self._id is not None:
            log.warning("another history of the database: boards are claimed anew")
            if self._cluster:
                self._cluster.rotate(log_id)
        self._id = log_id
        self._directory.renew(log_id)


async def stand(history: History, renew: Callable[[], Awaitable[None]]) -> None:
    """Look which history it is, then renew the lease.

    The other way round a node that has come to a standby would answer from its memory
    of what is gone.

    Raises:
        Unavailable: the database does not answer.
    """
    await history.look()
    await renew()


async def heal(server: EmbeddedPostgres) -> None:
    """Start the embedded database again if it has died."""
    if await asyncio.to_thread(server.ensure):
        log.warning("the database had died and runs again")
