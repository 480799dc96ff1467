"""Who is told what has happened that concerns him, and who is not."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import msgspec
import pytest

from orbit.core.actors.jobs import Jobs
from orbit.core.ports import Act, Noticed, Record
from orbit.core.services.notices import LABEL, Kind, Notices
from orbit.core.types import coarse
from orbit.settings import Settings
from tests.kit.app import App, Client, settings, until
from tests.kit.organisations import founded
from tests.kit.signed import Ahead

ANN, HORSE = "ann@example.org", "correct horse"
ID = "11111111-2222-4333-8444-555555555555"
HOME, AWAY = "198.51.100.7", "203.0.113.9"


@pytest.fixture
def given() -> Settings:
    """Behind a proxy that says from where somebody comes."""
    return settings(trusted_proxies="127.0.0.1")


async def told(who: Client) -> list[tuple[str, dict[str, str]]]:
    listed = (await who.get("/notices/")).json["results"]
    return [(each["kind"], each["data"]) for each in listed]


async def test_members_are_told_what_becomes_of_them(app: App) -> None:
    org = await founded(app)
    bob = await org.join("bob")
    its = {"organisation": org.id, "name": "Does"}
    await org.people["ann"].post(f"{org.member('bob')}role/", {"role": "MANAGER"})
    (kind, data), (invited, _) = await told(bob)
    assert (kind, data) == ("organisation_role", {**its, "role": "MANAGER"})
    assert invited == "organisation_invited"
    bob = await app.account(org.email("bob"))
    await org.people["ann"].delete(org.member("bob"))
    assert (await told(bob))[0] == ("organisation_left", its)
    assert [kind for kind, _ in await told(org.people["ann"])] == [
        "organisation_joined"
    ]


async def test_a_page_of_notices_asks_once_for_all_names(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    org = await founded(app)
    ann = org.people["ann"]
    for name in ("bob", "cyd", "dan"):
        joined = await org.join(name)
        await joined.patch("/users/me/", {"name": name.title()})
    accounts, asked = app.core.mail.notices._accounts, list[object]()
    for name in ("find", "names"):
        ask = getattr(accounts, name)

        async def heard(
            what: object, ask: Callable[..., Awaitable[object]] = ask
        ) -> object:
            asked.append(what)
            return await ask(what)

        monkeypatch.setattr(accounts, name, heard)
    names = [data["member"] for kind, data in await told(ann)]
    assert (names, len(asked)) == (["Dan", "Cyd", "Bob"], 1)


async def test_what_one_does_oneself_is_told_to_nobody_but_others(app: App) -> None:
    org = await founded(app)
    bob = await org.join("bob")
    await org.join("cyd")
    await bob.post(f"{org.path}leave/")
    await org.people["ann"].delete(org.path)
    assert [kind for kind, _ in await told(bob)] == ["organisation_invited"]
    kinds = [kind for kind, _ in await told(await app.account(org.email("cyd")))]
    assert kinds == ["organisation_removed", "organisation_invited"]
    assert "organisation_removed" not in repr(await told(org.people["ann"]))


async def test_the_notice_of_an_invite_lets_its_reader_in(app: App) -> None:
    org = await founded(app)
    bob = await org.account("bob")
    await org.invite("bob", "MANAGER")
    ((kind, data),) = await told(bob)
    assert (kind, data["name"], data["role"]) == (
        "organisation_invited",
        "Does",
        "MANAGER",
    )
    came = await bob.post("/orgs/accept-invite/", {"token": data["token"]})
    assert came.json["role"] == "MANAGER"


async def test_who_is_invited_to_a_board_is_told_once(app: App) -> None:
    made, ann = await app.board(title="Tea"), await app.account(ANN)
    admin = app.guest.with_link(made["admin_token"])
    path, key = f"/boards/{made['board']['id']}/invite/", {"Idempotency-Key": "one"}
    for _ in "ab":
        await admin.post(path, {"email": "Ann@example.org"}, headers=key)
    said = {"board": made["board"]["id"], "title": "Tea"}
    assert await told(ann) == [("board_invited", said)]
    (kept,) = app.place.world.notices.values()
    assert kept.notice.at == coarse(kept.notice.at)  # of rows of invites it is none


@pytest.mark.parametrize("is_wanted", [True, False])
async def test_who_wants_no_such_notice_has_none(app: App, is_wanted: bool) -> None:
    org = await founded(app)
    bob = await org.account("bob")
    await bob.patch("/settings/notifications/", {"invitations": is_wanted})
    await org.invite("bob")
    assert len(await told(bob)) == is_wanted


async def test_an_address_that_is_perhaps_anothers_is_told_nothing(app: App) -> None:
    body = {"email": ANN, "password": HORSE}
    given = (await app.guest.post("/auth/register/", body)).json
    ann = app.guest.with_headers(Authorization=f"Bearer {given['access']}")
    made = await app.board()
    admin = app.guest.with_link(made["admin_token"])
    await admin.post(f"/boards/{made['board']['id']}/invite/", {"email": ANN})
    assert await told(ann) == []


async def test_the_database_alone_tells_nothing_of_what_a_notice_says(app: App) -> None:
    news = app.core.mail.notices.news(Kind.BOARD_INVITED, {"title": "the plan"})
    assert b"plan" not in news.sealed
    assert b"plan" in app.core.persons.identity.keys.unseal(LABEL, news.sealed, b"")


async def test_other_nodes_hear_of_it(app: App) -> None:
    ann, said = await app.account(ANN), list[bytes]()

    async def elsewhere(body: bytes) -> None:
        said.append(body)

    notices = app.core.mail.notices
    notices.spread.elsewhere = elsewhere
    me = (await ann.get("/users/me/")).json["id"]
    news = notices.news(Kind.ORG_ROLE, {})
    for _ in "ab":
        await notices.tell(me, news)
    await until(_none, lambda _: said)
    (told,) = msgspec.json.decode(said[0], type=list[Noticed])
    assert (told, len(said)) == (Noticed(news.id, me), 1)


async def test_a_node_that_was_not_told_of_an_invite_finds_it(
    app: App, clock: Ahead
) -> None:
    made, ann = await app.board(), await app.account(ANN)
    clock.by = coarse(clock.now()) + timedelta(minutes=9, seconds=59) - clock.now()
    admin = app.guest.with_link(made["admin_token"])
    await admin.post(f"/boards/{made['board']['id']}/invite/", {"email": ANN})
    other = Notices(
        app.place.node().people, app.core.persons.identity.keys, clock, Jobs()
    )
    heard = list[Noticed]()
    other.spread.acts.append(heard.append)
    await other.spread.look()
    (kept,) = app.place.world.notices.values()
    assert heard == [Noticed(kept.notice.id, kept.account)]
    assert await told(ann) != []


# What is about security ---------------------------------------------------------------


async def registered(app: App, clock: Ahead) -> Client:
    """Ann, who has had an account for a while, by a browser called `one`."""
    body = {"email": ANN, "password": HORSE}
    given = await app.guest.post("/auth/register/", body, headers=by("one"))
    clock.by = timedelta(minutes=2)
    return app.guest.with_headers(Authorization=f"Bearer {given.json['access']}")


def by(agent: str, ip: str = HOME) -> dict[str, str]:
    return {"User-Agent": agent, "X-Forwarded-For": ip}


async def enter(app: App, **headers: str) -> Client:
    """Have somebody who knows Ann's password sign in."""
    body = {"email": ANN, "password": HORSE}
    given = await app.guest.post("/auth/login/", body, headers=headers)
    return app.guest.with_headers(Authorization=f"Bearer {given.json['access']}")


async def test_a_sign_in_by_another_browser_is_told(app: App, clock: Ahead) -> None:
    ann = await registered(app, clock)
    assert await told(ann) == []
    for agent in ("one", "two", "two"):
        await enter(app, **by(agent))
    ((kind, data),) = await told(ann)
    assert (kind, data["agent"], data["ip"]) == ("sign_in", "two", "198.51.100.0/24")


async def test_whoever_says_to_be_the_same_browser_is_told_of_from_elsewhere(
    app: App, clock: Ahead
) -> None:
    ann = await registered(app, clock)
    await enter(app, **by("one", "198.51.100.99"))  # of her network
    assert await told(ann) == []
    for _ in "ab":
        await enter(app, **by("one", AWAY))
    ((kind, data),) = await told(ann)
    assert (kind, data["ip"]) == ("sign_in", "203.0.113.0/24")


async def test_who_has_signed_out_and_comes_again_is_no_news(
    app: App, clock: Ahead
) -> None:
    ann = await registered(app, clock)
    for days in (1, 80, 160):
        left = await ann.post("/auth/logout/", {"everywhere": False})
        assert left.status == 204
        clock.by = timedelta(days=days)
        await app.core.auth.logins.purge()
        ann = await enter(app, **by("one"))
        assert await told(ann) == []


async def test_a_browser_is_news_again_after_a_quarter_of_a_year(
    app: App, clock: Ahead
) -> None:
    await registered(app, clock)
    clock.by = timedelta(days=91)
    assert len(await told(await enter(app, **by("one")))) == 1


async def test_whose_sign_in_was_ended_by_another_is_news_again(
    app: App, clock: Ahead
) -> None:
    ann = await registered(app, clock)
    for _ in "ab":
        await enter(app, **by("one", AWAY))
        listed = (await ann.get("/auth/sessions/")).json["results"]
        (other,) = [each["id"] for each in listed if not each["current"]]
        assert (await ann.delete(f"/auth/sessions/{other}/")).status == 204
    assert [kind for kind, _ in await told(ann)] == ["sign_in", "sign_in"]


async def test_who_has_shown_a_used_token_is_news_again(app: App, clock: Ahead) -> None:
    ann = await registered(app, clock)
    body = {"email": ANN, "password": HORSE}
    for _ in "ab":
        answer = await app.guest.post("/auth/login/", body, headers=by("one", AWAY))
        for _ in "abc":
            token = {"refresh": answer.json["refresh"]}
            await app.guest.post("/auth/refresh/", token)
            clock.by += timedelta(minutes=1)
    kinds = [kind for kind, _ in await told(ann)]
    assert kinds == ["refresh_reused", "sign_in"] * 2


async def test_all_browsers_are_news_once_all_sign_ins_were_ended(
    app: App, clock: Ahead
) -> None:
    ann = await registered(app, clock)
    await ann.post("/auth/logout/")
    assert len(await told(await enter(app, **by("one")))) == 1


async def test_another_password_is_told_and_one_that_was_refused_is_not(
    app: App, clock: Ahead
) -> None:
    ann = await registered(app, clock)
    await ann.patch("/settings/notifications/", {"organisations": False})
    for current in ("wrong horse", HORSE):
        body = {"current_password": current, "new_password": "battery staple"}
        answer = await ann.patch("/account/password/", body)
    ann = ann.with_headers(Authorization=f"Bearer {answer.json['access']}")
    assert [kind for kind, _ in await told(ann)] == ["password_changed"]


@pytest.mark.parametrize(
    ("act", "about", "is_told"),
    [
        (Act.DATA_EXPORTED, {}, True),
        (Act.DATA_EXPORTED, {"table": "Lead"}, False),  # of others, by staff
        (Act.PASSWORD_CHANGED, {"error": "conflict"}, False),  # it was not
        (Act.REFRESH_REUSED, {"error": "unauthenticated"}, True),
        (Act.SIGNED_IN, {"device": "known"}, False),
        (Act.ORG_MADE, {}, False),
    ],
)
async def test_of_what_is_recorded_one_is_told_what_concerns_his_account(
    app: App, act: Act, about: dict[str, str], is_told: bool
) -> None:
    ann = await app.account(ANN)
    me = (await ann.get("/users/me/")).json["id"]
    for _ in "ab":
        record = Record(ID, app.core.clock.now(), act, actor=me, about=about)
        await app.core.mail.notices.heard(record)
    assert len(await told(ann)) == is_told


async def _none() -> None:
    """Wait for nothing."""
