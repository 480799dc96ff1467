"""What a board has been, in a real browser: the slider under the canvas."""

import re
from pathlib import Path

import pytest
from playwright.async_api import FilePayload, Locator, Page, expect

from tests.kit.pages import People, choose, note, write

pytestmark = pytest.mark.browser


def moment(page: Page) -> Locator:
    return page.get_by_role("slider", name="Moment")


async def test_the_past_is_shown_step_by_step_and_live_goes_on(people: People) -> None:
    ann = await people.maker()
    await write(ann, "the first")
    await write(ann, "taken away")
    await note(ann, "taken away").click()
    await ann.keyboard.press("Delete")
    await expect(note(ann, "taken away")).to_have_count(0)
    await choose(ann, "History")
    history = ann.get_by_role("region", name="History")
    await expect(moment(ann)).to_be_focused()
    await expect(history.get_by_text("A note was removed")).to_be_visible()
    await expect(history.get_by_text("4 of 4")).to_be_visible()
    await ann.keyboard.press("ArrowLeft")  # to its author its text is another thing now
    await expect(history.get_by_text("3 of 4")).to_be_visible()
    await expect(note(ann, "taken away")).to_have_count(0)
    await ann.keyboard.press("Home")
    await expect(history.get_by_text("Before anything happened")).to_be_visible()
    await expect(note(ann, "the first")).to_have_count(0)
    bob = await people.guest_of(ann)
    await write(bob, "meanwhile")
    await expect(history.get_by_text("0 of 5")).to_be_visible()
    await expect(note(ann, "meanwhile")).to_have_count(0)
    await ann.keyboard.press(" ")
    await expect(history.get_by_text("5 of 5")).to_be_visible(timeout=15_000)
    await expect(history.get_by_role("button", name="Play")).to_be_visible()
    await expect(note(ann, "meanwhile")).to_be_visible()
    await ann.locator("main").dblclick(position={"x": 80, "y": 120})
    await expect(ann.get_by_text("You can look, but not write here.")).to_be_visible()
    await ann.keyboard.press("Escape")
    await expect(history).to_have_count(0)
    await expect(ann.locator("main")).to_be_focused()
    await write(ann, "live again")
    await expect(note(bob, "live again")).to_be_visible()


async def test_what_is_removed_meanwhile_is_gone_from_the_past(people: People) -> None:
    ann = await people.maker()
    await write(ann, "regretted")
    bob = await people.guest_of(ann, viewport={"width": 360, "height": 740})
    await expect(note(bob, "regretted")).to_be_visible()
    await choose(bob, "History")
    await expect(note(bob, "regretted")).to_be_visible()
    await note(ann, "regretted").click()
    await ann.keyboard.press("Delete")
    await expect(note(bob, "regretted")).to_have_count(0)
    await moment(bob).press("ArrowLeft")
    await expect(bob.get_by_text(re.compile("^1 of 3$"))).to_be_visible()
    await bob.get_by_role("button", name="One step on").click()
    await expect(bob.get_by_text("2 of 3")).to_be_visible()
    await expect(note(bob, "regretted")).to_have_count(0)
    await bob.get_by_role("button", name="Back to live").click()
    await expect(bob.get_by_role("button", name="Add note")).to_be_visible()


async def test_a_board_is_taken_along_compared_and_forked(
    people: People, tmp_path: Path
) -> None:
    ann = await people.maker("Ours", accept_downloads=True)
    await write(ann, "the first")
    await write(ann, "=1+1")
    await choose(ann, "Export")
    for name, ending in (
        ("Table", "csv"),
        ("Page to print", "html"),
        ("Whole", "json"),
    ):
        async with ann.expect_download() as taken:
            await ann.get_by_role("button", name=name).click()
        file = await taken.value
        assert file.suggested_filename == f"Ours.{ending}"
        await file.save_as(tmp_path / file.suggested_filename)
    assert "'=1+1" in (tmp_path / "Ours.csv").read_text()
    await ann.get_by_role("button", name="Close").click()
    await expect(ann.get_by_role("dialog")).to_have_count(0)

    await choose(ann, "History")
    await expect(moment(ann)).to_be_focused()
    await ann.keyboard.press("ArrowLeft")
    await ann.get_by_role("button", name="Changes since then").click()
    since = ann.get_by_role("dialog", name="What has changed since")
    await expect(since.get_by_role("heading", name="1 new note")).to_be_visible()
    await expect(since.get_by_text("=1+1")).to_be_visible()
    await since.get_by_role("button", name="Close").click()
    await ann.get_by_role("button", name="New board from here").click()
    await ann.get_by_role("button", name="Make the board").click()
    await expect(ann.get_by_role("heading", name="Ours (copy)")).to_be_visible()
    await expect(note(ann, "the first")).to_contain_text("brought over")
    await expect(note(ann, "=1+1")).to_have_count(0)

    bob = await people.page()
    await bob.goto("/")
    wrong = FilePayload(name="x.json", mimeType="application/json", buffer=b"not JSON")
    await bob.locator("input[name=import]").set_input_files([wrong])
    await expect(bob.get_by_role("alert")).to_contain_text("That is no board")
    await bob.locator("input[name=import]").set_input_files(tmp_path / "Ours.json")
    await expect(bob.get_by_role("heading", name="Ours")).to_be_visible()
    await expect(note(bob, "=1+1")).to_be_visible()
    await note(bob, "=1+1").click()
    await bob.keyboard.press("v")
    await expect(note(bob, "=1+1").locator(".vote-count")).to_have_text("1")


async def test_a_page_to_print_prints(people: People, tmp_path: Path) -> None:
    ann = await people.maker("Print", accept_downloads=True)
    await write(ann, "<b>bold</b>")
    await choose(ann, "Export")
    async with ann.expect_download() as taken:
        await ann.get_by_role("button", name="Page to print").click()
    await (await taken.value).save_as(tmp_path / "page.html")
    page = await people.page()
    await page.add_init_script("window.print = () => { document.title = 'printed' }")
    await page.goto((tmp_path / "page.html").as_uri())
    await expect(page.get_by_text("<b>bold</b>")).to_be_visible()
    await page.get_by_role("button", name="Print").click()
    await expect(page).to_have_title("printed")
    await page.emulate_media(media="print")
    await expect(page.get_by_role("button", name="Print")).to_be_hidden()
