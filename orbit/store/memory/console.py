"""`core.ports.Console` in memory."""

from collections import Counter
from collections.abc import Sequence, Set
from datetime import UTC, date, datetime

from msgspec.structs import replace

from orbit.core.ports import (
    MOST_COUNTED,
    Account,
    Act,
    Cut,
    Day,
    Figures,
    Person,
    PersonFilter,
    Role,
)
from orbit.store.memory.world import World

PLOTTED = {Act.SIGNED_IN: "sign_ins", Act.SIGN_IN_REFUSED: "sign_ins_refused"}


class MemoryConsole:
    """All accounts, for those who look after them."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def people(
        self, only: PersonFilter, skip: int, limit: int
    ) -> tuple[Sequence[Person], int]:
        """Return accounts, the newest first, and how many, counted to 10,000."""
        accounts = self._world.accounts.values()
        found = [self._person(account) for account in accounts if _is(account, only)]
        found.sort(key=lambda person: person.id)
        found.sort(key=lambda person: person.created_at, reverse=True)
        return found[skip : skip + limit], min(len(found), MOST_COUNTED)

    async def person(self, id: str) -> Person | None:
        """Return an account, or None."""
        account = self._world.accounts.get(id)
        return self._person(account) if account else None

    def _person(self, account: Account) -> Person:
        logins = self._world.logins.values()
        his = [login.rotated_at for login in logins if login.account == account.id]
        factor = self._world.factors.get(account.id)
        return Person(
            id=account.id,
            email=account.email,
            email_verified=account.verified_at is not None,
            username=account.username,
            name=account.name,
            organization=account.about.organization,
            role=account.role,
            second_factor=factor is not None and factor.confirmed_at is not None,
            sessions=len(his),
            created_at=account.created_at,
            last_seen_at=max(his, default=None),
            suspended_at=account.suspended_at,
        )

    async def govern(
        self,
        id: str,
        by: str,
        role: Role | None,
        is_suspended: bool | None,
        now: datetime,
    ) -> tuple[Cut, Set[str]] | None:
        """Give an account a role, suspend it or end that; None: `by` may not."""
        world = self._world
        his, actor = world.accounts.get(id), world.accounts.get(by)
        if actor is None or actor.role is not Role.DEV or actor.suspended_at:
            return None
        if his is not None:
            since = his.suspended_at
            if is_suspended is not None:
                since = (since or now) if is_suspended else None
            changed = replace(his, role=role or his.role, suspended_at=since)
            world.accounts[id] = changed
        cut = Cut(world.fresh_id(), id)
        world.cuts.append((now, cut))
        return cut, world.end_logins(id)

    async def figures(self, since: datetime) -> Figures:
        """Return how much there is."""
        world = self._world
        accounts, boards = world.accounts.values(), world.boards.values()
        acts = [row.act for row, _ in world.trail if row.at >= since]
        return Figures(
            accounts=len(accounts),
            new_accounts=sum(each.created_at >= since for each in accounts),
            suspended=sum(each.suspended_at is not None for each in accounts),
            staff=sum(each.role is Role.DEV for each in accounts),
            sessions=len(world.logins),
            ghosts=len(world.ghosts),
            boards=len(boards),
            new_boards=sum(each.made_at >= since for each in boards),
            sign_ins=acts.count(Act.SIGNED_IN),
            sign_ins_refused=acts.count(Act.SIGN_IN_REFUSED),
        )

    async def days(self, since: datetime) -> Sequence[Day]:
        """Return what came since a moment, by day, the oldest first."""
        world = self._world
        came = [(each.created_at, "accounts") for each in world.accounts.values()]
        came += [(each.made_at, "boards") for each in world.boards.values()]
        came += [
            (row.at, PLOTTED[row.act]) for row, _ in world.trail if row.act in PLOTTED
        ]
        days: dict[date, Counter[str]] = {}
        for at, what in came:
            if at >= since:
                days.setdefault(at.astimezone(UTC).date(), Counter())[what] += 1
        return [Day(day, **days[day]) for day in sorted(days)]


def _is(account: Account, only: PersonFilter) -> bool:
    about = account.about.organization
    said = " ".join([account.email, account.username, account.name, about])
    return (
        only.words.lower() in said.lower()
        and only.role in {None, account.role}
        and only.is_suspended in {None, account.suspended_at is not None}
    )
