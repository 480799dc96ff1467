"""Which boards may rest.  Pure: the times are arguments."""

from collections.abc import Mapping, Sequence

from orbit.core.types import BoardId


def to_rest(
    idle_s: Mapping[BoardId, float], *, after_s: float, most: int
) -> Sequence[BoardId]:
    """Return the boards that have been idle for `after_s`, and some of the idlest more.

    So many more that `most` stay in memory; but one that is needed (0 s) always stays.
    """
    longest_first = sorted(idle_s, key=lambda board: -idle_s[board])
    surplus = len(idle_s) - most
    return [
        board
        for place, board in enumerate(longest_first)
        if idle_s[board] >= after_s or (place < surplus and idle_s[board] > 0)
    ]
