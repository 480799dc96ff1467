"""Idle sockets whose ghost is known, joined to a board: memory, and the collector."""

import re
import urllib.request

from bench import load
from bench.load import Result
from bench.rig import Rig, median
from bench.scene import Scene
from bench.servers import Server


def run(rig: Rig) -> None:
    many = 2_000 if rig.quick else 10_000
    few = 500 if rig.quick else 1_000
    once = Rig(rig.data, rig.report, rig.servers, 1, rig.seconds, rig.quick)
    rows = []
    for sockets, boards in ((many, 1), (few, few)):

        def measure(server: Server, scene: Scene | None, n: int = sockets) -> Result:
            options = ("-n", n, "--inflight", 64, "--hold", 3)
            process = load.start(server, "connect", *options, scene=scene)
            result = load.finish(process)
            return {**result, "pause_ms": _worst_pause(server) * 1e3 if scene else 0.0}

        names = rig.those("c-each", "orbit") if boards == 1 else rig.those("orbit")
        rounds = once.rounds_of(
            f"idle-{boards}", names, measure, subscribers=sockets, boards=boards
        )
        for name, results in rounds.items():
            rows.append((name, boards, *_row(results[0])))
            if name == "orbit":
                _judge(rig, results[0], sockets, boards)
    heads = ("server", "boards", "sockets held", "KiB each", "joined/s", "idle CPU %")
    rig.report.table("Idle sockets", (*heads, "worst pause ms"), rows)


def _row(result: Result) -> tuple[object, ...]:
    return (
        result["still_open"],
        result["rss_kb_per_conn"],
        result["ready"] / result["ready_s"],
        result["idle_cpu_pct"],
        result["pause_ms"],
    )


def _judge(rig: Rig, result: Result, sockets: int, boards: int) -> None:
    where = "one board" if boards == 1 else "a board each"
    rig.report.least(f"idle sockets held, {where}", result["still_open"], sockets)
    kib = median([result], lambda r: r["rss_kb_per_conn"])
    rig.report.figure(f"memory of an idle socket, {where}", kib, 6.0, " KiB")
    rig.report.figure(f"worst pause, {where}", result["pause_ms"], 50.0, " ms")


def _worst_pause(server: Server) -> float:
    with urllib.request.urlopen(f"{server.base}/metrics", timeout=5) as answer:
        text = answer.read().decode()
    found = re.search(r"^\w*gc_worst_pause_seconds (\S+)$", text, re.MULTILINE)
    return float(found[1]) if found else float("nan")
