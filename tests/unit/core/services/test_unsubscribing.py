"""Links that stop mails: whose they are, and that nobody makes one up."""

from datetime import UTC, datetime

import pytest

from orbit.core.errors import NotFound
from orbit.core.services.identity import Keys
from orbit.core.services.unsubscribing import PATH, Unsubscribing
from orbit.store.memory.unsubscribed import MemoryUnsubscribed
from orbit.store.memory.world import World

NOW = datetime(2026, 11, 22, tzinfo=UTC)
SITE = "https://orbit.test"
ANN = b"a keyed hash of ann's"


class Time:
    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return 0.0


class House:
    def __init__(self) -> None:
        self.world = World(Time())
        self.keys = Keys(b"pepper")

    def unsubscribing(self, pepper: bytes = b"pepper") -> Unsubscribing:
        return Unsubscribing(Keys(pepper), MemoryUnsubscribed(self.world), Time())

    def token(self) -> str:
        link = self.unsubscribing().link(SITE, ANN)
        assert link.startswith(f"{SITE}{PATH}/")
        return link.rpartition("/")[2]


@pytest.fixture
def house() -> House:
    return House()


async def test_a_link_is_good_however_often(house: House) -> None:
    token = house.token()
    for _ in range(2):
        await house.unsubscribing().stop(token)
        assert house.world.unsubscribed == {ANN: NOW}
    for _ in range(2):
        await house.unsubscribing().resume(token)
        assert house.world.unsubscribed == {}


def test_two_links_of_one_address_share_nothing(house: House) -> None:
    assert house.token()[:8] != house.token()[:8]


@pytest.mark.parametrize("made_up", ["", "x", "ö", "AAAA", "A" * 200])
async def test_a_link_that_was_made_up_does_nothing(house: House, made_up: str) -> None:
    await _is_none(house, made_up)


async def test_nor_does_one_that_was_changed_cut_or_of_another_pepper(
    house: House,
) -> None:
    token = house.token()
    for other in ("A" + token[1:], token[:-4], token + "AAAA"):
        await _is_none(house, other)
    with pytest.raises(NotFound):
        await house.unsubscribing(b"another").stop(token)
    # what the same pepper has sealed for another use
    sealed = house.keys.seal(b"mail", ANN, b"").hex()
    await _is_none(house, sealed)


async def _is_none(house: House, token: str) -> None:
    unsubscribing = house.unsubscribing()
    for act in (unsubscribing.stop, unsubscribing.resume):
        with pytest.raises(NotFound):
            await act(token)
    assert house.world.unsubscribed == {}
