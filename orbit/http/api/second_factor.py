"""Second factors over REST: enrolled, confirmed, shown, ended.

A secret and recovery codes are each in one answer, and never again.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from aiohttp import web
from msgspec import Meta, Struct

from orbit.http.api.accounts import Answering, FactorCode
from orbit.http.api.users import Granted, granted
from orbit.http.calls import Admits, Call
from orbit.http.limits import Class
from orbit.http.routing import Routes

routes = Routes("users")

# Empty: whoever has signed in within the last 10 minutes need not show it again.
Shown = Annotated[str, Meta(max_length=128)]


class Enrolling(Struct, frozen=True):
    """Who begins: one's password, or nothing for who has just signed in."""

    password: Shown = ""


class Confirming(Struct, frozen=True):
    code: FactorCode


class Ending(Enrolling, frozen=True, kw_only=True):
    """As `Enrolling`, with six digits of the app or a recovery code."""

    code: FactorCode


class Factor(Struct, frozen=True):
    """Whether I have a second factor, since when, and how many codes are left."""

    enabled: bool
    since: datetime | None
    recovery_codes: int


class Enrolled(Struct, frozen=True):
    """What an app needs: the secret to type, or a URL, also as an SVG to scan."""

    secret: str
    otpauth_url: str
    qr: str


class RecoveryCodes(Struct, frozen=True):
    """Each stands for a code of the app, once; they are in no other answer."""

    recovery_codes: Sequence[str]


@routes.op(
    "POST",
    "/auth/2fa/",
    class_=Class.SIGN_INS,
    answer=Granted,
    admits=Admits.STRANGERS,
)
async def finish_log_in(call: Call, body: Answering) -> web.Response:
    """Go on signing in: show a challenge, with a code of my second factor.

    A challenge is good for 5 minutes, once, and for 5 tries; a code of the app once,
    and half a minute early or late; a recovery code once. 401 names what is wrong; 429
    if too many codes of the account were guessed of late: a recovery code still does.
    """
    finish = call.node.second_factor.finish
    return granted(await finish(body.challenge, body.code, call.browser))


@routes.op("GET", "/account/2fa/")
async def get_second_factor(call: Call) -> Factor:
    """Tell whether I have a second factor."""
    standing = await call.node.second_factor.standing(call.caller)
    since = standing.since
    return Factor(since is not None, since, standing.recovery_codes)


@routes.op("POST", "/account/2fa/", class_=Class.SIGN_INS, errors=(403, 409))
async def enrol_second_factor(call: Call, body: Enrolling) -> Enrolled:
    """Get a secret for an authenticator app; until it is confirmed nothing changes.

    403 for who neither shows his password nor has signed in within 10 minutes, and
    until the address is shown to be mine; 409 if I have a second factor.
    """
    given = await call.node.second_factor.enrol(call.caller, body.password)
    return Enrolled(given.secret, given.url, _qr(given.url))


@routes.op("POST", "/account/2fa/confirm/", errors=(409,))
async def confirm_second_factor(call: Call, body: Confirming) -> RecoveryCodes:
    """Have a second factor from now on: show a code of the app.

    The answer has ten recovery codes, this once. 401 if it is not the code, 409 if
    nothing is to be confirmed, 429 if too many were guessed of late.
    """
    confirm = call.node.second_factor.confirm
    return RecoveryCodes(await confirm(call.caller, body.code))


@routes.op(
    "POST", "/account/2fa/recovery-codes/", class_=Class.SIGN_INS, errors=(403, 409)
)
async def renew_recovery_codes(call: Call, body: Ending) -> RecoveryCodes:
    """Get ten recovery codes; those that I had are void."""
    renew = call.node.second_factor.renew
    return RecoveryCodes(await renew(call.caller, body.password, body.code))


@routes.op(
    "POST",
    "/account/2fa/disable/",
    status=204,
    class_=Class.SIGN_INS,
    errors=(403, 409),
)
async def disable_second_factor(call: Call, body: Ending) -> None:
    """Have no second factor any more."""
    disable = call.node.second_factor.disable
    await disable(call.caller, body.password, body.code)


def _qr(url: str) -> str:
    """Return an image of a URL; the library takes some ms, which no start waits for."""
    import segno  # noqa: PLC0415

    drawn = segno.make(url, error="m", micro=False)
    return str(drawn.svg_inline(omitsize=True, dark="#000", light="#fff", svgclass=""))
