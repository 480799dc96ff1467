"""Invites by mail over REST: admins send them and take them back.

No answer tells whether an address has an account.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec
from aiohttp import web
from msgspec import UNSET, Meta, Struct, UnsetType

from orbit.core.services.invites import LIFE, Invited, Letter
from orbit.core.types import BoardId
from orbit.http.api.access import for_admins
from orbit.http.api.accounts import Email
from orbit.http.api.boards import card
from orbit.http.api.catalogue import MAX_OWN, Glance, glance
from orbit.http.calls import Call
from orbit.http.limits import Class
from orbit.http.routing import Routes

INVITE = "/boards/{board}/invite/"
MAX_TOKEN = 64

routes = Routes("boards")


class Inviting(Struct, frozen=True):
    """Whom to invite; the `message` is in the mail and nowhere else."""

    email: Email
    message: Annotated[str, Meta(max_length=500)] = ""


class Withdrawing(Struct, frozen=True):
    email: Email


class Accepting(Struct, frozen=True):
    """What the link of the mail holds; whose address is invited needs none."""

    token: Annotated[str, Meta(min_length=1, max_length=MAX_TOKEN)] | UnsetType = UNSET


class Mailed(Struct, frozen=True):
    """A mail is on its way, if there is such an address."""

    sent: bool
    expires_in: int  # seconds


class Invitations(Struct, frozen=True):
    """Who was invited in the last two weeks, the last one first."""

    results: Sequence[Invited]


class Entered(Struct, frozen=True):
    """Whoever asks sees this board now."""

    board: str


class InvitedBoard(Glance, frozen=True):
    """A board to which I was invited: `until` then I may come, or I have (null)."""

    until: datetime | None = None


class InvitedBoards(Struct, frozen=True):
    results: Sequence[InvitedBoard]


@routes.op("GET", "/boards/invited/")
async def list_invited_boards(call: Call) -> InvitedBoards:
    """List the boards to which I was invited: those that wait for me come first.

    A board waits for whoever has signed in with the address that was invited: to open
    it is enough. Then come the boards that have let me in, invited or asked for.
    """
    belongings = await call.node.belongings.boards(call.box)
    waiting = await call.node.invites.waiting(call.caller)
    until = {one.board: one.expires_at for one in waiting}
    authors = await call.authors(list(reversed(belongings))[:MAX_OWN])
    inside = await call.node.catalogue.among(authors, "member")
    cards = await call.node.catalogue.cards({*until, *inside})
    listed: list[BoardId] = [*until, *(board for board in authors if board in inside)]
    return InvitedBoards(
        [
            msgspec.convert(
                {
                    **msgspec.to_builtins(glance(cards[board])),
                    "until": until.get(board),
                },
                InvitedBoard,
            )
            for board in dict.fromkeys(listed)
            if board in cards
        ]
    )


@routes.op("POST", INVITE, status=202, class_=Class.INVITES)
async def invite(call: Call, board: str, body: Inviting) -> Mailed:
    """Invite somebody by mail, as an admin.

    The answer is the same for every address. The mail holds the board's title, the
    message and a link, which lets one person in within 7 days; an account of that
    address needs no link. A new invite voids the one before. An address is mailed once
    in 10 minutes by one board and 5 times an hour by all; a board remembers 200.
    """
    id, seen = await for_admins(call, board)
    title = str(card(seen).get("title", ""))
    letter = Letter(body.email, title, call.site, body.message, call.language)
    await call.node.invites.send(id, letter, call.told().op)
    return Mailed(sent=True, expires_in=int(LIFE.total_seconds()))


@routes.op("DELETE", INVITE, status=204)
async def withdraw_invite(call: Call, board: str, body: Withdrawing) -> web.Response:
    """Take an invite back, as an admin; who has come by it stays."""
    id, _seen = await for_admins(call, board)
    await call.node.invites.withdraw(id, body.email)
    return web.Response(status=204)


@routes.op("GET", "/boards/{board}/invites/")
async def list_invites(call: Call, board: str) -> Invitations:
    """List who was invited, for the board's admins: `invited`, `came` or `expired`.

    Who of those on the board it is that came, nobody is told.
    """
    id, _seen = await for_admins(call, board)
    return Invitations(await call.node.invites.listed(id))


@routes.op("POST", "/boards/{board}/accept-invite/")
async def accept_invite(call: Call, board: str, body: Accepting) -> Entered:
    """Come in by an invite: with the token of its link, or signed in by its address.

    The token is good once, within 7 days. For whoever has signed in with another
    address it is not: 403.
    """
    id, who = await call.on(board)
    token = None if body.token is UNSET else body.token
    await call.node.invites.accept(id, call.caller, who, token)
    call.note(id)
    return Entered(id)
