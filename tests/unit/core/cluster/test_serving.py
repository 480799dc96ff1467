"""An owner tells each watching node once, and notices those that watch no more."""

from collections.abc import Set
from typing import Any

from orbit.core.actors.presence import NOBODY, People, digest
from orbit.core.cluster import words
from orbit.core.cluster.serving import WATCH_S, Serving
from orbit.core.types import BoardId
from tests.kit.board import Rig, simulated


def watching(
    serving: Serving,
    inc: str,
    board: BoardId,
    ids: Set[int],
    *,
    guests: int,
    now: float,
) -> None:
    """Have a node watch and say who is there."""
    serving.watch(inc, board, words.Interest(0, digest(ids), guests), None, now)
    for word in words.present(board, ids):
        serving.present(inc, word)


class Said:
    """What was said, to whom."""

    def __init__(self) -> None:
        self.words: list[tuple[str, Any]] = []

    def say(self, inc: str, frame: bytes) -> None:
        self.words.append((inc, words.decode(frame)))

    def of(self, kind: type[Any]) -> list[tuple[str, Any]]:
        return [(inc, word) for inc, word in self.words if isinstance(word, kind)]


@simulated
async def test_who_watches_gets_what_it_lacks_and_then_each_event_once(
    rig: Rig,
) -> None:
    board, said = await rig.board(), Said()
    await rig.notes(board, 2)
    live = rig.directory.actor(board).live
    assert live
    serving = Serving(said.say)
    serving.watch("n2", board, words.Interest(1, 0, 0), live, 0.0)
    ((to, told),) = said.of(words.Watched)
    assert to == "n2"
    assert [entry.seq for entry in told.entries] == [2, 3]
    serving.watch("n2", board, words.Interest(1, 0, 0), live, 2.0)
    assert len(said.of(words.Watched)) == 1, "said again, it is not told again"
    serving.published(board, live, told.entries)
    assert [inc for inc, _ in said.of(words.Happened)] == ["n2"]


@simulated
async def test_what_is_too_long_to_say_is_left_to_the_journal(rig: Rig) -> None:
    board, said = await rig.board(), Said()
    for _ in range(40):
        await rig.do(board, "add_note", content="x" * 4_000)
    live = rig.directory.actor(board).live
    assert live
    serving = Serving(said.say)
    serving.watch("n2", board, words.Interest(1, 0, 0), live, 0.0)
    ((_, told),) = said.of(words.Watched)
    assert (told.entries, told.head) == (None, 41)


@simulated
async def test_a_watch_that_is_not_said_again_ends(rig: Rig) -> None:
    board, said = await rig.board(), Said()
    serving = Serving(said.say)
    watching(serving, "n2", board, {1}, guests=1, now=0.0)
    watching(serving, "n3", board, {1, 2}, guests=2, now=5.0)
    assert serving.people(board) == People({1, 2}, 3)
    assert serving.beacon(lambda _: (1, 7, 3), WATCH_S + 1) == {board}
    assert [(inc, word.heads) for inc, word in said.of(words.Beacon)] == [
        ("n3", {board: (1, 7, 3)})
    ]
    assert serving.people(board) == People({1, 2}, 2)
    serving.unwatch("n3", board)
    assert not serving.watchers(board)
    assert serving.people(board) == NOBODY


CROWD = frozenset(range(1 << 63, (1 << 63) + 40_001))  # more than one word can hold


@simulated
async def test_an_owner_asks_who_is_there_until_it_has_the_whole_list(
    rig: Rig,
) -> None:
    board, said = await rig.board(), Said()
    serving = Serving(said.say)
    interest = words.Interest(0, digest(CROWD), 5)
    assert serving.watch("n2", board, interest, None, 0.0), "five guests have come"
    assert said.of(words.Who) == [("n2", words.Who(board))]
    parts = list(words.present(board, CROWD))
    assert len(parts) == 3
    assert all(len(words.encode(part)) < words.MAX_BYTES for part in parts)
    for heard in (parts[1:], parts[:1] + parts[2:], parts[:2]):  # one is lost
        assert not any(serving.present("n2", part) for part in heard)
        assert serving.people(board) == People(frozenset(), 5)
    serving.watch("n2", board, interest, None, 1.0)
    assert len(said.of(words.Who)) == 2, "it is asked again"
    assert [serving.present("n2", part) for part in parts] == [False, False, True]
    assert serving.people(board) == People(CROWD, 5)
    assert not serving.watch("n2", board, interest, None, 2.0)
    assert len(said.of(words.Who)) == 2, "it is known"
    serving.watch("n2", board, words.Interest(0, 0, 5), None, 3.0)
    (nobody,) = words.present(board, frozenset())
    assert serving.present("n2", nobody)
    assert serving.people(board) == People(frozenset(), 5)


@simulated
async def test_who_does_not_watch_cannot_say_who_is_there(rig: Rig) -> None:
    board = await rig.board()
    serving = Serving(Said().say)
    (word,) = words.present(board, {1})
    assert not serving.present("n2", word)
    assert serving.people(board) == NOBODY


@simulated
async def test_when_it_has_ended_nobody_watches_or_is_counted(rig: Rig) -> None:
    board, said = await rig.board(), Said()
    serving = Serving(said.say)
    watching(serving, "n2", board, {1}, guests=1, now=0.0)
    assert serving.end(board) == {"n2"}
    assert serving.watchers(board) == set()
    assert serving.people(board) == NOBODY
    assert serving.end(board) == set()
