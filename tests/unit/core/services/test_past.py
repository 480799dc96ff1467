"""A board as it was: what is gone since does not come back."""

from collections.abc import Sequence
from typing import Any

import pytest

from orbit.core.codec import Entry, Shown
from orbit.core.services import past
from orbit.core.services.past import moments, told
from orbit.core.types import EVERYONE, BoardId, Put

BOARD = BoardId("b")


def put(id: str, n: int, *to: str) -> Shown:
    audience = frozenset(to) if to else EVERYONE
    return Shown("note", id, b'{"n":%d}' % n, audience)


def drop(id: str) -> Shown:
    return Shown("note", id, None, EVERYONE)


class Story:
    """A journal, as far as the past reads it."""

    def __init__(self, *changes: Sequence[Shown], now: Sequence[Put]) -> None:
        self.rows = [
            Entry(n, "e", 1, b"", change, "", b"", 0, b"", "")
            for n, change in enumerate(changes, 1)
        ]
        self.now = {(item.type, item.id): item for item in now}

    async def since(self, _board: str, seq: int, limit: int) -> Sequence[Entry]:
        return self.rows[seq : seq + limit]

    async def needed(self, _board: str, keys: Any) -> Any:
        return {key: item for key, item in self.now.items() if key in keys}


def now(id: str, *to: str) -> Put:
    return Put("note", id, {}, frozenset(to) if to else EVERYONE)


async def data(story: Any, sight: set[str], *seqs: int) -> list[dict[str, int]]:
    found = await moments(story, BOARD, sight, seqs)
    return [{id: d["n"] for (_, id), d in told(each).items()} for each in found]


async def test_each_moment_is_what_was_seen_then() -> None:
    story = Story([put("a", 1)], [put("b", 2)], [put("a", 3)], now=[now("a"), now("b")])
    assert await data(story, set(), 0, 1, 2, 3) == [
        {},
        {"a": 1},
        {"a": 1, "b": 2},
        {"a": 3, "b": 2},
    ]
    assert await data(story, set(), 3, 1) == [{"a": 3, "b": 2}, {"a": 1}]


async def test_what_is_gone_is_gone_from_the_past() -> None:
    story = Story([put("a", 1)], [put("b", 2)], [drop("a")], now=[now("b")])
    assert await data(story, set(), 1, 2, 3) == [{}, {"b": 2}, {"b": 2}]
    (first, *_) = await moments(story, BOARD, set(), [1])  # type: ignore[arg-type]
    assert first == {("note", "a"): None}


async def test_what_was_or_is_for_others_is_not_told() -> None:
    story = Story(
        [put("mine", 1, "ann")],
        [put("once", 2)],
        now=[now("mine", "ann"), now("once", "ann")],
    )
    assert await data(story, {"bob"}, 2) == [{}]
    assert await data(story, {"ann"}, 2) == [{"mine": 1, "once": 2}]


@pytest.mark.parametrize("size", [1, 2, 100])
async def test_pages_make_no_difference(
    size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(past, "PAGE", size)
    monkeypatch.setattr(past, "KEYS", size)
    story = Story(
        *([put(f"n{n % 3}", n)] for n in range(7)), now=[now(f"n{n}") for n in range(3)]
    )
    assert await data(story, set(), 2, 7) == [
        {"n0": 0, "n1": 1},
        {"n0": 6, "n1": 4, "n2": 5},
    ]
