"""What an operator has done to the whole of what is stored, nodes or not."""

import asyncio

from cryptography.exceptions import InvalidTag

from orbit.core.actors.jobs import Jobs
from orbit.core.kinds import KINDS
from orbit.core.ports import Account, Act, People, Role
from orbit.core.services.accounts import canonical
from orbit.core.services.housekeeping import Housekeeper, Purged
from orbit.core.services.identity import Keys
from orbit.core.services.notices import Notices
from orbit.core.services.trail import Trail
from orbit.database import running
from orbit.preflight import CannotServe, with_secrets
from orbit.settings import Settings
from orbit.store.clock import SystemClock
from orbit.store.postgres.store import opened


def purge(settings: Settings) -> Purged:
    """Remove boards that ended 7 days ago, and ghosts whose time is over.

    Their lists go with them, up to a day later.  May be told again, and while nodes
    run: they do so by themselves every hour.
    """
    with running(settings) as dsn:
        return asyncio.run(_purge_at(dsn))


async def _purge_at(dsn: str) -> Purged:
    async with opened(dsn, "purge") as store:
        clock = SystemClock()
        return await Housekeeper(store.journal, store.ghosts, clock, KINDS).sweep()


def give_role(settings: Settings, email: str, role: str) -> bool:
    """Give the account of an address a role; False if there is none.

    If it had another one, its sign-ins end, and it is told: nodes notice within 20 s.

    Raises:
        CannotServe: the pepper is not the nodes': what is told could not be read.
    """
    with running(settings) as dsn:
        given = dsn, _keys(settings), canonical(email), Role(role)
        return asyncio.run(_give_role_at(*given))


def _keys(settings: Settings) -> Keys:
    """Return the keys of the nodes; in development those of the data folder."""
    pepper = settings.pepper or with_secrets(settings).pepper
    if pepper is None:
        raise CannotServe("there is no pepper: name that of the nodes, ORBIT_PEPPER")
    return Keys(pepper.get_secret_value().encode())


async def _give_role_at(dsn: str, keys: Keys, email: str, role: Role) -> bool:
    async with opened(dsn, "role") as store:
        account = await store.people.accounts.of(email)
        if account is not None and account.role is not role:
            _check(keys, account)
            await store.people.accounts.give(account.id, role)
            await _tell(store.people, keys, account.id, role)
        return account is not None


def _check(keys: Keys, account: Account) -> None:
    """Raise `CannotServe` if an account was sealed with another pepper."""
    try:
        keys.personas(account)
    except InvalidTag:
        raise CannotServe(
            "the pepper (ORBIT_PEPPER) is not that of the nodes"
        ) from None


async def _tell(people: People, keys: Keys, account: str, role: Role) -> None:
    """Record that an account was given a role, and tell it, as a node does."""
    clock, jobs = SystemClock(), Jobs()
    trail = Trail(people.trail, clock)
    trail.hearers.append(Notices(people, keys, clock, jobs).heard)
    about, path = {"role": role}, "bin/orbit account role"
    await trail.record(Act.ROLE_GIVEN, subject=account, path=path, about=about)
    await trail.close()
    await jobs.close()


def rotate_log(settings: Settings) -> str:
    """Begin another history of what is stored, and return its id.

    After a restore into the same cluster, which nothing else gives away: nodes claim
    their boards anew within 2 s, and whoever follows one is shown it anew.
    """
    with running(settings) as dsn:
        return asyncio.run(_rotate_at(dsn))


async def _rotate_at(dsn: str) -> str:
    async with opened(dsn, "rotate") as store:
        return await store.node.rotate_log()
