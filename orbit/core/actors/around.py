"""What every actor of a node shares, and what a live board has in memory."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from msgspec import Struct, field

from orbit.core.actors.jobs import Jobs
from orbit.core.actors.journaling import Writer
from orbit.core.actors.latency import Latency
from orbit.core.actors.memory import Memory
from orbit.core.actors.presence import NOBODY, People
from orbit.core.actors.traffic import Traffic
from orbit.core.codec import Codec, Entry
from orbit.core.ids import command_id
from orbit.core.kind import Asked, Command, Context, Kind
from orbit.core.limits import Rate
from orbit.core.ports import Claim, Clock, Journal, Lease
from orbit.core.types import BoardId, Principal


class Relay(Protocol):
    """The rest of the cluster, as the owner of a board sees it."""

    def risen(self, board: BoardId, live: "Live") -> None:
        """Tell the nodes that watch it where it is."""

    def published(self, board: BoardId, live: "Live", entries: Sequence[Entry]) -> None:
        """Tell the nodes that watch it what was committed."""

    def signalled(self, board: BoardId, who: Principal, do: str, body: bytes) -> None:
        """Tell the nodes that watch it of a signal that was allowed."""

    def redacted(self, board: BoardId) -> None:
        """Have the nodes that watch it read it again."""

    def is_watched(self, board: BoardId) -> bool:
        """Whether another node watches it."""

    def elsewhere(self, board: BoardId) -> People:
        """Return who is on it at other nodes; the same object until that changes."""

    def inherits(self, board: BoardId, estate: Any) -> bool:
        """Take over what an actor leaves whose board lives elsewhere, if it can."""


class Alone:
    """There are no other nodes."""

    def risen(self, board: BoardId, live: "Live") -> None: ...

    def published(
        self, board: BoardId, live: "Live", entries: Sequence[Entry]
    ) -> None: ...

    def signalled(
        self, board: BoardId, who: Principal, do: str, body: bytes
    ) -> None: ...

    def redacted(self, board: BoardId) -> None: ...

    def is_watched(self, board: BoardId) -> bool:
        return False

    def elsewhere(self, board: BoardId) -> People:
        return NOBODY

    def inherits(self, board: BoardId, estate: Any) -> bool:
        return False


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
    mailbox_age_s: float = 0.5  # of the first in a mailbox; then no more are taken
    catch_ups: asyncio.Semaphore = field(  # how many may read the journal at once
        default_factory=lambda: asyncio.Semaphore(64)
    )
    queue_s: float = 2.0  # for so long one waits for that
    ring_events: int = 1_000  # that a board remembers
    acks: Latency = field(default_factory=Latency)  # from the telling to the ack
    traffic: Traffic = field(default_factory=Traffic)
    relay: Relay = field(default_factory=Alone)

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

    @property
    def told(self) -> int:
        """The head as clients know it: quiet events have no seq for them."""
        return self.seq - self.kind.untold(self.state)

    def answered(self, do: str, command: Command | None, seq: int) -> int:
        """Return what `answer` does, for a command as it was told."""
        asked = type(command) if command else self.kind.asked_by_name.get(do)
        return self.answer(asked, seq)

    def answer(self, asked: type[Asked] | None, seq: int) -> int:
        """Return by which seq who asked is answered that it is done at `seq`.

        Once there were quiet events it is the head, whatever was told: nothing is
        learned by asking.  Erasure alone needs the place in the journal.
        """
        kind = self.kind
        if asked in kind.blind:
            return 0
        if not kind.untold(self.state):
            return seq
        erases = kind.erasure and asked is kind.erasure.command
        return seq if erases else self.told
