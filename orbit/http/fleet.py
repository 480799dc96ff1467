"""All nodes, as an operator sees them from one: it asks each, and puts together.

Which there are, the database knows; what they do, they say themselves, through the
carrier.  Of who does not answer nothing is said but that.  It must never guess.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from orbit.core.cluster.nodes import Nodes
from orbit.core.errors import BadRequest, NotFound, OrbitError, Unavailable
from orbit.core.ports import Journal, Registered, Registry
from orbit.core.types import BoardId
from orbit.http.governor import Shed
from orbit.http.inspector import ORDER, Ask, Inspector, Rates, Sockets
from orbit.http.reports import (
    Busy,
    NodeList,
    NodeRow,
    Numbers,
    Place,
    SocketList,
    Top,
    Where,
)

T = TypeVar("T")
ENDED_WITHIN_S = 60.0  # who has ended since is still listed
SHORTEST = 4  # letters of an inc that name it
REFUSING = {shed.name.lower() for shed in Shed if shed >= Shed.JOINS}


class Fleet:
    """The nodes, through the eyes of this one."""

    def __init__(
        self,
        inspector: Inspector,
        registry: Registry,
        journal: Journal,
        nodes: Nodes | None = None,
    ) -> None:
        """Answer the questions of the others, too."""
        self.inspector = inspector
        self._registry, self._journal, self._nodes = registry, journal, nodes
        if nodes:
            nodes.inquiry.answer = inspector.answer

    async def list_nodes(self) -> NodeList:
        """Tell of each node how it is."""
        known = await self._registry.registered(ENDED_WITHIN_S)
        said = await self._ask_all(known, "numbers", Ask(), Numbers)
        seen = self._nodes.seen() if self._nodes else {}
        rows = [
            NodeRow(
                inc=node.inc,
                name=node.name,
                state=_state(node, said.get(node.inc)),
                is_me=node.inc == self.inspector.inc,
                proto=node.proto,
                started_at=node.started_at,
                beat_age_s=round(max(node.beat_age_s, 0.0), 2),
                lapses=node.lapses,
                is_seen=node.inc in seen if seen else None,
                numbers=said.get(node.inc),
            )
            for node in known
        ]
        return NodeList(sorted(rows, key=lambda row: (row.state == "gone", row.name)))

    async def top(self, by: str, limit: int) -> Top:
        """Tell of the boards with the most of something, wherever they live."""
        said, silent = await self._ask_living("boards", Ask(by=by), Rates)
        boards: dict[str, Busy] = {}
        for rates in said.values():
            for board in rates.boards:
                before = boards.get(board.board)
                boards[board.board] = _together(before, board) if before else board
        rows = sorted(boards.values(), key=ORDER[by], reverse=True)
        return Top(
            measured_s=max((rates.measured_s for rates in said.values()), default=0.0),
            commands_s=_sum(rates.commands_s for rates in said.values()),
            events_s=_sum(rates.events_s for rates in said.values()),
            deliveries_s=_sum(rates.deliveries_s for rates in said.values()),
            boards=rows[:limit],
            silent=[node.inc for node in silent],
        )

    async def where(self, board: BoardId) -> Where:
        """Tell where a board lives, and what it is at each node.

        Raises:
            NotFound: there is no such board.
        """
        held = await self._journal.peek(board)
        said, silent = await self._ask_living("board", Ask(board=board), Place)
        unknown = [Place(node.inc, node.name, "unknown") for node in silent]
        claim, me = held.claim, self.inspector.inc
        return Where(
            board=board,
            kind=claim.kind,
            log_id=claim.log_id,
            epoch=claim.epoch,
            seq=claim.seq,
            floor=claim.floor,
            owner=held.owner,
            heir=held.heir,
            should_be=self._nodes.place(board) if self._nodes else me,
            places=sorted([*said.values(), *unknown], key=lambda place: place.name),
        )

    async def list_sockets(self, node: str, limit: int) -> SocketList:
        """Tell of the connections of one node, or of all; the slowest first.

        Raises:
            NotFound: there is no such node.
        """
        one = await self.find(node) if node else None
        said, silent = await self._ask_living("sockets", Ask(limit=limit), Sockets, one)
        rows = [row for sockets in said.values() for row in sockets.sockets]
        rows.sort(key=lambda row: (row.boards_behind, row.lag_s, row.queued_bytes))
        return SocketList(
            measured_s=max((each.measured_s for each in said.values()), default=0.0),
            total=sum(each.total for each in said.values()),
            sockets=rows[::-1][:limit],
            silent=[node.inc for node in silent],
        )

    async def kill(self, id: str) -> bool:
        """Close a connection.

        Raises:
            NotFound: there is none of this id.
            Unavailable: its node does not answer.
        """
        inc, _, number = id.partition("-")
        if not number.isascii() or not number.isdecimal() or len(number) > 15:
            raise NotFound("there is no such connection")
        ask = Ask(number=int(number))
        return bool(await self._ask(await self.find(inc), "kill", ask))

    async def evict(self, board: BoardId) -> bool:
        """Have every node let a board go; tell whether it was awake anywhere.

        Raises:
            Unavailable: a node did not answer, and may have it still.
        """
        said, silent = await self._ask_living("evict", Ask(board=board), bool)
        if silent:
            raise Unavailable(f"{len(silent)} nodes did not answer")
        return any(said.values())

    async def move(self, board: BoardId, to: str) -> bool:
        """Have a board's owner give it to another node; tell whether it was given.

        Raises:
            NotFound: there is no such board, or no such node.
            BadRequest: nobody owns it: it will be placed when somebody asks for it.
            Unavailable: its owner does not answer.
        """
        heir = await self.find(to)
        owner = (await self._journal.peek(board)).owner
        if owner is None:
            raise BadRequest("nobody owns this board now")
        return bool(await self._ask(owner, "move", Ask(board=board, heir=heir)))

    async def drain(self, node: str) -> bool:
        """Have a node give boards and sockets to the others, and end.

        Raises:
            NotFound: there is no such node.
            Unavailable: it does not answer.
        """
        return bool(await self._ask(await self.find(node), "drain", Ask()))

    async def find(self, node: str) -> str:
        """Return the inc of a node that is alive, by its name, its end, or its inc.

        Raises:
            NotFound: there is none.
            BadRequest: there are several.
        """
        living = [each for each in await self._registry.registered(0) if each.is_alive]
        found = [
            each.inc
            for each in living
            if (len(node) >= SHORTEST and each.inc.startswith(node))
            or (node and each.name.endswith(node))
        ]
        if not found:
            raise NotFound("there is no such node")
        if len(found) > 1:
            raise BadRequest("several nodes are called so", details={"field": "node"})
        return found[0]

    # Asking -------------------------------------------------------------------------

    async def _ask_living(
        self, about: str, ask: Ask, type: type[T], one: str | None = None
    ) -> tuple[Mapping[str, T], Sequence[Registered]]:
        """Return what those that live answer, or the one, and who does not."""
        known = await self._registry.registered(0)
        living = [node for node in known if node.is_alive and one in (None, node.inc)]
        said = await self._ask_all(living, about, ask, type)
        return said, [node for node in living if node.inc not in said]

    async def _ask_all(
        self, nodes: Sequence[Registered], about: str, ask: Ask, type: type[T]
    ) -> Mapping[str, T]:
        """Ask all at once; who refuses, or does not answer, is missing."""
        said: dict[str, T] = {}

        async def ask_one(inc: str) -> None:
            try:
                said[inc] = msgspec.convert(await self._ask(inc, about, ask), type)
            except (OrbitError, msgspec.ValidationError):
                return  # what is not there is told by whoever looks for it

        async with asyncio.TaskGroup() as asking:
            for node in nodes:
                if node.is_alive:
                    asking.create_task(ask_one(node.inc))
        return said

    async def _ask(self, inc: str, about: str, ask: Ask) -> Any:
        body = msgspec.json.encode(ask)
        if inc == self.inspector.inc:
            answer = await self.inspector.answer(about, body)
        elif self._nodes is None:
            raise Unavailable("this node is alone, and asks nobody")
        else:
            answer = await self._nodes.inquiry.ask(inc, about, body)
        return msgspec.json.decode(answer)


def _state(node: Registered, said: Numbers | None) -> str:
    if not node.is_alive:
        return "gone"
    if said is None:
        return "silent" if node.deaf_s is None else "deaf"
    if said.is_draining:
        return "draining"
    if said.is_deaf:
        return "deaf"
    return "busy" if said.sheds in REFUSING else "fit"


def _together(one: Busy, other: Busy) -> Busy:
    """Return what two nodes say of one board: one decides, both may deliver."""
    return replace(
        one,
        kind=one.kind or other.kind,
        owner=one.owner or other.owner,
        commands_s=round(one.commands_s + other.commands_s, 1),
        events_s=max(one.events_s, other.events_s),
        deliveries_s=round(one.deliveries_s + other.deliveries_s, 1),
        watchers=one.watchers + other.watchers,
        slowest_ms=max(one.slowest_ms, other.slowest_ms),
    )


def _sum(rates: Iterable[float]) -> float:
    return round(sum(rates), 1)
