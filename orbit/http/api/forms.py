"""Forms that are open to everybody: the waitlist, contact, investors, pilots.

The answer is the same whoever fills one in, whatever is known of the address; and what
a program has filled in, as programs do field by field, is answered alike and not kept.
"""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import asdict

from orbit.core.errors import Invalid
from orbit.core.ports import Form
from orbit.core.services.accounts import named
from orbit.core.services.invites import TRICKS
from orbit.core.services.leads import Filled
from orbit.http.api.accounts import Email
from orbit.http.calls import Admits, Call
from orbit.http.limits import Class
from orbit.http.routing import Routes

routes = Routes("forms")

Short = Annotated[str, Meta(max_length=200)]  # one line
Long = Annotated[str, Meta(max_length=5_000)]
Figure = (
    Annotated[int, Meta(ge=0, le=10**15)]
    | Annotated[float, Meta(ge=0, le=1e15)]
    | Short
)
Trap = Annotated[
    str,
    Meta(
        max_length=2_000,
        description="leave it empty, and hide it from people: only programs fill it in",
    ),
]
LONG = frozenset({"message", "use_case"})
# Other names of fields, as clients of the products send them.
SAME = {"company": "organization", "firm": "organization", "topic": "subject"}
APART = frozenset({"email", "website", "name", "first_name", "last_name"})


class Visitor(Struct, frozen=True, kw_only=True):
    """Who it is; what is left out, or null, is empty."""

    email: Email
    name: Short | None = None
    first_name: Short | None = None
    last_name: Short | None = None
    organization: Short | None = None
    company: Short | None = None
    role: Short | None = None
    phone: Short | None = None
    source: Short | None = None
    message: Long | None = None
    website: Trap | None = None


class WaitlistIn(Visitor, frozen=True, kw_only=True):
    """Somebody who wants to be told when it is his turn."""

    use_case: Long | None = None


class MessageIn(Visitor, frozen=True, kw_only=True):
    """Somebody who has something to say."""

    message: Long
    subject: Short | None = None
    topic: Short | None = None


class InvestorInterestIn(Visitor, frozen=True, kw_only=True):
    """Somebody who might invest: `amount` is a number, or words."""

    firm: Short | None = None
    amount: Figure | None = None
    stage: Short | None = None


class PilotRequestIn(Visitor, frozen=True, kw_only=True):
    """Somebody whose team would try it: `team_size` is a number, or words."""

    team_size: Figure | None = None
    use_case: Long | None = None
    industry: Short | None = None
    timeline: Short | None = None


class Taken(Struct, frozen=True):
    """It has arrived."""

    status: str
    message: str


@routes.op(
    "POST",
    "/waitlist/",
    status=201,
    class_=Class.FORMS,
    admits=Admits.STRANGERS,
)
async def join_waitlist(call: Call, body: WaitlistIn) -> Taken:
    """Be on the waitlist.

    An address is on it once; the answer is the same if it was before. A mail of thanks
    goes to it, one a day at most.
    """
    return await _taken(call, Form.WAITLIST, body, "you are on the waitlist")


@routes.op(
    "POST",
    "/contact/",
    status=201,
    class_=Class.FORMS,
    admits=Admits.STRANGERS,
)
async def contact(call: Call, body: MessageIn) -> Taken:
    """Leave a message for those who run this.

    A mail of thanks goes to the address, one a day at most.
    """
    if not own_lines(body.message):
        raise Invalid("should say something", details={"field": "message"})
    return await _taken(call, Form.CONTACT, body, "we have your message")


@routes.op(
    "POST",
    "/investor_interest/",
    status=201,
    class_=Class.FORMS,
    admits=Admits.STRANGERS,
)
async def show_investor_interest(call: Call, body: InvestorInterestIn) -> Taken:
    """Tell those who run this that one might invest; thanked for as `contact` is."""
    return await _taken(call, Form.INVESTOR_INTEREST, body, "we will be in touch")


@routes.op(
    "POST",
    "/pilot_request/",
    status=201,
    class_=Class.FORMS,
    admits=Admits.STRANGERS,
)
async def request_pilot(call: Call, body: PilotRequestIn) -> Taken:
    """Ask for a pilot with one's team; thanked for as `contact` is."""
    return await _taken(call, Form.PILOT_REQUEST, body, "we have your request")


async def _taken(call: Call, form: Form, body: Visitor, said: str) -> Taken:
    if not body.website:
        fields, key = dict(_fields(body)), call.key or ""
        filled = Filled(form, body.email, fields, call.site, call.language, key)
        await call.node.leads.keep(filled)
    return Taken("ok", f"thank you: {said}")


def _fields(body: Visitor) -> Iterator[tuple[str, str]]:
    """Give what was filled in, by the one name that each field has."""
    given = (body.name, body.first_name, body.last_name)
    name, _, _ = named(*(one_line(each or "") for each in given))
    if name:
        yield "name", name
    for field, value in asdict(body).items():
        if field not in APART and value is not None:
            text = own_lines(value) if field in LONG else one_line(_in_words(value))
            if text:
                yield SAME.get(field, field), text


def _in_words(value: str | float) -> str:
    is_whole = isinstance(value, float) and value.is_integer()
    return str(int(value) if is_whole else value)


def one_line(text: str) -> str:
    """Return a text as one line, without what hides or turns it."""
    return " ".join(TRICKS.sub("", text.replace("\t", " ")).split())


def own_lines(text: str) -> str:
    """Return a text in the lines that it has, alike."""
    text = text.replace("\r\n", "\n").replace("\t", " ")
    return TRICKS.sub("", text).strip()
