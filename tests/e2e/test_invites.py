"""Invited by mail: sent by an admin, opened by whoever has it, taken back in time."""

import asyncio
import re

import pytest
from playwright.async_api import Page, expect

from tests.e2e.test_access import PHONE, close_to_strangers, panel
from tests.e2e.test_account import enter
from tests.kit.pages import People, choose, is_live, stands, write

pytestmark = pytest.mark.browser


async def invite(page: Page, email: str, message: str = "") -> None:
    """Invite somebody in the open panel, by keys alone."""
    await panel(page).get_by_label("Mail address").focus()
    await page.keyboard.type(email)
    await page.keyboard.press("Tab")
    await page.keyboard.type(message)
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    status = panel(page).get_by_role("status").filter(has_text=email)
    await expect(status).to_contain_text("A mail is on its way")


async def link(page: Page, email: str) -> str:
    """Return the link in the mail to somebody, once it has come."""
    mail = re.compile(rf"To {email}.*?(http://\S+#invite=[\w-]+)", re.DOTALL)
    async with asyncio.timeout(20):
        while True:  # it is sent beside the answer
            mails = await (await page.request.get("/dev/mail/")).text()
            if found := mail.search(mails):
                return found[1]


async def test_whoever_is_invited_comes_in_by_the_link_once(people: People) -> None:
    ann = await people.maker("Retro by invitation")
    await write(ann, "said inside")
    await close_to_strangers(ann)
    await choose(ann, "People and reports")
    await invite(ann, "bob.in@example.org", "Thursday at ten")
    await invite(ann, "cyd.in@example.org")
    listed = panel(ann).get_by_role("region", name="Invited by mail")
    await expect(listed.get_by_role("listitem")).to_have_count(2)

    bob = await people.page(**PHONE)
    await bob.goto(await link(ann, "bob.in@example.org"))
    await expect(bob.get_by_role("heading", name="You are invited")).to_be_visible()
    assert "invite=" not in bob.url
    await bob.get_by_role("button", name="Come in").press("Enter")
    await is_live(bob)
    await stands(bob, "said inside")
    came = listed.get_by_role("listitem").filter(has_text="bob.in@example.org")
    await expect(came).to_contain_text("Came")
    await bob.goto("/")
    mine = bob.get_by_role("region", name="Invited to")
    await expect(mine).to_contain_text("you were let in")
    await mine.get_by_role("link", name="Retro by invitation").click()
    await is_live(bob)

    await listed.get_by_role("button", name="Withdraw: cyd.in@example.org").click()
    await expect(listed.get_by_role("listitem")).to_have_count(1)
    cyd = await people.page()
    await cyd.goto(await link(ann, "cyd.in@example.org"))
    await cyd.get_by_role("button", name="Come in").click()
    await expect(cyd.get_by_role("alert")).to_contain_text("of no use any more")
    await expect(cyd.get_by_label("A message to them")).to_be_visible()


async def test_an_account_of_the_address_finds_the_board_at_home(
    people: People,
) -> None:
    ann = await people.maker("Retro for Dan")
    await choose(ann, "People and reports")
    await invite(ann, "eve.in@example.org")
    eve = await people.page()
    await eve.goto(await link(ann, "eve.in@example.org"))
    await is_live(eve)  # the board is open: nothing is to be pressed
    await expect(panel(ann)).to_contain_text("Came")
    await ann.keyboard.press("Escape")
    await close_to_strangers(ann)
    await is_live(eve)
    await choose(ann, "People and reports")
    await invite(ann, "dan.in@example.org")

    dan = await people.page()
    await dan.goto("/")
    await dan.get_by_role("button", name="Sign in").click()
    await enter(dan, "dan.in@example.org")
    mine = dan.get_by_role("region", name="Invited to")
    await expect(mine).to_contain_text("until")
    await mine.get_by_role("link", name="Retro for Dan").click()
    await is_live(dan)
    listed = panel(ann).get_by_role("region", name="Invited by mail")
    came = listed.get_by_role("listitem").filter(has_text="dan.in@example.org")
    await expect(came).to_contain_text("Came")
    await is_live(eve)
