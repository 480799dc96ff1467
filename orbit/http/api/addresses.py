"""An account's mail address over REST: shown to be mine, and changed.

No answer tells whether another account has an address, but to who has shown it.
"""

from typing import Annotated

from aiohttp import web
from msgspec import Meta, Struct

from orbit.core.services.addresses import LIFE
from orbit.http.api.accounts import Email, Sent
from orbit.http.api.users import Granted, granted
from orbit.http.calls import Call
from orbit.http.limits import Class
from orbit.http.routing import Routes

routes = Routes("users")
SENT = Sent(sent=True, expires_in=int(LIFE.total_seconds()))


class Moving(Struct, frozen=True):
    """The new address; whoever has signed in within 10 minutes shows no password."""

    email: Email
    password: Annotated[str, Meta(max_length=128)] = ""


class Verifying(Struct, frozen=True):
    """What the link of the mail holds behind its `#`."""

    token: Annotated[str, Meta(min_length=1, max_length=2_048)]


@routes.op("PATCH", "/account/email/", class_=Class.CODES, errors=(403, 409))
async def change_email(call: Call, body: Moving) -> Sent:
    """Have a link mailed to the address that is to be mine; nothing changes before.

    The address that I have is told. The answer is the same whoever has the other one.
    401 for a wrong password, 403 for none where the sign-in is older than 10 minutes,
    409 for the address that I have, 429 for too many mails to it.
    """
    await call.node.addresses.change(
        call.caller, body.password, body.email, call.site, call.language
    )
    return SENT


@routes.op("POST", "/account/email/resend/", class_=Class.CODES, errors=(409,))
async def mail_link_again(call: Call) -> Sent:
    """Have the link mailed again that shows that my address is mine.

    It is good for 24 hours, once; a new one voids the one before. 409 if it was shown.
    """
    await call.node.addresses.ask(call.caller, call.site, call.language)
    return SENT


@routes.op("POST", "/account/email/verify/", answer=Granted, errors=(403, 409))
async def verify_email(call: Call, body: Verifying) -> web.Response:
    """Show that an address is mine, by the token of a mailed link.

    I have signed in to the account that asked for it: 401, or 403 for another one, and
    the link is still good. If the address is another than before, all my other
    sign-ins end. The answer has tokens of this one. 409 if another account has it.
    """
    await call.node.addresses.settle(call.caller, body.token)
    return granted(await call.node.logins.renew(call.caller))
