"""What the owner of one board is asked for people of this node, and what came of it.

Each command gets one answer, within 10 s, and none that is not true: copies of it are
sent until one is answered, and what is in doubt is looked up in the journal.  It must
never look for the owner: it says that the owner is not to be found, and is told whom to
ask next.  Source: guarantees.md, 2.8.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Protocol

from msgspec import Struct

from orbit.core.actors.around import Surroundings
from orbit.core.actors.mailbox import LOOK_UP_S, Ask, Done
from orbit.core.actors.watching import Watching
from orbit.core.cluster import carrier, words
from orbit.core.cluster.asking import Asks, Redactions, Room, error_of
from orbit.core.errors import Busy, OrbitError, TimedOut, Unavailable, Unknown
from orbit.core.ports import Op, Told
from orbit.core.types import BoardId

log = logging.getLogger(__name__)


class Owner(Struct):
    """Whom a follower follows, as far as it knows."""

    inc: str | None = None  # None while it is looked for
    epoch: int = 0  # of its claim
    is_rising: bool = False  # it is an heir, and has not claimed yet

    def is_news(self, sender: str, epoch: int) -> bool:
        """Whether what a node says of itself as the owner is to be believed."""
        return sender == self.inc and epoch >= self.epoch


class Cluster(Protocol):
    """What errands need of the cluster."""

    room: Room  # for all that waits for owners elsewhere

    def send(
        self,
        to: str,
        word: words.Word,
        told: Callable[[carrier.Sent], None] | None = None,
    ) -> None:
        """Say something to another node; never waits."""

    def next_ref(self) -> int:
        """Return a number that no ask of this node has had."""

    @property
    def is_deaf(self) -> bool:
        """Whether nothing may be arriving."""


class Errands:
    """The asks of one board that its owner is to answer."""

    def __init__(
        self,
        board: BoardId,
        around: Surroundings,
        cluster: Cluster,
        owner: Owner,
        lost: Callable[[], None],
        watching: Watching,
    ) -> None:
        """Ask whoever `owner` says; `lost` is called where that is nobody any more."""
        self._watching = watching
        self._board, self._around, self._cluster = board, around, cluster
        self._owner, self._lost = owner, lost
        self._asks, self._redactions = Asks(cluster.room), Redactions()

    def __bool__(self) -> bool:
        return bool(self._asks or self._redactions)

    @property
    def is_waiting(self) -> bool:
        """Whether somebody waits for what becomes of a command."""
        return bool(self._asks)

    def tell(self, ask: Ask) -> None:
        """Have a command decided by the owner; `ask.settle` is called once."""
        if self._asks.joins(ask):
            pass
        elif self._asks.is_full(ask):
            ask.refuse(Busy("too many wait for this board", after=0.5))
        else:
            self._hand_over(self.keep(ask))

    def keep(self, ask: Ask) -> int:
        """Hold an ask until there is an owner, even if there is no room."""
        ref = self._cluster.next_ref()
        self._asks.keep(ref, ask)
        return ref

    async def redact(self, author: str, alias: str, upto: int) -> None:
        """Have the owner make journal and memory forget what its state has.

        Raises:
            Unavailable: it could not be done now; what was done may be done again.
        """
        if self._owner.inc is None:
            raise Unavailable(after=1.0)
        ref = self._cluster.next_ref()
        self._redactions.begin(ref)
        epoch = self._owner.epoch
        word = words.Redact(ref, self._board, epoch, author, alias, upto)
        self._cluster.send(self._owner.inc, word)
        await self._redactions.end(ref)

    def hand_over(self) -> None:
        """Send a copy of all that waits to the owner."""
        for ref in self._asks:
            self._hand_over(ref)

    def tick(self, now: float) -> None:
        """Send again what may have been lost."""
        for ref in self._asks.due(now):
            self._hand_over(ref)

    def expire(self, now: float) -> None:
        """Answer who has waited too long with what is known of it."""
        for sent in self._asks.late(now):
            if not sent.ask.in_doubt:
                sent.ask.refuse(TimedOut())
            else:
                doubt = self._look_up(sent.ask)
                self._around.jobs.start(doubt, f"look up {self._board}")

    def take(self) -> Sequence[Ask]:
        """Return what waits; it waits here no more."""
        return self._asks.take()

    def refuse(self, error: OrbitError) -> None:
        """Answer all that wait."""
        for ask in self._asks.take():
            ask.refuse(error)

    # What the owner says ------------------------------------------------------------

    def done(self, word: words.Done) -> None:
        """Answer a command that is committed."""
        self._redactions.settle(word.ref, None)
        if sent := self._asks.pop(word.ref):
            sent.ask.settle(Done(word.seq, word.id))

    def refused(self, word: words.Refused) -> None:
        """Answer a command that the owner has refused: it has looked the id up.

        What passes is waited for, as if it had been asked here.  So is what becomes of
        a later copy: of all that are sent the owner's word on the last one counts.
        """
        error = error_of(word)
        self._redactions.settle(word.ref, error)
        if (sent := self._asks.get(word.ref)) is None:
            return
        sent.was_in_doubt |= isinstance(error, Unknown)
        if word.copy < sent.sent:
            sent.void()
        elif isinstance(error, Unavailable) and not isinstance(error, Busy | TimedOut):
            sent.void()
            self._lost()
        else:
            self._asks.pop(word.ref)
            sent.ask.settle(error)

    def elsewhere(self, sender: str, ref: int) -> None:
        """Note that a copy of an ask is void, and where the board is not."""
        self._redactions.settle(ref, Unavailable(after=1.0))
        if sent := self._asks.get(ref):
            sent.void()
        if sender == self._owner.inc:
            self._lost()

    # How it is asked ----------------------------------------------------------------

    def _hand_over(self, ref: int) -> None:
        """Send a copy of an ask to the owner, if there is one."""
        owner = self._owner
        if owner.inc is None or owner.is_rising or self._cluster.is_deaf:
            return
        if sent := self._asks.get(ref):
            now = self._around.clock.monotonic()
            copy = sent.copy(ref, self._board, owner.epoch, now)
            self._cluster.send(owner.inc, copy, partial(self._carried, ref))

    def _carried(self, ref: int, how: carrier.Sent) -> None:
        """Take back a copy that certainly does not arrive."""
        if how is carrier.Sent.NOWHERE and (sent := self._asks.get(ref)):
            sent.void()
            self._lost()

    async def _look_up(self, ask: Ask) -> None:
        told: Mapping[Op, Told] = {}
        try:
            async with asyncio.timeout(LOOK_UP_S):
                told = await self._around.journal.told(self._board, [ask.key])
        except (Unavailable, TimeoutError):
            pass  # the database is away, too: it stays in doubt
        except Exception:  # whatever went wrong, whoever asked is told what is known
            log.exception("a command on board %s could not be looked up", self._board)
        if found := told.get(ask.key):
            ctx = self._around.context(self._board, ask.who, ask.op)
            live = self._watching.live
            seq = live.answered(ask.do, ask.command, found.seq) if live else found.seq
            ask.settle(Done(seq, ctx.id))
        else:
            ask.refuse(TimedOut())  # in doubt: it says so
