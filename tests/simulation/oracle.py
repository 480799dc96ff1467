"""What should never have happened in a run: the ledger of clients against the journal.

The counters are those of guarantees.md, 6, told by the same oracle as for real
processes, and three that only a simulation can see: a live owner that was taken over
from, a bug that somebody was told of, a job that never ends.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct, field, json

from orbit.core.codec import Entry
from orbit.core.types import BoardId, Principal, sight, visible
from orbit.store.memory.world import Row, World
from tests.harness.ledger import COUNTERS as OF_CLIENTS
from tests.harness.ledger import Journal, Ledger, Read, Verdict, audit
from tests.harness.ledger import Row as Stored
from tests.simulation.people import Client, Person

COUNTERS = {
    **OF_CLIENTS,
    "ghosts": "told of somebody who was not here",
    "usurped": "claimed from an owner that was alive",
    "bug": "told of a bug, or something raised",
}
ROLES = {"ann": {"anyone", "participant", "member"}}  # she has made the board


def _nothing() -> Verdict:
    return Verdict(Counter(), {})


class Report(Struct):
    """What a run came to."""

    seed: int = 0
    verdict: Verdict = field(default_factory=_nothing)
    faults: Counter[str] = field(default_factory=Counter)  # that fired, by kind
    commands: int = 0
    unknowns: int = 0
    virtual_s: float = 0.0
    trace: Sequence[tuple[float, str]] = ()

    @property
    def takeovers(self) -> int:
        return self.faults["takeover"]


def judge(
    world: World, board: BoardId, clients: Sequence[Client], reads: Sequence[Read]
) -> Verdict:
    """Hold what clients noted against what is stored."""
    row = world.boards[board]
    for client in clients:
        client.viewer.screen = client.items
    people = [client for client in clients if isinstance(client, Person)]
    commands = [command for person in people for command in person.commands]
    ledger = Ledger(commands, [one.viewer for one in clients], list(reads))
    verdict = audit(ledger, _journals(world, board, row, clients))
    for client in clients:
        for case in client.silent:
            verdict.add("silent", f"{client.name}: {case}")
        for case in client.bugs:
            verdict.add("bug", f"{client.name}: {case}")
    _presence(verdict, clients)
    return verdict


def _presence(verdict: Verdict, clients: Iterable[Client]) -> None:
    """Who reads is told how many are here, long after the last has come or gone.

    Presence is told at most once: who did not read then may have missed it.
    """
    there = [one.connection for one in clients if one.is_watching and one.connection]
    for connection in there:
        client, told = connection.client, connection.here
        if told != len(there) and not connection.has_paused:
            case = f"{client.name} is told of {told}, there are {len(there)}"
            verdict.add("ghosts", case)


def _journals(
    world: World, board: BoardId, row: Row, clients: Iterable[Client]
) -> Mapping[str, Journal]:
    """Return the journal as everybody sees it, and as each client does."""
    eyes = {board: Principal(""), **{client.name: client.who for client in clients}}
    return {
        name: Journal(world.log_id, [_as_seen(who, entry) for entry in row.journal])
        for name, who in eyes.items()
    }


def _as_seen(who: Principal, entry: Entry) -> Stored:
    roles = ROLES.get(who.id, {"anyone", "participant"} if who.id else {"anyone"})
    seen = visible(sight(who, roles), entry.changes)
    changes = [json.decode(change.wire) for change in seen]
    return Stored(entry.seq, entry.who, entry.op, entry.ix, changes)
