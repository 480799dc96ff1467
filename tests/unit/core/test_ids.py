"""Names that are made from other names."""

from uuid import UUID

import pytest

from orbit.core.ids import board_id, canonical, command_id, op_key, told_op
from orbit.core.types import BoardId, Principal

A, B = BoardId("a"), BoardId("b")


def test_a_key_is_the_same_for_the_same_op_and_of_one_size() -> None:
    assert op_key("o") == op_key("o") != op_key("p")
    assert {len(op_key(op)) for op in ("", "o", "ö" * 64)} == {16}


def test_a_guest_s_op_is_his_together_with_what_he_shows() -> None:
    held, other = frozenset({"link:a"}), frozenset({"link:b"})
    guests = [Principal(""), Principal("", claims=held), Principal("", claims=other)]
    assert len({told_op("o", who) for who in guests}) == 3
    assert told_op("o", guests[1]) == told_op("o", Principal("", claims=held))
    ghosts = [Principal("ann"), Principal("ann", claims=held)]
    assert {told_op("o", who) for who in ghosts} == {op_key("o")}


def test_a_command_is_named_by_board_author_and_op() -> None:
    op = op_key("o")
    ids = [
        command_id(A, "ann", op),
        command_id(B, "ann", op),
        command_id(A, "bob", op),
        command_id(A, "ann", op_key("p")),
        command_id(BoardId("aann"), "", op),
    ]
    assert len(set(ids)) == len(ids)
    assert command_id(A, "ann", op) == ids[0]
    assert all(id.isalnum() and id.isascii() and id.islower() for id in ids)


def test_a_board_is_named_by_a_uuid() -> None:
    id = board_id(b"seed")
    assert str(UUID(id)) == id
    assert board_id(b"seed") == id != board_id(b"another")
    assert UUID(id).version == 4


@pytest.mark.parametrize(
    "text",
    [
        "6b5e5a5c-1111-4222-8333-444455556666",
        "6B5E5A5C-1111-4222-8333-444455556666",
        "6b5e5a5c111142228333444455556666",
    ],
)
def test_an_id_has_one_form(text: str) -> None:
    assert canonical(text) == "6b5e5a5c-1111-4222-8333-444455556666"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x" * 32,
        "x" * 36,
        "{6b5e5a5c-1111-4222-8333-444455556666}",
        "urn:uuid:6b5e5a5c-1111-4222-8333-444455556666",
        "6b5e5a5c-1111-4222-8333-44445555666",
        "6b5e5a5c-1111-4222-8333-4444 5556666",
        "\N{ARABIC-INDIC DIGIT ZERO}" * 32,
        "6b5e5a5c_1111_4222_8333_444455556666",
        "6b5e5a5c11114222833344445555666-6---",
        "\0" * 36,
    ],
)
def test_what_is_no_id_has_none(text: str) -> None:
    assert canonical(text) is None
