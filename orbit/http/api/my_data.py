"""What Orbit has of me over REST: as a file, and what erasing me would do."""

from aiohttp import hdrs, web
from msgspec import Struct

from orbit.core.services.my_data import Exported, Prospect
from orbit.http.api.second_factor import Shown
from orbit.http.calls import Call
from orbit.http.limits import Class
from orbit.http.reading import JSON
from orbit.http.routing import Routes

routes = Routes("users")


class Exporting(Struct, frozen=True):
    """One's password, or nothing for who has just signed in."""

    password: Shown = ""


@routes.op(
    "GET", "/account/export/", class_=Class.SIGN_INS, answer=Exported, errors=(403,)
)
async def get_my_data(call: Call) -> web.Response:
    """Get all that there is of me; 403 if I have signed in more than 10 minutes ago.

    A JSON object: `account`, `settings`, `sign_ins`, `organisations`, `invitations`,
    `forms`, `trail`, `notices`, and of `boards` what is mine there. It is made while it
    is sent: only one whose last field is `complete` is whole.
    """
    return await _file(call, "")


@routes.op(
    "POST", "/account/export/", class_=Class.SIGN_INS, answer=Exported, errors=(403,)
)
async def export_my_data(call: Call, body: Exporting) -> web.Response:
    """Get all that there is of me, with my password; the same as GET."""
    return await _file(call, body.password)


async def _file(call: Call, password: str) -> web.Response:
    mine = call.node.my_data
    account = await mine.confirm(call.caller, password)
    pieces = mine.export(call.caller, account, call.node.catalogue)
    day = call.node.clock.now().date().isoformat()
    headers: dict[str, str] = {
        hdrs.CONTENT_TYPE: JSON,
        hdrs.CONTENT_DISPOSITION: f'attachment; filename="orbit-{day}.json"',
        hdrs.CACHE_CONTROL: "no-store",
    }
    return web.Response(body=pieces, headers=headers)


@routes.op("GET", "/account/erasure/")
async def foresee_erasure(call: Call) -> Prospect:
    """Tell what erasing me (`DELETE /identity/ghost/me/`) does; nothing is changed.

    All that is counted goes at once, on boards from their history, too; of `boards`
    only what is mine there. An organisation with the fate `needs_admin` is in the way
    until it has another admin. What is `kept`, so many days, names nobody any more.
    """
    return await call.node.my_data.prospect(call.caller, call.node.catalogue)
