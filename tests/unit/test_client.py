"""The SDK over real sockets, against a server that follows a script."""

from collections.abc import Awaitable, Callable

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

import orbit.client

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
JOINED = {
    "type": "joined",
    "kind": "feedback",
    "log": "L",
    "role": [],
    "may": [],
    "here": 1,
}


async def served(**routes: Handler) -> TestServer:
    app = web.Application()
    if "ws" in routes:
        app.router.add_get("/ws", routes["ws"])
    if "boards" in routes:
        app.router.add_post("/api/v1/boards/", routes["boards"])
    if "ghost" in routes:
        app.router.add_post("/api/v1/identity/ghost/", routes["ghost"])
    server = TestServer(app)
    await server.start_server()
    return server


async def test_a_command_goes_there_and_its_event_comes_back_after_a_cut() -> None:
    hellos = []

    async def ws(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        hellos.append(await socket.receive_json())
        await socket.send_json({"type": "welcome", "ping": 25})
        join = await socket.receive_json()
        named = {"ref": join["ref"], "board": join["board"]}
        await socket.send_json({**JOINED, **named, "seq": 0, "items": []})
        if len(hellos) == 1:
            await socket.receive_json()
            await socket.close(code=1012)
            return socket
        tell = await socket.receive_json()
        assert tell["attempt"] == 2
        reply = {
            "type": "reply",
            "ref": tell["ref"],
            "seq": 1,
            "result": {"id": "i"},
        }
        await socket.send_json(reply)
        await socket.receive()
        return socket

    server = await served(ws=ws)
    try:
        url = str(server.make_url(""))
        async with orbit.client.connect(url, ghost="secret") as client:
            board = await client.join("b1")
            assert await board.tell("add_note", content="hi") == orbit.client.Told(
                1, "i"
            )
            assert client.connects == 2
        assert [hello["ghost"] for hello in hellos] == ["secret"] * 2
    finally:
        await server.close()


async def test_rest_writes_carry_one_key_and_wait_out_passing_trouble() -> None:
    keys, ghosts = [], []

    async def ghost(_request: web.Request) -> web.StreamResponse:
        return web.json_response({"ghost": "new"}, status=201)

    async def boards(request: web.Request) -> web.StreamResponse:
        keys.append(request.headers["Idempotency-Key"])
        ghosts.append(request.headers["X-Ghost-ID"])
        if len(keys) == 1:
            body = {"error": "busy", "message": "later"}
            return web.json_response(body, status=503, headers={"Retry-After": "0"})
        made = {"board": {"id": "b1"}, "admin_token": "t", "seq": 1}
        return web.json_response(made, status=201)

    server = await served(ghost=ghost, boards=boards)
    try:
        async with orbit.client.connect(str(server.make_url(""))) as client:
            assert await client.mint() == "new"
            made = await client.make_board("Retro")
            assert (made.id, made.admin_token) == ("b1", "t")
        assert len(set(keys)) == 1
        assert ghosts == ["new", "new"]
    finally:
        await server.close()


async def test_a_rest_refusal_has_its_status() -> None:
    async def boards(_request: web.Request) -> web.StreamResponse:
        body = {
            "error": "invalid",
            "message": "too long",
            "details": {"field": "title"},
        }
        return web.json_response(body, status=400)

    server = await served(boards=boards)
    try:
        async with orbit.client.connect(str(server.make_url(""))) as client:
            with pytest.raises(orbit.client.Refused) as refused:
                await client.make_board("x" * 300)
        assert (refused.value.status, refused.value.code) == (400, "invalid")
        assert refused.value.details == {"field": "title"}
    finally:
        await server.close()
