"""500 sockets on one board, and 20 sign-ins a second: what do they cost the board?"""

import asyncio
import multiprocessing
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event
from typing import TypeAlias

import aiohttp

from bench import load
from bench.load import Result
from bench.rig import Rig, median, ms, ratio, wrong
from bench.scene import Scene
from bench.servers import CLIENT_CORE, Server, free_helpers

Counter: TypeAlias = "Synchronized[int]"
SOCKETS, PER_S = 500, 20
WHO = {"email": "bench@example.org", "password": "correct horse battery"}


def run(rig: Rig) -> None:
    """Measure both on the same server, one after the other."""

    def measure(server: Server, scene: Scene | None) -> Result:
        options = ("-n", SOCKETS, "--rate", 20, "--duration", rig.seconds + 2)
        alone = load.run(server, "fanout", *options, scene=scene)
        beside = rig.scene(server, SOCKETS)
        with _signing_in(server) as done:
            result = load.run(server, "fanout", *options, scene=beside)
        if done.value < PER_S * rig.seconds * 0.9:
            raise RuntimeError(f"only {done.value} signed in: it did not measure")
        return {**result, "alone": alone, "sign_ins": done.value}

    names = rig.those("orbit")
    for rounds in rig.rounds_of(
        "sign-ins", names, measure, subscribers=SOCKETS
    ).values():
        alone = [result["alone"] for result in rounds]
        rig.report.table(
            f"{SOCKETS} sockets, 20 events/s, and {PER_S} passwords a second",
            ("beside", "p50 ms", "p99 ms", "lost or wrong"),
            [
                (name, *(median(each, ms(q)) for q in ("p50", "p99")), wrong(each))
                for name, each in (("nobody", alone), ("sign-ins", rounds))
            ],
        )
        rise = ratio(rounds, alone, ms("p99"))
        rig.report.figure("p99 beside sign-ins, to p99 alone", rise, 1.2)


@contextmanager
def _signing_in(server: Server) -> Iterator[Counter]:
    """Have somebody sign in again and again; how often stands in what is given."""
    own = multiprocessing.get_context("spawn")
    done, ends = own.Value("i", 0), own.Event()
    process = own.Process(target=_sign_in, args=(server.base, done, ends))
    process.start()
    try:
        while not done.value and process.is_alive():
            time.sleep(0.05)
        free_helpers(server)  # what hashes, as the database, is no part of its core
        yield done
    finally:
        ends.set()
        process.join()


def _sign_in(base: str, done: Counter, ends: Event) -> None:
    # In life they are on machines of their own, and in nobody's way here.
    os.sched_setaffinity(0, {int(CLIENT_CORE)})
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    asyncio.run(_again_and_again(base, done, ends))


async def _again_and_again(base: str, done: Counter, ends: Event) -> None:
    async with aiohttp.ClientSession(base) as client, asyncio.TaskGroup() as jobs:
        async with client.post("/api/v1/auth/register/", json=WHO) as answer:
            if answer.status not in {201, 409}:  # 409: in the round before
                raise RuntimeError(await answer.text())

        async def one() -> None:
            async with client.post("/api/v1/auth/login/", json=WHO) as answer:
                done.value += answer.status == 200

        while not ends.is_set():
            jobs.create_task(one())
            await asyncio.sleep(1 / PER_S)
