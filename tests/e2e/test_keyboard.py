"""All that one does on a board, by keys alone, with the focus in sight all the way."""

import re

import pytest
from playwright.async_api import Locator, Page, expect

from tests.e2e.test_account import enter
from tests.kit.pages import People, is_live, note, stands

pytestmark = pytest.mark.browser

PLACE = "note => note.style.transform"
HANDS = """
window.hands = [];
for (const kind of ["pointerdown", "mousedown", "touchstart"]) {
    addEventListener(kind, ({ type }) => hands.push(type), true);
}
"""
# What has the focus is on the screen, and it, or what stands for it, is outlined.
IN_SIGHT = """() => {
    const it = document.activeElement;
    if (!it || it === document.body) return "nothing has the focus";
    const box = it.getBoundingClientRect();
    const [wide, high] = [innerWidth, innerHeight];
    const isIn = box.bottom > 0 && box.right > 0 && box.top < high && box.left < wide;
    if (!isIn) return `${it.outerHTML} is off the screen`;
    const outlined = (one) => {
        const { outlineStyle, outlineWidth } = getComputedStyle(one);
        return outlineStyle !== "none" && parseFloat(outlineWidth) > 0;
    };
    const stands = [it, it.nextElementSibling, it.closest("label")].filter(Boolean);
    return stands.some(outlined) ? "" : `${it.outerHTML} does not show its focus`;
}"""
STEPS = 60  # of the Tab key, at most


class Keys:
    """Somebody without a mouse."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.page.keyboard.press(key)

    async def type(self, words: str) -> None:
        await self.page.keyboard.type(words)

    async def reach(self, wanted: Locator, by: str = "Tab") -> None:
        """Go on until it has the focus; all on the way shows that it has."""
        await expect(wanted).to_be_visible()
        for _ in range(STEPS):
            if await wanted.evaluate("it => it === document.activeElement"):
                assert await self.page.evaluate(IN_SIGHT) == ""
                return
            await self.press(by)
            assert await self.page.evaluate(IN_SIGHT) in {"", "nothing has the focus"}
        raise AssertionError(f"{wanted} is out of reach")

    async def use(self, role: str, name: str, by: str = "Tab") -> None:
        """Reach a control, and press it."""
        wanted = self.page.get_by_role(role, name=name, exact=True)  # type: ignore[arg-type]
        await self.reach(wanted, by)
        await self.press("Enter")

    async def choose(self, name: str) -> None:
        """Choose from the menu."""
        await self.reach(self.page.get_by_role("button", name=re.compile("^Menu")))
        await self.press("Enter")
        menu = self.page.get_by_role("dialog", name="Menu")
        await self.reach(menu.get_by_role("button", name=re.compile(name)))
        await self.press("Enter")

    async def close(self) -> None:
        await self.press("Escape")
        await expect(self.page.locator("dialog")).to_have_count(0)


@pytest.fixture
async def hands(people: People) -> list[Page]:
    """Return the pages of Ann and Bob, who have a keyboard and nothing else."""
    pages = [await people.page(accept_downloads=True), await people.page()]
    for page in pages:
        await page.add_init_script(HANDS)
    return pages


async def begun(keys: Keys) -> None:
    """Make a board, write a note, and do with it all that its author does."""
    page = keys.page
    await page.goto("/")
    await keys.reach(page.get_by_label("What is it about?"))
    await keys.type("By keys")
    await keys.reach(page.get_by_role("radio", name="Blank"))
    await keys.press("ArrowRight", "ArrowLeft")
    await keys.use("button", "Make a board")
    await is_live(page)
    await keys.press("n")
    await keys.type("typed")
    await keys.press("Control+Enter")
    await stands(page, "typed")
    await expect(note(page, "typed")).to_be_focused()
    await keys.press("Enter")
    await expect(page.get_by_label("Text of the note")).to_be_focused()
    await keys.type(", and mended")
    await keys.press("Control+Enter")
    await expect(note(page, "typed, and mended")).to_be_focused()
    before = await note(page, "typed").evaluate(PLACE)
    await keys.press("Shift+ArrowRight")
    moved = re.compile(re.escape(before))
    await expect(note(page, "typed")).not_to_have_attribute("style", moved)
    await keys.press("4")
    await expect(note(page, "typed")).to_have_attribute("data-colour", "FRESH")
    await keys.press("v")
    await expect(page.get_by_role("alert")).to_contain_text("Nobody votes")
    await keys.press("Delete")
    await expect(note(page, "typed")).to_have_count(0)
    await keys.press("Control+z")
    await stands(page, "typed")
    await expect(note(page, "typed")).to_be_focused()
    await keys.press("Escape")
    await expect(page.get_by_role("application")).to_be_focused()
    await keys.press("?")
    await expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    await keys.close()
    await expect(page.get_by_role("application")).to_be_focused()


async def moderated(keys: Keys, bob: Page) -> None:
    """Vote for the note of somebody else, put it elsewhere, hide it and show it."""
    page, his = keys.page, note(keys.page, "from Bob")
    await keys.press("Enter", "Home")
    await keys.reach(his, by="j")
    await keys.press("v")
    await expect(note(bob, "from Bob").locator(".vote-count")).to_have_text("1")
    before = await note(bob, "from Bob").evaluate(PLACE)
    await keys.press("Shift+ArrowLeft", "Shift+ArrowLeft")
    moved = re.compile(re.escape(before))
    await expect(note(bob, "from Bob")).not_to_have_attribute("style", moved)
    await keys.use("button", "Hide")
    await expect(note(bob, "from Bob")).to_contain_text("hidden")
    await keys.use("button", "Show")
    await expect(note(bob, "from Bob")).not_to_contain_text("hidden")
    await expect(page.get_by_role("button", name="Hide")).to_be_visible()


async def run(keys: Keys, bob: Page) -> None:
    """Share, set columns, go through a phase, turn all notes face down and up."""
    page = keys.page
    await keys.press("s")
    await keys.use("button", "Copy: Link for everyone")
    await expect(page.get_by_role("button", name="Copied")).to_be_visible()
    await keys.use("button", "Show as QR code")
    await expect(page.get_by_role("img", name="QR code: Admin link")).to_be_visible()
    await keys.close()
    await keys.choose("Board settings")
    await keys.reach(page.get_by_label("Columns"))
    await keys.type("Good")
    await keys.press("Enter")
    await keys.type("Bad")
    await keys.use("button", "Save")
    await expect(bob.locator(".lane-title")).to_have_text(["Good", "Bad"])
    await keys.close()
    await keys.press(".")
    bar = bob.get_by_role("region", name="Meeting")
    await expect(bar).to_contain_text("Collect")
    await keys.use("button", "Turn notes face down")
    await expect(bar).to_contain_text("Face down")
    await keys.use("button", "Reveal notes")
    await stands(bob, "typed, and mended")


async def taken_along(keys: Keys) -> None:
    """Export, look at the past step by step, and come back."""
    page = keys.page
    await keys.choose("Export")
    async with page.expect_download() as file:
        await keys.reach(page.get_by_role("button", name=re.compile("^Table")))
        await keys.press("Enter")
    assert (await file.value).suggested_filename == "By keys.csv"
    await keys.close()
    await keys.press("h")
    moment = page.get_by_role("slider", name="Moment")
    await expect(moment).to_be_focused()
    await keys.press("Home")
    await expect(page.get_by_text("Before anything happened")).to_be_visible()
    await keys.press("ArrowRight", "ArrowRight")
    await expect(page.get_by_text("A note was added")).to_be_visible()
    await keys.press("Escape")
    await expect(page.get_by_role("application")).to_be_focused()


async def signed_in_and_out(keys: Keys) -> None:
    page = keys.page
    await keys.choose("Sign in")
    await enter(page, "keys@example.org")
    header = page.get_by_role("button", name="Signed in as keys@example.org")
    await keys.reach(header)
    await keys.press("Enter")
    await keys.use("button", "Sign out")
    await expect(header).to_have_count(0)
    await is_live(page)


async def test_all_is_done_by_keys(hands: list[Page]) -> None:
    ann, bob = hands
    keys = Keys(ann)
    await begun(keys)
    await bob.goto(ann.url)
    await is_live(bob)
    await expect(bob.get_by_role("button", name="Add note")).to_be_enabled()
    await bob.keyboard.press("n")
    await bob.keyboard.type("from Bob")
    await bob.keyboard.press("Control+Enter")
    await stands(ann, "from Bob")
    await moderated(keys, bob)
    await run(keys, bob)
    await taken_along(keys)
    await signed_in_and_out(keys)
    for page in hands:
        assert await page.evaluate("hands") == []
