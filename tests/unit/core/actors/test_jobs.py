"""Jobs are owned: those that fail are told of, and none outlives its node."""

import asyncio
from contextlib import suppress

import pytest

from orbit.core.actors import jobs as module
from orbit.core.actors.jobs import Jobs


async def test_a_job_runs_beside_whoever_started_it() -> None:
    jobs, done = Jobs(), asyncio.Event()

    async def work() -> None:
        done.set()

    jobs.start(work(), "work")
    assert len(jobs) == 1
    await done.wait()
    await asyncio.sleep(0)
    assert len(jobs) == 0


async def test_a_job_that_fails_is_logged_by_its_name(
    caplog: pytest.LogCaptureFixture,
) -> None:
    jobs, begun = Jobs(), asyncio.Event()

    async def work() -> None:
        begun.set()
        raise ZeroDivisionError

    jobs.start(work(), "the work")
    await begun.wait()
    await asyncio.sleep(0)
    assert len(jobs) == 0
    assert "the work" in caplog.text
    assert "ZeroDivisionError" in caplog.text


async def test_closing_ends_what_runs_and_starts_nothing_more(
    caplog: pytest.LogCaptureFixture,
) -> None:
    jobs, ended = Jobs(), asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    jobs.start(work(), "work")
    await asyncio.sleep(0)
    await jobs.close()
    assert ended.is_set()
    jobs.start(work(), "too late")
    assert len(jobs) == 0
    await jobs.close()
    assert caplog.text == ""


async def test_a_job_that_overhears_its_end_ends_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "AGAIN_S", 0.01)
    jobs, overheard = Jobs(), asyncio.Event()

    async def work() -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        overheard.set()
        await asyncio.Event().wait()

    jobs.start(work(), "work")
    await asyncio.sleep(0)
    async with asyncio.timeout(30):
        await jobs.close()
    assert overheard.is_set()
    assert len(jobs) == 0
