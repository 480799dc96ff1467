"""One call of an operation: the request, the node, and who asks.

The node is composed in `orbit.composition`, and never global.  A secret lives as long
as the request that brought it.
"""

import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from enum import StrEnum
from typing import Any

from aiohttp import hdrs, web
from msgspec import Struct

from orbit.core.actors.jobs import Jobs
from orbit.core.actors.latency import Latency
from orbit.core.cluster.router import Router, known
from orbit.core.errors import NotFound, Suspended, Unauthenticated
from orbit.core.ids import op_key
from orbit.core.kind import Kind
from orbit.core.ports import Catalogue, Clock, Cut, Journal
from orbit.core.services.accounts import Accounts
from orbit.core.services.addresses import Addresses
from orbit.core.services.belongings import Belongings
from orbit.core.services.console import Console
from orbit.core.services.erasure import Erasure
from orbit.core.services.identity import GUEST, BoxKey, Caller, Identity
from orbit.core.services.invites import Invites
from orbit.core.services.leads import Leads
from orbit.core.services.logins import Browser, Logins
from orbit.core.services.mailing import Mailing
from orbit.core.services.merging import Merging
from orbit.core.services.my_data import MyData
from orbit.core.services.notices import Notices
from orbit.core.services.org_invites import OrgInvites
from orbit.core.services.organisations import Organisations
from orbit.core.services.passwords import Passwords
from orbit.core.services.preferences import Preferences
from orbit.core.services.resets import Resets
from orbit.core.services.second_factor import SecondFactor
from orbit.core.services.sign_in import SignIn
from orbit.core.services.spreading import Spread
from orbit.core.services.trail import Trail, masked
from orbit.core.services.unsubscribing import Unsubscribing
from orbit.core.types import BoardId, Principal
from orbit.http.auth import (
    KEY_HEADER,
    MAX_KEY,
    Credentials,
    address,
    credentials,
    text_header,
)
from orbit.http.fleet import Fleet
from orbit.http.governor import Governor
from orbit.http.languages import reads
from orbit.settings import Settings

OP_BYTES = 16
NOBODY = Unauthenticated, Suspended

Check = Callable[[], Awaitable[object]]  # raises when what it looks at is not well


class Services(Struct, frozen=True):
    """A node, as its HTTP handlers see it."""

    router: Router
    identity: Identity
    accounts: Accounts
    addresses: Addresses
    logins: Logins
    passwords: Passwords
    resets: Resets
    second_factor: SecondFactor
    sign_in: SignIn
    merging: Merging
    trail: Trail
    console: Console
    invites: Invites
    unsubscribing: Unsubscribing
    organisations: Organisations
    org_invites: OrgInvites
    cuts: Spread[Cut]
    notices: Notices
    my_data: MyData
    preferences: Preferences
    leads: Leads
    mailing: Mailing
    belongings: Belongings
    erasure: Erasure
    journal: Journal
    catalogue: Catalogue
    clock: Clock
    jobs: Jobs
    kinds: Mapping[str, Kind[Any]]
    checks: Mapping[str, Check]  # by the names that `/health/` tells: database, ...
    info: Callable[[], Mapping[str, float]]  # numbers of the moment, for `/metrics`
    acks: Latency  # of commands, whichever way they came
    governor: Governor
    fleet: Fleet | None = None  # what operators see; without one their room is closed


class Told(Struct, frozen=True):
    """The id of a command, as boards know it; `attempt` is 1 if it is certainly new."""

    op: bytes
    attempt: int


class Call(Struct, frozen=True):
    """A request, and who makes it.  It lives no longer than the request."""

    request: web.Request
    node: Services
    settings: Settings
    caller: Caller
    secret: str | None  # of a ghost; beside a token nobody has looked at it yet
    link: str | None  # an admin token, as it was sent
    at: float  # monotonic: when it came

    def __repr__(self) -> str:
        return f"Call({self.caller.kind})"  # what is in it may not reach a log

    async def principal(self, board: BoardId) -> Principal:
        """Return the caller as a board knows him; raise `NotFound` if it is none."""
        return await self.node.identity.principal(
            self.caller, board, self.link, at=self.at
        )

    async def authors(self, boards: Iterable[BoardId]) -> Mapping[BoardId, str]:
        """Return what the caller is called on those boards that there still are."""
        found = {}
        for board in await self.node.identity.there(boards, self.at):
            with suppress(NotFound):  # it is gone since
                found[board] = (await self.principal(board)).id
        return found

    async def on(self, board: str) -> tuple[BoardId, Principal]:
        """Return a board's id and the caller as it knows him.

        Raises:
            NotFound: there is no such board, or the id is malformed.
        """
        id = known(board)
        return id, await self.principal(id)

    async def is_invited(self, board: str) -> bool:
        """Let the caller in where his address was invited; tell whether he is in."""
        id = known(board)
        if not await self.node.invites.opens(self.caller, id):
            return False
        self.note(id)
        return True

    @property
    def key(self) -> str | None:
        """The `Idempotency-Key`; raises `BadRequest` if it is malformed."""
        return text_header(self.request, KEY_HEADER, MAX_KEY)

    def told(self, part: str = "") -> Told:
        """Return the id of the command that this call tells.

        The same key gives the same id; `part` tells apart the commands of one call.
        Boards know guests by no id, so a guest's key is his together with his link.
        """
        if self.key is None:
            return Told(secrets.token_bytes(OP_BYTES), attempt=1)
        whose = "" if self.caller.id else self.link
        parts = [each for each in (self.key, part, whose) if each]
        return Told(op_key("\0".join(parts)), attempt=0)

    def note(self, board: BoardId) -> None:
        """Put a board into the caller's own list, beside everything else."""
        if self.caller.persona is not None:
            key = self.caller.persona.box
            belongings = self.node.belongings
            if not belongings.has_noted(key, board):
                job = belongings.note_soon(key, board)
                self.node.jobs.start(job, "note a board")

    @property
    def site(self) -> str:
        """Where the pages of this node are, as mails name it.

        Without `public_url` it is where the caller says: `preflight` lets none be sent.
        """
        return self.settings.public_url or str(self.request.url.origin())

    @property
    def browser(self) -> Browser:
        """By what the caller comes; what it says that it is as far as that is shown."""
        said = self.request.headers.get(hdrs.USER_AGENT, "")
        agent = said if said.isascii() and said.isprintable() else ""
        return Browser(agent, masked(address(self.request, self.settings)))

    @property
    def language(self) -> str:
        """The language that the caller reads."""
        return reads(self.request)

    @property
    def box(self) -> BoxKey:
        """What opens the caller's own list; raises `Unauthenticated` for a guest."""
        if self.caller.persona is None:
            raise Unauthenticated("show your ghost", details={"field": "X-Ghost-ID"})
        return self.caller.persona.box


def as_operator(request: web.Request, node: Services, settings: Settings) -> Call:
    """Return the call of an operator, who is nobody to any board."""
    return Call(request, node, settings, GUEST, None, None, node.clock.monotonic())


class Admits(StrEnum):
    """Who may call an operation, beside guests and those who are known."""

    KNOWN = "known"  # nobody else
    LEAVING = "leaving"  # who is being erased
    LATE = "late"  # whose access token is not valid (any more): he is a guest
    STRANGERS = "strangers"  # whatever is not valid does not count, a token never
    NEWCOMERS = "newcomers"  # nothing counts

    # A browser sends a cookie unasked, and one of another node of its host, or of
    # before all data was lost, would else keep it out for ever.


async def recognise(
    request: web.Request,
    node: Services,
    settings: Settings,
    admits: Admits = Admits.KNOWN,
) -> Call:
    """Return the call that a request makes.

    Raises:
        Unauthenticated: nobody holds what it presents; nothing was created.
        Suspended: somebody who is nobody, until that is ended.
        Forbidden: it is a write that rests on a cookie, from another site.
        Unavailable: the database was away for too long.
    """
    at, identity = node.clock.monotonic(), node.identity
    is_new, leaving = admits is Admits.NEWCOMERS, admits is Admits.LEAVING
    shown = Credentials() if is_new else credentials(request, settings)
    caller, secret = GUEST, shown.secret
    if shown.token is not None and admits is not Admits.STRANGERS:
        try:
            caller = await identity.admit(shown.token, at=at, leaving=leaving)
        except NOBODY:
            if admits is not Admits.LATE:
                raise
    elif secret is not None:
        try:
            caller = await identity.recognise(secret, at=at, leaving=leaving)
        except NOBODY:
            if admits is not Admits.STRANGERS:
                raise
            secret = None
    return Call(request, node, settings, caller, secret, shown.link, at)
