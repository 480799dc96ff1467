"""Ways to break Orbit, one promise each: the fourteen of guarantees.md, 6, and others.

Each puts something wrong in the place of a function of Orbit, and takes off the layers
that would cover it.  A seam that is gone fails loudly; what is not noticed in the
ledger fails the test.  Never part of the installed package.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

from msgspec import Struct
from msgspec.structs import replace

from orbit.core.actors.journaling import Settled, Writer
from orbit.core.actors.memory import Memory
from orbit.core.actors.watching import Watching
from orbit.core.cluster import following
from orbit.core.cluster.errands import Errands
from orbit.core.cluster.following import Follower
from orbit.core.cluster.nodes import Nodes
from orbit.core.cluster.resends import Resends
from orbit.core.cluster.serving import Serving
from orbit.core.errors import TimedOut
from orbit.core.ports import Append, Claim, Loaded, Outcome
from orbit.core.types import BoardId
from orbit.store.memory import journal as store
from orbit.store.memory.carrier import Hub
from orbit.store.memory.journal import MemoryJournal
from orbit.store.memory.world import Row, World
from orbit.store.postgres.node import Beat


class Seams:
    """What was replaced, so that it can be put back."""

    def __init__(self) -> None:
        self._before: list[tuple[Any, str, Any]] = []

    def put(self, owner: Any, name: str, new: Any) -> Any:
        """Put `new` in the place of an attribute, and return what was there."""
        if name not in vars(owner):
            raise AssertionError(f"{owner.__name__} has no {name}: a seam is gone")
        before = vars(owner)[name]
        self._before.append((owner, name, before))
        setattr(owner, name, new)
        return before

    def undo(self) -> None:
        for owner, name, before in reversed(self._before):
            setattr(owner, name, before)


class Sabotage(Struct, frozen=True):
    """One thing broken, the layers that go off with it, and who must notice."""

    what: str
    counters: Sequence[str]  # of the ledger: one of them at least moves
    act: Callable[[Seams], None]
    layers_off: frozenset[str] = frozenset()
    plan: Sequence[Sequence[str]] = ()  # rows of faults that bring it out
    without: frozenset[str] = frozenset()  # faults that only those layers stand
    best: int = 0  # the seed that is known to bring it out soonest
    most: int = 24  # seeds, within which it is caught

    @property
    def seeds(self) -> Sequence[int]:
        """The seeds to look in: what others change may move it to another one."""
        return self.best, *(seed for seed in range(self.most) if seed != self.best)

    @property
    def has_cover(self) -> bool:
        """Whether the layers that go off are not all that is broken."""
        return bool(self.layers_off) and self.act is not _nothing_more


@contextmanager
def sabotaged(name: str, *, layers_alone: bool = False) -> Iterator[Sabotage]:
    """Have Orbit broken for a while; or only without the layers that would cover it."""
    seams, sabotage = Seams(), SABOTAGES[name]
    try:
        for layer in sorted(sabotage.layers_off - IN_APPEND):
            LAYERS[layer](seams)
        if in_append := sabotage.layers_off & IN_APPEND:
            _append_without(seams, in_append)
        if not layers_alone:
            sabotage.act(seams)
        yield sabotage
    finally:
        seams.undo()


# Layers ---------------------------------------------------------------------------

IN_APPEND = frozenset({"epoch", "token", "head", "unique"})


def _append_without(seams: Seams, off: frozenset[str]) -> None:
    """Have an append compare less: what it writes may stand where something is."""
    can_be_stored, keep = store._can_be_stored, store._store

    def append(self: MemoryJournal, turn: Append) -> Outcome:
        row = self._world.boards.get(turn.claim.board)
        if row is None or row.is_locked:
            return Outcome.BUSY if row else Outcome.FENCED
        claim = turn.claim
        is_old = {
            "epoch": claim.epoch < row.epoch,
            "token": claim.token != row.token,
            "head": row.seq != turn.expect,
        }
        if any(wrong for layer, wrong in is_old.items() if layer not in off):
            return Outcome.FENCED
        if "unique" not in off and not can_be_stored(row, turn.entries):
            return Outcome.REFUSED
        head = row.seq
        keep(row, turn)
        row.seq = max(head, turn.entries[-1].seq)
        return Outcome.DONE

    seams.put(MemoryJournal, "_append", append)


def _silence_says_nothing(seams: Seams) -> None:
    seams.put(following, "SILENCE_S", float("inf"))


def _nobody_counts(_seams: Seams) -> None:
    """Only the store over Postgres counts what it loads; here nothing is to be done."""


def _lease_at_claim(seams: Seams) -> None:
    async def claim(self: MemoryJournal, board: BoardId) -> Claim:
        row = self._row(board)
        row.owner = row.heir = None
        taken: Claim = await before(self, board)
        return taken

    before = seams.put(MemoryJournal, "claim", claim)


LAYERS: Mapping[str, Callable[[Seams], None]] = {
    "silence": _silence_says_nothing,
    "count": _nobody_counts,
    "lease at claim": _lease_at_claim,
}


# Sabotages ------------------------------------------------------------------------


def _nothing_more(_seams: Seams) -> None:
    """The layers that are off are all there is to it."""


def redis_epoch(seams: Seams) -> None:
    """Epochs are counted in Redis, and after a flush from 1 again."""
    counts: WeakKeyDictionary[World, int] = WeakKeyDictionary()

    async def claim(self: MemoryJournal, board: BoardId) -> Claim:
        row, world = self._row(board), self._world
        highest = row.epoch
        taken: Claim = await claim_of(self, board)
        counts[world] = counts.get(world, 0) + 1
        row.epoch = max(highest, counts[world])
        return replace(taken, epoch=counts[world])

    def flush(self: Hub) -> None:
        counts.clear()
        flush_of(self)

    claim_of = seams.put(MemoryJournal, "claim", claim)
    flush_of = seams.put(Hub, "flush", flush)
    seams.put(Row, "is_held_by", lambda row, claim: claim.epoch >= row.epoch)


def resend(seams: Seams) -> None:
    """What has an unknown outcome is sent again, under the same claim."""

    async def append(self: Writer, appends: Sequence[Append]) -> Sequence[Outcome]:
        outcomes = list(await before(self, appends))
        for at, one in enumerate(appends):
            if outcomes[at] is Outcome.UNKNOWN:
                head = (await self._journal.peek(one.claim.board)).claim.seq
                again = await self._journal.append([_moved(one, head)])
                outcomes[at] = again[0]
        return outcomes

    before = seams.put(Writer, "_append", append)


def _moved(append: Append, head: int) -> Append:
    by = head - append.expect
    entries = [replace(entry, seq=entry.seq + by) for entry in append.entries]
    return replace(append, expect=head, entries=entries)


def stale_load(seams: Seams) -> None:
    """A fresh head with old events: claim and load see different moments."""

    async def load(self: MemoryJournal, claim: Claim, version: int) -> Loaded:
        loaded = await before(self, claim, version)
        return Loaded(loaded.snapshot, loaded.tail[:-1])

    before = seams.put(MemoryJournal, "load", load)


def no_dedupe(seams: Seams) -> None:
    """No command is known again."""

    async def nothing(_self: Any, _board: Any, _ops: Any) -> dict[Any, Any]:
        return {}

    seams.put(Memory, "told", lambda _self, _op: None)
    seams.put(MemoryJournal, "told", nothing)


def ack_early(seams: Seams) -> None:
    """Answers before the commit."""

    def submit(self: Writer, append: Append, settled: Settled) -> None:
        actor = _actor(settled)
        flight = actor._flight
        for ask, outcome in zip(flight.asks, flight.turn.answers, strict=True):
            if isinstance(outcome, int):
                ask.settle(actor._answers.done(actor.live, ask, outcome))
                ask.settle = _deaf
        before(self, append, settled)

    before = seams.put(Writer, "submit", submit)


def bcast_early(seams: Seams) -> None:
    """Tells subscribers before the commit."""
    told: dict[int, Append] = {}  # kept, so that no other takes its id

    def submit(self: Writer, append: Append, settled: Settled) -> None:
        watching = _actor(settled)._watching
        if id(append) not in told:
            told[id(append)] = append
            publish(watching, watching.live, append.entries)
        before(self, append, settled)

    def only_missed(self: Watching, live: Any, entries: Sequence[Any]) -> None:
        if not any(append.entries is entries for append in told.values()):
            publish(self, live, entries)

    before = seams.put(Writer, "submit", submit)
    publish = seams.put(Watching, "publish", only_missed)


def no_beacon(seams: Seams) -> None:
    """Owners do not say how far their boards are."""

    def beacon(self: Serving, _heads: Any, now: float) -> Any:
        return before(self, lambda _board: None, now)

    before = seams.put(Serving, "beacon", beacon)


def no_gapfill(seams: Seams) -> None:
    """What does not follow the last event is taken all the same."""

    def apply(self: Follower, live: Any, entries: Sequence[Any]) -> bool:
        for entry in (entry for entry in entries if entry.seq > live.seq):
            live.seq = entry.seq - 1
            before(self, live, [entry])
        return True

    before = seams.put(Follower, "_apply", apply)


def nack_unknown(seams: Seams) -> None:
    """A gateway refuses what has waited too long, while copies are under way."""

    def expire(self: Errands, now: float) -> None:
        for sent in self._asks.late(now):
            sent.ask.settle(TimedOut())

    seams.put(Errands, "expire", expire)


def any_epoch(seams: Seams) -> None:
    """An owner takes what was asked of an earlier one."""

    def addressed(self: Nodes, sender: str, word: Any) -> Any:
        actor = self._owned(word.board)
        return actor if actor and actor.claim else before(self, sender, word)

    before = seams.put(Nodes, "_addressed", addressed)


def zombie_read(seams: Seams) -> None:
    """A node answers from memory, however long ago its lease ended."""
    seams.put(Beat, "is_valid", lambda _self: True)


def no_freeze(seams: Seams) -> None:
    """Who is not in the newest view is dead, and his boards are free."""

    async def beat(self: Nodes) -> None:
        await before(self)
        actors = self._boards.actors()
        for one in [actor for actor in actors if isinstance(actor, Follower)]:
            if one.owner and not self._placement.knows(one.owner):
                one._pass_on()

    before = seams.put(Nodes, "beat", beat)


def no_resends(seams: Seams) -> None:
    """A gateway passes on refusals of what others were told before it."""
    seams.put(Resends, "guarded", lambda _self, _board, _op, _attempt, settle: settle)


def _actor(settled: Settled) -> Any:
    return settled.__self__  # type: ignore[attr-defined]


def _deaf(_answer: object) -> None:
    """It has been told already."""


SABOTAGES: Mapping[str, Sabotage] = {
    "no_fence": Sabotage(
        "an append asks nobody whose board it is",
        ("dup", "reorder", "lost", "phantom"),
        _nothing_more,
        layers_off=IN_APPEND,
        best=2,
    ),
    "redis_epoch": Sabotage(
        "the epoch is a counter in Redis",
        ("dup", "reorder", "lost"),
        redis_epoch,
        layers_off=frozenset({"token", "head", "unique"}),
        plan=[["zombie"] * 4, ["redis flush"] * 12],
        without=frozenset({"written twice"}),
    ),
    "resend": Sabotage(
        "an append without an answer is sent again",
        ("dup", "lost"),
        resend,
        layers_off=frozenset({"unique"}),
        best=1,
    ),
    "stale_load": Sabotage(
        "claim and load see different moments",
        ("phantom", "lost", "dup"),
        stale_load,
        layers_off=frozenset({"count"}),
    ),
    "no_dedupe": Sabotage(
        "no command is known again",
        ("dup", "lost"),
        no_dedupe,
        layers_off=frozenset({"unique"}),
    ),
    "ack_early": Sabotage("answered before the commit", ("lost",), ack_early, best=1),
    "bcast_early": Sabotage(
        "told before the commit", ("phantom", "dup", "reorder"), bcast_early
    ),
    "no_beacon": Sabotage(
        "nobody says how far a board is",
        ("gap",),
        no_beacon,
        layers_off=frozenset({"silence"}),
        best=1,
    ),
    "no_gapfill": Sabotage(
        "what does not follow is taken", ("reorder", "phantom", "gap"), no_gapfill
    ),
    "nack_unknown": Sabotage(
        "refused while copies are under way", ("false_nack",), nack_unknown, best=1
    ),
    "any_epoch": Sabotage(
        "an owner takes what an earlier one was asked",
        ("false_nack",),
        any_epoch,
        plan=[["straggler"] * 4],
        best=4,
    ),
    "zombie_read": Sabotage(
        "memory answers after the lease",
        ("stale", "backwards"),
        zombie_read,
        plan=[["zombie"] * 4],
        best=1,
    ),
    "no_token": Sabotage(
        "an epoch that was given out twice is enough",
        ("phantom", "dup", "lost", "bug"),
        _nothing_more,
        layers_off=frozenset({"token"}),
        plan=[["failover"]],
        best=57,
        most=120,
    ),
    "no_freeze": Sabotage(
        "a view that has just changed is trusted",
        ("usurped",),
        no_freeze,
        layers_off=frozenset({"lease at claim"}),
        plan=[["redis flush", "redis stop"] * 3],
    ),
    "no_resends": Sabotage(
        "refusals are final, whoever was told it before",
        ("false_nack",),
        no_resends,
        plan=[["told twice"] * 8],
        best=1,
    ),
}
