"""The console's lists of leads, and its mails: for staff alone, found, taken along."""

import csv
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from orbit.core.ports import Act, Message, Wanted
from tests.kit.app import App, Client, running
from tests.kit.signed import Ahead
from tests.kit.staff import staff
from tests.unit.http.api.test_forms import ANN, PATHS

LISTS = {
    "/waitlist/": "/admin/waitlist/",
    "/contact/": "/admin/contacts/",
    "/investor_interest/": "/admin/investor-interest/",
    "/pilot_request/": "/admin/pilot-requests/",
}
EVERY: Mapping[str, Any] = {
    "email": ANN,
    "name": "Ann",
    "company": "Does",
    "role": "CTO",
    "phone": "1",
    "source": "a friend",
    "message": "=SUM(A1)\nhello",
    "use_case": "retros",
    "subject": "tea",
    "amount": 5,
    "stage": "seed",
    "team_size": "11-50",
    "industry": "tea",
    "timeline": "soon",
}
SEND = "/admin/send-email/"


class Office:
    """A console, and somebody before it."""

    def __init__(self, app: App, clock: Ahead, dev: Client) -> None:
        self.app, self.clock, self.dev = app, clock, dev

    async def fill(self, path: str = "/contact/", **more: Any) -> None:
        answer = await self.app.guest.post(path, {**EVERY, **more})
        assert answer.status == 201, answer.text

    async def listed(self, path: str = "/admin/contacts/") -> Any:
        answer = await self.dev.get(path)
        assert answer.status == 200, answer.text
        return answer.json

    async def found(self, asked: str) -> Sequence[str]:
        """Return whose messages are found."""
        listed = await self.listed(f"/admin/contacts/?{asked}")
        assert listed["pagination"]["total"] == len(listed["items"])
        return [item["email"].partition("@")[0] for item in listed["items"]]

    async def mails(self, to: str) -> Sequence[Message]:
        while await self.app.core.mail.post.deliver():
            pass
        return [mail for mail in self.app.mailbox.mails if mail.to == to]


@pytest_asyncio.fixture
async def office() -> AsyncIterator[Office]:
    clock = Ahead()
    async with running(clock=clock) as app:
        yield Office(app, clock, await staff(app))


def test_each_form_has_its_list() -> None:
    assert LISTS.keys() == {*PATHS.values()}


@pytest.mark.parametrize("form", LISTS)
async def test_a_list_has_all_that_was_filled_in(office: Office, form: str) -> None:
    await office.fill(form)
    listed = await office.listed(LISTS[form])
    assert listed["pagination"] == {
        "page": 1,
        "limit": 50,
        "total": 1,
        "total_pages": 1,
    }
    (item,) = listed["items"]
    assert item.pop("id")
    assert item.pop("created_at")
    assert item.pop("organization") == "Does"
    assert len(item) >= 7
    assert item == {name: str(EVERY[name]) for name in item}
    for other in LISTS.values():
        if other != LISTS[form]:
            assert (await office.listed(other))["items"] == []


@pytest.mark.parametrize("form", LISTS)
async def test_a_table_has_the_same_and_no_formula(office: Office, form: str) -> None:
    await office.fill(form)
    (item,) = (await office.listed(LISTS[form]))["items"]
    answer = await office.dev.get(f"{LISTS[form]}?format=csv")
    (row,) = csv.DictReader(StringIO(answer.text[1:], newline=""))
    assert item.pop("created_at").startswith(row.pop("created_at")[:-1])
    assert row == item | {"message": "'=SUM(A1)\nhello"}


async def test_leads_are_found_and_paged(office: Office) -> None:
    for name in ("ann", "bob", "cyd"):
        await office.fill(email=f"{name}@example.org", name=name.title())
        office.clock.by += timedelta(minutes=1)
    assert await office.found("") == ["cyd", "bob", "ann"]
    assert await office.found("q=BOB") == ["bob"]
    assert await office.found("q=%25") == []
    (_, second, _) = (await office.listed())["items"]
    at = second["created_at"]
    assert await office.found(f"since={at}") == ["cyd", "bob"]
    assert await office.found(f"until={at}") == ["ann"]
    page = await office.listed("/admin/contacts?page=2&limit=2")
    assert [item["name"] for item in page["items"]] == ["Ann"]
    assert (page["pagination"]["total"], page["pagination"]["total_pages"]) == (3, 2)


@pytest.mark.parametrize(
    "asked",
    ["q=%00", "q=" + "x" * 201, "since=x", "since=2026-11-22T00:00:00", "until=1e30"]
    + [f"until={year}-01-01T00:00:00Z" for year in ("0001", "9999")],
)
async def test_what_cannot_be_looked_for_is_told(office: Office, asked: str) -> None:
    answer = await office.dev.get(f"/admin/contacts/?{asked}")
    assert answer.status == 422
    assert asked.partition("=")[0] in answer.json["details"]


@pytest.mark.parametrize("path", [*LISTS.values(), "//api/v1/admin/pilot_requests"])
async def test_the_console_is_for_staff(office: Office, path: str) -> None:
    assert (await office.dev.get(path)).status == 200
    assert (await office.app.guest.get(path)).status == 401
    account = await office.app.account(ANN)
    refused = await account.get(path)
    assert (refused.status, refused.error) == (403, "forbidden")


async def test_one_lead_is_forgotten_when_somebody_asks(office: Office) -> None:
    await office.fill()
    await office.fill(email="bob@example.org")
    bob, ann = (await office.listed())["items"]
    path = f"/admin/leads/{ann['id']}/"
    assert (await office.app.guest.delete(path)).status == 401
    assert (await office.dev.delete(path)).status == 204
    assert (await office.listed())["items"] == [bob]
    for gone in (path, f"/admin/leads/{uuid4()}/", "/admin/leads/x/"):
        assert (await office.dev.delete(gone)).status == 404
    assert await office.mails(ANN) == []


# Mails ------------------------------------------------------------------------------


async def test_each_gets_a_mail_of_his_own(office: Office) -> None:
    to = [ANN, "bob@example.org", "Ann@example.org"]
    body = {"to": to, "subject": "Come <in>", "body": "Hello,\n\nit is <your> turn.\n"}
    sent = await office.dev.post(SEND, body)
    assert sent.status == 202, sent.text
    assert sent.json["recipients"] == 2
    assert office.app.mailbox.mails == []
    for each in to[:2]:
        (mail,) = await office.mails(each)
        assert mail.subject == "Come <in>"
        assert "Hello,\n\nit is <your> turn.\n\n" in mail.text
        assert "it is &lt;your&gt; turn." in mail.html
        assert "@" not in mail.text.replace("@ ", "")


async def test_no_header_is_put_into_a_mail(office: Office) -> None:
    evil = "Hi\r\nBcc: all@example.org"
    sent = await office.dev.post(SEND, {"to": ANN, "subject": evil, "body": "x"})
    assert sent.status == 202
    (mail,) = await office.mails(ANN)
    assert mail.subject == "Hi Bcc: all@example.org"
    to = f"{ANN}\r\nBcc: all@example.org"
    refused = await office.dev.post(SEND, {"to": to, "subject": "x", "body": "x"})
    assert refused.status == 422


async def test_who_has_stopped_mails_gets_none_and_nobody_is_told(
    office: Office,
) -> None:
    body = {"to": ANN, "subject": "x", "body": "y"}
    first = await office.dev.post(SEND, body)
    (mail,) = await office.mails(ANN)
    await office.app.core.mail.unsubscribing.stop(mail.stop.rpartition("/")[2])
    again = await office.dev.post(SEND, body)
    assert (again.status, again.json) == (202, first.json)
    assert len(await office.mails(ANN)) == 1


async def test_the_same_key_mails_once(office: Office) -> None:
    keyed = office.dev.with_headers(**{"Idempotency-Key": "k"})
    body = {"to": [ANN], "subject": "x", "body": "y"}
    for _ in range(2):
        assert (await keyed.post(SEND, body)).status == 202
        assert len(await office.mails(ANN)) == 1
    other = (await staff(office.app, "eve@example.org")).headers["Authorization"]
    eve = keyed.with_headers(Authorization=other)
    assert (await eve.post(SEND, body)).status == 202
    assert len(await office.mails(ANN)) == 2


async def test_what_staff_does_is_recorded_and_nothing_of_what_it_says(
    office: Office,
) -> None:
    await office.fill()
    listed = await office.listed()
    body = {"to": [ANN], "subject": "secret words", "body": "secret words"}
    await office.dev.post(SEND, body)
    await office.dev.get("/admin/contacts/?format=csv&q=secret")
    await office.dev.delete(f"/admin/leads/{listed['items'][0]['id']}/")
    rows, _ = await office.app.place.node().people.trail.page(Wanted(), 0, 9)
    admin = "/api/v1/admin"
    assert [(row.path, row.about) for row in reversed(rows)] == [
        (f"{admin}/send-email/", {"recipients": "1"}),
        (f"{admin}/contacts/", {"table": "Contacts"}),
        (f"{admin}/leads/{{lead}}/", {}),
    ]
    used, exported = Act.CONSOLE_USED, Act.DATA_EXPORTED
    assert [row.act for row in rows] == [used, exported, used]
    assert all(row.actor for row in rows)


async def test_mails_are_for_staff(office: Office) -> None:
    body = {"to": ANN, "subject": "x", "body": "y"}
    account = await office.app.account("bob@example.org")
    assert (await office.app.guest.post(SEND, body)).status == 401
    assert (await account.post(SEND, body)).status == 403
    assert await office.mails(ANN) == []
