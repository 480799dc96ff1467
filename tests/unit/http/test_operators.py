"""Who is let into the operators' room, and who is not."""

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from orbit.http.operators import WRONG
from tests.kit.app import App, Client, running, settings

KEY = "of an operator, as long as it should be"
NODES = "/node/nodes/"


@pytest.fixture
async def room() -> AsyncIterator[App]:
    async with running(given=settings(operator_key=SecretStr(KEY))) as app:
        yield app


def with_key(app: App, key: str, scheme: str = "Bearer") -> Client:
    return app.guest.with_headers(Authorization=f"{scheme} {key}")


async def test_the_key_opens(room: App) -> None:
    assert (await with_key(room, KEY).get(NODES)).status == 200
    assert (await with_key(room, KEY, "bearer ").get(NODES)).status == 200


@pytest.mark.parametrize(
    "said",
    [
        None,
        "Bearer",
        "Bearer ",
        f"Basic {KEY}",
        KEY,
        f"Bearer {KEY[:-1]}",
        f"Bearer {KEY}x",
        f"Bearer {KEY} {KEY}",
        "Bearer ключ",
        "Bearer " + "x" * 4_097,
    ],
)
async def test_nothing_else_does(room: App, said: str | None) -> None:
    headers = {} if said is None else {"Authorization": said}
    answer = await room.guest.get(NODES, headers=headers)
    assert (answer.status, answer.error) == (401, "unauthenticated")
    assert KEY not in answer.text


async def test_neither_ghosts_nor_admin_links_do(room: App) -> None:
    ghost, made = await room.ghost(), await room.board()
    who = ghost.with_link(made["admin_token"])
    for path in (NODES, "/node/connections/", f"/node/boards/{made['board']['id']}/"):
        assert (await who.get(path)).status == 401


async def test_who_guesses_is_slowed_down_and_who_knows_is_not(room: App) -> None:
    codes = [(await with_key(room, f"{n}").get(NODES)).status for n in range(12)]
    assert codes == [401] * int(WRONG.burst) + [429, 429]
    refused = await with_key(room, "again").get(NODES)
    assert (refused.status, refused.error) == (429, "rate_limited")
    assert int(refused.headers["Retry-After"]) >= 1
    assert (await with_key(room, KEY).get(NODES)).status == 200


async def test_without_a_key_nobody_is_let_in(app: App) -> None:
    for who in (app.guest, with_key(app, KEY), with_key(app, "None")):
        answer = await who.get(NODES)
        assert (answer.status, answer.error) == (403, "forbidden")
        assert list(answer.json["details"]) == ["Authorization"]


async def test_an_overloaded_node_still_answers_its_operator(room: App) -> None:
    for n in range(100):
        room.core.boards.governor.saw(5.0, 0.99, n)
    assert (await room.guest.get("/boards/x/")).status == 503
    told = await with_key(room, KEY).get(NODES)
    assert told.status == 200
    assert told.json["nodes"][0]["state"] == "busy"


async def test_no_key_reaches_a_log_or_an_answer(
    room: App, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    wrong = "a key that somebody has mistyped here"
    said = [await with_key(room, each).get(NODES) for each in (KEY, wrong)]
    logged = caplog.text + "".join(str(vars(record)) for record in caplog.records)
    for text in (logged, *(answer.text + str(answer.headers) for answer in said)):
        assert KEY not in text
        assert wrong not in text
    assert "list_nodes" in logged
