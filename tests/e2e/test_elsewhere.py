"""What pages of other sites do with a node: embed a board, or use the SDK."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, WebSocket, expect

from orbit.client import Board, connect
from tests.kit.browser import watch
from tests.kit.elsewhere import Elsewhere, elsewhere, node_for
from tests.kit.node import NodeProcess

pytestmark = pytest.mark.browser

DOCS = Path(__file__).parents[2] / "docs"
THE_NODE = "http://localhost:8080"


@pytest.fixture(scope="module")
async def site() -> AsyncIterator[Elsewhere]:
    async with elsewhere() as site:
        yield site


@pytest.fixture(scope="module")
async def node(site: Elsewhere) -> AsyncIterator[NodeProcess]:
    with node_for(site.origin) as node:
        yield node


@pytest.fixture
async def page(chromium: Browser) -> AsyncIterator[Page]:
    context = await chromium.new_context(reduced_motion="reduce")
    page, faults = await context.new_page(), list[str]()
    watch(page, faults)
    yield page
    await context.close()
    assert faults == []


@pytest.fixture
async def bobs(node: NodeProcess) -> AsyncIterator[Board]:
    """A board that Bob has made, as he has it before himself."""
    async with connect(node.url) as client:
        await client.mint()
        made = await client.make_board("Retro, elsewhere")
        yield await client.join(made.id, made.admin_token)


def snippet(page: str, node: NodeProcess) -> str:
    """Return the first HTML that a page of the docs shows, for this node."""
    text = (DOCS / page).read_text()
    found = re.search(r"^```html\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    assert found, page
    assert THE_NODE in found[1]
    return found[1].replace(THE_NODE, node.url)


def policy(node: NodeProcess) -> str:
    """Return the one that docs/howto/embed.md recommends."""
    text = (DOCS / "howto/embed.md").read_text()
    found = re.search(r"^    (script-src .*)$", text, re.MULTILINE)
    assert found
    return found[1].replace("localhost:8080", node.url.removeprefix("http://"))


async def test_an_embedded_board_is_live_both_ways_under_a_strict_policy(
    site: Elsewhere, node: NodeProcess, page: Page, bobs: Board
) -> None:
    shown = snippet("howto/embed.md", node)
    shown = shown.replace("the id of a board", bobs.id)
    site.pages["/embed"] = f"<!doctype html>{shown}"
    site.policy = f"default-src 'none'; {policy(node)}"
    await page.goto(f"{site.origin}/embed")
    site.policy = None
    board = page.locator("orbit-board")
    await expect(board.get_by_role("heading")).to_have_text("Retro, elsewhere")
    await bobs.tell("add_note", content="from Bob")
    notes = board.get_by_role("article")
    await expect(notes.filter(has_text="from Bob")).to_be_visible()
    await board.get_by_role("button", name="Add note").click()
    await page.keyboard.type("n from afar 0")  # no key means anything while one writes
    await page.keyboard.press("Control+Enter")
    await bobs.reached(3)
    texts = {note["content"] for note in bobs.items["note"].values()}
    assert texts == {"from Bob", "n from afar 0"}
    mine = notes.filter(has_text="n from afar")
    await expect(mine).not_to_have_class(re.compile("pending"))
    await expect(mine).to_be_focused()
    await page.keyboard.press("Delete")
    await bobs.reached(4)
    await expect(mine).to_have_count(0)
    await notes.filter(has_text="from Bob").locator(".vote").click()
    await bobs.reached(5)
    assert [note["upvotes"] for note in bobs.items["note"].values()] == [1]


async def test_in_an_embedded_board_notes_are_grouped_removed_and_taken_further(
    site: Elsewhere, node: NodeProcess, page: Page, bobs: Board
) -> None:
    site.pages["/work"] = (
        f'<script type="module" src="{node.url}/embed/orbit-board.js"></script>'
        f'<orbit-board board="{bobs.id}"></orbit-board>'
    )
    await bobs.tell("add_note", content="from Bob")
    await page.goto(f"{site.origin}/work")
    await page.get_by_role("button", name="Add note").click()
    await page.keyboard.type("mine")
    await page.keyboard.press("Control+Enter")
    mine = page.get_by_role("article").filter(has_text="mine")
    await expect(mine).to_be_focused()
    await expect(mine).not_to_have_class(re.compile("pending"))
    await page.keyboard.press("g")
    await expect(page.get_by_role("combobox")).to_be_focused()
    await page.keyboard.type("bob")
    await page.keyboard.press("Enter")
    await bobs.reached(4)
    (group,) = bobs.items["group"].values()
    assert set(group["notes"]) == set(bobs.items["note"])
    await page.get_by_role("button", name="Take out").click()
    await bobs.reached(5)
    await page.get_by_role("button", name="Remove").click()
    await bobs.reached(6)
    await expect(mine).to_have_count(0)
    await bobs.tell("set_phase", phase="vote")
    await expect(page.get_by_role("region", name="Meeting")).to_contain_text("Vote")
    link = page.get_by_role("link", name="Open in Orbit")
    async with page.context.expect_page() as opened:
        await link.click()
    await expect(await opened.value).to_have_url(f"{node.url}/b/{bobs.id}")


async def test_an_embedded_board_keeps_to_its_box_and_its_pages_language(
    site: Elsewhere, node: NodeProcess, page: Page, bobs: Board
) -> None:
    for x, content in enumerate(("left", "right")):
        await bobs.tell("add_note", content=content, x=60 * x, y=0)
    site.pages["/box"] = (
        "<!doctype html><html lang=de dir=rtl>"
        "<style>orbit-board { inline-size: 320px; block-size: 240px }"
        f'</style><script type="module" src="{node.url}/embed/orbit-board.js"></script>'
        f'<orbit-board board="{bobs.id}" theme="dark"></orbit-board><p>mine</p>'
    )
    await page.goto(f"{site.origin}/box")
    add = page.get_by_role("button", name="Neue Notiz")
    await expect(add).to_be_enabled()
    box, host = await add.bounding_box(), page.locator("orbit-board")
    assert box
    around = await host.bounding_box()
    assert around
    assert box["x"] >= around["x"]
    assert box["y"] + box["height"] <= around["y"] + 240
    dark = "element => getComputedStyle(element).backgroundColor"
    assert await host.evaluate(dark) == "rgb(17, 15, 28)"
    assert await page.locator("p").last.evaluate(dark) == "rgba(0, 0, 0, 0)"
    notes = page.get_by_role("article")
    await page.get_by_role("application").press("Enter")
    await expect(page.locator("orbit-board .note:focus")).to_be_visible()
    await page.keyboard.press("End")  # of the line, which runs as its own words do
    await expect(notes.filter(has_text="right")).to_be_focused()
    await page.keyboard.press("Delete")  # Bob's, and so is the timer
    await page.keyboard.press("t")
    await expect(page.locator(".toast")).to_have_count(2)
    said = await page.locator(".toasts").bounding_box()
    assert said
    assert said["height"] <= 240 / 5


async def test_boards_of_a_page_share_a_socket_and_leave_with_their_elements(
    site: Elsewhere, node: NodeProcess, page: Page, bobs: Board
) -> None:
    sockets, left = list[WebSocket](), asyncio.Event()

    def opened(socket: WebSocket) -> None:
        sockets.append(socket)
        socket.on("framesent", lambda said: '"leave"' in str(said) and left.set())

    page.on("websocket", opened)
    site.pages["/two"] = (
        f'<script type="module" src="{node.url}/embed/orbit-board.js"></script>'
        f'<orbit-board board="{bobs.id}"></orbit-board>'
        '<orbit-board board="none"></orbit-board><output></output><script>'
        'document.querySelector("orbit-board").addEventListener("orbit-state", '
        '({ detail }) => (document.querySelector("output").value = detail))</script>'
    )
    await page.goto(f"{site.origin}/two")
    one, none = page.locator("orbit-board").first, page.locator("orbit-board").last
    await expect(one.get_by_role("button", name="Add note")).to_be_enabled()
    await expect(none.get_by_role("alert")).to_be_visible()
    await expect(page.locator("output")).to_have_text("live")
    async with asyncio.timeout(10):
        while sum(not socket.is_closed() for socket in sockets) != 1:  # noqa: ASYNC110
            await asyncio.sleep(0.05)  # it was a guest on the first
        await one.evaluate("element => element.remove()")
        await left.wait()


async def test_a_board_that_is_not_there_says_so(
    site: Elsewhere, node: NodeProcess, page: Page
) -> None:
    site.pages["/none"] = (
        f'<script type="module" src="{node.url}/embed/orbit-board.js"></script>'
        '<orbit-board board="00000000-0000-4000-8000-000000000000"></orbit-board>'
    )
    await page.goto(f"{site.origin}/none")
    await expect(page.get_by_role("alert")).to_contain_text("no such board")


async def test_the_quickstart_does_what_it_says(
    site: Elsewhere, node: NodeProcess, page: Page
) -> None:
    site.pages["/start"] = snippet("tutorials/quickstart.md", node)
    async with page.expect_console_message(lambda said: "Hello" in said.text) as heard:
        await page.goto(f"{site.origin}/start")
    assert "note_added" in (await heard.value).text
