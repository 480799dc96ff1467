"""axe looks at every page of ours, in both themes, on a desk and on a phone.

One walk for all pages of a kind: what is there to be seen is made once.
"""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, expect

from tests.kit.axe import findings, looked_at
from tests.kit.node import NodeProcess
from tests.kit.pages import People, choose, close, note, stands, write

pytestmark = pytest.mark.browser


class Walk:
    """What was found so far, by page and look."""

    def __init__(self) -> None:
        self.found: dict[str, dict[str, list[str]]] = {}

    async def look(self, page: Page, name: str) -> None:
        if found := await looked_at(page):
            self.found[name] = found


@pytest.fixture
async def walk() -> AsyncIterator[Walk]:
    """A walk whose findings are none."""
    walked = Walk()
    yield walked
    assert walked.found == {}


async def test_a_button_without_a_name_is_found(people: People) -> None:
    page = await people.page()
    await page.goto("/")
    assert await findings(page) == []
    await page.evaluate("document.body.append(document.createElement('button'))")
    (found,) = await findings(page)
    assert found.startswith("button-name")


async def take_part(bob: Page, walk: Walk) -> None:
    await write(bob, "from Bob")
    await walk.look(bob, "participant")
    await bob.keyboard.press("n")
    await expect(bob.get_by_label("Text of the note")).to_be_focused()
    await walk.look(bob, "editor")
    await bob.keyboard.press("Escape")
    await note(bob, "from Ann").click()
    await walk.look(bob, "note")
    await bob.get_by_role("button", name="Report", exact=True).click()
    await walk.look(bob, "report")
    await bob.get_by_role("button", name="Report it").click()
    await expect(bob.get_by_text("admins will look at it")).to_be_visible()


async def run_it(ann: Page, walk: Walk) -> None:
    await note(ann, "from Ann").focus()
    await ann.keyboard.press("g")
    await expect(ann.get_by_role("option", name="from Bob")).to_be_visible()
    await walk.look(ann, "group")
    await ann.keyboard.press("Enter")
    await expect(ann.get_by_role("group", name="Group")).to_have_count(1)
    await choose(ann, "Board settings")
    await ann.get_by_label("Columns").fill("Good\nBad")
    await walk.look(ann, "settings")
    await ann.get_by_role("button", name="Save").click()
    await expect(ann.get_by_text("Saved")).to_be_visible()
    await close(ann)
    await ann.get_by_role("application").focus()
    await ann.keyboard.press(".")
    await walk.look(ann, "meeting")
    for dialog in ("People and reports", "Export", "Keys and help"):
        await choose(ann, dialog)
        await walk.look(ann, dialog)
        await close(ann)
    await ann.keyboard.press("t")
    await walk.look(ann, "timer")
    await close(ann)
    await ann.get_by_role("button", name="Menu").click()
    await walk.look(ann, "menu")
    await close(ann)
    await ann.get_by_role("button", name="Share").click()
    await ann.get_by_role("button", name="Show as QR code").click()
    await walk.look(ann, "share")
    await close(ann)


async def look_back(ann: Page, walk: Walk) -> None:
    await choose(ann, "History")
    await expect(ann.get_by_role("slider")).to_be_focused()
    await ann.keyboard.press("Home")
    await walk.look(ann, "history")
    await ann.get_by_role("button", name="Changes since then").click()
    await expect(ann.get_by_role("heading", name="new notes")).to_be_visible()
    await walk.look(ann, "compare")
    await close(ann)
    await ann.get_by_role("button", name="Back to live").click()


async def test_nothing_on_a_board_is_in_anybodys_way(
    people: People, walk: Walk
) -> None:
    ann = await people.maker("Retro for all")
    await write(ann, "from Ann")
    bob = await people.guest_of(ann)
    await take_part(bob, walk)
    await stands(ann, "from Bob")
    await run_it(ann, walk)
    await look_back(ann, walk)
    await choose(ann, "Board settings")
    await ann.get_by_role("radio", name="Private").check()
    await ann.get_by_role("button", name="Save").click()
    await expect(bob.get_by_role("heading", name="private")).to_be_visible()
    await walk.look(bob, "knock")
    await ann.get_by_role("button", name="Delete this board").click()
    await ann.get_by_role("button", name="Yes, delete it").click()
    await expect(ann.get_by_role("heading", name="deleted")).to_be_visible()
    await walk.look(ann, "ended")


async def enter(ann: Page, walk: Walk) -> None:
    for path, field in (
        ("sign-in", "Your mail address"),
        ("register", "Your mail address"),
        ("forgot", "Your mail address"),
        ("reset#x", "New password"),
    ):
        await ann.goto(f"/{path}")
        await expect(ann.get_by_label(field, exact=True)).to_be_focused()
        await walk.look(ann, path)
    await ann.get_by_label("New password", exact=True).fill("short")
    await ann.keyboard.press("Enter")
    await expect(ann.get_by_role("alert")).to_be_visible()
    await walk.look(ann, "too short")
    await ann.goto("/verify#x")
    await expect(ann.get_by_label("Password", exact=True).last).to_be_visible()
    await walk.look(ann, "verify")
    await ann.goto("/join#x")
    await expect(ann.get_by_label("Your mail address")).to_be_visible()
    await walk.look(ann, "join")


async def keep(ann: Page, walk: Walk) -> None:
    await ann.goto("/register")
    await ann.get_by_label("Your mail address").fill("axe.keeps@example.org")
    await ann.get_by_label("Password", exact=True).fill("a very long fence")
    await ann.keyboard.press("Enter")
    await expect(ann.get_by_role("heading", name="Your account")).to_be_focused()
    await ann.goto("/")
    await ann.get_by_role("button", name="Signed in as").click()
    await walk.look(ann, "my account, in short")
    await ann.get_by_role("link", name="Password, sign-ins").click()
    await expect(ann.get_by_text("This device")).to_be_visible()
    await ann.get_by_role("button", name="Take another address").click()
    await walk.look(ann, "my account")
    for page, seen in (
        ("Overview", "What happened of late"),
        ("Notices", "What you are told is for you"),
        ("Settings", "What is done for you"),
        ("Organisations", "You are in none so far"),
    ):
        await ann.get_by_role("link", name=page, exact=True).last.click()
        await expect(ann.get_by_text(seen)).to_be_visible()
        await walk.look(ann, page)
    await ann.get_by_label("What is it called?").fill("Fence & Co")
    await ann.keyboard.press("Enter")
    await expect(ann.get_by_role("heading", name="Members")).to_be_visible()
    await walk.look(ann, "an organisation")
    await ann.get_by_role("button", name="Delete it…").click()
    await ann.keyboard.press("Enter")
    await expect(ann.get_by_role("alert")).to_be_visible()
    await walk.look(ann, "its end")
    await ann.keyboard.press("Escape")
    await ann.get_by_role("link", name="Privacy").click()
    await ann.get_by_role("button", name="Erase my account").click()
    await walk.look(ann, "erasure")


async def test_nothing_beside_the_boards_is_in_anybodys_way(
    people: People, walk: Walk, node: NodeProcess
) -> None:
    ann = await people.maker("To be listed")
    await ann.goto("/")
    listed = ann.get_by_role("region", name="Public boards")
    await expect(listed.get_by_role("link", name="To be listed")).to_be_visible()
    await walk.look(ann, "home")
    await ann.get_by_role("button", name="Sign in").click()
    await walk.look(ann, "sign in")
    await ann.get_by_label("Your mail address").fill("axe@example.org")
    await ann.keyboard.press("Enter")
    await expect(ann.get_by_label("The six digits")).to_be_focused()
    await walk.look(ann, "the six digits")
    await enter(ann, walk)
    await keep(ann, walk)

    await ann.goto("/console/#nodes")
    await expect(ann.get_by_label("Operator key")).to_be_focused()
    await walk.look(ann, "console, door")
    key = (node.data / "operator.key").read_text().strip()
    await ann.get_by_label("Operator key").fill(key)
    await ann.keyboard.press("Enter")
    tabs = ann.get_by_role("navigation").get_by_role("link")
    await expect(tabs.first).to_be_visible()
    for nth in range(await tabs.count()):
        await tabs.nth(nth).click()
        await walk.look(ann, f"console, {await tabs.nth(nth).inner_text()}")

    await ann.goto("/api/docs/socket")
    await expect(ann.get_by_role("heading").first).to_be_visible()
    await walk.look(ann, "socket")
