"""Which acts make up F1 to F8, in which order, and how a scenario is run.

Source: guarantees.md, 6.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from itertools import cycle, islice, product

from msgspec import Struct

from tests.harness.cluster.acts import ENDS, ClusterBench, Step
from tests.harness.cluster.failovers import FailoverBench
from tests.harness.cluster.nodes import (
    COUNT,
    Cluster,
    Replicated,
    Synchronous,
    Workers,
    running,
)
from tests.harness.cluster.witness import Seen, seen
from tests.harness.faults import Fault
from tests.harness.field import Answer, Field, now
from tests.harness.ledger import Ledger, Verdict, audit
from tests.harness.load import Size, journals, under_load
from tests.kit.hosts import Loopback, Network

QUIET_S = 6.0  # before the first fault: what a healthy cluster does
WARM_S = 2.0
REST_S = 2.0  # after the last
NODES = tuple(f"node{n + 1}" for n in range(COUNT))
SHORT = Size(
    boards=24,
    writers=36,
    followers=48,
    readers=2,
    rate=1.5,
    read_every_s=0.5,
    followed=True,
)
FULL = Size(
    boards=200,
    writers=300,
    followers=600,
    readers=4,
    rate=0.5,
    read_every_s=0.5,
    followed=True,
)


class Plan(Struct, frozen=True):
    """A scenario: its acts come one after the other, or each `at` its time."""

    name: str
    title: str
    steps: Sequence[Step]
    kind: type[Cluster] = Cluster
    bench: type[ClusterBench] = ClusterBench
    at_once: bool = False
    quiet_s: float = QUIET_S  # before the first fault: what a healthy cluster does

    @property
    def cuts(self) -> bool:
        """Whether it needs a network of its own."""
        return any(step.act in {"cut", "isolate"} for step in self.steps)


class Outcome(Struct):
    """All that came of a scenario."""

    plan: Plan
    is_real: bool  # on a network of its own
    began: float
    quiet: tuple[float, float]
    faults: list[Fault]
    verdict: Verdict
    seen: Seen
    acked: Sequence[Answer]
    answers: Counter[str]
    lost: int
    moved: int
    passed_on: int
    turned_down: int
    resets: int
    events: int
    errors: list[str]
    ledger: Ledger

    def __repr__(self) -> str:
        return f"Outcome({self.plan.name})"  # asyncio takes that of all when it ends

    @property
    def problems(self) -> list[str]:
        """Everything that must not be, in words."""
        found = [f"{one.kind}: {one.problem}" for one in self.faults if one.problem]
        found += [f"{name} = {n}" for name, n in self.verdict.faults.items()]
        return found + [f"logged: {line[:2000]}" for line in self.errors[:5]]


def plans(
    tier: str, repeats: int | None, seed: int, minutes: float, *, is_real: bool
) -> list[Plan]:
    """Return the scenarios of a tier, in order; `repeats` wins over the tier's own."""
    full = tier == "full"

    def times(short: int, long: int) -> int:
        return repeats or (long if full else short)

    synchronous = [Step("failover", seconds=1.0), Step("failover-cut", seconds=1.0)]
    if not is_real:
        synchronous.pop()

    return [
        Plan("F1", "machines are lost: kill -9", [Step("kill")] * times(3, 25)),
        Plan(
            "F1w",
            "workers are killed: kill -9, their parent lives",
            [Step("kill-worker")] * times(3, 25),
            kind=Workers,
        ),
        Plan("F2", "owners stand still: SIGSTOP", _pauses(times(4, 40))),
        Plan("F3", "Redis fails", _redis(times(4, 20), 120.0 if full else 25.0)),
        Plan("F4", "the database fails", _postgres(times(4, 20))),
        Plan("F5", "cables are pulled", _cuts(times(12, 240), full=full)),
        Plan(
            "F5d",
            "a node alone hears nothing, and leaves",
            [Step("isolate", seconds=30.0)] * times(1, 10),
        ),
        Plan("F6", "a rolling deploy", _rolls(times(2, 10))),
        Plan(
            "F6w",
            "a rolling deploy of workers: SIGHUP",
            [Step("hangup")] * times(1, 5),
            kind=Workers,
        ),
        Plan(
            "F7",
            "the database fails over to a standby that is behind",
            _failovers(times(4, 10), is_real=is_real),
            kind=Replicated,
            bench=FailoverBench,
        ),
        Plan(
            "F7s",
            "the database fails over to a synchronous standby",
            list(islice(cycle(synchronous), times(1, 5))),
            kind=Synchronous,
            bench=FailoverBench,
        ),
        Plan(
            "F8",
            f"a soup of faults, seed {seed}",
            soup(seed, minutes, is_real=is_real),
            at_once=True,
        ),
    ]


def _pauses(times: int) -> list[Step]:
    """Return pauses of all lengths; each other one begins inside an append."""
    lengths = (1.0, 10.0, 3.0, 30.0)
    kinds = [
        Step("pause", seconds=seconds, inside=(n + turn) % 2 == 1)
        for turn in range(2)
        for n, seconds in enumerate(lengths)
    ]
    return list(islice(cycle(kinds), times))


def _redis(times: int, long_s: float) -> list[Step]:
    kinds = [
        Step("redis-kill", seconds=1.0),
        Step("redis-flush"),
        Step("redis-freeze", seconds=10.0),
        Step("redis-down", seconds=long_s),
    ]
    return list(islice(cycle(kinds), times))


def _postgres(times: int) -> list[Step]:
    kinds = [Step("postgres-immediate"), Step("postgres-kill")]
    return list(islice(cycle(kinds), times))


def _cuts(times: int, *, full: bool) -> list[Step]:
    """Return cuts of each cable in each way, the longer ones later."""
    lengths = (3.0, 10.0, 30.0) if full else (3.0, 10.0)
    kinds = [
        Step("cut", seconds=seconds, other=other, way=way)
        for seconds, other, way in product(
            lengths, (*ENDS, "all"), ("both", "to", "from")
        )
    ]
    return list(islice(cycle(kinds), times))


def _rolls(times: int) -> list[Step]:
    return list(islice(cycle([Step("surge"), Step("roll")]), times))


def _failovers(times: int, *, is_real: bool) -> list[Step]:
    """Return failovers, each other one with a zombie; some cut cables if they may."""
    ways = ("-split", "-cut", "", "", "") if is_real else ("",)
    others = [Step(f"failover{way}", seconds=2.0) for way in ways]
    zombie = Step("failover-zombie", seconds=1.0)
    kinds = [step for other in others for step in (zombie, other)]
    return list(islice(cycle(kinds), times))


def soup(seed: int, minutes: float, *, is_real: bool) -> list[Step]:
    """Return faults at random times, the same for the same seed.

    Two may go on at once.  Where nothing can be cut, the cuts alone are left out.
    """
    dice = random.Random(seed)
    steps, at = list[Step](), 5.0
    while at < minutes * 60 - 15:
        step = _any(dice, round(at, 2))
        if is_real or step.act != "cut":
            steps.append(step)
        at += dice.uniform(1.0, 8.0)
    return steps


def _any(dice: random.Random, at: float) -> Step:
    target, seconds = dice.choice(NODES), round(dice.uniform(0.5, 12.0), 2)
    other, way = dice.choice(ENDS), dice.choice(("both", "to", "from"))
    inside = dice.random() < 0.3
    act = dice.choice(SOUP)
    match act:
        case "kill":
            return Step(act, target, at=at)
        case "pause":
            return Step(act, target, seconds, inside=inside, at=at)
        case "cut":
            return Step(act, target, seconds, other=other, way=way, at=at)
        case "postgres-kill" | "postgres-immediate":
            return Step(act, seconds=min(seconds, 3.0), at=at)
        case _:
            return Step(act, seconds=seconds, at=at)


SOUP = (
    *("kill", "kill", "pause", "pause", "cut", "cut", "cut"),
    *("redis-kill", "redis-flush", "redis-freeze"),
    *("postgres-kill", "postgres-immediate"),
)
Told = Callable[[Field, Fault | None], None]


def nobody(_field: Field, _fault: Fault | None) -> None:
    """Hear of progress, and tell nobody."""


async def run(
    plan: Plan, size: Size, network: Network | Loopback, told: Told = nobody
) -> Outcome:
    """Run a scenario, and judge what came of it by the ledger.

    `told` hears of each fault when it is over, and of the beginning.
    """
    async with running(network, plan.kind) as cluster:
        places, outside = cluster.places, cluster.outside
        began = now()
        async with under_load(places, outside, size) as (field, boards):
            bench = plan.bench(cluster, field, size.sockets, alone=not plan.at_once)
            await bench.begin(boards)
            told(field, None)
            await asyncio.sleep(WARM_S)
            quiet = (now(), now() + plan.quiet_s)
            await asyncio.sleep(plan.quiet_s)
            faults = await _done(plan, bench, lambda fault: told(field, fault))
            await bench.end()
            await asyncio.sleep(REST_S)
        stored = await journals(outside, [*boards, *bench.own])
        return Outcome(
            plan=plan,
            is_real=network.is_real,
            began=began,
            quiet=quiet,
            faults=faults,
            verdict=await asyncio.to_thread(audit, field.ledger, stored),
            seen=await seen(outside),
            acked=field.acked,
            answers=field.answers,
            lost=field.lost,
            moved=field.moved,
            passed_on=field.passed_on,
            turned_down=field.turned_down,
            resets=field.resets,
            events=sum(len(journal.rows) for journal in stored.values()),
            errors=cluster.errors(),
            ledger=field.ledger,
        )


async def _done(
    plan: Plan, bench: ClusterBench, told: Callable[[Fault], None]
) -> list[Fault]:
    faults = list[Fault]()

    async def do(step: Step) -> None:
        faults.append(await bench.do(step))
        told(faults[-1])

    if plan.at_once:
        began, turns = now(), _Turns()
        async with asyncio.TaskGroup() as jobs:
            for step in plan.steps:
                jobs.create_task(turns.taken(step, began, do))
    else:
        for step in plan.steps:
            await do(step)
    return sorted(faults, key=lambda fault: fault.began)


class _Turns:
    """At most so many at once, and never two to the same thing."""

    def __init__(self, most: int = 2) -> None:
        self._most, self._changed = most, asyncio.Condition()
        self._out = list[str]()

    async def taken(
        self, step: Step, began: float, do: Callable[[Step], Awaitable[None]]
    ) -> None:
        """Do a step at its time, or as soon after it as may be."""
        thing = step.target or step.act.partition("-")[0]
        await asyncio.sleep(max(0.0, began + step.at - now()))
        async with self._changed:
            await self._changed.wait_for(
                lambda: len(self._out) < self._most and thing not in self._out
            )
            self._out.append(thing)
        try:
            await do(step)
        finally:
            async with self._changed:
                self._out.remove(thing)
                self._changed.notify_all()
