"""Every operation: called well, and called badly in many ways.

A good call answers as the document says.  A bad one is refused with a 4xx, names the
field where there is one, and changes nothing.
"""

from base64 import b32decode
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from msgspec import Struct
from pydantic import SecretStr

from orbit.core.services import totp
from orbit.core.services.document import Document, hash_of
from tests.kit.app import App, Client, running, settings
from tests.kit.spec import ROWS, judge
from tests.kit.staff import staff

NOTES, NOTE = "/boards/{board}/notes/", "/boards/{board}/notes/{note}/"
DEEP = b'{"x":' * 5_000
# Wrong for whatever takes a body: malformed, or no object.
NO_BODIES: tuple[object, ...] = (
    b"{",
    b"[]",
    b"null",
    b"NaN",
    b'"\xff"',
    b'{"title": "\\ud800", "content": "\\ud800", "do": "\\ud800", "x": NaN}',
    DEEP,
)
NUL = "a\0b"
KEY = "of an operator, as long as it should be"
NO_NODES = ({}, {"node": ""}, {"node": 5}, {"node": NUL}, {"node": "x" * 513})


EMAIL = "carol@example.org"
CODE, REFRESH, GHOST = "<code>", "<refresh>", "<ghost>"  # of Carol's
FACTOR, CHALLENGE = "<factor>", "<challenge>"  # of Fay's
FAY = "fay@example.org"
RESET, VERIFY = "<reset>", "<verify>"  # what links of mails hold
TOKEN, NOTICE = "<token>", "<notice>"  # of her invite
ORG_TOKEN = "<org token>"  # of Ida's
GIL, HAL, IDA = (f"{name}@example.org" for name in ("gil", "hal", "ida"))
NO_ADDRESSES = (
    {},
    {"email": ""},
    {"email": "dan"},
    {"email": NUL},
    {"email": 5},
    {"email": None},
)
HORSE = "correct horse"
NO_PASSWORDS: tuple[Mapping[str, Any], ...] = (
    {},
    {"email": EMAIL},
    {"email": EMAIL, "password": ""},
    {"email": EMAIL, "password": 5},
    {"email": EMAIL, "password": None},
    {"email": EMAIL, "password": "x" * 129},
    {"email": EMAIL, "password": f"{HORSE}\0"},
    {"email": 5, "password": HORSE},
    {"email": "x" * 255, "password": HORSE},
)
NO_TOKENS = ({}, {"refresh": ""}, {"refresh": 5}, {"refresh": None}, {"refresh": []})


NO_FACTORS = tuple({"password": it} for it in (5, None, [], True, NUL, "x" * 129))
NO_CODES = ({}, *({"code": it} for it in (5, None, "", "12345", NUL, "x" * 33)))


NO_LINES = (
    {},
    {"name": ""},
    {"name": " "},
    {"name": NUL},
    {"name": 5},
    {"name": None},
    {"name": "a\nb"},
    {"name": "x" * 81},
)
NO_ROLES = (
    {"role": ""},
    {"role": "admin"},
    {"role": "OWNER"},
    {"role": 5},
    {"role": None},
)
ORG, MEMBER = "/orgs/{org}/", "/orgs/{org}/members/{member}/"
VISITOR = {"email": "dan@example.org", "name": "Dan", "message": "hello"}
NO_VISITORS = (
    {"message": "hello"},
    *({**VISITOR, "email": it} for it in ("", "dan", NUL, 5, None, "x" * 255)),
    *({**VISITOR, "name": it} for it in (5, [], NUL, "x" * 201)),
    *({**VISITOR, "message": it} for it in (5, {}, NUL, "x" * 5_001)),
    {**VISITOR, "company": True},
    {**VISITOR, "website": "x" * 2_001},
)
NO_FIGURES = (-1, 10**16, 1e300, True, [], "x" * 201)


EXPORTED: dict[str, Any] = {
    "format": "orbit-board",
    "version": 1,
    "board": {"title": "Retro", "is_public": False},
    "items": [],
}
EXPORTED["hash"] = hash_of(msgspec.convert(EXPORTED, Document))


class Op(Struct, frozen=True):
    """How an operation is called well, and bodies that are wrong for it alone."""

    method: str
    path: str
    status: int = 200
    who: str = "ann"
    body: Any = None
    bad: tuple[Mapping[str, Any], ...] = ()
    query: str = ""


OPS = (
    Op("POST", "/identity/ghost/", 201, "guest"),
    Op("GET", "/identity/ghost/me/"),
    Op("DELETE", "/identity/ghost/me/", 204),
    Op(
        "POST",
        "/identity/otp-send/",
        who="guest",
        body={"email": "dan@example.org"},
        bad=({}, {"email": ""}, {"email": "dan"}, {"email": NUL}, {"email": 5}),
    ),
    Op(
        "POST",
        "/identity/otp-verify/",
        who="guest",
        body={"email": EMAIL, "code": CODE},
        bad=(
            {},
            {"email": EMAIL},
            {"email": EMAIL, "code": 123456},
            {"email": EMAIL, "code": "12345"},
            {"email": EMAIL, "code": NUL},
            {"email": "dan", "code": "123456"},
        ),
    ),
    *(
        Op("POST", path, status, who="guest", body={"refresh": REFRESH}, bad=NO_TOKENS)
        for path, status in (("/identity/refresh/", 200), ("/identity/logout/", 204))
    ),
    Op(
        "POST",
        "/identity/ghost/merge/",
        who="carol",
        body={"ghost": GHOST},
        bad=({}, {"ghost": ""}, {"ghost": 5}, {"ghost": None}, {"ghost": "x" * 4_097}),
    ),
    Op("GET", "/identity/profile/", who="carol"),
    Op(
        "PATCH",
        "/identity/profile/",
        who="carol",
        body={"name": "Carol"},
        bad=({}, {"name": ""}, {"name": " "}, {"name": NUL}, {"name": "x" * 81}),
    ),
    Op(
        "POST",
        "/auth/register/",
        201,
        who="guest",
        body={
            "email": "dan@example.org",
            "password": HORSE,
            "username": "dan",
            "first_name": "Dan",
            "last_name": "Doe",
            "avatar_url": "https://example.org/dan.png",
            "organization": "Does",
        },
        bad=(
            *NO_PASSWORDS,
            {"email": "dan", "password": HORSE},
            {"email": "dan@example.org", "password": "7 chars"},
            {"email": "dan@example.org", "password": HORSE, "username": "dan@dan.org"},
            {"email": "dan@example.org", "password": HORSE, "name": "a\nb"},
            {"email": "dan@example.org", "password": HORSE, "first_name": "x" * 81},
            {"email": "dan@example.org", "password": HORSE, "avatar_url": "script:x"},
        ),
    ),
    Op(
        "POST",
        "/auth/login/",
        who="guest",
        body={"email": "eve@example.org", "password": HORSE},
        bad=(
            *NO_PASSWORDS,
            {"password": HORSE},
            {"email": EMAIL, "password": HORSE, "scope": "root"},
            {"email": EMAIL, "password": HORSE, "otp": 123456},
        ),
    ),
    Op(
        "POST",
        "/auth/refresh/",
        who="guest",
        body={"refresh": REFRESH},
        bad=(*NO_TOKENS, {"refresh_token": ""}, {"refresh_token": 5}),
    ),
    Op(
        "POST",
        "/auth/logout/",
        204,
        who="carol",
        body={"everywhere": False},
        bad=(
            {"everywhere": 1},
            {"everywhere": "yes"},
            {"everywhere": None},
            {"refresh": ""},
            {"refresh": 5},
            {"refresh_token": "x" * 513},
        ),
    ),
    Op("GET", "/auth/sessions/", who="carol"),
    Op("DELETE", "/auth/sessions/{session}/", 204, who="carol"),
    Op(
        "PATCH",
        "/account/password/",
        who="eve",
        body={"current_password": HORSE, "new_password": f"more {HORSE}"},
        bad=(
            {},
            {"current_password": HORSE},
            {"new_password": HORSE},
            {"current_password": HORSE, "new_password": "7 chars"},
            {"current_password": HORSE, "new_password": "x" * 129},
            {"current_password": "", "new_password": HORSE},
            {"current_password": 5, "new_password": HORSE},
            {"current_password": HORSE, "new_password": f"{HORSE}\0"},
        ),
    ),
    Op(
        "POST",
        "/auth/password/forgot/",
        who="guest",
        body={"email": "dan@example.org"},
        bad=NO_ADDRESSES,
    ),
    Op(
        "POST",
        "/auth/password/reset/",
        204,
        who="guest",
        body={"token": RESET, "password": HORSE},
        bad=(
            {},
            {"token": "x"},
            {"password": HORSE},
            {"token": "", "password": HORSE},
            {"token": 5, "password": HORSE},
            {"token": "x" * 1_025, "password": HORSE},
            {"token": "x", "password": "7 chars"},
            {"token": "x", "new_password": None},
        ),
    ),
    *(
        Op(
            "POST",
            path,
            who="guest",
            body={"challenge": CHALLENGE, "code": FACTOR},
            bad=(
                {},
                {"challenge": "x"},
                {"code": "000000"},
                {"challenge": "", "code": "000000"},
                {"challenge": 5, "code": "000000"},
                {"challenge": "x" * 1_025, "code": "000000"},
                {"challenge": "x", "code": 123456},
                {"challenge": "x", "code": "12345"},
                {"challenge": "x", "code": "x" * 33},
            ),
        )
        for path in ("/auth/2fa/", "/identity/2fa/")
    ),
    Op("GET", "/account/2fa/", who="fay"),
    Op("POST", "/account/2fa/", who="carol", body={}, bad=NO_FACTORS),
    Op(
        "POST",
        "/account/2fa/confirm/",
        who="fay",
        body={"code": FACTOR},
        bad=NO_CODES,
    ),
    *(
        Op(
            "POST",
            f"/account/2fa/{path}/",
            status,
            who="fay",
            body={"code": FACTOR},
            bad=(*NO_CODES, {"code": "000000", "password": 5}),
        )
        for path, status in (("recovery-codes", 200), ("disable", 204))
    ),
    Op(
        "PATCH",
        "/account/email/",
        who="eve",
        body={"email": "dan@example.org", "password": HORSE},
        bad=(
            *NO_ADDRESSES,
            {"email": "dan@example.org", "password": 5},
            {"email": "dan@example.org", "password": "x" * 129},
        ),
    ),
    Op("POST", "/account/email/resend/", who="eve"),
    Op(
        "POST",
        "/account/email/verify/",
        who="eve",
        body={"token": VERIFY},
        bad=({}, *({"token": it} for it in (5, None, "", [], NUL, "x" * 2_049))),
    ),
    Op("GET", "/account/erasure/", who="carol"),
    Op("GET", "/account/export/", who="carol"),
    Op(
        "POST",
        "/account/export/",
        who="eve",
        body={"password": HORSE},
        bad=NO_FACTORS,
    ),
    Op("GET", "/notices/", who="carol", query="?limit=5"),
    Op("GET", "/notices/unread-count/", who="carol"),
    Op("GET", "/auth/me/unread-counts/", who="carol"),
    Op("POST", "/notices/{notice}/read/", 204, who="carol"),
    Op(
        "PATCH",
        "/notices/{notice}/",
        204,
        who="carol",
        body={"read": True},
        bad=tuple({"read": it} for it in (False, None, 1, "true", [], NUL)),
    ),
    Op(
        "POST",
        "/notices/read/",
        who="carol",
        body={"until": NOTICE},
        bad=tuple({"until": it} for it in (5, None, [], "", "x", NUL, "x" * 65)),
    ),
    Op("GET", "/settings/", who="carol"),
    Op(
        "PATCH",
        "/settings/notifications/",
        who="carol",
        body={"invitations": False, "invitation_mails": False, "security": True},
        bad=(
            *({"invitations": it} for it in (1, None, "no", [])),
            {"invitation_mails": "off"},
            {"security": False},
            {"mentions": True},
            {"\0": True},
        ),
    ),
    Op(
        "PATCH",
        "/settings/automation/",
        who="carol",
        body={"claim_boards": True, "clear_read_after_days": 7},
        bad=(
            {"claim_boards": 1},
            {"claim_boards": None},
            *({"clear_read_after_days": it} for it in (0, 91, -1, 1.5, "7", True)),
            {"archive": True},
        ),
    ),
    Op("GET", "/users/me/", who="carol"),
    *(
        Op(
            method,
            "/users/me/",
            who="carol",
            body={"name": "Carol", "bio": "one\ntwo", "avatar": "", "email": EMAIL},
            bad=(
                {"name": "a\nb"},
                {"first_name": 5},
                {"last_name": "x" * 81},
                {"bio": NUL},
                {"bio": "x" * 2_001},
                {"avatar_url": "javascript:x"},
                {"email": "dan"},
                {"username": "dan"},
                {"organization": None},
            ),
        )
        for method in ("PATCH", "PUT")
    ),
    Op(
        "PATCH",
        "/account/organization/",
        who="carol",
        body={"organization": "Carols"},
        bad=(
            {},
            {"organization": 5},
            {"organization": None},
            {"organization": "x" * 81},
            {"organization": "a\nb"},
            {"organization": NUL},
        ),
    ),
    Op(
        "POST",
        "/waitlist/",
        201,
        who="guest",
        body={**VISITOR, "company": "Does", "use_case": "retros"},
        bad=(*NO_VISITORS, {**VISITOR, "use_case": 5}),
    ),
    Op(
        "POST",
        "/contact/",
        201,
        who="guest",
        body={**VISITOR, "subject": "tea", "phone": "+49 30 1234"},
        bad=(
            *NO_VISITORS,
            {"email": "dan@example.org"},
            *({**VISITOR, "message": it} for it in (None, "", " \n")),
            {**VISITOR, "subject": 5},
        ),
    ),
    Op(
        "POST",
        "/investor_interest/",
        201,
        who="guest",
        body={**VISITOR, "firm": "Does", "amount": 250_000, "stage": "seed"},
        bad=(*NO_VISITORS, *({**VISITOR, "amount": it} for it in NO_FIGURES)),
    ),
    Op(
        "POST",
        "/pilot_request/",
        201,
        who="guest",
        body={**VISITOR, "team_size": "11-50", "timeline": "soon"},
        bad=(*NO_VISITORS, *({**VISITOR, "team_size": it} for it in NO_FIGURES)),
    ),
    Op("GET", "/dashboard/summary/", who="carol"),
    Op("GET", "/admin/summary/", who="staff"),
    *(
        Op("GET", f"/admin/{path}/", who="staff", query=query)
        for path, query in (
            ("logs", "?action=sign-in&since=2026-01-01T00:00:00Z&limit=5"),
            ("users", "?q=carol&role=user&status=active&page=2"),
        )
    ),
    Op("GET", "/admin/users/{user}/", who="staff"),
    Op(
        "PATCH",
        "/admin/users/{user}/",
        who="staff",
        body={"role": "dev", "suspended": True},
        bad=(
            {},
            {"role": "admin"},
            {"role": None},
            {"suspended": "yes"},
            {"suspended": 1},
            {"name": "x"},
            {"role": "dev", "version": 1},
        ),
    ),
    *(
        Op("GET", f"/admin/{path}/", who="staff", query="?q=x&limit=5&page=2")
        for path in ("waitlist", "contacts", "investor-interest", "pilot-requests")
    ),
    Op("DELETE", "/admin/leads/{lead}/", 204, who="staff"),
    Op(
        "POST",
        "/admin/send-email/",
        202,
        who="staff",
        body={"to": [EMAIL, "dan@example.org"], "subject": "x", "body": "hello\nyou"},
        bad=(
            {"to": EMAIL, "subject": "x"},
            *(
                {"to": it, "subject": "x", "body": "x"}
                for it in ("dan", 5, None, [], ["dan"], [EMAIL] * 51)
            ),
            *(
                {"to": EMAIL, "subject": it, "body": "x"}
                for it in (NUL, " ", "x" * 201)
            ),
            *({"to": EMAIL, "subject": "x", "body": it} for it in (5, "\n")),
        ),
    ),
    Op("GET", "/orgs/", who="carol"),
    Op("POST", "/orgs/", 201, who="carol", body={"name": "Does"}, bad=NO_LINES),
    Op("GET", ORG, who="gil"),
    Op("PATCH", ORG, who="carol", body={"name": "Roes"}, bad=NO_LINES),
    Op("DELETE", ORG, 204, who="carol"),
    Op("GET", f"{ORG}members/", who="gil", query="?limit=1"),
    Op(
        "POST",
        f"{MEMBER}role/",
        204,
        who="carol",
        body={"role": "MANAGER"},
        bad=({}, *NO_ROLES),
    ),
    Op("DELETE", MEMBER, 204, who="carol"),
    Op("POST", f"{ORG}leave/", 204, who="gil"),
    Op(
        "POST",
        f"{ORG}invite/",
        202,
        who="carol",
        body={"email": HAL, "role": "ADMIN"},
        bad=(*NO_ADDRESSES, *({"email": HAL, **role} for role in NO_ROLES)),
    ),
    Op(
        "DELETE",
        f"{ORG}invite/",
        204,
        who="carol",
        body={"email": IDA},
        bad=NO_ADDRESSES,
    ),
    Op("GET", f"{ORG}invites/", who="carol"),
    Op(
        "POST",
        "/orgs/accept-invite/",
        who="ida",
        body={"token": ORG_TOKEN},
        bad=(
            {},
            {"token": ""},
            {"token": 5},
            {"token": None},
            {"token": []},
            {"token": "x" * 129},
        ),
    ),
    Op(
        "POST",
        "/boards/",
        201,
        body={"title": "x"},
        bad=(
            {},
            {"title": ""},
            {"title": " "},
            {"title": NUL},
            {"title": "x" * 256},
            {"title": 5},
            {"title": "x", "is_public": "yes"},
            {"title": "x", "kind": "chess"},
            {"title": "x", "kind": None},
        ),
    ),
    Op("GET", "/boards/discover/", query="?sort=popular&search=x&limit=5"),
    Op("GET", "/boards/mine/"),
    Op("GET", "/boards/{board}/", query="?min_seq=1"),
    Op(
        "PATCH",
        "/boards/{board}/",
        who="admin",
        body={"title": "y"},
        bad=(
            {"title": ""},
            {"title": None},
            {"title": NUL},
            {"title": "\u3000"},
            {"title": "x" * 256},
            {"is_public": 1},
        ),
    ),
    Op("GET", "/boards/{board}/export/", who="admin"),
    Op("GET", "/boards/{board}/compare/", query="?from=1&to=2"),
    Op(
        "POST",
        "/boards/{board}/fork/",
        201,
        body={"seq": 2, "title": "x"},
        bad=(
            {"seq": 0},
            {"seq": "2"},
            {"seq": 10**9},
            {"title": ""},
            {"title": NUL},
            {"title": " "},
            {"is_public": "yes"},
        ),
    ),
    Op(
        "POST",
        "/boards/import/",
        201,
        body=EXPORTED,
        bad=(
            {},
            {**EXPORTED, "hash": ""},
            {**EXPORTED, "hash": 5},
            {**EXPORTED, "version": 2},
            {**EXPORTED, "board": {"title": NUL}},
            {**EXPORTED, "items": [{"id": "x", "data": {}}]},
            {**EXPORTED, "items": None},
        ),
    ),
    Op("DELETE", "/boards/{board}/", who="admin"),
    Op("POST", "/boards/{board}/revoke-link/", who="admin"),
    Op("POST", "/boards/{board}/claim/", who="owner"),
    Op(
        "POST",
        "/boards/{board}/request-access/",
        status=201,
        body={"message": "it is me"},
        bad=({"message": 5}, {"message": NUL}, {"message": "x" * 501}),
    ),
    Op("GET", "/boards/{board}/access-requests/", who="keeper", query="?limit=3"),
    Op(
        "PATCH",
        "/boards/{board}/access-requests/{request}/",
        who="keeper",
        body={"approve": True},
        bad=({}, {"approve": 1}, {"approve": "yes"}, {"approve": None}),
    ),
    Op(
        "POST",
        "/boards/{board}/invite/",
        202,
        who="keeper",
        body={"email": "dan@example.org", "message": "come in"},
        bad=(
            *NO_ADDRESSES,
            {"email": "dan@example.org", "message": 5},
            {"email": "dan@example.org", "message": NUL},
            {"email": "dan@example.org", "message": "x" * 501},
        ),
    ),
    Op(
        "DELETE",
        "/boards/{board}/invite/",
        204,
        who="keeper",
        body={"email": EMAIL},
        bad=NO_ADDRESSES,
    ),
    Op("GET", "/boards/{board}/invites/", who="keeper"),
    Op("GET", "/boards/invited/", who="carol"),
    Op(
        "POST",
        "/boards/{board}/accept-invite/",
        body={"token": TOKEN},
        bad=(
            {"token": ""},
            {"token": 5},
            {"token": None},
            {"token": "x" * 65},
            {"token": []},
        ),
    ),
    Op(
        "POST",
        "/boards/{board}/do/",
        body={"do": "add_note", "with": {"content": "x"}},
        bad=(
            {},
            {"do": ""},
            {"do": "x" * 65},
            {"do": "open_board", "with": {"title": "x", "is_public": True, "link": ""}},
            {"do": "add_note"},
            {"do": "add_note", "with": []},
            {"do": "add_note", "with": "x"},
            {"do": "add_note", "with": {"content": NUL}},
            {"do": "add_note", "with": {"content": "x"}, "op": ""},
            {"do": "add_note", "with": {"content": "x"}, "op": 7},
            {"do": "drag", "with": {"note": "x", "x": 0, "y": 0}},
            {"do": 7},
        ),
    ),
    Op("GET", "/boards/{board}/items/{type}/", query="?limit=5&search=x"),
    Op("GET", "/boards/{board}/journal/", query="?since=1&limit=5"),
    Op(
        "POST",
        NOTES,
        201,
        body={"content": "x", "colour": "FRESH", "x": -5, "y": 0.5},
        bad=(
            {},
            {"content": ""},
            {"content": " \n"},
            {"content": NUL},
            {"content": "x" * 4_001},
            {"content": 5},
            {"content": "x", "colour": "RED"},
            {"content": "x", "x": 1e7},
            {"content": "x", "y": "1"},
            {"content": "x", "anonymous": False},
            {"content": "x", "name": "x" * 81},
        ),
    ),
    Op(
        "PATCH",
        NOTE,
        body={"content": "y"},
        bad=({}, {"content": ""}, {"colour": 5}, {"x": 1}, {"x": 1, "y": None}),
    ),
    Op("DELETE", NOTE),
    Op("POST", f"{NOTE}restore/"),
    Op(
        "POST",
        f"{NOTE}move/",
        body={"x": 1, "y": 2},
        bad=({}, {"x": 1}, {"x": "1", "y": 2}, {"x": 1e300, "y": 2}, {"x": [], "y": 2}),
    ),
    Op("POST", f"{NOTE}upvote/", who="bob"),
    Op("GET", "/node/nodes/", who="operator"),
    Op("GET", "/node/metrics/", who="operator"),
    Op("GET", "/node/top/", who="operator", query="?by=acks&limit=3"),
    Op("GET", "/node/connections/", who="operator", query="?limit=3"),
    Op("GET", "/node/boards/{board}/", who="operator"),
    Op("GET", "/node/boards/{board}/verify/", who="operator"),
    Op("POST", "/node/boards/{board}/evict/", who="operator"),
    Op(
        "POST",
        "/node/boards/{board}/move/",
        who="operator",
        body={"node": "n"},
        bad=NO_NODES,
    ),
    Op("POST", "/node/drain/", who="operator", body={"node": "n"}, bad=NO_NODES),
    Op("POST", f"{NOTE}hide/", who="admin"),
    Op("POST", f"{NOTE}show/", who="admin"),
)
# Those that do not end, or take a socket.
ELSEWHERE = {
    ("GET", "/boards/{board}/stream/"): "tests/unit/http/test_sse.py",
    ("GET", "/node/boards/{board}/trace/"): "tests/unit/http/api/test_node.py",
    ("DELETE", "/node/connections/{connection}/"): "tests/unit/admin/test_operating.py",
}


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


@pytest.fixture(params=["memory", "postgres"])
async def cast(request: pytest.FixtureRequest) -> AsyncIterator[Cast]:
    async with entered(request.param) as made:
        yield made


@pytest.fixture(scope="module", params=["memory", "postgres"])
async def steady(request: pytest.FixtureRequest) -> AsyncIterator[Cast]:
    """Give one cast to all tests that change nothing."""
    async with entered(request.param) as made:
        yield made


def name(op: Op) -> str:
    return f"{op.method} {op.path}"


def test_no_operation_is_left_out() -> None:
    told = {(op.method, op.path) for op in OPS} | ELSEWHERE.keys()
    assert told == {(row.method, row.path) for row in ROWS}


async def answers_as_documented(cast: Cast, op: Op) -> None:
    who = await cast.caller(op)
    answer = await who.call(op.method, cast.path(op), cast.body(op))
    assert answer.status == op.status, answer.text
    judge(op.method, op.path, answer)


@pytest.mark.parametrize("op", [op for op in OPS if op.method != "GET"], ids=name)
async def test_a_good_call_answers_as_documented(cast: Cast, op: Op) -> None:
    await answers_as_documented(cast, op)


@pytest.mark.parametrize("op", [op for op in OPS if op.method == "GET"], ids=name)
async def test_a_read_answers_as_documented(steady: Cast, op: Op) -> None:
    await answers_as_documented(steady, op)


@pytest.mark.parametrize("op", [op for op in OPS if op.bad], ids=name)
async def test_a_bad_body_is_refused_and_changes_nothing(steady: Cast, op: Op) -> None:
    who, before = await steady.caller(op), await steady.seq()
    for body in op.bad:
        answer = await who.call(op.method, steady.path(op), body)
        assert answer.status in {400, 422}, (body, answer.text)
        if answer.status == 422:
            assert answer.json["details"], body
        judge(op.method, op.path, answer)
    for raw in NO_BODIES:
        answer = await who.call(op.method, steady.path(op), raw)
        assert answer.status in {400, 422}, (raw, answer.text)
        judge(op.method, op.path, answer)
    assert await steady.seq() == before


# Not a fork: it is a board of one's own, of what one sees.
WRITES = [
    op
    for op in OPS
    if "{board}" in op.path and op.method != "GET" and not op.path.endswith("/fork/")
]


@pytest.mark.parametrize("op", WRITES, ids=name)
async def test_a_stranger_changes_nothing(steady: Cast, op: Op) -> None:
    """A guest without a link has no right to any write."""
    before = await steady.seq()
    answer = await steady.app.guest.call(op.method, steady.path(op), op.body)
    assert answer.status in {401, 403, 404}, answer.text
    judge(op.method, op.path, answer)
    assert await steady.seq() == before
