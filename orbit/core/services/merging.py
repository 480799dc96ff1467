"""A ghost is taken into an account: what it has on boards becomes the account's.

    free ──the secret is shown──> held ──> on each of its boards the account is it
                                       └─> where both have written, its votes are moved

An author is never renamed in a journal: on a board that the account had not written to
it simply is who the ghost was.  Where both have written, nobody votes twice, and the
ghost's notes stay the ghost's.  Each step may be done again.  Source: ADR-0028.
"""

import logging
import secrets
from collections.abc import Mapping, Sequence, Set
from contextlib import suppress

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from orbit.core.cluster.router import Router
from orbit.core.errors import Conflict, Forbidden, NotFound, Rejected, Unavailable
from orbit.core.ports import Journal, People
from orbit.core.services.accounts import signed_in
from orbit.core.services.belongings import Belongings
from orbit.core.services.erasure import Erasure
from orbit.core.services.identity import Caller, Identity, Persona
from orbit.core.types import BoardId, Principal

log = logging.getLogger(__name__)

MOST = 20  # ghosts in one account
TRIES = 5  # when two are taken in at once
PAGE = 100
OP_BYTES = 16


class Merged(Struct, frozen=True):
    """The boards that are the account's now, and those on which both have written."""

    taken: Sequence[BoardId]
    apart: Sequence[BoardId]


class Merging:
    """Takes ghosts into accounts."""

    def __init__(
        self,
        people: People,
        identity: Identity,
        belongings: Belongings,
        erasure: Erasure,
        journal: Journal,
        router: Router,
    ) -> None:
        self._people, self._identity = people, identity
        self._belongings, self._erasure = belongings, erasure
        self._journal, self._router = journal, router

    async def merge(self, caller: Caller, secret: str) -> Merged:
        """Take the ghost of a secret into the account that somebody has signed in to.

        Raises:
            Unauthenticated: he has not signed in, or nobody holds the secret.
            Forbidden: he has not shown that the account's address is his.
            Conflict: another account holds the ghost, or the account is full.
            Unavailable: it is not finished; tell it again.
        """
        id = signed_in(caller)
        account = await self._people.accounts.find(id)
        if account is not None and account.verified_at is None:
            said = "show first that the address of your account is yours"
            raise Forbidden(said, details={"field": "email"})
        await self._identity.find(secret)
        ghost = self._identity.caller(secret)
        if ghost.persona is None or caller.persona is None:
            raise TypeError("neither of them is a guest")
        if ghost.persona.ghost == caller.persona.ghost:
            return Merged((), ())  # it is who the account is
        boards = await self._belongings.boards(ghost.persona.box)
        shared = await self._shared(caller, boards)
        wanted = tuple(board for board in boards if board not in shared)
        if not await self._people.ghosts.claim(ghost.persona.ghost, id):
            raise Conflict("another account holds this ghost")
        taken = await self._hold(id, replace(ghost.persona, boards=wanted))
        await self._erasure.cut(ghost.id)  # by itself it is nobody any more
        for board in taken:
            await self._belongings.note(caller.persona.box, board)
        apart = [board for board in boards if board not in taken]
        for board in apart:
            into = caller.on(board)
            if into is not None:
                await self._move_votes(board, ghost.persona, into)
        return Merged(taken, apart)

    async def _shared(self, who: Caller, boards: Sequence[BoardId]) -> Set[BoardId]:
        """Return those boards that somebody has written to, as whoever he is there."""
        authors = {}
        for board in boards:
            persona = who.on(board)
            with suppress(NotFound):  # it is gone
                if persona is not None:
                    authors[board] = await self._identity.author(persona, board)
        return await self._journal.wrote(authors)

    async def _hold(self, id: str, persona: Persona) -> tuple[BoardId, ...]:
        """Have an account hold a ghost, once; return the boards it has by that."""
        keys = self._identity.keys
        for _ in range(TRIES):
            account = await self._people.accounts.find(id)
            if account is None:
                raise Conflict("this account is gone")
            held = list(keys.personas(account))
            for each in held:
                if each.ghost == persona.ghost:
                    return each.boards
            if len(held) > MOST:
                raise Conflict("this account has taken in too many ghosts")
            others = {board for each in held for board in each.boards}
            boards = tuple(each for each in persona.boards if each not in others)
            sealed = keys.held(id, [*held, replace(persona, boards=boards)])
            if await self._people.accounts.hold(id, account.personas, sealed):
                return boards
        raise Unavailable("the account is being changed by others", after=1.0)

    async def _move_votes(self, board: BoardId, ghost: Persona, into: Persona) -> None:
        """Have what the ghost upvotes be upvoted by the account, if it may be."""
        try:
            before = await self._identity.author(ghost, board)
            after = await self._identity.author(into, board)
        except NotFound:
            return
        his, mine = (
            await self._upvoted(board, before),
            await self._upvoted(board, after),
        )
        own = await self._own(board, "signature", after)
        for note in await self._own(board, "signature", before):
            if note in mine:  # nobody upvotes what is his own
                await self._toggle(board, after, note)
        for note in his:
            # Cast first: cut off in between, there is one too many, and none lost.
            is_his = note in mine or note in own
            if is_his or await self._toggle(board, after, note):
                await self._toggle(board, before, note)

    async def _upvoted(self, board: BoardId, author: str) -> set[str]:
        votes = await self._own(board, "upvote", author)
        return {str(msgspec.json.decode(data)["note"]) for data in votes.values()}

    async def _own(self, board: BoardId, type: str, author: str) -> Mapping[str, bytes]:
        """Return the items of a type that are for an author alone."""
        found: dict[str, bytes] = {}
        after = ""
        while True:
            page = await self._journal.items(
                board, type, {author}, after=after, limit=PAGE
            )
            found |= {each.id: each.data for each in page if each.data is not None}
            if len(page) < PAGE:
                return found
            after = page[-1].id

    async def _toggle(self, board: BoardId, author: str, note: str) -> bool:
        """Cast or undo a vote; tell whether the board let it be."""
        body = msgspec.json.encode({"note": note})
        op, who = secrets.token_bytes(OP_BYTES), Principal(author)
        try:
            await self._router.ask(board, who, op, "toggle_upvote", body)
        except Rejected as error:  # sealed, say: then it stays as it is
            log.info("a vote was not moved: %s", error.code)
            return False
        return True
