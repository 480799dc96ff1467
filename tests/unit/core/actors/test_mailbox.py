"""What waits for a board: bounded, in order, each answered once."""

import pytest

from orbit.core.actors.mailbox import HOLD_S, Answer, Ask, Mailbox
from orbit.core.errors import (
    Busy,
    Gone,
    Internal,
    OrbitError,
    StoreDown,
    Unavailable,
    Unknown,
)
from orbit.core.ports import Told
from orbit.core.types import Principal


class Asker:
    """Asks, and hears the answers."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}

    def ask(
        self,
        op: str,
        *,
        who: str = "ann",
        size: int = 2,
        at: float = 0.0,
        attempt: int = 1,
        in_doubt: bool = False,
    ) -> Ask:
        def settle(answer: Answer) -> None:
            assert op not in self.answers, "answered twice"
            self.answers[op] = answer

        ask = Ask(Principal(who), op.encode(), "do", b"x" * size, settle, at)
        ask.attempt, ask.in_doubt = attempt, in_doubt
        return ask

    @property
    def codes(self) -> dict[str, str]:
        return {op: getattr(answer, "code", "") for op, answer in self.answers.items()}


@pytest.fixture
def asker() -> Asker:
    return Asker()


def ops(mailbox: Mailbox, count: int = 64, max_bytes: int = 1 << 18) -> list[str]:
    return [ask.op.decode() for ask in mailbox.take(count, max_bytes)]


def test_asks_come_out_as_they_went_in(asker: Asker) -> None:
    mailbox = Mailbox()
    for op in "abc":
        mailbox.put(asker.ask(op))
    assert ops(mailbox) == ["a", "b", "c"]
    assert len(mailbox) == 0


def test_it_takes_so_many_and_no_more(asker: Asker) -> None:
    mailbox = Mailbox(max_asks=2)
    mailbox.put(asker.ask("a"))
    mailbox.put(asker.ask("b"))
    with pytest.raises(Busy) as refused:
        mailbox.put(asker.ask("c"))
    assert refused.value.after
    assert ops(mailbox) == ["a", "b"]
    mailbox.put(asker.ask("d"))


def test_it_takes_so_many_bytes_and_no_more(asker: Asker) -> None:
    mailbox = Mailbox(max_bytes=100)
    mailbox.put(asker.ask("a", size=60))
    with pytest.raises(Busy):
        mailbox.put(asker.ask("b", size=41))
    mailbox.put(asker.ask("c", size=40))
    assert ops(mailbox) == ["a", "c"]
    mailbox.put(asker.ask("d", size=100))


def test_a_batch_is_bounded_in_number_and_size(asker: Asker) -> None:
    mailbox = Mailbox()
    for n in range(10):
        mailbox.put(asker.ask(f"{n}", size=10))
    assert ops(mailbox, count=3) == ["0", "1", "2"]
    assert ops(mailbox, max_bytes=15) == ["3", "4"]
    assert len(mailbox) == 5


def test_one_ask_that_is_larger_than_a_batch_is_taken_alone(asker: Asker) -> None:
    mailbox = Mailbox()
    mailbox.put(asker.ask("large", size=1_000))
    mailbox.put(asker.ask("next"))
    assert ops(mailbox, max_bytes=10) == ["large"]


def test_twins_are_never_in_one_batch(asker: Asker) -> None:
    mailbox = Mailbox()
    for op, who in [("a", "ann"), ("a", "bob"), ("a", "ann"), ("b", "ann")]:
        mailbox.put(asker.ask(op, who=who))
    assert ops(mailbox) == ["a", "a"]
    assert ops(mailbox) == ["a", "b"]


def test_what_is_put_back_comes_first_and_counts_again(asker: Asker) -> None:
    mailbox = Mailbox(max_bytes=100)
    for op in "abc":
        mailbox.put(asker.ask(op, size=30))
    taken = list(mailbox.take(2, 1 << 18))
    mailbox.put(asker.ask("d", size=30))
    mailbox.put_back(taken)
    with pytest.raises(Busy):
        mailbox.put(asker.ask("e", size=30))
    assert ops(mailbox) == ["a", "b", "c", "d"]


def test_what_has_waited_too_long_is_answered_truthfully(asker: Asker) -> None:
    mailbox = Mailbox()
    mailbox.put(asker.ask("first", at=0.0))
    mailbox.put(asker.ask("doubt", at=1.0, in_doubt=True))
    mailbox.put(asker.ask("again", at=1.0, attempt=2))
    mailbox.put(asker.ask("unsaid", at=1.0, attempt=0))
    mailbox.put(asker.ask("young", at=5.0))
    mailbox.expire(HOLD_S)
    assert asker.codes == {}
    mailbox.expire(HOLD_S + 2)
    assert asker.codes == {
        "first": "timeout",
        "doubt": "unknown",
        "again": "unknown",
        "unsaid": "unknown",
    }
    assert ops(mailbox) == ["young"]


def test_one_that_was_asked_earlier_than_it_came_does_not_wait_longer(
    asker: Asker,
) -> None:
    mailbox = Mailbox(max_bytes=4)
    mailbox.put(asker.ask("young", at=9.0))
    mailbox.put(asker.ask("old", at=0.0))
    mailbox.expire(HOLD_S + 1)
    assert asker.codes == {"old": "timeout"}
    mailbox.put(asker.ask("next"))  # there is room for it


def test_what_has_expired_leaves_its_room(asker: Asker) -> None:
    mailbox = Mailbox(max_bytes=100)
    mailbox.put(asker.ask("a", size=100))
    mailbox.expire(HOLD_S + 1)
    mailbox.put(asker.ask("b", size=100, at=HOLD_S))


@pytest.mark.parametrize(
    ("error", "codes"),
    [
        (Unavailable(after=2.0), ("unavailable", "unknown", "unknown")),
        (Gone(), ("gone", "gone", "unknown")),
        (Internal(), ("internal", "internal", "unknown")),
    ],
)
def test_a_board_that_ends_answers_all(
    asker: Asker, error: OrbitError, codes: tuple[str, ...]
) -> None:
    mailbox = Mailbox()
    mailbox.put(asker.ask("first"))
    mailbox.put(asker.ask("again", attempt=2))
    mailbox.put(asker.ask("doubt", in_doubt=True))
    mailbox.fail(error)
    assert tuple(asker.codes.values()) == codes
    assert len(mailbox) == 0
    if error.after:
        assert getattr(asker.answers["again"], "after", None) == error.after


def test_in_doubt_the_journal_decides(asker: Asker) -> None:
    mailbox = Mailbox()
    mailbox.put(asker.ask("done", in_doubt=True))
    mailbox.put(asker.ask("lost", in_doubt=True))
    mailbox.put(asker.ask("new"))
    assert mailbox.doubtful() == [("ann", b"done"), ("ann", b"lost")]
    answered: list[bytes] = []
    found = {("ann", b"done"): Told(7, b""), ("ann", b"new"): Told(8, b"")}
    mailbox.resolve(found, lambda ask, told: answered.append(ask.op))
    assert answered == [b"done"]
    assert mailbox.doubtful() == []
    assert ops(mailbox) == ["lost", "new"]


def test_the_reason_of_a_doubt_is_one_that_callers_know(asker: Asker) -> None:
    asker.ask("o", in_doubt=True).refuse(StoreDown())
    answer = asker.answers["o"]
    assert isinstance(answer, Unknown)
    assert answer.details == {"reason": "unavailable"}


def test_what_other_nodes_keep_is_taken_and_makes_room(asker: Asker) -> None:
    box = Mailbox(max_bytes=10)
    near, far = asker.ask("near", size=5), asker.ask("far", size=5)
    far.is_foreign = True
    box.put(far)
    box.put(near)
    assert box.take_foreign() == [far]
    assert len(box) == 1
    box.put(asker.ask("next", size=5))
    assert box.take_foreign() == []
