"""Measures Orbit beside the limit of the machine and its peers.

All runs on this machine, over loopback: the server on core 0, the clients on core 1.
Servers take turns, round by round; what is told are medians.  Results go to
bench/results: a line of JSON for each measurement, and the tables as summary.md.
"""

import argparse
import importlib
import sys
import time

from bench import build, servers
from bench.report import Report
from bench.rig import Rig

FIGURES = (
    "fanout",
    "latency",
    "sign_ins",
    "idle",
    "durable",
    "neighbours",
    "stalled",
    "storm",
    "bus",
    "nodes",
    "cut",
    "canvas",
)


def main() -> None:
    flags = _flags()
    build.compile_c()
    asked = flags.servers.split(",") if flags.servers else servers.names()
    there = [name for name in asked if servers.installed(name)]
    report = Report()
    data = servers.data_folder()
    rig = Rig(data, report, there, flags.rounds, flags.seconds, flags.quick)
    began = time.monotonic()
    try:
        for name in flags.only.split(",") if flags.only else FIGURES:
            importlib.import_module(f"bench.figures.{name}").run(rig)
    finally:
        servers.forget(data)
        report.close()
    took = time.monotonic() - began
    print(f"\n{report.verdict()} in {took:.0f} s; kept in {report.folder}")


def _flags() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench/run", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds and sockets")
    parser.add_argument("--only", help=f"figures, of: {', '.join(FIGURES)}")
    parser.add_argument("--servers", help=f"of: {', '.join(servers.names())}")
    parser.add_argument("--rounds", type=int, help="rounds of each measurement")
    parser.add_argument("--seconds", type=float, help="of each measurement")
    flags = parser.parse_args()
    flags.rounds = flags.rounds or (1 if flags.quick else 3)
    flags.seconds = flags.seconds or (2 if flags.quick else 4)
    if flags.rounds < 1 or not 0 < flags.seconds <= 10:
        sys.exit("at least one round, and at most 10 s")
    return flags


if __name__ == "__main__":
    main()
