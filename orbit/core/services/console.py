"""The console: how much there is, who there is, and what becomes of somebody.

Whoever is given a role, or suspended, is cut off everywhere: what he may do from then
on he shows anew.  Nobody does so to himself, so somebody always may.
Source: products.md, 5; ADR-0033.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

from msgspec import Struct
from msgspec.structs import replace

from orbit.core.errors import Conflict, Forbidden, NotFound
from orbit.core.ids import canonical
from orbit.core.ports import (
    Act,
    Clock,
    Cut,
    Day,
    Figures,
    Form,
    LeadFilter,
    People,
    Person,
    PersonFilter,
    Recorded,
    Role,
    Wanted,
)
from orbit.core.services import accounts
from orbit.core.services.identity import Caller
from orbit.core.services.logins import Logins
from orbit.core.services.spreading import Spread
from orbit.core.services.trail import tell, tell_also

NEW = timedelta(days=7)
PLOTTED = 14  # days
DAY = timedelta(days=1)


class Summary(Struct, frozen=True):
    """How much there is; what is new, and what happened, within a week."""

    figures: Figures
    organisations: int
    leads: Mapping[Form, int]
    days: Sequence[Day]  # the last ones, in order, today included


class Console:
    """Shows those who look after accounts what there is, and does what they ask."""

    def __init__(
        self, people: People, logins: Logins, cuts: Spread[Cut], clock: Clock
    ) -> None:
        self._people, self._logins = people, logins
        self._cuts, self._clock = cuts, clock

    async def summary(self) -> Summary:
        """Return how much there is."""
        now = self._clock.now()
        first = now.date() - (PLOTTED - 1) * DAY
        midnight = datetime.combine(first, time(), now.tzinfo)
        async with asyncio.TaskGroup() as jobs:
            figures = jobs.create_task(self._people.console.figures(now - NEW))
            organisations = jobs.create_task(self._people.organisations.count())
            days = jobs.create_task(self._people.console.days(midnight))
        pages = {form: await self._people.leads.page(_all(form), 0, 1) for form in Form}
        leads = {form: count for form, (_, count) in pages.items()}
        came = _whole(days.result(), first)
        return Summary(figures.result(), organisations.result(), leads, came)

    async def records(
        self, wanted: Wanted, skip: int, limit: int
    ) -> tuple[Sequence[Recorded], int]:
        """Return rows of the trail; accounts are wanted by id, or by address."""
        named = {"actor": wanted.actor, "account": wanted.account}
        ids = {field: await self._id(who) for field, who in named.items()}
        if None in ids.values():
            return (), 0
        return await self._people.trail.page(replace(wanted, **ids), skip, limit)

    async def _id(self, who: str) -> str | None:
        """Return the id of an account, which may be told by its address, or None."""
        if not who:
            return ""
        found = await self._people.accounts.of(accounts.canonical(who))
        return found.id if found else canonical(who)

    async def people(
        self, only: PersonFilter, skip: int, limit: int
    ) -> tuple[Sequence[Person], int]:
        """Return accounts, and how many there are of them."""
        return await self._people.console.people(only, skip, limit)

    async def person(self, id: str) -> Person:
        """Return an account.

        Raises:
            NotFound: there is none such.
        """
        known = canonical(id)
        found = await self._people.console.person(known) if known else None
        if found is None:
            raise NotFound("there is no such account")
        return found

    async def govern(
        self, caller: Caller, id: str, role: Role | None, is_suspended: bool | None
    ) -> Person:
        """Give an account a role, suspend it or end that; return it as it is then.

        Raises:
            NotFound: there is none such.
            Conflict: it is his own.
            Forbidden: the caller is none of those who may any more.
        """
        person = await self.person(id)
        if person.id == caller.account:
            raise Conflict("this is your own account: somebody else has to do that")
        now = self._clock.now()
        was = person.role, person.suspended_at is not None
        if (role or was[0], was[1] if is_suspended is None else is_suspended) == was:
            return person
        govern = self._people.console.govern
        done = await govern(person.id, caller.account, role, is_suspended, now)
        if done is None:
            said = "you are none of those who may, any more"
            raise Forbidden(said, details={"field": "scope"})
        _tell(person, role, is_suspended)
        cut, ended = done
        await self._logins.cut(ended)
        await self._cuts.tell([cut])
        return await self.person(id)


def _whole(days: Sequence[Day], first: date) -> Sequence[Day]:
    """Return as many days as are plotted, with those on which nothing came."""
    came = {each.day: each for each in days}
    plotted = [first + ahead * DAY for ahead in range(PLOTTED)]
    return [came.get(day, Day(day)) for day in plotted]


def _tell(person: Person, role: Role | None, is_suspended: bool | None) -> None:
    """Tell of what is another than it was: each is an act of its own."""
    if role and role is not person.role:
        tell(Act.ROLE_GIVEN, subject=person.id, role=role)
    if is_suspended not in {None, person.suspended_at is not None}:
        act = Act.SUSPENDED if is_suspended else Act.RESUMED
        tell_also(act, subject=person.id)


def _all(form: Form) -> LeadFilter:
    return LeadFilter(form)
