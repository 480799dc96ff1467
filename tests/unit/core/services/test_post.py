"""Mails on their way: sealed, sent, tried again, given up."""

from datetime import UTC, datetime, timedelta

import pytest

from orbit.core.errors import OrbitError, Rejected, Unavailable
from orbit.core.ports import Message
from orbit.core.services import post
from orbit.core.services.identity import Keys
from orbit.core.services.post import LEASE, Post
from orbit.store.memory.store import MemoryStore
from orbit.store.memory.world import World

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
HELLO = Message("ann@example.org", "Hello", "a text", "<p>a text</p>")
DAY = timedelta(days=1)


class Time:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return 0.0


class Server:
    """A mailer that does what a test says."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, Message]] = []
        self.fails: OrbitError | None = None

    async def send(self, message: Message, id: str) -> None:
        self.sent.append((id, message))
        if self.fails:
            raise self.fails


class House:
    """A post, and all around it."""

    def __init__(self) -> None:
        self.time, self.server = Time(), Server()
        self.world = World(self.time)
        self.post = self.another()

    def another(self, pepper: bytes = b"pepper") -> Post:
        outbox = MemoryStore(self.world, inc="n").people.outbox
        return Post(Keys(pepper), outbox, self.server, self.time)


@pytest.fixture
def house() -> House:
    return House()


async def test_a_mail_is_sent_once(house: House) -> None:
    await house.post.send(HELLO, DAY)
    assert await house.post.deliver() == 1
    assert await house.post.deliver() == 0
    assert [mail for _, mail in house.server.sent] == [HELLO]
    assert house.world.parcels == {}


async def test_the_database_learns_neither_whom_nor_what(house: House) -> None:
    await house.post.send(HELLO, DAY)
    stored = repr(house.world.parcels)
    for secret in ("ann", "Hello", "text"):
        assert secret not in stored


async def test_what_did_not_go_is_tried_again_later_under_the_same_id(
    house: House,
) -> None:
    house.server.fails = Unavailable("away")
    await house.post.send(HELLO, DAY)
    waits = []
    for tries in range(1, 5):
        before = house.time.at
        assert await house.post.deliver() == 1
        assert await house.post.deliver() == 0
        ((due, _),) = house.world.parcels.values()
        waits.append((due - before).total_seconds())
        assert 5 * 2 ** (tries - 1) <= waits[-1] <= 5 * 2 ** (tries - 1) * 1.25
        house.time.at = due
    house.server.fails = None
    assert await house.post.deliver() == 1
    assert len({id for id, _ in house.server.sent}) == 1
    assert house.world.parcels == {}


async def test_what_is_refused_for_good_is_given_up(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.server.fails = Rejected("the mail server says 550")
    await house.post.send(HELLO, DAY)
    assert await house.post.deliver() == 1
    assert house.world.parcels == {}
    assert "550" in caplog.text
    assert "ann" not in caplog.text


async def test_one_that_fails_holds_up_no_other(house: House) -> None:
    house.server.fails = Unavailable("away")
    await house.post.send(HELLO, DAY)
    await house.post.deliver()
    house.server.fails = None
    await house.post.send(HELLO, DAY)
    assert await house.post.deliver() == 1
    assert len(house.world.parcels) == 1


async def test_who_dies_while_he_sends_is_followed_by_another(house: House) -> None:
    await house.post.send(HELLO, DAY)
    outbox = MemoryStore(house.world, inc="n").people.outbox
    assert len(await outbox.take(NOW, LEASE, 10)) == 1  # and never says a word
    assert await house.another().deliver() == 0
    house.time.at += LEASE
    assert await house.another().deliver() == 1
    assert [mail for _, mail in house.server.sent] == [HELLO]


async def test_a_mail_of_another_pepper_is_given_up(house: House) -> None:
    await house.another(b"another").send(HELLO, DAY)
    assert await house.post.deliver() == 1
    assert house.server.sent == []
    assert house.world.parcels == {}


async def test_a_mail_that_is_of_no_use_any_more_is_not_sent(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(post, "LOOK_S", 0.0)
    await house.post.send(HELLO, DAY)
    house.time.at += DAY
    await house.post.round()
    assert house.server.sent == []
    assert house.world.parcels == {}
