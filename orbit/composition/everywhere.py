"""Everywhere: what all nodes have to know at once, wherever it happened."""

import asyncio
from functools import partial

from orbit.composition import Core
from orbit.core.cluster.nodes import Nodes
from orbit.core.errors import OrbitError, Unavailable
from orbit.store.postgres.store import PostgresStore

RETIRED = "retired"  # what other nodes are told of who is nobody any more
CUT = "cut"  # and of whose rights have changed
NOTICED = "noticed"  # and of who has a notice
OVER = "over"  # and asked then: whether all that was told by now has its answer


def end_everywhere(core: Core, store: PostgresStore, nodes: Nodes) -> None:
    """Have all nodes know who is nobody any more, and whose rights have changed."""
    erasure = core.persons.erasure
    cuts, noticed = core.sharing.cuts, core.mail.notices.spread

    async def ask(inc: str, about: str, body: bytes) -> OrbitError | None:
        try:
            await nodes.inquiry.ask(inc, about, body)
        except OrbitError as error:  # one of an older release does not know it
            return error
        return None

    async def ask_others(about: str, body: bytes = b"") -> None:
        """Ask all at once: one that does not answer keeps no other from knowing."""
        others = await store.node.other_live_incs()
        async with asyncio.TaskGroup() as jobs:
            asked = [jobs.create_task(ask(each.inc, about, body)) for each in others]
        if failed := [error for job in asked if (error := job.result())]:
            raise Unavailable("a node did not answer", after=1.0) from failed[0]

    async def retire(id: str) -> None:
        await ask_others(RETIRED, id.encode())

    async def retired(id: bytes) -> bytes:
        erasure.end(id.decode())
        return b""

    async def over(_: bytes) -> bytes:
        await nodes.in_flight.over()
        return b""

    erasure.elsewhere = retire
    erasure.over_elsewhere = partial(ask_others, OVER)
    cuts.elsewhere = partial(ask_others, CUT)
    noticed.elsewhere = partial(ask_others, NOTICED)
    nodes.inquiry.answers |= {
        RETIRED: retired,
        OVER: over,
        CUT: cuts.told,
        NOTICED: noticed.told,
    }
