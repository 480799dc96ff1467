"""A node in memory, for what is tested over HTTP."""

from collections.abc import AsyncIterator

import pytest

from tests.kit.app import App, running


@pytest.fixture
async def app() -> AsyncIterator[App]:
    async with running() as started:
        yield started
