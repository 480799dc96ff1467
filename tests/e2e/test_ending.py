"""How long a board lives: its holder is warned, claims it and finds it, or it ends."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.e2e.test_account import enter
from tests.kit.ahead import DAYS
from tests.kit.axe import looked_at
from tests.kit.node import GENEROUS, NodeProcess, node_process
from tests.kit.pages import People, choose, is_live, write

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True}


class Aeon:
    """A node, and the people there, whose time is set by hand."""

    def __init__(self, node: NodeProcess, people: People, file: Path) -> None:
        self.node, self.people, self._file = node, people, file

    def comes(self, day: float) -> None:
        self._file.write_text(str(day))


@pytest.fixture
async def aeon(chromium: Browser, tmp_path: Path) -> AsyncIterator[Aeon]:
    file = tmp_path / "days"
    file.write_text("0")
    environment = {**GENEROUS, DAYS: os.fspath(file)}
    with node_process(environment, "tests.kit.ahead") as node:
        people = People(chromium, node.start())
        yield Aeon(node, people, file)
        assert people.faults == []


def warning(page: Page) -> Locator:
    return page.get_by_role("region", name="This board ends soon")


async def test_a_board_is_claimed_in_time_or_it_ends(aeon: Aeon) -> None:
    ann = await aeon.people.maker("To be claimed")
    claimed = ann.url
    bob = await aeon.people.maker("To be forgotten", **PHONE)
    await write(bob, "unclaimed")
    cyd = await aeon.people.guest_of(bob)
    await expect(warning(bob)).to_have_count(0)

    aeon.comes(24)
    for page in (ann, bob, cyd):
        await page.reload()
        await is_live(page)
    await expect(warning(bob)).to_contain_text("This board ends on")
    await expect(warning(bob).get_by_role("button", name="Export")).to_be_visible()
    await expect(warning(cyd)).to_have_count(0)  # it is not theirs to claim
    assert await looked_at(bob) == {}
    await warning(bob).get_by_role("button", name="Not now").click()
    await expect(warning(bob)).to_have_count(0)

    await warning(ann).get_by_role("button", name="Claim it").click()
    await enter(ann, "ann.keeps@example.org")
    await expect(ann.get_by_text("You find it among your boards")).to_be_visible()
    await expect(warning(ann)).to_have_count(0)
    await choose(ann, "Board settings")
    stays = ann.get_by_role("region", name="How long it stays")
    await expect(stays).to_contain_text("and it stays.")
    await expect(stays.get_by_role("button")).to_have_count(0)
    await ann.goto("/")
    mine = ann.get_by_role("region", name="Your boards")
    await expect(mine.get_by_role("link", name="To be claimed")).to_contain_text("kept")

    aeon.node.stop()
    aeon.comes(30.01)
    aeon.node.start()
    for page in (bob, cyd):  # who was cut off waits ever longer
        ended = page.get_by_role("heading", name="has ended")
        await expect(ended).to_be_visible(timeout=60_000)
    await bob.reload()
    await expect(bob.get_by_role("heading", name="has ended")).to_be_visible()
    await ann.goto(claimed)
    await is_live(ann)
