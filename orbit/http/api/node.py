"""The operator's room: what nodes, boards and connections do, and what to do about it.

Each row wants the operator key (ADR-0023); ghosts, links and limits do not count here,
and an overloaded node answers all the same.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Annotated, Literal

import msgspec
from aiohttp import hdrs, web
from msgspec import Raw
from pydantic import BaseModel, Field

from orbit.core.cluster.router import known
from orbit.core.codec import Entry
from orbit.core.errors import Unavailable
from orbit.core.services.consistency import Verifier
from orbit.http.calls import Call
from orbit.http.fleet import Fleet
from orbit.http.inspector import MOST
from orbit.http.metrics import CONTENT_TYPE, of_fleet
from orbit.http.reading import Clean
from orbit.http.reports import (
    Flaw,
    NodeList,
    Outcome,
    SocketList,
    Top,
    Traced,
    Verdict,
    Where,
)
from orbit.http.routing import Routes

NDJSON = "application/x-ndjson"
HEADERS: Mapping[str, str] = {
    hdrs.CONTENT_TYPE: NDJSON,
    "X-Accel-Buffering": "no",  # nginx would hold lines back
}
STALL_S = 10.0  # to take what was written
Told = tuple[Entry, float | None]
MAX_SEQ = 2**53

routes = Routes("node", for_operators=True)


class Ranking(BaseModel):
    by: Literal["commands", "deliveries", "watchers", "acks"] = "commands"
    limit: Annotated[int, Field(ge=1, le=MOST)] = 20


class Which(BaseModel):
    node: Annotated[str, Field(max_length=512), Clean] = ""
    limit: Annotated[int, Field(ge=1, le=MOST)] = 20


class Tracing(BaseModel):
    since: Annotated[int, Field(ge=0, le=MAX_SEQ)] | None = None
    content: bool = False


class Named(BaseModel):
    """A node: its name, the end of it, or its inc."""

    node: Annotated[str, Field(min_length=1, max_length=512), Clean]


def _fleet(call: Call) -> Fleet:
    if call.node.fleet is None:
        raise Unavailable("this node looks at nobody")
    return call.node.fleet


@routes.op("GET", "/node/nodes/")
async def list_nodes(call: Call) -> NodeList:
    """List the nodes: how each is, and how its beat is."""
    return await _fleet(call).list_nodes()


@routes.op("POST", "/node/drain/", errors=(404,))
async def drain_node(call: Call, body: Named) -> Outcome:
    """Have a node give boards and sockets to the others, and end; as SIGTERM does."""
    return Outcome(await _fleet(call).drain(body.node))


@routes.op("GET", "/node/metrics/", answer="text/plain")
async def cluster_metrics(call: Call) -> web.Response:
    """Get the numbers of all nodes for Prometheus, each with its `node`."""
    nodes = await _fleet(call).list_nodes()
    return web.Response(
        body=of_fleet(nodes.nodes), headers={hdrs.CONTENT_TYPE: CONTENT_TYPE}
    )


@routes.op("GET", "/node/top/")
async def rank_boards(call: Call, query: Ranking) -> Top:
    """Measure for a second which boards have the most of something."""
    return await _fleet(call).top(query.by, query.limit)


@routes.op("GET", "/node/boards/{board}/")
async def find_board(call: Call, board: str) -> Where:
    """Tell where a board lives: its owner, its followers, and where it should be."""
    return await _fleet(call).where(known(board))


@routes.op("GET", "/node/boards/{board}/trace/", answer=NDJSON, errors=(410,))
async def trace_board(call: Call, board: str, query: Tracing) -> web.StreamResponse:
    """Follow what is committed on a board, a JSON object a line, until you hang up.

    First comes what came after `since`, if that is given. An empty line says that
    nothing has happened. What people wrote is told with `content` alone.
    """
    if call.request.method != hdrs.METH_GET:
        raise web.HTTPMethodNotAllowed(call.request.method, [hdrs.METH_GET])
    tracing = _fleet(call).inspector.trace(known(board), query.since)
    first = await anext(tracing)  # a refusal is still an answer
    response = web.StreamResponse(headers=HEADERS)
    with suppress(ConnectionError, TimeoutError):  # the client has gone, or is stuck
        await response.prepare(call.request)
        await _write(response, first, query)
        async for entries in tracing:
            await _write(response, entries, query)
    return response


async def _write(
    response: web.StreamResponse, told: Sequence[Told], query: Tracing
) -> None:
    lines = [msgspec.json.encode(_traced(*each, query.content)) for each in told]
    async with asyncio.timeout(STALL_S):
        await response.write(b"\n".join([*lines, b""]) or b"\n")


def _traced(entry: Entry, ms: float | None, content: bool) -> Traced:
    return Traced(
        seq=entry.seq,
        at=entry.at,
        type=entry.type,
        who=entry.who,
        bytes=len(entry.data),
        ms=ms,
        event=Raw(entry.data) if content else None,
    )


@routes.op("POST", "/node/boards/{board}/evict/")
async def evict_board(call: Call, board: str) -> Outcome:
    """Have every node let a board go; whoever needs it wakes it anew."""
    return Outcome(await _fleet(call).evict(known(board)))


@routes.op("POST", "/node/boards/{board}/move/")
async def move_board(call: Call, board: str, body: Named) -> Outcome:
    """Give a board to another node; nobody who is on it is cut off."""
    return Outcome(await _fleet(call).move(known(board), body.node))


@routes.op("GET", "/node/boards/{board}/verify/", errors=(410,))
async def verify_board(call: Call, board: str) -> Verdict:
    """Compare a board's journal, row, snapshot and index; as `orbit journal verify`."""
    read: list[int] = []
    verifier = Verifier(call.node.journal, call.node.kinds, read.append)
    found = await verifier.verify(known(board))
    flaws = [Flaw(each.sort, each.seq, each.words) for each in found]
    return Verdict(sum(read), flaws)


@routes.op("GET", "/node/connections/")
async def list_connections(call: Call, query: Which) -> SocketList:
    """List the connections of one node, or of all, the slowest first."""
    return await _fleet(call).list_sockets(query.node, query.limit)


@routes.op("DELETE", "/node/connections/{connection}/", errors=(404,))
async def kill_connection(call: Call, connection: str) -> Outcome:
    """Close a connection with 4410; its client may come back."""
    return Outcome(await _fleet(call).kill(connection))
