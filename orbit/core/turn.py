"""One turn of a board: letters in, a turn out.  Pure; the shell is `actors/actor.py`.

Each letter is decided on the state that the one before it left; a refused one leaves no
trace.  Nothing of a turn may be shown to anyone before the journal has it.
"""

from collections.abc import Iterable, Iterator, Sequence, Set
from typing import Any, TypeVar

from msgspec import Struct, json
from msgspec.structs import replace

from orbit.core.errors import Rejected
from orbit.core.kind import Context, Event, Join, Kind, Letter, authorize
from orbit.core.types import Change, Items, Key, Put, fold

S = TypeVar("S")


class Recorded(Struct, frozen=True):
    """An event with its place in the board's history, and what it changed."""

    seq: int
    event: Event
    letter: Letter
    ix: int  # its place among the events of its letter
    changes: Sequence[Change]


class Turn(Struct, frozen=True):
    """What a batch of letters comes to."""

    state: Any
    seq: int
    recorded: Sequence[Recorded]
    answers: Sequence[int | Exception]  # per letter the seq after it, or why not


def needed(kind: Kind[Any], letters: Iterable[Letter]) -> set[Key]:
    """Return the keys of the items that the letters' decisions read."""
    return {key for letter in letters for key in kind.needs(letter.command)}


def take_turn(
    kind: Kind[S], state: S, seq: int, letters: Sequence[Letter], items: Items
) -> Turn:
    """Decide `letters` in order; `items` are those they need, as the index has them.

    An answer is a seq, a `Rejected`, or, for a bug in the kind, what was raised: it
    costs its own letter and no other.
    """
    recorded: list[Recorded] = []
    answers: list[int | Exception] = []
    keys = needed(kind, letters)
    for letter in letters:
        try:
            ctx = _informed(kind, letter, items)
            authorize(kind, state, letter.command, ctx)
            step = _follow(kind, state, seq, letter, ctx)
        except Exception as refusal:
            answers.append(refusal)
            continue
        if step:
            state, seq = step[0], step[1][-1].seq
            recorded += step[1]
            if keys:
                items = fold(items, _reread(keys, step[1]))
        answers.append(seq)
    return Turn(state, seq, recorded, answers)


def _informed(kind: Kind[Any], letter: Letter, items: Items) -> Context:
    keys = kind.needs(letter.command)
    if not keys:
        return letter.ctx
    return replace(letter.ctx, items={key: items[key] for key in keys if key in items})


def _reread(keys: Set[Key], recorded: Iterable[Recorded]) -> Iterator[Change]:
    """Return what a step changed of the items needed, as the index will have them."""
    for change in (change for record in recorded for change in record.changes):
        if (change.type, change.id) not in keys:
            continue
        if isinstance(change, Put):
            data = json.decode(json.encode(change.data, enc_hook=dict))
            yield Put(change.type, change.id, data, change.audience)
        else:
            yield change


def _follow(
    kind: Kind[S], state: S, seq: int, letter: Letter, ctx: Context
) -> tuple[S, list[Recorded]] | None:
    if type(letter.command) is Join:
        return None
    recorded: list[Recorded] = []
    for ix, event in enumerate(kind.decide(state, letter.command, ctx)):
        state, seq = kind.apply(state, event), seq + 1
        recorded.append(Recorded(seq, event, letter, ix, kind.changes(state, event)))
    return (state, recorded) if recorded else None


def is_refusal(answer: int | Exception) -> bool:
    """Tell whether an answer is one that a caller may be told as it is."""
    return isinstance(answer, Rejected)
