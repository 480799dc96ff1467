"""What an operator has done to the whole of what is stored, nodes or not."""

import asyncio

from orbit.core.kinds import KINDS
from orbit.core.ports import Act, Role
from orbit.core.services.accounts import canonical
from orbit.core.services.housekeeping import Housekeeper, Purged
from orbit.core.services.trail import Trail
from orbit.database import running
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

    If it had another one, its sign-ins end: nodes notice within 20 s.
    """
    with running(settings) as dsn:
        return asyncio.run(_give_role_at(dsn, canonical(email), Role(role)))


async def _give_role_at(dsn: str, email: str, role: Role) -> bool:
    async with opened(dsn, "role") as store:
        account = await store.people.accounts.of(email)
        if account is not None:
            await store.people.accounts.give(account.id, role)
            trail, about = Trail(store.people.trail, SystemClock()), {"role": role}
            subject, path = account.id, "bin/orbit account role"
            await trail.record(Act.ROLE_GIVEN, subject=subject, path=path, about=about)
            await trail.close()
        return account is not None


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
