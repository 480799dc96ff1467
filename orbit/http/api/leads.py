"""What visitors have filled in, as the console shows it; and mails from the console."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

from aiohttp import web
from msgspec import Meta, Struct
from pydantic import AwareDatetime, Field

from orbit.core.errors import Invalid
from orbit.core.ports import Form, Lead, LeadFilter
from orbit.core.services.accounts import is_address
from orbit.core.services.mailing import MOST, Circular
from orbit.core.services.trail import tell
from orbit.http.api.accounts import Email
from orbit.http.api.forms import one_line, own_lines
from orbit.http.api.paging import CSV, Pagination, Paging, listed
from orbit.http.api.passwords import Typed
from orbit.http.calls import Call
from orbit.http.limits import Class
from orbit.http.reading import Clean
from orbit.http.routing import Routes

routes = Routes("console", for_staff=True)

EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
When = Annotated[AwareDatetime, Field(ge=EARLIEST, le=LATEST)]


class Sought(Paging):
    """`q` is looked for in every field; `until` is not included."""

    q: Annotated[str, Field(max_length=200), Clean] = ""
    since: When | None = None
    until: When | None = None


class Left(Struct, frozen=True, kw_only=True):
    """What somebody has filled in; what he has not is empty."""

    id: str
    created_at: datetime
    email: str
    name: str = ""
    organization: str = ""
    role: str = ""
    phone: str = ""
    source: str = ""
    message: str = ""


class Waiting(Left, frozen=True, kw_only=True):
    use_case: str = ""


class Contact(Left, frozen=True, kw_only=True):
    subject: str = ""


class Investor(Left, frozen=True, kw_only=True):
    amount: str = ""
    stage: str = ""


class Pilot(Left, frozen=True, kw_only=True):
    team_size: str = ""
    use_case: str = ""
    industry: str = ""
    timeline: str = ""


class Waitlist(Struct, frozen=True):
    items: Sequence[Waiting]
    pagination: Pagination


class Contacts(Struct, frozen=True):
    items: Sequence[Contact]
    pagination: Pagination


class InvestorInterest(Struct, frozen=True):
    items: Sequence[Investor]
    pagination: Pagination


class PilotRequests(Struct, frozen=True):
    items: Sequence[Pilot]
    pagination: Pagination


@routes.op("GET", "/admin/waitlist/", answer=(Waitlist, CSV))
async def list_waitlist(call: Call, query: Sought) -> web.Response:
    """List who is on the waitlist, the last one first."""
    return await _listed(call, query, Form.WAITLIST, Waiting, Waitlist)


@routes.op("GET", "/admin/contacts/", answer=(Contacts, CSV))
async def list_contacts(call: Call, query: Sought) -> web.Response:
    """List the messages of visitors, the last one first."""
    return await _listed(call, query, Form.CONTACT, Contact, Contacts)


@routes.op("GET", "/admin/investor-interest/", answer=(InvestorInterest, CSV))
async def list_investor_interest(call: Call, query: Sought) -> web.Response:
    """List who might invest, the last one first."""
    form = Form.INVESTOR_INTEREST
    return await _listed(call, query, form, Investor, InvestorInterest)


@routes.op("GET", "/admin/pilot-requests/", answer=(PilotRequests, CSV))
async def list_pilot_requests(call: Call, query: Sought) -> web.Response:
    """List whose teams would try it, the last one first."""
    return await _listed(call, query, Form.PILOT_REQUEST, Pilot, PilotRequests)


async def _listed(
    call: Call, query: Sought, form: Form, item: type[Left], whole: type[Struct]
) -> web.Response:
    only = LeadFilter(form, query.q, query.since, query.until)

    async def read(skip: int, limit: int) -> tuple[Sequence[Left], int]:
        leads, total = await call.node.leads.page(only, skip, limit)
        return [_item(item, one) for one in leads], total

    return await listed(call, query, read, whole)


def _item(item: type[Left], one: Lead) -> Left:
    """Return a lead as it is shown; a field that forms have no more is left out."""
    said = {name: one.said.get(name, "") for name in item.__struct_fields__[3:]}
    return item(id=one.id, created_at=one.made_at, email=one.email, **said)


@routes.op("DELETE", "/admin/leads/{lead}/", status=204, errors=(404,))
async def remove_lead(call: Call, lead: str) -> None:
    """Forget one thing that was filled in, by its `id`: somebody has asked for that."""
    await call.node.leads.remove(lead)


class Outgoing(Struct, frozen=True):
    """A mail to one address, or to each of up to 50."""

    # one is looked at below: a pattern beside a list has msgspec 0.22 end the process
    to: Typed | Annotated[Sequence[Email], Meta(min_length=1, max_length=MOST)]
    subject: Annotated[str, Meta(min_length=1, max_length=200)]
    body: Annotated[str, Meta(min_length=1, max_length=20_000)]


class OnItsWay(Struct, frozen=True):
    """To so many addresses; which of them want no such mail, nobody is told."""

    status: str
    message: str
    recipients: int


@routes.op("POST", "/admin/send-email/", status=202, class_=Class.INVITES)
async def send_email(call: Call, body: Outgoing) -> OnItsWay:
    """Mail a text to people, each by himself.

    It goes in the name of this node, with a link that stops such mails, and not to whom
    that has. With an `Idempotency-Key` it goes once.
    """
    subject, text = one_line(body.subject), own_lines(body.body)
    for field, said in (("subject", subject), ("body", text)):
        if not said:
            raise Invalid("should say something", details={"field": field})
    to = [body.to] if isinstance(body.to, str) else body.to
    if not all(map(is_address, to)):
        raise Invalid("expected a mail address", details={"field": "to"})
    circular = Circular(to, subject, text, call.site, call.language)
    count = await call.node.mailing.send(circular, call.caller.account, call.key)
    tell(recipients=str(count))
    return OnItsWay("ok", "on its way", count)
