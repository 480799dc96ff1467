"""Slow hashes: right and wrong ones, beside the loop, and no more than it bears."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from signal import SIGCONT, SIGKILL, SIGSTOP, SIGTERM

import pytest
import uvloop

from orbit.core.errors import Busy, Unavailable
from orbit.store.passwords import Argon2Hasher, Cost, Program
from tests.kit.carriers import until

QUICK = Cost(time=1, memory_kib=8)
# Programs that say something else than is asked of them.
SAYS = """
import socket
link = socket.socket(fileno=0)
link.recv(9_999)
link.sendall({!r})
link.recv(9)
"""


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
    with stopped(hasher._patient):
        monkeypatch.setattr("orbit.store.passwords.PATIENT_S", 0.01)
        assert await hasher.fits("correct horse", kept)
        late = pid_of(hasher._late)
        assert os.getpriority(os.PRIO_PROCESS, late) - os.getpriority(
            os.PRIO_PROCESS, 0
        )
        monkeypatch.setattr("orbit.store.passwords.PATIENT_S", 1_000)
        async with asyncio.timeout(20):  # what is behind is waited for no more
            assert not await hasher.fits("correct horses", kept)
    await until(lambda: not hasher._patient.is_behind)
    with stopped(hasher._late):
        assert await hasher.fits("correct horse", kept)


async def test_when_both_are_lost_it_is_told_and_the_next_has_new_ones(
    hasher: Argon2Hasher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orbit.store.passwords.PATIENT_S", 0.01)
    for program in (hasher._patient, hasher._late):
        await begun(program)
    with stopped(hasher._patient), stopped(hasher._late):
        monkeypatch.setattr("orbit.store.passwords.LOST_S", 0.01)
        with pytest.raises(Unavailable):
            await hasher.hash("x")
        monkeypatch.undo()
        assert await hasher.hash("x")


async def test_when_too_many_wait_the_next_is_refused_and_the_loop_goes_on(
    hasher: Argon2Hasher,
) -> None:
    await hasher.hash("x")
    async with asyncio.TaskGroup() as jobs:
        with stopped(hasher._patient):
            slow = [jobs.create_task(hasher.hash("x")) for _ in range(4)]
            await asyncio.sleep(0)
            with pytest.raises(Busy) as refused:
                await hasher.hash("x")
    assert refused.value.after
    assert len({task.result() for task in slow}) == len(slow)
    assert await hasher.hash("x")


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run])
def test_a_process_that_has_ended_is_begun_anew(run: Callable[..., None]) -> None:
    async def scenario() -> None:
        hasher = Argon2Hasher(QUICK)
        kept = await hasher.hash("correct horse")
        for signal, notice_s in ((SIGKILL, 0.0), (SIGTERM, 0.2)):
            os.kill(pid_of(hasher._patient), signal)
            await asyncio.sleep(notice_s)
            assert await hasher.fits("correct horse", kept)
        with stopped(hasher._patient) as pid:
            asked = asyncio.create_task(hasher.fits("correct horse", kept))
            await asyncio.sleep(0.05)
            os.kill(pid, SIGKILL)  # it is asked already
            assert await asked
        await hasher.close()

    run(scenario())


@pytest.mark.parametrize("said", [b"[1,true]hello\n", b"[7,true]\n", b"true\n", b"\n"])
@pytest.mark.parametrize("run", [asyncio.run, uvloop.run])
def test_what_is_no_answer_lets_nobody_in(
    run: Callable[..., None], said: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario() -> None:
        hasher = Argon2Hasher(QUICK)
        kept = await hasher.hash("correct horse")
        command = hasher._patient._command
        hasher._patient._command = sys.executable, "-c", SAYS.format(said)
        os.kill(pid_of(hasher._patient), SIGKILL)
        with pytest.raises(Unavailable) as refused:
            await hasher.fits("wrong horse", kept)
        assert refused.value.after
        hasher._patient._command = command
        fits = [await hasher.fits(each, kept) for each in ("wrong", "correct horse")]
        assert fits == [False, True]
        await hasher.close()

    run(scenario())
    assert "passwords cannot be hashed" in caplog.text


@pytest.mark.parametrize("command", [("/bin/false",), ("/no/such/program",)])
@pytest.mark.parametrize("run", [asyncio.run, uvloop.run])
def test_one_that_cannot_be_begun_is_told_and_costs_the_next_nothing(
    run: Callable[..., None], command: tuple[str, ...]
) -> None:
    async def scenario() -> None:
        hasher = Argon2Hasher(QUICK)
        good, hasher._patient._command = hasher._patient._command, command
        with pytest.raises(Unavailable):
            await hasher.hash("x")
        hasher._patient._command = good
        assert await hasher.hash("x")
        await hasher.close()

    run(scenario())


async def test_who_gives_up_leaves_no_answer_for_the_next(hasher: Argon2Hasher) -> None:
    kept = await hasher.hash("correct horse")
    with stopped(hasher._patient):
        asked = asyncio.create_task(hasher.fits("correct horse", kept))
        await asyncio.sleep(0.05)
        asked.cancel()
        await asyncio.wait([asked])
    assert not await hasher.fits("wrong horse", kept)
    assert await hasher.fits("correct horse", kept)


async def test_it_gives_way_to_the_node_and_ends_with_it(
    hasher: Argon2Hasher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORBIT_PEPPER", "secret")
    pid = await begun(hasher._patient)
    proc = Path("/proc")
    if sys.platform == "linux":
        assert os.sched_getscheduler(pid) == os.SCHED_IDLE
        assert b"secret" not in (proc / str(pid) / "environ").read_bytes()
    if (proc / "self/autogroup").exists():  # which would be weighed against the node's
        ours, its = ((proc / of / "autogroup").read_text() for of in ("self", str(pid)))
        assert its.split()[:1] == ours.split()[:1]  # both are empty in the root's
    with stopped(hasher._patient):
        asked = asyncio.create_task(hasher.hash("x"))
        await asyncio.sleep(0.05)
        await hasher.close()
        with pytest.raises(Unavailable):
            await asked
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with pytest.raises(Unavailable):
        await hasher.hash("x")


def pid_of(program: Program) -> int:
    assert program._process
    return program._process.pid


async def begun(program: Program) -> int:
    await program.ask({"password": "x"})
    return pid_of(program)


@contextmanager
def stopped(program: Program) -> Iterator[int]:
    """Have its process get no core."""
    pid = pid_of(program)
    os.kill(pid, SIGSTOP)
    try:
        yield pid
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, SIGCONT)
