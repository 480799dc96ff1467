"""A small board beside a huge one: what does the crowd cost its neighbours?"""

import time
from pathlib import Path

from bench import load
from bench.load import Result
from bench.rig import Rig, median, ms, wrong
from bench.scene import Scene
from bench.servers import Server

SMALL = ("-n", 50, "--rate", 50, "--warmup", 0.5)
OPEN_S = 60.0


def run(rig: Rig) -> None:
    crowd = 2_000 if rig.quick else 10_000
    once = Rig(rig.data, rig.report, rig.servers, 1, rig.seconds, rig.quick)
    rows, worst = [], 0.0
    for name in rig.those("orbit"):
        alone = once.rounds_of("small-alone", [name], _alone(rig), subscribers=50)[name]
        both = once.rounds_of(
            "small-beside", [name], _beside(rig, crowd), subscribers=crowd
        )[name]
        rows.append((name, "alone", *_row(alone), "-", wrong(alone)))
        huge_p50 = median(both, lambda r: r["huge"]["p50_us"] / 1e3)
        gone = wrong(both) + wrong([r["huge"] for r in both])
        rows.append((name, f"beside {crowd:,}", *_row(both), huge_p50, gone))
        worst = median(both, ms("p99"))
    heads = ("server", "small board of 50, 50 events/s", "p50 ms", "p99 ms", "p99.9 ms")
    rig.report.table(
        f"A small board beside one with {crowd:,} subscribers and 2 events/s",
        (*heads, "huge p50 ms", "lost or wrong"),
        rows,
    )
    if rows:
        rig.report.figure("small board's p99 beside a huge one", worst, 20.0, " ms")


def _alone(rig: Rig):
    def measure(server: Server, scene: Scene | None) -> Result:
        timed = ("--duration", rig.seconds + 2)
        return load.run(server, "fanout", *SMALL, *timed, scene=scene)

    return measure


def _beside(rig: Rig, crowd: int):
    def measure(server: Server, scene: Scene | None) -> Result:
        seconds = rig.seconds + 2
        held = ("-n", crowd, "--rate", 2, "--duration", seconds + 5, "--inflight", 64)
        small = rig.scene(server, 50)
        huge = load.start(server, "fanout", *held, scene=scene, is_crowd=True)
        try:
            _wait_for_sockets(server, crowd)
            timed = ("--duration", seconds)
            result = load.run(server, "fanout", *SMALL, *timed, scene=small)
        finally:
            told = load.finish(huge)
        if not told["deliveries"]:
            raise RuntimeError("the crowd was told nothing: it did not measure")
        return {**result, "huge": told}

    return measure


def _wait_for_sockets(server: Server, count: int) -> None:
    """Wait until the crowd is there and its own load has begun.

    Raises:
        RuntimeError: it is still coming: it would be measured how it comes.
    """
    folder = Path(f"/proc/{server.pids['server']}/fd")
    end = time.monotonic() + OPEN_S
    while sum(1 for _ in folder.iterdir()) < count:
        if time.monotonic() > end:
            raise RuntimeError(f"{count} sockets were not open in {OPEN_S:.0f} s")
        time.sleep(0.1)
    time.sleep(2)


def _row(results: list[Result]) -> list[float]:
    return [median(results, ms(q)) for q in ("p50", "p99", "p999")]
