"""Where a board should live: rendezvous hashing over the nodes that may take it.

Pure, and advice only: whoever follows it must stay right when it is wrong.  Every node
that sees the same members chooses alike; a node that goes moves its own boards alone.
It must never know who owns a board now.

Source: guarantees.md, 2.3; Thaler and Ravishankar, "Using name-based mappings to
increase hit rates", 1998.
"""

from collections.abc import Iterable
from hashlib import blake2b

from orbit.core.cluster.carrier import Member
from orbit.core.types import BoardId


def choose(board: BoardId, members: Iterable[Member], proto: int = 0) -> str | None:
    """Return the inc that a board should live on, or None if nobody may take it.

    Asked are those that are fit and speak at least `proto`, in whatever order.  The
    choice goes by name, so that a node that was restarted gets its boards back.
    """
    # the inc decides between two of one name, of which the older one is leaving
    weighed = [
        (_weight(member.name, board), member.inc)
        for member in members
        if member.is_fit and member.proto >= proto
    ]
    return max(weighed)[1] if weighed else None


def _weight(name: str, board: BoardId) -> bytes:
    # ids of boards are all of one length, so nothing need stand between the two
    return blake2b(f"{name}{board}".encode(), digest_size=8).digest()
