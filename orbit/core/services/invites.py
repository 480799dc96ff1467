"""Invites by mail: an address is told of a board, and whoever has it comes in, once.

    open ──its link, or an account of the address──> came
     ├──an admin takes it back──> withdrawn
     └──7 days──> expired

An address is found by a keyed hash and stored sealed; no journal has either.  Once
somebody is in, nothing tells who came by which invite.  Whether he who invites may, is
for the caller to ask the board.  Source: guarantees.md, section 5; ADR-0030.
"""

import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from orbit.core.cluster.router import Router
from orbit.core.errors import (
    Conflict,
    Forbidden,
    NotFound,
    OrbitError,
    PrivateBoard,
    RateLimited,
    Unauthenticated,
    Unknown,
)
from orbit.core.ids import op_key
from orbit.core.kind import Command, Role, wire_name
from orbit.core.ports import (
    Bounds,
    Clock,
    Invite,
    Kept,
    Message,
    People,
    Standing,
)
from orbit.core.services.accounts import canonical
from orbit.core.services.identity import Caller, Identity
from orbit.core.services.notices import Kind, Notices
from orbit.core.services.post import Post
from orbit.core.services.unsubscribing import Unsubscribing
from orbit.core.services.wording import catalogue
from orbit.core.services.wording.catalogue import Mail
from orbit.core.types import BoardId, Principal

LIFE = timedelta(days=7)
SHOWN = timedelta(days=14)  # to admins, from when it was made
MAILED = timedelta(days=1)  # after which a mail that did not go is given up
HOUR, PAUSE = timedelta(hours=1), timedelta(minutes=10)
MAILS_H = 5  # to one address, of all boards together
MOST = 200  # that a board remembers
LISTED = 100
PURGED_AT_ONCE = 1_000
TOKEN_BYTES = 32
LABEL = b"invite"
# What turns a line around, or hides letters.  Joiners (U+200C, U+200D) stay.
TRICKS = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c"
    "\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)


class InviteState(StrEnum):
    """How an invite stands, as admins read it."""

    INVITED = "invited"
    CAME = "came"
    EXPIRED = "expired"


class Invited(Struct, frozen=True):
    """Somebody who was invited, as the board's admins read it."""

    email: str
    state: InviteState
    made_at: datetime
    expires_at: datetime


class Letter(Struct, frozen=True):
    """What is said to somebody who is invited."""

    to: str
    title: str  # of the board
    site: str  # where the page is that its link opens
    message: str = ""
    language: str = "en"


class Invites:
    """Sends invites, takes them back, and lets in who comes by one.

    `admission` is what a board is told in the name of whoever is to be let in.
    """

    def __init__(
        self,
        people: People,
        identity: Identity,
        router: Router,
        post: Post,
        unsubscribing: Unsubscribing,
        notices: Notices,
        clock: Clock,
        admission: Command,
    ) -> None:
        self._store, self._accounts = people.invites, people.accounts
        self._identity, self._keys = identity, identity.keys
        self._router, self._post, self._clock = router, post, clock
        self._unsubscribing, self._admission = unsubscribing, admission
        self._notices = notices

    # Inviting -------------------------------------------------------------------------

    async def send(self, board: BoardId, letter: Letter, op: bytes) -> None:
        """Invite an address to a board, whoever has it; told again, it is once.

        Whoever wants no such mails gets none, and nobody is told.

        Raises:
            RateLimited: the address was invited too often of late.
            Conflict: the board has invited too many.
        """
        now, token = self._clock.now(), secrets.token_urlsafe(TOKEN_BYTES)
        email = canonical(letter.to)
        mail = self._keys.address(email)
        stop = self._unsubscribing.link(letter.site, mail)
        message = _mail(board, letter, token, stop)
        parcel = self._post.parcel(message, now + MAILED)
        invite = Invite(
            id=parcel.id,
            board=board,
            mail=mail,
            token=self._token(board, token),
            sealed=self._keys.seal(LABEL, email.encode(), parcel.id.encode()),
            op=op,
            made_at=now,
            expires_at=now + LIFE,
        )
        bounds = Bounds(now - PAUSE, now - HOUR, MAILS_H, MOST)
        match await self._store.keep(invite, parcel, bounds):
            case Kept.AGAIN:
                after = PAUSE.total_seconds()
                raise RateLimited("this address was invited just now", after=after)
            case Kept.ADDRESS:
                after = PAUSE.total_seconds()
                raise RateLimited("too many invites to this address", after=after)
            case Kept.BOARD:
                raise Conflict("too many were invited: take some back first")
            case Kept.KEPT | Kept.TOLD:
                title = " ".join(_plain(letter.title).split())
                seed = board.encode() + op + mail
                said = {"board": board, "title": title}
                news = self._notices.news(Kind.BOARD_INVITED, said, seed)
                await self._notices.tell_address(email, news)
                self._post.look()

    async def withdraw(self, board: BoardId, email: str) -> None:
        """Take an invite back; who has come by it stays.

        Raises:
            NotFound: the address was not invited.
        """
        mail = self._keys.address(canonical(email))
        if not await self._store.withdraw(board, mail):
            said = "this address was not invited"
            raise NotFound(said, details={"field": "email"})

    async def listed(self, board: BoardId) -> Sequence[Invited]:
        """Return who was invited to a board of late, the last one first."""
        now = self._clock.now()
        return [
            Invited(self._address(one), _state(one, now), one.made_at, one.expires_at)
            for one in await self._store.of_board(board)
        ]

    def _address(self, one: Invite) -> str:
        return self._keys.unseal(LABEL, one.sealed, one.id.encode()).decode()

    def _token(self, board: BoardId, token: str) -> bytes:
        return self._keys.seed(LABEL, board.encode(), token.encode())

    # Coming ---------------------------------------------------------------------------

    async def waiting(self, caller: Caller) -> Sequence[Invite]:
        """Return the invites by which whoever has signed in may still come."""
        mail, now = await self._mail(caller), self._clock.now()
        return await self._store.open(mail, now, LISTED) if mail else ()

    async def accept(
        self, board: BoardId, caller: Caller, who: Principal, token: str | None = None
    ) -> None:
        """Let somebody in by the link of an invite, or else by his address.

        `who` is the caller as the board knows him.  Whoever sees the board by right is
        in, and leaves the invite as it is.

        Raises:
            Unauthenticated: he is a guest, whom no board knows again.
            NotFound: there is no such invite, or not any more.
            Forbidden: it is to another address than that of his account.
            Unavailable: he is not in; tell it again.
        """
        if not who.id:
            said = "show your ghost, or sign in"
            raise Unauthenticated(said, details={"field": "X-Ghost-ID"})
        invite = await self._found(board, caller, token)
        by = self._keys.seed(b"taken", invite.id.encode(), who.id.encode())
        if not await self._is_member(board, who):
            if not await self._store.take(invite.id, by, self._clock.now()):
                raise _no_invite()
            await self._admit(invite, who, by)
        await self._store.use(invite.id, by)

    async def opens(self, caller: Caller, board: BoardId) -> bool:
        """Let in whoever has signed in, if his address was invited; tell whether."""
        if caller.login == "":
            return False
        who = await self._identity.principal(caller, board)
        try:
            await self.accept(board, caller, who)
        except NotFound:
            return False
        return True

    async def _found(self, board: BoardId, caller: Caller, token: str | None) -> Invite:
        mail = await self._mail(caller)
        if token is not None:
            found = await self._store.by_token(board, self._token(board, token))
            if found and mail and mail != found.mail:
                said = "this invite is to another address than yours"
                raise Forbidden(said, details={"field": "token"})
        else:
            found = await self._store.by_mail(board, mail) if mail else None
        if found is None:
            raise _no_invite()
        return found

    async def _mail(self, caller: Caller) -> bytes:
        """Return what stands for the address that he has shown to be his, or b""."""
        if caller.login == "":
            return b""
        account = await self._accounts.find(caller.account)
        if account is None or account.verified_at is None:
            return b""
        return self._keys.address(account.email)

    async def _is_member(self, board: BoardId, who: Principal) -> bool:
        try:
            return Role.MEMBER in (await self._router.look(board, who)).roles
        except PrivateBoard:
            return False

    async def _admit(self, invite: Invite, who: Principal, by: bytes) -> None:
        op, do = op_key(f"invite {invite.id}"), wire_name(type(self._admission))
        try:
            await self._router.ask(invite.board, who, op, do, command=self._admission)
        except Unknown:
            raise  # perhaps he is in: it stays his
        except OrbitError:
            await self._store.give_back(invite.id, by)
            raise

    async def purge(self) -> None:
        """Forget what no list shows and no bound counts any more."""
        now = self._clock.now()
        await self._store.purge(now - SHOWN, now - HOUR, PURGED_AT_ONCE)


def _mail(board: BoardId, letter: Letter, token: str, stop: str) -> Message:
    return catalogue(letter.language).write(
        Mail.INVITE,
        letter.to,
        stop=stop,
        title=" ".join(_plain(letter.title).split()),
        link=f"{letter.site}/b/{board}#invite={token}",
        days=str(LIFE.days),
        site=letter.site,
        message=_plain(letter.message).strip(),
    )


def _plain(text: str) -> str:
    return TRICKS.sub("", text)


def _state(one: Invite, now: datetime) -> InviteState:
    if one.state is Standing.CAME:
        return InviteState.CAME
    return InviteState.INVITED if now < one.expires_at else InviteState.EXPIRED


def _no_invite() -> NotFound:
    said = "there is no such invite, or not any more"
    return NotFound(said, details={"field": "token"})
