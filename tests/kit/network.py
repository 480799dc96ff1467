"""A fake network for the SDK: each pipe that was dialled, and the server's side of it.

Use it on a simulated loop: time is free there, and `settle` lets everybody speak.
"""

import asyncio
import json
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any

from orbit.client.connection import Client
from orbit.client.wire import Pipe
from tests.kit.sim import simulate


class FakePipe:
    """One socket; `sent` has the client's frames."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.is_closed = self.is_deaf = False
        self._code: int | None = None
        self._said: asyncio.Queue[str | None] = asyncio.Queue()

    async def send(self, text: bytes) -> None:
        if self._code is not None:
            raise ConnectionResetError
        frames = [json.loads(line) for line in text.split(b"\n")]
        self.sent += frames
        if any(frame["type"] == "ping" for frame in frames) and not self.is_deaf:
            self.say({"type": "pong", "heads": {}})

    async def receive(self) -> str | None:
        return await self._said.get()

    async def close(self) -> int:
        self.is_closed = True
        return self._code or 1000

    # The server's side.

    def say(self, *frames: dict[str, Any]) -> None:
        self._said.put_nowait("\n".join(json.dumps(frame) for frame in frames))

    def say_text(self, text: str) -> None:
        self._said.put_nowait(text)

    def fail(self, code: int = 1006) -> None:
        self._code = code
        self._said.put_nowait(None)

    def of(self, type_: str) -> list[dict[str, Any]]:
        return [frame for frame in self.sent if frame["type"] == type_]

    def last(self, type_: str) -> dict[str, Any]:
        return self.of(type_)[-1]


class Network:
    """Where the client dials."""

    def __init__(self) -> None:
        self.pipes: list[FakePipe] = []
        self.is_down = False
        self.greets = True
        self.limits: dict[str, int] = {}  # as `welcome` tells them
        self.client = Client("http://node", self.dial, None, chance=lambda: 0.5)

    async def dial(self, address: str) -> Pipe:
        assert address == "ws://node/ws"
        if self.is_down:
            raise ConnectionRefusedError
        pipe = FakePipe()
        if self.greets:
            greeting = {"type": "welcome", "ping": 25, "limits": self.limits}
            pipe.say({**greeting, "me": {"kind": "ghost"}})
        self.pipes.append(pipe)
        return pipe

    @property
    def pipe(self) -> FakePipe:
        return self.pipes[-1]


async def settle() -> None:
    """Let everybody speak who has something to say."""
    for _ in range(50):
        await asyncio.sleep(0)


def simulated(
    scenario: Callable[[Network], Coroutine[Any, Any, None]],
) -> Callable[[], None]:
    """Make a test of a scenario, on a simulated loop with a network of its own."""

    async def run(_loop: object) -> None:
        network = Network()
        try:
            await scenario(network)
        finally:
            await network.client.close()

    @wraps(scenario)
    def test() -> None:
        simulate(run, 0)

    del test.__wrapped__  # pytest looks for arguments there
    return test
