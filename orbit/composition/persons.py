"""Persons: ghosts and accounts, what is theirs, and how all of it ends."""

from datetime import timedelta

from msgspec import Struct

from orbit.composition.boards import Boards
from orbit.composition.given import Given
from orbit.core.services.accounts import Accounts
from orbit.core.services.belongings import Belongings
from orbit.core.services.erasure import Erasure
from orbit.core.services.identity import Identity, Keys
from orbit.core.services.merging import Merging
from orbit.core.services.preferences import Preferences
from orbit.core.services.tokens import Lives, Tokens
from orbit.preflight import CannotServe
from orbit.settings import Settings


class Persons(Struct, frozen=True):
    """Who is who, and what is theirs."""

    tokens: Tokens
    identity: Identity
    belongings: Belongings
    erasure: Erasure
    merging: Merging
    accounts: Accounts
    preferences: Preferences


def make_persons(given: Given, boards: Boards) -> Persons:
    """Wire what is known of persons; their traces on boards are among it.

    Raises:
        CannotServe: there is no secret that it could be kept with.
    """
    settings, people, clock = given.settings, given.people, given.clock
    if settings.pepper is None or settings.secret_key is None:
        raise CannotServe("there is no pepper or secret key: make secrets before")
    keys = Keys(settings.pepper.get_secret_value().encode())
    secret = settings.secret_key.get_secret_value().encode()
    tokens = Tokens(secret, clock, lives(settings))
    identity = Identity(keys, people, boards.journal, clock, tokens)
    belongings = Belongings(people.ghosts)
    journal, router = boards.journal, boards.router
    erasure = Erasure(identity, belongings, people, journal, router)
    accounts = Accounts(people, identity, belongings, clock)
    return Persons(
        tokens,
        identity,
        belongings,
        erasure,
        Merging(people, identity, belongings, erasure, journal, router),
        accounts,
        Preferences(people, keys, accounts, clock),
    )


def lives(settings: Settings) -> Lives:
    """Return how long sign-ins last; unused none lasts longer than a week."""
    access = timedelta(minutes=settings.access_minutes)
    login = timedelta(minutes=settings.refresh_minutes)
    return Lives(access, login, min(login, Lives().idle))
