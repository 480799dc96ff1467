"""Passwords by hand: forgotten and chosen anew by a mailed link."""

import asyncio
import re
from html import unescape

import pytest
from playwright.async_api import Page, expect

from tests.kit.pages import People

pytestmark = pytest.mark.browser


async def mailed(page: Page, email: str) -> str:
    """Return the path of the link in the mail to somebody, once it has come."""
    link = re.compile(rf"To {email}.*?(/reset#[\w-]+)", re.DOTALL)
    async with asyncio.timeout(20):
        while True:  # it is sent beside the answer
            mails = unescape(await (await page.request.get("/dev/mail/")).text())
            if found := link.search(mails):
                return found[1]


async def test_a_forgotten_password_is_chosen_anew(people: People) -> None:
    ann = await people.page()
    asked: list[str] = []
    ann.on("request", lambda request: asked.append(request.url))
    email = "ann.forgets@example.org"
    sent = await ann.request.post(
        "/api/v1/auth/password/forgot/", data={"email": email}
    )
    assert sent.ok
    link = await mailed(ann, email)
    await ann.goto(link)
    field = ann.get_by_label("New password", exact=True)
    await expect(field).to_be_focused()
    await expect(ann).to_have_url(f"{people.url}/reset")

    await ann.keyboard.type("short")
    await ann.keyboard.press("Enter")
    await expect(field).to_have_accessible_description(re.compile("too short"))
    await expect(field).to_be_focused()
    await field.fill("five gulls over the harbour")
    await ann.keyboard.press("Enter")
    await expect(ann.get_by_role("heading", name="is changed")).to_be_focused()
    assert [url for url in asked if link.partition("#")[2] in url] == []

    await ann.goto(link)
    await field.fill("six gulls over the harbour")
    await ann.keyboard.press("Enter")
    await expect(ann.get_by_role("heading", name="of no use")).to_be_focused()
