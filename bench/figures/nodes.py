"""The same boards on one node and on two: deliveries, and CPU in all processes.

Each board's people are at both nodes, so each event crosses the bus.  Two nodes beside
their clients need four cores; with fewer both are on one core, and what counts is that
a delivery costs no more.
"""

from collections.abc import Mapping, Sequence

from bench import load
from bench.load import Result, cpu, of
from bench.rig import Measure, Rig, median, ms, ratio, wrong
from bench.scene import Scene
from bench.servers import CORES, ENOUGH, Server

SUBSCRIBERS, BOARDS = 2_000, 2
LOADS = {
    "20/s": ("--rate", 20 * BOARDS),
    "8 in flight": ("--rate", 0, "--window", 8),
}


def run(rig: Rig) -> None:
    names = rig.those("orbit", "orbit-2")
    if len(names) < 2:
        return
    for test, options in LOADS.items():
        rounds = rig.rounds_of(
            f"nodes-{test}",
            names,
            _measure(*options, "--duration", rig.seconds),
            subscribers=SUBSCRIBERS,
            boards=BOARDS,
        )
        _table(rig, test, rounds)
        one, two = rounds["orbit"], rounds["orbit-2"]
        if CORES >= ENOUGH and test == "8 in flight":
            more = ratio(two, one, lambda r: r["deliveries_per_s"])
            rig.report.least("deliveries of two nodes to one", more, 1.8, "x")
        rate = ratio(two, one, cpu)
        rig.report.figure(f"CPU per delivery, two nodes to one, {test}", rate, 1.1, "x")
        rig.report.figure(f"lost, doubled, out of order, {test}", wrong(two), 0)


def _measure(*options: object) -> Measure:
    def measure(server: Server, scene: Scene | None) -> Result:
        sized = ("-n", SUBSCRIBERS, "--boards", BOARDS, "-p", BOARDS, "--size", 128)
        return load.run(server, "fanout", *sized, *options, scene=scene)

    return measure


def _table(rig: Rig, test: str, rounds: Mapping[str, Sequence[Result]]) -> None:
    rows = [
        (
            name,
            median(results, lambda r: r["deliveries_per_s"]),
            median(results, cpu),
            median(results, _per_write),
            median(results, _of("server", "node1", "node2", "parent")),
            median(results, _of("postgres")),
            median(results, _of("valkey")),
            *(median(results, ms(q)) for q in ("p50", "p99")),
            wrong(results),
        )
        for name, results in rounds.items()
    ]
    heads = ("server", "deliveries/s", "CPU us each", "CPU us a write", "nodes")
    more = ("Postgres", "Valkey", "p50 ms", "p99 ms", "lost or wrong")
    title = f"{BOARDS} boards of {SUBSCRIBERS // BOARDS} on one node and on two, {test}"
    rig.report.table(title, (*heads, *more), rows)


def _per_write(result: Result) -> float:
    """Return the CPU of a write: a node that has to wait tells several events in one.

    Beside other work one node waits more than each of two, and so seems cheaper.
    """
    return cpu(result) * result["deliveries"] / result["frames"]


def _of(*names: str):
    return lambda result: of(result, *names)
