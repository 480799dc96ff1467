"""A node in memory whose clock a test puts forward, and what it is started with."""

from collections.abc import AsyncIterator

import pytest

from orbit.settings import Settings
from tests.kit.app import App, running, settings
from tests.kit.organisations import Org, founded
from tests.kit.signed import Ahead


@pytest.fixture
def clock() -> Ahead:
    return Ahead()


@pytest.fixture
def given() -> Settings:
    return settings()


@pytest.fixture
async def app(clock: Ahead, given: Settings) -> AsyncIterator[App]:
    async with running(clock=clock, given=given) as started:
        yield started


@pytest.fixture
async def org(app: App) -> Org:
    return await founded(app)
