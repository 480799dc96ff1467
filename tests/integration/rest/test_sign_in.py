"""Signing in on a real database, by many at once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Iterable
from typing import TypeVar

import pytest_asyncio

from tests.kit.app import App, Client, running

T = TypeVar("T")
SEND, VERIFY = "/identity/otp-send/", "/identity/otp-verify/"
REFRESH, ME = "/identity/refresh/", "/identity/ghost/me/"
ANN = "ann@example.org"


@pytest_asyncio.fixture
async def app() -> AsyncIterator[App]:
    async with running("postgres") as started:
        yield started


async def at_once(calls: Iterable[Awaitable[T]]) -> list[T]:
    return list(await asyncio.gather(*calls))


async def test_of_two_hundred_guesses_at_once_five_are_looked_at(app: App) -> None:
    code = await app.code(ANN)
    wrong = [f"{(int(code) + n) % 1_000_000:06}" for n in range(1, 201)]
    bodies = [{"email": ANN, "code": guess} for guess in wrong]
    said = await at_once(app.guest.post(VERIFY, body) for body in bodies)
    assert {answer.status for answer in said} == {401}
    (row,) = await app.place.run("SELECT tries FROM code")
    assert row["tries"] == 0
    late = await app.guest.post(VERIFY, {"email": ANN, "code": code})
    assert late.status == 401


async def test_of_many_who_show_a_code_at_once_one_has_signed_in(app: App) -> None:
    body = {"email": ANN, "code": await app.code(ANN)}
    said = await at_once(app.guest.post(VERIFY, body) for _ in range(5))
    assert Counter(answer.status for answer in said) == {200: 1, 401: 4}
    (row,) = await app.place.run("SELECT count(*) FROM login")
    assert row["count"] == 1


async def test_a_token_has_one_successor_whoever_asks_for_it(app: App) -> None:
    given = await app.sign_in(ANN)
    body = {"refresh": given["refresh"]}
    said = await at_once(app.guest.post(REFRESH, body) for _ in range(100))
    assert {answer.status for answer in said} == {200}
    assert len({answer.json["refresh"] for answer in said}) == 1
    (row,) = await app.place.run("SELECT counter FROM login")
    assert row["counter"] == 1


async def test_too_many_codes_at_once_are_five(app: App) -> None:
    said = await at_once(app.guest.post(SEND, {"email": ANN}) for _ in range(12))
    assert Counter(answer.status for answer in said) == {200: 5, 429: 7}
    (row,) = await app.place.run("SELECT count(*) FROM parcel")
    assert row["count"] == 5


async def test_no_table_holds_what_an_erased_account_had(app: App) -> None:
    ghost = await app.ghost()
    board = (await app.board())["board"]["id"]
    await ghost.post(f"/boards/{board}/notes/", {"content": "x"})
    given = await app.sign_in(ANN, ghost)
    ann = Client(app.http, Authorization=f"Bearer {given['access']}")
    await ann.patch("/identity/profile/", {"name": "Ann of the tables"})
    assert (await ann.delete(ME)).status == 204
    for table in ("account", "login", "ghost", "ghost_box", "item"):
        (row,) = await app.place.run(f"SELECT count(*) FROM {table}")  # noqa: S608
        assert row["count"] == (table == "item"), table  # the board's card
    assert (await ann.get(ME)).status == 401


async def test_no_table_tells_who_was_invited_or_who_came(app: App) -> None:
    made = await app.board(is_public=False)
    path = f"/boards/{made['board']['id']}/"
    admin, ghost = app.guest.with_link(made["admin_token"]), await app.ghost()
    sent = await admin.post(f"{path}invite/", {"email": "bob@example.org"})
    assert sent.status == 202
    await app.core.mail.post.deliver()
    token = app.mailbox.mails[-1].text.partition("#invite=")[2].split()[0]

    async def rows() -> str:
        tables = await app.place.run(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        )
        found = []
        for (table,) in tables:
            found += await app.place.run(f"SELECT t::text FROM {table} t")  # noqa: S608
        return "\n".join(row[0] for row in found)

    stored = await rows()
    marks = ["bob", "example.org", token]
    hexed = [mark.encode().hex() for mark in marks]
    assert [mark for mark in (*marks, *hexed) if mark in stored] == []
    assert (await ghost.post(f"{path}accept-invite/", {"token": token})).status == 200
    (row,) = await app.place.run("SELECT state, taken_by FROM invite")
    assert tuple(row) == ("came", None)
    bob = await app.account("bob@example.org")
    assert (await bob.delete(ME)).status == 204
    assert await app.place.run("SELECT FROM invite") == []
