"""A meeting over a board in real browsers: one runs it, one takes part on a phone.

How one goes from phase to phase: test_retrospective.py.
"""

import re

import pytest
from playwright.async_api import Locator, Page, Route, expect

from tests.kit.pages import People, choose, is_live, note, stands, write

pytestmark = pytest.mark.browser

AN_HOUR_SLOW = "const now = Date.now; Date.now = () => now() - 3_600_000;"
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True}


def bar(page: Page) -> Locator:
    return page.get_by_role("region", name="Meeting")


async def test_a_timer_runs_for_all_and_its_end_is_said(people: People) -> None:
    ann = await people.maker()
    bob = await people.page(**PHONE)
    await bob.add_init_script(AN_HOUR_SLOW)
    await bob.goto(ann.url)
    await is_live(bob)
    await ann.keyboard.press("t")
    timer = ann.get_by_role("dialog", name="Timer")
    await timer.get_by_role("button", name="5 min").click()
    for page in (ann, bob):
        await expect(page.get_by_role("timer")).to_have_text(re.compile(r"^[54]:\d\d$"))
    await expect(bob.locator("p.reader")).to_have_text("The timer runs: 5:00")
    await ann.keyboard.press("t")
    await timer.get_by_role("button", name="Stop the timer").click()
    await expect(bob.get_by_role("timer")).to_have_count(0)
    await expect(timer).to_have_count(0)
    await ann.keyboard.press("t")
    await timer.get_by_label("Minutes of your own").fill("0.05")
    await timer.get_by_role("button", name="Start", exact=True).click()
    for page in (ann, bob):
        await expect(bar(page)).to_contain_text("Time is up")
        await expect(page.locator("p.reader")).to_have_text("Time is up")


async def test_all_are_shown_where_to_look(people: People) -> None:
    ann = await people.maker()
    await write(ann, "this one")
    bob = await people.guest_of(ann, **PHONE)
    await stands(bob, "this one")
    for _ in range(9):
        await bob.keyboard.press("ArrowRight")
    await expect(note(bob, "this one")).not_to_be_in_viewport()
    await note(ann, "this one").focus()
    await ann.keyboard.press("l")
    await bob.get_by_role("button", name="Go there").click()
    await expect(note(bob, "this one")).to_be_in_viewport()
    await bar(bob).get_by_role("button", name="Follow").click()
    before = await note(bob, "this one").bounding_box()
    await ann.keyboard.press("Escape")
    await ann.keyboard.press("l")
    await expect(ann.get_by_text("Choose a place or a note")).to_be_visible()
    await ann.get_by_role("application").click(position={"x": 200, "y": 400})
    await expect(bob.get_by_text("You were taken to where all look")).to_be_visible()
    assert await note(bob, "this one").bounding_box() != before
    await bob.get_by_role("button", name="Back", exact=True).click()
    assert await note(bob, "this one").bounding_box() == before


async def test_columns_are_lanes_for_new_notes(people: People) -> None:
    ann = await people.maker()
    bob = await people.guest_of(ann, **PHONE)
    await choose(ann, "Board settings")
    await ann.get_by_label("Columns").fill("Good\n\n Bad \nTo do")
    await ann.get_by_role("button", name="Save").click()
    await expect(ann.get_by_text("Saved")).to_be_visible()
    await ann.keyboard.press("Escape")
    for page in (ann, bob):
        titles = page.locator(".lane-title")
        await expect(titles).to_have_text(["Good", "Bad", "To do"])
    await write(bob, "in the middle")
    label = re.compile("in the middle.*Bad")
    await expect(note(ann, "in the middle")).to_have_attribute("aria-label", label)
    await ann.get_by_role("application").dblclick(position={"x": 120, "y": 500})
    await ann.keyboard.type("far left")
    await ann.keyboard.press("Control+Enter")
    await expect(note(bob, "far left")).to_have_attribute(
        "aria-label", re.compile("far left.*Good")
    )


async def test_a_template_furnishes_the_board_even_if_the_network_drops(
    people: People,
) -> None:
    ann = await people.page()

    async def made_and_cut_off(route: Route) -> None:
        answer = await route.fetch()
        await ann.context.set_offline(True)
        await route.fulfill(response=answer)

    await ann.goto("/")
    await ann.get_by_label("What is it about?").fill("Coffee")
    await ann.get_by_label("Lean coffee").check()
    await expect(ann.get_by_text("Agenda")).to_be_visible()
    await ann.route("**/api/v1/boards/", made_and_cut_off)
    await ann.get_by_role("button", name="Make a board").click()
    await expect(ann.locator(".status")).to_have_text("Offline · 1 waiting")
    await ann.context.set_offline(False)
    titles = ["To discuss", "Discussing", "Done"]
    await expect(ann.locator(".lane-title")).to_have_text(titles)
    await expect(bar(ann)).to_contain_text("2 votes left")
    bob = await people.guest_of(ann, **PHONE)
    await expect(bob.locator(".lane-title")).to_have_text(titles)
