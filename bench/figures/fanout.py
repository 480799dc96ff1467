"""One board, 1,000 subscribers: CPU per delivery, at 20 events/s and at saturation.

Orbit's events are durable commands of an authorised author, and its CPU is that of the
server and of its Postgres.  The others pass 128 bytes on and keep nothing.
"""

from collections.abc import Mapping, Sequence

from bench import load
from bench.load import Result, cpu
from bench.rig import Measure, Rig, median, ms, ratio, wrong
from bench.scene import Scene
from bench.servers import Server

SUBSCRIBERS = 1_000
IN_FLIGHT = 8
Rounds = Mapping[str, Sequence[Result]]


def run(rig: Rig) -> None:
    _paced(rig)
    _saturated(rig)


def _paced(rig: Rig) -> None:
    names = rig.those("c-each", "orbit", "node-ws", "nchan")
    measure = _fanout("--rate", 20, "--duration", rig.seconds + 1)
    rounds = rig.rounds_of("fanout-20", names, measure, subscribers=SUBSCRIBERS)
    title = f"Fan-out at 20 events/s to {SUBSCRIBERS:,} subscribers"
    _table(rig, title, rounds, "c-each")
    if {"orbit", "c-each"} <= set(names):
        rate = ratio(rounds["orbit"], rounds["c-each"], cpu)
        rig.report.figure("fan-out at 20/s, CPU to C", rate, 1.4, "x")
        bare = ratio(rounds["orbit"], rounds["c-each"], _without_postgres)
        rig.report.figure("the same without Postgres", bare, 1.4, "x")


def _saturated(rig: Rig) -> None:
    names = rig.those("c-each", "c-tick", "orbit", "node-ws", "nchan")
    measure = _fanout(*("--rate", 0, "--window", IN_FLIGHT, "--duration", rig.seconds))
    rounds = rig.rounds_of("fanout-full", names, measure, subscribers=SUBSCRIBERS)
    usual = rig.those("channels-core", "channels-pubsub")
    few = Rig(rig.data, rig.report, usual, 1, rig.seconds, rig.quick)
    # An event takes them nearly half a second: they are given more of them, and time.
    slowly = _fanout("--rate", 0, "--window", 2, "--duration", 8)
    rounds |= few.rounds_of("fanout-full", usual, slowly)
    title = f"Fan-out with {IN_FLIGHT} events in flight to {SUBSCRIBERS:,} subscribers"
    _table(rig, title, rounds, "c-tick")
    if {"orbit", "c-tick"} <= set(names):
        ours = rounds["orbit"]
        rate = ratio(ours, rounds["c-tick"], cpu)
        rig.report.figure("fan-out, CPU to coalescing C", rate, 2.0, "x")
        rig.report.figure("lost, doubled, out of order", wrong(ours), 0)
        for name in usual:
            less = median(rounds[name], cpu) / median(ours, cpu)
            rig.report.least(f"{name}, CPU to Orbit", less, 100, "x")


def _fanout(*options: object) -> Measure:
    def measure(server: Server, scene: Scene | None) -> Result:
        sized = ("-n", SUBSCRIBERS, "--size", 128, *options)
        return load.run(server, "fanout", *sized, scene=scene)

    return measure


def _without_postgres(result: Result) -> float:
    return cpu(result, without="postgres")


def _table(rig: Rig, title: str, rounds: Rounds, limit: str) -> None:
    rows = []
    for name, results in rounds.items():
        base = rounds.get(limit, ())
        to_c = ratio(results, base[: len(results)], cpu) if base else float("nan")
        rows.append(
            (
                name,
                median(results, lambda r: r["deliveries_per_s"]),
                median(results, cpu),
                median(results, _without_postgres),
                to_c,
                *(median(results, ms(q)) for q in ("p50", "p99")),
                median(results, lambda r: r["bytes_per_delivery"]),
                wrong(results),
            )
        )
    heads = ("server", "deliveries/s", "CPU us each", "without Postgres")
    more = (f"to {limit}", "p50 ms", "p99 ms", "bytes each", "lost or wrong")
    rig.report.table(title, (*heads, *more), rows)
