"""All that Orbit has of somebody: he may have it as a file, and see what erasure does.

    confirmed ──> what is said of him ──> each board that he wrote to ──> the end

The file is made while it is sent: of boards one page is in memory.  What others wrote
is not in it, nor anything that would let whoever has the file in.
Source: guarantees.md, section 5; ADR-0018.
"""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
from msgspec import Raw, Struct

from orbit.core.errors import NotFound
from orbit.core.ports import (
    About,
    Account,
    Catalogue,
    Clock,
    Journal,
    Lead,
    OrgRole,
    People,
    Preference,
    Role,
)
from orbit.core.services.accounts import Accounts
from orbit.core.services.belongings import Belongings
from orbit.core.services.erasure import Erasure
from orbit.core.services.identity import Caller, Identity, Persona
from orbit.core.services.invites import Invites
from orbit.core.services.notices import Notices
from orbit.core.services.organisations import Organisations, is_needed
from orbit.core.services.passwords import Passwords
from orbit.core.services.trail import KEPT, Trail
from orbit.core.types import BoardId

FORMAT, VERSION = "orbit-account", 1
PAGE = 200  # notices, and items of a board
RECORDS = 10_000  # of the trail, the newest


class Me(Struct, frozen=True):
    """An account, as it is in the file."""

    id: str
    email: str
    verified_at: datetime | None
    username: str
    name: str
    about: About
    role: Role
    created_at: datetime
    second_factor_since: datetime | None


class Fate(StrEnum):
    """What becomes of an organisation that one is in."""

    LEFT = "left"
    REMOVED = "removed"  # nobody else is in it
    NEEDS_ADMIN = "needs_admin"  # first: others are, and none of them leads it


class Doomed(Struct, frozen=True):
    """An organisation that one is in, and what becomes of it."""

    id: str
    name: str
    fate: Fate


class Prospect(Struct, frozen=True):
    """What erasing an account does: how much goes at once, and what stays how long.

    `kept` is by days; what it holds then names nobody any more.
    """

    possible: bool
    boards: int
    notes: int
    upvotes: int
    ghosts: int
    sign_ins: int
    notices: int
    forms: int
    organisations: Sequence[Doomed]
    kept: Mapping[str, int]


class SignIn(Struct, frozen=True):
    """Where one is signed in."""

    agent: str
    scope: Role
    began_at: datetime
    last_used_at: datetime


class Membership(Struct, frozen=True):
    """An organisation that one is in."""

    id: str
    name: str
    role: OrgRole


class Invitation(Struct, frozen=True):
    """A board to which one's address is invited."""

    board: BoardId
    made_at: datetime


class OwnItem(Struct, frozen=True):
    """Something on a board that is his: what he wrote, his votes, his rights."""

    type: str
    id: str
    data: Any


class OnBoard(Struct, frozen=True):
    """What is his on a board; one with much of it comes several times."""

    board: BoardId
    card: Raw | None
    items: Sequence[OwnItem]


class Exported(Struct, frozen=True, kw_only=True):
    """All that there is of somebody.  What does not end with `complete` is cut off."""

    format: str
    version: int
    made_at: datetime
    account: Me
    settings: Preference
    sign_ins: Sequence[SignIn]
    organisations: Sequence[Membership]
    invitations: Sequence[Invitation]
    forms: Sequence[Any]
    trail: Sequence[Any]
    notices: Sequence[Any]
    boards: Sequence[OnBoard]
    complete: bool


class Sources(Struct, frozen=True):
    """All that knows something of somebody."""

    people: People
    identity: Identity
    accounts: Accounts
    passwords: Passwords
    organisations: Organisations
    notices: Notices
    belongings: Belongings
    invites: Invites
    erasure: Erasure
    trail: Trail
    journal: Journal
    clock: Clock


class MyData:
    """Gives somebody what is kept of him."""

    def __init__(self, sources: Sources) -> None:
        self._of = sources

    # Before it is erased --------------------------------------------------------------

    async def prospect(self, caller: Caller, catalogue: Catalogue) -> Prospect:
        """Tell what erasing the caller's account would do; nothing is changed.

        Raises:
            Unauthenticated: he has not signed in.
        """
        account = await self._of.accounts.profile(caller)
        personas = self._of.identity.keys.personas(account)
        boards, counts = 0, Counter[str]()
        for persona in personas:
            authors = await self._authors(persona)
            boards += len(authors)
            own = await catalogue.own(authors, {"signature", "upvote"})
            for each in own.values():
                counts.update(each)
        doomed = await self._doomed(caller)
        return Prospect(
            possible=all(each.fate is not Fate.NEEDS_ADMIN for each in doomed),
            boards=boards,
            notes=counts["signature"],
            upvotes=counts["upvote"],
            ghosts=len(personas),
            sign_ins=len(await self._of.people.logins.of(account.id)),
            notices=len([each async for each in self._told(caller)]),
            forms=len(await self._forms(account)),
            organisations=doomed,
            kept={"trail": KEPT.days},
        )

    async def _doomed(self, caller: Caller) -> Sequence[Doomed]:
        found = []
        for each in await self._of.organisations.mine(caller):
            seen = await self._of.organisations.seen(caller, each.org.id)
            fate = Fate.NEEDS_ADMIN if is_needed(seen) else Fate.LEFT
            fate = Fate.REMOVED if seen.members == 1 else fate
            found.append(Doomed(each.org.id, each.org.name, fate))
        return found

    async def _authors(self, persona: Persona) -> Mapping[BoardId, str]:
        """Return what somebody is called on the boards of his own list."""
        found = {}
        for board in await self._of.belongings.boards(persona.box):
            with suppress(NotFound):  # it is gone
                found[board] = await self._of.identity.author(persona, board)
        return found

    # The file -------------------------------------------------------------------------

    async def confirm(self, caller: Caller, password: str) -> Account:
        """Return the account of who may have the file; raise as `Passwords.confirm`."""
        return await self._of.passwords.confirm(caller, password)

    async def export(
        self, caller: Caller, account: Account, catalogue: Catalogue
    ) -> AsyncIterator[bytes]:
        """Give the file piece by piece: a JSON object, whose last field is `complete`.

        Raises:
            Unavailable: not all of it could be read; what was given is no file.
        """
        now = self._of.clock.now()
        head = {"format": FORMAT, "version": VERSION, "made_at": now}
        yield msgspec.json.encode(head)[:-1]
        for name, value in (await self._said(caller, account)).items():
            yield b',"%b":%b' % (name.encode(), msgspec.json.encode(value))
        async for piece in _listed(b"notices", self._told(caller)):
            yield piece
        personas = self._of.identity.keys.personas(account)
        async for piece in _listed(b"boards", self._boards(personas, catalogue)):
            yield piece
        yield b',"complete":true}\n'

    async def _said(self, caller: Caller, account: Account) -> Mapping[str, object]:
        """Return what is short."""
        people, id = self._of.people, account.id
        factor = await people.factors.find(id)
        logins = await people.logins.of(id)
        waiting = await self._of.invites.waiting(caller)
        return {
            "account": Me(
                id,
                account.email,
                account.verified_at,
                account.username,
                account.name,
                account.about,
                account.role,
                account.created_at,
                factor.confirmed_at if factor else None,
            ),
            "settings": await people.preferences.of(id),
            "sign_ins": [
                SignIn(each.agent, each.scope, each.began_at, each.rotated_at)
                for each in logins
            ],
            "organisations": [
                Membership(each.org.id, each.org.name, each.role)
                for each in await self._of.organisations.mine(caller)
            ],
            "invitations": [
                Invitation(each.board, each.made_at) for each in waiting
            ],
            "forms": await self._forms(account),
            "trail": await self._of.trail.of(id, RECORDS),
        }  # fmt: skip

    async def _forms(self, account: Account) -> Sequence[Lead]:
        """Return what was filled in with an address that was shown to be his."""
        if account.verified_at is None:
            return ()
        return await self._of.people.leads.of(account.email)

    async def _told(self, caller: Caller) -> AsyncIterator[object]:
        before = ""
        while page := await self._of.notices.listed(caller, before, PAGE):
            for each in page:
                yield each
            before = page[-1].id

    async def _boards(
        self, personas: Sequence[Persona], catalogue: Catalogue
    ) -> AsyncIterator[object]:
        """Give what is his on each board, a page of items at a time."""
        for persona in personas:
            done: set[BoardId] = set()
            async for board in self._of.erasure.boards(persona):
                if board not in done:
                    done.add(board)
                    with suppress(NotFound):  # it is gone
                        author = await self._of.identity.author(persona, board)
                        async for page in self._on(board, author, catalogue):
                            yield page

    async def _on(
        self, board: BoardId, author: str, catalogue: Catalogue
    ) -> AsyncIterator[object]:
        cards = await catalogue.cards({board})
        card = Raw(cards[board].data) if board in cards else None
        after = "", ""
        while page := await catalogue.theirs(board, author, after, PAGE):
            items = [
                OwnItem(each.type, each.id, Raw(each.data or b"")) for each in page
            ]
            signed = {("note", each.id) for each in page if each.type == "signature"}
            notes = await self._of.journal.needed(board, signed) if signed else {}
            items += [OwnItem(*key, put.data) for key, put in notes.items()]
            yield OnBoard(board, card, items)
            after = page[-1].type, page[-1].id


async def _listed(name: bytes, found: AsyncIterator[object]) -> AsyncIterator[bytes]:
    """Give a field that is a list, element by element."""
    yield b',"%b":[' % name
    comma = b""
    async for each in found:
        yield comma + msgspec.json.encode(each)
        comma = b","
    yield b"]"
