"""What an event costs between nodes: CPU per event and watching node, and in Redis.

On the quickest Python here, as all of Orbit's figures; `python -m bench.bus` measures
it on any other.
"""

import json
import subprocess

from bench import build
from bench.rig import Rig

TURNS = (1, 8, 64)
LOADED = 64  # events in a turn: of one group commit of a busy node
BAR_US = 15.0


def run(rig: Rig) -> None:
    if not rig.those("orbit"):
        return
    rows = []
    for gateways in (1, 4):
        for turn, owner, gateway, redis in _measured(gateways):
            rig.report.keep(
                test="bus",
                gateways=gateways,
                turn=turn,
                owner=owner,
                gateway=gateway,
                redis=redis,
            )
            rows.append((gateways, turn, owner, gateway, owner + gateway, redis))
    heads = ("watching nodes", "events a turn", "owner us", "gateway us")
    more = ("both us", "Redis us")
    rig.report.table("The bus, per event and watching node", (*heads, *more), rows)
    loaded = [both for nodes, turn, *_, both, _redis in rows if turn == LOADED]
    rig.report.figure("bus, one watching node", loaded[0], BAR_US, " us")
    rig.report.figure("bus, four watching nodes", loaded[1], BAR_US, " us")


def _measured(gateways: int) -> list[list[float]]:
    command = [build.orbit_python(), "-m", "bench.bus", "--json"]
    options = ["--gateways", str(gateways), "--turn", *map(str, TURNS)]
    told = subprocess.run(
        [*command, *options],
        cwd=build.HERE.parent,
        check=True,
        capture_output=True,
        text=True,
        timeout=150,
    )
    return json.loads(told.stdout)
