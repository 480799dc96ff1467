"""What one node says another understands, to the last byte."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orbit.core.cluster import words
from orbit.core.codec import Entry, Shown
from orbit.core.ids import board_id
from orbit.core.types import EVERYONE, BoardId, Principal

BOARD = BoardId("b")
ids = st.text(max_size=8)
numbers = st.integers(0, 2**53)
hashes = st.integers(0, 2**64 - 1)
audiences = st.sampled_from([EVERYONE, frozenset(), frozenset({"ann", "admin"})])
shown = st.builds(Shown, ids, ids, st.none() | st.binary(max_size=20), audiences)
entries = st.lists(
    st.builds(
        Entry,
        seq=numbers,
        type=ids,
        version=st.integers(1, 9),
        data=st.binary(max_size=20),
        changes=st.lists(shown, max_size=3),
        who=ids,
        op=st.binary(max_size=16),
        ix=st.integers(0, 9),
        digest=st.binary(max_size=16),
        at=ids,
    ),
    max_size=3,
)
people = st.builds(Principal, ids, ids, st.frozensets(ids, max_size=3))
said = st.one_of(
    st.builds(
        words.Ask,
        ref=numbers,
        board=st.just(BOARD),
        epoch=numbers,
        who=people,
        op=st.binary(max_size=16),
        do=ids,
        body=st.binary(max_size=50),
        attempt=st.integers(0, 9),
        waited=st.floats(0, 10),
        is_inner=st.booleans(),
    ),
    st.builds(words.Done, numbers, st.just(BOARD), numbers, ids),
    st.builds(words.Released, st.just(BOARD), numbers, ids),
    st.builds(
        words.Watch,
        st.dictionaries(ids, st.builds(words.Interest, numbers, hashes, numbers)),
    ),
    st.builds(words.Present, st.just(BOARD), numbers, st.booleans(), st.binary()),
    st.builds(
        words.Happened,
        st.just(BOARD),
        ids,
        numbers,
        numbers,
        st.none() | entries,
    ),
    st.builds(
        words.Beacon,
        st.dictionaries(st.just(BOARD), st.tuples(numbers, numbers, numbers)),
    ),
)


@given(said)
def test_a_word_arrives_as_it_was_said(word: words.Word) -> None:
    assert words.decode(words.encode(word)) == word


@pytest.mark.parametrize("frame", [b"", b"\xc1", b"x" * 100, b"\x91\xa3Lie"])
def test_what_is_no_word_is_refused(frame: bytes) -> None:
    with pytest.raises(words.DecodeError):
        words.decode(frame)


@pytest.mark.parametrize("size", [0, 1, 2_000, 2_001, 6_000])
def test_a_word_about_many_boards_is_as_long_as_one_may_be(size: int) -> None:
    boards = {
        board_id(b"%d" % n): words.Interest(2**40, 2**64 - 1, 9_999)
        for n in range(size)
    }
    parts = list(words.parts(boards))
    assert {board: each for part in parts for board, each in part.items()} == boards
    frames = [words.encode(words.Watch(part)) for part in parts]
    assert all(len(frame) < words.MAX_BYTES for frame in frames)
    assert len(parts) == -(-size // words.PART_BOARDS)


@given(st.frozensets(hashes))
def test_a_list_of_who_is_present_arrives_whole(ids: frozenset[int]) -> None:
    parts = list(words.present(BOARD, ids))
    assert words.ids_of(b"".join(part.ids for part in parts)) == ids


def test_half_an_id_is_refused() -> None:
    with pytest.raises(ValueError, match="multiple"):
        words.ids_of(b"1234567")
