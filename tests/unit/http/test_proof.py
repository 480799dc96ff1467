"""Challenges for newcomers: who may solve them, for how long, and how often."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count

import pytest

from orbit.core.services.identity import Keys
from orbit.http import proof
from orbit.http.proof import LIFE_S, Proofs

BITS = 6


class FakeClock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self._now = datetime(2026, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._now.timestamp()

    def advance(self, by: timedelta) -> None:
        self._now += by


def solved(task: object, bits: int = BITS, *, well: bool = True) -> str:
    """Return a proof of a task; if not `well`, one that falls short."""
    assert isinstance(task, dict)
    for n in count():
        found = f"{task['challenge']}:{n}"
        if (zeros(found) >= bits) == well:
            return found
    raise AssertionError


def zeros(text: str) -> int:
    bits = "".join(f"{byte:08b}" for byte in sha256(text.encode()).digest())
    return len(bits) - len(bits.lstrip("0"))


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def proofs(clock: FakeClock) -> Proofs:
    return Proofs(Keys(b"pepper"), clock, BITS)


def test_work_is_taken_once(proofs: Proofs) -> None:
    task = proofs.task("ann")
    assert proofs.take(solved(task), "ann")
    assert not proofs.take(solved(task), "ann")
    assert proofs.take(solved(proofs.task("ann")), "ann")


def test_too_little_work_is_none(proofs: Proofs) -> None:
    task = proofs.task("ann")
    assert not proofs.take(solved(task, well=False), "ann")
    assert proofs.take(solved(task), "ann")


def test_work_counts_for_whom_it_was_asked_of(proofs: Proofs) -> None:
    assert not proofs.take(solved(proofs.task("ann")), "bob")


def test_work_comes_too_late(proofs: Proofs, clock: FakeClock) -> None:
    found = solved(proofs.task("ann"))
    clock.advance(timedelta(seconds=LIFE_S + 1))
    assert not proofs.take(found, "ann")


@pytest.mark.parametrize("text", ["", ":", "a.b.c:1", "é", "5." * 200, "zz.x.:1"])
def test_what_was_made_up_is_no_proof(proofs: Proofs, text: str) -> None:
    assert not proofs.take(text, "ann")


def test_another_installation_asks_its_own(proofs: Proofs, clock: FakeClock) -> None:
    other = Proofs(Keys(b"another pepper"), clock, BITS)
    assert not proofs.take(solved(other.task("ann")), "ann")


def test_what_is_remembered_is_bounded(
    proofs: Proofs, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proof, "MAX_TAKEN", 2)
    for _ in range(2):
        assert proofs.take(solved(proofs.task("ann")), "ann")
    assert not proofs.take(solved(proofs.task("ann")), "ann"), "there is no room"
    clock.advance(timedelta(seconds=LIFE_S + 1))
    assert proofs.take(solved(proofs.task("ann")), "ann")
