"""What a board remembers of its journal, and when it says that it does not."""

import pytest
from msgspec.structs import replace

from orbit.core.actors.memory import MAX_BYTES, MAX_EVENTS, Memory
from tests.kit.stores import entry, put


def test_nothing_is_known_to_have_come_after_anything() -> None:
    assert Memory().since(0) is None


def test_it_gives_what_came_after_a_seq() -> None:
    memory = Memory()
    entries = [entry(seq) for seq in range(5, 10)]
    memory.keep(entries)
    assert memory.since(4) == entries
    assert memory.since(7) == entries[3:]
    assert memory.since(9) == []
    assert memory.since(3) is None


def test_a_command_is_remembered_by_its_author_with_its_last_seq() -> None:
    memory = Memory()
    memory.keep([entry(1, op=b"o", ix=0), entry(2, op=b"o", ix=1)])
    told = memory.told(("ann", b"o"))
    assert told is not None
    assert told.seq == 2
    assert memory.told(("bob", b"o")) is None
    assert memory.told(("ann", b"p")) is None


def test_what_comes_after_the_first_question_is_known_too() -> None:
    memory = Memory()
    memory.keep([entry(1, op=b"1")])
    assert memory.told(("ann", b"2")) is None
    memory.keep([entry(2, op=b"2")])
    assert [memory.told(("ann", op)) is not None for op in (b"1", b"2")] == [True, True]


@pytest.mark.parametrize("asked", [False, True])
def test_the_oldest_are_forgotten_with_their_commands(asked: bool) -> None:
    memory = Memory()
    assert not asked or memory.told(("ann", b"2")) is None
    for seq in range(1, MAX_EVENTS + 3):
        memory.keep([entry(seq, op=b"%d" % seq)])
    assert memory.since(1) is None
    kept = memory.since(2)
    assert kept is not None
    assert len(kept) == MAX_EVENTS
    assert memory.told(("ann", b"2")) is None
    assert memory.told(("ann", b"3")) is not None


@pytest.mark.parametrize("asked", [False, True])
def test_a_command_half_of_which_is_forgotten_is_still_known(asked: bool) -> None:
    memory = Memory()
    assert not asked or memory.told(("ann", b"o")) is None
    memory.keep([entry(1, op=b"o", ix=0), entry(2, op=b"o", ix=1)])
    memory.keep([entry(seq) for seq in range(3, MAX_EVENTS + 2)])
    told = memory.told(("ann", b"o"))
    assert told is not None
    assert told.seq == 2


def test_it_is_bounded_in_bytes_by_what_events_and_items_hold() -> None:
    memory = Memory()
    for seq in range(1, 9):
        memory.keep([entry(seq, put("n", text="x" * (MAX_BYTES // 4)))])
    kept = memory.since(5)
    assert kept is not None
    assert len(kept) == 3
    assert memory.since(4) is None


def test_one_event_larger_than_all_room_leaves_nothing() -> None:
    memory = Memory()
    memory.keep([entry(1, text="x" * (MAX_BYTES + 1))])
    assert memory.since(0) is None
    memory.keep([entry(2)])
    assert memory.since(1) == [*(memory.since(1) or ())]
    assert memory.since(0) is None


def test_what_is_replaced_is_given_out_no_more() -> None:
    memory = Memory()
    secret, kept = entry(1, put("n", text="secret"), op=b"o"), entry(2, who="bob")
    memory.keep([secret, kept])
    left = replace(secret, who="nobody", changes=[], data=b"{}")
    memory.replace([left, entry(7)])  # one that it has forgotten, or never had
    assert memory.since(0) == [left, kept]
    assert memory.told(("ann", b"o")) is None
    assert memory.told(("bob", kept.op)) is not None


def test_what_is_replaced_counts_as_what_it_is_now() -> None:
    memory = Memory()
    large = [entry(seq, text="x" * (MAX_BYTES // 3)) for seq in (1, 2)]
    memory.keep(large)
    memory.replace([replace(one, data=b"{}") for one in large])
    memory.keep([entry(3, text="x" * (MAX_BYTES // 2))])
    assert len(memory.since(0) or ()) == 3


def test_how_much_is_remembered_is_a_setting() -> None:
    memory = Memory(10)
    memory.keep([entry(seq) for seq in range(1, 21)])
    assert len(memory.since(10) or ()) == 10
    assert memory.since(9) is None


def test_it_shrinks_to_an_eighth_and_grows_again() -> None:
    memory = Memory(80)
    memory.keep([entry(seq, op=b"%d" % seq) for seq in range(1, 81)])
    memory.shrink()
    assert len(memory.since(70) or ()) == 10
    assert memory.since(69) is None
    assert memory.told(("ann", b"70")) is None
    memory.shrink()
    memory.keep([entry(81)])
    assert len(memory.since(70) or ()) == 11
