"""Notices: somebody is told what has happened that concerns him.

    told ──written, with what it tells of where that can be──> in his list, unread
      └──"there is one"──> his sockets, on all nodes ──> he reads the list

The list is the truth, and what is said over a socket a hint to look.  What a notice
says is sealed with the pepper: the database alone tells nobody who was invited where.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec
from msgspec import Struct

from orbit.core.actors.jobs import Jobs
from orbit.core.errors import Invalid, NotFound
from orbit.core.ids import canonical, uuid_of
from orbit.core.ports import Act, Clock, News, Notice, Noticed, People, Record
from orbit.core.services.accounts import signed_in
from orbit.core.services.identity import Caller, Keys
from orbit.core.services.logins import Device
from orbit.core.services.spreading import Spread
from orbit.core.types import coarse

LABEL = b"notice"
KEPT = timedelta(days=90)
PURGED_AT_ONCE = 1_000
ID_BYTES = 16
MEMBER = "member"
CUT_BY = timedelta(minutes=5)  # at most, as `coarse` does


class Kind(StrEnum):
    """What a notice is about."""

    BOARD_INVITED = "board_invited"
    ORG_INVITED = "organisation_invited"
    ORG_JOINED = "organisation_joined"  # somebody came by an invite of his
    ORG_ROLE = "organisation_role"
    ORG_LEFT = "organisation_left"  # he was removed
    ORG_REMOVED = "organisation_removed"


# What everybody is told of his account, under the same name; the trail has it, too.
ALWAYS = frozenset({
    *(Act.SIGNED_IN, Act.REFRESH_REUSED, Act.PASSWORD_CHANGED, Act.PASSWORD_RESET),
    *(Act.ADDRESS_SHOWN, Act.FACTOR_ON, Act.FACTOR_OFF, Act.FACTOR_RENEWED),
    *(Act.ROLE_GIVEN, Act.SUSPENDED, Act.RESUMED, Act.DATA_EXPORTED),
})  # fmt: skip
OLD = frozenset({Device.FIRST, Device.KNOWN})
WISHES: Mapping[Kind, str] = {  # the field of `Preference` that turns them off
    Kind.BOARD_INVITED: "invitations",
    Kind.ORG_INVITED: "invitations",
    Kind.ORG_JOINED: "organisations",
    Kind.ORG_ROLE: "organisations",
    Kind.ORG_LEFT: "organisations",
    Kind.ORG_REMOVED: "organisations",
}


class Shown(Struct, frozen=True):
    """A notice, as its reader has it."""

    id: str
    kind: str
    at: datetime
    read: bool
    data: Mapping[str, str]


class Notices:
    """Tells accounts things, and shows them what they were told."""

    def __init__(self, people: People, keys: Keys, clock: Clock, jobs: Jobs) -> None:
        self._store, self._accounts = people.notices, people.accounts
        self._logins = people.logins
        self._keys, self._clock, self._jobs = keys, clock, jobs
        self.spread = Spread(Noticed, self._since, clock)

    async def _since(self, at: datetime) -> Sequence[Noticed]:
        """Return who was told something after that, also where its time is cut."""
        return await self._store.since(at - CUT_BY)

    # Telling --------------------------------------------------------------------------

    def news(self, kind: Kind, data: Mapping[str, str], seed: bytes = b"") -> News:
        """Return what is to be told; the same `seed` is the same notice."""
        seed = seed or secrets.token_bytes(ID_BYTES)
        id = uuid_of(self._keys.seed(LABEL, kind.encode(), seed))
        return News(id, kind, self._sealed(data), WISHES.get(kind, ""))

    def _sealed(self, data: Mapping[str, str]) -> bytes:
        return self._keys.seal(LABEL, msgspec.msgpack.encode(data), b"")

    async def tell(self, account: str, news: News, at: datetime | None = None) -> None:
        """Tell an account something, once; nothing if it wants none, or is gone."""
        if await self._store.add(news, account, at or self._clock.now()):
            self.hint(Noticed(news.id, account))

    async def tell_address(self, email: str, news: News) -> None:
        """Tell the account whose address this was shown to be, if there is one.

        The time is cut to five minutes: of invites to boards there are rows with times,
        and nobody shall see by those alone whose account each is about.
        """
        account = await self._accounts.of(email)
        if account and account.verified_at:
            await self.tell(account.id, news, coarse(self._clock.now()))

    async def heard(self, record: Record) -> None:
        """Tell whom it concerns what the trail has recorded, if it is such an act.

        Of sign-ins only those by what his account was not entered by of late.
        """
        is_told = record.act in ALWAYS and "table" not in record.about  # of others
        if not is_told or record.about.get("device") in OLD:
            return
        is_refused = "error" in record.about and record.act is not Act.REFRESH_REUSED
        account = record.subject or record.actor
        if account and not is_refused:
            is_own = record.actor in {"", account}  # from where others came is theirs
            data = {"ip": record.ip if is_own else ""}
            if record.act is Act.SIGNED_IN:
                data["agent"] = await self._agent(account)
            kind = record.act.replace("-", "_")
            await self.tell(account, News(record.id, kind, self._sealed(data)))

    async def _agent(self, account: str) -> str:
        """Return what the browser says that it is, by which somebody came last."""
        his = await self._logins.of(account)
        return max(his, key=lambda one: one.began_at).agent if his else ""

    def hint(self, noticed: Noticed) -> None:
        """Have his sockets be told, beside the answer: it is written already."""
        self._jobs.start(self.spread.tell([noticed]), "tell of a notice")

    # Reading --------------------------------------------------------------------------

    async def listed(self, caller: Caller, before: str, limit: int) -> Sequence[Shown]:
        """Return a caller's notices, the newest first, from those before one.

        Raises:
            Unauthenticated: he has not signed in.
            Invalid: there is no such place.
        """
        account = signed_in(caller)
        if before and canonical(before) is None:
            raise Invalid("no such place", details={"field": "cursor"})
        found = await self._store.of(account, before, limit)
        said = [self._said(each) for each in found]
        return [
            Shown(each.id, each.kind, each.at, each.is_read, data)
            for each, data in zip(found, await self._named(said), strict=True)
        ]

    async def unread(self, caller: Caller) -> int:
        """Return how many he has not read; raises `Unauthenticated`."""
        return await self._store.unread(signed_in(caller))

    async def read(self, caller: Caller, id: str) -> None:
        """Have one be read; told again, it stays so.

        Raises:
            Unauthenticated: he has not signed in.
            NotFound: he has none such.
        """
        account, known, now = signed_in(caller), canonical(id), self._clock.now()
        if known is None or not await self._store.read(account, known, now):
            raise NotFound("there is no such notice")

    async def read_all(self, caller: Caller, until: str) -> None:
        """Have all be read, up to one that he has seen; empty: all.

        Raises:
            Unauthenticated: he has not signed in.
            Invalid: `until` names none.
        """
        account, known = signed_in(caller), canonical(until) if until else ""
        if known is None:
            raise Invalid("no such notice", details={"field": "until"})
        await self._store.read_all(account, known, self._clock.now())

    async def purge(self) -> None:
        """Forget what is old, and what was read so long ago as its reader wants."""
        now = self._clock.now()
        await self._store.purge(now, now - KEPT, PURGED_AT_ONCE)

    def _said(self, notice: Notice) -> Mapping[str, str]:
        plain = self._keys.unseal(LABEL, notice.sealed, b"")
        return msgspec.msgpack.decode(plain, type=dict[str, str])

    async def _named(
        self, said: Sequence[Mapping[str, str]]
    ) -> Sequence[Mapping[str, str]]:
        """Return what notices say, with the names of members in the place of their ids.

        Kept is who, and not what he was called: he may be erased.
        """
        ids = {data[MEMBER] for data in said if MEMBER in data}
        names = await self._accounts.names(ids) if ids else {}
        return [
            {**data, MEMBER: names.get(data[MEMBER], "")} if MEMBER in data else data
            for data in said
        ]
