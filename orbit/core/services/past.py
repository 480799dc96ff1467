"""A board as it was at a moment, as somebody may see it now.

Folded from what the journal told him at the time, by the one reducer; then it loses
what is gone since, or no longer for him: as the journal tells it, so it is here.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import islice
from typing import Any

import msgspec

from orbit.core.codec import Shown
from orbit.core.ports import Journal
from orbit.core.types import BoardId, Key, sees, visible

PAGE = 500  # events between two yields
KEYS = 2_000  # items that are looked up at once

Moment = Mapping[Key, Shown | None]  # None: it was there, and nothing is told of it


async def moments(
    journal: Journal, board: BoardId, sight: Set[str], seqs: Sequence[int]
) -> Sequence[Moment]:
    """Return what `sight` may see of the board at each of some seqs, in their order.

    Raises:
        Gone: a seq is below the floor.
    """
    found: dict[int, dict[Key, Shown]] = {0: {}}
    items: dict[Key, Shown] = {}
    last, wanted = 0, set(seqs)
    while last < max(wanted, default=0):
        page = await journal.since(board, last, min(PAGE, max(wanted) - last))
        if not page:
            break
        for entry in page:
            for change in visible(sight, entry.changes):
                if change.data is None:
                    items.pop((change.type, change.id), None)
                else:
                    items[change.type, change.id] = change
            if entry.seq in wanted:
                found[entry.seq] = {**items}
        last = page[-1].seq
        await asyncio.sleep(0)
    known = [found.get(seq, items) for seq in seqs]
    told = await _told(journal, board, sight, {key for each in known for key in each})
    return [
        {key: item if key in told else None for key, item in each.items()}
        for each in known
    ]


async def _told(
    journal: Journal, board: BoardId, sight: Set[str], keys: Set[Key]
) -> Set[Key]:
    """Return those of `keys` that are there now, for `sight`."""
    told: set[Key] = set()
    for some in _pages(keys):
        there = await journal.needed(board, some)
        told |= {key for key, item in there.items() if sees(sight, item.audience)}
    return told


def _pages(keys: Set[Key]) -> Iterator[Set[Key]]:
    left = iter(sorted(keys))
    while some := set(islice(left, KEYS)):
        yield some


def told(moment: Moment) -> Mapping[Key, Mapping[str, Any]]:
    """Return the data of what may be told of a moment."""
    return {
        key: msgspec.json.decode(item.data or b"{}")
        for key, item in moment.items()
        if item is not None
    }
