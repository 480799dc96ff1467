"""An owner tells each watching node once, and notices those that watch no more."""

from typing import Any

from orbit.core.cluster import words
from orbit.core.cluster.serving import WATCH_S, Serving
from tests.kit.board import Rig, simulated


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
    serving.watch("n2", words.Watch(board, 1, frozenset(), 0), live, 0.0)
    ((to, told),) = said.of(words.Watched)
    assert to == "n2"
    assert [entry.seq for entry in told.entries] == [2, 3]
    serving.watch("n2", words.Watch(board, 1, frozenset(), 0), live, 2.0)
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
    serving.watch("n2", words.Watch(board, 1, frozenset(), 0), live, 0.0)
    ((_, told),) = said.of(words.Watched)
    assert (told.entries, told.head) == (None, 41)


@simulated
async def test_a_watch_that_is_not_said_again_ends(rig: Rig) -> None:
    board, said = await rig.board(), Said()
    serving = Serving(said.say)
    serving.watch("n2", words.Watch(board, 0, frozenset({"a"}), 1), None, 0.0)
    serving.watch("n3", words.Watch(board, 0, frozenset({"a", "b"}), 2), None, 5.0)
    assert serving.here(board) == ({"a", "b"}, 3)
    assert serving.beacon(lambda _: (1, 7, 3), WATCH_S + 1) == {board}
    assert [(inc, word.heads) for inc, word in said.of(words.Beacon)] == [
        ("n3", {board: (1, 7, 3)})
    ]
    assert serving.here(board) == ({"a", "b"}, 2)
    serving.unwatch("n3", board)
    assert not serving.watchers(board)
