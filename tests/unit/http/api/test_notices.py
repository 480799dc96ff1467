"""Notices over REST and over the socket: the list, and that there is more of it."""

from collections.abc import AsyncIterator

import pytest

from orbit.core.services.notices import Kind
from tests.kit.app import App, Client
from tests.kit.sockets import House, house

ANN = "ann@example.org"


async def tell(app: App, to: Client, times: int = 1) -> list[str]:
    """Tell somebody things; return their ids, the newest first."""
    me, ids = (await to.get("/users/me/")).json["id"], list[str]()
    for n in range(times):
        news = app.core.mail.notices.news(Kind.ORG_ROLE, {"name": f"{n}"})
        await app.core.mail.notices.tell(me, news)
        ids.insert(0, news.id)
    return ids


async def test_notices_are_paged_while_more_arrive(app: App) -> None:
    ann = await app.account(ANN)
    ids = await tell(app, ann, 5)
    first = (await ann.get("/notices/?limit=2")).json
    assert (first["unread"], [each["id"] for each in first["results"]]) == (5, ids[:2])
    await tell(app, ann)
    found, at = first["results"], first["next"]
    while at:
        page = (await ann.get(f"/notices/?limit=2&cursor={at}")).json
        found, at = found + page["results"], page["next"]
    assert [each["id"] for each in found] == ids
    assert found[0]["data"] == {"name": "4"}
    for wrong in ("x", "a%00b", "1" * 65):
        refused = await ann.get(f"/notices/?cursor={wrong}")
        assert (refused.status, "cursor" in refused.text) == (422, True)


async def test_what_is_read_is_so_for_its_reader_alone(app: App) -> None:
    ann, bob = await app.account(ANN), await app.account("bob@example.org")
    ids = await tell(app, ann, 4)
    for who, status in ((bob, 404), (ann, 204), (ann, 204)):
        assert (await who.post(f"/notices/{ids[3]}/read/")).status == status
    assert (await ann.post("/notices/x/read/")).status == 404
    until = {"until": ids[1]}
    assert (await bob.post("/notices/read/", until)).json == {"unread": 0}
    assert (await ann.post("/notices/read/", until)).json == {"unread": 1}
    listed = (await ann.get("/notices/")).json["results"]
    assert [each["read"] for each in listed] == [False, True, True, True]
    assert (await ann.post("/notices/read/")).json == {"unread": 0}


@pytest.fixture
async def home() -> AsyncIterator[House]:
    async with house() as made:
        yield made


async def test_all_sockets_of_somebody_hear_that_there_is_a_notice(
    home: House,
) -> None:
    ann, bob = await home.app.account(ANN), await home.app.account("bob@example.org")
    shown = [who.headers["Authorization"].split()[1] for who in (ann, ann, bob)]
    one, two, his = [await home.greeted(token=token) for token in shown]
    (id,) = await tell(home.app, ann)
    for talk in (one, two):
        assert await talk.hear("notices") == {"type": "notices", "id": id}
    await tell(home.app, bob)
    await his.say({"type": "ping"})
    heard = [await his.hear(), await his.hear()]
    assert sorted(each["type"] for each in heard) == ["notices", "pong"]


async def test_a_ghost_of_an_account_hears_nothing_of_it(home: House) -> None:
    ghost = await home.app.ghost()
    ann = await home.app.account(ANN, by=ghost)
    secret = ghost.headers["X-Ghost-ID"]
    held = await home.greeted(ghost=secret)
    hers = await home.greeted(token=ann.headers["Authorization"].split()[1])
    await tell(home.app, ann)
    await hers.hear("notices")
    await held.say({"type": "ping"})
    assert (await held.hear())["type"] == "pong"
