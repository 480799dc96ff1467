"""Slow hashes: right and wrong ones, beside the loop, and no more than it bears."""

import asyncio
import threading
from collections.abc import Iterator

import pytest

from orbit.core.errors import Busy
from orbit.store.passwords import Argon2Hasher, Cost

QUICK = Cost(time=1, memory_kib=8)


@pytest.fixture
def hasher() -> Iterator[Argon2Hasher]:
    made = Argon2Hasher(QUICK, waiting=3)
    yield made
    made.close()


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
    dear.close()


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
    monkeypatch.setattr("orbit.store.passwords.PATIENT_S", 0.01)
    ends = threading.Event()

    def starving() -> str:
        is_late = threading.current_thread().name.startswith("password-late")
        return "in time" if is_late or not ends.wait(30) else "never"

    try:
        assert await hasher._beside(starving) == "in time"
    finally:
        ends.set()


async def test_when_too_many_wait_the_next_is_refused_and_the_loop_goes_on(
    hasher: Argon2Hasher,
) -> None:
    go = threading.Event()
    async with asyncio.TaskGroup() as jobs:
        slow = [jobs.create_task(hasher._beside(lambda: go.wait(30))) for _ in range(4)]
        await asyncio.sleep(0)
        with pytest.raises(Busy) as refused:
            await hasher.hash("x")
        go.set()
    assert refused.value.after
    assert [task.result() for task in slow] == [True] * len(slow)
    assert await hasher.hash("x")
