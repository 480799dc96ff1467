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


async def by_password(page: Page, who: str, password: str) -> None:
    """Type both, by keys alone, on the page where one signs in."""
    await page.get_by_role("radio", name="Password").check()
    await page.get_by_label("Mail address or user name").fill(who)
    await page.keyboard.press("Tab")
    await page.keyboard.type(password)
    await page.keyboard.press("Enter")


async def test_a_forgotten_password_is_chosen_anew(people: People) -> None:
    ann, email = await people.page(), "ann.forgets@example.org"
    asked: list[str] = []
    ann.on("request", lambda request: asked.append(request.url))
    await ann.goto("/sign-in")
    await by_password(ann, email, "what was it")
    field = ann.get_by_label("Password", exact=True).last
    await expect(field).to_be_focused()
    await expect(field).to_have_accessible_description(re.compile("no account with"))
    await ann.get_by_role("button", name="Forgotten it?").click()
    await expect(ann.get_by_label("Your mail address")).to_be_focused()
    await ann.keyboard.press("Enter")  # the address is there already
    await expect(ann.get_by_text("a link is on its way")).to_be_visible()

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
    await ann.get_by_role("link", name="Sign in").click()
    await by_password(ann, email, "five gulls over the harbour")
    await expect(ann.get_by_role("button", name="Signed in as")).to_be_visible()

    await ann.goto(link)
    await field.fill("six gulls over the harbour")
    await ann.keyboard.press("Enter")
    await expect(ann.get_by_role("heading", name="of no use")).to_be_focused()


async def test_an_account_is_made_with_a_password_once(people: People) -> None:
    bob, eve = await people.page(), await people.page()
    for page in (bob, eve):
        await page.goto("/register")
        await page.get_by_label("Your mail address").fill("bob.registers@example.org")
        await page.get_by_label("Password", exact=True).fill("a very long fence")
        await page.get_by_label("What you want to be called").fill("Bob")
        await page.keyboard.press("Enter")
        if page is bob:
            await expect(page.get_by_role("button", name="as Bob")).to_be_visible()
    taken = eve.get_by_label("Your mail address")
    await expect(taken).to_be_focused()
    await expect(taken).to_have_accessible_description(
        re.compile("There is an account")
    )
