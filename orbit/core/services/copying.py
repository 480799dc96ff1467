"""A new board that holds the notes of another one.

They come in portions, each a command of its own, so that no other board waits for all
of them; told again under the same ops, it goes on where it was.  What was brought has
no author here, and its votes are a number: nobody can take back another's.
"""

from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from orbit.core.cluster.router import Router
from orbit.core.codec import encoded
from orbit.core.kinds.feedback.asked import (
    CarriedNote,
    CarryNotes,
    EditBoard,
    GroupNotes,
)
from orbit.core.services.document import BoardData, NoteItem
from orbit.core.types import BoardId, Principal

NOTES, BYTES = 100, 128 << 10  # of a portion, at most about so much


class Op(Struct, frozen=True):
    """The id of a command; `attempt` is 1 if it has certainly not been told before."""

    op: bytes
    attempt: int


async def fill(
    router: Router,
    board: BoardId,
    admin: Principal,
    data: BoardData,
    notes: Sequence[NoteItem],
    op_of: Callable[[str], Op],
) -> int:
    """Have a new board hold notes, and be as it was; return its seq.

    Raises:
        Conflict: the ops were used for something else.
        Unavailable: not all of it was done; tell it again under the same ops.
    """
    seq = 1
    for n, portion in enumerate(portions(notes)):
        told, command = op_of(f"notes {n}"), CarryNotes(tuple(map(_carried, portion)))
        done = await router.ask(
            board,
            admin,
            told.op,
            "carry_notes",
            command=command,
            attempt=told.attempt,
        )
        seq = done.seq
    for n, group in enumerate(data.grouped):
        wish = GroupNotes(tuple(group.notes), title=group.title)
        told = op_of(f"group {n}")
        await router.ask(
            board, admin, told.op, "group_notes", encoded(wish), attempt=told.attempt
        )
    told = op_of("settings")  # as anybody tells them: they are no inner command
    settings = encoded(
        EditBoard(
            columns=tuple(data.columns), votes_each=data.votes_each, sealed=data.sealed
        )
    )
    done = await router.ask(
        board, admin, told.op, "edit_board", settings, attempt=told.attempt
    )
    return max(seq, done.seq)


def portions(notes: Sequence[NoteItem]) -> Iterator[Sequence[NoteItem]]:
    """Yield the notes in portions that a board takes in one go."""
    some: list[NoteItem] = []
    size = 0
    for note in notes:
        more = 4 * len(note.data.content)
        if some and (len(some) == NOTES or size + more > BYTES):
            yield some
            some, size = [], 0
        some.append(note)
        size += more
    if some:
        yield some


def _carried(item: NoteItem) -> CarriedNote:
    note = item.data
    return CarriedNote(
        id=item.id,
        content=note.content,
        colour=note.colour,
        x=note.x,
        y=note.y,
        name=note.author,
        upvotes=note.upvotes,
        created_at=note.created_at,
        edited=note.edited,
        hidden=note.hidden,
    )
