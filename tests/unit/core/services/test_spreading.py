"""What is written is acted on by every node, and once."""

from collections.abc import AsyncIterator

import msgspec
import pytest_asyncio

from orbit.core.errors import Unavailable
from orbit.core.ports import Cut
from orbit.core.services import spreading as module
from orbit.core.services.spreading import WINDOW, Spread
from tests.kit.app import App, running

ONE, TWO = Cut("1", "ann"), Cut("2", "bob")


class Cutting:
    """A node that cuts, and what it has cut."""

    def __init__(self, app: App) -> None:
        self.app, self.ended = app, list[str]()
        store = app.place.node().people.organisations
        self.cuts = Spread(Cut, store.cuts, app.core.clock)
        self.cuts.acts.append(lambda cut: self.ended.append(cut.account))

    def written(self, cut: Cut) -> None:
        """Write a cut as another node does."""
        self.app.place.world.cuts.append((self.app.core.clock.now(), cut))


@pytest_asyncio.fixture
async def node() -> AsyncIterator[Cutting]:
    async with running() as app:
        yield Cutting(app)


async def test_who_is_cut_is_cut_here_and_elsewhere(node: Cutting) -> None:
    said: list[bytes] = []

    async def elsewhere(body: bytes) -> None:
        said.append(body)

    node.cuts.elsewhere = elsewhere
    await node.cuts.tell([ONE, TWO])
    assert node.ended == ["ann", "bob"]
    other = Cutting(node.app)
    assert await other.cuts.told(said[0]) == b""
    assert other.ended == ["ann", "bob"]


async def test_a_node_that_was_not_told_looks_for_it(node: Cutting) -> None:
    async def away(_body: bytes) -> None:
        raise Unavailable

    node.cuts.elsewhere = away
    node.written(ONE)
    await node.cuts.tell([ONE])
    other = Cutting(node.app)
    await other.cuts.look()
    assert node.ended == other.ended == ["ann"]


async def test_who_came_back_since_stays(node: Cutting) -> None:
    node.written(ONE)
    for _ in "ab":
        await node.cuts.look()
    await node.cuts.told(msgspec.json.encode([ONE]))
    assert node.ended == ["ann"]
    node.written(Cut("3", "ann"))
    await node.cuts.look()
    assert node.ended == ["ann", "ann"]


async def test_what_is_long_ago_is_not_looked_for(node: Cutting) -> None:
    node.app.place.world.cuts.append((node.app.core.clock.now() - WINDOW, ONE))
    await node.cuts.look()
    assert node.ended == []


async def test_what_is_remembered_is_bounded(node: Cutting) -> None:
    await node.cuts.tell([Cut(str(n), "ann") for n in range(module.KNOWN + 5)])
    assert len(node.cuts._done) == module.KNOWN
