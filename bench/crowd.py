"""People on one board who write, drag and vote: the company that a browser keeps.

    python -m bench.crowd PORT BOARD ADMIN_TOKEN NOTES < commands


Ghosts come first, one a line, then an empty line; then commands: `act`, `rest`,
`conceal`, `reveal`.  The end of them is the end.  Each is a socket of its own, which
reads nothing but the answers it waits for: what is measured is who looks at them.
"""

import asyncio
import json
import math
import random
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any

import uvloop

STAY_S, AGAIN_S = 10.0, 0.5
EVERY_S = 5.0  # each acts so often: a drag, then a vote
DRAG_S, POSITIONS = 1.0, 20
BESIDE = 8  # so far from its place a note is let go
PITCH = (250, 190)  # of notes on a grid
COLOURS = ("YELLOW", "CREATIVE", "COOL", "FRESH", "ROYAL")
WORDS = ("tea", "deploy", "review", "meeting", "pairing", "tests", "release", "demo")
REPLY = re.compile(rb'"type":"reply","ref":(\d+),"seq":\d+,"result":\{"id":"([^"]+)"')
TAIL = 256  # an answer may come in two parts


class Person(asyncio.Protocol):
    """A socket; `told` waits for the answer to one command."""

    def __init__(self, board: str, ghost: str, link: str | None) -> None:
        self._board, self._ghost, self._link = board, ghost, link
        self._transport: asyncio.Transport
        self._heard, self._ref = b"", 0
        self._answer: tuple[bytes, asyncio.Future[str]] | None = None
        self.notes: list[tuple[str, float, float]] = []
        self.bytes = 0

    async def enter(self, port: int) -> None:
        """Connect, say hello, and join."""
        loop = asyncio.get_running_loop()
        await loop.create_connection(lambda: self, "127.0.0.1", port)
        await self._until(b"\r\n\r\n", UPGRADE)
        hello = {"type": "hello", "ghost": self._ghost}
        await self._until(b'"type":"welcome"', frame(hello))
        join = {"type": "join", "ref": 0, "board": self._board, "link": self._link}
        if self._link is None:
            del join["link"]
        await self._until(b'"type":"joined"', frame(join))

    async def told(self, do: str, **body: Any) -> str:
        """Tell the board something, and return the id that it got."""
        while True:
            self.tell(do, **body)
            if id := await self._until(b'"ref":%d,' % self._ref, b""):
                return id
            await asyncio.sleep(AGAIN_S)  # the server was busy

    def tell(self, do: str, **body: Any) -> None:
        self._ref += 1
        told = {"ref": self._ref, "op": f"{self._ref}", "attempt": 1, "do": do}
        self._say({"type": "tell", **told, "with": body})

    def drag(self, note: str, x: float, y: float) -> None:
        at = {"note": note, "x": x, "y": y}
        self._say({"type": "signal", "do": "drag", "with": at})

    def ping(self) -> None:
        self._transport.write(frame({"type": "ping"}))

    def _say(self, message: dict[str, Any]) -> None:
        self._transport.write(frame({**message, "board": self._board}))

    async def _until(self, sign: bytes, said: bytes) -> str:
        future: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._heard, self._answer = b"", (sign, future)
        self._transport.write(said)
        async with asyncio.timeout(120):
            return await future

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        self.bytes += len(data)
        if self._answer is None:
            return
        sign, future = self._answer
        heard = self._heard + data
        self._heard = heard[-TAIL:]
        if sign not in heard or future.done():
            return
        found = [id for ref, id in REPLY.findall(heard) if int(ref) == self._ref]
        is_refused = b'"type":"error"' in heard
        if sign.startswith(b'"ref"') and not found and not is_refused:
            return  # the rest of it is on its way
        self._answer = None
        future.set_result(found[0].decode() if found else "")


UPGRADE = (
    b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade"
    b"\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
    b"\r\n\r\n"
)


def frame(message: dict[str, Any]) -> bytes:
    """Return a masked frame, under a mask that changes nothing."""
    text = json.dumps(message).encode()
    if len(text) < 126:
        return b"\x81%c\0\0\0\0%b" % (0x80 | len(text), text)
    return b"\x81\xfe%b\0\0\0\0%b" % (len(text).to_bytes(2, "big"), text)


def places(count: int) -> Iterator[tuple[float, float]]:
    """Return a grid around the middle, the places of one person far apart."""
    side = math.ceil(math.sqrt(count))
    for cell in range(count):
        row, column = divmod(cell, side)
        yield (column - side / 2) * PITCH[0], (row - side / 2) * PITCH[1]


async def write(people: list[Person], count: int) -> None:
    """Have all write their share of the notes."""
    mine: dict[Person, list[tuple[float, float]]] = {person: [] for person in people}
    for at, place in enumerate(places(count)):
        mine[people[at % len(people)]].append(place)

    async def one(person: Person) -> None:
        for x, y in mine[person]:
            content = " ".join(random.choices(WORDS, k=random.randint(3, 40)))
            note = {"content": content, "colour": random.choice(COLOURS)}
            id = await person.told("add_note", **note, x=x, y=y)
            person.notes.append((id, x, y))

    async with asyncio.TaskGroup() as jobs:
        for person in people:
            jobs.create_task(one(person))


async def stay(people: list[Person]) -> None:
    """Have nobody be taken for gone, whatever he does."""
    while True:
        await asyncio.sleep(STAY_S)
        for person in people:
            person.ping()


class Acting:
    """Everybody acts once in `EVERY_S`, each at a moment of his own."""

    def __init__(self, people: list[Person]) -> None:
        self._people, self._jobs = people, list[asyncio.Task[None]]()

    def begin(self) -> None:
        loop, apart_s = asyncio.get_running_loop(), EVERY_S / len(self._people)
        self._jobs = [
            loop.create_task(self._act(person, apart_s * at))
            for at, person in enumerate(self._people)
        ]

    def end(self) -> None:
        for job in self._jobs:
            job.cancel()

    async def _act(self, person: Person, after_s: float) -> None:
        await asyncio.sleep(after_s)
        due = asyncio.get_running_loop().time()
        while True:
            await self._drag(person)
            other = random.choice(self._people)
            if other is not person:
                person.tell("toggle_upvote", note=random.choice(other.notes)[0])
            due += EVERY_S
            await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))

    async def _drag(self, person: Person) -> None:
        note, x, y = random.choice(person.notes)
        turn = random.random() * math.tau
        for step in range(1, POSITIONS + 1):
            far = 200 * math.sin(math.pi * step / POSITIONS)  # there and back again
            x1, y1 = x + far * math.cos(turn), y + far * math.sin(turn)
            person.drag(note, round(x1, 1), round(y1, 1))
            await asyncio.sleep(DRAG_S / POSITIONS)
        x1, y1 = x + BESIDE * math.cos(turn), y + BESIDE * math.sin(turn)
        person.tell("move_note", note=note, x=round(x1, 1), y=round(y1, 1))


async def main() -> None:
    port, board, link, count = sys.argv[1:]
    ghosts = iter(sys.stdin.readline, "\n")
    people = [Person(board, ghost.strip(), None) for ghost in ghosts]
    people[0]._link = link  # noqa: SLF001
    for person in people:
        await person.enter(int(port))
    staying = asyncio.ensure_future(stay(people))
    await write(people, int(count))
    notes = {id: (x, y) for person in people for id, x, y in person.notes}
    print(json.dumps(notes), flush=True)
    acting = Acting(people)
    does: dict[str, Callable[[], Any]] = {
        "act": acting.begin,
        "rest": acting.end,
        "conceal": lambda: people[0].tell("conceal"),
        "reveal": lambda: people[0].tell("reveal"),
    }
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        does[line.strip()]()
    acting.end()
    staying.cancel()
    print(json.dumps({"bytes": sum(person.bytes for person in people)}), flush=True)


if __name__ == "__main__":
    uvloop.run(main())
