"""Runs the load generator (`wsload.c`) on the clients' core."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any

from bench import build
from bench.scene import Scene
from bench.servers import CLIENT_CORE, Server

Result = Mapping[str, Any]
HELLO = ("--hello", '{"type":"hello","ghost":"%g"}', "--hello-ack", '"type":"welcome"')
JOIN = (
    *("--sub", '{"type":"join","ref":0,"board":"%B"}'),
    *("--sub-ack", '"type":"joined"'),
)
TELL = (
    "--pub",
    (
        '{"type":"tell","ref":%s,"board":"%B","op":"%i-%s","attempt":1,'
        '"do":"edit_note","with":{"note":"%n","content":"%d"}}'
    ),
)
ACKS = ("--ack", '"type":"reply","ref":', "--nack", '"type":"error"')
ORBIT = (*HELLO, *JOIN, *TELL, *ACKS, "--pub-joins", "1")


def start(
    server: Server,
    mode: str,
    *options: object,
    scene: Scene | None = None,
    is_crowd: bool = False,
) -> "subprocess.Popen[str]":
    """Begin a load; `finish` has its result.

    A crowd gives way to another load on the same core: it is the server whose
    fairness is measured.
    """
    words: Sequence[str] = [*ORBIT, *scene.arguments()] if scene else server.words
    command = [
        *(("nice", "-n", "19") if is_crowd else ()),
        *("taskset", "-c", CLIENT_CORE, str(build.WSLOAD), mode),
        *("--port", str(server.port), *server.paths, *words),
    ]
    for label, pid in server.pids.items():
        command += ["--pid", f"{label}={pid}"]
    for label, pid in server.trees.items():
        command += ["--tree", f"{label}={pid}"]
    return subprocess.Popen(
        [*command, *map(str, options)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: "subprocess.Popen[str]", timeout_s: float = 150) -> Result:
    """Return what a load has measured.

    Raises:
        RuntimeError: it failed, or was not through in time.
    """
    try:
        out, err = process.communicate(timeout=timeout_s)
    except subprocess.TimeoutExpired:
        process.kill()
        raise RuntimeError("the load generator was not through in time") from None
    try:
        return {**json.loads(out), "said": err.strip()}
    except ValueError:
        raise RuntimeError((out + err)[-400:]) from None


def run(
    server: Server, mode: str, *options: object, scene: Scene | None = None
) -> Result:
    """Run a load and return what it has measured."""
    return finish(start(server, mode, *options, scene=scene))


def cpu(result: Result, *, without: str = "") -> float:
    """Return the CPU microseconds per delivery of all processes but one."""
    procs = result["procs"].items()
    return sum(p["cpu_us_per_delivery"] for name, p in procs if name != without)


def of(result: Result, *names: str) -> float:
    """Return the CPU microseconds per delivery of some processes."""
    procs = result["procs"]
    return sum(procs[name]["cpu_us_per_delivery"] for name in names if name in procs)
