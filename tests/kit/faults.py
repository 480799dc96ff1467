"""A journal that is slow, fails, and loses its answers; every fault is counted."""

import asyncio
from collections import Counter
from collections.abc import Sequence, Set
from typing import Any

from msgspec.structs import replace

from orbit.core.errors import StoreDown
from orbit.core.ports import Append, Claim, Held, Loaded, Outcome
from orbit.core.types import BoardId
from orbit.store.memory.journal import MemoryJournal
from orbit.store.memory.world import World
from tests.kit.sim import SimLoop


class FaultyJournal(MemoryJournal):
    """A node's journal; `rate` of its calls go wrong, until `heal`."""

    def __init__(self, world: World, inc: str, loop: SimLoop, rate: float) -> None:
        super().__init__(world, inc)
        self._loop, self._rate = loop, rate
        self.faults: Counter[str] = Counter()
        self.is_fenced = self.is_unique = True  # off: what a sabotage takes away

    def heal(self) -> None:
        self._rate = 0.0

    async def claim(self, board: BoardId) -> Claim:
        await self._travel("claim")
        return await super().claim(board)

    async def peek(self, board: BoardId) -> Held:
        await self._travel("peek")
        held = await super().peek(board)
        await self._pause()
        return held

    async def held(self, claims: Sequence[Claim]) -> Set[BoardId]:
        await self._travel("held")
        return await super().held(claims)

    async def load(self, claim: Claim, version: int) -> Loaded:
        await self._travel("load")
        return await super().load(claim, version)

    async def told(self, board: BoardId, ops: Sequence[Any]) -> Any:
        await self._travel("told")
        found = await super().told(board, ops)
        await self._pause()
        return found if self.is_unique else {}

    async def since(self, board: BoardId, seq: int, limit: int) -> Any:
        await self._travel("since")
        found = await super().since(board, seq, limit)
        await self._pause()
        return found

    async def append(self, turns: Sequence[Append]) -> Sequence[Outcome]:
        await self._pause()
        if self._goes_wrong("lost on the way"):
            return [Outcome.UNKNOWN] * len(turns)
        if self._goes_wrong("held by another"):
            return [Outcome.BUSY] * len(turns)
        outcomes = [self._write(turn) for turn in turns]
        await self._pause()
        if self._goes_wrong("answer lost"):
            return [Outcome.UNKNOWN] * len(turns)
        return outcomes

    def _write(self, turn: Append) -> Outcome:
        row = self._world.boards[turn.claim.board]
        if not self.is_unique:
            row.told.clear()
        if not self.is_fenced:
            claim = replace(turn.claim, epoch=row.epoch, token=row.token or "")
            row.seq, kept = turn.expect, row.seq
            outcome = self._append(replace(turn, claim=claim))
            row.seq = max(row.seq, kept)
            return outcome
        return self._append(turn)

    async def _travel(self, name: str) -> None:
        await self._pause()
        if self._goes_wrong(name):
            raise StoreDown

    async def _pause(self) -> None:
        await asyncio.sleep(self._loop.random.choice((0, 0, 0.01, 0.3, 2.0)))

    def _goes_wrong(self, name: str) -> bool:
        wrong = self._loop.random.random() < self._rate
        self.faults[name] += wrong
        return wrong
