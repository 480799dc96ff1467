"""One call: who makes it, and the id of what it tells."""

import pytest
from aiohttp.test_utils import make_mocked_request

from orbit.core.errors import BadRequest, NotFound, Unauthenticated
from orbit.core.ids import op_key
from orbit.http.auth import credentials
from orbit.http.calls import Call, recognise
from tests.kit.app import App, settings

KEY = {"Idempotency-Key": "k1"}


async def call(app: App, **headers: str) -> Call:
    request = make_mocked_request("POST", "/", headers)
    return await recognise(request, app.services, settings())


async def test_a_key_gives_the_same_op_and_claims_nothing(app: App) -> None:
    told = (await call(app, **KEY)).told()
    assert (told.op, told.attempt) == (op_key("k1"), 0)
    assert (await call(app, **KEY)).told() == told


async def test_parts_of_one_call_are_told_apart(app: App) -> None:
    made = await call(app, **KEY)
    assert len({made.told(part).op for part in ("", "a", "b")}) == 3


async def test_without_a_key_it_is_certainly_the_first(app: App) -> None:
    made = await call(app)
    first, second = made.told(), made.told()
    assert first.op != second.op
    assert first.attempt == second.attempt == 1


async def test_a_ghost_is_recognised_and_known_by_another_key_on_each_board(
    app: App,
) -> None:
    ann = await app.ghost()
    boards = [(await app.board())["board"]["id"] for _ in range(2)]
    made = await call(app, **ann.headers)
    assert made.caller.kind == "ghost"
    ids = {(await made.on(board))[1].id for board in boards}
    assert len(ids) == 2
    assert not any(ann.headers["X-Ghost-ID"] in id for id in ids)


async def test_nobody_known_is_a_guest_and_somebody_unknown_is_refused(
    app: App,
) -> None:
    assert (await call(app)).caller.kind == "guest"
    with pytest.raises(Unauthenticated):
        await call(app, **{"X-Ghost-ID": "nobody's"})


async def test_what_holds_secrets_does_not_print_them(app: App) -> None:
    ann = await app.ghost()
    made = await call(app, **ann.headers, **{"X-Admin-Token": "a-token"})
    shown = credentials(made.request, settings())
    for text in (repr(made), repr(shown)):
        assert ann.headers["X-Ghost-ID"] not in text
        assert "a-token" not in text


async def test_a_malformed_board_is_not_found(app: App) -> None:
    with pytest.raises(NotFound):
        await (await call(app)).on("x")


async def test_a_malformed_key_is_a_bad_request(app: App) -> None:
    made = await call(app, **{"Idempotency-Key": "k" * 300})
    with pytest.raises(BadRequest):
        made.told()
