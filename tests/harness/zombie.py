"""A second owner: it buries a living node, claims its board and writes there.

The node does not know, and goes on under its old claim until the fence stops it.
"""

import asyncio
from datetime import UTC, datetime
from functools import reduce
from uuid import uuid4

from orbit.core.codec import Codec, digest
from orbit.core.ids import command_id, op_key
from orbit.core.kind import Context, Letter
from orbit.core.kinds import KINDS
from orbit.core.kinds.feedback.asked import AddNote
from orbit.core.ports import Append, Claim, Outcome
from orbit.core.turn import take_turn
from orbit.core.types import BoardId, Principal
from orbit.store.clock import SystemClock
from orbit.store.postgres.store import PostgresStore

STRANGER = Principal("stranger")


async def take_over(dsn: str, board: str) -> int:
    """Write one note as the board's new owner, go, and return its seq."""
    store = PostgresStore(dsn, inc=str(uuid4()), name="other", clock=SystemClock())
    try:
        await store.node.register("other", "elsewhere")
        for node in await store.node.other_live_incs():
            await store.node.bury(node.inc)
        claim = await store.journal.claim(BoardId(board))
        append, outcome = await _a_note(store, claim), Outcome.BUSY
        async with asyncio.timeout(10):
            while outcome is Outcome.BUSY:  # the other one writes just now
                outcome = (await store.journal.append([append]))[0]
        assert outcome is Outcome.DONE, outcome
        return append.entries[-1].seq
    finally:
        await store.node.leave()
        await store.close()


async def _a_note(store: PostgresStore, claim: Claim) -> Append:
    kind = KINDS[claim.kind]
    codec = Codec(kind)
    loaded = await store.journal.load(claim, kind.state_version)
    held = loaded.snapshot
    state = codec.restored(held.state) if held else kind.initial
    state = reduce(kind.apply, map(codec.event, loaded.tail), state)
    op = op_key(str(uuid4()))
    id = command_id(claim.board, STRANGER.id, op)
    command = AddNote("written by another owner")
    ctx = Context(STRANGER, datetime.now(UTC), id)
    letter = Letter(command, ctx, op, digest("add_note", command), 1)
    turn = take_turn(kind, state, claim.seq, [letter], {})
    return Append(claim, claim.seq, [codec.entry(one) for one in turn.recorded], None)
