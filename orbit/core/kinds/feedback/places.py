"""Where a note goes that is told no place: pure, and the same work on a full board."""

from math import ceil, sqrt

from orbit.core.kinds.feedback.state import Board

STEP_X, STEP_Y = 250.0, 190.0  # from the middle of a note to that of its neighbour


def free(state: Board) -> tuple[float, float]:
    """Return the next cell of a spiral around (0, 0); below each other, with columns.

    It goes by how many notes there have been, so the first is in the middle.  On a
    strict board all are: a place would tell who was there before whom.
    """
    if state.strict:
        return 0.0, 0.0
    nth = len(state.notes) + len(state.removed)
    if state.columns:
        return 0.0, nth * STEP_Y
    column, row = spiral(nth)
    return column * STEP_X, row * STEP_Y


def spiral(nth: int) -> tuple[int, int]:
    """Return the nth cell of a square spiral, as (column, row); 0 is the middle."""
    ring = ceil((sqrt(nth + 1) - 1) / 2)
    if ring == 0:
        return 0, 0
    side, along = divmod(nth - (2 * ring - 1) ** 2, 2 * ring)
    step = along + 1 - ring
    return ((ring, step), (-step, ring), (-ring, -step), (step, -ring))[side]
