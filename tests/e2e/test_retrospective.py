"""One whole retrospective, as its people go through it: two desks and a phone.

The node that owns their board is killed between two phases.  Nobody may notice more
than a moment's pause: nothing is lost, nothing stays hidden or wrong, no page is
loaded again, and in the end all three see what the database has.
"""

import asyncio
import json
import os
import re
import signal
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, WebSocket, expect

from tests.kit.node import GENEROUS, NodeProcess, node_process, owner, workers
from tests.kit.pages import People, choose, is_live, middle, note, stands, write

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

PHONE = {"viewport": {"width": 390, "height": 780}, "has_touch": True}
NODES = {**GENEROUS, "ORBIT_WORKERS": "2"}
CARDS = """Object.fromEntries([...document.querySelectorAll('[data-note]')].map(
    (card) => [card.querySelector('.note-text').textContent, [
        Number(card.querySelector('.vote-count').textContent), card.dataset.colour,
        ...card.style.transform.match(/-?[\\d.]+/g).slice(0, 2).map(Number)]]))"""


class Seat:
    """One who takes part: the page, the node it is at, and when it was loaded."""

    def __init__(self, page: Page) -> None:
        self.page, self.node, self.heard, self.loaded_at = page, "", "", 0.0
        page.on("websocket", self._opened)

    async def sit(self) -> "Seat":
        self.loaded_at = await self._time_origin()
        return self

    async def was_reloaded(self) -> bool:
        return await self._time_origin() != self.loaded_at

    async def _time_origin(self) -> float:
        return float(await self.page.evaluate("performance.timeOrigin"))

    def _opened(self, socket: WebSocket) -> None:
        socket.on("framereceived", self._received)

    def _received(self, text: str | bytes) -> None:
        assert isinstance(text, str)
        self.heard += text
        for line in text.split("\n"):
            if '"type":"welcome"' in line:
                self.node = json.loads(line)["node"]


@pytest.fixture(scope="module")
def nodes() -> Iterator[NodeProcess]:
    """Two nodes on one port, and their parent."""
    with node_process(NODES) as node:
        node.start()
        yield node


async def seated(people: People, link: str, **options: Any) -> Seat:
    """Have somebody open the link that was shared."""
    seat = Seat(await people.page(**options))
    await seat.page.goto(link)
    await is_live(seat.page)
    add = seat.page.get_by_role("button", name="Add note")
    await expect(add).to_be_enabled(timeout=20_000)
    return await seat.sit()


async def at_the_other(people: People, link: str, node: str, **options: Any) -> Seat:
    """Have somebody sit down whom the port has sent to another node than `node`."""
    while True:
        seat = await seated(people, link, **options)
        if seat.node != node:
            return seat
        await seat.page.context.close()


def bar(page: Page) -> Locator:
    return page.get_by_role("region", name="Meeting")


async def to_phase(facilitator: Page, name: str, *others: Page) -> None:
    await bar(facilitator).get_by_role("button", name="Next phase").click()
    for page in (facilitator, *others):
        await expect(bar(page)).to_contain_text(name)


async def begin(people: People) -> tuple[Seat, str]:
    """Make a board from a template; return who runs it, and the link to share."""
    ann = Seat(await people.page(accept_downloads=True))
    page = ann.page
    await page.goto("/")
    await page.get_by_label("What is it about?").fill("Sprint 42")
    await page.get_by_label("Start, Stop, Continue").check()
    await page.get_by_role("button", name="Make a board").click()
    await expect(page.locator(".lane-title")).to_have_text(
        ["Start", "Stop", "Continue"]
    )
    await is_live(page)
    await page.get_by_role("button", name="Share").click()
    link = await page.get_by_label("Link for everyone", exact=True).input_value()
    await page.keyboard.press("Escape")
    return await ann.sit(), link


async def write_by_touch(page: Page, text: str) -> None:
    await page.get_by_role("button", name="Add note").tap()
    await page.get_by_label("Text of the note").fill(text)
    await page.get_by_role("button", name="Post").tap()
    await stands(page, text)


async def drag(page: Page, text: str, dx: float, dy: float) -> None:
    x, y = await middle(note(page, text))
    await page.mouse.move(x, y - 20)
    await page.mouse.down()
    await page.mouse.move(x + dx, y - 20 + dy, steps=6)
    await page.mouse.up()


async def drag_by_touch(page: Page, text: str, dx: float, dy: float) -> None:
    x, y = await middle(note(page, text))
    finger = await page.context.new_cdp_session(page)
    for kind, part in [("touchStart", 0.0), *[("touchMove", n / 6) for n in range(7)]]:
        at = {"x": x + dx * part, "y": y - 12 + dy * part}
        touch = {"type": kind, "touchPoints": [at]}
        await finger.send("Input.dispatchTouchEvent", touch)
    end = {"type": "touchEnd", "touchPoints": []}
    await finger.send("Input.dispatchTouchEvent", end)


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await holds():  # noqa: ASYNC110 - in another process
            await asyncio.sleep(0.05)


def votes(page: Page, text: str) -> Locator:
    return note(page, text).locator(".vote")


async def collect(ann: Page, bob: Page, cyd: Page) -> None:
    """Everybody writes, and reads nobody else's."""
    await bar(ann).get_by_role("button", name="Turn notes face down").click()
    await expect(bar(cyd)).to_contain_text("Face down")
    await to_phase(ann, "Collect", bob, cyd)
    await write(ann, "more demos")
    await lie(1, ann, bob, cyd)
    await write(bob, "fewer meetings")
    await lie(2, ann, bob, cyd)
    await write_by_touch(cyd, "pairing on Mondays")
    await lie(3, ann, bob, cyd)
    veiled = ann.locator(".note.veiled")
    await expect(veiled).to_have_text([re.compile("^Face down")] * 2)
    await expect(veiled.locator(".vote").first).to_be_disabled()


async def lie(count: int, *pages: Page) -> None:
    """Wait until all see so many notes: who writes next finds room beside them."""
    for page in pages:
        await expect(page.locator(".note")).to_have_count(count)


async def killed(nodes: NodeProcess, board: str) -> str:
    """Kill the node that owns the board, as the kernel would; return who it was."""
    was = await owner(nodes, board)
    os.kill(workers(nodes.pid, nodes.data)[was], signal.SIGKILL)
    return was


async def group(ann: Page, bob: Page, cyd: Page, board: str) -> None:
    """Notes are put into a group, out of it, and beside others."""
    await to_phase(ann, "Group", bob, cyd)
    add = cyd.get_by_role("button", name="Add note")
    await expect(add).to_be_disabled()
    await expect(add).to_have_attribute("title", re.compile("Not in the phase “Group”"))
    await expect(ann.get_by_role("button", name="Add note")).to_be_enabled()
    for page in (ann, bob):  # a note may lie under what is above, or a note's tools
        await page.get_by_role("button", name="Show all notes").click()
        await note(page, "more demos").focus()
        await page.keyboard.press("Escape")
    await together(ann, bob, cyd)
    before = await kept(ann, board)
    await note(ann, "fewer meetings").focus()
    await ann.keyboard.press("Escape")  # no tools lie over it
    await note(ann, "fewer meetings").click()
    await drag(ann, "fewer meetings", 60, 70)
    await note(bob, "written in the dark").focus()
    for _ in range(3):
        await bob.keyboard.press("Shift+ArrowDown")
    await drag_by_touch(cyd, "pairing on Mondays", -30, 60)
    moved = {"fewer meetings", "written in the dark", "pairing on Mondays"}

    async def stand() -> bool:
        now = await kept(ann, board)
        return {text for text in now if now[text] != before[text]} == moved

    await until(stand)


async def together(ann: Page, bob: Page, cyd: Page) -> None:
    """One note is dragged onto another, a third joins them by keys; all see it."""
    x, y = await middle(note(bob, "more demos"))
    from_x, from_y = await middle(note(bob, "pairing on Mondays"))  # both are others'
    await drag(bob, "pairing on Mondays", x - from_x, y - from_y)
    await holds(2, ann, bob, cyd)
    await ann.locator(".group-title").click()
    await ann.keyboard.type("Learning")
    await ann.keyboard.press("Enter")
    await note(bob, "written in the dark").focus()
    await bob.keyboard.press("g")
    await bob.keyboard.type("demos")
    await bob.keyboard.press("Enter")
    await holds(3, ann, bob, cyd, title="Learning")
    await bob.get_by_role("button", name="Undo").click()
    await holds(2, ann, bob, cyd, title="Learning")
    await note(bob, "pairing on Mondays").focus()
    await bob.keyboard.press("Shift+G")
    for page in (ann, bob, cyd):
        await expect(page.locator(".group")).to_have_count(0)


async def holds(notes: int, *pages: Page, title: str = "") -> None:
    label = re.compile(f"^Group {title}".strip() + rf"\. {notes} notes\. 0 votes$")
    for page in pages:
        await expect(page.get_by_role("group", name=label)).to_have_count(1)


async def vote(ann: Page, bob: Page, cyd: Page) -> None:
    """Three votes each, against the clock."""
    await to_phase(ann, "Vote", bob, cyd)
    await ann.keyboard.press("t")
    timer = ann.get_by_role("dialog", name="Timer")
    await timer.get_by_role("button", name="1 min").click()
    for page in (ann, bob, cyd):
        await expect(page.get_by_role("timer")).to_have_text(re.compile(r"^[01]:\d\d$"))
    for text in ("fewer meetings", "written in the dark", "more demos"):
        await votes(cyd, text).tap()
        await expect(votes(cyd, text)).to_have_attribute("aria-pressed", "true")
    await expect(bar(cyd)).to_contain_text("0 votes left")
    await votes(cyd, "and in its shadow").tap()
    refusal = cyd.get_by_role("alert")
    await expect(refusal).to_contain_text("All your votes are given")
    await refusal.get_by_role("button", name="Close").tap()
    await votes(cyd, "more demos").tap()  # and takes one back
    await expect(bar(cyd)).to_contain_text("1 vote left")
    await note(bob, "pairing on Mondays").focus()
    await bob.keyboard.press("v")
    await votes(ann, "fewer meetings").click()
    await expect(votes(ann, "more demos")).to_be_disabled()  # it is her own
    for page in (ann, bob, cyd):
        for text, count in VOTES.items():
            counted = note(page, text).locator(".vote-count")
            await expect(counted).to_have_text(str(count))
    await ann.keyboard.press("t")
    await timer.get_by_role("button", name="Stop the timer").click()
    await expect(cyd.get_by_role("timer")).to_have_count(0)


VOTES = {
    "fewer meetings": 2,
    "written in the dark": 1,
    "pairing on Mondays": 1,
    "more demos": 0,
    "and in its shadow": 0,
}


async def discuss(ann: Page, bob: Page, cyd: Page) -> None:
    """All look where the facilitator does; whoever follows is taken there."""
    await bar(cyd).get_by_role("button", name="Follow").tap()
    await to_phase(ann, "Discuss", bob, cyd)
    await note(ann, "fewer meetings").focus()
    await ann.keyboard.press("l")
    await expect(cyd.get_by_text("You were taken to where all look")).to_be_visible()
    await expect(note(cyd, "fewer meetings")).to_be_in_viewport()
    await bob.get_by_role("button", name="Go there").click()
    await expect(note(bob, "fewer meetings")).to_be_in_viewport()


async def moderate(ann: Page, bob: Page, cyd: Page) -> None:
    """One note is reported, hidden, and restored after all."""
    await note(cyd, "fewer meetings").tap()
    await cyd.get_by_role("button", name="Report", exact=True).tap()
    await cyd.get_by_label("What is wrong with it?").fill("names a person")
    await cyd.get_by_role("button", name="Report it").tap()
    await ann.get_by_role("button", name="Look", exact=True).click()
    panel = ann.get_by_role("dialog", name="People and reports")
    await expect(panel).to_contain_text("names a person")
    await panel.get_by_role("button", name="Hide note").click()
    await expect(note(cyd, "Hidden by the board")).to_be_visible()
    await expect(note(cyd, "fewer meetings")).to_have_count(0)
    await cyd.get_by_role("button", name="Done", exact=True).tap()
    await panel.get_by_role("button", name="Show note").click()
    for page in (bob, cyd):
        await stands(page, "fewer meetings")
    await panel.get_by_role("button", name="Dismiss").click()
    await ann.keyboard.press("Escape")
    await expect(panel).to_have_count(0)


async def exported(ann: Page, folder: Path) -> dict[str, int]:
    """Return the notes of the file that is taken along, and their votes."""
    await choose(ann, "Export")
    async with ann.expect_download() as taken:
        await ann.get_by_role("button", name="Whole board").click()
    await (await taken.value).save_as(folder / "retro.json")
    await ann.keyboard.press("Escape")
    items = json.loads((folder / "retro.json").read_text())["items"]
    return {
        item["data"]["content"]: item["data"]["upvotes"]
        for item in items
        if item["type"] == "note"
    }


async def kept(page: Page, board: str) -> dict[str, list[Any]]:
    """Return what the node has of the board, in the shape of `CARDS`."""
    answer = await page.request.get(f"/api/v1/boards/{board}/")
    items = (await answer.json())["items"]
    found = [item["data"] for item in items if item["type"] == "note"]
    return {
        data["content"]: [data["upvotes"], data["colour"], data["x"], data["y"]]
        for data in found
    }


async def shows(page: Page, truth: dict[str, list[Any]]) -> None:
    """Wait until a screen shows just that, and neither an error nor anything undone."""

    async def is_whole() -> bool:
        return alike(await page.evaluate(CARDS), truth)

    await until(is_whole)
    await expect(page.locator(".note.pending, .note.veiled, .note.held")).to_have_count(
        0
    )
    await expect(page.locator("[role=alert], .excuse, .refused")).to_have_text([])
    await is_live(page)
    await expect(page.get_by_text("3 people here")).to_be_attached()


def alike(cards: dict[str, list[Any]], truth: dict[str, list[Any]]) -> bool:
    return cards.keys() == truth.keys() and all(
        cards[text][:2] == row[:2]
        and cards[text][2:] == pytest.approx(row[2:], abs=0.1)
        for text, row in truth.items()
    )


async def test_a_retrospective_survives_the_death_of_its_node(
    chromium: Browser, nodes: NodeProcess, tmp_path: Path
) -> None:
    people = People(chromium, nodes.url)
    facilitator, link = await begin(people)
    board = link.rpartition("/")[2]
    home = await owner(nodes, board)
    other = await at_the_other(people, link, facilitator.node)
    seats = [facilitator, other, await seated(people, link, **PHONE)]
    ann, bob, cyd = (seat.page for seat in seats)

    await collect(ann, bob, cyd)
    assert await killed(nodes, board) == home
    for text in ("written in the dark", "and in its shadow"):
        await bob.keyboard.press("n")
        await bob.keyboard.type(text)
        await bob.keyboard.press("Control+Enter")
        await expect(note(bob, text)).to_be_visible()
    await lie(len(VOTES), ann, bob, cyd)
    read = [{text for text in VOTES if text in seat.heard} for seat in seats]
    assert read[0] | read[2] == {"more demos", "pairing on Mondays"}
    assert not {"more demos", "pairing on Mondays"} & read[1]
    await bar(ann).get_by_role("button", name="Reveal notes").click()
    for page in (ann, bob, cyd):
        for text in VOTES:
            await stands(page, text)
    assert await owner(nodes, board) != home
    assert home not in {seat.node for seat in seats}

    await group(ann, bob, cyd, board)
    await vote(ann, bob, cyd)
    await discuss(ann, bob, cyd)
    await moderate(ann, bob, cyd)
    assert await exported(ann, tmp_path) == VOTES

    truth = await kept(ann, board)
    assert {text: row[0] for text, row in truth.items()} == VOTES
    for page in (ann, bob):
        await page.get_by_role("button", name="Show all notes").click()
    await cyd.get_by_role("button", name="Zoom out").tap()
    for seat in seats:
        await shows(seat.page, truth)
        assert not await seat.was_reloaded()
    for seat in seats:
        await seat.page.context.close()
    assert people.faults == []
