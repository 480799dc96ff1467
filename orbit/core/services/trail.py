"""The trail is written beside what is done: before the answer, and never in its way.

    opened ──a service tells whose it is──> record ──those of all calls──> the store
                                               └──the database is away: later──^

What is told is a call's: whoever tells does not ask whether it is recorded.  A record
that could not be written in a second waits in memory, and the call is answered.
Source: guarantees.md, section 5; ADR-0033.
"""

import asyncio
import logging
import secrets
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from ipaddress import ip_network
from itertools import islice

from msgspec.structs import replace

from orbit.core.errors import OrbitError
from orbit.core.ids import uuid_of
from orbit.core.ports import Act, Clock, Record, Recorded
from orbit.core.ports import Trail as Store

log = logging.getLogger(__name__)

PATIENCE_S = 1.0
AT_ONCE = 100  # rows in one statement
MOST = 10_000  # that wait; a node that has more says so, and loses them
KEPT = timedelta(days=400)
PURGED_AT_ONCE = 1_000
ID_BYTES = 16
IPV4_BITS, IPV6_BITS = 24, 48  # of an address, that are kept


class Deed:
    """What one call has come to, as far as anybody has told."""

    __slots__ = ("about", "act", "actor", "beside", "is_admitted", "subject")

    def __init__(self) -> None:
        self.act: Act | None = None
        self.is_admitted = False
        self.actor = self.subject = ""
        self.about: dict[str, str] = {}
        self.beside: list[tuple[Act, dict[str, str]]] = []

    def acts(self, first: Act) -> Sequence[tuple[Act, dict[str, str]]]:
        """Return all acts that it is, and what each is about."""
        return [(first, self.about), *self.beside]


_deed: ContextVar[Deed | None] = ContextVar("deed", default=None)


@contextmanager
def opened() -> Iterator[Deed]:
    """Give what is told of the call that runs within."""
    deed = Deed()
    token = _deed.set(deed)
    try:
        yield deed
    finally:
        _deed.reset(token)


def tell(
    act: Act | None = None, *, actor: str = "", subject: str = "", **about: str
) -> None:
    """Tell of the call that runs what its record is to say, if it has one.

    `about` has no content, no address and no secret.
    """
    deed = _deed.get()
    if deed is not None:
        deed.act = act or deed.act
        deed.actor = actor or deed.actor
        deed.subject = subject or deed.subject
        deed.about |= about


def tell_also(act: Act, *, subject: str) -> None:
    """Tell as `tell` does, of an act beside the one that was told, if one was."""
    deed = _deed.get()
    if deed is not None and deed.act:
        deed.beside.append((act, {}))
    else:
        tell(act, subject=subject)


def admitted(actor: str) -> None:
    """Tell that the call that runs may be made, and by which account, if by one.

    Before that no limit holds: whoever is refused there by a rule leaves no record.
    """
    deed = _deed.get()
    if deed is not None:
        deed.is_admitted, deed.actor = True, actor


class Trail:
    """Writes records, those of many calls together.

    `hearers` are told of each once it is written; told again, they know it by its id.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self.hearers: list[Callable[[Record], Awaitable[None]]] = []
        self._waiting: deque[Record] = deque()
        self._writing = asyncio.Lock()

    async def record(
        self,
        act: Act,
        *,
        actor: str = "",
        subject: str = "",
        path: str = "",
        ip: str = "",
        about: Mapping[str, str] | None = None,
        id: str = "",
    ) -> None:
        """Remember what was done; `ip` is masked here, and of one `id` is one record.

        It is in the database when this returns, or after a second it waits until it
        can be.
        """
        id = id or uuid_of(secrets.token_bytes(ID_BYTES))
        now, network = self._clock.now(), masked(ip)
        record = Record(id, now, act, actor, subject, path, network, about or {})
        if len(self._waiting) >= MOST:
            log.error("a record is lost: too many wait for the database")
            return
        self._waiting.append(record)
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self.flush()
        except (TimeoutError, OrbitError):
            log.warning("%d records wait for the database", len(self._waiting))

    async def flush(self) -> None:
        """Write what waits; who comes meanwhile finds his own written.

        Raises:
            Unavailable: the database does not answer; all of it waits on.
        """
        async with self._writing:
            while batch := list(islice(self._waiting, AT_ONCE)):
                await self._append(batch)
                for record in batch:
                    await self._tell(record)
                    self._waiting.popleft()  # one by one: who is cut off got on so far

    async def _tell(self, record: Record) -> None:
        """Tell who hears of records; a bug there is in no record's way."""
        for hear in self.hearers:
            try:
                await hear(record)
            except OrbitError:
                raise
            except Exception:
                log.exception("nobody was told of a record: %s", record.act)

    async def _append(self, batch: Sequence[Record]) -> None:
        """Append records; one that cannot be kept takes no other along."""
        try:
            await self._store.append(batch)
        except OrbitError:
            raise
        except Exception:  # whatever it is, those behind it would wait for good
            if len(batch) == 1:
                log.exception("a record is lost: %s", batch[0].act)
                return
            for record in batch:
                await self._append([record])

    async def of(self, account: str, limit: int) -> Sequence[Recorded]:
        """Return what an account did, or had done to it, the last first.

        Of what others did to it neither who they are, nor from where they came.
        """
        found = await self._store.of(account, limit)
        return [
            each if each.actor in {"", account} else replace(each, actor="", ip="")
            for each in found
        ]

    async def close(self) -> None:
        """Write what waits, if the database takes it within a second."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self.flush()
        except (TimeoutError, OrbitError):
            log.error("%d records are lost with this node", len(self._waiting))

    async def purge(self) -> None:
        """Remove what is older than 400 days, and remember that.

        The log is told where the trail ends: whoever keeps logs elsewhere has noted it.
        """
        before, gone = self._clock.now() - KEPT, 0
        while purged := await self._store.purge(before, PURGED_AT_ONCE):
            gone += purged
        if gone:
            await self.record(Act.TRAIL_PURGED, about={"rows": str(gone)})
        ends = await self._store.ends()
        log.info("the trail ends with %d:%s", ends.seq, ends.hash.hex())


def masked(address: str) -> str:
    """Return the network of an address that many share; nothing of what is none."""
    try:
        network = ip_network(address)
    except ValueError:
        return ""
    bits = IPV4_BITS if network.version == 4 else IPV6_BITS
    return str(network.supernet(new_prefix=min(bits, network.prefixlen)))
