"""One of 50 subscribers stops reading: its neighbours should not notice, nor memory.

The events that it does not read are several MB: more than any kernel keeps for it.
"""

from bench import load
from bench.load import Result
from bench.rig import Rig, median, ms, wrong
from bench.scene import Scene
from bench.servers import Server

SUBSCRIBERS, RATE, SIZE = 50, 200, 3_900


def run(rig: Rig) -> None:
    rows = []
    for name in rig.those("orbit", "node-ws"):
        whole, stalled = _measured(rig, name, 0), _measured(rig, name, 1)
        rows += [(name, "all read", *_row(whole)), (name, "one stalls", *_row(stalled))]
        if name == "orbit":
            kept = median(stalled, _per_healthy) / median(whole, _per_healthy)
            rig.report.least("neighbours' rate beside a stalled reader", kept, 0.99)
            limit = max(2 * median(whole, ms("p99")), median(whole, ms("p99")) + 2.0)
            p99 = median(stalled, ms("p99"))
            rig.report.figure("neighbours' p99 beside a stalled reader", p99, limit)
            grown = median(stalled, _growth) - median(whole, _growth)
            rig.report.figure("memory for a stalled reader", grown, 1.0, " MiB")
            gone = wrong(whole) + wrong(stalled)
            rig.report.figure("neighbours' lost or wrong", gone, 0)
    heads = ("server", "readers", "events/s to each healthy one", "p50 ms", "p99 ms")
    rig.report.table(
        f"One of {SUBSCRIBERS} does not read {RATE} events/s of {SIZE:,} bytes",
        (*heads, "memory grew MiB", "lost or wrong"),
        rows,
    )


def _measured(rig: Rig, name: str, stall: int) -> list[Result]:
    def measure(server: Server, scene: Scene | None) -> Result:
        sized = ("-n", SUBSCRIBERS, "--rate", RATE, "--size", SIZE)
        # Past the stall limit's beginning, and with the board's memory full.
        timed = ("--warmup", 4, "--duration", rig.seconds + 1)
        options = (*sized, "--stall", stall, *timed)
        result = load.run(server, "fanout", *options, scene=scene)
        return {**result, "healthy": SUBSCRIBERS - stall}

    once = Rig(rig.data, rig.report, rig.servers, 1, rig.seconds, rig.quick)
    test = f"stalled-{stall}"
    return once.rounds_of(test, [name], measure, subscribers=SUBSCRIBERS)[name]


def _per_healthy(result: Result) -> float:
    return float(result["deliveries_per_s"] / result["healthy"])


def _growth(result: Result) -> float:
    return float(result["procs"]["server"]["rss_growth_kb"]) / 1024


def _row(results: list[Result]) -> tuple[object, ...]:
    return (
        median(results, _per_healthy),
        median(results, ms("p50")),
        median(results, ms("p99")),
        median(results, _growth),
        wrong(results),
    )
