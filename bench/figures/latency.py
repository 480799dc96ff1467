"""500 sockets on one board at 20 events/s: from the command to the event, in ms."""

from bench import load
from bench.load import Result
from bench.rig import Rig, median, ms, wrong
from bench.scene import Scene
from bench.servers import Server

SOCKETS = 500


def run(rig: Rig) -> None:
    def measure(server: Server, scene: Scene | None) -> Result:
        options = ("-n", SOCKETS, "--rate", 20, "--duration", rig.seconds + 2)
        return load.run(server, "fanout", *options, scene=scene)

    names = rig.those("c-each", "orbit", "node-ws", "nchan")
    rounds = rig.rounds_of("latency", names, measure, subscribers=SOCKETS)
    quantiles = ("p50", "p95", "p99", "p999")
    rig.report.table(
        f"From command sent to event received, {SOCKETS} sockets, 20 events/s (ms)",
        ("server", "p50", "p95", "p99", "p99.9", "lost or wrong"),
        [
            (name, *(median(results, ms(q)) for q in quantiles), wrong(results))
            for name, results in rounds.items()
        ],
    )
    if {"orbit", "c-each"} <= set(names):
        for name, bar in (("p95", 10.0), ("p99", 25.0)):
            limit = median(rounds["c-each"], ms(name)) + 2.0
            value = median(rounds["orbit"], ms(name))
            rig.report.figure(f"latency {name}", value, max(bar, limit), " ms")
