"""The SDK for asyncio: what `orbit.js` is to a page, with the same promises.

    async with orbit.client.connect("http://127.0.0.1:8080") as client:
        await client.mint()
        board = await client.join(id)
        told = await board.tell("add_note", content="hello")

It comes back by itself, resumes where it was, and has each command done once, however
often it must be sent.  It knows the wire alone, and nothing of the server's code.
Source: docs/reference/protocol.md.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

from orbit.client.board import Board, Told
from orbit.client.connection import Client, NewBoard
from orbit.client.failure import Refused
from orbit.client.feed import Changed, Feed, Reset
from orbit.client.wire import AiohttpPipe, Pipe

__all__ = [
    "Board",
    "Changed",
    "Client",
    "Feed",
    "NewBoard",
    "Refused",
    "Reset",
    "Told",
    "connect",
]


@asynccontextmanager
async def connect(
    url: str, *, ghost: str | None = None, token: str | None = None
) -> AsyncIterator[Client]:
    """Speak to the node at `url`; it is connected to when the first board is joined.

    `ghost` is a ghost's secret, `token` an account's access token; neither: a guest.
    """
    closing = aiohttp.ClientWSTimeout(ws_close=1.0)
    async with aiohttp.ClientSession() as session:

        async def dial(address: str) -> Pipe:
            socket = await session.ws_connect(address, timeout=closing, max_msg_size=0)
            return AiohttpPipe(socket)

        client = Client(url, dial, session, ghost=ghost, token=token)
        try:
            yield client
        finally:
            await client.close()
