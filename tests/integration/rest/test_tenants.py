"""Organisations do not know of each other: every path, by the members of another.

What is another's is answered as what there is not, to the letter, and nothing changes.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import uuid4

import pytest

from orbit.http.api.organisations import routes
from orbit.http.routing import Row
from tests.kit.app import Answer, App, running
from tests.kit.organisations import ACCEPT, Org, founded
from tests.kit.spec import judge

ROLES = ("ADMIN", "MANAGER", "MEMBER")
BODIES: dict[str, Any] = {
    "rename_org": {"name": "ours now"},
    "give_role": {"role": "ADMIN"},
    "invite_to_org": {"email": "mallory@example.org", "role": "ADMIN"},
    "withdraw_org_invite": {"email": "<invited>"},
}
ROWS = [row for row in routes.rows if "{org}" in row.path]
ABOUT_MEMBERS = [row for row in ROWS if "{member}" in row.path]


class Pair:
    """Two organisations, each with one of each role, and somebody invited."""

    def __init__(self, app: App, ours: Org, theirs: Org) -> None:
        self.app, self.ours, self.theirs = app, ours, theirs

    async def fill(self) -> None:
        for org in (self.ours, self.theirs):
            await org.join("bob", "MANAGER")
            await org.join("carl", "MEMBER")
            await org.invite("dora")

    async def call(self, row: Row, who: str, org: str, member: str) -> Answer:
        """Call as one of ours."""
        path = row.path.format_map({"org": org, "member": member})
        body = BODIES.get(row.name)
        if body == {"email": "<invited>"}:
            body = {"email": self.theirs.email("dora")}
        return await self.ours.people[who].call(row.method, path, body)

    async def state(self) -> Sequence[Answer]:
        """Return all of theirs, as their admin sees it."""
        ann = self.theirs.people["ann"]
        paths = (f"{self.theirs.path}{part}" for part in ("", "members/", "invites/"))
        return [(await ann.get(path)).json for path in paths]


@pytest.fixture(params=["memory", "postgres"])
async def pair(request: pytest.FixtureRequest) -> AsyncIterator[Pair]:
    async with running(request.param) as app:
        made = Pair(app, await founded(app, "Ours"), await founded(app, "Theirs"))
        await made.fill()
        yield made


def tell_nothing(answers: Sequence[Answer]) -> bool:
    """Whether all are 404, and alike but for what is unlike in every answer."""
    bodies = [dict(answer.json, request_id="", timestamp="") for answer in answers]
    headers = [sorted(set(answer.headers) - {"Date"}) for answer in answers]
    is_alike = all(each == bodies[0] for each in bodies)
    is_alike &= all(each == headers[0] for each in headers)
    return is_alike and {answer.status for answer in answers} == {404}


def test_every_path_that_names_an_organisation_is_asked() -> None:
    needs_a_body = {row.name for row in ROWS if row.body is not None}
    assert needs_a_body == BODIES.keys()
    assert len(ROWS) >= 9


async def test_what_is_anothers_is_not_there(pair: Pair) -> None:
    before, wrong = await pair.state(), []
    member = pair.theirs.ids["carl"]
    for row in ROWS:
        for who in ("ann", "bob", "carl"):
            answers = [
                await pair.call(row, who, org, member)
                for org in (pair.theirs.id, str(uuid4()), "x")
            ]
            judge(row.method, row.path, answers[0])
            if not tell_nothing(answers):
                wrong.append((row.name, who, [answer.text for answer in answers]))
    assert wrong == []
    assert await pair.state() == before


async def test_members_of_another_are_none_of_ours(pair: Pair) -> None:
    before = await pair.state()
    for row in ABOUT_MEMBERS:
        answers = [
            await pair.call(row, "ann", pair.ours.id, member)
            for member in (pair.theirs.ids["carl"], str(uuid4()), "x")
        ]
        assert tell_nothing(answers), row.name
    assert await pair.state() == before


async def test_lists_and_invites_do_not_mix(pair: Pair) -> None:
    ann, before = pair.ours.people["ann"], await pair.state()
    text = ""
    for path in (
        "/orgs/",
        *(f"{pair.ours.path}{part}" for part in ("members/", "invites/")),
    ):
        text += (await ann.get(path)).text
    for secret in (pair.theirs.id, "Theirs", *pair.theirs.ids.values()):
        assert secret not in text
    cursor = f"{pair.ours.path}members/?cursor={min(pair.theirs.ids.values())}"
    assert "theirs" not in (await ann.get(cursor)).text
    taken = await pair.theirs.invite("emil")
    assert (await ann.post(ACCEPT, {"token": taken})).status == 403
    mine = {"email": pair.theirs.email("emil")}
    withdrawn = await ann.call("DELETE", f"{pair.ours.path}invite/", mine)
    assert withdrawn.status == 404
    emil = await pair.theirs.account("emil")
    assert (await emil.post(ACCEPT, {"token": taken})).status == 200
    assert (await emil.get(pair.ours.path)).status == 404
    assert (await pair.state())[0] == before[0]


async def test_the_database_tells_no_address_that_is_invited_and_no_token(
    pair: Pair,
) -> None:
    app, token = pair.app, await pair.theirs.invite("frieda")
    if not app.place.dsn:
        kept = repr(app.place.world.org_invites)
    else:
        tables = await app.place.run("SELECT tablename FROM pg_tables")
        kept = ""
        for (name,) in tables:
            if not name.startswith(("pg_", "sql_")):
                kept += repr(await app.place.run(f"SELECT t::text FROM {name} t"))  # noqa: S608
    assert pair.theirs.id in kept  # it was looked at
    for secret in ("frieda", token, token[-20:]):
        assert secret not in kept
        assert secret.encode().hex() not in kept
    listed = await pair.theirs.people["ann"].get(f"{pair.theirs.path}invites/")
    assert "frieda" in listed.text
    assert token not in listed.text


async def test_whoever_is_in_both_is_in_each_what_he_is_there(pair: Pair) -> None:
    carl = pair.ours.people["carl"]
    email = (await carl.get("/users/me/")).json["email"]
    body = {"email": email, "role": "ADMIN"}
    await pair.theirs.people["ann"].post(f"{pair.theirs.path}invite/", body)
    await pair.app.core.mail.post.deliver()
    token = pair.app.mailbox.link(email, "join")
    assert (await carl.post(ACCEPT, {"token": token})).json["role"] == "ADMIN"
    roles = {
        each["id"]: each["role"] for each in (await carl.get("/orgs/")).json["results"]
    }
    assert roles == {pair.ours.id: "MEMBER", pair.theirs.id: "ADMIN"}
    assert (await carl.patch(pair.ours.path, {"name": "x"})).status == 403
    assert (await carl.patch(pair.theirs.path, {"name": "x"})).status == 200
