"""How a board comes into memory: what a claim reads, folded; and what was missed."""

from collections.abc import Sequence
from functools import reduce

from msgspec import Struct

from orbit.core.actors.around import Live, Surroundings
from orbit.core.actors.memory import Memory
from orbit.core.codec import Entry
from orbit.core.errors import Gone
from orbit.core.ports import Claim


class Risen(Struct, frozen=True):
    """A board in memory, and the seq up to which a snapshot is kept (0: none)."""

    live: Live
    saved: int


async def load(around: Surroundings, claim: Claim) -> Risen:
    """Read and fold what the journal has up to a claim's head.

    Raises:
        Fenced: somebody has claimed the board since.
    """
    around.traffic.loads += 1
    kind, codec = around.kinds[claim.kind], around.codecs[claim.kind]
    loaded = await around.journal.load(claim, kind.state_version)
    snapshot = loaded.snapshot
    state = codec.restored(snapshot.state) if snapshot else kind.initial
    state = reduce(kind.apply, map(codec.event, loaded.tail), state)
    live = Live(claim, kind, codec, state, claim.seq, Memory(around.ring_events))
    live.memory.keep(loaded.tail)
    return Risen(live, snapshot.seq if snapshot else 0)


async def missed(
    around: Surroundings, before: Live, claim: Claim
) -> Sequence[Entry] | None:
    """Return what came after `before`, up to the claim; None: what it held is void."""
    if before.claim.log_id != claim.log_id or before.seq > claim.seq:
        return None  # another history of the database: a failover, a restore
    entries: list[Entry] = []
    while before.seq + len(entries) < claim.seq:
        after = before.seq + len(entries)
        try:
            entries += await around.journal.since(
                claim.board, after, 1_000, log_id=claim.log_id
            )
        except Gone:
            return None
    return entries[: claim.seq - before.seq]  # the journal may have gone on
