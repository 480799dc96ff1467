"""A client as the protocol wants it: it tells again, resumes, and checks what it gets.

It talks to a `Router` directly; its outlet may stop reading.
"""

import asyncio
import json
from collections import Counter
from typing import Any

from orbit.core.actors.mailbox import Answer, Done
from orbit.core.actors.subscribers import Joined, Subscriber
from orbit.core.actors.watching import Position
from orbit.core.cluster.router import Router
from orbit.core.errors import OrbitError, Rejected, Unavailable
from orbit.core.ids import op_key
from orbit.core.types import BoardId, Principal
from tests.kit.wires import WIRE


async def _asked(
    router: Router,
    board: BoardId,
    who: Principal,
    op: str,
    do: str,
    text: bytes,
    attempt: int,
) -> Done:
    """Tell as a socket does, and wait for the answer."""
    future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()

    def settle(answer: Answer) -> None:
        if not future.done():
            future.set_result(answer)

    router.tell(board, who, op_key(op), do, text, settle, attempt)
    answer = await future
    if isinstance(answer, Done):
        return answer
    raise answer


Items = dict[tuple[str, str], Any]


class Person:
    """Somebody who watches one board and tells it things."""

    def __init__(self, name: str, board: BoardId) -> None:
        self.who = Principal(name)
        self.board = board
        self.paused = False
        self.items: Items = {}
        self.seq = 0
        self.log = ""
        self.faults: list[str] = []  # what no client should ever see
        self.acked: dict[str, int] = {}
        self.refused: set[str] = set()
        self.doubted: set[str] = set()  # refused, but another copy may be done
        self.attempts: Counter[str] = Counter()
        self._subscriber: Subscriber | None = None
        self._router: Router | None = None

    # An outlet

    def write(self, data: bytes) -> None:
        self._require(not self.paused, "written to while it does not read")
        for line in data.split(b"\n"):
            message = json.loads(line)
            if message["type"] == "changed":
                self._changed(message)

    def drain(self) -> None:
        """Read again."""
        self.paused = False
        if self._router and self._subscriber:
            self._router.catch_up(self.board, self._subscriber)

    # A client

    async def join(self, router: Router) -> bool:
        """Watch, from where it was; tell whether it was let in."""
        self.leave()
        self.paused = False
        has = Position(self.log, self.seq) if self.log else None
        subscriber = Subscriber(self, WIRE, self.who, self._told)
        self._subscriber, self._router = subscriber, router
        let_in: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

        def settle(view: Joined | OrbitError) -> None:
            self._joined(subscriber, view)
            let_in.set_result(isinstance(view, Joined))

        router.join(self.board, subscriber, has, settle)
        return await let_in

    def leave(self) -> None:
        if self._subscriber and self._router:
            self._router.leave(self.board, self._subscriber)
        self._subscriber = None

    @property
    def is_watching(self) -> bool:
        return self._subscriber is not None

    async def tell(self, router: Router, op: str, do: str, **body: Any) -> Done | None:
        """Tell once; None: not possible at the moment, tell it again."""
        self.attempts[op] += 1
        try:
            text, attempt = json.dumps(body).encode(), self.attempts[op]
            done = await _asked(router, self.board, self.who, op, do, text, attempt)
        except Rejected:
            self.refused.add(op)
            raise
        except Unavailable as error:
            if "message" in error.details:
                self.doubted.add(op)
                raise Rejected from error
            return None
        self._require(self.acked.setdefault(op, done.seq) == done.seq, "acked unlike")
        return done

    def _joined(self, subscriber: Subscriber, view: Joined | OrbitError) -> None:
        if subscriber is not self._subscriber:
            return
        if isinstance(view, OrbitError):
            self.leave()
            return
        if view.items is not None:
            self._require(view.log_id != self.log or view.seq >= self.seq, "went back")
            rows = json.loads(view.items)
            self.items = {(type_, id): data for type_, id, data in rows}
            self.seq = view.seq
        else:
            for change in json.loads(view.changes):
                self._changed(change)
        self.log = view.log_id
        self._require(self.seq == view.seq, "the view is not at its seq")

    def _told(self, subscriber: Subscriber, view: Joined | OrbitError) -> None:
        self._joined(subscriber, view)

    def _changed(self, message: Any) -> None:
        self._require(message["seq"] == self.seq + 1, "a gap, an echo, a reordering")
        self.seq = message["seq"]
        for change in message["changes"]:
            if "put" in change:
                type_, id, data = change["put"]
                self.items[type_, id] = data
            else:
                self.items.pop(tuple(change["drop"]), None)

    def _require(self, holds: object, fault: str) -> None:
        """Note a fault; raised here it would only trouble whoever delivers."""
        if not holds:
            self.faults.append(f"{fault}, at seq {self.seq}")
