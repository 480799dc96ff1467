"""The stores of who people are, together."""

from msgspec import Struct

from orbit.core.ports.accounts import Accounts, Logins, Passwords
from orbit.core.ports.console import Console
from orbit.core.ports.factors import Factors
from orbit.core.ports.ghosts import Ghosts
from orbit.core.ports.invites import Invites
from orbit.core.ports.leads import Leads
from orbit.core.ports.mail import Codes, Outbox, Unsubscribed
from orbit.core.ports.notices import Notices
from orbit.core.ports.organisations import Organisations
from orbit.core.ports.outside import Outsiders
from orbit.core.ports.preferences import Preferences
from orbit.core.ports.trail import Trail


class People(Struct, frozen=True):
    """The stores of who people are."""

    ghosts: Ghosts
    accounts: Accounts
    logins: Logins
    passwords: Passwords
    factors: Factors
    outsiders: Outsiders
    codes: Codes
    outbox: Outbox
    invites: Invites
    unsubscribed: Unsubscribed
    organisations: Organisations
    trail: Trail
    console: Console
    preferences: Preferences
    notices: Notices
    leads: Leads
