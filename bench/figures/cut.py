"""5,000 sockets over two nodes are cut at once, and come back as the SDK does.

Each resumes from the seq that it had, 20 events behind, in its own time: full jitter,
half a second doubled with each try.  Nodes let in 300 sockets a second, as by default;
who is turned away tries again.  Each node has a core; the second leaves some of its own
to the clients.
"""

import asyncio
import json
import re
import urllib.request

import aiohttp

from bench import load
from bench.load import Result
from bench.rig import Rig, median
from bench.scene import Scene
from bench.servers import Server

SOCKETS, BOARDS, MISSED = 5_000, 100, 20
BACK_S, LOADS, HERE = 15.0, 1.2, 1.0
_LOADS = re.compile(r"^orbit_board_loads_total (\S+)$", re.MULTILINE)


def run(rig: Rig) -> None:
    names = rig.those("orbit-2-bound")
    if not names:
        return
    sockets = SOCKETS // 5 if rig.quick else SOCKETS
    rounds = rig.rounds_of(
        "cut", names, _measure(sockets), subscribers=sockets, boards=BOARDS
    )["orbit-2-bound"]
    heads = ("all back s", "half back s", "tries", "turned away", "loads a board")
    more = ("`here` in all", "a socket and second", "nodes' CPU ms a socket")
    rig.report.table(
        f"{sockets:,} sockets on {BOARDS} boards and two nodes are cut at once",
        (*heads, *more),
        [
            (
                median(rounds, lambda r: r["back_s"]),
                median(rounds, lambda r: r["back_p50_us"] / 1e6),
                median(rounds, lambda r: r["tries"]),
                median(rounds, lambda r: r["turned_away"]),
                median(rounds, _loads),
                median(rounds, lambda r: r["counted"]),
                median(rounds, _here),
                median(rounds, _cpu_ms),
            )
        ],
    )
    back = median(rounds, lambda r: r["back_s"])
    rig.report.figure(f"{sockets:,} sockets back and level", back, BACK_S, " s")
    missing = sockets - min(r["back"] for r in rounds)
    rig.report.figure("sockets that did not come back", missing, 0)
    rig.report.figure("loads per board", median(rounds, _loads), LOADS)
    here = median(rounds, _here)
    rig.report.figure("`here` messages per socket and second", here, HERE)


def _measure(sockets: int):
    def measure(server: Server, scene: Scene | None) -> Result:
        assert scene is not None  # noqa: S101 - only Orbit resumes
        first = ("-n", BOARDS, "--boards", BOARDS, "-p", BOARDS, "--rate", 1_000)
        load.run(server, "fanout", *first, "--duration", 2, "--warmup", 0, scene=scene)
        pace = ("--connect-rate", 400, "--hold", 2, "--boards", BOARDS)
        told = ("--resub", _behind(server, scene.boards[0]), "--count", '"type":"here"')
        before = _loaded(server)
        result = load.run(server, "cut", "-n", sockets, *pace, *told, scene=scene)
        return {**result, "loads": _loaded(server) - before, "boards": BOARDS}

    return measure


def _behind(server: Server, board: str) -> str:
    """Return the template of a `join` that is `MISSED` events behind."""
    with urllib.request.urlopen(f"{server.base}/api/v1/boards/{board}/") as answer:
        view = json.load(answer)
    has = {"log": view["log_id"], "since": max(view["seq"] - MISSED, 0)}
    return json.dumps({"type": "join", "ref": 0, "board": "%B", **has})


def _loads(result: Result) -> float:
    return result["loads"] / result["boards"]


def _here(result: Result) -> float:
    return result["counted"] / result["n"] / result["back_s"]


def _cpu_ms(result: Result) -> float:
    nodes = [result["procs"][name] for name in ("node1", "node2")]
    return sum(node["cpu_us_per_conn"] for node in nodes) / 1e3


def _loaded(server: Server) -> float:
    """Return how many boards all nodes have loaded so far."""
    return asyncio.run(_sum(server))


async def _sum(server: Server) -> float:
    loads = 0.0
    for door in server.doors:
        there = aiohttp.UnixConnector(str(door))
        async with (
            aiohttp.ClientSession("http://node", connector=there) as client,
            client.get("/metrics") as answer,
        ):
            found = _LOADS.search(await answer.text())
        loads += float(found[1]) if found else float("nan")
    return loads
