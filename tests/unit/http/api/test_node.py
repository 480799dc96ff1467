"""The operators' room over REST."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import SecretStr

from orbit.core.types import BoardId
from orbit.http.api.node import routes
from tests.kit.app import App, Client, running, settings

KEY = "of an operator, as long as it should be"
MARK = "kilroy was here"


@pytest.fixture
async def app() -> AsyncIterator[App]:
    async with running(given=settings(operator_key=SecretStr(KEY))) as app:
        yield app


@pytest.fixture
def operator(app: App) -> Client:
    return app.guest.with_headers(Authorization=f"Bearer {KEY}")


@pytest.fixture
async def board(app: App) -> BoardId:
    made, ghost = await app.board(), await app.ghost()
    for n in range(2):
        path = f"/boards/{made['board']['id']}/notes/"
        await ghost.post(path, {"content": f"{MARK} {n}"})
    return BoardId(made["board"]["id"])


async def lines(operator: Client, path: str, count: int) -> list[Any]:
    """Return the first lines of a trace that say something."""
    found: list[Any] = []
    url = f"/api/v1{path}"
    async with operator.http.get(url, headers=operator.headers) as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "application/x-ndjson"
        while len(found) < count:
            line = await answer.content.readline()
            found += [json.loads(line)] if line.strip() else []
    return found


async def test_every_row_is_for_operators_alone(app: App) -> None:
    filled = {"{board}": "6b5e5a5c-1111-4222-8333-444455556666", "{connection}": "x-1"}
    assert len(routes.rows) >= 9
    for row in routes.rows:
        path = row.path
        for name, value in filled.items():
            path = path.replace(name, value)
        for given in (path, path.rstrip("/")):
            answer = await app.guest.call(row.method, given, {})
            assert (answer.status, answer.error) == (401, "unauthenticated"), row.name


async def test_the_document_says_so(app: App) -> None:
    schema = (await app.guest.get("//api/schema/")).json
    assert schema["components"]["securitySchemes"]["operator"]["scheme"] == "bearer"
    for path, item in schema["paths"].items():
        for operation in item.values():
            is_ours = path.startswith("/api/v1/node/")
            assert (operation.get("security") == [{"operator": []}]) == is_ours


async def test_nodes_and_boards_are_told(
    app: App, operator: Client, board: BoardId
) -> None:
    (node,) = (await operator.get("/node/nodes/")).json["nodes"]
    assert (node["state"], node["is_me"], node["name"]) == ("fit", True, "n")
    assert node["numbers"]["boards_owned"] == 1
    assert node["numbers"]["commands_total"] == 3
    found = (await operator.get(f"/node/boards/{board.upper()}/")).json
    assert (found["seq"], found["owner"]) == (3, node["inc"])
    assert [place["role"] for place in found["places"]] == ["owner"]
    told = (await operator.get("/node/top/?by=acks&limit=3")).json
    assert told["silent"] == []
    assert (await operator.get("/node/connections/")).json["sockets"] == []


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/node/boards/nonsense/", 404),
        ("GET", "/node/boards/6b5e5a5c-1111-4222-8333-444455556666/", 404),
        ("GET", "/node/boards/6b5e5a5c-1111-4222-8333-444455556666/trace/", 404),
        ("GET", "/node/boards/6b5e5a5c-1111-4222-8333-444455556666/verify/", 404),
        ("GET", "/node/top/?by=luck", 422),
        ("GET", "/node/top/?limit=0", 422),
        ("GET", "/node/connections/?node=nobody", 404),
        ("DELETE", "/node/connections/nobody-1/", 404),
        ("POST", "/node/boards/6b5e5a5c-1111-4222-8333-444455556666/move/", 422),
        ("HEAD", "/node/boards/6b5e5a5c-1111-4222-8333-444455556666/trace/", 405),
    ],
)
async def test_what_cannot_be_meant_is_refused(
    operator: Client, method: str, path: str, status: int
) -> None:
    answer = await operator.call(method, path, {} if method == "POST" else None)
    assert answer.status == status, answer.text


async def test_a_trace_tells_who_and_how_much_but_no_word(
    app: App, operator: Client, board: BoardId
) -> None:
    told = await lines(operator, f"/node/boards/{board}/trace/?since=0", 3)
    assert [each["seq"] for each in told] == [1, 2, 3]
    assert [each["type"] for each in told] == ["board_opened", *["note_added"] * 2]
    assert told[1]["who"] == told[2]["who"] != told[0]["who"]
    assert all(each["bytes"] > 10 for each in told)
    assert MARK not in json.dumps(told)
    asked = f"/node/boards/{board}/trace/?since=1&content=true"
    assert MARK in json.dumps(await lines(operator, asked, 1))


async def test_a_trace_goes_on(app: App, operator: Client, board: BoardId) -> None:
    ghost = await app.ghost()
    url = f"/api/v1/node/boards/{board}/trace/"
    async with operator.http.get(url, headers=operator.headers) as answer:
        await ghost.post(f"/boards/{board}/notes/", {"content": "now"})
        line = b""
        while not line.strip():
            line = await answer.content.readline()
    told = json.loads(line)
    assert told["seq"] == 4
    assert told["ms"] > 0


async def test_a_board_is_verified(app: App, operator: Client, board: BoardId) -> None:
    path = f"/node/boards/{board}/verify/"
    assert (await operator.get(path)).json == {"events": 3, "findings": []}
    del app.place.world.boards[board].items["board", "board"]
    (finding,) = (await operator.get(path)).json["findings"]
    assert finding == {"sort": "index", "seq": 0, "words": "board board differs"}


async def test_a_board_is_evicted_and_wakes_again(
    app: App, operator: Client, board: BoardId
) -> None:
    path = f"/node/boards/{board}/evict/"
    assert (await operator.post(path)).json == {"done": True}
    assert board not in app.core.boards.directory
    assert (await operator.post(path)).json == {"done": False}
    assert (await app.guest.get(f"/boards/{board}/")).status == 200


async def test_all_nodes_are_told_to_prometheus(
    app: App, operator: Client, board: BoardId
) -> None:
    answer = await operator.get("/node/metrics/")
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    for line in (
        'orbit_node_up{node="n",state="fit"} 1.0',
        'orbit_node_boards_owned{node="n"} 1.0',
        'orbit_node_commands_total{node="n"} 3.0',
        'orbit_node_is_draining{node="n"} 0.0',
    ):
        assert line in answer.text.splitlines()
