"""Which operations are recorded, as what: one table, and the rule of what a row says.

Whoever is named is an account.  What is done on a board names nobody, and from nowhere:
its people are not to be found by when they did something.  Source: ADR-0033.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from aiohttp import web
from msgspec import Struct

from orbit.core.errors import (
    Forbidden,
    OrbitError,
    SecondFactorMissing,
    Unauthenticated,
)
from orbit.core.ids import canonical
from orbit.core.ports import Act
from orbit.core.services.trail import Deed, Trail, opened
from orbit.http.auth import SAFE_METHODS, address
from orbit.settings import Settings

T = TypeVar("T")


class Acts(Struct, frozen=True):
    """What is recorded of an operation, beside what its service tells."""

    done: Act | None = None
    refused: Act | None = None  # to who is not who he says, or may not


_SIGN_IN = Acts(Act.SIGNED_IN, Act.SIGN_IN_REFUSED)
_SIGN_OUT = Acts(Act.SIGNED_OUT)
_TOLD = Acts()  # its service alone says what it has come to

RECORDED: Mapping[str, Acts] = {
    "register": Acts(Act.REGISTERED),
    "verify_code": _SIGN_IN,
    "finish_code": _SIGN_IN,
    "log_in": _SIGN_IN,
    "finish_log_in": _SIGN_IN,
    "refresh_tokens": _TOLD,
    "renew_tokens": _TOLD,
    "log_out": _SIGN_OUT,
    "leave": _SIGN_OUT,
    "end_session": _SIGN_OUT,
    "change_password": Acts(Act.PASSWORD_CHANGED, Act.PASSWORD_REFUSED),
    "reset_password": Acts(Act.PASSWORD_RESET, Act.PASSWORD_REFUSED),
    "verify_email": Acts(Act.ADDRESS_SHOWN),
    "confirm_second_factor": Acts(Act.FACTOR_ON, Act.FACTOR_REFUSED),
    "disable_second_factor": Acts(Act.FACTOR_OFF, Act.FACTOR_REFUSED),
    "renew_recovery_codes": Acts(Act.FACTOR_RENEWED, Act.FACTOR_REFUSED),
    "make_org": Acts(Act.ORG_MADE),
    "rename_org": Acts(Act.ORG_CHANGED),
    "remove_org": Acts(Act.ORG_DELETED),
    "give_role": Acts(Act.ORG_ROLE_GIVEN),
    "remove_member": Acts(Act.ORG_MEMBER_REMOVED),
    "leave_org": Acts(Act.ORG_LEFT),
    "invite_to_org": Acts(Act.ORG_INVITED),
    "withdraw_org_invite": Acts(Act.ORG_INVITE_TAKEN_BACK),
    "accept_org_invite": Acts(Act.ORG_JOINED),
    "revoke_link": Acts(Act.BOARD_LINK_MADE),
    "claim_board": Acts(Act.BOARD_CLAIMED),
    "export_board": Acts(Act.BOARD_EXPORTED),
    "get_my_data": Acts(Act.DATA_EXPORTED),
    "export_my_data": Acts(Act.DATA_EXPORTED, Act.PASSWORD_REFUSED),
    "erase_ghost": Acts(Act.ERASED),
}


def acts_of(
    name: str, method: str, *, for_staff: bool, for_operators: bool
) -> Acts | None:
    """Return what is recorded of an operation; None: nothing, whatever is told."""
    is_write = method not in SAFE_METHODS
    if for_staff:
        return Acts(Act.CONSOLE_USED) if is_write else _TOLD
    if for_operators:
        return Acts(Act.OPERATED) if is_write else _TOLD
    return RECORDED.get(name)


class Origin(Struct, frozen=True):
    """The request that is recorded, and the path of its operation."""

    request: web.Request
    settings: Settings
    path: str


async def recorded(
    trail: Trail, acts: Acts, origin: Origin, run: Callable[[], Awaitable[T]]
) -> T:
    """Run an operation; what became of it is recorded before it is answered."""
    with opened() as deed:
        try:
            answer = await run()
        except OrbitError as error:
            is_refused = deed.is_admitted and _is_refusal(error)
            if act := deed.act or (acts.refused if is_refused else None):
                for _, about in deed.acts(act):
                    about["error"] = error.code
                await _record(trail, act, deed, origin, is_refused=True)
            raise
        if act := deed.act or acts.done:
            await _record(trail, act, deed, origin, is_refused=False)
        return answer


def _is_refusal(error: OrbitError) -> bool:
    """Tell whether it says no to a person; a challenge only asks him for more."""
    is_one = isinstance(error, Unauthenticated | Forbidden)
    return is_one and not isinstance(error, SecondFactorMissing)


async def _record(
    trail: Trail, first: Act, deed: Deed, origin: Origin, *, is_refused: bool
) -> None:
    of = origin.request.match_info
    if board := of.get("board"):
        about = {"board": board, **deed.about}
        await trail.record(first, path=origin.path, about=about)
        return
    if org := of.get("org"):
        deed.about["organisation"] = org
    subject = deed.subject or canonical(of.get("member", "")) or ""
    is_somebodys = deed.actor or is_refused
    for act, about in deed.acts(first):
        await trail.record(
            act,
            actor=deed.actor,
            subject="" if subject == deed.actor else subject,
            path=origin.path,
            ip=address(origin.request, origin.settings) if is_somebodys else "",
            about=about,
        )
