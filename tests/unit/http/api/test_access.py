"""Who may see a private board: strangers ask, admins answer, both live."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from orbit.composition.gate import make_gate
from orbit.http.handover import Connections
from orbit.http.wheel import Wheel
from orbit.http.ws import Gate, socket_handler
from tests.kit.app import App, Client, running, settings

NOWHERE = "00000000-0000-4000-8000-000000000000"
SECRET = "what only insiders know"


class House:
    """A private board, its admin, and a stranger."""

    def __init__(self, app: App, made: Any, admin: Client, stranger: Client) -> None:
        self.app, self.admin, self.stranger = app, admin, stranger
        self.board, self.link = made["board"]["id"], made["admin_token"]

    @property
    def path(self) -> str:
        return f"/boards/{self.board}/"

    @property
    def requests(self) -> str:
        return f"{self.path}access-requests/"

    async def ask(self, by: Client | None = None, message: str = "It is me") -> str:
        """Ask to be let in; return the request's id."""
        path, body = f"{self.path}request-access/", {"message": message}
        asked = await (by or self.stranger).post(path, body)
        assert asked.status == 201, asked.text
        return str(asked.json["result"]["id"])

    async def waiting(self) -> dict[str, str]:
        """Return what is asked, by the ids of the requests."""
        listed = await self.admin.get(self.requests)
        assert listed.status == 200, listed.text
        found = listed.json["results"]
        return {one["id"]: one["data"]["message"] for one in found}


@pytest.fixture
async def house(app: App) -> House:
    owner, stranger = await app.ghost(), await app.ghost()
    made = await app.board(owner, title=SECRET, is_public=False)
    return House(app, made, app.guest.with_link(made["admin_token"]), stranger)


# Asking -----------------------------------------------------------------------------


async def test_admins_read_what_is_asked(house: House) -> None:
    request = await house.ask()
    assert await house.waiting() == {request: "It is me"}


async def test_who_asks_twice_has_asked_once(house: House) -> None:
    request = await house.ask()
    await house.ask(message="Please!")
    assert await house.waiting() == {request: "It is me"}


async def test_nothing_need_be_said(house: House) -> None:
    asked = await house.stranger.post(f"{house.path}request-access/")
    assert asked.status == 201
    assert list((await house.waiting()).values()) == [""]


async def test_guests_ask_for_nothing(house: House) -> None:
    refused = await house.app.guest.post(f"{house.path}request-access/", {})
    assert (refused.status, refused.error) == (403, "private_board")


async def test_who_sees_the_board_has_nothing_to_ask_for(house: House) -> None:
    path = f"{house.path}request-access/"
    for who in (house.admin, house.stranger.with_link(house.link)):
        assert (await who.post(path, {})).status == 409
    open_board = (await house.app.board())["board"]["id"]
    refused = await house.stranger.post(f"/boards/{open_board}/request-access/", {})
    assert (refused.status, refused.error) == (409, "conflict")


@pytest.mark.parametrize(
    "body",
    [
        {"message": 7},
        {"message": None},
        {"message": "x" * 501},
        {"message": ["x"]},
        [],
        b"{",
        b"\xff",
        b'{"message": "\\ud800"}',
    ],
)
async def test_a_bad_request_is_refused(house: House, body: object) -> None:
    refused = await house.stranger.post(f"{house.path}request-access/", body)
    assert refused.status in {400, 422}, refused.text
    assert await house.waiting() == {}


async def test_nobody_learns_anything_by_asking(house: House) -> None:
    added = await house.admin.get(house.path)
    asked = await house.stranger.post(f"{house.path}request-access/", {})
    assert asked.json.keys() == {"result"}  # no seq: how much happens there
    for path in ("", "access-requests/", "items/request/", "journal/", "stream/"):
        for who in (house.stranger, house.app.guest):
            refused = await who.get(house.path + path)
            assert (refused.status, refused.error) == (403, "private_board")
            assert SECRET not in refused.text
    mine = await house.stranger.get("/boards/mine/")
    assert mine.json["results"] == []
    assert SECRET in added.text


@pytest.mark.parametrize("id", [NOWHERE, "x", "%00", "a" * 300])
async def test_bad_ids_are_404(house: House, id: str) -> None:
    asked = await house.stranger.post(f"/boards/{id}/request-access/", {})
    listed = await house.admin.get(f"/boards/{id}/access-requests/")
    answered = await house.admin.patch(
        f"/boards/{id}/access-requests/x/", {"approve": True}
    )
    assert {asked.status, listed.status, answered.status} == {404}


# Listing ----------------------------------------------------------------------------


async def test_requests_are_paged(house: House) -> None:
    asked = {await house.ask(await house.app.ghost(), f"n{n}") for n in range(3)}
    first = (await house.admin.get(f"{house.requests}?limit=2")).json
    rest = (
        await house.admin.get(f"{house.requests}?limit=2&cursor={first['next']}")
    ).json
    found = [one["id"] for page in (first, rest) for one in page["results"]]
    assert len(found) == len(asked)
    assert set(found) == asked
    assert rest["next"] is None


async def test_members_read_no_requests(house: House) -> None:
    request = await house.ask()
    await house.admin.patch(f"{house.requests}{request}/", {"approve": True})
    refused = await house.stranger.get(house.requests)
    assert (refused.status, refused.error) == (403, "forbidden")


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=x", "cursor=x", "cursor=note.x", "search=%00"]
)
async def test_a_bad_page_is_refused(house: House, query: str) -> None:
    refused = await house.admin.get(f"{house.requests}?{query}")
    assert refused.status in {400, 422}, refused.text


# Answering --------------------------------------------------------------------------


async def test_who_is_let_in_is_in_at_once(house: House) -> None:
    request = await house.ask()
    answered = await house.admin.patch(f"{house.requests}{request}/", {"approve": True})
    assert answered.status == 200
    seen = await house.stranger.get(house.path)
    assert seen.json["board"]["title"] == SECRET
    assert await house.waiting() == {}
    other = await (await house.app.ghost()).get(house.path)
    assert other.status == 403


async def test_who_is_not_let_in_stays_out_and_may_ask_again(house: House) -> None:
    request = await house.ask()
    await house.admin.patch(f"{house.requests}{request}/", {"approve": False})
    assert await house.waiting() == {}
    assert (await house.stranger.get(house.path)).status == 403
    again = await house.ask(message="Please!")
    assert again != request
    assert await house.waiting() == {again: "Please!"}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"approve": "yes"},
        {"approve": 1},
        {"approve": None},
        [],
        b"{",
    ],
)
async def test_a_bad_answer_is_refused(house: House, body: object) -> None:
    request = await house.ask()
    refused = await house.admin.patch(f"{house.requests}{request}/", body)
    assert refused.status in {400, 422}, refused.text
    assert request in await house.waiting()


async def test_only_admins_answer_and_only_what_was_asked(house: House) -> None:
    request = await house.ask()
    for who in (house.stranger, house.app.guest):
        refused = await who.patch(f"{house.requests}{request}/", {"approve": True})
        assert (refused.status, refused.error) == (403, "private_board")
    unknown = await house.admin.patch(f"{house.requests}nobody/", {"approve": True})
    assert (unknown.status, unknown.error) == (404, "not_found")
    assert (await house.stranger.get(house.path)).status == 403


# Live -------------------------------------------------------------------------------


@asynccontextmanager
async def _with_sockets() -> AsyncIterator[App]:
    chosen, gates = settings(), list[Gate]()
    connections = Connections(Wheel(asyncio.get_running_loop()))

    async def handle(request: Any) -> Any:
        return await socket_handler(gates[0])(request)

    def change(app: web.Application) -> None:
        app.router.add_get("/ws", handle)

    async with running(given=chosen, change=change) as app:
        gates.append(make_gate(chosen, app.core, connections, "node"))
        yield app
        await connections.close_all(1012, "over", within_s=20)


async def _heard(ws: Any, type: str) -> Any:
    """Return the next frame of a type."""
    async with asyncio.timeout(20):
        while True:
            for line in (await ws.receive_str()).split("\n"):
                if (frame := json.loads(line))["type"] == type:
                    return frame


async def test_asked_and_answered_live() -> None:
    async with _with_sockets() as app:
        stranger = await app.ghost()
        made = await app.board(is_public=False)
        board, admin = made["board"]["id"], made["admin_token"]
        join = {"type": "join", "ref": 1, "board": board}
        async with (
            app.http.ws_connect("/ws") as inside,
            app.http.ws_connect("/ws") as outside,
        ):
            await inside.send_json({"type": "hello"})
            await inside.send_json({**join, "link": admin})
            await _heard(inside, "joined")
            await outside.send_json(
                {"type": "hello", "ghost": stranger.headers["X-Ghost-ID"]}
            )
            await outside.send_json(join)
            assert (await _heard(outside, "error"))["error"] == "private_board"
            asked = await stranger.post(
                f"/boards/{board}/request-access/", {"message": "It is me"}
            )
            request = asked.json["result"]["id"]
            [told] = (await _heard(inside, "changed"))["changes"]
            assert told["put"][:2] == ["request", request]
            assert told["put"][2]["message"] == "It is me"
            await app.guest.with_link(admin).patch(
                f"/boards/{board}/access-requests/{request}/", {"approve": True}
            )
            await outside.send_json(join)
            let_in = await _heard(outside, "joined")
            assert "add_note" in let_in["may"]
