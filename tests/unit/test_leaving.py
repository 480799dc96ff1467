"""Who is sent away, when, and when people are let in again."""

import asyncio
import logging
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest

from orbit.cluster import Cluster
from orbit.http.handover import Connections
from orbit.leaving import Absence, drain, send_away
from tests.kit.sim import SimLoop, simulate


class Sockets:
    """Some that are open, and what each was told."""

    def __init__(self, size: int) -> None:
        self.is_closing = False
        self.told: list[list[Any]] = [[] for _ in range(size)]

    def __len__(self) -> int:
        return len(self.told)

    def __iter__(self) -> Iterator[Any]:
        for told in self.told:
            yield SimpleNamespace(
                write=lambda data, told=told: told.append(
                    msgspec.json.decode(data[data.index(b"{") :])
                )
            )


def absent(sockets: Sockets) -> tuple[Any, Absence]:
    """Return a node's state, which may be changed, and what looks at it."""
    nodes = SimpleNamespace(is_isolated=False, is_draining=False)
    cluster = cast(Cluster, SimpleNamespace(nodes=nodes))
    return nodes, Absence(cluster, cast(Connections, sockets))


async def test_each_has_a_moment_of_its_own_within_the_time_that_all_take() -> None:
    sockets = Sockets(500)
    await send_away(cast(Connections, sockets), "because")
    said = [frame for told in sockets.told for frame in told]
    assert {frame["type"] for frame in said} == {"goaway"}
    moments = [frame["after"] for frame in said]
    assert moments == sorted(set(moments)), "no two at once"
    assert (moments[0], moments[-1]) == (0.0, 1.996)


async def test_who_is_isolated_sends_everybody_away_once_and_lets_nobody_in() -> None:
    sockets = Sockets(3)
    nodes, absence = absent(sockets)
    await absence.look()
    assert not any(sockets.told)
    nodes.is_isolated = True
    for _ in range(3):
        await absence.look()
    assert [len(told) for told in sockets.told] == [1, 1, 1]
    assert sockets.is_closing


async def test_who_hears_again_lets_them_in_unless_it_is_about_to_stop() -> None:
    for is_draining in (False, True):
        sockets = Sockets(1)
        nodes, absence = absent(sockets)
        nodes.is_isolated = True
        await absence.look()
        nodes.is_isolated, nodes.is_draining = False, is_draining
        await absence.look()
        assert sockets.is_closing is is_draining


def test_a_board_that_never_goes_holds_up_no_node(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def hang(_within_s: float) -> None:
        await asyncio.Event().wait()

    async def done() -> None:
        pass

    async def scenario(loop: SimLoop) -> None:
        cluster = SimpleNamespace(announce=done, give_away=hang)
        sockets = Sockets(0)
        sockets.wheel = SimpleNamespace(empty=done)  # type: ignore[attr-defined]
        await drain(cast(Cluster, cluster), cast(Connections, sockets), done)
        assert loop.time() < 40

    with caplog.at_level(logging.ERROR):
        simulate(scenario, 0)
    assert "not all boards and sockets" in caplog.text
