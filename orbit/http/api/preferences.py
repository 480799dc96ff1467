"""Settings of an account over REST: what one is told, and what is done for one.

Each field has an effect; one that is not known is refused by its name.
"""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import asdict

from orbit.core.errors import Invalid
from orbit.core.services.preferences import Wanted
from orbit.http.calls import Call
from orbit.http.routing import Routes

routes = Routes("users")
Days = Annotated[int, Meta(ge=1, le=90, description="1 to 90 days")]


class Notifications(Struct, frozen=True):
    """What I am told: by notices, and by mails that I have not asked for.

    `invitations`: notices of invites to me. `organisations`: notices of what changes in
    organisations that I am in. `invitation_mails`: invites are mailed to my address.
    `security`: notices of sign-ins and of what I sign in by; always.
    """

    invitations: bool
    organisations: bool
    invitation_mails: bool
    security: bool


class Automation(Struct, frozen=True):
    """What is done for me.

    `claim_boards`: a board that I make is my account's, and so it is kept for good.
    `clear_read_after_days`: a notice that I have read goes by itself.
    """

    claim_boards: bool
    clear_read_after_days: Days


class Settings(Struct, frozen=True):
    """What I want."""

    notifications: Notifications
    automation: Automation


class NotificationsEdit(Struct, frozen=True, forbid_unknown_fields=True):
    """What is left out stays as it is."""

    invitations: bool | UnsetType = UNSET
    organisations: bool | UnsetType = UNSET
    invitation_mails: bool | UnsetType = UNSET
    security: bool | UnsetType = UNSET


class AutomationEdit(Struct, frozen=True, forbid_unknown_fields=True):
    """What is left out stays as it is."""

    claim_boards: bool | UnsetType = UNSET
    clear_read_after_days: Days | UnsetType = UNSET


@routes.op("GET", "/settings/")
async def get_settings(call: Call) -> Settings:
    """Get my settings."""
    return _settings(await call.node.preferences.of(call.caller))


@routes.op("PATCH", "/settings/notifications/", errors=(403,))
async def edit_notifications(call: Call, body: NotificationsEdit) -> Settings:
    """Say what I want to be told.

    `security` cannot be turned off (422). `invitation_mails` is my address's, once that
    is shown to be mine (403): the link in such a mail does the same.
    """
    told = _told(body)
    if not told.pop("security", True):
        said = "what is about security is always told"
        raise Invalid(said, details={"field": "security"})
    mails = told.pop("invitation_mails", None)
    edit = call.node.preferences.edit
    return _settings(await edit(call.caller, told, mails))


@routes.op("PATCH", "/settings/automation/")
async def edit_automation(call: Call, body: AutomationEdit) -> Settings:
    """Say what is to be done for me."""
    told = _told(body)
    if "clear_read_after_days" in told:
        told["keep_read_days"] = told.pop("clear_read_after_days")
    return _settings(await call.node.preferences.edit(call.caller, told))


def _told(body: NotificationsEdit | AutomationEdit) -> dict[str, bool]:
    return {name: said for name, said in asdict(body).items() if said is not UNSET}


def _settings(wanted: Wanted) -> Settings:
    preference = wanted.preference
    return Settings(
        Notifications(
            invitations=preference.invitations,
            organisations=preference.organisations,
            invitation_mails=wanted.mails,
            security=True,
        ),
        Automation(
            claim_boards=preference.claim_boards,
            clear_read_after_days=preference.keep_read_days,
        ),
    )
