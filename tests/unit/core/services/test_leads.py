"""Leads, where nobody fills anything in: they grow old, and one is asked to go."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from orbit.core.errors import NotFound
from orbit.core.ports import Form, LeadFilter
from orbit.core.services import leads as leads_module
from orbit.core.services.leads import Filled
from tests.kit.app import App, running, settings
from tests.kit.signed import Ahead

HELLO = Filled(Form.CONTACT, "ann@example.org", {"name": "Ann"}, "https://o.org")
ALL = LeadFilter(Form.CONTACT)


@pytest.fixture
def clock() -> Ahead:
    return Ahead()


@pytest_asyncio.fixture
async def app(clock: Ahead) -> AsyncIterator[App]:
    async with running(given=settings(leads_days=30), clock=clock) as started:
        yield started


async def test_leads_go_when_they_are_old(
    app: App, clock: Ahead, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leads_module, "PURGED_AT_ONCE", 2)
    leads = app.core.mail.leads
    for _ in range(5):
        await leads.keep(HELLO)
    clock.by += timedelta(days=29)
    await leads.keep(HELLO)
    await leads.purge()
    assert (await leads.page(ALL, 0, 1))[1] == 6
    clock.by += timedelta(days=2)
    await leads.purge()
    assert (await leads.page(ALL, 0, 1))[1] == 1


async def test_one_is_removed_once(app: App) -> None:
    leads = app.core.mail.leads
    await leads.keep(HELLO)
    ((one,), _) = await leads.page(ALL, 0, 1)
    await leads.remove(one.id)
    with pytest.raises(NotFound):
        await leads.remove(one.id)
    await app.core.mail.post.deliver()
    assert app.mailbox.mails == []


async def test_nobody_but_who_is_set_is_told(app: App) -> None:
    await app.core.mail.leads.keep(HELLO)
    await app.core.mail.post.deliver()
    assert [mail.to for mail in app.mailbox.mails] == [HELLO.email]


async def test_no_log_shows_a_lead(app: App) -> None:
    await app.core.mail.leads.keep(HELLO)
    ((one,), _) = await app.core.mail.leads.page(ALL, 0, 1)
    for said in (repr(one), repr(HELLO)):
        assert "ann" not in said.lower()
