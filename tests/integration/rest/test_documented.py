"""Signing in as each product documents it: its own paths, bodies and answers.

`test_contract` drives every operation by its own path; this one says what a client of a
product, written after its document alone, is answered.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from msgspec import Struct

from tests.kit.app import App, Client, running

NUL = "a\0b"
ANN, BOB = "ann@example.org", "bob@example.org"
HORSE, STAPLE = "correct horse", "battery staple"
ACCESS, REFRESH, RESET = "<access>", "<refresh>", "<reset>"  # Ann's
TOKENS = ("access", "refresh")
BEARER = ("access_token", "refresh_token", "token_type", "role", "user")
USER = ("id", "email", "role", "created_at")

Body = Mapping[str, Any]


class Doc(Struct, frozen=True):
    """A documented call, what its answer has, and bodies that it refuses."""

    method: str
    path: str
    body: Body | None = None
    status: int = 200
    has: tuple[str, ...] = ()
    bad: tuple[Body, ...] = ()
    signed_in: bool = False


def without(body: Body, *bad: Body) -> tuple[Body, ...]:
    """Return bodies that are each wrong in one field: it is not there, or so."""
    lacking = tuple({k: v for k, v in body.items() if k != name} for name in body)
    return (*lacking, *({**body, **each} for each in bad))


NEWCOMER = {"email": BOB, "password": HORSE}
BAD_NEWCOMERS: tuple[Body, ...] = (
    {},
    {"email": BOB},
    {"password": HORSE},
    {**NEWCOMER, "email": "bob"},
    {**NEWCOMER, "email": NUL},
    {**NEWCOMER, "password": "7 chars"},
    {**NEWCOMER, "password": "x" * 129},
    {**NEWCOMER, "password": None},
)
ENTERING = {"email": ANN, "password": HORSE}
BAD_ENTERING: tuple[Body, ...] = (
    {},
    {"password": HORSE},
    {"email": ANN},
    {"email": ANN, "password": ""},
    {"email": ANN, "password": 5},
    {"email": 5, "password": HORSE},
)
BAD_REFRESH: tuple[Body, ...] = (
    {},
    {"refresh": ""},
    {"refresh": 5},
    {"refresh": None},
    {"refresh": "x" * 513},
    {"refresh_token": []},
)
BAD_PROFILES: tuple[Body, ...] = (
    {"bio": 5},
    {"bio": "x" * 2_001},
    {"avatar": "javascript:x"},
    {"first_name": "x" * 81},
    {"last_name": None},
    {"email": "nobody"},
)

CHATBOARD = (
    Doc(
        "POST",
        "/auth/register/",
        {
            **NEWCOMER,
            "first_name": "Bob",
            "last_name": "Lee",
            "avatar_url": "https://example.org/bob.png",
        },
        201,
        (*TOKENS, "user"),
        (*BAD_NEWCOMERS, {**NEWCOMER, "avatar_url": "bob.png"}),
    ),
    Doc("POST", "/auth/token/", ENTERING, 200, TOKENS, BAD_ENTERING),
    Doc("POST", "/auth/token/refresh/", {"refresh": REFRESH}, 200, TOKENS, BAD_REFRESH),
    Doc("GET", "/auth/me/", None, 200, (*USER, "first_name", "avatar_url"), (), True),
    Doc(
        "PATCH",
        "/auth/me/",
        {"first_name": "Anna", "email": BOB},
        200,
        (*USER, "last_name"),
        BAD_PROFILES,
        True,
    ),
    Doc("GET", "/auth/me/unread-counts/", None, 200, ("unread_counts",), (), True),
    Doc("GET", "/api/notifications/", None, 200, ("results", "next"), (), True),
    Doc("GET", "/api/notifications/unread-count/", None, 200, ("unread",), (), True),
    Doc(
        "POST",
        "/api/notifications/mark-all-read/",
        {},
        200,
        ("unread",),
        tuple({"until": it} for it in (5, None, [], "x", NUL)),
        True,
    ),
)
GATHERHUB = (
    Doc(
        "POST",
        "/api/v1/auth/register/",
        {**NEWCOMER, "username": "bob", "first_name": "Bob", "last_name": "Lee"},
        201,
        (*TOKENS, "user"),
        (*BAD_NEWCOMERS, {**NEWCOMER, "username": "b b"}),
    ),
    Doc(
        "POST",
        "/api/v1/auth/login/",
        {"username": "ann", "password": HORSE},
        200,
        (*TOKENS, "user"),
        BAD_ENTERING,
    ),
    Doc(
        "POST",
        "/api/v1/auth/refresh/",
        {"refresh": REFRESH},
        200,
        TOKENS,
        BAD_REFRESH,
    ),
    Doc(
        "POST",
        "/api/v1/auth/logout/",
        {"refresh": REFRESH},
        204,
        (),
        BAD_REFRESH[1:],
        True,
    ),
    Doc("GET", "/api/v1/auth/profile/", None, 200, (*USER, "bio", "avatar"), (), True),
    Doc(
        "PUT",
        "/api/v1/auth/profile/",
        {"bio": "tea", "avatar": "https://example.org/ann.png"},
        200,
        (*USER, "bio", "avatar"),
        BAD_PROFILES,
        True,
    ),
)
ORBSURV = (
    Doc(
        "POST",
        "/api/v1/auth/register",
        {**NEWCOMER, "name": "Bob Lee", "organization": "Lees"},
        201,
        BEARER,
        (*BAD_NEWCOMERS, {**NEWCOMER, "name": "a\nb"}),
    ),
    Doc(
        "POST",
        "/api/v1/auth/login",
        {**ENTERING, "scope": "user"},
        200,
        BEARER,
        (*BAD_ENTERING, {**ENTERING, "scope": "root"}, {**ENTERING, "otp": 123456}),
    ),
    Doc(
        "POST",
        "/api/v1/auth/refresh",
        {"refresh_token": REFRESH},
        200,
        BEARER,
        BAD_REFRESH,
    ),
    Doc("POST", "/api/v1/auth/logout", None, 204, (), (), True),
    Doc(
        "POST",
        "/api/v1/auth/password/forgot",
        {"email": BOB},
        200,
        ("sent",),
        ({}, {"email": ""}, {"email": "bob"}, {"email": 5}, {"email": None}),
    ),
    Doc(
        "POST",
        "/api/v1/auth/password/reset",
        {"token": RESET, "password": STAPLE},
        204,
        (),
        without(
            {"token": "x", "password": STAPLE},
            {"token": 5},
            {"token": ""},
            {"password": "7 chars"},
            {"password": None},
        ),
    ),
    Doc(
        "GET", "/api/v1/users/me", None, 200, (*USER, "name", "organization"), (), True
    ),
    *(
        Doc(
            "POST",
            f"/api/v1/{path}",
            {"email": BOB, "name": "Bob", "message": "hello"},
            201,
            ("status", "message"),
            (
                {"message": "hello"},
                {"email": "bob", "message": "hello"},
                {"email": None, "message": "hello"},
                {"email": BOB, "message": 5},
                {"email": BOB, "message": "hello", "name": ["Bob"]},
            ),
        )
        for path in ("waitlist", "contact", "investor_interest", "pilot_request")
    ),
    Doc(
        "PATCH",
        "/api/v1/account/profile",
        {"name": "Anna Lee"},
        200,
        USER,
        (*BAD_PROFILES, {"name": "a\nb"}),
        True,
    ),
    Doc(
        "PATCH",
        "/api/v1/account/password",
        {"current_password": HORSE, "new_password": STAPLE},
        200,
        BEARER,
        without(
            {"current_password": HORSE, "new_password": STAPLE},
            {"current_password": 5},
            {"new_password": "7 chars"},
            {"new_password": "x" * 129},
        ),
        True,
    ),
    Doc(
        "PATCH",
        "/api/v1/account/organization",
        {"organization": "Annas"},
        200,
        ("organization",),
        (
            {},
            {"organization": 5},
            {"organization": None},
            {"organization": "x" * 81},
            {"organization": "a\nb"},
        ),
        True,
    ),
    Doc(
        "GET", "/api/v1/settings", None, 200, ("notifications", "automation"), (), True
    ),
    Doc(
        "PATCH",
        "/api/v1/settings/notifications",
        {"invitations": False},
        200,
        ("notifications", "automation"),
        (
            {"invitations": 1},
            {"invitations": None},
            {"organisations": "no"},
            {"security": False},
            {"mentions": True},
        ),
        True,
    ),
    Doc(
        "PATCH",
        "/api/v1/settings/automation",
        {"claim_boards": True},
        200,
        ("notifications", "automation"),
        (
            {"claim_boards": 1},
            {"claim_boards": None},
            {"clear_read_after_days": 0},
            {"clear_read_after_days": "7"},
            {"archive": True},
        ),
        True,
    ),
)
DOCS = [
    *(pytest.param(doc, id=f"chatboard {doc.method} {doc.path}") for doc in CHATBOARD),
    *(pytest.param(doc, id=f"gatherhub {doc.method} {doc.path}") for doc in GATHERHUB),
    *(pytest.param(doc, id=f"orbsurv {doc.method} {doc.path}") for doc in ORBSURV),
]


class House:
    """Ann, who has an account, and what was sent to her."""

    def __init__(self, app: App, sent: Mapping[str, str]) -> None:
        self.guest, self._sent = app.guest, sent
        self.ann = Client(app.http, Authorization=f"Bearer {sent[ACCESS]}")

    async def call(self, doc: Doc, body: Body | None) -> Any:
        if body is not None:
            body = {name: self._sent.get(str(it), it) for name, it in body.items()}
        who = self.ann if doc.signed_in else self.guest
        return await who.call(doc.method, f"/{doc.path}", body)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with running() as app:
        body = {**ENTERING, "username": "ann", "name": "Ann Lee"}
        given = (await app.guest.post("/auth/register/", body)).json
        await app.guest.post("/auth/password/forgot/", {"email": ANN})
        await app.core.mail.post.deliver()
        reset = app.mailbox.link(ANN, "reset")
        sent = {ACCESS: given["access"], REFRESH: given["refresh"], RESET: reset}
        yield House(app, sent)


@pytest.mark.parametrize("doc", DOCS)
async def test_a_documented_call_is_answered_as_documented(
    house: House, doc: Doc
) -> None:
    for wrong in doc.bad:
        refused = await house.call(doc, wrong)
        assert refused.status in {400, 422}, (wrong, refused.text)
        told = refused.json
        assert told["detail"] == told["message"]
        assert told["details"], wrong
    done = await house.call(doc, doc.body)
    assert done.status == doc.status, done.text
    if doc.status == 204:
        assert done.text == ""
    else:
        assert set(doc.has) <= done.json.keys()


@pytest.mark.parametrize("doc", DOCS)
async def test_who_is_nobody_is_told_so(house: House, doc: Doc) -> None:
    """A token that is missing, or bumped since, is 401; a second registering is 409."""
    if doc.signed_in:
        assert (await house.guest.call(doc.method, f"/{doc.path}")).status in {401, 422}
        await house.ann.post("/auth/logout/")
        gone = await house.call(doc, doc.body)
        assert (gone.status, gone.error) == (401, "unauthenticated")
    elif "register" in doc.path:
        assert (await house.call(doc, doc.body)).status == 201
        again = await house.call(doc, doc.body)
        assert (again.status, again.error) == (409, "conflict")
    elif doc.status != 201 and "forgot" not in doc.path:
        body = {**(doc.body or {}), "password": "wrong horse", "refresh": "x"}
        body |= {"token": "x", "refresh_token": "x"}
        assert (await house.call(doc, body)).status == 401
