"""The stores of who people are, together."""

from msgspec import Struct

from orbit.core.ports.accounts import Accounts, Logins, Passwords
from orbit.core.ports.factors import Factors
from orbit.core.ports.ghosts import Ghosts
from orbit.core.ports.invites import Invites
from orbit.core.ports.mail import Codes, Outbox, Unsubscribed
from orbit.core.ports.organisations import Organisations
from orbit.core.ports.outside import Outsiders


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
