"""One real node for all browsers of this process."""

from collections.abc import Iterator

import pytest

from tests.kit.node import node_process


@pytest.fixture(scope="session")
def node_url() -> Iterator[str]:
    """The address of a node that runs for as long as the tests do."""
    with node_process() as node:
        yield node.start()
