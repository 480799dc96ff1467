"""A board as it was at a moment, as somebody may see it now.

Folded from what the journal told him at the time, by the one reducer; then it loses
what is gone since, or no longer for him: as the journal tells it, so it is here.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence, Set
from itertools import islice
from typing import Any

import msgspec
from msgspec.structs import replace

from orbit.core.codec import Entry, Shown
from orbit.core.ports import Journal
from orbit.core.types import BoardId, Key, sees, visible

PAGE = 500  # events between two yields
KEYS = 2_000  # items that are looked up at once

Moment = Mapping[Key, Shown | None]  # None: it was there, and nothing is told of it


async def heard(
    journal: Journal, board: BoardId, since: int, upto: int, quiet: Set[str]
) -> AsyncIterator[Entry]:
    """Give entries from after `since` up to `upto` as clients count them.

    That is without the types of `quiet`.  Where there are such, where one stands is
    only known from the beginning: all of the journal is read.

    Raises:
        Gone: what is needed is below the floor.
    """
    last = count = 0 if quiet else since
    while count < upto:
        limit = PAGE if quiet else min(PAGE, upto - count)
        page = await journal.since(board, last, limit)
        for entry in page:
            if entry.type not in quiet:
                count += 1
                if since < count <= upto:
                    yield entry if entry.seq == count else replace(entry, seq=count)
        if not page:
            break
        last = page[-1].seq
        await asyncio.sleep(0)


async def moments(
    journal: Journal,
    board: BoardId,
    sight: Set[str],
    seqs: Sequence[int],
    quiet: Set[str] = frozenset(),
) -> Sequence[Moment]:
    """Return what `sight` may see of the board at each of some seqs, in their order.

    Seqs are as in `heard`.

    Raises:
        Gone: a seq is below the floor.
    """
    found: dict[int, dict[Key, Shown]] = {0: {}}
    items: dict[Key, Shown] = {}
    wanted = set(seqs)
    async for entry in heard(journal, board, 0, max(wanted, default=0), quiet):
        for change in visible(sight, entry.changes):
            if change.data is None:
                items.pop((change.type, change.id), None)
            else:
                items[change.type, change.id] = change
        if entry.seq in wanted:
            found[entry.seq] = {**items}
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
