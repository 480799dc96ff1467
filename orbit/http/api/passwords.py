"""Registering and signing in by a password over REST.

Signing in tells of an unknown name and of a wrong password alike, and as late.
"""

from typing import Annotated

from aiohttp import web
from msgspec import UNSET, Meta, Struct, UnsetType

from orbit.core.errors import Invalid
from orbit.core.ports import About, Role
from orbit.core.services.accounts import named
from orbit.core.services.passwords import Registration
from orbit.core.services.resets import LIFE
from orbit.http.api.accounts import Asking, Email, Sent
from orbit.http.api.users import Address, Granted, Line, granted, line
from orbit.http.calls import Admits, Call
from orbit.http.limits import Class
from orbit.http.routing import Routes

routes = Routes("users")

# No "@": it would be taken for a mail address, perhaps somebody else's.
Username = Annotated[
    str,
    Meta(
        max_length=150,
        pattern=r"^([A-Za-z0-9][A-Za-z0-9._+-]*)?$(?!\n)",
        description="letters, digits and . _ + -, one of the first two in front",
    ),
]
Password = Annotated[str, Meta(min_length=8, max_length=128)]
Typed = Annotated[str, Meta(max_length=254)]


class Registering(Struct, frozen=True):
    """A `name`, or `first_name` and `last_name`: the one is made of the others."""

    email: Email
    password: Password
    username: Username = ""
    name: Line = ""
    first_name: Line = ""
    last_name: Line = ""
    avatar_url: Address = ""
    organization: Line = ""


class Entering(Struct, frozen=True):
    """A mail address or a user name, in either of the two fields."""

    password: Annotated[str, Meta(min_length=1, max_length=128)]
    email: Typed = ""
    username: Typed = ""
    scope: Role = Role.USER
    otp: Annotated[str, Meta(max_length=32)] = ""


class Changing(Struct, frozen=True):
    current_password: Annotated[str, Meta(min_length=1, max_length=128)]
    new_password: Password


class Resetting(Struct, frozen=True):
    """What the link of the mail holds behind its `#`, and the new password."""

    token: Annotated[str, Meta(min_length=1, max_length=1_024)]
    password: Password | UnsetType = UNSET
    new_password: Password | UnsetType = UNSET


@routes.op(
    "POST",
    "/auth/register/",
    status=201,
    class_=Class.SIGN_INS,
    answer=Granted,
    errors=(409,),
    admits=Admits.STRANGERS,
)
async def register(call: Call, body: Registering) -> web.Response:
    """Make an account with a password, and sign in.

    409 if there is one of the address, or of the user name. A link is mailed; until it
    is opened, signed in, the account gets nothing by its address. Whoever signs in with
    a code sent there before has the account, and the password is void. A key does not
    make this safe to repeat.
    """
    name, first, last = (
        line(getattr(body, field), field)
        for field in ("name", "first_name", "last_name")
    )
    name, first, last = named(name, first, last)
    about = About(
        first_name=first,
        last_name=last,
        avatar_url=body.avatar_url,
        organization=line(body.organization, "organization"),
    )
    who = Registration(body.email, body.password, body.username, name, about)
    account = await call.node.passwords.register(who)
    await call.node.addresses.welcome(account, call.site, call.language)
    return granted(await call.node.logins.begin(account, call.browser), 201)


@routes.op(
    "POST",
    "/auth/login/",
    class_=Class.SIGN_INS,
    answer=Granted,
    errors=(403, 409),
    admits=Admits.STRANGERS,
)
async def log_in(call: Call, body: Entering) -> web.Response:
    """Sign in by a password, with a mail address or a user name.

    A wrong password and an unknown name are one answer: 401. 429 if too many have tried
    to be this one of late, 503 if too many sign in at once. The scope `dev` is for
    those with the role and a second factor: 403. Whoever has a second factor shows a
    code of it as `otp`, or is told `second_factor` (401) with a `challenge` for `POST
    /auth/2fa/`.
    """
    who = body.username or body.email
    if not who:
        said = "say your mail address, or your user name"
        raise Invalid(said, details={"field": "email"})
    account = await call.node.passwords.prove(who, body.password)
    begin = call.node.second_factor.begin
    return granted(await begin(account, call.browser, body.otp.strip(), body.scope))


@routes.op(
    "PATCH",
    "/account/password/",
    class_=Class.SIGN_INS,
    answer=Granted,
    errors=(409,),
)
async def change_password(call: Call, body: Changing) -> web.Response:
    """Change my password; wherever else I have signed in, I have no more.

    The answer has new tokens for this sign-in. 401 if it is not the current password,
    409 if there is none to change.
    """
    await call.node.passwords.change(
        call.caller, body.current_password, body.new_password
    )
    return granted(await call.node.logins.renew(call.caller))


@routes.op(
    "POST",
    "/auth/password/forgot/",
    class_=Class.CODES,
    admits=Admits.STRANGERS,
)
async def forget_password(call: Call, body: Asking) -> Sent:
    """Mail a link by which a password can be chosen.

    The answer is the same whether or not the address has an account. The link is good
    for 30 minutes, once, and so are the two before it: nobody voids them by asking.
    """
    await call.node.resets.send(body.email, call.site, call.language)
    return Sent(sent=True, expires_in=int(LIFE.total_seconds()))


@routes.op(
    "POST",
    "/auth/password/reset/",
    status=204,
    class_=Class.SIGN_INS,
    admits=Admits.STRANGERS,
)
async def reset_password(call: Call, body: Resetting) -> web.Response:
    """Choose a password, with the token of a mailed link; I am signed out everywhere.

    The address is shown to be mine by that. 401 for a token that is none, or not any
    more; after a 503 it is still good.
    """
    password = body.password or body.new_password
    if not password:
        raise Invalid("choose a password", details={"field": "password"})
    await call.node.resets.reset(body.token, password)
    return web.Response(status=204)
