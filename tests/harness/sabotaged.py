"""Starts a node in which one promise is broken on purpose.

    python -m tests.harness.sabotaged ack_early

Takes the place of `orbit serve`.  Each sabotage breaks one thing, and takes off the
layers that would cover it (guarantees.md, 6).  `lossy` breaks nothing: it is a fault,
the database's answer is lost now and then.  Never part of the installed package.
"""

import asyncio
import random
import sys
from collections.abc import Callable, Sequence
from typing import Any

from orbit.cli import main
from orbit.core.actors.journaling import Settled, Writer
from orbit.core.actors.mailbox import Mailbox
from orbit.core.actors.memory import Memory
from orbit.core.actors.watching import Watching
from orbit.core.ports import Append, Claim, Loaded, Outcome
from orbit.store.postgres.journal import PostgresJournal

SLOW_S = 0.03  # a commit takes so much longer, so that a kill comes before it
LOSS = 0.15


def ack_early() -> None:
    """Acks before the commit."""
    _slow_commits()
    submit = Writer.submit

    def acking(self: Writer, append: Append, settled: Settled) -> None:
        actor = _actor(settled)
        flight = actor._flight
        for ask, outcome in zip(flight.asks, flight.turn.answers, strict=True):
            if isinstance(outcome, int) and append.expect:  # or no board is made
                ask.settle(actor._answers.done(actor.live, ask, outcome))
                ask.settle = _deaf
        submit(self, append, settled)

    Writer.submit = acking  # type: ignore[method-assign]


def bcast_early() -> None:
    """Tells subscribers before the commit."""
    _slow_commits()
    submit, publish = Writer.submit, Watching.publish
    told: dict[int, Any] = {}

    def telling(self: Writer, append: Append, settled: Settled) -> None:
        watching = _actor(settled)._watching
        if id(append) not in told:
            told[id(append)] = append  # kept, so that no other takes its id
            publish(watching, watching.live, append.entries)
        submit(self, append, settled)

    def only_missed(self: Watching, live: Any, entries: Sequence[Any]) -> None:
        if not any(append.entries is entries for append in told.values()):
            publish(self, live, entries)

    Writer.submit = telling  # type: ignore[method-assign]
    Watching.publish = only_missed  # type: ignore[method-assign]


def no_dedupe() -> None:
    """Knows no command again.  The unique constraint is dropped by the scenario."""

    async def nothing(_self: Any, _board: Any, _ops: Any) -> dict[Any, Any]:
        return {}

    Memory.told = lambda _self, _op: None  # type: ignore[method-assign]
    PostgresJournal.told = nothing  # type: ignore[method-assign]


def stale_load() -> None:
    """Loads less than the claim's head, and does not count."""
    load = PostgresJournal.load

    async def short(self: PostgresJournal, claim: Claim, version: int) -> Loaded:
        loaded = await load(self, claim, version)
        return Loaded(loaded.snapshot, loaded.tail[:-1])

    PostgresJournal.load = short  # type: ignore[method-assign]


def resend() -> None:
    """Takes an unknown outcome for "not done".  The unique constraint is dropped."""
    lossy()
    no_dedupe()
    Mailbox.doubtful = lambda _self: ()  # type: ignore[method-assign]


def no_fence() -> None:
    """Nothing in the process: what guards the append is dropped by the scenario."""


def lossy() -> None:
    """Commits, and does not say so."""
    append = PostgresJournal.append
    dice = random.Random(1)

    async def losing(self: PostgresJournal, turns: Sequence[Append]) -> Any:
        outcomes = await append(self, turns)
        is_first = any(turn.expect == 0 for turn in turns)  # or no scenario begins
        if dice.random() < LOSS and not is_first:
            return [Outcome.UNKNOWN] * len(outcomes)
        return outcomes

    PostgresJournal.append = losing  # type: ignore[method-assign]


SABOTAGES: dict[str, Callable[[], None]] = {
    function.__name__: function
    for function in (ack_early, bcast_early, no_dedupe, no_fence, stale_load, resend)
}


def _slow_commits() -> None:
    append = PostgresJournal.append

    async def slow(self: PostgresJournal, turns: Sequence[Append]) -> Any:
        await asyncio.sleep(SLOW_S)
        return await append(self, turns)

    PostgresJournal.append = slow  # type: ignore[method-assign]


def _actor(settled: Settled) -> Any:
    return settled.__self__  # type: ignore[attr-defined]


def _deaf(_answer: object) -> None:
    """It has been told already."""


if __name__ == "__main__":
    {**SABOTAGES, "lossy": lossy}[sys.argv[1]]()
    main(["serve"])
