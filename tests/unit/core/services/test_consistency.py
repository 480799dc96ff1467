"""What a verifier finds: each sort of damage, planted; nothing where there is none."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from msgspec.structs import replace

from orbit.core.codec import Shown
from orbit.core.kinds import KINDS
from orbit.core.ports import Journal
from orbit.core.services import consistency
from orbit.core.services.consistency import Finding, Sort, Verifier
from orbit.core.types import EVERYONE, BoardId
from orbit.store.memory.world import Row
from tests.kit.board import ANN, BOB, Rig, simulated


async def lived(rig: Rig) -> tuple[BoardId, Row]:
    """Return a board with a snapshot in the midst of its history."""
    board = await rig.board()
    for n in range(4):
        await rig.do(board, "add_note", ANN, content=f"note {n}", x=n / 4)
    await rig.directory.evict(board)  # which saves it
    done = await rig.do(board, "add_note", BOB, content="last")
    await rig.do(board, "toggle_upvote", ANN, note=done.id)
    rig.directory.actor(board).stop()  # and does not save it again
    return board, rig.world.boards[board]


async def found(rig: Rig, board: BoardId) -> list[tuple[Sort, int]]:
    said = await Verifier(rig.journal, KINDS).verify(board)
    assert all(finding.board == board and finding.words for finding in said)
    return [(finding.sort, finding.seq) for finding in said]


def cut_out(row: Row) -> None:
    del row.journal[2]


def shorten(row: Row) -> None:
    row.journal.pop()


def run_ahead(row: Row) -> None:
    row.seq -= 1


def garble(row: Row) -> None:
    row.journal[2] = replace(row.journal[2], data=b'{"note":7}')


def make_up_an_event(row: Row) -> None:
    row.journal[2] = replace(row.journal[2], type="note_eaten")


def forge_the_past(row: Row) -> None:
    """Another text than the one that the snapshot was made of."""
    data = row.journal[2].data.replace(b"note 1", b"forged")
    assert data != row.journal[2].data
    row.journal[2] = replace(row.journal[2], data=data)


def forge_the_snapshot(row: Row) -> None:
    assert row.snapshot
    state = row.snapshot.state.replace(b"note 1", b"forged")
    row.snapshot = replace(row.snapshot, state=state)


def tear_the_snapshot(row: Row) -> None:
    assert row.snapshot
    row.snapshot = replace(row.snapshot, state=row.snapshot.state[:-9])


def date_the_snapshot_on(row: Row) -> None:
    assert row.snapshot
    row.snapshot = replace(row.snapshot, seq=99)


def forge_an_item(row: Row) -> None:
    key = next(key for key in row.items if key[0] == "note")
    row.items[key] = replace(row.items[key], data=b'{"content":"forged"}')


def lose_an_item(row: Row) -> None:
    del row.items["board", "board"]


def make_up_an_item(row: Row) -> None:
    row.items["note", "n9"] = Shown("note", "n9", b"{}", EVERYONE)


PLANTED: list[tuple[Callable[[Row], None], Sort, int]] = [
    (cut_out, Sort.GAP, 4),
    (shorten, Sort.SHORT, 6),
    (run_ahead, Sort.AHEAD, 6),
    (garble, Sort.UNREADABLE, 3),
    (make_up_an_event, Sort.UNREADABLE, 3),
    (forge_the_past, Sort.SNAPSHOT, 5),
    (forge_the_snapshot, Sort.SNAPSHOT, 5),
    (tear_the_snapshot, Sort.SNAPSHOT, 5),
    (date_the_snapshot_on, Sort.SNAPSHOT, 99),
    (forge_an_item, Sort.INDEX, 0),
    (lose_an_item, Sort.INDEX, 0),
    (make_up_an_item, Sort.INDEX, 0),
]


@pytest.mark.parametrize(
    ("plant", "sort", "seq"), PLANTED, ids=[plant.__name__ for plant, _, _ in PLANTED]
)
@simulated
async def test_what_was_planted_is_found_and_nothing_else(
    rig: Rig, plant: Callable[[Row], None], sort: Sort, seq: int
) -> None:
    board, row = await lived(rig)
    assert await found(rig, board) == []
    plant(row)
    assert await found(rig, board) == [(sort, seq)]


@simulated
async def test_a_kind_that_nobody_knows_is_told(rig: Rig) -> None:
    board, _ = await lived(rig)
    said = await Verifier(rig.journal, {}).verify(board)
    assert said == [Finding(board, Sort.KIND, "there is no kind feedback")]


@simulated
async def test_a_snapshot_of_another_shape_is_left_out(rig: Rig) -> None:
    board, row = await lived(rig)
    assert row.snapshot
    row.snapshot = replace(row.snapshot, version=99, state=b"of old")
    assert await found(rig, board) == []


@simulated
async def test_where_retention_has_been_the_rest_is_looked_at(rig: Rig) -> None:
    board, row = await lived(rig)
    row.forget(3)
    assert await found(rig, board) == []  # of the beginning nothing is known
    lose_an_item(row)
    assert await found(rig, board) == [(Sort.INDEX, 0)]
    cut_out(row)
    assert await found(rig, board) == [(Sort.GAP, 7)]


@simulated
async def test_a_journal_is_read_in_pages_and_counted(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consistency, "PAGE", 2)
    board, _ = await lived(rig)
    read: list[int] = []
    assert await Verifier(rig.journal, KINDS, read.append).verify(board) == []
    assert (max(read), sum(read)) == (2, 7)


class Unhurried:
    """A journal whose index takes its time."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def __getattr__(self, name: str) -> Any:
        return getattr(self._journal, name)

    async def items(self, *asked: Any, **more: Any) -> Sequence[Shown]:
        await asyncio.sleep(0.01)
        return await self._journal.items(*asked, **more)


@simulated
async def test_a_board_that_is_being_written_is_sound(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        consistency, "PAGE", 2
    )  # more is written than a page, each time
    board, _ = await lived(rig)

    async def write() -> None:
        for n in range(80):
            await rig.do(board, "add_note", ANN, content=f"meanwhile {n}")

    job = asyncio.get_running_loop().create_task(write())
    looks = 0
    while not job.done():
        verifier = Verifier(Unhurried(rig.journal), KINDS)  # type: ignore[arg-type]
        assert await verifier.verify(board) == []
        looks += 1
    await job
    assert looks > 1


@simulated
async def test_what_is_mended_by_the_second_look_is_not_told(rig: Rig) -> None:
    board, row = await lived(rig)
    lost, kept = row.journal.pop(), row.seq

    def mend(_events: int) -> None:
        if lost not in row.journal and len(reads) == 1:
            row.journal.append(lost)
        reads.append(_events)

    reads: list[int] = []
    verifier = Verifier(rig.journal, KINDS, mend)
    assert await verifier.verify(board) == []
    assert row.seq == kept
