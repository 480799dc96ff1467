"""Organisations over REST: who is in one, and what he may do there.

For whoever is not in an organisation there is none: 404, in the same words.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from aiohttp import web
from msgspec import Meta, Struct
from pydantic import AfterValidator, BaseModel, Field

from orbit.core.errors import Invalid
from orbit.core.ports import Organisation, OrgRole
from orbit.core.services.org_invites import (
    LIFE,
    Expected,
    OrgInvitation,
    OrgLetter,
)
from orbit.core.services.trail import tell
from orbit.http.api.accounts import Email
from orbit.http.api.boards import MAX_PAGE
from orbit.http.api.invites import Mailed, Withdrawing
from orbit.http.api.users import line
from orbit.http.calls import Call
from orbit.http.limits import Class
from orbit.http.reading import Clean
from orbit.http.routing import Routes

ORG, INVITE = "/orgs/{org}/", "/orgs/{org}/invite/"
MEMBERS = "/orgs/{org}/members/"
MEMBER = MEMBERS + "{member}/"
MAX_TOKEN = 128

routes = Routes("organisations")


class Naming(Struct, frozen=True):
    name: Annotated[str, Meta(min_length=1, max_length=80)]


class Appointing(Struct, frozen=True):
    role: OrgRole


class Recruiting(Struct, frozen=True):
    """Whom to invite; nobody invites above what he is."""

    email: Email
    role: OrgRole = OrgRole.MEMBER


class Joining(Struct, frozen=True):
    """What the link of the mail holds."""

    token: Annotated[str, Meta(min_length=1, max_length=MAX_TOKEN)]


class Org(Struct, frozen=True):
    """An organisation; `role` is what I am in it."""

    id: str
    name: str
    role: OrgRole
    created_at: datetime


class Orgs(Struct, frozen=True):
    """Where I am a member, by name."""

    results: Sequence[Org]


class OrgMember(Struct, frozen=True):
    """Somebody in an organisation; `id` is his account's.

    Those who invite see an address that was shown to be his, others none (empty).
    """

    id: str
    role: OrgRole
    name: str
    username: str
    avatar_url: str
    email: str
    joined_at: datetime


class OrgMembers(Struct, frozen=True):
    """Members; `next` is the `cursor` of what comes after these, if anything does."""

    results: Sequence[OrgMember]
    next: str | None


class OrgInvitations(Struct, frozen=True):
    """Who is invited and has not come, the last one first."""

    results: Sequence[Expected]


class Paging(BaseModel):
    cursor: Annotated[str, Field(max_length=64), Clean] = ""
    limit: Annotated[
        int, Field(ge=1), AfterValidator(lambda limit: min(limit, MAX_PAGE))
    ] = MAX_PAGE


@routes.op("GET", "/orgs/")
async def list_orgs(call: Call) -> Orgs:
    """List the organisations that I am in."""
    his = await call.node.organisations.mine(call.caller)
    return Orgs([_org(each.org, each.role) for each in his])


@routes.op("POST", "/orgs/", status=201, errors=(409,))
async def make_org(call: Call, body: Naming) -> Org:
    """Make an organisation, whose admin I am. An account is in 100, to make another."""
    name, op = _name(body), call.told().op
    seen = await call.node.organisations.found(call.caller, name, op)
    tell(organisation=seen.org.id)
    return _org(seen.org, seen.role)


@routes.op("POST", "/orgs/accept-invite/", errors=(403, 404))
async def accept_org_invite(call: Call, body: Joining) -> Org:
    """Become a member by an invite: signed in, with the token of its link.

    The address of the account has to be the one that was invited, and shown to be mine
    (`email_verified`): 403. The token is good once, within 7 days, and as long as
    whoever has sent it may invite. Who is a member stays what he is.
    """
    seen = await call.node.org_invites.accept(call.caller, body.token)
    tell(organisation=seen.org.id)
    return _org(seen.org, seen.role)


@routes.op("POST", "/orgs/read-invite/", errors=(404,))
async def read_org_invite(call: Call, body: Joining) -> OrgInvitation:
    """Read what an invite is to, with the token of its link, before taking it.

    It is what the mail says; nobody has to have signed in, and nothing changes.
    """
    return await call.node.org_invites.read(body.token)


@routes.op("GET", ORG, errors=(404,))
async def get_org(call: Call, org: str) -> Org:
    """Get an organisation that I am in."""
    seen = await call.node.organisations.seen(call.caller, org)
    return _org(seen.org, seen.role)


@routes.op("PATCH", ORG, errors=(403, 404))
async def rename_org(call: Call, org: str, body: Naming) -> Org:
    """Give it another name, as an admin."""
    seen = await call.node.organisations.rename(call.caller, org, _name(body))
    return _org(seen.org, seen.role)


@routes.op("DELETE", ORG, status=204, errors=(403, 404))
async def remove_org(call: Call, org: str) -> web.Response:
    """Remove it with all that it has, as an admin; its members' sockets close."""
    await call.node.organisations.remove(call.caller, org)
    return web.Response(status=204)


@routes.op("GET", MEMBERS, errors=(404,))
async def list_members(call: Call, org: str, query: Paging) -> OrgMembers:
    """List members, in the order of their ids."""
    found = await call.node.organisations.members(
        call.caller, org, query.cursor, query.limit
    )
    is_full = len(found) == query.limit
    return OrgMembers(
        [
            OrgMember(
                each.account,
                each.role,
                each.name,
                each.username,
                each.avatar_url,
                each.email,
                each.joined_at,
            )
            for each in found
        ],
        found[-1].account if is_full else None,
    )


@routes.op("POST", MEMBER + "role/", status=204, errors=(403, 404, 409))
async def give_role(
    call: Call, org: str, member: str, body: Appointing
) -> web.Response:
    """Say what a member is, as an admin; the last admin stays one (409).

    His sockets close (4401): he comes back with the rights that he has then.
    """
    await call.node.organisations.give_role(call.caller, org, member, body.role)
    tell(role=body.role)
    return web.Response(status=204)


@routes.op("DELETE", MEMBER, status=204, errors=(403, 404, 409))
async def remove_member(call: Call, org: str, member: str) -> web.Response:
    """Remove a member, as an admin; or oneself. The last admin stays (409).

    His access ends at once, his sockets close, his invites are void.
    """
    await call.node.organisations.dismiss(call.caller, org, member)
    return web.Response(status=204)


@routes.op("POST", ORG + "leave/", status=204, errors=(404, 409))
async def leave_org(call: Call, org: str) -> web.Response:
    """Be no member any more; the last admin stays (409)."""
    await call.node.organisations.leave(call.caller, org)
    return web.Response(status=204)


@routes.op("POST", INVITE, status=202, class_=Class.INVITES, errors=(403, 404, 409))
async def invite_to_org(call: Call, org: str, body: Recruiting) -> Mailed:
    """Invite somebody by mail, as a manager or an admin, to be what I am or less.

    The answer is the same for every address. The link in the mail makes one account a
    member, within 7 days: that of the address. A new invite voids the one before. An
    address is mailed once in 10 minutes by one organisation, and 5 times an hour by
    all; 200 may be invited at a time.
    """
    letter = OrgLetter(body.email, body.role, call.site, call.language)
    await call.node.org_invites.send(call.caller, org, letter, call.told().op)
    return Mailed(sent=True, expires_in=int(LIFE.total_seconds()))


@routes.op("DELETE", INVITE, status=204, errors=(403, 404))
async def withdraw_org_invite(call: Call, org: str, body: Withdrawing) -> web.Response:
    """Take an invite back, as who might have sent it; who has come by it stays."""
    await call.node.org_invites.withdraw(call.caller, org, body.email)
    return web.Response(status=204)


@routes.op("GET", "/orgs/{org}/invites/", errors=(403, 404))
async def list_org_invites(call: Call, org: str) -> OrgInvitations:
    """List who is invited, as a manager or an admin; an invite goes when it is used."""
    return OrgInvitations(await call.node.org_invites.listed(call.caller, org))


def _org(org: Organisation, role: OrgRole) -> Org:
    return Org(org.id, org.name, role, org.created_at)


def _name(body: Naming) -> str:
    name = line(body.name, "name")
    if not name:
        raise Invalid("a name is one line that shows", details={"field": "name"})
    return name
