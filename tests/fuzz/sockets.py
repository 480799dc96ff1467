"""Garbage by the hundred thousand against a running node, beside a healthy neighbour.

    python -m tests.fuzz.sockets --frames 100000

The neighbour writes and reads on the board that is fuzzed.  All it tells must be acked
and reach its reader in order; the node must live, log no error and never stall.
"""

import argparse
import asyncio
import random
import sys
import time

from msgspec import Struct
from rich.console import Console
from rich.progress import Progress

from tests.fuzz.garbage import message, unframed
from tests.harness.raw import Raw
from tests.harness.raw import Refused as NotLetIn
from tests.harness.server import BIG, Server, mint, new_board, served

STALL_S = 5.0  # the neighbour's ack takes longer: that is a stall
BURST = 25  # messages between two looks at the time
RUDE = 0.005  # of the messages, so many end their connection


class Found(Struct):
    """What the neighbour saw, and what the node said."""

    frames: int = 0
    connections: int = 0
    told: int = 0
    acked: int = 0
    seen: int = 0
    stalls: int = 0
    slowest_s: float = 0.0
    refusals: dict[str, int] = {}
    errors: list[str] = []
    is_alive: bool = True

    @property
    def problems(self) -> list[str]:
        found = [f"logged: {line[:1500]}" for line in self.errors[:5]]
        found += ["it said `internal`"] if "internal" in self.refusals else []
        found += ["the node has died"] if not self.is_alive else []
        found += [f"{self.stalls} stalls"] if self.stalls else []
        if not self.told == self.acked == self.seen:
            found.append(f"told {self.told}, acked {self.acked}, seen {self.seen}")
        return found


class Neighbour:
    """Writes with one connection and reads with another, and expects everything."""

    def __init__(self, server: Server, board: str, found: Found) -> None:
        self._server, self._board, self._found = server, board, found
        self.is_stopping = False

    async def run(self) -> None:
        ghost = await mint(self._server)
        writer = await Raw.greeted(self._server.port, ghost)
        reader = await Raw.greeted(self._server.port)
        await writer.join(self._board)
        await reader.join(self._board)
        wanted: set[str] = set()
        while not self.is_stopping or self._found.told == 0:
            self._found.told += 1
            n = self._found.told
            wanted.add(f"healthy {n}")
            began = time.monotonic()
            writer.send(_note(self._board, n))
            answer = await writer.expect("reply", "error", ref=n)
            took = time.monotonic() - began
            self._found.slowest_s = max(self._found.slowest_s, took)
            self._found.stalls += took > STALL_S
            self._found.acked += answer["type"] == "reply"
            await asyncio.sleep(0.05)
        while wanted:
            frame = await reader.expect("changed")
            for change in frame["changes"]:
                data = change["put"][2] if "put" in change else {}
                if data.get("content") in wanted:
                    wanted.remove(data["content"])
                    self._found.seen += 1
        writer.close()
        reader.close()


def _note(board: str, n: int) -> dict[str, object]:
    tell = {"type": "tell", "ref": n, "board": board, "op": f"n{n}", "attempt": 1}
    return {**tell, "do": "add_note", "with": {"content": f"healthy {n}"}}


class Vandal:
    """Sends garbage, and comes back when it is thrown out."""

    def __init__(self, server: Server, board: str, seed: int, found: Found) -> None:
        self._server, self._board, self._found = server, board, found
        self._dice = random.Random(seed)
        self._ghost = ""

    async def run(self, frames: int) -> None:
        self._ghost = await mint(self._server)
        while frames > 0:
            try:
                raw = await Raw.open(self._server.port)
            except (NotLetIn, OSError):
                await asyncio.sleep(0.05)
                continue
            self._found.connections += 1
            frames -= await self._spit(
                raw, min(frames, self._dice.choice([25, 200, 1_000]))
            )
            raw.abort()

    async def _spit(self, raw: Raw, frames: int) -> int:
        """Send until thrown out; return how many."""
        if self._dice.random() < 0.95:  # else it does not even say hello
            raw.send({"type": "hello", "ghost": self._ghost})
            raw.send({"type": "join", "ref": 0, "board": self._board})
        sent = 0
        while sent < frames:
            for _ in range(BURST):
                rude = self._dice.random() < RUDE
                make = unframed if rude else message
                raw.send_bytes(make(self._dice, self._board))
                sent += 1
            if not await self._is_heard(raw):
                break
        self._found.frames += sent
        return sent

    async def _is_heard(self, raw: Raw) -> bool:
        """Wait until all that was sent has been looked at; False if thrown out."""
        raw.send({"type": "ping"})
        while True:
            try:
                frame = await raw.expect("pong", "error")
            except ConnectionError:
                return False
            except TimeoutError:
                self._found.stalls += 1
                return False
            if frame["type"] == "pong":
                return True
            code = frame["error"]
            self._found.refusals[code] = self._found.refusals.get(code, 0) + 1


# A node that throws nobody out for malformed frames: garbage gets further in.
PATIENT = {**BIG, "STRIKES": "1000000000"}


async def fuzz(server: Server, frames: int, *, seed: int, vandals: int = 4) -> Found:
    """Send `frames` of garbage to a node, and tell what its neighbour noticed."""
    found = Found()
    board = (await new_board(server))["board"]["id"]
    neighbour = Neighbour(server, board, found)
    async with asyncio.TaskGroup() as jobs:
        jobs.create_task(neighbour.run())
        async with asyncio.TaskGroup() as others:
            for n in range(vandals):
                vandal = Vandal(server, board, seed * 1_000 + n, found)
                others.create_task(vandal.run(frames // vandals))
        neighbour.is_stopping = True
    found.is_alive = server.is_running
    found.errors = server.errors()
    return found


async def _main(frames: int, seed: int) -> Found:
    async with served(limits=PATIENT) as server:
        job = asyncio.get_running_loop().create_task(fuzz(server, frames, seed=seed))
        with Progress(console=Console(stderr=True)) as bar:
            task = bar.add_task("garbage", total=None)
            while not (await asyncio.wait([job], timeout=1))[0]:
                bar.update(task)
        return await job


def main() -> int:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--frames", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    began = time.monotonic()
    found = asyncio.run(_main(asked.frames, asked.seed))
    console = Console(highlight=False, soft_wrap=True)
    refusals = ", ".join(f"{code} {n}" for code, n in sorted(found.refusals.items()))
    console.print(f"FIGURE frames {found.frames} in {time.monotonic() - began:.0f} s")
    console.print(f"FIGURE connections {found.connections}; refused: {refusals}")
    console.print(
        f"FIGURE neighbour: told {found.told}, acked {found.acked}, "
        f"seen {found.seen}, slowest ack {found.slowest_s * 1000:.0f} ms"
    )
    verdict = "FAIL" if found.problems else "PASS"
    console.print(
        f"FIGURE unhandled {len(found.errors)}, stalls {found.stalls} {verdict}"
    )
    for problem in found.problems:
        console.print(problem)
    return 1 if found.problems else 0


if __name__ == "__main__":
    sys.exit(main())
