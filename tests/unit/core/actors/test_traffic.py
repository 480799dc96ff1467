"""What is counted of boards, and what those hear who look on."""

from orbit.core.actors.traffic import KEPT, Activity, Traffic
from orbit.core.types import BoardId
from tests.kit.board import ANN, BOB, Rig, simulated
from tests.kit.stores import entry

ONE, TWO = BoardId("one"), BoardId("two")


def test_totals_grow_whether_somebody_measures_or_not() -> None:
    traffic = Traffic()
    traffic.answered(ONE, 3, 0.5)
    traffic.published(ONE, 4, [entry(1), entry(2)], 0.0)
    assert (traffic.commands, traffic.deliveries) == (3, 8)
    with traffic.measured() as seen:
        traffic.answered(TWO, 1, 0.1)
    assert (traffic.commands, dict(seen)) == (4, {TWO: Activity(1, 0, 0, 0.1)})


def test_each_measure_has_what_happened_meanwhile() -> None:
    traffic = Traffic()
    with traffic.measured() as outer:
        traffic.answered(ONE, 2, 0.3)
        with traffic.measured() as inner:
            traffic.answered(ONE, 1, 0.1)
            traffic.published(ONE, 5, [entry(1)], 0.0)
        traffic.answered(ONE, 1, 0.2)
    assert outer[ONE] == Activity(4, 1, 5, 0.3)
    assert inner[ONE] == Activity(1, 1, 5, 0.1)
    traffic.answered(ONE, 9, 9.0)
    assert outer[ONE].commands == 4


async def test_who_taps_a_board_hears_of_it_alone_and_for_so_long() -> None:
    traffic = Traffic()
    with traffic.tapped(ONE) as tap, traffic.tapped(ONE) as other:
        traffic.published(TWO, 1, [entry(1)], 1.0)
        await tap.wait(0)
        assert not tap.entries
        traffic.published(ONE, 1, [entry(7)], 2.5)
        await tap.wait(60)
        assert [(told.seq, at) for told, at in tap.entries] == [(7, 2.5)]
    assert len(other.entries) == 1
    traffic.published(ONE, 1, [entry(8)], 3.0)
    assert len(tap.entries) == 1


def test_who_does_not_take_what_he_hears_costs_so_much_and_no_more() -> None:
    traffic = Traffic()
    with traffic.tapped(ONE) as tap:
        for seq in range(KEPT + 5):
            traffic.published(ONE, 1, [entry(seq)], 0.0)
    assert len(tap.entries) == KEPT
    assert tap.entries[0][0].seq == 5


@simulated
async def test_a_board_counts_what_it_answers_and_tells(rig: Rig) -> None:
    board = await rig.board()
    await rig.seat(board, ANN)
    await rig.seat(board, BOB)
    with rig.around.traffic.measured() as seen:
        with rig.around.traffic.tapped(board) as tap:
            await rig.do(board, "add_note", ANN, content="x")
        refused = rig.tell(board, "edit_board", ANN, title="not mine")
        await refused.answer()
    assert refused.code == "forbidden"
    assert seen[board].commands == 2
    assert (seen[board].events, seen[board].deliveries) == (1, 2)
    assert 0 < seen[board].slowest_s < 1
    assert [told.type for told, _ in tap.entries] == ["note_added"]
    assert rig.directory.actor(board).watchers == 2
