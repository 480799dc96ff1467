"""Slow hashes: right and wrong ones, beside the loop, and no more than it bears."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from signal import SIGCONT, SIGKILL, SIGSTOP, SIGTERM

import pytest

from orbit.core.errors import Busy, Unavailable
from orbit.store.passwords import Argon2Hasher, Cost

QUICK = Cost(time=1, memory_kib=8)


@pytest.fixture
async def hasher() -> AsyncIterator[Argon2Hasher]:
    made = Argon2Hasher(QUICK, waiting=3)
    yield made
    await made.close()


async def test_a_hash_is_of_one_password(hasher: Argon2Hasher) -> None:
    kept = await hasher.hash("correct horse")
    assert "correct" not in kept
    assert await hasher.hash("correct horse") != kept
    assert await hasher.fits("correct horse", kept)
    assert not await hasher.fits("correct horse ", kept)


@pytest.mark.parametrize("password", ["", "correct horse"])
async def test_nobodys_hash_is_of_no_password(
    hasher: Argon2Hasher, password: str
) -> None:
    assert not await hasher.fits(password, None)


async def test_it_costs_what_the_threat_model_asks(hasher: Argon2Hasher) -> None:
    dear = Argon2Hasher()
    assert (await dear.hash("x")).startswith("$argon2id$v=19$m=7168,t=5,p=1$")
    await dear.close()


async def test_a_hash_of_another_cost_and_program_is_good_still(
    hasher: Argon2Hasher,
) -> None:
    kept = (
        "$argon2id$v=19$m=19456,t=2,p=1$"
        "esLAwubirKBB7mh+t/BA2w$ZYItTjc1E6A0gaRYor9o3njO87fIr/EmvSn6ky7E3X0"
    )
    assert await hasher.fits("correct horse", kept)
    assert not await hasher.fits("correct horses", kept)


async def test_who_is_starved_by_a_busy_core_gets_through_all_the_same(
    hasher: Argon2Hasher, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = await hasher.hash("correct horse")
    monkeypatch.setattr("orbit.store.passwords.PATIENT_S", 0.01)
    with stopped(hasher):
        assert await hasher.fits("correct horse", kept)


async def test_when_too_many_wait_the_next_is_refused_and_the_loop_goes_on(
    hasher: Argon2Hasher,
) -> None:
    await hasher.hash("x")
    async with asyncio.TaskGroup() as jobs:
        with stopped(hasher):
            slow = [jobs.create_task(hasher.hash("x")) for _ in range(4)]
            await asyncio.sleep(0)
            with pytest.raises(Busy) as refused:
                await hasher.hash("x")
    assert refused.value.after
    assert len({task.result() for task in slow}) == len(slow)
    assert await hasher.hash("x")


async def test_a_process_that_has_ended_is_begun_anew(hasher: Argon2Hasher) -> None:
    kept = await hasher.hash("correct horse")
    for signal in (SIGKILL, SIGTERM):
        os.kill(pid_of(hasher), signal)
        assert await hasher.fits("correct horse", kept)
    with stopped(hasher) as pid:
        asked = asyncio.create_task(hasher.fits("correct horse", kept))
        await asyncio.sleep(0.05)
        os.kill(pid, SIGKILL)  # it is asked already
        assert await asked


async def test_one_that_cannot_be_begun_is_told_and_costs_the_next_nothing(
    hasher: Argon2Hasher, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(hasher._beside, "_command", ("/bin/false",))
        with pytest.raises(Unavailable) as refused:
            await hasher.hash("x")
        patched.setattr(hasher._beside, "_command", ("/no/such/program",))
        with pytest.raises(Unavailable):
            await hasher.hash("x")
    assert refused.value.after
    assert await hasher.hash("x")


async def test_who_gives_up_leaves_no_answer_for_the_next(hasher: Argon2Hasher) -> None:
    kept = await hasher.hash("correct horse")
    with stopped(hasher):
        asked = asyncio.create_task(hasher.fits("correct horse", kept))
        await asyncio.sleep(0.05)
        asked.cancel()
        await asyncio.wait([asked])
    assert not await hasher.fits("wrong horse", kept)


async def test_it_gives_way_and_ends_with_the_node(hasher: Argon2Hasher) -> None:
    await hasher.hash("x")
    pid = pid_of(hasher)
    if sys.platform == "linux":
        assert os.sched_getscheduler(pid) == os.SCHED_IDLE
    await hasher.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def pid_of(hasher: Argon2Hasher) -> int:
    process = hasher._beside._process
    assert process
    return process.pid


@contextmanager
def stopped(hasher: Argon2Hasher) -> Iterator[int]:
    """Have its process get no core."""
    pid = pid_of(hasher)
    os.kill(pid, SIGSTOP)
    try:
        yield pid
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, SIGCONT)
