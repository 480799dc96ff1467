"""What I have and what I did, as my first page shows it."""

from collections.abc import Awaitable, Callable

import pytest

from tests.kit.app import App
from tests.kit.staff import staff

Ask = Callable[..., Awaitable[object]]
ANN = "ann@example.org"


async def test_it_counts_what_is_mine(app: App) -> None:
    ann = await app.account(ANN)
    board = (await app.board(ann))["board"]["id"]
    await ann.post(f"/boards/{board}/notes/", {"content": "x"})
    await ann.post("/orgs/", {"name": "Does"})
    told = (await ann.get("/dashboard/summary")).json
    assert told["metrics"] == {
        "boards": 1,
        "notes": 1,
        "upvotes": 0,
        "organisations": 1,
        "sessions": 1,
        "unread_notices": told["metrics"]["unread_notices"],
    }
    assert [event["action"] for event in told["recent_events"]] == [
        "organisation-made",
        "sign-in",
    ]
    assert all(event["mine"] for event in told["recent_events"])


async def test_by_whom_and_from_where_others_did_it_is_theirs(app: App) -> None:
    ann, dev = await app.account(ANN), await staff(app)
    id = (await ann.get("/users/me/")).json["id"]
    assert (await dev.patch(f"/admin/users/{id}/", {"role": "dev"})).status == 200
    ann = await app.account(ANN)
    signed, given, _ = (await ann.get("/dashboard/summary/")).json["recent_events"]
    assert (signed["mine"], signed["ip"]) == (True, "127.0.0.0/24")
    assert (given["action"], given["mine"], given["ip"]) == ("role-given", False, "")
    assert "actor" not in given


async def test_it_is_for_who_has_signed_in(app: App) -> None:
    for who in (app.guest, await app.ghost()):
        assert (await who.get("/dashboard/summary/")).status == 401


async def test_a_node_that_knows_no_board_asks_for_all_of_them_at_once(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await app.account(ANN)
    boards = [(await app.board(ann))["board"]["id"] for _ in range(3)]
    del app.place.world.boards[boards[0]]  # it was purged
    identity = app.core.persons.identity
    identity._salts.clear()
    journal, asked = identity._journal, list[object]()
    for name in ("salt", "salts_of"):
        ask = getattr(journal, name)

        async def heard(what: object, ask: Ask = ask) -> object:
            asked.append(what)
            return await ask(what)

        monkeypatch.setattr(journal, name, heard)
    assert (await ann.get("/dashboard/summary/")).status == 200
    assert asked == [set(boards)]
