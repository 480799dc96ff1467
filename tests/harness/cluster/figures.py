"""What a scenario comes to in numbers, and the bar of each.

Pure.  Source of the bars: guarantees.md, 6.  A figure without a bar is only printed.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from tests.harness.cluster.nodes import Synchronous, Workers
from tests.harness.cluster.scenarios import Outcome
from tests.harness.cluster.witness import Claim
from tests.harness.faults import Fault
from tests.harness.field import Answer
from tests.harness.ledger import Applied

SETTLE_S = 1.0  # after a fault, until a time counts as quiet again
NO_NACK = {"ack", "unknown"}
Span = tuple[float, float]


class Figure(Struct, frozen=True):
    """A number and its bar; `at_most` is None where there is none."""

    scenario: str
    name: str
    value: float
    unit: str = ""
    at_most: float | None = None
    at_least: float | None = None

    @property
    def verdict(self) -> str:
        """PASS, MISS, or nothing where there is no bar."""
        if self.at_most is None and self.at_least is None:
            return ""
        is_good = self.at_most is None or self.value <= self.at_most
        is_good = is_good and (self.at_least is None or self.value >= self.at_least)
        return "PASS" if is_good else "MISS"

    @property
    def bar(self) -> str:
        if self.at_most is not None:
            return f"<= {self.at_most:g}{self.unit}"
        return "" if self.at_least is None else f">= {self.at_least:g}{self.unit}"

    @property
    def said(self) -> str:
        if self.unit:
            return f"{self.value:.3g}{self.unit}"
        return f"{self.value:g}"

    def __str__(self) -> str:
        words = [f"FIGURE {self.scenario} {self.name}: {self.said}"]
        words += [f"(bar {self.bar})", self.verdict] if self.verdict else []
        return " ".join(words)


def figures(outcome: Outcome) -> list[Figure]:
    """Return all figures of a scenario."""
    name = outcome.plan.name
    found = [*_common(outcome)]
    found += OWN.get(name, _nothing)(outcome)
    return found


def quantile(values: Iterable[float], share: float) -> float:
    """Return the value below which that share lies; 0 of nothing."""
    ordered = sorted(values)
    return ordered[int(share * (len(ordered) - 1))] if ordered else 0.0


def _common(outcome: Outcome) -> Iterator[Figure]:
    name = outcome.plan.name
    faults, answers = outcome.faults, outcome.answers
    bitten = sum(not fault.problem for fault in faults)
    wrong = outcome.verdict.counts.total()
    yield Figure(name, "faults that bit", bitten, at_least=len(outcome.plan.steps))
    yield Figure(name, "ledger, all counters", wrong, at_most=0)
    yield Figure(name, "errors logged", len(outcome.errors), at_most=0)
    yield Figure(name, "commands acked", answers["ack"])
    yield Figure(name, "events stored", outcome.events)
    yield Figure(name, "in flight at faults", sum(fault.in_flight for fault in faults))
    yield Figure(name, "takeovers", len(outcome.seen.takeovers()))
    yield Figure(name, "appends fenced", len(outcome.seen.fenced))
    yield Figure(name, "disconnects", outcome.lost)
    yield Figure(name, "sockets sent away", outcome.moved)
    yield Figure(name, "connects passed on by the balancer", outcome.passed_on)
    yield Figure(name, "connects turned down by all", outcome.turned_down)
    yield Figure(name, "whole views in place of changes", outcome.resets)
    yield Figure(name, "unknown", answers["unknown"])
    for code, times in sorted(answers.items()):
        if code not in NO_NACK:
            yield Figure(name, f"answers {code}", times)
    for kind, waits in waits_of(faults).items():
        yield Figure(name, f"new ack p50, {kind}", quantile(waits, 0.5), " s")
        yield Figure(name, f"new ack p99, {kind}", quantile(waits, 0.99), " s")
        yield Figure(name, f"new ack max, {kind}", max(waits), " s")


def waits_of(faults: Iterable[Fault]) -> Mapping[str, list[float]]:
    """Return how long boards waited, by what was done."""
    waits: dict[str, list[float]] = defaultdict(list)
    for fault in faults:
        if fault.waits_s:
            waits[fault.kind] += fault.waits_s
    return waits


def _all_waits(outcome: Outcome) -> list[float]:
    return [wait for fault in outcome.faults for wait in fault.waits_s]


def _killed(outcome: Outcome) -> list[Figure]:
    waits, name = _all_waits(outcome), outcome.plan.name
    bar = 1.5 if outcome.plan.kind is Workers else 6.5
    return [
        Figure(name, "first new ack p50", quantile(waits, 0.5), " s", at_most=bar),
        Figure(name, "first new ack p99", quantile(waits, 0.99), " s", at_most=8.0),
    ]


def _paused(outcome: Outcome) -> list[Figure]:
    name = outcome.plan.name
    short = [
        fault.evidence["takeovers"]
        for fault, step in zip(outcome.faults, outcome.plan.steps, strict=False)
        if step.seconds <= 3.0
    ]
    fenced = len(outcome.seen.fenced)
    return [
        Figure(name, "takeovers at 1 and 3 s", sum(short), at_most=0),
        Figure(name, "appends fenced, in all", fenced, at_least=1),
    ]


def _without_redis(outcome: Outcome) -> list[Figure]:
    name = outcome.plan.name
    spans = [(fault.began, fault.ended) for fault in outcome.faults]
    calm = _local_p99(outcome, [outcome.quiet])
    hard = _local_p99(outcome, spans)
    late = _lags(outcome, spans)
    onset = _lags(outcome, [(began, began + 5.0) for began, _ in spans])
    later = _lags(outcome, [(began + 5.0, ended) for began, ended in spans])
    return [
        Figure(name, "disconnects, by Redis", outcome.lost, at_most=0),
        Figure(
            name, "takeovers of live owners", len(outcome.seen.takeovers()), at_most=0
        ),
        Figure(name, "local ack p99 in quiet", calm, " s"),
        Figure(name, "local ack p99 in faults", hard, " s"),
        Figure(name, "local ack p99, ratio", hard / calm, "x", at_most=2.0),
        Figure(name, "followers' lag at the onset, max", max(onset), " s", at_most=4.0),
        Figure(
            name, "followers' lag later, p99", quantile(later, 0.99), " s", at_most=1.5
        ),
        Figure(name, "followers' lag, p99 of all", quantile(late, 0.99), " s"),
    ]


def _without_database(outcome: Outcome) -> list[Figure]:
    waits, name = _all_waits(outcome), outcome.plan.name
    return [
        Figure(name, "acks after it is up p99", quantile(waits, 0.99), " s", 5.0),
        Figure(name, "disconnects, by the database", outcome.lost, at_most=0),
    ]


def _cut(outcome: Outcome) -> list[Figure]:
    waits, name = _all_waits(outcome), outcome.plan.name
    return [Figure(name, "ack after healing, max", max([0.0, *waits]), " s", 5.0)]


def _isolated(outcome: Outcome) -> list[Figure]:
    name, taken = outcome.plan.name, len(outcome.seen.takeovers())
    claimed = [
        claim.at - fault.began
        for fault in outcome.faults
        for claim in outcome.seen.claims
        if fault.began < claim.at < fault.ended
    ]
    return [
        Figure(name, "owned by others, max", max([0.0, *claimed]), " s", at_most=20.0),
        Figure(name, "takeovers of live owners", taken, at_most=0),
        Figure(name, "disconnects, by silence", outcome.lost, at_most=0),
    ]


def _rolled(outcome: Outcome) -> list[Figure]:
    name = outcome.plan.name
    spans = [(fault.began, fault.ended) for fault in outcome.faults]
    took = [one.took_s for one in _within(outcome.acked, spans)]
    codes = outcome.answers
    nacks = sum(n for code, n in codes.items() if code not in NO_NACK)
    return [
        Figure(name, "nacks", nacks, at_most=0),
        Figure(name, "unknown, in a deploy", codes["unknown"], at_most=0),
        Figure(name, "failed reconnects", outcome.turned_down, at_most=0),
        Figure(name, "disconnects, in a deploy", outcome.lost, at_most=0),
        Figure(name, "stall p99", quantile(took, 0.99), " s", at_most=0.5),
        Figure(name, "stall max", max([0.0, *took]), " s", at_most=2.0),
    ]


def _failed_over(outcome: Outcome) -> list[Figure]:
    name, found = outcome.plan.name, [fault.evidence for fault in outcome.faults]
    counts, waits = outcome.verdict.counts, _all_waits(outcome)
    reset = [one["reset"] / one["followers"] * 100 for one in found if "reset" in one]
    missing = sum(one.get("acks_missing", 0) for one in found)
    both = [
        Figure(name, "lost after healing", counts["lost"], at_most=0),
        Figure(name, "new ack after it serves p99", quantile(waits, 0.99), " s"),
    ]
    if outcome.plan.kind is Synchronous:
        told = max([0.0, *reset])
        return [
            *both,
            Figure(name, "acks that the standby lacks", missing, at_most=0),
            Figure(name, "followers reset, most", told, " %", at_most=0.0),
        ]
    said = [zombie.said for zombie in outcome.seen.zombies]
    slept = sum(step.act == "failover-zombie" for step in outcome.plan.steps)
    refused, done = said.count("fenced"), said.count("done")
    return [
        *both,
        Figure(name, "acks lost before healing", missing, at_least=1),
        Figure(name, "followers reset, least", min([100, *reset]), " %", at_least=100),
        Figure(name, "zombies' appends refused", refused, at_least=slept),
        Figure(name, "zombies' appends committed", done, at_most=0),
    ]


def _nothing(_outcome: Outcome) -> list[Figure]:
    return []


OWN = {
    "F1": _killed,
    "F1w": _killed,
    "F2": _paused,
    "F3": _without_redis,
    "F4": _without_database,
    "F5": _cut,
    "F5d": _isolated,
    "F6": _rolled,
    "F6w": _rolled,
    "F7": _failed_over,
    "F7s": _failed_over,
}


# What is read from the ledger ------------------------------------------------------


def _within(acked: Iterable[Answer], spans: Sequence[Span]) -> Iterator[Answer]:
    """Give the acks of commands that were first sent in one of these times."""
    for answer in acked:
        sent = answer.at - answer.took_s
        if any(began <= sent <= ended for began, ended in spans):
            yield answer


def _local_p99(outcome: Outcome, spans: Sequence[Span]) -> float:
    """Return how long commands took to boards that their own node owned."""
    owned: dict[str, list[Claim]] = defaultdict(list)
    for claim in outcome.seen.claims:
        owned[claim.board].append(claim)
    times = {board: [claim.at for claim in claims] for board, claims in owned.items()}
    took = []
    for answer in _within(outcome.acked, spans):
        at = bisect_right(times.get(answer.board, []), answer.at) - 1
        if at >= 0 and owned[answer.board][at].owner == answer.via:
            took.append(answer.took_s)
    return max(quantile(took, 0.99), 0.001)


def _lags(outcome: Outcome, spans: Sequence[Span]) -> list[float]:
    """Return how long after its ack each event was seen by each who followed."""
    acked = {
        (command.board, ack.seq): ack.until or 0.0
        for command in outcome.ledger.commands
        for ack in command.acks()
    }
    lags = [0.0]
    for viewer in outcome.ledger.viewers:
        for seen in viewer.seen:
            at = acked.get((viewer.board, seen.seq))
            if not isinstance(seen, Applied) or at is None:
                continue
            if any(began <= at <= ended for began, ended in spans):
                lags.append(max(0.0, seen.at - at))
    return lags
