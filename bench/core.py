"""What a command costs without a network and a database: CPU microseconds.

One process: sockets whose connections drop what is written, over a journal that says
"done".  The best of many short rounds, so that it can be read on a busy machine too.

    .venv/bin/python -m bench.core [--boards 20] [--watchers 10] [--batch 8] [--profile]
"""

import argparse
import asyncio
import cProfile
import pstats
import time
from collections.abc import Callable, Sequence
from typing import Any, cast

import uvloop

from orbit.composition import compose
from orbit.composition.gate import make_gate
from orbit.core.actors.jobs import Jobs
from orbit.core.kinds.feedback.asked import OpenBoard
from orbit.core.ports import Append, Clock, NewBoard, Outcome
from orbit.core.types import SYSTEM, BoardId
from orbit.http.handover import Connections
from orbit.http.rfc6455 import Link
from orbit.http.wheel import Wheel
from orbit.http.ws import Socket
from orbit.pauses import Pauses
from orbit.preflight import with_secrets
from orbit.settings import Limits, Settings
from orbit.store.clock import SystemClock
from orbit.store.mail import mailer
from orbit.store.memory.journal import MemoryJournal
from orbit.store.memory.store import MemoryStore
from orbit.store.memory.world import World
from orbit.store.passwords import Argon2Hasher

BOUNDLESS = Limits(
    frames_per_socket_s=1e6,
    commands_per_socket_s=1e6,
    command_burst=1_000_000,
    command_bytes_per_socket_s=1e9,
    writes_per_author_min=1e9,
    author_burst=1_000_000,
)


class Forgetful(MemoryJournal):
    """Says that everything is written, at once."""

    async def append(self, turns: Sequence[Append]) -> Sequence[Outcome]:
        return [Outcome.DONE] * len(turns)


class Drop:
    """A connection that goes nowhere; the last text is looked at by `hear`."""

    paused, is_open = False, True
    fd = ticket = 0  # of nobody: it is written to by itself

    def __init__(self) -> None:
        self.writes = 0
        self.hear: Callable[[bytes], None] | None = None

    def write(self, data: bytes) -> None:
        self.writes += 1
        if self.hear:
            self.hear(data)

    def close(self, code: int, reason: str = "") -> None:
        raise RuntimeError(f"{code} {reason}")

    def abort(self) -> None:
        raise RuntimeError("aborted")


class Talker:
    """A socket that edits one note of one board."""

    def __init__(self, socket: Socket, link: Drop, board: BoardId) -> None:
        self.socket, self.link, self.board = socket, link, board
        self.note = ""
        self.told = self.answered = 0
        link.hear = self.hear

    def hear(self, data: bytes) -> None:
        self.answered += data.count(b'"type":"reply"')
        if b'"type":"error"' in data:
            raise RuntimeError(data)
        if not self.note and (at := data.find(b'"result":{"id":"')) > 0:
            self.note = data[at + 16 :].split(b'"', 1)[0].decode()

    def tell(self, do: str, body: str) -> None:
        self.told += 1
        self.socket.received(
            f'{{"type":"tell","ref":{self.told},"board":"{self.board}",'
            f'"op":"op-{self.told}","attempt":1,"do":"{do}","with":{body}}}'.encode()
        )

    def edit(self) -> None:
        text = f"{self.told:08}" + "x" * 120
        self.tell("edit_note", f'{{"note":"{self.note}","content":"{text}"}}')


async def _until(is_so: Callable[[], bool]) -> None:
    while not is_so():  # noqa: ASYNC110 - the turns of the loop are measured
        await asyncio.sleep(0)


class Bench:
    """A node's core in memory, with its boards and those who watch them."""

    def __init__(self) -> None:
        clock: Clock = SystemClock()
        world = World(clock)
        world.enter("node", "node", "lock")
        self.store = MemoryStore(world, inc="node")
        self.store.journal = Forgetful(world, "node")
        settings = with_secrets(Settings(data="/tmp/bench-core", limits=BOUNDLESS))  # noqa: S108
        node = self.store.node
        self.core = compose(
            settings,
            self.store.journal,
            self.store.people,
            node.lease,
            clock,
            mailer(None, settings.mail_from, settings.mail_folder),
            Argon2Hasher(),
        )
        connections = Connections(Wheel(asyncio.get_running_loop()))
        self.gate = make_gate(settings, self.core, connections, "node")
        self.jobs = Jobs()
        self.jobs.start(self.core.boards.writer.run(), "writer")

    async def open(self) -> tuple[Socket, Drop]:
        link = Drop()
        socket = Socket(self.gate, cast(Link, link))
        secret, _ghost = await self.core.persons.identity.mint()
        socket.received(f'{{"type":"hello","ghost":"{secret}"}}'.encode())
        await _until(lambda: link.writes == 1)
        return socket, link

    async def board(self, number: int) -> BoardId:
        id = BoardId(f"00000000-0000-4000-8000-{number:012}")
        await self.store.journal.create(NewBoard(id, "feedback", b"salt" * 4))
        opened = OpenBoard("Bench", is_public=True, link="")
        op = number.to_bytes(16)
        await self.core.boards.router.ask(id, SYSTEM, op, "open_board", command=opened)
        return id

    async def join(self, socket: Socket, link: Drop, board: BoardId) -> None:
        before = link.writes
        socket.received(f'{{"type":"join","ref":0,"board":"{board}"}}'.encode())
        await _until(lambda: link.writes > before)

    async def talker(self, board: BoardId) -> Talker:
        socket, link = await self.open()
        await self.join(socket, link, board)
        talker = Talker(socket, link, board)
        talker.tell("add_note", '{"content":"-"}')
        await _until(lambda: talker.answered == 1)
        return talker


async def _measure(boards: int, watchers: int, batch: int, rounds: int) -> float:
    """Return the CPU microseconds per command of the best round."""
    bench = Bench()
    await bench.store.node.lease.beat()
    talkers = []
    for number in range(boards):
        board = await bench.board(number)
        for _ in range(watchers):
            await bench.join(*await bench.open(), board)
        talkers.append(await bench.talker(board))
    Pauses().watch()
    spent = []
    for _ in range(rounds):
        await bench.store.node.lease.beat()
        began, count = time.process_time(), 0
        while count < 2_000:
            for talker in talkers:
                for _ in range(batch):
                    talker.edit()
            await _until(lambda: all(one.answered == one.told for one in talkers))
            count += batch * boards
        spent.append((time.process_time() - began) / count * 1e6)
    await bench.core.jobs.close()
    await bench.jobs.close()
    return min(spent)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--boards", type=int, default=20)
    parser.add_argument("--watchers", type=int, default=10)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--profile", action="store_true")
    flags: Any = parser.parse_args()
    job = _measure(flags.boards, flags.watchers, flags.batch, flags.rounds)
    if flags.profile:
        profile = cProfile.Profile()
        cost = profile.runcall(uvloop.run, job)
        pstats.Stats(profile).sort_stats("tottime").print_stats(40)
    else:
        cost = uvloop.run(job)
    scene = f"{flags.watchers} watchers, {flags.batch} a turn"
    print(f"{cost:.1f} us per command ({scene})")


if __name__ == "__main__":
    main()
