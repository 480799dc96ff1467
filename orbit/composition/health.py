"""How a node is: what readiness, `/metrics` and operators are told of it."""

from collections.abc import Callable, Mapping

from orbit.cluster import Cluster
from orbit.composition import Core
from orbit.core.cluster.nodes import Nodes
from orbit.http.calls import Check
from orbit.http.fleet import Fleet
from orbit.http.handover import Connections
from orbit.http.health import DEGRADED, DRAINING, ISOLATED
from orbit.http.inspector import Inspector, Parts
from orbit.machine import memory_bytes, used_bytes
from orbit.pauses import Pauses
from orbit.store.postgres.store import PostgresStore


def make_fleet(
    name: str,
    core: Core,
    store: PostgresStore,
    connections: Connections,
    nodes: Nodes | None,
    leave: Callable[[], None],
) -> Fleet:
    """Return what operators see of the nodes; `leave` ends this one."""
    boards = core.boards
    parts = Parts(
        boards.directory,
        store.journal,
        boards.traffic,
        boards.writer,
        core.clock,
        boards.governor,
        used_bytes,
        connections,
        nodes,
        leave,
    )
    inspector = Inspector(store.node.inc, name, parts)
    return Fleet(inspector, store.node, store.journal, nodes)


def make_checks(
    store: PostgresStore, core: Core, cluster: Cluster | None
) -> Mapping[str, Check]:
    """Return what readiness asks."""
    checks: dict[str, Check] = {
        "database": store.node.log_id,
        "load": core.boards.governor.check,
    }
    if cluster is None:
        return checks

    async def redis() -> str:
        return DEGRADED if cluster.carrier.is_deaf else ""

    async def node() -> str:
        if cluster.nodes.is_draining:
            return DRAINING
        return ISOLATED if cluster.nodes.is_isolated else ""

    return checks | {"redis": redis, "node": node}


def numbers(
    core: Core, connections: Connections, pauses: Pauses, cluster: Cluster | None
) -> Mapping[str, float]:
    """Return the numbers of the moment, as `/metrics` names them."""
    boards = core.boards
    others = cluster.info(boards.directory) if cluster else {}
    return {
        "boards_live": len(boards.directory),
        "sockets": len(connections),
        "sockets_lagging": connections.wheel.lagging,
        "memory_bytes": used_bytes(),
        "commands_total": boards.traffic.commands,
        "deliveries_total": boards.traffic.deliveries,
        "board_loads_total": boards.traffic.loads,
        "jobs": len(core.jobs),
        "commits_total": boards.writer.commits,
        "events_total": boards.writer.events,
        **pauses.info(),
        **others,
    }


def used_share(sharers: int) -> Callable[[], float]:
    """Return what tells which share of its memory this process has."""
    given = memory_bytes() // sharers
    return lambda: used_bytes() / given
