"""What is told to askers, where a board alone would not show it."""

import asyncio
import logging

import pytest

from orbit.core.actors.answers import Answers
from orbit.core.actors.mailbox import HOLD_S, Ask
from orbit.core.errors import Forbidden, Internal, TimedOut
from orbit.core.types import BoardId, Principal
from tests.kit.board import Rig, simulated


def asked(at: float) -> Ask:
    return Ask(Principal("ann"), b"op", "add_note", b"{}", lambda _answer: None, at)


@simulated
async def test_a_bug_is_told_as_one_and_nothing_of_it(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    answers = Answers(BoardId("b1"), rig.around)
    refusal = Forbidden("no")
    assert answers.told_as(refusal) is refusal
    assert not caplog.records
    with caplog.at_level(logging.ERROR):
        told = answers.told_as(KeyError("the secret"))
    assert isinstance(told, Internal)
    assert "the secret" not in told.message
    assert "a bug on board b1" in caplog.text


@simulated
async def test_a_read_lasts_no_longer_than_the_oldest_may_be_held(rig: Rig) -> None:
    answers, began = Answers(BoardId("b1"), rig.around), rig.clock.monotonic()
    await asyncio.sleep(4)
    asks = [asked(began), asked(began + 4)]
    assert await answers.in_time(asks, asyncio.sleep(1, "read")) == "read"
    with pytest.raises(TimedOut):
        await answers.in_time(asks, asyncio.sleep(60))
    assert rig.clock.monotonic() - began == pytest.approx(HOLD_S)
