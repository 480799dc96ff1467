"""A board's door and its order: asked in live, let in, reported, hidden, muted."""

import re

import pytest
from playwright.async_api import Locator, Page, expect

from tests.kit.pages import People, choose, is_live, note, stands, write

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True}


def panel(page: Page) -> Locator:
    return page.get_by_role("dialog", name="People and reports")


def menu(page: Page) -> Locator:
    return page.get_by_role("button", name=re.compile("^Menu"))


async def close_to_strangers(page: Page) -> None:
    await choose(page, "Board settings")
    await page.get_by_role("radio", name="Private").check()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved")).to_be_visible()
    await page.keyboard.press("Escape")


async def test_a_stranger_asks_and_is_in_without_a_reload(people: People) -> None:
    ann = await people.maker("Retro behind a door")
    await write(ann, "said inside")
    await close_to_strangers(ann)
    bob = await people.page(**PHONE)
    await bob.goto(ann.url)
    await expect(bob.get_by_role("heading", name="private")).to_be_visible()
    await bob.get_by_label("A message to them").fill("Bob, second floor")
    await bob.get_by_role("button", name="Ask to be let in").click()
    await expect(bob.get_by_role("heading", name="Waiting")).to_be_focused()

    await expect(menu(ann)).to_have_accessible_name("Menu, 1 waiting for you")
    await ann.get_by_role("button", name="Look", exact=True).click()
    await expect(panel(ann)).to_contain_text("Bob, second floor")
    await panel(ann).get_by_role("button", name="Refuse").click()
    await expect(panel(ann).get_by_role("status")).to_contain_text("Refused")
    refused = bob.get_by_role("heading", name="You were not let in")
    await expect(refused).to_be_visible()
    await bob.reload()
    await expect(refused).to_be_visible()
    await bob.get_by_role("button", name="Ask to be let in").click()
    await panel(ann).get_by_role("button", name="Let in").click()
    await is_live(bob)
    await expect(bob.get_by_text("You were let in")).to_be_visible()
    await write(bob, "from outside")
    await stands(ann, "from outside")
    await expect(menu(ann)).to_have_accessible_name("Menu")

    await panel(ann).get_by_role("button", name=re.compile("^Remove")).click()
    await expect(bob.get_by_role("heading", name="private")).to_be_visible()


async def test_a_note_is_reported_hidden_and_its_author_muted(people: People) -> None:
    ann = await people.maker("Retro with a quarrel")
    bob = await people.guest_of(ann, **PHONE)
    cyd = await people.guest_of(ann)
    await write(bob, "you are all fools")
    await stands(cyd, "you are all fools")
    await note(cyd, "you are all fools").click()
    await cyd.get_by_role("button", name="Report", exact=True).click()
    await cyd.get_by_label("What is wrong with it?").fill("rude to everybody")
    await cyd.get_by_role("button", name="Report it").click()
    await expect(cyd.get_by_text("admins will look at it")).to_be_visible()
    await expect(cyd.get_by_role("button", name="Reported")).to_be_disabled()

    await expect(menu(ann)).to_have_accessible_name("Menu, 1 waiting for you")
    await choose(ann, "People and reports")
    reports = panel(ann).get_by_role("region", name="Reported notes")
    await expect(reports).to_contain_text("you are all fools")
    await expect(reports).to_contain_text("rude to everybody")
    await reports.get_by_role("button", name="Hide note").click()
    await expect(note(cyd, "you are all fools")).to_have_count(0)
    await reports.get_by_role("button", name="Mute its author").click()
    await expect(bob.get_by_text("You are muted")).to_be_visible()
    await expect(bob.get_by_role("button", name="Add note")).to_be_disabled()
    await expect(cyd.get_by_text("You are muted")).to_have_count(0)
    await expect(reports.get_by_role("button", name="Author muted")).to_be_disabled()
    await reports.get_by_role("button", name="Dismiss").click()
    await expect(reports).to_have_count(0)

    mutes = panel(ann).get_by_role("region", name="Muted")
    await mutes.get_by_role("button", name="Go to note").click()
    await expect(note(ann, "you are all fools")).to_be_focused()
    await note(bob, "you are all fools").click()
    await bob.get_by_role("button", name="Remove").click()
    await expect(note(ann, "you are all fools")).to_have_count(0)
    await choose(ann, "People and reports")
    await mutes.get_by_role("button", name="Unmute").click()
    await expect(bob.get_by_text("You are muted")).to_have_count(0)
    await write(bob, "sorry")
