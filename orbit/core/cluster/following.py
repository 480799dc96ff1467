"""One board that another node owns, as this node's people see it.

    finding ──its owner is alive──> following ──the owner is gone──> finding
       │                             │    ^
       │                             └────┘ released to an heir
       └──nobody owns it, and it should live here──> (an actor of our own)

It holds the board's state by folding what the owner tells, or what the journal has, and
so lets people in and tells them what happened as the owner does.  Commands go to the
owner; each gets one answer, within 10 s, and none that is not true.  It never writes.
Source: guarantees.md, 2.7 and 2.8.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

from orbit.core.actors.actor import Estate
from orbit.core.actors.around import Live, Surroundings
from orbit.core.actors.door import Door
from orbit.core.actors.loading import load, missed
from orbit.core.actors.mailbox import Answer, Ask
from orbit.core.actors.subscribers import Joined, Subscriber
from orbit.core.actors.watching import Joining, Mode, Position, Watching
from orbit.core.cluster import errands, finding, words
from orbit.core.codec import Entry
from orbit.core.errors import (
    Fenced,
    Gone,
    Internal,
    NotFound,
    OrbitError,
    Unavailable,
)
from orbit.core.ports import Claim, Held
from orbit.core.types import BoardId, Principal

RISE_S = 0.5  # for so long an heir may take until it has risen
SILENCE_S = 2.5  # no beacon for so long: the journal is read
PAGE = 1_000


class Cluster(errands.Cluster, finding.Cluster, Protocol):
    """What a follower needs of the cluster."""

    def own(self, board: BoardId, estate: Estate) -> None:
        """Make the board one of this node; everything of it passes on."""

    @property
    def is_isolated(self) -> bool:
        """Whether others alone hear anything: then no board should live here."""


class Follower:
    """A board of another node, for the people of this one."""

    def __init__(
        self,
        board: BoardId,
        around: Surroundings,
        cluster: Cluster,
        ended: Callable[[BoardId], None],
        estate: Estate | None = None,
    ) -> None:
        """Begin to look for the owner; `ended` is called when it has ended."""
        self.id, self._around, self._ended = board, around, ended
        self._cluster = cluster
        self._watching = estate.watching if estate else Watching(board, around)
        self._watching.here = self._here
        self._before = estate.before if estate else None
        parked = estate.parked if estate else ()
        self._door = Door(self._watching, around, self._may_lag, parked)
        self._owner = owner = errands.Owner()
        self._errands = errands.Errands(
            board, around, cluster, owner, self._find_soon, self._watching
        )
        self._search = finding.Search(board, around, cluster, owner, self)
        self._followed: str | None = None  # the last one
        self._heard = self._idle_since = around.clock.monotonic()
        self._people_there: int | None = None
        self._told_people = (0, 0)  # their digest, and how many guests
        self._has_ended = self._is_reading = False
        for ask in estate.asks if estate else ():
            self._errands.keep(ask)
        if estate and estate.heir and estate.before:
            self._go_along(estate.before.claim.epoch, estate.heir)
        else:
            self._find()

    # What others ask ----------------------------------------------------------------

    def tell(self, ask: Ask) -> None:
        """Have a command decided by the owner; `ask.settle` is called once."""
        self._idle_since = ask.at
        if self._has_ended:
            ask.refuse(Unavailable(after=1.0))
        else:
            self._errands.tell(ask)

    def join(
        self,
        subscriber: Subscriber,
        has: Position | None,
        settle: Joining,
        at: float | None = None,
    ) -> None:
        """Let it watch, if it may; `settle` gets what it sees and what comes next."""
        self._door.join(subscriber, has, settle, at)

    def look(self, who: Principal, settle: Joining, at: float | None = None) -> None:
        """Give a view without watching; it may have to wait, as `join`."""
        self._idle_since = self._around.clock.monotonic()
        self._door.look(who, settle, at)

    def erase(
        self, who: Principal, op: bytes, settle: Callable[[Answer | Joined], None]
    ) -> None:
        """Have the owner's state forget somebody."""

        def ask(live: Live) -> None:
            if erasure := live.kind.erasure:
                at, command = self._around.clock.monotonic(), erasure.command()
                self.tell(Ask(who, op, "erase", b"", settle, at, command, 1))
            else:
                settle(Internal())

        self._door.when_live(ask, settle, None)

    async def redact(self, author: str, alias: str, upto: int) -> None:
        """Have the owner make journal and memory forget what its state has.

        Raises:
            Unavailable: it could not be done now; what was done may be done again.
        """
        await self._errands.redact(author, alias, upto)

    def leave(self, subscriber: Subscriber) -> None:
        """Tell it nothing more.  Does nothing if it does not watch."""
        self._watching.leave(subscriber)
        self._idle_since = self._around.clock.monotonic()

    def catch_up(self, subscriber: Subscriber) -> None:
        """Bring one that lagged, and has drained, up to date."""
        self._watching.catch_up(subscriber)

    def signal(self, who: Principal, name: str, body: bytes) -> None:
        """Have the owner pass a signal on; at most once."""
        if self._owner.inc:
            word = words.Signalled(self.id, who, name, body)
            self._cluster.send(self._owner.inc, word)

    claim: Claim | None = None  # it never writes

    @property
    def head(self) -> int | None:
        """The highest seq that is known here; None before that."""
        live = self._watching.live
        return live.seq if live else None

    @property
    def owner(self) -> str | None:
        """The inc that it follows; None while it looks for one."""
        return self._owner.inc

    @property
    def watchers(self) -> int:
        """How many connections watch it here."""
        return len(self._watching.members)

    @property
    def is_busy(self) -> bool:
        """Whether somebody waits here for something."""
        return bool(self._errands.is_waiting or self._door)

    def idle_s(self, now: float) -> float:
        """Return for how long nobody has needed this board here."""
        needed = self.is_busy or len(self._watching.members)
        return 0.0 if needed else now - self._idle_since

    async def save(self) -> None:
        """Do nothing: the owner does."""

    def wake_again(self) -> None:
        """Look for the owner anew; there is no claim to lose."""
        self._find()

    def stop(self) -> None:
        """End at once: who waits, or watches, is told to come back."""
        self.end(Unavailable("the board is moving; come back"))

    def expire(self, now: float) -> None:
        """Let in who waits, if that is possible now; answer who has waited too long."""
        self._door.expire(now)
        self._errands.expire(now)

    def tick(self, now: float, *, is_deaf: bool) -> None:
        """Look after it, once a second: notice silence, and ask again."""
        is_silent = is_deaf or now - self._heard > SILENCE_S
        self._watching.tell_mode(Mode.FOLLOWING if is_silent else Mode.LIVE)
        if self.is_watching:
            if is_silent or self._door.ahead():
                self._read_journal()
            self._errands.tick(now)

    @property
    def has_changed(self) -> bool:
        """Whether others are here than the owner was told."""
        presence = self._watching.members.presence
        return self._told_people != (presence.digest, presence.guests)

    @property
    def is_watching(self) -> bool:
        """Whether it is known, and an owner of it."""
        return self._owner.inc is not None and self._watching.live is not None

    def interest(self) -> words.Interest:
        """Return what the owner is to be told of it."""
        presence = self._watching.members.presence
        self._told_people = presence.digest, presence.guests
        return words.Interest(self.head or 0, presence.digest, presence.guests)

    def unheard(self, owner: str) -> None:
        """Look for the owner if it is gone; without Redis everybody seems to be."""
        if owner == self._owner.inc and not self._cluster.is_deaf:
            self._find_soon()

    def take(self) -> None:
        """Make the board one of this node, unless it has an owner."""
        if self._owner.inc is None:
            self._pass_on()

    def end_watch(self) -> None:
        """Tell the owner that nobody here watches it any more."""
        if self._owner.inc:
            self._cluster.send(self._owner.inc, words.Unwatch(self.id))

    # What the owner says ------------------------------------------------------------

    def told(self, sender: str, word: words.News) -> None:
        """Take what was committed."""
        live, owner = self._watching.live, self._owner
        if live is None or not owner.is_news(sender, word.epoch):
            return
        self._heard = self._around.clock.monotonic()
        if word.log_id != live.claim.log_id:
            self._find()
            return
        if word.epoch > owner.epoch or owner.is_rising:  # it has claimed
            owner.epoch, owner.is_rising = word.epoch, False
            self._errands.hand_over()
        is_whole = word.entries is not None and self._apply(live, word.entries)
        if not is_whole or word.head > live.seq:
            self._read_journal()

    def heard(self, sender: str, epoch: int, head: int, here: int) -> None:
        """Take a beacon."""
        live, owner = self._watching.live, self._owner
        if live is None or not owner.is_news(sender, epoch):
            return
        self._heard = self._around.clock.monotonic()
        if here != self._people_there:
            self._people_there = here
            self._watching.tell_here_soon()
        if epoch > owner.epoch or owner.is_rising:
            self._find()
        elif head > live.seq:
            self._read_journal()

    def released(self, sender: str, epoch: int, heir: str) -> None:
        """Follow the heir of an owner that has handed the board over."""
        if self._owner.is_news(sender, epoch):
            self._go_along(epoch, heir)

    def _go_along(self, epoch: int, heir: str) -> None:
        """Watch at the heir's; what waits is held until the heir has claimed."""
        owner = self._owner
        if heir == self._cluster.inc:
            owner.inc = None
            self._pass_on()
            self._find()
            return
        owner.inc = self._followed = heir
        owner.epoch, owner.is_rising = epoch + 1, True
        self._heard = self._around.clock.monotonic()
        self._watch(heir)
        loop = asyncio.get_running_loop()
        loop.call_later(RISE_S, self._look_for_heir, heir)

    def _look_for_heir(self, heir: str) -> None:
        if self._owner.is_rising and self._owner.inc == heir:
            self._find()

    def asked_who(self, sender: str) -> None:
        """Say who is here."""
        for word in words.present(self.id, self._watching.members.presence.ids):
            self._cluster.send(sender, word)

    def redacted(self, sender: str) -> None:
        """Read it anew: what memory has was redacted."""
        if sender == self._owner.inc and (live := self._watching.live):
            self._watching.live, self._before = None, live
            self._find()

    def signalled(self, sender: str, word: words.Signalled) -> None:
        """Pass on a signal that the owner has allowed."""
        live = self._watching.live
        if live and sender == self._owner.inc:
            self._watching.signal(live, word.who, word.do, word.body)

    def forget(self) -> None:
        """Forget most of what is past: the journal has it for who comes back."""
        if live := self._watching.live:
            live.memory.shrink()

    @property
    def live(self) -> Live | None:
        """The board in memory; None before it was found."""
        return self._watching.live

    def done(self, word: words.Done) -> None:
        """Answer a command that is committed in the history that is seen here.

        In another one it would be taken for an event of this: it is asked once more
        when the view of that one is had.
        """
        seen = self._told_so_far()
        if seen and word.log_id not in {"", seen.claim.log_id}:
            self._find()
        else:
            self._errands.done(word)

    def refused(self, word: words.Refused) -> None:
        """Answer a command that the owner has refused."""
        self._errands.refused(word)

    def elsewhere(self, sender: str, ref: int) -> None:
        """Note that a copy of an ask is void, and where the board is not."""
        self._errands.elsewhere(sender, ref)

    # Finding ------------------------------------------------------------------------

    def _find(self) -> None:
        """Look for the owner; until then asks are held."""
        self._owner.inc, self._owner.is_rising = None, False
        if not self._has_ended:
            self._search.begin()

    def _find_soon(self) -> None:
        self._search.begin_soon(self._find)

    @property
    def is_wanted(self) -> bool:
        """Whether anybody here needs it; else any id would be looked for for ever."""
        return bool(self._door or self._errands or len(self._watching.members))

    @property
    def is_looking(self) -> bool:
        """Whether the owner is still to be found."""
        return self._owner.inc is None and not self._has_ended

    def _pass_on(self) -> None:
        """Become an actor of our own; everybody and everything comes along."""
        if self._has_ended or self._cluster.is_isolated:
            return
        self._has_ended = True
        self._watching.here = self._watching.members.presence.count
        told, asks = self._told_so_far(), self._errands.take()
        estate = Estate(self._watching, told, asks, self._door.take())
        self._cluster.own(self.id, estate)

    def _told_so_far(self) -> Live | None:
        return self._watching.live or self._before

    async def follow(self, held: Held, owner: str) -> None:
        """Have the state, as of some head, and watch what comes after it."""
        live = self._watching.live
        if live is None or live.claim.log_id != held.claim.log_id:
            self._watching.live, self._before = None, live or self._before
            await self._load(held.claim)
        if self._has_ended or not (live := self._watching.live):
            return
        if (owner, held.claim.epoch) != (self._followed, self._owner.epoch):
            self._heard = self._around.clock.monotonic()  # else it is silent still
        self._owner.inc = self._followed = owner
        self._owner.epoch = held.claim.epoch
        self._watch(owner)
        self._errands.hand_over()
        if held.claim.seq > live.seq:
            self._read_journal()

    async def _load(self, claim: Claim) -> None:
        """Have the state at a claim's head; those who watch are told what they lack."""
        entries: Sequence[Entry] | None = ()
        if self._before:
            entries = await missed(self._around, self._before, claim)
        if entries is None and not self._around.lease.is_valid():
            # They could not be shown it, and would be told first what is done there.
            raise Unavailable(after=1.0)
        live = (await load(self._around, claim)).live
        if self._has_ended:
            return
        # From here on nothing waits.
        watching, self._before = self._watching, None
        watching.live = live
        if entries is None:
            watching.reset(live)
        elif entries:
            watching.publish(live, entries)
        watching.catch_all_up()
        self._door.open()

    def _watch(self, owner: str) -> None:
        """Watch at an owner at once; that we still do is said for all its boards."""
        if self.is_watching:
            self._cluster.send(owner, words.Watch({self.id: self.interest()}))

    def _apply(self, live: Live, entries: Sequence[Entry]) -> bool:
        """Fold and tell what is new; False if something is missing before it."""
        if entries and entries[0].seq <= live.seq:
            entries = [entry for entry in entries if entry.seq > live.seq]
        if not entries:
            return True
        if entries[0].seq != live.seq + 1:
            return False
        apply, event = live.kind.apply, live.codec.event
        for entry in entries:
            live.state = apply(live.state, event(entry))
            live.seq = entry.seq
        live.memory.keep(entries)
        self._watching.publish(live, entries)
        return True

    def _read_journal(self) -> None:
        """Catch up from the journal; one reading at a time."""
        if not self._is_reading and not self._has_ended:
            self._is_reading = True
            self._around.jobs.start(self._read(), f"follow {self.id}")

    def _may_lag(self) -> bool:
        self._read_journal()
        return True

    async def _read(self) -> None:
        ahead = self._door.ahead()  # who asked before we looked
        try:
            if await self._read_to_head():
                self._door.level(ahead)
        except (Fenced, Gone, NotFound):
            self._find()
        except Unavailable:
            pass  # the next tick comes
        finally:
            self._is_reading = False

    async def _read_to_head(self) -> bool:
        """Apply what the journal has; tell whether that was all of it."""
        held = await self._cluster.peek(self.id)
        if not self._is_as_followed(held):
            self._find()
            return False
        while (live := self._watching.live) and live.seq < held.claim.seq:
            entries = await self._around.journal.since(
                self.id, live.seq, PAGE, log_id=live.claim.log_id
            )
            if self._watching.live is not live:
                return False
            if not entries or not self._apply(live, entries):
                return False
        return live is not None

    def _is_as_followed(self, held: Held) -> bool:
        """Tell whether owner, claim and history are still those that are followed.

        In another history the head says nothing of what was acknowledged in this one.
        """
        live = self._watching.live
        is_same_log = live is None or live.claim.log_id == held.claim.log_id
        is_same_claim = self._owner.epoch == held.claim.epoch
        return is_same_log and is_same_claim and self._owner.inc == held.owner

    # The end ------------------------------------------------------------------------

    def _here(self) -> int:
        there = self._people_there
        return self._watching.members.presence.count() if there is None else there

    def end(self, error: OrbitError) -> None:
        """End: whoever waits, or watches, is told why."""
        if self._has_ended:
            return
        self._has_ended, self._watching.live = True, None
        self.end_watch()
        self._ended(self.id)
        self._errands.refuse(error)
        self._door.shut(error)
        self._watching.dismiss(error)
