"""Invites by mail: sent, listed, taken back, and come by; over REST and on a socket."""

import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from orbit.core.services.invites import LIFE, MAILS_H, SHOWN
from orbit.http.limits import FROM_ONE_ADDRESS
from tests.kit.app import App, Client, running, settings
from tests.kit.signed import Ahead
from tests.unit.http.api.test_access import _heard, _with_sockets

BOB, CYD = "bob@example.org", "cyd@example.org"
TITLE = "What only insiders know"
NOWHERE = "00000000-0000-4000-8000-000000000000"
LINK = re.compile(r"http://\S+/b/([0-9a-f-]{36})#invite=([A-Za-z0-9_-]{43})\n")


class House:
    """A private board and its admin, who invites."""

    def __init__(self, app: App, made: Any) -> None:
        self.app, self.board = app, made["board"]["id"]
        self.admin = app.guest.with_link(made["admin_token"])
        self.path = f"/boards/{self.board}/"

    async def invite(self, email: str = BOB, **more: Any) -> str:
        """Invite somebody; return the token in his mail."""
        sent = await self.admin.post(f"{self.path}invite/", {"email": email, **more})
        assert sent.status == 202, sent.text
        return await self.token(email)

    async def token(self, email: str = BOB) -> str:
        """Return the token in the newest invite to somebody."""
        found = LINK.search(await self.mail(email))
        assert found
        assert found[1] == self.board
        return found[2]

    async def mail(self, email: str = BOB) -> str:
        await self.app.core.mail.post.deliver()
        return [m for m in self.app.mailbox.mails if m.to == email][-1].text

    async def withdraw(self, email: str = BOB) -> int:
        body = json.dumps({"email": email}).encode()
        path = f"{self.path}invite/"
        return (await self.admin.call("DELETE", path, body)).status

    async def accept(self, who: Client, token: str | None = None) -> Any:
        body = {} if token is None else {"token": token}
        return await who.post(f"{self.path}accept-invite/", body)

    async def listed(self) -> dict[str, str]:
        """Return how those stand who were invited."""
        listed = await self.admin.get(f"{self.path}invites/")
        assert listed.status == 200, listed.text
        return {one["email"]: one["state"] for one in listed.json["results"]}


async def invited(who: Client) -> list[tuple[str, bool]]:
    """Return the boards that somebody was invited to, and which still wait for him."""
    listed = await who.get("/boards/invited/")
    assert listed.status == 200, listed.text
    return [(one["title"], bool(one["until"])) for one in listed.json["results"]]


@pytest.fixture
def clock() -> Ahead:
    return Ahead()


@pytest_asyncio.fixture
async def app(clock: Ahead) -> AsyncIterator[App]:
    given = settings({"invites_per_person_h": 1_000})
    async with running(given=given, clock=clock) as started:
        yield started


@pytest_asyncio.fixture
async def house(app: App) -> House:
    return House(app, await app.board(title=TITLE, is_public=False))


# The mail ---------------------------------------------------------------------------


async def test_the_mail_tells_the_title_the_message_and_that_nobody_need_answer(
    house: House,
) -> None:
    await house.invite(message="Come in,\n<b>Bob</b>")
    (mail,) = house.app.mailbox.mails
    assert (mail.to, mail.subject) == (BOB, f"You are invited: {TITLE}")
    for part in (mail.text, mail.html):
        assert TITLE in part
        assert "You need not answer" in part
        assert "7 days" in part
    assert "<b>Bob</b>" in mail.text
    assert "&lt;b&gt;Bob" in mail.html


async def test_what_was_typed_makes_no_header_and_turns_no_line_around(
    app: App,
) -> None:
    made = await app.board(title="A\u202eB\r\nBcc: all@example.org", is_public=False)
    house = House(app, made)
    await house.invite(message="x\u2066y\x1b[2J\u061c\x9b2J")
    (mail,) = app.mailbox.mails
    assert mail.subject == "You are invited: AB Bcc: all@example.org"
    for trick in "\u202e\u2066\x1b\u061c\x9b":
        assert trick not in mail.text + mail.html


async def test_no_answer_tells_whether_an_address_has_an_account(house: House) -> None:
    await house.app.sign_in(BOB)
    path = f"{house.path}invite/"
    said = [await house.admin.post(path, {"email": one}) for one in (BOB, CYD)]
    assert said[0].text == said[1].text
    assert set((await house.listed()).values()) == {"invited"}


async def test_no_store_tells_an_address_or_a_token(house: House) -> None:
    await house.admin.post(f"{house.path}invite/", {"email": "Bob@Example.org"})
    world = house.app.place.world
    stored = repr((world.invites, world.parcels, world.boards[house.board].__dict__))
    token = await house.token("Bob@Example.org")
    for secret in ("bob", "Bob", "example.org", token):
        assert secret not in stored
    assert await house.listed() == {BOB: "invited"}


# Inviting ---------------------------------------------------------------------------


async def test_admins_alone_invite_list_and_withdraw(house: House) -> None:
    token = await house.invite()
    member = await house.app.ghost()
    await house.accept(member, token)
    stranger = await house.app.ghost()
    for who in (member, stranger, house.app.guest):
        for method, path in (
            ("POST", "invite/"),
            ("DELETE", "invite/"),
            ("GET", "invites/"),
        ):
            body = None if method == "GET" else {"email": CYD}
            refused = await who.call(method, house.path + path, body)
            assert refused.status == 403, refused.text
            assert BOB not in refused.text
    assert await house.listed() == {BOB: "came"}


async def test_the_same_key_sends_one_mail(house: House) -> None:
    keyed = house.admin.with_headers(**{"Idempotency-Key": "k"})
    said = [await keyed.post(f"{house.path}invite/", {"email": BOB}) for _ in range(2)]
    assert said[0].status == 202
    assert said[0].text == said[1].text
    await house.app.core.mail.post.deliver()
    assert len(house.app.mailbox.mails) == 1


async def test_nobody_is_mailed_again_and_again(house: House, clock: Ahead) -> None:
    path, body = f"{house.path}invite/", {"email": BOB}
    first = await house.invite()
    refused = await house.admin.post(path, body)
    assert (refused.status, refused.error) == (429, "rate_limited")
    assert refused.headers["Retry-After"] == "600"
    assert await house.withdraw() == 204
    assert (await house.admin.post(path, body)).status == 429
    clock.by = timedelta(minutes=11)
    assert await house.invite() != first


async def test_many_boards_do_not_bomb_one_address(app: App) -> None:
    statuses = []
    for _ in range(MAILS_H + 2):
        one = House(app, await app.board(is_public=False))
        sent = await one.admin.post(f"{one.path}invite/", {"email": BOB})
        statuses.append(sent.status)
    assert statuses == [202] * MAILS_H + [429] * 2


async def test_one_person_invites_so_many_an_hour() -> None:
    async with running(given=settings({"invites_per_person_h": 1})) as app:
        ghosts = [await app.ghost() for _ in range(FROM_ONE_ADDRESS + 1)]
        made = await app.board(is_public=False)
        statuses = []
        for n, ghost in enumerate([ghosts[0], *ghosts]):
            admin = ghost.with_link(made["admin_token"])
            path, body = (
                f"/boards/{made['board']['id']}/invite/",
                {"email": f"p{n}@a.org"},
            )
            statuses.append((await admin.post(path, body)).status)
        assert statuses == [202, 429, *[202] * (FROM_ONE_ADDRESS - 1), 429]


@pytest.mark.parametrize("method", ["POST", "DELETE"])
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"email": ""},
        {"email": "bob"},
        {"email": "bob@localhost"},
        {"email": 5},
        {"email": [BOB]},
        {"email": f"{BOB}\r\nBcc: {CYD}"},
        {"email": "x" * 250 + "@a.org"},
        [],
        b"{",
    ],
)
async def test_a_bad_body_is_refused(house: House, method: str, body: object) -> None:
    refused = await house.admin.call(method, f"{house.path}invite/", body)
    assert refused.status in {400, 422}, refused.text
    assert await house.listed() == {}


@pytest.mark.parametrize("message", [5, None, "x" * 501, ["x"]])
async def test_a_bad_message_is_refused(house: House, message: object) -> None:
    body = {"email": BOB, "message": message}
    refused = await house.admin.post(f"{house.path}invite/", body)
    assert refused.status in {400, 422}, refused.text


@pytest.mark.parametrize("id", [NOWHERE, "x", "%00"])
async def test_boards_that_are_not_are_404(house: House, id: str) -> None:
    ghost = await house.app.ghost()
    for method, path in (
        ("POST", "invite/"),
        ("DELETE", "invite/"),
        ("POST", "accept-invite/"),
    ):
        body = {"email": BOB} if path == "invite/" else {"token": "x"}
        refused = await ghost.call(method, f"/boards/{id}/{path}", body)
        assert refused.status == 404, refused.text


# Coming by the link -----------------------------------------------------------------


async def test_a_ghost_comes_in_by_the_link_once(house: House) -> None:
    token, ghost = await house.invite(), await house.app.ghost()
    assert (await ghost.get(house.path)).error == "private_board"
    came = await house.accept(ghost, token)
    assert (came.status, came.json) == (200, {"board": house.board})
    assert (await ghost.get(house.path)).json["board"]["title"] == TITLE
    assert await house.listed() == {BOB: "came"}
    other = await house.app.ghost()
    late = await house.accept(other, token)
    assert (late.status, late.error) == (404, "not_found")
    assert (await other.get(house.path)).status == 403
    assert (await house.accept(ghost, token)).status == 200  # an answer was lost
    assert await invited(ghost) == [(TITLE, False)]


async def test_nobody_is_told_who_came(house: House) -> None:
    token, ghost = await house.invite(), await house.app.ghost()
    await house.accept(ghost, token)
    assert house.app.place.world.taken == {}
    listed = (await house.admin.get(f"{house.path}invites/")).json["results"][0]
    assert listed.keys() == {"email", "state", "made_at", "expires_at"}
    seen = await house.admin.get(f"{house.path}journal/?since=0")
    exported = await house.admin.get(f"{house.path}export/?format=json")
    for surface in (seen.text, exported.text, (await house.admin.get(house.path)).text):
        assert "bob" not in surface.lower()


async def test_a_guest_does_not_use_an_invite_up(house: House) -> None:
    token = await house.invite()
    refused = await house.accept(house.app.guest, token)
    assert (refused.status, refused.error) == (401, "unauthenticated")
    assert await house.listed() == {BOB: "invited"}


async def test_who_sees_the_board_by_right_leaves_the_invite(house: House) -> None:
    token = await house.invite()
    owner = (await house.app.ghost()).with_link(house.admin.headers["X-Admin-Token"])
    assert (await house.accept(owner, token)).status == 200
    assert await house.listed() == {BOB: "invited"}
    assert (await house.accept(await house.app.ghost(), token)).status == 200


async def test_by_an_open_board_one_comes_to_stay(app: App) -> None:
    house = House(app, await app.board(title=TITLE))
    token, ghost = await house.invite(), await app.ghost()
    assert (await house.accept(ghost, token)).status == 200
    await house.admin.patch(house.path, {"is_public": False})
    assert (await ghost.get(house.path)).status == 200
    assert (await (await app.ghost()).get(house.path)).status == 403


@pytest.mark.parametrize(
    "body",
    [
        {"token": ""},
        {"token": 5},
        {"token": None},
        {"token": "x" * 65},
        {"token": ["x"]},
        [],
        b"{",
    ],
)
async def test_a_bad_token_is_refused(house: House, body: object) -> None:
    ghost = await house.app.ghost()
    refused = await ghost.post(f"{house.path}accept-invite/", body)
    assert refused.status in {400, 422}, refused.text


async def test_what_is_no_token_of_this_board_opens_nothing(house: House) -> None:
    other = House(house.app, await house.app.board(is_public=False))
    token, ghost = await house.invite(), await house.app.ghost()
    for where, shown in ((other, token), (house, token[:-1] + "x"), (house, None)):
        refused = await where.accept(ghost, shown)
        assert (refused.status, refused.error) == (404, "not_found")
    assert (await ghost.get(house.path)).status == 403


async def test_what_is_withdrawn_opens_nothing(house: House) -> None:
    token, ghost = await house.invite(), await house.app.ghost()
    assert await house.withdraw() == 204
    assert (await house.accept(ghost, token)).status == 404
    bob = await house.app.account(BOB)
    assert (await bob.get(house.path)).status == 403
    assert await invited(bob) == []
    assert await house.listed() == {}
    assert await house.withdraw() == 204
    assert await house.withdraw(CYD) == 404


async def test_what_is_withdrawn_in_time_is_not_mailed(house: House) -> None:
    await house.admin.post(f"{house.path}invite/", {"email": BOB})
    assert await house.withdraw() == 204
    assert await house.app.core.mail.post.deliver() == 0


async def test_what_is_older_than_a_week_opens_nothing(
    house: House, clock: Ahead
) -> None:
    token, ghost = await house.invite(), await house.app.ghost()
    clock.by = LIFE
    assert (await house.accept(ghost, token)).status == 404
    assert await house.listed() == {BOB: "expired"}
    bob = await house.app.account(BOB)
    assert (await bob.get(house.path)).status == 403
    clock.by = SHOWN + timedelta(seconds=1)
    await house.app.core.sharing.invites.purge()
    assert await house.listed() == {}


async def test_a_deleted_board_lets_nobody_in(house: House) -> None:
    token, ghost = await house.invite(), await house.app.ghost()
    bob = await house.app.account(BOB)
    await house.admin.delete(house.path)
    assert (await house.accept(ghost, token)).status == 410
    assert await invited(bob) == []


# Coming by the address --------------------------------------------------------------


async def test_an_account_of_the_address_needs_no_link(house: House) -> None:
    token = await house.invite()
    bob, cyd = await house.app.account(BOB), await house.app.account(CYD)
    assert await invited(bob) == [(TITLE, True)]
    assert await invited(cyd) == []
    assert (await cyd.get(house.path)).error == "private_board"
    assert (await bob.get(house.path)).json["board"]["title"] == TITLE
    assert await house.listed() == {BOB: "came"}
    assert await invited(bob) == [(TITLE, False)]
    assert (await house.accept(await house.app.ghost(), token)).status == 404


async def test_an_account_of_another_address_does_not_come_by_the_link(
    house: House,
) -> None:
    token, cyd = await house.invite(), await house.app.account(CYD)
    refused = await house.accept(cyd, token)
    assert (refused.status, refused.error) == (403, "forbidden")
    assert await house.listed() == {BOB: "invited"}


async def test_who_writes_first_is_let_in_first(house: House) -> None:
    await house.invite("Bob@Example.org")
    bob = await house.app.account(BOB)
    added = await bob.post(f"{house.path}notes/", {"content": "hi"})
    assert added.status == 201, added.text


async def test_who_was_shown_out_is_not_let_in_again(house: House) -> None:
    await house.invite()
    bob = await house.app.account(BOB)
    await bob.get(house.path)
    listed = await house.admin.get(f"{house.path}items/member/")
    member = listed.json["results"][0]["id"]
    body = {"do": "remove_member", "with": {"member": member}}
    await house.admin.post(f"{house.path}do/", body)
    assert (await bob.get(house.path)).status == 403


async def test_an_erased_account_was_not_invited(house: House) -> None:
    await house.invite()
    bob = await house.app.account(BOB)
    assert (await bob.delete("/identity/ghost/me/")).status == 204
    assert house.app.place.world.invites == {}
    assert await house.listed() == {}


async def test_who_has_only_typed_the_address_has_nothing_of_its_invites(
    house: House,
) -> None:
    await house.invite()
    body = {"email": BOB, "password": "correct horse"}
    given = (await house.app.guest.post("/auth/register/", body)).json
    eve = house.app.guest.with_headers(Authorization=f"Bearer {given['access']}")
    assert (await eve.get(house.path)).status == 403
    assert await invited(eve) == []
    assert (await house.accept(eve)).status == 404
    assert (await eve.delete("/identity/ghost/me/")).status == 204
    assert list(await house.listed()) == [BOB]
    given = (await house.app.guest.post("/auth/register/", body)).json
    bob = house.app.guest.with_headers(Authorization=f"Bearer {given['access']}")
    await house.app.core.mail.post.deliver()
    token = house.app.mailbox.link(BOB, "verify")
    assert (await bob.post("/account/email/verify/", {"token": token})).status == 200
    assert await invited(bob) == [(TITLE, True)]
    assert (await bob.get(house.path)).status == 200


async def test_an_account_joins_a_board_it_was_invited_to() -> None:
    async with _with_sockets() as app:
        house = House(app, await app.board(title=TITLE, is_public=False))
        await house.invite()
        join = {"type": "join", "ref": 1, "board": house.board}
        for email, answer in ((CYD, "error"), (BOB, "joined")):
            token = (await app.sign_in(email))["access"]
            async with app.http.ws_connect("/ws") as ws:
                await ws.send_json({"type": "hello", "token": token})
                await ws.send_json(join)
                assert (await _heard(ws, answer))["ref"] == 1
        assert await house.listed() == {BOB: "came"}
