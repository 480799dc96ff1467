"""What becomes of a node that does not end."""

import asyncio
import logging

import pytest

from orbit import watchdog as module
from orbit.watchdog import SOFTWARE, Watchdog
from tests.kit.sim import SimLoop, simulate


@pytest.fixture
def ends(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return with which codes the process would have ended."""
    codes: list[int] = []
    monkeypatch.setattr(module.os, "_exit", codes.append)
    return codes


def test_what_hangs_is_named_and_the_process_ends(
    ends: list[int], caplog: pytest.LogCaptureFixture
) -> None:
    async def hang() -> None:
        await asyncio.sleep(60)

    async def close_something() -> None:
        await hang()

    async def scenario(_loop: SimLoop) -> None:
        with Watchdog() as watchdog:
            await asyncio.sleep(100)  # it may live for long
            watchdog.begin()
            await close_something()

    with caplog.at_level(logging.ERROR):
        simulate(scenario, 0)
    assert ends == [SOFTWARE]
    assert "the node does not end" in caplog.text
    inner, outer = (caplog.text.index(name) for name in ("hang:", "close_something:"))
    assert inner < outer


def test_who_ends_in_time_is_left_alone(ends: list[int]) -> None:
    async def scenario(_loop: SimLoop) -> None:
        with Watchdog() as watchdog:
            watchdog.begin()
            await asyncio.sleep(5)
        await asyncio.sleep(60)

    simulate(scenario, 0)
    assert ends == []
