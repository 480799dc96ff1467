"""The console in a real browser, against a real node."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from orbit.client import Board, Client, connect
from tests.kit.browser import watch
from tests.kit.node import NodeProcess
from tests.kit.words import cut_off

pytestmark = pytest.mark.browser

MARKUP = "<img src=x onerror=document.title='hacked'>&amp;"
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True}
Opened = Callable[..., Awaitable[Page]]


@pytest.fixture
async def door(chromium: Browser, node: NodeProcess) -> AsyncIterator[Opened]:
    """Opens the console's door; a fault on the page fails the test."""
    faults: list[str] = []

    async def open_(**options: Any) -> Page:
        options.setdefault("viewport", {"width": 1280, "height": 800})
        context = await chromium.new_context(base_url=node.url, **options)
        page = await context.new_page()
        watch(page, faults)
        await page.goto("/console/#nodes")
        return page

    yield open_
    for context in chromium.contexts:
        await context.close()
    assert faults == []


@pytest.fixture
def console(door: Opened, node: NodeProcess) -> Opened:
    """Opens the console and goes in."""

    async def open_(**options: Any) -> Page:
        page = await door(**options)
        await page.get_by_label("Operator key").fill(key(node))
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("navigation")).to_be_visible()
        return page

    return open_


@pytest.fixture
async def seat(node: NodeProcess) -> AsyncIterator[tuple[Client, Board]]:
    """Somebody on a board of his own."""
    async with connect(node.url) as client:
        await client.mint()
        made = await client.make_board("Retro")
        yield client, await client.join(made.id)


def key(node: NodeProcess) -> str:
    return (node.data / "operator.key").read_text().strip()


async def is_live(page: Page) -> None:
    await expect(page.locator(".status")).to_have_attribute("data-state", "live")


async def test_the_door_opens_to_the_key_alone_and_is_locked_again(
    door: Opened, node: NodeProcess
) -> None:
    page = await door()
    field = page.get_by_label("Operator key")
    await expect(field).to_be_focused()
    await expect(field).to_have_attribute("type", "password")
    await field.fill("not the key")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_have_text(
        "This is not the operator key."
    )
    await field.fill(key(node))
    await page.get_by_role("button", name="Open").click()
    await expect(page.locator(".node .state")).to_have_text("Fit")
    assert key(node) not in await page.content()
    await page.reload()
    await is_live(page)
    await page.get_by_role("button", name="Lock").click()
    await expect(field).to_be_visible()
    await page.reload()
    await expect(field).to_be_visible()
    assert await page.evaluate("localStorage.length + sessionStorage.length") == 0


async def test_a_node_is_shown_as_it_is(
    console: Opened, seat: tuple[Client, Board]
) -> None:
    _, board = seat
    page = await console()
    await is_live(page)
    node = page.locator(".node")
    held = node.locator(".figures > div", has_text="Connections").locator("dd")
    await expect(held).not_to_have_text("0")
    rate = page.locator(".sums > div", has_text="commands a second").locator("dd")
    await board.tell("add_note", content="x")
    await expect(rate).not_to_have_text("0")


async def test_a_board_is_found_and_followed_without_a_word_of_it(
    console: Opened, seat: tuple[Client, Board]
) -> None:
    _, board = seat
    page = await console()
    await page.get_by_role("link", name="Boards").click()
    await page.get_by_role("radio", name="Watchers").check()
    await page.get_by_role("link", name=board.id).click()
    await expect(page.locator(".facts")).to_contain_text("feedback")
    await page.get_by_role("button", name="Follow").click()
    await expect(page.get_by_text("Waiting for the first event.")).to_be_visible()
    await board.tell("add_note", content=MARKUP)
    line = page.locator(".trace li").first
    await expect(line).to_contain_text("note_added")
    await expect(line).not_to_contain_text("onerror")
    await page.get_by_role("button", name="Stop").click()
    await page.get_by_label("Show what people write").check()
    await page.get_by_role("button", name="Follow").click()
    await expect(page.get_by_text("Waiting for the first event.")).to_be_visible()
    await board.tell("add_note", content=MARKUP)
    await expect(line).to_contain_text(MARKUP)
    assert await page.locator(".trace img").count() == 0
    assert await page.title() == "Orbit: console"


async def test_what_is_done_to_a_board_is_said(
    console: Opened, seat: tuple[Client, Board]
) -> None:
    client, board = seat
    await board.tell("add_note", content="x")
    page = await console()
    await page.get_by_role("link", name="Boards").click()
    await page.get_by_label("Board id").fill(f" {board.id.upper()} ")
    await page.keyboard.press("Enter")
    said = page.locator("p.said")
    await page.get_by_role("button", name="Verify").click()
    await expect(said).to_have_text("2 events: journal, snapshot and index agree.")
    await page.get_by_role("button", name="Let it go").click()
    await expect(said).to_contain_text("All nodes have let it go.")
    assert (await board.tell("add_note", content="after")).seq == 3
    await page.get_by_role("link", name="All boards").click()
    await page.get_by_label("Board id").fill("nonsense")
    await page.get_by_role("button", name="Look").click()
    await expect(page.get_by_role("alert")).to_have_text("There is no such board.")
    assert client.is_open


async def test_a_connection_is_closed_after_a_second_press(
    console: Opened, seat: tuple[Client, Board]
) -> None:
    client, board = seat
    page = await console()
    await page.get_by_role("link", name="Connections").click()
    close = page.get_by_role("button", name=re.compile("^Close the connection"))
    await close.first.click()
    await expect(page.get_by_role("button", name="Close it?")).to_be_focused()
    assert client.connects == 1
    await page.keyboard.press("Enter")
    await expect(page.locator("p.said")).to_contain_text("its client may come back")
    assert (await board.tell("add_note", content="again")).seq == 2
    assert client.connects == 2


async def test_the_keyboard_is_enough(console: Opened) -> None:
    page = await console()
    for digit, name in (("2", "Boards"), ("3", "Connections"), ("1", "Nodes")):
        await page.keyboard.press(digit)
        tab = page.get_by_role("link", name=name)
        await expect(tab).to_have_attribute("aria-current", "page")
    await page.keyboard.press("2")
    field = page.get_by_label("Board id")
    await field.focus()
    await page.keyboard.type("123")  # is text there, and no view
    await expect(field).to_have_value("123")


async def test_a_phone_has_room_for_all_of_it(
    console: Opened, seat: tuple[Client, Board]
) -> None:
    _, board = seat
    page = await console(**PHONE, is_mobile=True)
    for view in ("nodes", "boards", "connections", f"board/{board.id}"):
        await page.evaluate(f"location.hash = '{view}'")
        await expect(page.locator(".node, .data").first).to_be_visible()
        width = await page.evaluate("document.documentElement.scrollWidth")
        assert width <= 360, view
        for button in await page.locator("main").get_by_role("button").all():
            box = await button.bounding_box()
            assert box is not None
            assert box["height"] >= 40
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 360


async def test_no_answer_is_said_and_passes(console: Opened) -> None:
    page = await console()
    await is_live(page)
    await page.context.set_offline(True)
    await expect(page.locator(".status")).to_have_text("No answer")
    await page.context.set_offline(False)
    await is_live(page)


async def test_who_cannot_answer_now_has_answered(console: Opened) -> None:
    page = await console(**PHONE)
    await is_live(page)
    body = {"error": "unavailable", "message": "not now"}
    every = "**/api/v1/node/nodes/"
    await page.route(every, lambda route: route.fulfill(status=503, json=body))
    await expect(page.locator(".status")).to_have_text("Not at the moment")
    await expect(page.locator(".status-words")).to_be_visible()
    assert await cut_off(page) == []
    await page.unroute(every)
    await is_live(page)


async def test_dark_is_dark(console: Opened) -> None:
    page = await console(color_scheme="dark")
    colour = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert sum(int(part) for part in re.findall(r"\d+", colour)[:3]) < 200
