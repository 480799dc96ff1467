"""A node with sockets, and people who talk to it over them."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from aiohttp import WSMsgType

from orbit.composition.gate import make_gate
from orbit.core.services.identity import Caller
from orbit.http.handover import Connections
from orbit.http.wheel import Wheel
from orbit.http.ws import Gate, socket_handler
from tests.kit.app import App, running, settings

PATIENCE_S = 20


class Ended(Exception):
    """The socket was closed; `code` says why."""

    def __init__(self, code: int | None) -> None:
        super().__init__(f"closed with {code}")
        self.code = code


class Talk:
    """One websocket, as a client has it."""

    def __init__(self, ws: "aiohttp.ClientWebSocketResponse[Any]") -> None:
        self.ws = ws
        self._waiting: list[Any] = []
        self._refs = 0

    async def say(self, *frames: dict[str, Any]) -> None:
        await self.ws.send_str("\n".join(json.dumps(frame) for frame in frames))

    async def hear(self, type: str | None = None) -> Any:
        """Return the next message, of a type perhaps, or raise `Ended`."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                while not self._waiting:
                    message = await self.ws.receive()
                    if message.type is not WSMsgType.TEXT:
                        raise Ended(self.ws.close_code)
                    self._waiting += map(json.loads, message.data.split("\n"))
                found = self._waiting.pop(0)
                if type is None or found["type"] == type:
                    return found

    async def end(self) -> int | None:
        """Wait for the end, and return its code."""
        try:
            while True:
                await self.hear()
        except Ended as end:
            return end.code

    async def ask(self, **frame: Any) -> Any:
        """Say something that has an answer, and return that."""
        self._refs += 1
        await self.say({"ref": self._refs, **frame})
        while (found := await self.hear()).get("ref") != self._refs:
            pass
        return found

    async def join(self, board: str, **more: Any) -> Any:
        return await self.ask(type="join", board=board, **more)

    async def tell(self, board: str, do: str, op: str, **body: Any) -> Any:
        frame = {"type": "tell", "board": board, "do": do, "op": op, "with": body}
        return await self.ask(**frame)


class House:
    """A node with sockets."""

    def __init__(self, app: App, gate: Gate) -> None:
        self.app, self.gate = app, gate
        self._talks: list[Talk] = []

    async def connect(self) -> Talk:
        self._talks.append(Talk(await self.app.http.ws_connect("/ws")))
        return self._talks[-1]

    async def close(self) -> None:
        """Let everybody go, and see that nothing is left of them."""
        for talk in self._talks:
            await talk.ws.close()
        await self.gate.connections.close_all(1012, "over", within_s=PATIENCE_S)
        assert not self.gate.by_address
        assert not self.gate.ungreeted
        assert not self.gate.ghosts

    async def greeted(self, **hello: Any) -> Talk:
        talk = await self.connect()
        await talk.say({"type": "hello", **hello})
        await talk.hear("welcome")
        return talk

    async def ghost(self) -> str:
        secret, _ = await self.app.core.persons.identity.mint()
        return secret

    def caller(self, secret: str) -> Caller:
        return self.app.core.persons.identity.caller(secret)

    async def person(self) -> Talk:
        return await self.greeted(ghost=await self.ghost())

    async def board(self) -> Any:
        """Make a board; return its id and its admin token."""
        made = await self.app.board(await self.app.ghost())
        return made["board"]["id"], made["admin_token"]


@asynccontextmanager
async def house(
    fields: Mapping[str, Any] | None = None, **limits: Any
) -> AsyncIterator[House]:
    """Run a node with these settings and limits until the context ends."""
    chosen = settings({"ghosts_per_address_h": 10_000, **limits}, **(fields or {}))
    gates: list[Gate] = []
    connections = Connections(Wheel(asyncio.get_running_loop()))

    def change(app: Any) -> None:
        async def handle(request: Any) -> Any:
            return await socket_handler(gates[0])(request)

        app.router.add_get("/ws", handle)

    async with running(given=chosen, change=change) as app:
        gates.append(make_gate(chosen, app.core, connections, "node"))
        made = House(app, gates[0])
        yield made
        await made.close()
