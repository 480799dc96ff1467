"""100 boards of 10 subscribers: how many commands a node acknowledges, and how soon.

An acknowledged command is committed (fsync is on) and its event is on its way to all.
The server is on core 0, the clients are on core 1, Postgres is on both.
"""

from bench import load
from bench.load import Result
from bench.rig import Rig, median, ms, wrong
from bench.scene import Scene
from bench.servers import Server

BOARDS, SUBSCRIBERS = 100, 1_000
FULL = ("--rate", 0, "--ack-window", 16)
PACED = ("--rate", 1_000)


def run(rig: Rig) -> None:
    rows = []
    for test, options in (("full", FULL), ("1,000/s", PACED)):
        results = _measured(rig, test, options)
        if not results:
            continue
        rows.append((test, *_row(results)))
        if test == "full":
            acked = median(results, lambda r: r["acked_per_s"])
            rig.report.least("durable commands acknowledged", acked, 8_000, "/s")
            gone = wrong(results) + sum(r["unacked"] + r["refused"] for r in results)
            rig.report.figure("lost, doubled, unanswered", gone, 0)
        else:
            rig.report.figure("ack p99 at 1,000/s", _p99(results), 20.0, " ms")
    heads = ("load", "acked/s", "deliveries/s", "ack p50 ms", "ack p99 ms")
    cpus = ("event p99 ms", "server us/command", "Postgres us/command")
    rig.report.table(f"Durable commands on {BOARDS} boards", (*heads, *cpus), rows)


def _measured(rig: Rig, test: str, options: tuple[object, ...]) -> list[Result]:
    def measure(server: Server, scene: Scene | None) -> Result:
        sized = ("-n", SUBSCRIBERS, "--boards", BOARDS, "-p", BOARDS)
        timed = ("--duration", rig.seconds)
        return load.run(server, "fanout", *sized, *options, *timed, scene=scene)

    rounds = rig.rounds_of(
        f"durable-{test}",
        rig.those("orbit"),
        measure,
        subscribers=SUBSCRIBERS,
        boards=BOARDS,
    )
    return rounds.get("orbit", [])


def _p99(results: list[Result]) -> float:
    return median(results, ms("ack_p99"))


def _row(results: list[Result]) -> tuple[float, ...]:
    return (
        median(results, lambda r: r["acked_per_s"]),
        median(results, lambda r: r["deliveries_per_s"]),
        median(results, ms("ack_p50")),
        _p99(results),
        median(results, ms("p99")),
        *(median(results, _per_command(name)) for name in ("server", "postgres")),
    )


def _per_command(name: str):
    return lambda result: result["procs"][name]["cpu_s"] * 1e6 / result["msgs"]
