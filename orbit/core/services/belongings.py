"""A ghost's own list: the boards that it made or wrote to.

Kept as one sealed box, under a label and a key that only the ghost's secret yields: the
database links no ghost to a board, nor two boards to each other.  Only what is derived
from the secret is held in memory.  Source: guarantees.md, section 5.
"""

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Sequence

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from msgspec import Struct, field

from orbit.core.errors import Unavailable
from orbit.core.ports import Ghosts
from orbit.core.services.identity import NONCE_BYTES, BoxKey, Persona
from orbit.core.types import BoardId

MAX_BOARDS = 1_000  # the oldest of more are forgotten
NOTED = 50_000  # pairs of ghost and board that are known to be in a box
TRIES = 8  # when writers at several nodes meet
PAUSE_MS = 20  # at most, before the second one; doubled before each further one
AGAIN_S = (1, 2, 4, 8, 15, 30, 60)  # after which a box that could not be had is tried
PAD_BYTES = 512  # a box tells its size in steps of this, not how many boards are in it


class _Waiting(Struct):
    """Boards on their way into one box: they go in together."""

    boards: dict[BoardId, None] = field(default_factory=dict)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Belongings:
    """Reads and writes the boxes."""

    def __init__(self, ghosts: Ghosts) -> None:
        self._ghosts = ghosts
        self._waiting: dict[bytes, _Waiting] = {}  # by label
        self._noted: OrderedDict[tuple[bytes, BoardId], None] = OrderedDict()
        self._forgotten: OrderedDict[bytes, None] = OrderedDict()  # labels

    async def boards(self, key: BoxKey) -> Sequence[BoardId]:
        """Return the boards in a box, the oldest first."""
        _version, sealed = await self._ghosts.box(key.label)
        return _opened(key, sealed)

    def has_noted(self, key: BoxKey, board: BoardId) -> bool:
        """Tell whether a board is known to be in the box; False may be wrong."""
        return (key.label, board) in self._noted

    async def note(self, key: BoxKey, board: BoardId) -> None:
        """Put a board into the box, if it is not in it.  Cheap when told again.

        Raises:
            Unavailable: the box could not be written; the board is not in it.
        """
        if self.has_noted(key, board):
            return
        waiting = self._waiting.setdefault(key.label, _Waiting())
        waiting.boards[board] = None
        try:
            async with waiting.lock:
                if board in waiting.boards:  # it did not go with another's
                    await self._add(key, waiting.boards)
        finally:
            waiting.boards.pop(board, None)
            if not waiting.boards:
                self._waiting.pop(key.label, None)

    async def note_soon(self, key: BoxKey, board: BoardId) -> None:
        """Put a board into the box now, or when the database is back: within 2 min.

        Raises:
            Unavailable: as `note` does, at the end of that time.
        """
        for pause_s in AGAIN_S:
            try:
                await self.note(key, board)
            except Unavailable:
                await asyncio.sleep(pause_s)
            else:
                return
        await self.note(key, board)

    async def _add(self, key: BoxKey, waiting: dict[BoardId, None]) -> None:
        """Put all that wait into the box; here they wait no more."""
        for attempt in range(TRIES):
            if attempt:  # they met once, and shall not meet again
                pause_ms = secrets.randbelow(PAUSE_MS << attempt)
                await asyncio.sleep(pause_ms / 1_000)
            version, sealed = await self._ghosts.box(key.label)
            boards = dict.fromkeys(_opened(key, sealed))
            if key.label in self._forgotten:
                return  # while this waited; nobody may make its box anew
            new = [board for board in waiting if board not in boards]
            kept = [*boards, *new][-MAX_BOARDS:]
            if not new or await self._ghosts.keep_box(
                key.label, version, _sealed(key, kept)
            ):
                break
        else:
            raise Unavailable("the ghost's own list is being written by others")
        if key.label in self._forgotten:  # it may have come after the removal
            await self._ghosts.remove_box(key.label)
            return
        for board in waiting.keys() & kept:
            del waiting[board]
            self._remember((key.label, board))

    async def forget(self, persona: Persona) -> None:
        """Remove a ghost and its box; from now on nobody holds its secret."""
        label = persona.box.label
        self._forgotten[label] = None
        if len(self._forgotten) > NOTED:
            self._forgotten.popitem(last=False)
        await self._ghosts.remove_box(label)
        await self._ghosts.remove(persona.ghost)  # last: tells it is done
        for pair in [pair for pair in self._noted if pair[0] == label]:
            del self._noted[pair]

    async def hold(self, key: BoxKey) -> None:
        """Keep a box for as long as an account holds it, even if it comes later."""
        await self._ghosts.hold_box(key.label)

    def _remember(self, pair: tuple[bytes, BoardId]) -> None:
        self._noted[pair] = None
        if len(self._noted) > NOTED:
            self._noted.popitem(last=False)


def _sealed(key: BoxKey, boards: Sequence[BoardId]) -> bytes:
    text = msgspec.json.encode(boards)
    padded = text + b" " * (-len(text) % PAD_BYTES)
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + ChaCha20Poly1305(key.seal).encrypt(nonce, padded, key.label)


def _opened(key: BoxKey, sealed: bytes) -> list[BoardId]:
    if not sealed:
        return []
    nonce, text = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    try:
        opened = ChaCha20Poly1305(key.seal).decrypt(nonce, text, key.label)
    except InvalidTag:
        return []  # not ours, or broken: the list is a convenience, begun anew
    return [BoardId(board) for board in msgspec.json.decode(opened, type=list[str])]
