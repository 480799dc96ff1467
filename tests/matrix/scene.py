"""A board or an organisation, and one person who is something to it."""

import re
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

from tests.kit.app import Answer, Client
from tests.kit.organisations import Org, founded
from tests.kit.sockets import House, Talk
from tests.matrix.policy import DONE

NOBODYS = "00000000-0000-4000-8000-000000000000"
KEY = "of an operator, as long as it should be"
_numbers = count()


class Scene:
    """Has what an operation asks about made when it is asked for, by others."""

    is_open = True

    def __init__(self, home: House) -> None:
        self.home, self.app = home, home.app
        self.email = f"person{next(_numbers)}@example.org"
        self.id = ""
        self.mine: str | None = None  # the person's own note
        self.admin = self.other = self.person = self.app.guest

    async def enter(self, person: str) -> None:
        """Make the board, and the person."""
        await self.app.core.mail.post.deliver()  # what came of the scene before
        made = await self.app.board(is_public=self.is_open)
        self.id, token = made["board"]["id"], made["admin_token"]
        self.admin = self.app.guest.with_link(token)
        self.other = await self._let_in(await self.app.ghost())
        self.person = await getattr(self, f"_{person}")()

    async def state(self) -> Any:
        """Return what nobody changes who is refused: how much has happened here."""
        return (await _done(self.admin.get(f"/boards/{self.id}/")))["seq"]

    async def call(self, method: str, path: str, body: object) -> int:
        """Have the person call an operation; return the answer's status."""
        url, headers = f"/api/v1{path}", self.person.headers
        json = None if method == "GET" else body
        async with self.app.http.request(method, url, headers=headers, json=json) as it:
            return DONE if it.ok else it.status  # not read: some answers have no end

    @asynccontextmanager
    async def talk(self, client: Client) -> AsyncIterator[Talk]:
        """Have somebody say over a socket who he is."""
        said = client.headers
        shown = {
            "ghost": said.get("X-Ghost-ID"),
            "token": said.get("Authorization", "").removeprefix("Bearer "),
        }
        talk = await self.home.connect()
        hello = {name: value for name, value in shown.items() if value}
        await talk.say({"type": "hello", **hello})
        yield talk
        await talk.ws.close()

    async def join(self, talk: Talk, client: Client) -> Any:
        """Have somebody enter the board, by his link if he has one."""
        link = client.headers.get("X-Admin-Token")
        return await talk.join(self.id, **({"link": link} if link else {}))

    # People ------------------------------------------------------------------------

    async def _guest(self) -> Client:
        return self.app.guest

    async def _stranger(self) -> Client:
        return await self.app.ghost()

    async def _member(self) -> Client:
        return await self._let_in(await self.app.ghost())

    async def _author(self) -> Client:
        author = await self._member()
        self.mine = await self._note(author)
        return author

    async def _muted(self) -> Client:
        author = await self._author()
        await self._led("mute_author", note=self.mine)
        return author

    async def _refused(self) -> Client:
        ghost = await self.app.ghost()
        if not self.is_open:
            await self._answer(await self._ask(ghost), approve=False)
        return ghost

    async def _admin(self) -> Client:
        return self.admin

    async def _foreign(self) -> Client:
        return self.app.guest.with_link((await self.app.board())["admin_token"])

    async def _revoked(self) -> Client:
        old = self.admin
        told = await _done(old.post(f"/boards/{self.id}/revoke-link/"))
        self.admin = self.app.guest.with_link(told["admin_token"])
        return old

    async def _account(self) -> Client:
        return await self.app.account(self.email)

    async def _invited(self) -> Client:
        path = f"/boards/{self.id}/invite/"
        await _done(self.admin.post(path, {"email": self.email}))
        account = await self._account()
        await _done(account.get(f"/boards/{self.id}/"))  # it lets him in
        return account

    async def _owner(self) -> Client:
        account = await self._account()
        link = self.admin.headers["X-Admin-Token"]
        await _done(account.with_link(link).post(f"/boards/{self.id}/claim/"))
        return account

    async def _erased(self) -> Client:
        ghost = await self.app.ghost()
        await _done(ghost.delete("/identity/ghost/me/"))
        return ghost

    async def _ended(self) -> Client:
        given = await self.app.sign_in(self.email)
        body = {"refresh": given["refresh"]}
        await _done(self.app.guest.post("/identity/logout/", body))
        return self._bearing(given["access"])

    async def _operator(self) -> Client:
        return self._bearing(KEY)

    def _bearing(self, token: str) -> Client:
        return self.app.guest.with_headers(Authorization=f"Bearer {token}")

    async def _let_in(self, ghost: Client) -> Client:
        if not self.is_open:
            await self._answer(await self._ask(ghost), approve=True)
        return ghost

    async def _ask(self, ghost: Client) -> str:
        asked = await _done(ghost.post(f"/boards/{self.id}/request-access/"))
        return str(asked["result"]["id"])

    async def _answer(self, request: str, *, approve: bool) -> None:
        path = f"/boards/{self.id}/access-requests/{request}/"
        await _done(self.admin.patch(path, {"approve": approve}))

    # Things ------------------------------------------------------------------------

    async def fill(self, said: Any) -> Any:
        """Return a path or a body with ids in the places that name things."""
        if isinstance(said, dict):
            return {name: await self.fill(value) for name, value in said.items()}
        if isinstance(said, list):
            return [await self.fill(each) for each in said]
        if not isinstance(said, str):
            return said
        names = re.findall(r"{(\w+)}", said)
        return said.format_map({name: await self._find(name) for name in names})

    async def _find(self, thing: str) -> str:
        return str(await getattr(self, f"a_{thing}")())

    async def a_board(self) -> str:
        return self.id

    async def a_type(self) -> str:
        return "note"

    async def a_secret(self) -> str:
        """The ghost of somebody who has come but now."""
        return (await self.app.ghost()).headers["X-Ghost-ID"]

    async def a_address(self) -> str:
        """Where an invite was sent."""
        path, email = f"/boards/{self.id}/invite/", f"to-{self.email}"
        await _done(self.admin.post(path, {"email": email}))
        return email

    async def a_number(self) -> str:
        return str(next(_numbers))

    async def a_notice(self) -> str:
        """Somebody else's, who was invited to the board."""
        email = f"other-{self.email}"
        other = await self.app.account(email)
        path = f"/boards/{self.id}/invite/"
        await _done(self.admin.post(path, {"email": email}))
        return str((await _done(other.get("/notices/")))["results"][0]["id"])

    async def a_lead(self) -> str:
        return NOBODYS

    async def a_user(self) -> str:
        return NOBODYS

    async def a_connection(self) -> str:
        return NOBODYS

    async def a_note(self) -> str:
        """The person's own one, if there is such."""
        return self.mine or await self._note(self.other)

    async def a_strange(self) -> str:
        """Somebody else's note."""
        return await self._note(self.other)

    async def a_reported(self) -> str:
        note = await self.a_strange()
        reporter = await self._let_in(await self.app.ghost())
        await self._tell(reporter, "report_note", note=note)
        return note

    async def a_grouped(self) -> str:
        notes = [await self.a_note(), await self.a_strange()]
        await self._led("group_notes", notes=notes)
        return notes[0]

    async def a_hidden(self) -> str:
        note = await self.a_note()
        await self._led("hide_note", note=note)
        return note

    async def a_removed(self) -> str:
        note = await self.a_note()
        author = self.person if self.mine else self.other
        await _done(author.delete(f"/boards/{self.id}/notes/{note}/"))
        return note

    async def a_group(self) -> str:
        await self.a_grouped()
        return await self._item("group")

    async def a_request(self) -> str:
        return await self._ask(await self.app.ghost())

    async def a_mute(self) -> str:
        note = await self._note(await self._let_in(await self.app.ghost()))
        await self._led("mute_author", note=note)
        return await self._item("mute")

    async def a_member(self) -> str:
        return await self._item("member")

    async def a_session(self) -> str:
        """One of the person's own."""
        answer = await self.person.get("/auth/sessions/")
        return str(answer.json["results"][0]["id"]) if answer.status == 200 else NOBODYS

    async def _note(self, by: Client) -> str:
        return await self._tell(by, "add_note", content="x")

    async def _led(self, do: str, **body: Any) -> str:
        return await self._tell(self.admin, do, **body)

    async def _tell(self, by: Client, do: str, **body: Any) -> str:
        told = await _done(by.post(f"/boards/{self.id}/do/", {"do": do, "with": body}))
        return str(told["result"]["id"])

    async def _item(self, type: str) -> str:
        seen = await _done(self.admin.get(f"/boards/{self.id}/"))
        return next(str(it["id"]) for it in seen["items"] if it["type"] == type)


class Closed(Scene):
    """The same on a private board."""

    is_open = False


class Office(Scene):
    """An organisation, which somebody else has made; people of boards are strangers."""

    org: Org

    async def enter(self, person: str) -> None:
        """Make the organisation, and the person."""
        self.org = await founded(self.app, f"org{next(_numbers)}")
        await super().enter(person)

    async def state(self) -> Any:
        founder, path = self.org.people["ann"], self.org.path
        asked = (path, f"{path}members/", f"{path}invites/")
        return [await _done(founder.get(each)) for each in asked]

    async def _lead(self) -> Client:
        return await self.org.join("lead", "ADMIN")

    async def _manager(self) -> Client:
        return await self.org.join("manager", "MANAGER")

    async def _hand(self) -> Client:
        return await self.org.join("hand", "MEMBER")

    async def a_org(self) -> str:
        return self.org.id

    async def a_member(self) -> str:
        """Somebody else in it."""
        await self.org.join("other")
        return self.org.ids["other"]

    async def a_address(self) -> str:
        await self.org.invite("expected")
        return self.org.email("expected")


async def _done(asking: Awaitable[Answer]) -> Any:
    answer = await asking
    assert answer.status < 300, answer.text
    return answer.json if answer.text else None
