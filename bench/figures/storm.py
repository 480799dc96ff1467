"""1,000 sockets are cut and come back at once, each from the seq that it had."""

import json
import urllib.request

from bench import load
from bench.load import Result
from bench.rig import Rig, median, ms
from bench.scene import Scene
from bench.servers import Server

SOCKETS, MISSED = 1_000, 20
BACK_S = 15.0


def run(rig: Rig) -> None:
    names = rig.those("orbit")
    if not names:
        return
    rounds = rig.rounds_of("storm", names, _measure(rig), subscribers=SOCKETS)["orbit"]
    rig.report.table(
        f"{SOCKETS:,} sockets rejoin, each {MISSED} events behind",
        ("all back s", "join p50 ms", "join p99 ms", "a neighbour's p50 ms", "p99 ms"),
        [
            (
                median(rounds, lambda r: r["ready_s"]),
                median(rounds, ms("join_p50")),
                median(rounds, ms("join_p99")),
                median(rounds, lambda r: r["small"]["p50_us"] / 1e3),
                median(rounds, lambda r: r["small"]["p99_us"] / 1e3),
            )
        ],
    )
    back = median(rounds, lambda r: r["ready_s"])
    rig.report.figure(f"{SOCKETS:,} sockets back and level", back, BACK_S, " s")
    missing = SOCKETS - min(r["still_open"] for r in rounds)
    rig.report.figure("sockets that did not come back", missing, 0)


def _measure(rig: Rig):
    def measure(server: Server, scene: Scene | None) -> Result:
        assert scene is not None  # noqa: S101 - only Orbit resumes
        first = ("-n", SOCKETS, "--rate", MISSED, "--duration", 1, "--warmup", 0)
        load.run(server, "fanout", *first, scene=scene)  # at its end all are cut
        small = rig.scene(server, 50)
        held = ("-n", 50, "--rate", 50, "--warmup", 0.2, "--duration", 4)
        beside = load.start(server, "fanout", *held, scene=small)
        resume = _join_from(server, scene.boards[0])
        options = ("-n", SOCKETS, "--inflight", SOCKETS, "--hold", 1, "--sub", resume)
        crowd = load.start(server, "connect", *options, scene=scene, is_crowd=True)
        result = load.finish(crowd)
        return {**result, "small": load.finish(beside)}

    return measure


def _join_from(server: Server, board: str) -> str:
    """Return the template of a `join` that is `MISSED` events behind."""
    url = f"{server.base}/api/v1/boards/{board}/"
    with urllib.request.urlopen(url, timeout=5) as answer:
        view = json.load(answer)
    has = {"log": view["log_id"], "since": max(view["seq"] - MISSED, 0)}
    return json.dumps({"type": "join", "ref": 0, "board": "%B", **has})
