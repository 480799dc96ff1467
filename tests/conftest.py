"""Fixtures that every folder of tests may use; the work is done in `tests.kit`."""

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import pytest
import uvloop

from tests.kit.postgres import database


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], Any]]:
    """Run the tests on the loop that production runs on."""
    return {"uvloop": uvloop.new_event_loop}


@pytest.fixture
async def dsn() -> AsyncIterator[str]:
    """The address of a migrated database that this test has for itself."""
    async with database() as address:
        yield address
