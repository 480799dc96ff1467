"""What somebody wrote leaves the journal of a live board, and its memory.

`Redactor` is pure: an event in, what is left of it out.  Rows are replaced in place, so
seqs stay gapless; the author's key becomes an alias in all of them, so that the journal
still folds to the state that the board has.  What is read, is read in pages; what is
written, is written at once or not at all.  It knows no kind, only its `Erasure`.
"""

import asyncio
from typing import Any

import msgspec
from msgspec.structs import replace

from orbit.core.actors.around import Live
from orbit.core.codec import Codec, Entry, Shown
from orbit.core.errors import Fenced, Unavailable
from orbit.core.kind import Erasure, wire_name
from orbit.core.ports import Journal, Snapshot
from orbit.core.types import Key

PAGE = 200  # entries between two yields: about 5 ms
TRIES, RETRY_S = 10, 0.25  # while an append holds the board's row


class Redactor:
    """Takes one author out of a board's events; it must see them oldest first."""

    def __init__(
        self, codec: Codec, erasure: Erasure, author: str, alias: str, version: int
    ) -> None:
        """`version` is that of the events as the kind has them today."""
        self._codec, self._erasure, self._version = codec, erasure, version
        self._author, self._alias = author, alias
        self._quoted = msgspec.json.encode(author)
        self._owned: set[Key] = set()

    def redacted(self, entry: Entry) -> Entry | None:
        """Return what is left of an event; None if nothing of it has to go."""
        before = self._codec.event(entry)
        self._owned.update(self._erasure.owned(before, self._author))
        event = self._erasure.event(before, self._owned)
        changes = [self._change(change) for change in entry.changes]
        after = entry
        if changes != [*entry.changes]:
            after = replace(after, changes=changes)
        if event != before or self._quoted in entry.data:
            after = replace(
                after,
                type=wire_name(type(event)),
                version=self._version,
                data=self._renamed(self._codec.encode(event)),
            )
        if entry.who == self._author:  # a digest of a short text tells the text
            after = replace(after, who=self._alias, digest=b"")
        return None if after is entry else after

    def _change(self, change: Shown) -> Shown:
        data, audience = change.data, change.audience
        if data and (change.type, change.id) in self._owned:
            item = self._erasure.data(change.type, msgspec.json.decode(data))
            data = msgspec.json.encode(item)
        if data and self._quoted in data:
            data = self._renamed(data)
        if self._author in audience:
            audience = (audience - {self._author}) | {self._alias}
        if data is change.data and audience is change.audience:
            return change
        return Shown(change.type, change.id, data, audience)

    def _renamed(self, data: bytes) -> bytes:
        return msgspec.json.encode(self._walk(msgspec.json.decode(data)))

    def _walk(self, value: Any) -> Any:
        if value == self._author:
            return self._alias
        if isinstance(value, dict):
            return {self._walk(key): self._walk(each) for key, each in value.items()}
        return [*map(self._walk, value)] if isinstance(value, list) else value


async def redact(
    journal: Journal, live: Live, author: str, alias: str, upto: int
) -> None:
    """Take what an author wrote, up to a seq, out of a board's journal and memory.

    The board's state must have forgotten him before; `alias` is new to the board.
    Nothing is changed if it fails, and it may be told again.

    Raises:
        Unavailable: the board has moved, or the database is away.
    """
    erasure, seq = live.kind.erasure, live.seq
    if erasure is None:
        raise TypeError(f"{live.kind.name} does not say how it forgets")
    state = live.codec.encode(live.state)  # now: nothing older may be kept after this
    snapshot = Snapshot(seq, live.kind.state_version, state)
    redactor = Redactor(live.codec, erasure, author, alias, live.kind.event_version)
    changed: list[Entry] = []
    last, board = live.claim.floor, live.claim.board
    while last < upto:
        page = await journal.since(board, last, min(PAGE, upto - last))
        changed += filter(None, map(redactor.redacted, page))
        last = page[-1].seq
        await asyncio.sleep(0)
    await _replace(journal, live, changed, snapshot)
    live.memory.replace(changed)


async def _replace(
    journal: Journal, live: Live, entries: list[Entry], snapshot: Snapshot
) -> None:
    for more in reversed(range(TRIES)):
        try:
            await journal.redact(live.claim, entries, snapshot)
        except Fenced:
            raise Unavailable("the board is moving; tell it again", after=1.0) from None
        except Unavailable:
            if not more:
                raise
            await asyncio.sleep(RETRY_S)
        else:
            return
