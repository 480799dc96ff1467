"""A journal that is slow, fails, and loses its answers; every fault is counted.

What was sent to the database goes on there, whatever becomes of the node: it may be
stopped or killed meanwhile.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence, Set
from contextvars import Context
from functools import partial
from typing import Any, TypeVar

from orbit.core.errors import StoreDown
from orbit.core.ports import (
    Append,
    Claim,
    Held,
    Loaded,
    Outcome,
    Registered,
    Snapshot,
)
from orbit.core.types import BoardId
from orbit.store.memory.journal import MemoryJournal
from orbit.store.memory.node import MemoryNode
from orbit.store.memory.world import World
from tests.kit.sim import SimLoop

T = TypeVar("T")
DOWN_S = 1.0  # after so long a database that is down has not answered
LATE_S = 8.0  # an append that nobody waits for any more arrives within this


class FaultyJournal(MemoryJournal):
    """A node's journal; `rate` of its calls go wrong, until `heal`."""

    def __init__(
        self, world: World, inc: str, loop: SimLoop, rate: float, slow_s: float = 2.0
    ) -> None:
        super().__init__(world, inc)
        self._loop, self._rate = loop, rate
        self._node = MemoryNode(world, inc)
        self.slow_s = slow_s  # for so long some calls are under way
        self.is_down = False  # it answers nothing, and what is sent never arrives
        self.loses_beats = False
        self.is_closed = False  # its node is dead, and begins nothing more
        self.without: Set[str] = frozenset()  # faults that are not made
        self.faults: Counter[str] = Counter()

    def heal(self) -> None:
        """Be as sound as the memory store, only slow."""
        self._rate, self.is_down, self.loses_beats = 0.0, False, False

    async def beat(self, deaf_s: float | None = None) -> int | None:
        """Renew the node's lease, as the database sees it; return its lapses."""
        if self.loses_beats:
            raise StoreDown
        return await self._ask("beat", partial(self._node.lease.beat, deaf_s))

    async def registered(self, ended_within_s: float) -> Sequence[Registered]:
        """Return the nodes, as the database sees them."""
        look = partial(self._node.registered, ended_within_s)
        return await self._ask("registered", look)

    async def claim(self, board: BoardId) -> Claim:
        return await self._ask("claim", partial(self._claim, board))

    async def _claim(self, board: BoardId) -> Claim:
        row = self._world.boards.get(board)
        owner = row.owner if row else None
        is_alive = self._world.is_alive(owner)
        claim = await super().claim(board)
        self._loop.note(f"{self._inc} claims epoch {claim.epoch} at {claim.seq}")
        if owner not in {None, self._inc}:
            self.faults["takeover"] += 1
            self.faults["takeover of a live owner"] += is_alive
        return claim

    async def peek(self, board: BoardId) -> Held:
        return await self._ask("peek", partial(super().peek, board))

    async def peek_all(self, boards: Sequence[BoardId]) -> Mapping[BoardId, Held]:
        return await self._ask("peek", partial(super().peek_all, boards))

    async def held(self, claims: Sequence[Claim]) -> Set[BoardId]:
        return await self._ask("held", partial(super().held, claims))

    async def load(self, claim: Claim, version: int) -> Loaded:
        return await self._ask("load", partial(super().load, claim, version))

    async def release(self, claim: Claim, heir: str | None = None) -> bool:
        was_ours = await self._ask("release", partial(super().release, claim, heir))
        if self._goes_wrong("release answered"):
            raise StoreDown
        return was_ours

    async def save(self, claim: Claim, snapshot: Snapshot) -> bool:
        return await self._ask("save", partial(super().save, claim, snapshot))

    async def told(self, board: BoardId, ops: Sequence[Any]) -> Any:
        return await self._ask("told", partial(super().told, board, ops))

    async def since(self, board: BoardId, seq: int, limit: int, **of: Any) -> Any:
        return await self._ask("since", partial(super().since, board, seq, limit, **of))

    async def append(self, turns: Sequence[Append]) -> Sequence[Outcome]:
        return await self._there(self._commit(turns))

    async def _commit(self, turns: Sequence[Append]) -> Sequence[Outcome]:
        await self._pause()
        unknown = [Outcome.UNKNOWN] * len(turns)
        if self.is_down or self._goes_wrong("lost on the way"):
            return unknown
        if self._goes_wrong("held by another"):
            return [Outcome.BUSY] * len(turns)
        if self._goes_wrong("late"):
            wait_s = self._loop.random.uniform(0, LATE_S)
            self._loop.call_later(wait_s, self._write, turns)
            return unknown
        outcomes = self._write(turns)
        if self._goes_wrong("written twice"):
            self._write(turns)
        await self._pause()
        is_lost = self._goes_wrong("answer lost")
        return unknown if is_lost or self.is_down else outcomes

    def _write(self, turns: Sequence[Append]) -> Sequence[Outcome]:
        outcomes = [self._append(turn) for turn in turns]
        self.faults.update(f"append {outcome}" for outcome in outcomes)
        for turn, outcome in zip(turns, outcomes, strict=True):
            epoch, upto = turn.claim.epoch, turn.entries[-1].seq
            self._loop.note(f"{self._inc} appends {upto} in {epoch}: {outcome}")
        return outcomes

    async def _ask(self, name: str, act: Callable[[], Awaitable[T]]) -> T:
        """Do one statement; what does not answer has done nothing."""

        async def statement() -> T:
            await self._pause()
            if self.is_down:
                await asyncio.sleep(DOWN_S)
                raise StoreDown
            if self._goes_wrong(name):
                raise StoreDown
            answer = await act()
            await self._pause()
            return answer

        return await self._there(statement())

    async def _there(self, statement: Coroutine[Any, Any, T]) -> T:
        """Run it where the node's own stops and end do not reach."""
        if self.is_closed:
            statement.close()
            raise StoreDown
        job = self._loop.create_task(statement, context=Context())
        job.add_done_callback(_noticed)
        return await asyncio.shield(job)

    async def _pause(self) -> None:
        await asyncio.sleep(self._loop.random.choice((0, 0, 0.01, 0.3, self.slow_s)))

    def _goes_wrong(self, name: str) -> bool:
        wrong = self._loop.random.random() < self._rate and name not in self.without
        self.faults[name] += wrong
        if wrong:
            self._loop.note(f"{self._inc}: {name} goes wrong")
        return wrong


def _noticed(job: asyncio.Task[Any]) -> None:
    """Whoever asked may be gone: then an error is nobody's."""
    if not job.cancelled():
        job.exception()
