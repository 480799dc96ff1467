"""How the parts of a node are wired; what a whole one does is in test_node.py."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import SecretStr

from orbit.composition import compose, gate
from orbit.composition.everywhere import end_everywhere
from orbit.core.errors import Unavailable
from orbit.http.handover import Connections
from orbit.http.wheel import Wheel
from orbit.preflight import CannotServe
from orbit.settings import Limits, Settings
from orbit.store.clock import SystemClock
from orbit.store.memory.store import MemoryStore
from orbit.store.memory.world import World
from orbit.store.passwords import Argon2Hasher
from tests.kit.app import Mailbox

KEPT = {
    "pepper": SecretStr("a pepper of tests, as long as it should be"),
    "secret_key": SecretStr("a secret key of tests, as long as it should be"),
}


class _Behind:
    """A connection that does not read."""

    slot = 0
    lagged_s = 0.0

    def __init__(self, unsent: int, *, paused: bool = True) -> None:
        self._unsent, self.paused = unsent, paused
        self.closed: int | None = None

    def unsent(self) -> int:
        return self._unsent

    def close(self, code: int, reason: str = "") -> None:
        self.closed = code


async def test_who_holds_the_most_is_closed_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gate, "CUT_AT_ONCE", 2)
    connections = Connections(Wheel(asyncio.get_running_loop()))
    wards = [_Behind(9, paused=False), *(_Behind(unsent) for unsent in (5, 7, 6))]
    for ward in wards:
        connections.wheel.add(ward)  # type: ignore[arg-type]
    gate.cut_largest(connections)
    assert [ward.closed for ward in wards] == [None, None, 4008, 4008]
    for ward in wards:
        connections.wheel.discard(ward)  # type: ignore[arg-type]


@pytest.mark.parametrize("missing", ["pepper", "secret_key"])
def test_without_its_secrets_nothing_is_composed(missing: str) -> None:
    clock = SystemClock()
    store = MemoryStore(World(clock), inc="n")
    journal, people, lease = store.journal, store.people, store.node.lease
    given = Settings(**{**KEPT, missing: None})
    with pytest.raises(CannotServe, match="make secrets"):
        compose(given, journal, people, lease, clock, Mailbox(), Argon2Hasher())


async def test_sockets_are_bounded_by_the_settings_and_by_the_system(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = SystemClock()
    store = MemoryStore(World(clock), inc="n")
    journal, people, lease = store.journal, store.people, store.node.lease
    connections = Connections(Wheel(asyncio.get_running_loop()))

    def most(sockets: int) -> int:
        given = Settings(limits=Limits(sockets=sockets), **KEPT)
        core = compose(given, journal, people, lease, clock, Mailbox(), Argon2Hasher())
        return gate.make_gate(given, core, connections, "n").most

    assert most(10) == 10
    monkeypatch.setattr(gate, "memory_bytes", lambda: 500 * 64 * 1024)
    assert most(50_000) == 500
    monkeypatch.undo()
    monkeypatch.setattr(gate, "_descriptors", lambda: 1_000)
    assert most(50_000) == 800


async def test_a_node_that_is_silent_keeps_no_other_from_knowing() -> None:
    heard, asked = asyncio.Event(), list[tuple[str, str]]()

    async def ask(inc: str, about: str, _body: bytes) -> None:
        asked.append((inc, about))
        if inc == "silent":
            await heard.wait()
            raise Unavailable
        heard.set()

    async def others() -> list[Any]:
        return [SimpleNamespace(inc="silent"), SimpleNamespace(inc="other")]

    noticed, cuts = SimpleNamespace(told=0), SimpleNamespace(told=0)
    core: Any = SimpleNamespace(
        persons=SimpleNamespace(erasure=SimpleNamespace()),
        mail=SimpleNamespace(notices=SimpleNamespace(spread=noticed)),
        sharing=SimpleNamespace(cuts=cuts),
    )
    store: Any = SimpleNamespace(node=SimpleNamespace(other_live_incs=others))
    inquiry = SimpleNamespace(ask=ask, answers={})
    nodes: Any = SimpleNamespace(inquiry=inquiry)
    end_everywhere(core, store, nodes)
    async with asyncio.timeout(20):
        with pytest.raises(Unavailable):
            await cuts.elsewhere(b"[]")
    assert set(asked) == {("silent", "cut"), ("other", "cut")}
    assert {"cut", "noticed", "retired", "over"} == set(inquiry.answers)
