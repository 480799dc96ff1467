"""Sharing: organisations, who is invited, and whose rights have changed."""

from msgspec import Struct

from orbit.composition.boards import Boards
from orbit.composition.given import Given
from orbit.composition.mail import Mail
from orbit.composition.persons import Persons
from orbit.core.kinds.feedback.asked import AcceptInvite
from orbit.core.ports import Cut
from orbit.core.services.invites import Invites
from orbit.core.services.org_invites import OrgInvites
from orbit.core.services.organisations import Organisations
from orbit.core.services.spreading import Spread


class Sharing(Struct, frozen=True):
    """Who has what together with whom."""

    cuts: Spread[Cut]
    organisations: Organisations
    org_invites: OrgInvites
    invites: Invites


def make_sharing(given: Given, boards: Boards, persons: Persons, mail: Mail) -> Sharing:
    """Wire what people have together; who is erased parts with it."""
    people, keys, clock = given.people, persons.identity.keys, given.clock
    identity, accounts = persons.identity, persons.accounts
    telling = mail.post, mail.unsubscribing, mail.notices
    cuts = Spread(Cut, people.organisations.cuts, clock)
    organisations = Organisations(people, keys, cuts, mail.notices, clock)
    persons.erasure.guards.append(organisations.guard)
    persons.erasure.partings.append(organisations.part)
    return Sharing(
        cuts,
        organisations,
        OrgInvites(people, organisations, accounts, keys, *telling, clock),
        Invites(people, identity, boards.router, *telling, clock, AcceptInvite()),
    )
