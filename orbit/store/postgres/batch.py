"""Turns of many boards as the arguments of one `append()`.  Pure.

Arrays of composite values: asyncpg looks at each element of an array, so few wide
arrays cost a third of many narrow ones.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from orbit.core.codec import Entry, Shown, store_changes
from orbit.core.ports import Append
from orbit.core.types import EVERYONE, Audience, Key

APPEND = "SELECT append($1, $2, $3, $4)"


def arguments(proto: int, turns: Sequence[Append]) -> Sequence[Any]:
    """Return the arguments of `APPEND`; whoever claims later must speak `proto`."""
    rows: list[tuple[Any, ...]] = []
    items: list[tuple[Any, ...]] = []
    for at, turn in enumerate(turns, 1):
        rows += [_row(at, entry) for entry in turn.entries]
        items += [_item(at, *last) for last in folded(turn.entries).values()]
    return proto, [_turn(turn) for turn in turns], rows, items


def replacing(entries: Iterable[Entry]) -> Sequence[Any]:
    """Return entries of one board as the rows that take the place of their own."""
    return [_row(1, entry) for entry in entries]


def folded(entries: Iterable[Entry]) -> Mapping[Key, tuple[int, Shown]]:
    """Return the last change of each item, after the seq that brought it."""
    return {
        (change.type, change.id): (entry.seq, change)
        for entry in entries
        for change in entry.changes
    }


def _turn(turn: Append) -> tuple[Any, ...]:
    claim = turn.claim
    return (
        claim.board,
        claim.epoch,
        claim.token,
        turn.expect,
        len(turn.entries),
        turn.wake_at,
    )


def _row(at: int, entry: Entry) -> tuple[Any, ...]:
    return (
        at,
        entry.seq,
        entry.who,
        entry.op,
        entry.ix,
        entry.digest,
        entry.type,
        entry.version,
        entry.data,
        store_changes(entry.changes),
        entry.at,
    )


def _item(at: int, seq: int, change: Shown) -> tuple[Any, ...]:
    return at, seq, change.type, change.id, change.data, literal(change.audience)


def literal(audience: Audience) -> str | None:
    """Return an audience as the text of a `text[]`; None is everyone.

    There are few of them, and to encode an array costs more than the item beside it.
    """
    return None if audience == EVERYONE else _literal(frozenset(audience))


@lru_cache(maxsize=4096)
def _literal(audience: frozenset[str]) -> str:
    quoted = [
        '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
        for name in sorted(audience)
    ]
    return "{" + ",".join(quoted) + "}"
