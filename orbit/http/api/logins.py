"""Sign-ins that last, over REST: the next tokens, those that there are, their end.

An access token is void as soon as its sign-in has ended, and its sockets close.
"""

from collections.abc import Sequence
from datetime import datetime

from aiohttp import web
from msgspec import UNSET, Struct, UnsetType

from orbit.core.errors import Invalid, Unauthenticated
from orbit.http.api.accounts import Token
from orbit.http.api.users import Granted, granted
from orbit.http.auth import drop_cookie
from orbit.http.calls import Admits, Call
from orbit.http.routing import Routes

routes = Routes("users")


class Renewing(Struct, frozen=True):
    """A refresh token, by either of its names."""

    refresh: Token | UnsetType = UNSET
    refresh_token: Token | UnsetType = UNSET


class Leaving(Renewing, frozen=True):
    """Who leaves: whoever shows an access token, or else a refresh token here."""

    everywhere: bool = True


class Lasting(Struct, frozen=True):
    """A sign-in; `agent` is what its browser said that it is."""

    id: str
    agent: str
    current: bool
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime


class Lastings(Struct, frozen=True):
    """My sign-ins, the one that was used last first."""

    results: Sequence[Lasting]


@routes.op("POST", "/auth/refresh/", answer=Granted, admits=Admits.NEWCOMERS)
async def renew_tokens(call: Call, body: Renewing) -> web.Response:
    """Get the next tokens.

    A refresh token is good once. Within 20 seconds it gets the same again, for an
    answer that was lost; shown later than that, it is taken for stolen, and the sign-in
    ends.
    """
    token = _shown(body)
    if token is None:
        raise Invalid("show a refresh token", details={"field": "refresh"})
    return granted(await call.node.logins.refresh(token))


@routes.op("POST", "/auth/logout/", status=204, admits=Admits.LATE)
async def leave(call: Call, body: Leaving) -> web.Response:
    """Sign out everywhere: all my tokens are void, all my sockets close.

    With `everywhere: false` only this sign-in ends. Whose access token is not valid any
    more shows a refresh token, too.
    """
    account, family = call.caller.account, call.caller.login
    if not family:
        token = _shown(body)
        if token is None:
            raise Unauthenticated("show a token", details={"field": "Authorization"})
        login = await call.node.logins.whose(token)
        account, family = login.account, login.family
    if body.everywhere:
        await call.node.logins.end_all(account)
    else:
        await call.node.logins.end(account, family)
    response = web.Response(status=204)
    drop_cookie(call.request, call.settings, response)
    return response


@routes.op("GET", "/auth/sessions/")
async def list_sessions(call: Call) -> Lastings:
    """List where I have signed in."""
    return Lastings(
        [
            Lasting(
                id=login.family,
                agent=login.agent,
                current=login.family == call.caller.login,
                created_at=login.began_at,
                last_used_at=login.rotated_at,
                expires_at=call.node.logins.expires_at(login),
            )
            for login in await call.node.logins.listed(call.caller)
        ]
    )


@routes.op("DELETE", "/auth/sessions/{session}/", status=204, errors=(404,))
async def end_session(call: Call, session: str) -> web.Response:
    """End one of my sign-ins: its tokens are void, its sockets close.

    Whoever signs in from there once more is told to me as from a new place.
    """
    await call.node.logins.end_by(call.caller, session)
    return web.Response(status=204)


def _shown(body: Renewing) -> str | None:
    return body.refresh or body.refresh_token or None
