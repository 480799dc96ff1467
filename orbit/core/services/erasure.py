"""A ghost asks to be forgotten: no table keeps what it wrote, or that it wrote.

    found ──retire──> leaving ──every board has forgotten it──> gone

From `leaving` on it is nobody, and its connections end; the mark is in the database, so
who was cut off tells it again and it goes on.  What a board is asked to forget, the
board's kind says.  Source: guarantees.md, section 5; ADR-0018.
"""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable

from orbit.core.actors.directory import Directory
from orbit.core.cluster.router import Router
from orbit.core.errors import NotFound
from orbit.core.ports import Journal
from orbit.core.services.belongings import Belongings
from orbit.core.services.identity import Caller, Identity
from orbit.core.types import BoardId

PAGE = 200  # boards that are looked through at once: 4 ms of ours
OP_BYTES = ALIAS_BYTES = 16  # an alias has the shape of an author key


async def _nobody(_id: str) -> None:
    """There are no other nodes."""


class Erasure:
    """Erases ghosts.  `ends` are told whose connections are to be closed.

    `elsewhere` has all other nodes call `end`, or raises `Unavailable`.
    """

    def __init__(
        self,
        identity: Identity,
        belongings: Belongings,
        journal: Journal,
        directory: Directory,
        router: Router,
    ) -> None:
        self._identity, self._belongings = identity, belongings
        self._journal, self._directory, self._router = journal, directory, router
        self.ends: list[Callable[[str], None]] = []
        self.elsewhere: Callable[[str], Awaitable[None]] = _nobody

    async def erase(self, secret: str) -> None:
        """Have everything forget a ghost.  When it returns, all of it is done.

        Raises:
            Unauthenticated: nobody holds the secret, or all of it was done before.
            Unavailable: it is not finished; the ghost is leaving, so tell it again.
        """
        caller = await self._identity.retire(secret)
        self.end(caller.id)
        await self.elsewhere(caller.id)
        for board in self._directory.busy():  # what it told is not in a journal yet
            await self._forget(caller, board)
        done: set[BoardId] = set()
        async for board in self._boards(caller, secret):
            if board not in done:
                done.add(board)
                await self._forget(caller, board, redact=True)
        await self._belongings.forget(secret)

    def end(self, id: str) -> None:
        """Have a caller be nobody on this node; its connections end."""
        self._identity.leave(id)
        for end in self.ends:
            end(id)

    async def _boards(self, caller: Caller, secret: str) -> AsyncIterator[BoardId]:
        """Give every board that may hold something of a ghost, some of them twice.

        Its list may lack one: it is bounded, and a board is noted after the answer.
        """
        for board in await self._belongings.boards(self._belongings.key(secret)):
            yield board
        last = ""
        while page := await self._journal.salts(last, PAGE):
            key, author = caller.ghost_key, self._identity.keys.author
            authors = {board: author(board, salt, key) for board, salt in page}
            for board in await self._journal.wrote(authors):
                yield board
            last = page[-1][0]

    async def _forget(
        self, caller: Caller, board: BoardId, *, redact: bool = False
    ) -> None:
        """Have a board forget the ghost, and what it told the board up to now."""
        try:
            author = await self._identity.author(caller, board)
            op = secrets.token_bytes(OP_BYTES)
            upto = await self._router.erase(board, author, op)
            if redact:
                alias = secrets.token_urlsafe(ALIAS_BYTES)
                await self._router.redact(board, author, alias, upto)
        except NotFound:
            return  # the board is gone, and nothing of the ghost is without it
