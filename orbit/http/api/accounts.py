"""Signing in over REST: a code by mail, tokens, a profile.

A code is in no answer, and no answer tells whether an address has an account.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from unicodedata import category

from aiohttp import web
from msgspec import UNSET, Meta, Struct, UnsetType

from orbit.core.errors import Invalid, Unavailable
from orbit.core.ports import Account
from orbit.core.services.accounts import ADDRESS, MAX_ADDRESS, MAX_NAME
from orbit.core.services.logins import Pair
from orbit.core.services.sign_in import CODE_LIFE
from orbit.core.services.sign_in import SignedIn as Entered
from orbit.core.types import BoardId
from orbit.http.api.identity import MAX_LISTED, held
from orbit.http.auth import MAX_SECRET, drop_cookie
from orbit.http.calls import Admits, Call
from orbit.http.limits import Class
from orbit.http.routing import Routes, json_response

routes = Routes("identity")

Email = Annotated[
    str, Meta(max_length=MAX_ADDRESS, pattern=ADDRESS, description="a mail address")
]
Digits = Annotated[str, Meta(pattern=r"^[0-9]{6}$(?!\n)", description="six digits")]
FactorCode = Annotated[str, Meta(min_length=6, max_length=32)]
Token = Annotated[str, Meta(min_length=1, max_length=512)]
Secret = Annotated[str, Meta(min_length=1, max_length=MAX_SECRET)]
Name = Annotated[str, Meta(min_length=1, max_length=MAX_NAME)]


class Asking(Struct, frozen=True):
    email: Email


class Showing(Struct, frozen=True):
    email: Email
    code: Digits


class Answering(Struct, frozen=True):
    """A challenge, and six digits of an app or a recovery code."""

    challenge: Annotated[str, Meta(min_length=1, max_length=1_024)]
    code: FactorCode


class Refreshing(Struct, frozen=True):
    refresh: Token


class Merging(Struct, frozen=True):
    ghost: Secret | UnsetType = UNSET


class ProfileEdit(Struct, frozen=True):
    name: Name | UnsetType = UNSET


class Sent(Struct, frozen=True):
    """A code is on its way, if there is such an address."""

    sent: bool
    expires_in: int  # seconds


class Profile(Struct, frozen=True):
    """An account, as its owner sees it."""

    id: str
    email: str
    name: str
    created_at: datetime


class Tokens(Struct, frozen=True):
    """What shows who one is, for `expires_in` seconds, and what gets the next."""

    access: str
    refresh: str
    token_type: str
    expires_in: int
    profile: Profile


class Apart(Struct, frozen=True):
    """A board on which a ghost has something; null is what cannot be counted now."""

    id: str
    notes: int | None = None
    upvotes: int | None = None


class SignedIn(Struct, frozen=True):
    """As `Tokens`; with `has_conflict` the ghost that was shown stays another one.

    `boards` are those on which it has something: the account takes them over by
    `POST /identity/ghost/merge/`.
    """

    access: str
    refresh: str
    token_type: str
    expires_in: int
    profile: Profile
    has_conflict: bool
    boards: Sequence[Apart]


@routes.op("POST", "/identity/otp-send/", class_=Class.CODES, admits=Admits.STRANGERS)
async def send_code(call: Call, body: Asking) -> Sent:
    """Mail a code to sign in with.

    The answer is the same whether or not the address has an account. The code is good
    for 10 minutes, once, and for 5 tries; a new one voids the one before. If a ghost is
    shown here, the same has to be shown with the code.
    """
    await call.node.sign_in.send(body.email, call.caller, call.site, call.language)
    return Sent(sent=True, expires_in=int(CODE_LIFE.total_seconds()))


@routes.op(
    "POST",
    "/identity/otp-verify/",
    class_=Class.SIGN_INS,
    answer=SignedIn,
    admits=Admits.STRANGERS,
)
async def verify_code(call: Call, body: Showing) -> web.Response:
    """Sign in with a code; this makes the account if there is none.

    If a ghost is shown that no account holds, a new account takes it over: what it has
    written is the account's. An account that is somebody already tells of a conflict,
    and of the boards on which that ghost has something. Whoever has a second factor is
    told `second_factor` (401), with a `challenge` for `POST /identity/2fa/`.
    """
    done = await call.node.sign_in.verify(
        body.email, body.code, call.caller, call.secret, call.browser
    )
    return await _signed_in(call, done)


@routes.op(
    "POST",
    "/identity/2fa/",
    class_=Class.SIGN_INS,
    answer=SignedIn,
    admits=Admits.STRANGERS,
)
async def finish_code(call: Call, body: Answering) -> web.Response:
    """Go on signing in: show a challenge, with a code of my second factor.

    Its bounds are those of `POST /auth/2fa/`, and the answer that of `otp-verify/`.
    """
    done = await call.node.sign_in.finish(
        body.challenge, body.code, call.caller, call.browser
    )
    return await _signed_in(call, done)


async def _signed_in(call: Call, done: Entered) -> web.Response:
    boards = await _apart(call, done.apart[-MAX_LISTED:][::-1])
    given = _tokens(done.pair)
    return json_response(
        SignedIn(
            given.access,
            given.refresh,
            given.token_type,
            given.expires_in,
            given.profile,
            has_conflict=bool(done.apart),
            boards=boards,
        )
    )


class Merged(Struct, frozen=True):
    """`boards` are the account's now; on those `apart` both have written.

    There it has the ghost's votes, each counted once, and the notes stay the ghost's.
    """

    boards: Sequence[str]
    apart: Sequence[str]


@routes.op("POST", "/identity/ghost/merge/", errors=(409,))
async def merge_ghost(call: Call, body: Merging) -> Merged:
    """Take a ghost into my account: what it has on boards is mine.

    Its secret, in the body or as `X-Ghost-ID`, proves that it is mine to give. From
    then on the secret stands for the account. Told again (503) it goes on where it was.
    """
    secret = call.secret if body.ghost is UNSET else body.ghost
    if secret is None:
        raise Invalid("show the ghost's secret", details={"field": "ghost"})
    done = await call.node.merging.merge(call.caller, secret)
    return Merged(done.taken, done.apart)


@routes.op("POST", "/identity/refresh/", admits=Admits.STRANGERS)
async def refresh_tokens(call: Call, body: Refreshing) -> Tokens:
    """Get the next tokens.

    A refresh token is good once. Within 20 seconds it gets the same again, for an
    answer that was lost; shown later than that, it is taken for stolen, and the sign-in
    ends.
    """
    return _tokens(await call.node.logins.refresh(body.refresh))


@routes.op("POST", "/identity/logout/", status=204, admits=Admits.STRANGERS)
async def log_out(call: Call, body: Refreshing) -> web.Response:
    """Sign out: the tokens of this sign-in are void, its sockets and streams close."""
    await call.node.logins.leave(body.refresh)
    response = web.Response(status=204)
    drop_cookie(call.request, call.settings, response)
    return response


@routes.op("GET", "/identity/profile/")
async def get_profile(call: Call) -> Profile:
    """Get my account."""
    return _profile(await call.node.accounts.profile(call.caller))


@routes.op("PATCH", "/identity/profile/")
async def edit_profile(call: Call, body: ProfileEdit) -> Profile:
    """Change my name."""
    if body.name is UNSET:
        raise Invalid("nothing to change", details={"field": "name"})
    name = body.name.strip()
    if not name or any(category(letter) in {"Cc", "Cf", "Zl", "Zp"} for letter in name):
        raise Invalid("a name is one line that shows", details={"field": "name"})
    return _profile(await call.node.accounts.edit(call.caller, {"name": name}))


async def _apart(call: Call, boards: Sequence[BoardId]) -> Sequence[Apart]:
    """Count what a ghost has; but nobody's sign-in, done by now, fails for that."""
    if not boards:
        return ()
    try:
        counted = await held(call, boards)
    except Unavailable:
        return [Apart(board) for board in boards]
    return [Apart(each.id, each.notes, each.upvotes) for each in counted]


def _tokens(pair: Pair) -> Tokens:
    return Tokens(
        pair.access,
        pair.refresh,
        "bearer",
        int(pair.lasts.total_seconds()),
        _profile(pair.account),
    )


def _profile(account: Account) -> Profile:
    return Profile(account.id, account.email, account.name, account.created_at)
