"""What people are told: mails, to whom none are sent, and notices inside the house."""

from datetime import timedelta
from email.utils import parseaddr

from msgspec import Struct

from orbit.composition.given import Given
from orbit.composition.persons import Persons
from orbit.core.services.leads import Leads, Office
from orbit.core.services.mailing import Mailing
from orbit.core.services.notices import Notices
from orbit.core.services.post import Post
from orbit.core.services.unsubscribing import Unsubscribing
from orbit.settings import Settings


class Mail(Struct, frozen=True):
    """The ways to write to somebody."""

    post: Post
    unsubscribing: Unsubscribing
    mailing: Mailing
    leads: Leads
    notices: Notices


def make_mail(given: Given, persons: Persons) -> Mail:
    """Wire what writes to people; nothing is sent before the post goes its round."""
    people, keys, clock = given.people, persons.identity.keys, given.clock
    post = Post(keys, people.outbox, given.mailer, clock)
    unsubscribing = Unsubscribing(keys, people.unsubscribed, clock)
    office = _office(given.settings)
    return Mail(
        post,
        unsubscribing,
        Mailing(keys, people.outbox, post, unsubscribing, clock),
        Leads(people, keys, post, unsubscribing, clock, office),
        Notices(people, keys, clock, given.jobs),
    )


def _office(settings: Settings) -> Office:
    to = parseaddr(settings.leads_to or "")[1]
    return Office(to, timedelta(days=settings.leads_days))
