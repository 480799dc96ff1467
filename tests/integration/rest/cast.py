"""Who calls the operations, and on what: made once, as people make it."""

from base64 import b32decode
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from pydantic import SecretStr

from orbit.core.services import totp
from tests.integration.rest.ops.op import (
    CHALLENGE,
    CODE,
    EMAIL,
    FACTOR,
    GHOST,
    GIL,
    HORSE,
    IDA,
    NOTICE,
    ORG_TOKEN,
    REFRESH,
    RESET,
    TOKEN,
    VERIFY,
    VISITOR,
    Op,
)
from tests.kit.app import App, Client, running, settings
from tests.kit.staff import staff

KEY = "of an operator, as long as it should be"
FAY = "fay@example.org"


class Cast:
    """Who there is, and on what."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.people: dict[str, Client] = {"guest": app.guest}
        self.board = self.note = self.removed = ""
        self.session = ""  # of Carol's
        self.org = self.member = ""  # hers, and Gil's account
        self.lead = self.user = ""  # of a visitor; somebody before the console
        self.closed = self.request = ""  # a private board, and who asks to be let in
        self.sent: dict[str, str] = {}
        self._fays: dict[bool, tuple[Client, dict[str, str]]] = {}

    async def enter(self) -> None:
        ann, bob = await self.app.ghost(), await self.app.ghost()
        made = await self.app.board(ann)
        self.board = made["board"]["id"]
        admin = self.app.guest.with_link(made["admin_token"])
        operator = self.app.guest.with_headers(Authorization=f"Bearer {KEY}")
        self.people |= {"ann": ann, "bob": bob, "admin": admin, "operator": operator}
        given = await self.app.sign_in(EMAIL)
        self.people["carol"] = self.app.guest.with_headers(
            Authorization=f"Bearer {given['access']}"
        )
        eve = {"email": "eve@example.org", "password": HORSE}
        registered = await self.app.guest.post("/auth/register/", eve)
        token = f"Bearer {registered.json['access']}"
        self.people["eve"] = self.app.guest.with_headers(Authorization=token)
        sessions = await self.people["carol"].get("/auth/sessions/")
        self.session = sessions.json["results"][0]["id"]
        link = {"X-Admin-Token": made["admin_token"]}
        self.people["owner"] = self.people["carol"].with_headers(**link)
        self.sent = {
            CODE: await self.app.code(EMAIL),
            REFRESH: given["refresh"],
            GHOST: (await self.app.ghost()).headers["X-Ghost-ID"],
        }
        self.note, self.removed = [await self._add() for _ in range(2)]
        await ann.delete(f"/boards/{self.board}/notes/{self.removed}/")
        closed = await self.app.board(is_public=False)
        self.closed = closed["board"]["id"]
        self.people["keeper"] = self.app.guest.with_link(closed["admin_token"])
        asked = await bob.post(f"/boards/{self.closed}/request-access/")
        self.request = asked.json["result"]["id"]
        await self._invite()
        asked = {"email": "eve@example.org"}
        await self.app.guest.post("/auth/password/forgot/", asked)
        await self.app.core.mail.post.deliver()
        for it, page in ((RESET, "reset"), (VERIFY, "verify")):
            self.sent[it] = self.app.mailbox.link("eve@example.org", page)

    async def caller(self, op: Op) -> Client:
        """Return who calls an operation; what it needs, beside boards, is made."""
        if op.path.startswith("/orgs/") and not self.org:
            await self._have_org()
        if op.path.startswith("/admin/") and not self.user:
            await self._have_staff()
        if "2fa" in op.path:
            await self._have_factor(is_confirmed="confirm" not in op.path)
        return self.people[op.who]

    async def _have_factor(self, *, is_confirmed: bool) -> None:
        """Have Fay have a second factor, or one of her name be about to."""
        if is_confirmed not in self._fays:
            self._fays[is_confirmed] = await self._fay(is_confirmed=is_confirmed)
        self.people["fay"], sent = self._fays[is_confirmed]
        self.sent |= sent

    async def _fay(self, *, is_confirmed: bool) -> tuple[Client, dict[str, str]]:
        email, mine = FAY if is_confirmed else f"not.yet.{FAY}", "/account/2fa/"
        given = await self.app.sign_in(email)
        fay = self.app.guest.with_headers(Authorization=f"Bearer {given['access']}")
        secret = b32decode((await fay.post(mine, {})).json["secret"])
        digits = totp.code(secret, totp.step_at(datetime.now(UTC)))
        if not is_confirmed:
            return fay, {FACTOR: digits}
        done = await fay.post(f"{mine}confirm/", {"code": digits})
        shown = {"email": email, "code": await self.app.code(email)}
        asked = await self.app.guest.post("/identity/otp-verify/", shown)
        challenge = asked.json["details"]["challenge"]
        return fay, {FACTOR: done.json["recovery_codes"][0], CHALLENGE: challenge}

    async def _have_staff(self) -> None:
        """Have somebody before the console, and a lead in it."""
        self.people["staff"] = who = await staff(self.app)
        assert (await self.app.guest.post("/contact/", VISITOR)).status == 201
        listed = await who.get("/admin/contacts/")
        self.lead = listed.json["items"][0]["id"]
        listed = await who.get("/admin/users/?q=carol")
        self.user = listed.json["items"][0]["id"]

    async def _have_org(self) -> None:
        """Have Carol have an organisation, with Gil in it and Ida invited."""
        carol = self.people["carol"]
        self.org = (await carol.post("/orgs/", {"name": "Does"})).json["id"]
        for name, email in (("gil", GIL), ("ida", IDA)):
            self.people[name] = who = await self.app.account(email)
            path, body = f"/orgs/{self.org}/invite/", {"email": email}
            assert (await carol.post(path, body)).status == 202
            await self.app.core.mail.post.deliver()
            self.sent[ORG_TOKEN] = token = self.app.mailbox.link(email, "join")
            if name == "gil":
                assert (await who.post("/orgs/accept-invite/", {"token": token})).json
                self.member = (await who.get("/users/me/")).json["id"]

    async def _invite(self) -> None:
        """Invite Carol to the private board."""
        path, body = f"/boards/{self.closed}/invite/", {"email": EMAIL}
        assert (await self.people["keeper"].post(path, body)).status == 202
        await self.app.core.mail.post.deliver()
        mail = self.app.mailbox.mails[-1].text
        self.sent[TOKEN] = mail.partition("#invite=")[2].split()[0]
        told = (await self.people["carol"].get("/notices/")).json["results"]
        self.sent[NOTICE] = told[0]["id"]

    async def _add(self) -> str:
        path = f"/boards/{self.board}/notes/"
        added = await self.people["ann"].post(path, {"content": "x"})
        return str(added.json["result"]["id"])

    def path(self, op: Op) -> str:
        note = self.removed if "restore" in op.path else self.note
        is_closed = any(word in op.path for word in ("access", "invite"))
        board = self.closed if is_closed else self.board
        names = {"board": board, "note": note, "type": "note", "request": self.request}
        names |= {"session": self.session, "org": self.org, "member": self.member}
        names |= {"lead": self.lead, "user": self.user}
        names["notice"] = self.sent[NOTICE]
        return op.path.format_map(names) + op.query

    def body(self, op: Op) -> Any:
        """Return a body with what was sent in the places that ask for it."""
        if not isinstance(op.body, dict):
            return op.body
        return {name: self.sent.get(str(it), it) for name, it in op.body.items()}

    async def seq(self) -> tuple[int, Sequence[str]]:
        """Return how much has happened on both boards, and what an organisation has."""
        told, carol = 0, self.people["carol"]
        parts = [f"/orgs/{self.org}/{part}" for part in ("", "members/", "invites/")]
        its = [(await carol.get(part)).text for part in parts if self.org]
        for who, board in (("admin", self.board), ("keeper", self.closed)):
            answer = await self.people[who].get(f"/boards/{board}/")
            told += int(answer.json["seq"])
        return told, its


@asynccontextmanager
async def entered(adapter: str) -> AsyncIterator[Cast]:
    given = settings(operator_key=SecretStr(KEY))
    async with running(adapter, given=given) as app:
        cast = Cast(app)
        await cast.enter()
        yield cast
