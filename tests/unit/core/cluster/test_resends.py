"""A refusal of what was told again is told as true only where it certainly is."""

from typing import Any

import pytest

from orbit.core.actors.mailbox import Answer, Done
from orbit.core.cluster.resends import KEPT, Resends
from orbit.core.errors import (
    Busy,
    IdReused,
    Invalid,
    OrbitError,
    RateLimited,
    Unknown,
)
from orbit.core.types import BoardId
from orbit.store.memory.carrier import Fate
from tests.kit.board import Rig, simulated
from tests.kit.cluster import Cluster, run_cluster, until

BOARD, OP = BoardId("b"), ("ann", b"op")


def told(resends: Resends, attempt: int, answer: Answer, op: Any = OP) -> Answer:
    """Return how an answer is told to whoever tells for the `attempt`th time."""
    heard: list[Answer] = []
    resends.guarded(BOARD, op, attempt, heard.append)(answer)
    (one,) = heard
    return one


def test_what_was_told_elsewhere_before_is_not_refused_for_certain() -> None:
    refused = Invalid("too long", details={"field": "content"})
    answer = told(Resends(), 2, refused)
    assert isinstance(answer, Unknown)
    assert answer.details == {
        "reason": "invalid",
        "message": "too long",
        "field": "content",
    }


def test_what_was_told_here_alone_is_refused_as_it_is() -> None:
    resends, refused = Resends(), Invalid("too long")
    assert [told(resends, n, refused) for n in (1, 2, 2, 3)] == [refused] * 4
    assert isinstance(told(resends, 5, refused), Unknown), "the fourth was elsewhere"
    assert isinstance(told(resends, 6, refused), Unknown)
    assert isinstance(told(resends, 2, refused, ("bob", b"op")), Unknown)


@pytest.mark.parametrize(
    "answer", [Done(1, "id"), Busy(), Unknown(), IdReused(), RateLimited(after=1.0)]
)
def test_all_but_a_last_refusal_is_told_as_it_is(answer: Answer) -> None:
    assert told(Resends(), 2, answer) is answer


def test_who_does_not_count_is_believed() -> None:
    refused = Invalid()
    assert told(Resends(), 0, refused) is refused


def test_it_remembers_no_more_than_it_must() -> None:
    resends, refused = Resends(), Invalid()
    told(resends, 1, refused)
    for n in range(KEPT):
        told(resends, 1, refused, ("ann", b"%d" % n))
    assert isinstance(told(resends, 2, refused), Unknown)
    assert told(resends, 2, refused, ("ann", b"1")) is refused


def test_a_refusal_over_another_gateway_is_in_doubt() -> None:
    async def scenario(cluster: Cluster) -> None:
        board = await cluster[0].board()
        near, (far, _) = cluster.owner(board), cluster.others(board)
        for rig in (near, far):
            again = rig.tell(board, "add_note", op="same", attempt=2, content="")
            answer = await again.answer()
            assert isinstance(answer, OrbitError)
            assert (answer.code, answer.details["reason"]) == ("unknown", "invalid")
            once = rig.tell(board, "add_note", op="other", attempt=1, content="")
            again = rig.tell(board, "add_note", op="other", attempt=2, content="")
            assert [await each.answer() for each in (once, again)]
            assert (once.code, again.code) == ("invalid", "invalid")

    run_cluster(scenario)


def test_two_tellings_at_one_gateway_get_one_answer() -> None:
    async def scenario(cluster: Cluster) -> None:
        board = await cluster[0].board()
        near, (far, _) = cluster.owner(board), cluster.others(board)
        await far.seat(board)
        lost: list[bytes] = []

        def fate(source: str, to: str, frame: bytes) -> Fate:
            if (source, to) == (far.node.inc, near.node.inc) and b"Ask" in frame:
                lost.append(frame)
                return Fate.LOSE if len(lost) == 1 else Fate.ARRIVE
            return Fate.ARRIVE

        cluster.hub.fate = fate
        first = far.tell(board, "add_note", op="same", attempt=1, content="x")
        await until(lambda: lost)
        again = far.tell(board, "add_note", op="same", attempt=2, content="x")
        other = far.tell(board, "add_note", op="same", attempt=2, content="y")
        await until(lambda: len(lost) > 1)
        assert len(lost) == 2, "the twin was not carried by itself"
        answers = [await each.answer() for each in (first, again, other)]
        assert answers[0] == answers[1]
        assert {first.code, other.code} == {"done", "id_reused"}

    run_cluster(scenario)


@simulated
async def test_where_there_is_one_node_a_refusal_is_true(rig: Rig) -> None:
    board = await rig.board()
    again = rig.tell(board, "add_note", op="same", attempt=2, content="")
    await again.answer()
    assert again.code == "invalid"
