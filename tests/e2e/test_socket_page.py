"""The page on which one speaks the socket protocol by hand, in a real browser."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from orbit.core.kinds import KINDS
from tests.kit.browser import watch

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True}
Opened = Callable[..., Awaitable[Page]]


@pytest.fixture
async def opened(chromium: Browser, node_url: str) -> AsyncIterator[Opened]:
    """Opens the page; a fault on it, a blocked resource too, fails the test."""
    faults: list[str] = []

    async def open_(**options: Any) -> Page:
        options.setdefault("viewport", {"width": 1280, "height": 800})
        context = await chromium.new_context(base_url=node_url, **options)
        page = await context.new_page()
        watch(page, faults)
        await page.goto("/api/docs/socket/")
        return page

    yield open_
    for context in chromium.contexts:
        await context.close()
    assert faults == []


def line(page: Page, way: str, text: str) -> Locator:
    """Return the newest line of the log that says this."""
    lines = page.get_by_role("log").locator(f'li[data-way="{way}"]')
    return lines.filter(has_text=text).first


async def enter(page: Page) -> None:
    await page.get_by_role("button", name="Connect and say hello").click()
    await expect(line(page, "in", "you are a ghost")).to_be_visible()
    await page.get_by_role("button", name="Make one").click()
    await expect(line(page, "in", "joined")).to_be_visible()


async def test_one_connects_joins_and_tells_each_command_by_hand(
    opened: Opened,
) -> None:
    page = await opened()
    await enter(page)
    for name in KINDS["feedback"].asked_by_name:
        await expect(page.get_by_role("button", name=name, exact=True)).to_be_visible()
    await page.get_by_role("button", name="add_note", exact=True).click()
    frame = page.get_by_label("Frame", exact=True)
    await expect(frame).to_be_focused()
    said = json.loads(await frame.input_value())
    assert said["with"] == {"content": "some content"}
    await page.keyboard.press("Control+Enter")
    reply = line(page, "in", f"to {said['ref']}: seq 2")
    await expect(reply).to_be_visible()
    changed = line(page, "in", "seq 2, note_added")
    await changed.locator("summary").focus()
    await page.keyboard.press("Enter")
    await expect(changed.locator("pre")).to_contain_text("some content")
    await page.get_by_role("button", name="remove_note", exact=True).click()
    await page.get_by_role("button", name="Send").click()
    await expect(line(page, "in", "seq 3, note_removed")).to_be_visible()


async def test_what_is_wrong_is_said_by_the_page_or_by_the_node(opened: Opened) -> None:
    page = await opened()
    frame = page.get_by_label("Frame", exact=True)
    await frame.fill('{"type":"ping"}')
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("alert")).to_contain_text("Connect first")
    await enter(page)
    await frame.fill("{")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("alert")).to_contain_text("no JSON")
    await frame.fill('{"type":"tell","ref":99}')
    await page.get_by_role("button", name="Send").click()
    await expect(line(page, "in", "to 99: invalid")).to_be_visible()
    await expect(page.get_by_role("status").last).to_contain_text("error to 99")
    await page.get_by_role("button", name="Close").click()
    await expect(page.get_by_role("log")).to_contain_text("Closed with 1000")


async def test_it_fits_on_a_phone(opened: Opened) -> None:
    page = await opened(**PHONE, color_scheme="dark")
    await enter(page)
    width = await page.evaluate("document.documentElement.scrollWidth")
    assert width <= 360
    small = await page.evaluate(
        "[...document.querySelectorAll('main button')].map((b) => "
        "b.getBoundingClientRect().height).filter((height) => height < 40)"
    )
    assert small == []
