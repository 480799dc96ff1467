"""Operating: nodes that run are asked, and told what to do."""

from typing import TYPE_CHECKING, Any

from orbit.cli.flags import loaded

if TYPE_CHECKING:
    from orbit.admin.operating import Asking


def nodes(**flags: Any) -> None:
    """Show the nodes: how each is, what it has, and how its beat is."""
    from orbit.admin import operating

    operating.nodes(_asking(**flags))


def drain(node: str, **flags: Any) -> None:
    """Have a node give its boards and sockets to the others, and end; as SIGTERM does.

    NODE is the inc, or the beginning of it, or the end of the name, as `nodes` tells.
    A worker is replaced by its parent.
    """
    from orbit.admin import operating

    operating.drain(_asking(**flags), node)


def top(*, by: str, limit: int, once: bool, **flags: Any) -> None:
    """Show the boards on which the most happens, wherever they live.

    Each screen is measured for a second.  What a terminal does not show is told once.
    """
    from orbit.admin import operating

    operating.top(_asking(**flags), by=by, limit=limit, once=once)


def board_where(id: str, **flags: Any) -> None:
    """Show where a board lives: owner, followers, and where it should be."""
    from orbit.admin import operating

    operating.where(_asking(**flags), id)


def board_trace(id: str, *, since: int | None, content: bool, **flags: Any) -> None:
    """Follow what is committed on a board, until you interrupt it.

    Of people it tells author keys; what they wrote with --content alone.  The last
    column is from an event's decision until the node that was asked could tell it.
    """
    from orbit.admin import operating

    operating.trace(_asking(**flags), id, since=since, content=content)


def board_move(id: str, node: str, **flags: Any) -> int:
    """Give a board to another node; nobody who is on it is cut off.

    NODE is the inc, or the beginning of it, or the end of the name, as `nodes` tells.
    """
    from orbit.admin import operating

    return operating.move(_asking(**flags), id, node)


def board_evict(id: str, **flags: Any) -> None:
    """Let the nodes forget a board's actor; the next visitor wakes it."""
    from orbit.admin import operating

    operating.evict(_asking(**flags), id)


def conn_list(*, node: str, limit: int, **flags: Any) -> None:
    """Show the connections of a node, or of all: the slowest first."""
    from orbit.admin import operating

    operating.connections(_asking(**flags), node=node, limit=limit)


def conn_kill(id: str, **flags: Any) -> None:
    """Close a connection with 4410; its client may come back."""
    from orbit.admin import operating

    operating.kill(_asking(**flags), id)


def _asking(url: str | None, json: bool, **flags: Any) -> "Asking":
    from orbit.admin.operating import Asking

    return Asking(loaded(**flags), url, json)
