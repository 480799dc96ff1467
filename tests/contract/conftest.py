"""A place to keep boards: in memory, then in Postgres."""

from collections.abc import AsyncIterator

import pytest

from tests.kit.stores import Place, Store, place


@pytest.fixture(params=["memory", "postgres"])
async def anywhere(request: pytest.FixtureRequest) -> AsyncIterator[Place]:
    """A fresh place of each kind."""
    async with place(request.param) as opened:
        yield opened


@pytest.fixture
def store(anywhere: Place) -> Store:
    """The store of one node."""
    return anywhere.node()
