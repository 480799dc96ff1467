"""What every actor of a node shares, and what a live board has in memory."""

import asyncio
from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from orbit.core.actors.jobs import Jobs
from orbit.core.actors.journaling import Writer
from orbit.core.actors.latency import Latency
from orbit.core.actors.memory import Memory
from orbit.core.codec import Codec
from orbit.core.ids import command_id
from orbit.core.kind import Context, Kind
from orbit.core.limits import Rate
from orbit.core.ports import Claim, Clock, Journal, Lease
from orbit.core.types import BoardId, Principal


class Surroundings(Struct, frozen=True):
    """What every actor of a node shares."""

    kinds: Mapping[str, Kind[Any]]
    codecs: Mapping[str, Codec]
    journal: Journal
    writer: Writer
    lease: Lease
    clock: Clock
    jobs: Jobs
    wakes: asyncio.Semaphore  # how many boards may be loaded at once
    author_rate: Rate  # of one author's writes on one board
    mailbox_letters: int = 1_024
    mailbox_bytes: int = 4 << 20
    ring_events: int = 1_000  # that a board remembers
    acks: Latency = field(default_factory=Latency)  # from the telling to the ack

    def context(self, board: BoardId, who: Principal, op: bytes = b"") -> Context:
        """Return what a decision on behalf of `who` may depend on, now."""
        id = command_id(board, who.id, op) if op else ""
        return Context(who, self.clock.now(), id)


class Live(Struct):
    """A board in memory: what was claimed, and what its journal comes to."""

    claim: Claim
    kind: Kind[Any]
    codec: Codec
    state: Any
    seq: int
    memory: Memory
