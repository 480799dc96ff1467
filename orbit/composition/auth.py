"""Signing in: by a code, a password or a link, with a second factor; what lasts."""

from msgspec import Struct

from orbit.composition.given import Given
from orbit.composition.mail import Mail
from orbit.composition.persons import Persons
from orbit.core.services.addresses import Addresses
from orbit.core.services.links import Links
from orbit.core.services.logins import Logins
from orbit.core.services.passwords import Passwords
from orbit.core.services.resets import Resets
from orbit.core.services.second_factor import SecondFactor
from orbit.core.services.sign_in import SignIn
from orbit.settings import Settings


class Auth(Struct, frozen=True):
    """The ways into an account."""

    logins: Logins
    passwords: Passwords
    links: Links
    resets: Resets
    addresses: Addresses
    second_factor: SecondFactor
    sign_in: SignIn


def make_auth(given: Given, persons: Persons, mail: Mail) -> Auth:
    """Wire the ways into an account; each ends in a login."""
    limits, people, clock = given.settings.limits, given.people, given.clock
    identity, accounts, keys = persons.identity, persons.accounts, persons.identity.keys
    codes, post = limits.codes_per_mail_h, mail.post
    logins = Logins(people, identity, persons.erasure, persons.tokens, clock)
    guesses = limits.guesses_per_account_h
    passwords = Passwords(people, keys, accounts, logins, given.hasher, clock, guesses)
    links = Links(people, keys, post, clock, codes)
    master = _master_code(given.settings)
    second = SecondFactor(people, keys, passwords, logins, clock, master)
    return Auth(
        logins,
        passwords,
        links,
        Resets(links, accounts, passwords),
        Addresses(people, keys, accounts, passwords, logins, links, post, clock),
        second,
        SignIn(people, identity, accounts, logins, second, post, clock, codes),
    )


def _master_code(settings: Settings) -> str:
    """Return what stands in for a second factor; in production nothing does."""
    master = settings.dev_master_otp
    return master.get_secret_value() if master and not settings.is_production else ""
