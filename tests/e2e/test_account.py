"""Signing in by hand: a code by mail, the same person elsewhere, and out again."""

import asyncio
import re

import pytest
from playwright.async_api import Page, expect

from tests.kit.pages import People, choose, is_live, note, write

pytestmark = pytest.mark.browser

PHONE = {"width": 360, "height": 740}


async def enter(page: Page, email: str, nth: int = 1) -> None:
    """Sign in, in the dialog that is open, by keys alone."""
    await expect(page.get_by_label("Your mail address")).to_be_focused()
    await page.keyboard.type(email)
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("The six digits")).to_be_focused()
    await page.keyboard.type(await code(page, email, nth))
    await page.keyboard.press("Enter")


async def code(page: Page, email: str, nth: int = 1) -> str:
    """Return the code in the nth mail to somebody, once it has come."""
    mail = re.compile(rf"(\d{{6}}) is your [^<]*</h2>\s*<p[^>]*>To {email}")
    async with asyncio.timeout(20):
        while True:  # it is sent beside the answer
            page_of_mails = await (await page.request.get("/dev/mail/")).text()
            found = mail.findall(page_of_mails)
            if len(found) == nth:
                return str(found[0])


async def test_a_person_is_the_same_on_another_device(people: People) -> None:
    ann = await people.maker("Retro of accounts")
    await write(ann, "from my desk")
    await choose(ann, "Sign in")
    await enter(ann, "ann.desk@example.org")
    await expect(ann.get_by_role("dialog")).to_be_hidden()
    header = ann.get_by_role("button", name="Signed in as ann.desk@example.org")
    await expect(header).to_be_visible()
    await is_live(ann)

    phone = await people.page(viewport=PHONE)
    await phone.goto("/")
    await phone.get_by_role("button", name="Sign in").click()
    await enter(phone, "ann.desk@example.org", 2)
    await expect(phone.get_by_role("button", name="Signed in as")).to_be_visible()
    await phone.goto(ann.url)
    await is_live(phone)
    await expect(note(phone, "from my desk")).to_have_class(re.compile("mine"))


async def test_who_signs_out_leaves_nobody_behind(people: People) -> None:
    bob = await people.maker("Retro of Bob")
    await write(bob, "from Bob")
    await choose(bob, "Sign in")
    await enter(bob, "bob@example.org")
    await bob.get_by_role("button", name="Signed in as").click()
    dialog = bob.get_by_role("dialog")
    await dialog.get_by_label("What you want to be called").fill("Bob")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_text("Saved")).to_be_visible()
    await dialog.get_by_role("button", name="Sign out").click()
    await expect(bob.get_by_role("button", name="Signed in as")).to_have_count(0)
    await is_live(bob)
    await expect(note(bob, "from Bob")).not_to_have_class(re.compile("mine"))


async def test_a_wrong_code_is_told_and_may_be_mended(people: People) -> None:
    eve = await people.page()
    await eve.goto("/")
    await eve.get_by_role("button", name="Sign in").click()
    await eve.get_by_label("Your mail address").fill("eve@example.org")
    await eve.get_by_role("button", name="Mail me a code").click()
    right = await code(eve, "eve@example.org")
    field = eve.get_by_label("The six digits")
    await field.fill(f"{(int(right) + 1) % 1_000_000:06}")
    await eve.get_by_role("dialog").get_by_role("button", name="Sign in").click()
    await expect(eve.get_by_role("alert")).to_contain_text("not the code")
    await field.fill(f"{right[:3]} {right[3:]}")
    await eve.get_by_role("dialog").get_by_role("button", name="Sign in").click()
    await expect(eve.get_by_role("button", name="Signed in as eve")).to_be_visible()


async def test_what_another_device_wrote_is_taken_in(people: People) -> None:
    """A device that has an account's people on it before they sign in there."""
    desk = await people.page()
    await desk.goto("/")
    await desk.get_by_role("button", name="Sign in").click()
    await enter(desk, "dora@example.org")
    await expect(desk.get_by_role("button", name="Signed in as dora")).to_be_visible()

    phone = await people.maker("Retro of Dora", viewport=PHONE)
    await write(phone, "from my phone")
    await choose(phone, "Sign in")
    await enter(phone, "dora@example.org", 2)
    await phone.get_by_role("button", name="Take it into my account").click()
    await expect(phone.get_by_text("It is your account")).to_be_visible()
    await phone.keyboard.press("Escape")
    await expect(note(phone, "from my phone")).to_have_class(re.compile("mine"))
    await desk.goto(phone.url)
    await is_live(desk)
    await expect(note(desk, "from my phone")).to_have_class(re.compile("mine"))
