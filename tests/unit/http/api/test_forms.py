"""Forms for everybody: kept, thanked for, and no way to trouble others or to learn."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from orbit.core.ports import Form, Lead, LeadFilter, Message
from orbit.core.services.leads import PAUSE
from orbit.http.limits import FROM_ONE_ADDRESS
from tests.kit.app import App, Client, running, settings
from tests.kit.signed import Ahead

ANN, BOSS = "ann@example.org", "Boss <boss@example.org>"
HELLO: Mapping[str, Any] = {"email": ANN, "name": "Ann", "message": "hello\nyou"}
PATHS = {
    Form.WAITLIST: "/waitlist/",
    Form.CONTACT: "/contact/",
    Form.INVESTOR_INTEREST: "/investor_interest/",
    Form.PILOT_REQUEST: "/pilot_request/",
}


@pytest.fixture
def clock() -> Ahead:
    return Ahead()


@pytest_asyncio.fixture
async def app(clock: Ahead) -> AsyncIterator[App]:
    given = settings({"forms_per_person_10min": 1_000}, leads_to=BOSS)
    async with running(given=given, clock=clock) as started:
        yield started


async def fill(who: Client, form: Form, **more: Any) -> Any:
    """Fill in a form; return the answer's body."""
    answer = await who.post(PATHS[form], {**HELLO, **more})
    assert answer.status == 201, answer.text
    return answer.json


async def leads(app: App, form: Form) -> Sequence[Lead]:
    found, total = await app.core.mail.leads.page(LeadFilter(form), 0, 100)
    assert total == len(found)
    return found


async def mails(app: App, to: str = ANN) -> Sequence[Message]:
    """Have everything sent; return what somebody has got up to now."""
    while await app.core.mail.post.deliver():
        pass
    return [mail for mail in app.mailbox.mails if mail.to == to]


@pytest.mark.parametrize("form", Form)
async def test_a_form_is_kept_and_thanked_for(app: App, form: Form) -> None:
    said = await fill(app.guest, form, website="")
    assert said["status"] == "ok"
    (lead,) = await leads(app, form)
    assert (lead.email, lead.said) == (ANN, {"name": "Ann", "message": "hello\nyou"})
    assert app.mailbox.mails == []  # nobody waits for a mail server
    (thanks,) = await mails(app)
    assert thanks.stop
    (note,) = await mails(app, "boss@example.org")
    assert form in note.subject
    for part in (note.text, note.html):
        assert ANN in part
        assert "message: hello" in part


@pytest.mark.parametrize(
    "path",
    [
        "//api/v1/investor_interest",
        "//api/v1/investor-interest/",
        "//api/investor_interest/",
        "//api/investor-interest",
    ],
)
async def test_a_form_has_all_its_documented_paths(app: App, path: str) -> None:
    assert (await app.guest.post(path, HELLO)).status == 201
    assert len(await leads(app, Form.INVESTOR_INTEREST)) == 1


async def test_what_products_call_their_fields_is_understood(app: App) -> None:
    told = {"first_name": "Ann", "last_name": "Doe", "name": None, "company": " Does "}
    await fill(
        app.guest, Form.INVESTOR_INTEREST, **told, amount=250_000.0, stage="seed"
    )
    await fill(app.guest, Form.PILOT_REQUEST, **told, team_size="11\u202e-50", x="y")
    who = {"name": "Ann Doe", "organization": "Does", "message": "hello\nyou"}
    (investor,) = await leads(app, Form.INVESTOR_INTEREST)
    assert investor.said == who | {"amount": "250000", "stage": "seed"}
    (pilot,) = await leads(app, Form.PILOT_REQUEST)
    assert pilot.said == who | {"team_size": "11-50"}


@pytest.mark.parametrize("form", Form)
async def test_what_a_program_fills_in_is_answered_alike_and_not_kept(
    app: App, form: Form
) -> None:
    answer = await fill(app.guest, form)
    bot = {"email": "bot@example.org", "website": "https://spam.example.org"}
    assert await fill(app.guest, form, **bot) == answer
    assert [lead.email for lead in await leads(app, form)] == [ANN]
    assert await mails(app, "bot@example.org") == []
    assert len(await mails(app, "boss@example.org")) == 1


async def test_who_waits_already_is_answered_alike_and_waits_once(
    app: App, clock: Ahead
) -> None:
    first = await fill(app.guest, Form.WAITLIST)
    assert len(await mails(app)) == 1
    clock.by += 2 * PAUSE
    again = await fill(app.guest, Form.WAITLIST, email="Ann@Example.org", name="Eve")
    assert again == first
    (lead,) = await leads(app, Form.WAITLIST)
    assert lead.said["name"] == "Ann"
    assert len(await mails(app)) == 1


async def test_nobody_is_thanked_twice_a_day_for_a_form(app: App, clock: Ahead) -> None:
    for email in (ANN, ANN.upper(), "ann+1@example.org"):
        await fill(app.guest, Form.CONTACT, email=email)
    assert len(await leads(app, Form.CONTACT)) == 3
    assert len(await mails(app)) == 1
    assert await mails(app, "ann+1@example.org") == []
    await fill(app.guest, Form.PILOT_REQUEST)
    assert len(await mails(app)) == 2
    clock.by += PAUSE + timedelta(seconds=1)
    await fill(app.guest, Form.CONTACT)
    assert len(await mails(app)) == 3


async def test_thanks_say_nothing_that_was_typed(app: App) -> None:
    spam = "BUY-AT spam.example.org"
    await fill(app.guest, Form.CONTACT, name=spam, message=spam, subject=spam)
    (thanks,) = await mails(app)
    for part in (thanks.subject, thanks.text, thanks.html):
        assert "spam" not in part.lower()


async def test_who_has_stopped_such_mails_gets_none(app: App) -> None:
    await fill(app.guest, Form.CONTACT)
    (thanks,) = await mails(app)
    await app.core.mail.unsubscribing.stop(thanks.stop.rpartition("/")[2])
    await fill(app.guest, Form.PILOT_REQUEST)
    assert len(await leads(app, Form.PILOT_REQUEST)) == 1
    assert len(await mails(app)) == 1


async def test_thanks_are_in_the_language_of_who_is_thanked(app: App) -> None:
    german = app.guest.with_headers(**{"Accept-Language": "de-AT"})
    await fill(german, Form.CONTACT)
    assert (await mails(app))[0].language == "de"


async def test_the_same_key_fills_it_in_once(app: App) -> None:
    keyed = app.guest.with_headers(**{"Idempotency-Key": "k"})
    for form in (Form.CONTACT, Form.PILOT_REQUEST):
        assert await fill(keyed, form) == await fill(keyed, form)
        assert len(await leads(app, form)) == 1


async def test_an_empty_message_is_none(app: App) -> None:
    answer = await app.guest.post("/contact/", {**HELLO, "message": " \n\u200b"})
    assert answer.status == 422
    assert "message" in answer.json["details"]
    assert await leads(app, Form.CONTACT) == []


async def test_all_forms_together_are_bounded_by_person_and_by_address() -> None:
    async with running(given=settings({"forms_per_person_10min": 2})) as app:
        paths = [*PATHS.values()]
        for path in paths[:2]:
            assert (await app.guest.post(path, HELLO)).status == 201
        refused = await app.guest.post(paths[2], HELLO)
        assert (refused.status, refused.error) == (429, "rate_limited")
        assert 0 < int(refused.headers["Retry-After"]) <= 300
        class_room = [
            (await (await app.ghost()).post(paths[0], HELLO)).status
            for _ in range(2 * FROM_ONE_ADDRESS)
        ]
        assert class_room.count(201) == 2 * FROM_ONE_ADDRESS - 2


async def test_an_old_ghost_keeps_nobody_from_a_form(app: App) -> None:
    nobody = app.guest.with_headers(**{"X-Ghost-ID": "x", "Authorization": "Bearer x"})
    await fill(nobody, Form.CONTACT)


async def test_an_erased_account_takes_its_leads_along(app: App) -> None:
    account = await app.account(ANN)
    await fill(app.guest, Form.WAITLIST)
    await fill(app.guest, Form.CONTACT)
    await fill(app.guest, Form.CONTACT, email="bob@example.org")
    assert (await account.delete("/identity/ghost/me/")).status == 204
    assert await leads(app, Form.WAITLIST) == []
    assert [lead.email for lead in await leads(app, Form.CONTACT)] == [
        "bob@example.org"
    ]
    (note,) = await mails(app, "boss@example.org")  # of those that waited
    assert "bob@example.org" in note.text
