"""The first page of one's own: what I have, and what I did of late."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from orbit.core.ports import Act, Recorded
from orbit.core.services.accounts import signed_in
from orbit.http.api.identity import MAX_LISTED, held
from orbit.http.calls import Call
from orbit.http.routing import Routes

routes = Routes("users")
SHOWN = 20


class Metrics(Struct, frozen=True):
    """How much I have; notes and upvotes are of my last 100 boards."""

    boards: int
    notes: int
    upvotes: int
    organisations: int
    sessions: int
    unread_notices: int


class Event(Struct, frozen=True):
    """What I did (`mine`), or what was done to me: then by whom is not told."""

    time: datetime
    action: Act
    mine: bool
    path: str
    ip: str
    metadata: Mapping[str, str]


class Mine(Struct, frozen=True):
    """`recent_events` are the last 20, the last one first."""

    metrics: Metrics
    recent_events: Sequence[Event]


@routes.op("GET", "/dashboard/summary/")
async def get_dashboard(call: Call) -> Mine:
    """Get how much I have, and what I did of late."""
    account, node = signed_in(call.caller), call.node
    boards = await node.belongings.boards(call.box)
    counts = await held(call, boards[-MAX_LISTED:])
    metrics = Metrics(
        boards=len(boards),
        notes=sum(each.notes for each in counts),
        upvotes=sum(each.upvotes for each in counts),
        organisations=len(await node.organisations.mine(call.caller)),
        sessions=len(await node.logins.listed(call.caller)),
        unread_notices=await node.notices.unread(call.caller),
    )
    rows = await node.trail.of(account, SHOWN)
    return Mine(metrics, [_event(row, account) for row in rows])


def _event(row: Recorded, account: str) -> Event:
    is_mine = row.actor == account
    return Event(row.at, row.act, is_mine, row.path, row.ip, row.about)
