"""Oversight: the trail, the console, and what somebody may learn of what is kept."""

from msgspec import Struct

from orbit.composition.auth import Auth
from orbit.composition.given import Given
from orbit.composition.mail import Mail
from orbit.composition.persons import Persons
from orbit.composition.sharing import Sharing
from orbit.core.services.console import Console
from orbit.core.services.my_data import MyData, Sources
from orbit.core.services.trail import Trail


class Oversight(Struct, frozen=True):
    """What is looked at afterwards."""

    trail: Trail
    console: Console
    my_data: MyData


def make_oversight(
    given: Given, persons: Persons, mail: Mail, auth: Auth, sharing: Sharing
) -> Oversight:
    """Wire what tells of all the other parts."""
    people, clock = given.people, given.clock
    trail = Trail(people.trail, clock)
    trail.hearers.append(mail.notices.heard)
    sources = Sources(
        people,
        persons.identity,
        persons.accounts,
        auth.passwords,
        sharing.organisations,
        mail.notices,
        persons.belongings,
        sharing.invites,
        persons.erasure,
        trail,
        given.journal,
        clock,
    )
    console = Console(people, auth.logins, sharing.cuts, clock)
    return Oversight(trail, console, MyData(sources))
