"""A ghost or an account is forgotten: no table keeps what it wrote, or that it did.

    found ──retire──> leaving ──every board has forgotten it──> gone

From `leaving` on it is nobody, and its connections end; the mark is in the database, so
who was cut off tells it again and it goes on.  What a board is asked to forget, the
board's kind says.  Source: guarantees.md, section 5; ADR-0018.
"""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable

from orbit.core.cluster.router import Router
from orbit.core.errors import NotFound
from orbit.core.ports import Journal, People
from orbit.core.services.belongings import Belongings
from orbit.core.services.identity import Caller, Identity, Persona
from orbit.core.types import BoardId

PAGE = 200  # boards that are looked through at once: 4 ms of ours
OP_BYTES = ALIAS_BYTES = 16  # an alias has the shape of an author key


async def _nobody(*_args: str) -> None:
    """There are no other nodes."""


class Erasure:
    """Erases ghosts and accounts.  `ends` are told whose connections are to be closed.

    `guards` refuse to have an account go on which others depend, and `partings` have it
    be gone from where it was, once it is nobody.

    `elsewhere` has all other nodes call `end`, and `over_elsewhere` returns when each
    has answered what it had been told by then; or they raise `Unavailable`.
    """

    def __init__(
        self,
        identity: Identity,
        belongings: Belongings,
        people: People,
        journal: Journal,
        router: Router,
    ) -> None:
        self._identity, self._belongings = identity, belongings
        self._accounts, self._invites = people.accounts, people.invites
        self._leads = people.leads
        self._journal, self._router = journal, router
        self.ends: list[Callable[[str], None]] = []
        self.guards: list[Callable[[str], Awaitable[None]]] = []
        self.partings: list[Callable[[str], Awaitable[None]]] = []
        self.elsewhere: Callable[[str], Awaitable[None]] = _nobody
        self.over_elsewhere: Callable[[], Awaitable[None]] = _nobody

    async def erase(self, secret: str) -> None:
        """Have everything forget a ghost.  When it returns, all of it is done.

        Raises:
            Unauthenticated: nobody holds the secret, or all of it was done before.
            Unavailable: it is not finished; the ghost is leaving, so tell it again.
        """
        caller = await self._identity.retire(secret)
        await self.cut(caller.id)
        await self._outwait()
        await self._forget_all(self._identity.keys.persona(secret))

    async def erase_account(self, caller: Caller) -> None:
        """Have everything forget an account and all ghosts that it holds.

        Raises:
            Unauthenticated: all of it was done before.
            Conflict: others depend on it; nothing was changed.
            Unavailable: it is not finished; the account is leaving, so tell it again.
        """
        account = await self._accounts.find(caller.account)
        if account and not account.is_leaving:  # else there is no way back
            for guard in self.guards:
                await guard(account.id)
        personas = await self._identity.retire_account(caller)
        await self.cut(caller.id)
        await self._outwait()
        for persona in personas:
            await self._forget_all(persona)
        for part in self.partings:  # nothing that he had begun is under way any more
            await part(caller.account)
        if account and account.verified_at:  # else they are perhaps another's
            await self._invites.forget(self._identity.keys.address(account.email))
            await self._leads.forget(account.email)
        await self._accounts.remove(caller.account)  # last: tells it is done

    async def cut(self, id: str) -> None:
        """Have a caller, or a login, be nobody on all nodes; its connections end.

        Raises:
            Unavailable: a node did not answer; it may still have him as somebody.
        """
        self.end(id)
        await self.elsewhere(id)

    async def _outwait(self) -> None:
        """Return when all that was told before is in a journal, or never will be.

        Wherever it waited: else it would be decided after its board has forgotten.
        """
        await self._router.in_flight.over()
        await self.over_elsewhere()

    async def _forget_all(self, persona: Persona) -> None:
        done: set[BoardId] = set()
        async for board in self.boards(persona):
            if board not in done:
                done.add(board)
                await self._forget(persona, board)
        await self._belongings.forget(persona)

    def end(self, id: str) -> None:
        """Have a caller be nobody on this node; its connections end."""
        self._identity.leave(id)
        for end in self.ends:
            end(id)

    async def boards(self, persona: Persona) -> AsyncIterator[BoardId]:
        """Give every board that may hold something of a ghost, some of them twice.

        Its list may lack one: it is bounded, and a board is noted after the answer.
        """
        for board in await self._belongings.boards(persona.box):
            yield board
        last = ""
        while page := await self._journal.salts(last, PAGE):
            key, author = persona.key, self._identity.keys.author
            authors = {board: author(board, salt, key) for board, salt in page}
            for board in await self._journal.wrote(authors):
                yield board
            last = page[-1][0]

    async def _forget(self, persona: Persona, board: BoardId) -> None:
        """Have a board forget the ghost, and what it told the board up to now."""
        try:
            author = await self._identity.author(persona, board)
            op = secrets.token_bytes(OP_BYTES)
            upto = await self._router.erase(board, author, op)
            alias = secrets.token_urlsafe(ALIAS_BYTES)
            await self._router.redact(board, author, alias, upto)
        except NotFound:
            return  # the board is gone, and nothing of the ghost is without it
