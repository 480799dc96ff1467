"""The trail: what is told is written; a database that is away is in nobody's way."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta

import pytest

from orbit.core.errors import StoreDown
from orbit.core.ports import Act, Record
from orbit.core.services import trail as module
from orbit.core.services.trail import Trail, masked, opened, tell
from orbit.store.memory.trail import MemoryTrail
from orbit.store.memory.world import World
from tests.kit.signed import Ahead


class Faulty(MemoryTrail):
    """A store that is away, or hangs, while it is told to; it counts its calls."""

    is_away = is_stuck = False
    calls = 0

    async def append(self, records: Sequence[Record]) -> None:
        self.calls += 1
        await asyncio.sleep(0)  # others come meanwhile
        if self.is_away:
            raise StoreDown
        if any(record.path == "cannot be kept" for record in records):
            raise ValueError
        await super().append(records)  # it has them, even if nobody hears of it
        if self.is_stuck:
            await asyncio.Event().wait()


@pytest.fixture
def clock() -> Ahead:
    return Ahead()


@pytest.fixture
def store(clock: Ahead) -> Faulty:
    return Faulty(World(clock))


@pytest.fixture
def trail(store: Faulty, clock: Ahead) -> Trail:
    return Trail(store, clock)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine may be slow: what is not about that waits for as long as it takes."""
    monkeypatch.setattr(module, "PATIENCE_S", 60.0)


async def acts(store: Faulty) -> list[str]:
    return [link.words[1] for link in await store.links(0, 999)]


async def test_what_waits_is_written_first_and_once(
    trail: Trail, store: Faulty
) -> None:
    store.is_away = True
    await trail.record(Act.SIGNED_IN)
    await trail.record(Act.SIGNED_OUT)
    assert await acts(store) == []
    store.is_away = False
    await trail.record(Act.ERASED)
    assert await acts(store) == ["sign-in", "sign-out", "erased"]


async def test_an_answer_that_never_comes_keeps_nobody_and_doubles_nothing(
    trail: Trail, store: Faulty, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE_S", 0.01)
    store.is_stuck = True
    await trail.record(Act.SIGNED_IN)
    store.is_stuck = False
    await trail.flush()
    assert await acts(store) == ["sign-in"]


async def test_who_hears_slowly_does_not_have_the_same_ones_told_for_ever(
    trail: Trail, store: Faulty, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.is_away, heard = True, list[Act]()
    for act in (Act.SIGNED_IN, Act.SIGNED_OUT):
        await trail.record(act)
    store.is_away = False

    async def hear(record: Record) -> None:
        heard.append(record.act)
        if heard.count(Act.SIGNED_OUT) == 1:
            await asyncio.Event().wait()  # longer than there is patience

    trail.hearers.append(hear)
    monkeypatch.setattr(module, "PATIENCE_S", 0.01)
    for act in (Act.ERASED, Act.TRAIL_PURGED):
        await trail.record(act)
    assert heard.count(Act.SIGNED_IN) == 1
    assert await acts(store) == ["sign-in", "sign-out", "erased", "trail-purged"]


async def test_a_bug_in_who_hears_is_in_no_acts_way(
    trail: Trail, store: Faulty, caplog: pytest.LogCaptureFixture
) -> None:
    async def hear(_record: Record) -> None:
        raise ZeroDivisionError

    trail.hearers.append(hear)
    for _ in range(2):
        await trail.record(Act.SIGNED_IN)
    assert await acts(store) == ["sign-in"] * 2
    assert caplog.text.count("nobody was told of a record: sign-in") == 2


async def test_those_who_come_together_are_written_together(
    trail: Trail, store: Faulty
) -> None:
    await asyncio.gather(*(trail.record(Act.SIGNED_IN) for _ in range(50)))
    assert len(await acts(store)) == 50
    assert store.calls <= 2


async def test_what_cannot_be_kept_is_said_and_in_no_others_way(
    trail: Trail, store: Faulty, caplog: pytest.LogCaptureFixture
) -> None:
    store.is_away = True
    for path in ("", "cannot be kept", ""):
        await trail.record(Act.SIGNED_IN, path=path)
    store.is_away = False
    await trail.flush()
    assert len(await acts(store)) == 2
    assert "a record is lost: sign-in" in caplog.text


async def test_more_than_can_wait_is_said(
    trail: Trail,
    store: Faulty,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    store.is_away = True
    for _ in range(3):
        await trail.record(Act.SIGNED_IN)
    assert "a record is lost" in caplog.text
    await trail.close()
    assert "2 records are lost with this node" in caplog.text
    store.is_away = False
    await trail.flush()
    assert len(await acts(store)) == 2


async def test_old_rows_go_and_that_is_remembered(
    trail: Trail, store: Faulty, clock: Ahead, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for _ in range(3):
        await trail.record(Act.SIGNED_IN)
    await trail.purge()
    assert len(await acts(store)) == 3
    clock.by = timedelta(days=401)
    await trail.purge()
    assert await acts(store) == ["trail-purged"]
    (last,) = await store.links(0, 9)
    assert f"the trail ends with 4:{last.hash.hex()}" in caplog.text


def test_the_last_that_is_told_of_an_act_counts_and_nobody_listens_elsewhere() -> None:
    tell(Act.ERASED, actor="nobody listens")
    with opened() as deed:
        tell(actor="ann", scope="user")
        tell(Act.SUSPENDED, subject="bob")
        with opened() as inner:
            tell(actor="carl")
        assert (deed.act, deed.actor, deed.subject) == (Act.SUSPENDED, "ann", "bob")
        assert (deed.about, inner.actor) == ({"scope": "user"}, "carl")


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1::/48"),
        ("2001:db8:1:2::/64", "2001:db8:1::/48"),
        ("10.0.0.0/8", "10.0.0.0/8"),
        ("", ""),
        ("unix:", ""),
    ],
)
def test_of_an_address_the_network_is_kept(address: str, kept: str) -> None:
    assert masked(address) == kept
