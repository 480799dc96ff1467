"""How one comes to watch a board: joining, resuming, losing the right; who is here.

Authorize, look and subscribe are one block without an await: no gap, no echo.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence, Set
from enum import StrEnum
from functools import partial
from operator import attrgetter

from msgspec import Struct
from msgspec.structs import replace

from orbit.core.actors.around import Live, Surroundings
from orbit.core.actors.history import retold
from orbit.core.actors.projection import readers
from orbit.core.actors.subscribers import Joined, Subscriber, Subscribers
from orbit.core.actors.views import View
from orbit.core.codec import Entry
from orbit.core.errors import Internal, OrbitError, Rejected, Unavailable
from orbit.core.kind import Join, Role, Signal, authorize, may
from orbit.core.ports import Claim
from orbit.core.types import EVERYONE, BoardId, Principal, sight

log = logging.getLogger(__name__)

RESUME_EVENTS = 1_000  # a longer gap takes a view
HERE_S = 1.0  # between two tellings of how many are here
_type = attrgetter("type")


class Mode(StrEnum):
    """How events come to those who watch."""

    LIVE = "live"
    FOLLOWING = "following"  # from the journal, a second late: the owner is not heard


class Position(Struct, frozen=True):
    """What a client has: everything up to `seq` of the log `log_id`."""

    log_id: str
    seq: int


Joining = Callable[[Joined | OrbitError], None]


class Watching:
    """Those who watch one board.  `live` is None while the board is not in memory."""

    __slots__ = (
        "_around",
        "_board",
        "_here_given",
        "_here_told",
        "_loop",
        "_mode",
        "_view",
        "_viewed",
        "here",
        "live",
        "members",
    )

    def __init__(self, board: BoardId, around: Surroundings) -> None:
        self._board, self._around = board, around
        self._loop = asyncio.get_running_loop()
        self.members = Subscribers(board, self._loop)
        self.live: Live | None = None
        self.here: Callable[[], int] = self.members.presence.count  # how many are here
        self._view: View | None = None
        self._viewed: tuple[Claim, int] | None = None  # of which life, up to which seq
        self._mode = Mode.LIVE
        self._here_told: int | None = 0  # None: it is about to be told
        self._here_given: list[tuple[Subscriber, int]] = []  # to who joined since then

    def admit(
        self,
        live: Live,
        subscriber: Subscriber,
        has: Position | None,
        settle: Joining,
    ) -> None:
        """Let it watch, if it may; `settle` gets what it sees, now or later."""
        if subscriber.has_left:
            return
        try:
            roles = self._allowed(live, subscriber.who)
        except OrbitError as error:
            self.members.remove(subscriber)
            settle(error)
            return
        if has and self._can_read(live, has):
            job = self._resume(live, subscriber, has, settle)
            self._around.jobs.start(job, f"resume {self._board}")
        else:
            self._subscribe(live, subscriber, roles, settle, _remembered(live, has))

    def look(self, live: Live, who: Principal) -> Joined | OrbitError:
        """Return what `who` sees, without watching."""
        try:
            return self._joined(live, who, self._allowed(live, who), None)
        except OrbitError as error:
            return error

    def leave(self, subscriber: Subscriber) -> None:
        """Tell it nothing more.  Does nothing if it does not watch."""
        subscriber.has_left = True
        self.members.remove(subscriber)
        self.tell_here_soon()

    def catch_up(self, subscriber: Subscriber) -> None:
        """Bring one that lagged, and has drained, up to date."""
        if self.live and subscriber.behind is not None:
            has = Position(self.live.claim.log_id, subscriber.behind)
            told = partial(subscriber.told, subscriber)
            self.admit(self.live, subscriber, has, told)

    def catch_all_up(self) -> None:
        """Bring those up to date that have drained while the board was waking."""
        for subscriber in self.members:
            if not subscriber.outlet.paused:
                self.catch_up(subscriber)

    def publish(self, live: Live, entries: Sequence[Entry]) -> None:
        """Tell all what was committed; where it touches rights, look at them anew."""
        now = self._around.clock.monotonic()
        count = len(self.members)
        self._around.traffic.published(self._board, count, entries, now)
        if live.kind.untold(live.state):
            self._publish_heard(live, entries)
        else:
            self.members.publish(entries)
        if _regroups(live, entries):
            for subscriber in self.members:
                self._regroup(live, subscriber)

    def _publish_heard(self, live: Live, entries: Sequence[Entry]) -> None:
        """Tell what is not quiet; who sees something of the rest gets a new view."""
        quiet = live.kind.quieting
        heard = [entry for entry in entries if entry.type not in quiet]
        if heard:
            first = live.told - len(heard) + 1
            seqs = enumerate(heard, first)
            self.members.publish([replace(entry, seq=seq) for seq, entry in seqs])
        elif self._view:
            self._view.state = live.state  # nothing that everyone sees has changed
        inside = set[str]().union(*(readers(e) for e in entries if e.type in quiet))
        for subscriber in self.members.insiders(inside):
            self._show_anew(live, subscriber, self._roles(live, subscriber.who))

    def reset(self, live: Live) -> None:
        """Give everybody a new view: what they have is of another history.

        Who does not read gets it when he has drained.
        """
        for subscriber in self.members:
            if subscriber.outlet.paused:
                self.members.hold(subscriber)
            else:
                self.admit(live, subscriber, None, partial(subscriber.told, subscriber))

    def signal(self, live: Live, who: Principal, name: str, body: bytes) -> bool:
        """Pass a signal on; one that is not allowed is dropped: nobody waits for it.

        Tell whether it was allowed.
        """
        try:
            signal = live.codec.asked(name, body)
            ctx = self._around.context(self._board, who)
            if not isinstance(signal, Signal):
                return False
            authorize(live.kind, live.state, signal, ctx)
        except Rejected:
            return False
        message = b'{"type":"signal","board":"%b","do":"%b","with":%b}' % (
            self._board.encode(),
            name.encode(),
            live.codec.encode(signal),
        )
        if live.kind.audience(live.state, signal) == EVERYONE:
            self.members.pass_on(who.id, name, message)
        return True

    def dismiss(self, error: OrbitError) -> None:
        """Tell all that the board is gone from here, and why."""
        for subscriber in self.members:
            self.members.remove(subscriber)
            subscriber.told(subscriber, error)

    def _allowed(self, live: Live, who: Principal) -> Set[Role]:
        """Return what somebody is to this board; raise unless he may see it."""
        if not self._around.lease.is_valid():
            raise Unavailable(after=1.0)
        return self._roles(live, who)

    def _roles(self, live: Live, who: Principal) -> Set[Role]:
        """Return what somebody is to this board; a bug in a kind gives no right."""
        ctx = self._around.context(self._board, who)
        try:
            return authorize(live.kind, live.state, Join(), ctx)
        except Rejected:
            raise
        except Exception as bug:
            log.exception("a bug in the rights of board %s", self._board)
            raise Internal from bug

    def _subscribe(
        self,
        live: Live,
        subscriber: Subscriber,
        roles: Set[Role],
        settle: Joining,
        entries: Sequence[Entry] | None,
    ) -> None:
        self.members.remove(subscriber)
        subscriber.roles = _SHARED.setdefault(frozenset(roles), frozenset(roles))
        self.members.add(subscriber, live.told)
        self.tell_here_soon()
        joined = self._joined(live, subscriber.who, roles, entries)
        self._here_given.append((subscriber, joined.here))
        settle(joined)
        if self._mode is not Mode.LIVE:  # as who has just joined believes
            self._tell_mode()

    def _joined(
        self,
        live: Live,
        who: Principal,
        roles: Set[Role],
        entries: Sequence[Entry] | None,
    ) -> Joined:
        """Return what somebody sees now: `entries`, or all items if it is None."""
        mine = sight(who, roles)
        return Joined(
            board=self._board,
            kind=live.kind.name,
            log_id=live.claim.log_id,
            seq=live.told,
            roles=sorted(roles),
            may=may(live.kind, roles),
            here=0 if live.kind.guarded(live.state) else self.here(),
            items=self._items(live, mine) if entries is None else None,
            changes=retold(entries or (), mine),
            is_hushed=live.kind.untold(live.state) > 0,
        )

    def _items(self, live: Live, mine: Set[str]) -> bytes:
        if self._view is None or self._view.state is not live.state:
            self._view = self._advanced(live) or View(live.kind, live.state)
            self._viewed = live.claim, live.seq
        return self._view.items(mine)

    def _advanced(self, live: Live) -> View | None:
        """Return the view with what came since, if all of that is remembered."""
        claim, seq = self._viewed or (None, 0)
        if (
            self._view is None
            or claim is not live.claim
            or live.kind.untold(live.state)
        ):
            return None
        entries = live.memory.since(seq)
        if entries is not None:
            self._view.advance(live.state, entries)
        return None if entries is None else self._view

    def _can_read(self, live: Live, has: Position) -> bool:
        """Whether the journal, and not memory, has what came after a position."""
        gap = live.seq - has.seq
        return (
            not live.kind.untold(live.state)
            and has.log_id == live.claim.log_id
            and live.claim.floor <= has.seq
            and 0 < gap <= RESUME_EVENTS
            and live.memory.since(has.seq) is None
        )

    async def _resume(
        self, live: Live, subscriber: Subscriber, has: Position, settle: Joining
    ) -> None:
        """Read what came after a position; what comes meanwhile is in memory."""
        entries = await self._after(live, has)
        if subscriber.has_left or self.members.is_level(subscriber):
            return  # gone, or brought up to date meanwhile
        if self.live is not live:
            if subscriber.behind is None:  # else it is caught up when that has risen
                settle(Unavailable(after=0.5))
            return
        try:
            self._finish(live, subscriber, settle, has, entries)
        except Exception:  # a kind's bug: whoever waits is answered all the same
            log.exception("a bug in what is seen of board %s", self._board)
            self.members.remove(subscriber)
            settle(Internal())

    async def _after(self, live: Live, has: Position) -> list[Entry] | None:
        """Return what came after a position; None if a view is to be had sooner."""
        around = self._around
        try:
            async with asyncio.timeout(around.queue_s):
                await around.catch_ups.acquire()
        except TimeoutError:
            return None
        try:
            read = await around.journal.since(
                self._board, has.seq, RESUME_EVENTS, log_id=has.log_id
            )
            return [*read, *(live.memory.since(has.seq + len(read)) or ())]
        except OrbitError:
            return None
        except Exception:  # a view is made from memory: it needs no journal
            log.exception("board %s cannot be read", self._board)
            return None
        finally:
            around.catch_ups.release()

    def _finish(
        self,
        live: Live,
        subscriber: Subscriber,
        settle: Joining,
        has: Position,
        entries: list[Entry] | None,
    ) -> None:
        try:
            roles = self._allowed(live, subscriber.who)
        except OrbitError as error:
            settle(error)
            return
        if entries is None or has.seq + len(entries) != live.seq:
            entries = None  # more came than memory holds: a view has it all
        elif live.kind.untold(live.state) or _regroups(live, entries):
            entries = None
        self._subscribe(live, subscriber, roles, settle, entries)

    def _regroup(self, live: Live, subscriber: Subscriber) -> None:
        """Give a new view to one whose rights have changed, or none at all."""
        try:
            roles = self._roles(live, subscriber.who)
        except OrbitError as error:
            self.members.remove(subscriber)
            subscriber.told(subscriber, error)
            return
        if roles != subscriber.roles:
            self._show_anew(live, subscriber, roles)

    def _show_anew(self, live: Live, subscriber: Subscriber, roles: Set[Role]) -> None:
        """Give a whole view unasked; to who does not read, when he has drained."""
        told = partial(subscriber.told, subscriber)
        if subscriber.outlet.paused:
            self.members.hold(subscriber)
        else:
            self._subscribe(live, subscriber, roles, told, None)

    def tell_mode(self, mode: Mode) -> None:
        """Tell all how they hear of events, if that has changed."""
        if mode is not self._mode:
            self._mode = mode
            self._tell_mode()

    def _tell_mode(self) -> None:
        told = self._board.encode(), self._mode.encode()
        message = b'{"type":"status","board":"%b","mode":"%b"}' % told
        self.members.pass_on("", "status", message)

    def tell_here_soon(self) -> None:
        """Tell how many are here: at most once a second, and only what is new."""
        if self._here_told is not None:
            self._loop.call_later(HERE_S, self._tell_here, self._here_told)
            self._here_told = None

    def _tell_here(self, told: int) -> None:
        self._here_told = here = self.here()
        given, self._here_given = self._here_given, []
        if self.live and self.live.kind.guarded(self.live.state):
            return
        if here != told or any(n != here and not one.has_left for one, n in given):
            board = self._board.encode()
            message = b'{"type":"here","board":"%b","count":%d}' % (board, here)
            self.members.pass_on("", "here", message)


def _remembered(live: Live, has: Position | None) -> Sequence[Entry] | None:
    """Return what came after a position, from memory; None: it takes a view."""
    if live.kind.untold(live.state):
        return None  # of what is his alone he has missed something, perhaps
    if not has or has.log_id != live.claim.log_id or has.seq > live.seq:
        return None
    entries = [] if has.seq == live.seq else live.memory.since(has.seq)
    return None if entries is None or _regroups(live, entries) else entries


def _regroups(live: Live, entries: Sequence[Entry]) -> bool:
    """Tell whether rights may have changed: then changes alone would not do."""
    return not live.kind.regrouping.isdisjoint(map(_type, entries))


_SHARED: dict[Set[Role], Set[Role]] = {}  # few, and the same for most subscribers
