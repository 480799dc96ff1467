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
    for gateways, what in ((1, "--carry"), (1, ""), (4, "")):
        for turn, owner, gateway, redis in _measured(gateways, what):
            rig.report.keep(
                test=f"bus{what}",
                gateways=gateways,
                turn=turn,
                owner=owner,
                gateway=gateway,
                redis=redis,
            )
            does = "reads" if what else "follows"
            both = owner + gateway
            rows.append((gateways, does, turn, owner, gateway, both, redis))
    heads = ("watching nodes", "which", "events a turn", "owner us", "gateway us")
    more = ("both us", "Redis us")
    rig.report.table("The bus, per event and watching node", (*heads, *more), rows)
    read, one, four = (both for _, _, turn, *_, both, _ in rows if turn == LOADED)
    rig.report.figure("bus, until the word is read", read, BAR_US, " us")
    rig.report.figure("bus, one watching node", one, BAR_US, " us")
    rig.report.figure("bus, four watching nodes", four, BAR_US, " us")


def _measured(gateways: int, what: str) -> list[list[float]]:
    command = [build.orbit_python(), "-m", "bench.bus", "--json"]
    options = ["--gateways", str(gateways), "--turn", *map(str, TURNS)]
    options += [what] if what else []
    told = subprocess.run(
        [*command, *options],
        cwd=build.HERE.parent,
        check=True,
        capture_output=True,
        text=True,
        timeout=150,
    )
    return json.loads(told.stdout)
