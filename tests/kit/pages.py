"""People at the web client: their pages, and what each does there by hand.

Nothing here waits for a fixed time: every expectation waits for what a reader of the
page would see.
"""

import asyncio
import re
from base64 import b64decode, b64encode
from typing import Any

import zxingcpp
from playwright.async_api import Browser, Locator, Page, expect

from tests.kit.browser import watch

# The light of each pixel of a picture, as a page knows it.
LIGHT = """async (picture) => {
    const bytes = Uint8Array.from(atob(picture), (one) => one.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes]));
    const { width, height } = bitmap;
    const pen = new OffscreenCanvas(width, height).getContext("2d");
    pen.drawImage(bitmap, 0, 0);
    const { data } = pen.getImageData(0, 0, width, height);
    let light = "";
    for (let at = 1; at < data.length; at += 4) light += String.fromCharCode(data[at]);
    return [btoa(light), height, width];
}"""


class People:
    """Everybody who looks at the node; each has a browser profile of their own."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.browser, self.url = browser, url
        self.faults: list[str] = []

    async def page(self, **options: Any) -> Page:
        """Return an empty page of somebody new."""
        options.setdefault("viewport", {"width": 1280, "height": 800})
        options.setdefault("reduced_motion", "reduce")
        context = await self.browser.new_context(base_url=self.url, **options)
        page = await context.new_page()
        watch(page, self.faults)
        return page

    async def maker(self, title: str = "Retro", **options: Any) -> Page:
        """Return the page of somebody who has just made a board."""
        page = await self.page(**options)
        await page.goto("/")
        await page.get_by_label("What is it about?").fill(title)
        await page.get_by_role("button", name="Make a board").click()
        await expect(page.get_by_role("heading", name=title)).to_be_visible()
        await is_live(page)
        return page

    async def guest_of(self, other: Page, **options: Any) -> Page:
        """Return the page of somebody who opens the link that `other` is at."""
        page = await self.page(**options)
        await page.goto(other.url)
        await is_live(page)
        return page


async def is_live(page: Page) -> None:
    await expect(page.locator(".status")).to_have_attribute("data-state", "live")


def note(page: Page, text: str) -> Locator:
    return page.get_by_role("article").filter(has_text=text)


async def write(page: Page, text: str) -> None:
    """Write a note with the button, and wait until it stands on the board."""
    await page.get_by_role("button", name="Add note").click()
    await page.get_by_label("Text of the note").fill(text)
    await page.get_by_role("button", name="Post").click()
    await stands(page, text)


async def stands(page: Page, text: str) -> None:
    """Wait until a note is on the board, and the server has said so."""
    await expect(note(page, text)).to_be_visible()
    await expect(note(page, text)).not_to_have_class(re.compile("pending"))


async def choose(page: Page, name: str) -> None:
    """Choose from the menu."""
    await page.get_by_role("button", name="Menu").click()
    await page.get_by_role("dialog").get_by_role("button", name=name).click()


async def close(page: Page) -> None:
    """Close a dialog, and wait until it is gone: a hidden one has the keys still."""
    await page.keyboard.press("Escape")
    await expect(page.locator("dialog")).to_have_count(0)


async def middle(of: Locator) -> tuple[float, float]:
    """Return where the middle of something is, once it stands still."""
    before, box = None, await of.bounding_box()
    while box is None or box != before:
        await asyncio.sleep(0.1)
        before, box = box, await of.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


async def scanned(of: Locator) -> list[str]:
    """Return what the codes say that a camera would find in a part of a page."""
    picture = b64encode(await of.screenshot()).decode()
    light, height, width = await of.page.evaluate(LIGHT, picture)
    pixels = memoryview(b64decode(light)).cast("B", (height, width))
    return [code.text for code in zxingcpp.read_barcodes(pixels)]
