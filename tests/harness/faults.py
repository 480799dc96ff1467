"""What is common to all faults: the moment to do one, and how its end is seen."""

import asyncio
from collections.abc import Callable
from typing import Any

from msgspec import Struct

from tests.harness.field import Field, now, until

BETWEEN_S = (0.5, 1.5)  # from one fault to the next
BACK_S = 30.0  # within which acks must flow again


class Fault(Struct):
    """What was done, and how it was seen to bite."""

    kind: str
    in_flight: int
    recovered_s: float  # until the first ack of a command that was sent after it
    evidence: dict[str, Any]
    problem: str = ""
    began: float = 0.0
    ended: float = 0.0  # when it was undone; 0: it is nothing that lasts
    waits_s: list[float] = []  # the same, of each board that it concerned


class Bench:
    """Nodes under load."""

    back_s = BACK_S

    def __init__(self, field: Field, sockets: int) -> None:
        self._field, self._sockets = field, sockets

    async def all_there(self) -> None:
        """Wait until every peer is connected and something has been acked."""
        acks = self._field.acks
        await self._wait(lambda: len(self._field.open) == self._sockets)
        await self._wait(lambda: self._field.acks > acks)

    async def _moment(self) -> tuple[int, float]:
        """Wait until something is in flight: a fault must meet something."""
        await asyncio.sleep(self._field.random.uniform(*BETWEEN_S))
        await self._wait(lambda: self._field.unanswered > 0, every_s=0.0)
        return self._field.unanswered, now()

    async def _back(self, kind: str, in_flight: int, began: float) -> Fault:
        """Wait until a command that was first sent after the fault is acked."""
        after = now()
        back = await self._wait(lambda: self._field.newest > after)
        problem = "" if back else f"no ack within {self.back_s:.0f} s"
        took_s = self._field.acked_at - began
        return Fault(kind, in_flight, took_s, {}, problem, began, after)

    async def _wait(self, is_so: Callable[[], bool], *, every_s: float = 0.005) -> bool:
        return await until(is_so, self.back_s, every_s=every_s)
