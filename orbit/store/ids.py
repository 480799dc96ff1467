"""Ids as the stores accept them."""

import re

from orbit.core.errors import NotFound
from orbit.core.types import BoardId

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def can_exist(board: str) -> bool:
    """Tell whether it can be a board's id."""
    return _UUID.fullmatch(board) is not None


def existing(board: str) -> BoardId:
    """Return a board's id, if it can be one: a UUID in its canonical text form.

    Two spellings of one id would be two boards to everyone but the database.

    Raises:
        NotFound: it is malformed, so no such board can exist.
    """
    if not can_exist(board):
        raise NotFound("there is no such board")
    return BoardId(board)
