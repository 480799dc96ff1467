"""One real node and one browser for all tests of this process."""

from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Browser, async_playwright

from tests.kit.browser import ARGS
from tests.kit.browser import chromium as find_chromium
from tests.kit.node import NodeProcess, node_process
from tests.kit.pages import People


@pytest.fixture(scope="session")
def node() -> Iterator[NodeProcess]:
    """A node that runs for as long as the tests do."""
    with node_process() as node:
        node.start()
        yield node


@pytest.fixture(scope="session")
def node_url(node: NodeProcess) -> str:
    """Its address."""
    return node.url


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """One browser for all; without it a CI run fails and any other run skips."""
    path = find_chromium()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGS)
        yield browser
        await browser.close()


@pytest.fixture
async def people(chromium: Browser, node_url: str) -> AsyncIterator[People]:
    """People on the node; a fault on any page, a blocked resource too, fails."""
    group = People(chromium, node_url)
    yield group
    for context in chromium.contexts:
        await context.close()
    assert group.faults == []
