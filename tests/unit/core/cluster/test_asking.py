"""Asks on their way to an owner: which copy may still be decided, who is answered."""

import asyncio
from typing import Any

import pytest

from orbit.core.actors.mailbox import HOLD_S, Answer, Ask, Done
from orbit.core.cluster.asking import AGAIN_S, Asks, Redactions, Room, error_of
from orbit.core.cluster.words import Refused
from orbit.core.errors import Fenced, Internal, Invalid, Unavailable
from orbit.core.types import BoardId, Principal
from tests.kit.sim import SimLoop, simulate

BOARD = BoardId("b")


class Asker:
    """Somebody who asks, and hears."""

    def __init__(self) -> None:
        self.heard: list[Answer] = []

    def ask(self, op: bytes = b"op", body: bytes = b"{}", **more: Any) -> Ask:
        given = {"attempt": 1, "at": 0.0, **more}
        return Ask(Principal("ann"), op, "add_note", body, self.heard.append, **given)


def test_a_second_copy_says_that_it_is_one() -> None:
    asks = Asks(Room())
    asks.keep(1, Asker().ask())
    first, second = (asks[1].copy(1, BOARD, 7, now) for now in (1.0, 3.0))
    assert (first.attempt, first.copy, first.epoch, first.waited) == (1, 1, 7, 1.0)
    assert (second.attempt, second.copy) == (2, 2)


def test_an_ask_is_in_doubt_while_a_copy_may_be_decided() -> None:
    asks, ask = Asks(Room()), Asker().ask()
    asks.keep(1, ask)
    for _ in range(2):
        asks[1].copy(1, BOARD, 7, 0.0)
    asks[1].void()
    assert ask.in_doubt
    asks[1].void()
    assert not ask.in_doubt
    asks[1].void()
    assert asks[1].copies == 0
    before = Asker().ask(in_doubt=True)
    asks.keep(2, before)
    asks[2].copy(2, BOARD, 7, 0.0)
    asks[2].void()
    assert before.in_doubt, "it was so before it came here"


def test_the_same_command_told_again_shares_the_answer() -> None:
    asks, asker = Asks(Room()), Asker()
    asks.keep(1, asker.ask())
    assert asks.joins(asker.ask(attempt=2))
    assert not asks.joins(asker.ask(attempt=1)), "it is another one of that name"
    assert not asks.joins(asker.ask(attempt=2, body=b'{"x":1}'))
    assert not asks.joins(asker.ask(b"other", attempt=2))
    done = Done(1, "id")
    (ask,) = asks.take()
    ask.settle(done)
    assert asker.heard == [done, done]
    assert len(asks) == 0


def test_who_has_waited_too_long_waits_no_more() -> None:
    asks = Asks(Room())
    for ref, at in ((1, 0.0), (2, 5.0)):
        asks.keep(ref, Asker().ask(at=at))
    assert [sent.ask.at for sent in asks.late(10.1)] == [0.0]
    assert list(asks) == [2]
    assert asks.pop(1) is None
    assert asks.get(2) is asks[2]


def test_what_may_be_lost_is_asked_for_again() -> None:
    asks = Asks(Room())
    for ref in (1, 2):
        asks.keep(ref, Asker().ask())
    asks[1].copy(1, BOARD, 7, 0.0)
    assert asks.due(AGAIN_S) == [2]
    assert asks.due(AGAIN_S + 0.1) == [1, 2]


def test_an_owner_says_what_became_of_a_redaction() -> None:
    async def scenario(loop: SimLoop) -> None:
        redactions = Redactions()
        for ref in (1, 2, 3):
            redactions.begin(ref)
        jobs = [loop.create_task(redactions.end(ref)) for ref in (1, 2, 3)]
        await asyncio.sleep(0)
        redactions.settle(1, None)
        redactions.settle(2, Fenced())
        redactions.settle(2, None)
        redactions.settle(9, None)
        await jobs[0]
        with pytest.raises(Fenced):
            await jobs[1]
        assert len(redactions) == 1
        with pytest.raises(Unavailable):
            await jobs[2]
        assert loop.now == HOLD_S
        assert not redactions

    simulate(scenario, 0)


def test_an_error_arrives_as_it_was_meant() -> None:
    word = Refused(1, BoardId("b"), "invalid", "too long", {"field": "content"}, 2.0)
    error = error_of(word)
    assert isinstance(error, Invalid)
    assert (error.message, error.details, error.after) == (
        "too long",
        {"field": "content"},
        2.0,
    )
    newer = error_of(Refused(1, BoardId("b"), "of_a_later_release", "", {}, None))
    assert isinstance(newer, Internal)


def test_there_is_room_for_so_many_on_a_board_and_on_all_together() -> None:
    room = Room(letters=3, per_board=2)
    here, there = Asks(room), Asks(room)
    ask = Asker().ask()
    here.keep(1, ask)
    assert not here.is_full(ask)
    here.keep(2, ask)
    assert here.is_full(ask), "two on one board"
    assert not there.is_full(ask)
    there.keep(3, ask)
    assert there.is_full(ask), "three on all"
    here.pop(1)
    here.pop(1)
    assert not here.is_full(ask)
    here.take()
    assert there.late(HOLD_S + 1)
    for n in range(2):
        assert not there.is_full(ask), "all have left"
        there.keep(n, ask)


def test_there_is_room_for_so_many_bytes() -> None:
    asks = Asks(Room(size=10))
    asks.keep(1, Asker().ask(body=b"x" * 6))
    assert asks.is_full(Asker().ask(body=b"x" * 5))
    assert not asks.is_full(Asker().ask(body=b"x" * 4))
