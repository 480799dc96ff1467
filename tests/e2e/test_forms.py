"""The forms for visitors: from the first page on, by keys, on a phone, in German."""

import asyncio
import re

import pytest
from playwright.async_api import Page, expect

from tests.kit.axe import looked_at
from tests.kit.pages import People
from tests.kit.words import cut_off, left_over

pytestmark = pytest.mark.browser

PHONE = {"width": 360, "height": 740}


async def thanked(page: Page, email: str, subject: str) -> None:
    """Wait until a mail has gone to somebody."""
    mail = re.compile(rf"{subject}</h2>\s*<p[^>]*>To {email}")
    async with asyncio.timeout(20):
        while True:  # it is sent beside the answer
            if mail.search(await (await page.request.get("/dev/mail/")).text()):
                return


async def test_a_visitor_tells_those_who_run_it_and_is_thanked(people: People) -> None:
    ann = await people.page()
    await ann.goto("/")
    await ann.get_by_role("contentinfo").get_by_role("link", name="Contact").click()
    await expect(ann.get_by_role("heading", name="Write to us")).to_be_visible()
    email, message = ann.get_by_label("mail address"), ann.get_by_label("Your message")
    assert await ann.get_by_role("textbox", name="Website").count() == 0
    await ann.get_by_label("Your name").press("Enter")
    await expect(email).to_be_focused()
    await expect(message).to_have_accessible_description("This is needed.")
    await email.fill("ann.writes@localhost")
    await message.fill("  ")
    await ann.get_by_role("button", name="Send it").click()
    await expect(message).to_be_focused()
    await expect(message).to_have_accessible_description("This is needed.")
    await message.fill("May we have this in Welsh?")
    await ann.get_by_role("button", name="Send it").click()
    await expect(email).to_be_focused()
    await expect(email).to_have_accessible_description("This is no mail address.")
    assert await looked_at(ann) == {}
    await email.fill("ann.writes@example.org")
    await ann.keyboard.press("Enter")
    await expect(ann.get_by_role("heading", name="We have your")).to_be_focused()
    assert await looked_at(ann) == {}
    await thanked(ann, "ann.writes@example.org", "We have your message")

    dora = await people.page(locale="de-DE", viewport=PHONE)
    for path, name in (
        ("waitlist", "Warteliste"),
        ("investors", "Investoren"),
        ("pilot", "Pilot"),
    ):
        await dora.goto(f"/{path}")
        here = dora.get_by_role("contentinfo").get_by_role("link", name=name)
        await expect(here).to_have_attribute("aria-current", "page")
        found = await left_over(dora) + await left_over(dora, "/forms/text.js")
        assert found + await cut_off(dora) == []
    await dora.get_by_label("Dein Name").fill("Dora")
    await dora.get_by_label("Mailadresse").fill("dora.asks@example.org")
    await dora.get_by_label("Organisation").fill("Zaun & Co")
    await dora.keyboard.press("Enter")
    await expect(dora.get_by_role("heading", name="Anfrage ist da")).to_be_focused()
    assert await cut_off(dora) == []
