"""Serving: a node, or several, and whether this machine can."""

import gc
from functools import partial
from typing import Any

from orbit.cli.flags import loaded, sound
from orbit.preflight import with_secrets
from orbit.store.embedded.account import make_folder

SAID = {
    "secrets.json": "secrets for development",
    "operator.key": "the operator's key",
}


def serve(**flags: Any) -> None:
    """Run a node, or several, until it is told to stop.

    With --workers N it is the parent of N nodes that share one port.  They use one
    database, and Valkey between them: yours (ORBIT_DATABASE_URL, ORBIT_REDIS_URL), or
    ones of their own, which the parent starts.  A worker that dies is replaced.
    SIGTERM stops all of them, SIGHUP replaces one after the other.

    Secrets are taken from the environment alone, where a list of processes does not
    show them: ORBIT_PEPPER, ORBIT_SECRET_KEY, ORBIT_CLUSTER_SECRET,
    ORBIT_OPERATOR_KEY.
    """
    settings = sound(**flags)
    gc.disable()  # a start makes much and drops little; the node enables it again
    make_folder(settings.data)
    files = [settings.secrets_file, settings.operator_file]
    missing = [file for file in files if not file.exists()]
    settings = with_secrets(settings)
    for file in missing:
        if file.exists():
            print(f"made {SAID[file.name]}: {file}", flush=True)
    if settings.workers > 1:
        from orbit.workers import run
    else:
        from orbit.node import run
    run(settings, partial(print, flush=True))


def doctor(**flags: Any) -> int:
    """Say whether this machine can run Orbit, and what to do if not."""
    from rich.console import Console

    from orbit.doctor import Verdict, examine

    colours = {Verdict.OK: "green", Verdict.WARNING: "yellow", Verdict.FAULT: "red"}
    console = Console(highlight=False, soft_wrap=True)
    verdicts = set()
    for found in examine(loaded(**flags)):
        verdicts.add(found.verdict)
        console.print(
            f"{found.verdict:8}", style=colours[found.verdict], end="", markup=False
        )
        console.print(f"{found.name:12}{found.words}", markup=False)
    return 1 if Verdict.FAULT in verdicts else 0
