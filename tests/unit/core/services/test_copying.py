"""A new board with the notes of another one: in portions, under ops of their own."""

from datetime import UTC, datetime
from typing import Any

import pytest

from orbit.core.actors.mailbox import Done
from orbit.core.codec import Codec
from orbit.core.errors import Unavailable
from orbit.core.kinds.feedback import KIND
from orbit.core.kinds.feedback.asked import CarryNotes, EditBoard
from orbit.core.kinds.feedback.state import Colour
from orbit.core.services.copying import BYTES, NOTES, Op, fill, portions
from orbit.core.services.document import BoardData, NoteData, NoteItem
from orbit.core.types import BoardId, Principal

CODEC = Codec(KIND)  # as the board's owner reads it, wherever he is
AT = datetime(2026, 11, 21, tzinfo=UTC)
ADMIN = Principal("ann", claims=frozenset({"link:x"}))


def note(n: int, content: str = "text") -> NoteItem:
    data = NoteData(content=content, colour=Colour.COOL, x=n, y=0, created_at=AT)
    return NoteItem(f"n{n}", data)


class Board:
    """What a router is to whoever copies."""

    def __init__(self, fails_at: int = 99) -> None:
        self.told: list[tuple[bytes, Any]] = []
        self.fails_at = fails_at

    async def ask(
        self,
        _board: str,
        _who: Principal,
        op: bytes,
        do: str,
        body: bytes = b"{}",
        **more: Any,
    ) -> Done:
        if len(self.told) == self.fails_at:
            raise Unavailable
        command = more.get("command")
        assert (type(command) in KIND.internal) is (command is not None)
        self.told.append((op, command or CODEC.asked(do, body)))
        return Done(len(self.told) + 1, "")


async def copy(board: Any, *notes: NoteItem, **settings: Any) -> int:
    data = BoardData("Copy", **settings)
    return await fill(
        board, BoardId("b"), ADMIN, data, notes, lambda part: Op(part.encode(), 0)
    )


def test_portions_are_small_and_together_all() -> None:
    many = [note(n) for n in range(2 * NOTES + 1)]
    assert [len(some) for some in portions(many)] == [NOTES, NOTES, 1]
    long = [note(n, "x" * 4_000) for n in range(30)]
    assert max(sum(4 * len(n.data.content) for n in p) for p in portions(long)) <= BYTES
    assert [n for some in portions(long) for n in some] == long
    assert list(portions([])) == []


async def test_the_board_is_as_it_was_when_all_notes_are_there() -> None:
    board = Board()
    seq = await copy(
        board, *(note(n) for n in range(150)), columns=("Good",), sealed=True
    )
    (one, first), (two, second), (last, settings) = board.told
    assert (one, two, last) == (b"notes 0", b"notes 1", b"settings")
    assert isinstance(first, CarryNotes)
    assert [n.id for n in (*first.notes, *second.notes)] == [
        f"n{n}" for n in range(150)
    ]
    assert settings == EditBoard(columns=("Good",), votes_each=0, sealed=True)
    assert seq == 4


async def test_what_was_cut_is_told_again_under_the_same_ops() -> None:
    board, notes = Board(fails_at=1), [note(n) for n in range(150)]
    with pytest.raises(Unavailable):
        await copy(board, *notes)
    before, board.fails_at = board.told[0], 99
    await copy(board, *notes)
    assert board.told[1] == before
