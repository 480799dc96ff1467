"""An account over REST as the products know it: a user, and what signing in gives.

Two products share these paths, so one answer says what either is documented to say.
"""

from datetime import datetime
from typing import Annotated
from unicodedata import category

from aiohttp import web
from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import asdict

from orbit.core.errors import Invalid
from orbit.core.ports import Account, Role
from orbit.core.services.accounts import MAX_NAME, canonical
from orbit.core.services.logins import Pair
from orbit.http.api.accounts import Email
from orbit.http.calls import Call
from orbit.http.routing import Routes, json_response

routes = Routes("users")
LINES = frozenset({"name", "first_name", "last_name", "organization"})
UNSEEN = {"Cc", "Cf", "Zl", "Zp"}  # Unicode categories that no line of text needs

Line = Annotated[str, Meta(max_length=MAX_NAME)]
Address = Annotated[
    str,
    Meta(
        max_length=500,
        pattern=r"^(https?://[^\s\"<>\\]+)?$(?!\n)",
        description="a web address that begins with http:// or https://, or nothing",
    ),
]


class User(Struct, frozen=True):
    """An account, as its owner sees it."""

    id: str
    email: str
    email_verified: bool
    username: str
    name: str
    first_name: str
    last_name: str
    bio: str
    avatar: str
    avatar_url: str
    organization: str
    role: Role
    created_at: datetime


class Granted(Struct, frozen=True):
    """Somebody has signed in: `access` is good for `expires_in` seconds."""

    access: str
    refresh: str
    access_token: str
    refresh_token: str
    token_type: str
    expires_in: int
    role: Role
    user: User


class UserEdit(Struct, frozen=True):
    """What is left out stays as it is; what cannot be changed here may be repeated."""

    name: Line | UnsetType = UNSET
    first_name: Line | UnsetType = UNSET
    last_name: Line | UnsetType = UNSET
    bio: Annotated[str, Meta(max_length=2_000)] | UnsetType = UNSET
    avatar: Address | UnsetType = UNSET
    avatar_url: Address | UnsetType = UNSET
    organization: Line | UnsetType = UNSET
    email: Email | UnsetType = UNSET
    username: Annotated[str, Meta(max_length=150)] | UnsetType = UNSET


class OrganizationEdit(Struct, frozen=True):
    organization: Line


@routes.op("GET", "/users/me/")
async def get_me(call: Call) -> User:
    """Get my account."""
    return user_of(await call.node.accounts.profile(call.caller))


@routes.op("PATCH", "/users/me/", errors=(403, 409))
async def edit_me(call: Call, body: UserEdit) -> User:
    """Change what I say of myself.

    Another `email` is mine when the link that is mailed there is opened, signed in;
    the answer has the present one. 403 for one if I have signed in more than 10 minutes
    ago, as there is no password here.
    """
    return await _edited(call, body)


@routes.op("PUT", "/users/me/", errors=(403, 409))
async def put_me(call: Call, body: UserEdit) -> User:
    """Change what I say of myself; the same as PATCH."""
    return await _edited(call, body)


@routes.op("PATCH", "/account/organization/")
async def edit_organization(call: Call, body: OrganizationEdit) -> User:
    """Say whose I am."""
    told = {"organization": line(body.organization, "organization")}
    return user_of(await call.node.accounts.edit(call.caller, told))


async def _edited(call: Call, body: UserEdit) -> User:
    account = await call.node.accounts.profile(call.caller)
    told = {name: text for name, text in asdict(body).items() if text is not UNSET}
    email = canonical(told.pop("email", account.email))
    if told.pop("username", account.username).lower() != account.username.lower():
        said = "this cannot be changed here"
        raise Invalid(said, details={"field": "username"})
    if "avatar" in told:
        told = {"avatar_url": told.pop("avatar")} | told
    told |= {field: line(told[field], field) for field in LINES & told.keys()}
    if email != account.email:
        change = call.node.addresses.change
        await change(call.caller, "", email, call.site, call.language)
    if not told:
        return user_of(account)
    return user_of(await call.node.accounts.edit(call.caller, told))


def user_of(account: Account) -> User:
    about = account.about
    return User(
        id=account.id,
        email=account.email,
        email_verified=account.verified_at is not None,
        username=account.username,
        name=account.name,
        first_name=about.first_name,
        last_name=about.last_name,
        bio=about.bio,
        avatar=about.avatar_url,
        avatar_url=about.avatar_url,
        organization=about.organization,
        role=account.role,
        created_at=account.created_at,
    )


def granted(pair: Pair, status: int = 200) -> web.Response:
    """Return the answer to whoever has signed in, or goes on being so."""
    given = Granted(
        access=pair.access,
        refresh=pair.refresh,
        access_token=pair.access,
        refresh_token=pair.refresh,
        token_type="bearer",  # noqa: S106 - RFC 6750
        expires_in=int(pair.lasts.total_seconds()),
        role=pair.account.role,
        user=user_of(pair.account),
    )
    return json_response(given, status)


def line(text: str, field: str) -> str:
    """Return a text that is one line, without what does not show.

    Raises:
        Invalid: it is more, or something is hidden in it.
    """
    if any(category(letter) in UNSEEN for letter in text):
        raise Invalid("should be one line that shows", details={"field": field})
    return text.strip()
