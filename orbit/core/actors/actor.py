"""A live board: one mailbox, one state, one writer.

    waking ──claimed, loaded──> live ──idle, no such board──> ended
      ^                          │ └──handed over──> (a follower)
      └──outcome unknown, fenced─┘

The order is: journal, memory, subscribers, answers.  So nobody is told what a crash
could take back, and who joins misses nothing and sees nothing twice.  Every ask gets
exactly one answer.  Between two awaits its memory is whole.  It knows no kind by name.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence, Set
from datetime import UTC, datetime
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from orbit.core.actors.alarm import Alarm
from orbit.core.actors.answers import Answers
from orbit.core.actors.around import Live, Surroundings
from orbit.core.actors.door import Door
from orbit.core.actors.loading import load, missed
from orbit.core.actors.mailbox import HOLD_S, Answer, Ask, Mailbox
from orbit.core.actors.parking import Parked
from orbit.core.actors.redaction import redact
from orbit.core.actors.subscribers import Joined, Subscriber
from orbit.core.actors.watching import Joining, Mode, Position, Watching
from orbit.core.codec import Entry
from orbit.core.errors import (
    Fenced,
    Internal,
    Invalid,
    Moved,
    NotFound,
    OrbitError,
    RateLimited,
    Unavailable,
)
from orbit.core.ids import op_key
from orbit.core.kind import Letter, Tick
from orbit.core.limits import Limiter
from orbit.core.ports import Append, Claim, Outcome, Snapshot
from orbit.core.turn import Turn, needed, take_turn
from orbit.core.types import GUEST, SYSTEM, BoardId, Items, Key, Principal

log = logging.getLogger(__name__)

BATCH, BATCH_BYTES = 64, 256 << 10
RETRY_S = 0.25  # between two tries to claim
BUSY_S = 5.0  # for so long somebody else may hold the board's row
SNAPSHOT_EVENTS = 500  # after so many a snapshot is worth its price


class _Flight(Struct):
    """A turn on its way to the journal."""

    turn: Turn
    asks: Sequence[Ask]
    append: Append
    since: float


class Estate(Struct):
    """What passes on with a board: from its actor to a follower, and back."""

    watching: Watching
    before: Live | None  # what its subscribers have been told
    asks: Sequence[Ask]
    parked: Sequence[Parked]
    heir: str | None = None  # the inc that takes it over now


class BoardActor:
    """One live board.  All but `save` is synchronous and never waits."""

    __slots__ = (
        "_alarm",
        "_answers",
        "_around",
        "_door",
        "_ended",
        "_flight",
        "_has_ended",
        "_idle_since",
        "_is_deciding",
        "_is_leaving",
        "_is_scheduled",
        "_is_void",
        "_limiter",
        "_loop",
        "_mailbox",
        "_rested",
        "_saved",
        "_solo",
        "_up_since",
        "_watching",
        "id",
    )

    def __init__(
        self,
        board: BoardId,
        around: Surroundings,
        ended: Callable[[BoardId], None],
        estate: Estate | None = None,
    ) -> None:
        """Begin to wake up; `ended` is called when it has ended."""
        self.id, self._around, self._ended = board, around, ended
        self._loop = asyncio.get_running_loop()
        self._watching = estate.watching if estate else Watching(board, around)
        self._watching.here = self.here
        self._mailbox = Mailbox(around.mailbox_letters, around.mailbox_bytes)
        self._mailbox.put_back(estate.asks if estate else ())
        parked = estate.parked if estate else ()
        self._door = Door(self._watching, around, lambda: self._is_deciding, parked)
        self._answers = Answers(board, around)
        self._alarm = Alarm(around.clock, self._tick)
        self._limiter = Limiter(around.author_rate, keys=1_000)
        self._flight: _Flight | None = None
        self._is_deciding = self._is_scheduled = self._has_ended = False
        self._is_leaving = False
        self._is_void = False  # what is being claimed may be another's by now
        self._rested: asyncio.Future[None] | None = None  # when no turn is under way
        self._saved = self._solo = 0
        self._up_since = 0.0
        self._idle_since = around.clock.monotonic()
        self._wake(estate.before if estate else None)

    # What others ask ----------------------------------------------------------------

    def tell(self, ask: Ask) -> None:
        """Have a command decided; `ask.settle` is called once, now or later."""
        self._idle_since = ask.at
        try:
            if self._has_ended:
                raise Unavailable(after=1.0)
            is_swamped = len(self._mailbox) > 0 and self._is_swamped(ask.at)
            self._mailbox.put(ask, is_full=is_swamped)
        except OrbitError as error:
            ask.refuse(error)
        else:
            self._schedule()

    def join(
        self,
        subscriber: Subscriber,
        has: Position | None,
        settle: Joining,
        at: float | None = None,
    ) -> None:
        """Let it watch, if it may; `settle` gets what it sees and what comes next.

        While the board cannot be shown it waits, until 10 s after `at`, or after now.
        """
        self._door.join(subscriber, has, settle, at)

    def look(self, who: Principal, settle: Joining, at: float | None = None) -> None:
        """Give a view without watching; it may have to wait, as `join`."""
        self._idle_since = self._around.clock.monotonic()
        self._door.look(who, settle, at)

    def erase(
        self, who: Principal, op: bytes, settle: Callable[[Answer | Joined], None]
    ) -> None:
        """Have the state forget somebody, as its kind does that; `redact` is next."""

        def ask(live: Live) -> None:
            if erasure := live.kind.erasure:
                at, command = self._around.clock.monotonic(), erasure.command()
                self.tell(Ask(who, op, "erase", b"", settle, at, command, 1))
            else:
                settle(Internal())

        self._door.when_live(ask, settle, None)

    async def redact(self, author: str, alias: str, upto: int) -> None:
        """Have journal and memory forget what the state has; see `redaction`."""
        live = self._watching.live
        if live is None:
            raise Unavailable(after=1.0)
        await redact(self._around.journal, live, author, alias, upto)
        self._around.relay.redacted(self.id)

    def leave(self, subscriber: Subscriber) -> None:
        """Tell it nothing more.  Does nothing if it does not watch."""
        self._watching.leave(subscriber)
        self._idle_since = self._around.clock.monotonic()

    def catch_up(self, subscriber: Subscriber) -> None:
        """Bring one that lagged, and has drained, up to date."""
        self._watching.catch_up(subscriber)

    def signal(self, who: Principal, name: str, body: bytes) -> None:
        """Pass a signal on to those who may see it; at most once."""
        live = self._watching.live
        if live and self._watching.signal(live, who, name, body):
            self._around.relay.signalled(self.id, who, name, body)

    def here(self) -> int:
        """Return how many people are here, on whichever node."""
        others = self._around.relay.elsewhere(self.id)
        return self._watching.members.presence.count(others)

    def tell_here_soon(self) -> None:
        """Tell how many people are here, if that has changed."""
        self._watching.tell_here_soon()

    @property
    def live(self) -> Live | None:
        """The board in memory; None while it is waking."""
        return self._watching.live

    @property
    def claim(self) -> Claim | None:
        """What it writes under; None while the board is waking."""
        live = self._watching.live
        return live.claim if live else None

    @property
    def head(self) -> int | None:
        """The highest committed seq; None while the board is waking."""
        live = self._watching.live
        return live.seq if live else None

    @property
    def watchers(self) -> int:
        """How many connections watch it here."""
        return len(self._watching.members)

    @property
    def is_busy(self) -> bool:
        """Whether it wakes up, decides, or has letters before it."""
        is_awake = self._watching.live is not None
        return not is_awake or self._is_deciding or len(self._mailbox) > 0

    def idle_s(self, now: float) -> float:
        """Return for how long nobody has needed this board."""
        is_needed = self.is_busy or self._is_wanted()
        return 0.0 if is_needed else now - self._idle_since

    def forget(self) -> None:
        """Forget most of what is past: the journal has it for who comes back."""
        if live := self._watching.live:
            live.memory.shrink()

    def stop(self) -> None:
        """End at once: who waits, or watches, is told to come back."""
        self._end(Unavailable("the board is moving; come back"))

    async def save(self) -> None:
        """Keep a snapshot of the present state, if there is something new in it."""
        live = self._watching.live
        if live is None or self._saved == live.seq:
            return
        self._saved = live.seq
        try:
            state = live.codec.encode(live.state)
            snapshot = Snapshot(live.seq, live.kind.state_version, state)
            await self._around.journal.save(live.claim, snapshot)
        except Unavailable:
            self._saved = 0  # it is disposable: the journal has everything
        except Exception:  # so it stops nobody from ending this board, and the others
            log.exception("board %s cannot be saved", self.id)
            self._saved = 0

    # Leaving ------------------------------------------------------------------------

    async def hand_over(self, heir: str) -> bool:
        """Save the board and let it go, for the inc `heir`; then it is followed.

        What was begun is finished, and what waits goes along.  Tells whether it was
        ours to give: False, too, while it wakes up.

        Raises:
            Unavailable: the database did not answer; whose it is, a claim finds out.
        """
        live = self._watching.live
        if live is None or self._is_leaving:
            return False
        self._is_leaving = True
        try:
            await self._turn_over()
            await self.save()
            return self._watching.live is live and await self._give(live, heir)
        finally:
            self._is_leaving = False
            self._schedule()

    async def _turn_over(self) -> None:
        """Wait for the end of the turn that is under way, if there is one."""
        if self._is_deciding:
            self._rested = self._loop.create_future()
            await self._rested

    async def _give(self, live: Live, heir: str) -> bool:
        is_given = False
        try:
            is_given = await self._around.journal.release(live.claim, heir)
        finally:
            if self._has_ended:
                pass
            elif is_given:
                self._alarm.cancel()
                self._move_on(live, heir)
            else:  # somebody else's, or in doubt: then no append may go on
                self._wake(live)
        return is_given

    # Waking -------------------------------------------------------------------------

    def _wake(self, before: Live | None) -> None:
        """Claim and load; until then nothing is decided and nobody let in.

        `before` is what subscribers have been told.
        """
        self._watching.live = None
        job = self._awaken(before)
        self._around.jobs.start(job, f"wake {self.id}")

    def wake_again(self) -> None:
        """Claim anew: others may have claimed it since.

        What is in flight tells by itself, and its asks must not be left behind.
        """
        live = self._watching.live
        self._is_void = live is None
        if live and self._flight is None and not self._is_leaving:
            self._wake(live)

    async def _awaken(self, before: Live | None) -> None:
        """Try until it succeeds, or the board is found to live elsewhere."""
        try:
            while not self._has_ended and self._watching.live is None:
                try:
                    async with self._around.wakes:
                        await self._claim_and_load(before)
                except Unavailable as error:
                    if isinstance(error, Moved) and self._move_on(before):
                        return
                    self.expire(self._around.clock.monotonic())
                    if not self._is_wanted():
                        self._end(Unavailable(after=1.0))
                    await asyncio.sleep(RETRY_S)
        except NotFound as error:
            self._end(error)
        except BaseException:
            self._end(Internal())
            raise

    def _is_wanted(self) -> bool:
        """Whether somebody waits for it, or watches it.

        What nobody wants does not go on asking a database that is away: any id that
        somebody makes up would live for as long as that lasts.
        """
        waiting = len(self._mailbox) + len(self._door) + len(self._watching.members)
        return waiting > 0 or self._around.relay.is_watched(self.id)

    async def _claim_and_load(self, before: Live | None) -> None:
        journal, self._is_void = self._around.journal, False
        if before and self._watching.members and not self._around.lease.is_valid():
            # They could not be shown it, and would be told first what is done there.
            raise Unavailable(after=1.0)
        claim = await journal.claim(self.id)
        risen = await load(self._around, claim)
        told: Sequence[Entry] | None = ()
        if before and len(self._watching.members):
            told = await missed(self._around, before, claim)
        doubtful = self._mailbox.doubtful()
        found = await journal.told(self.id, doubtful) if doubtful else {}
        if self._has_ended:
            return
        if self._is_void:
            raise Fenced
        # From here on nothing waits.  What is shown comes first: an answer is of that.
        self._saved = risen.saved
        self._rise(risen.live, told)
        self._mailbox.resolve(found, partial(self._answers.give_told, risen.live))
        for ask in self._mailbox.take_foreign():
            # Told under an epoch that has ended: who told it may have said so by now.
            ask.settle(Moved())

    def _move_on(self, before: Live | None, heir: str | None = None) -> bool:
        """Leave everything to whoever follows the board from here on.

        But not what other nodes have asked: they keep it, and tell it to the next
        owner themselves.  Two that told it could not tell whose copy was refused.
        """
        if self._has_ended:
            return True
        asks, parked = self._mailbox.clear(), self._door.take()
        own = [ask for ask in asks if not ask.is_foreign]
        estate = Estate(self._watching, before, own, parked, heir)
        if self._around.relay.inherits(self.id, estate):
            self._has_ended = True
            self._alarm.cancel()
            for ask in asks:
                if ask.is_foreign:
                    ask.refuse(Moved())
            return True
        self._mailbox.put_back(asks)
        for one in parked:
            self._door.when_live(one.act, one.settle, one.since)
        return False

    def _rise(self, live: Live, missed: Sequence[Entry] | None) -> None:
        self._watching.live = live
        self._up_since = self._around.clock.monotonic()
        if missed is None:
            self._watching.reset(live)
        elif missed:
            self._watching.publish(live, missed)
        self._watching.catch_all_up()
        self._watching.tell_mode(Mode.LIVE)
        self._around.relay.risen(self.id, live)
        self._door.open()
        self._door.level(self._door.ahead())
        self._alarm.set(live.kind.deadline(live.state))
        self._schedule()

    def expire(self, now: float) -> None:
        """Let in who waits, if that is possible now; answer who has waited too long."""
        self._mailbox.expire(now)
        self._door.expire(now)
        for ask in self._flight.asks if self._flight else ():
            if now - ask.at > HOLD_S:
                ask.give_up()

    def _end(self, error: OrbitError) -> None:
        if self._has_ended:
            return
        self._has_ended, self._watching.live = True, None
        self._ended(self.id)
        self._alarm.cancel()
        self._rest()
        for ask in self._flight.asks if self._flight else ():
            ask.in_doubt = True
            ask.refuse(error)
        self._mailbox.fail(error)
        self._door.shut(error)
        self._watching.dismiss(error)

    # A turn -------------------------------------------------------------------------

    def _schedule(self) -> None:
        is_free = not (self._is_deciding or self._is_leaving)
        ready = self._watching.live and len(self._mailbox) and is_free
        if ready and not self._is_scheduled:
            self._is_scheduled = True
            self._loop.call_soon(self._begin)

    def _is_swamped(self, now: float) -> bool:
        """Whether more is told than is done, although the database answers.

        Does it not answer, commands are held: guarantees.md, 2.12, against section 4.
        """
        most = self._around.mailbox_age_s
        if self._mailbox.waits_s(now) <= most or self._watching.live is None:
            return False
        is_stuck = self._flight is not None and now - self._flight.since > most
        return not is_stuck and now - self._up_since > most

    def _begin(self) -> None:
        """Take what has arrived; it becomes one turn."""
        self._is_scheduled = False
        live = self._watching.live
        if live is None or self._is_deciding or self._is_leaving:
            return
        self.expire(self._around.clock.monotonic())
        asks, letters = self._take(live)
        try:
            keys = needed(live.kind, letters)
        except Exception as bug:
            self._part(asks, bug)
            return
        if keys:
            self._is_deciding = True
            job = self._decide_with(live, asks, letters, keys)
            self._around.jobs.start(job, f"needs {self.id}")
        elif asks:
            self._decide(live, asks, letters, {})
        else:
            self._schedule()

    def _take(self, live: Live) -> tuple[list[Ask], list[Letter]]:
        """Take a batch; answer what was told before or cannot be read at once."""
        count = 1 if self._solo else BATCH
        self._solo = max(self._solo - 1, 0)
        asks, letters = [], []
        doubtful: list[tuple[Ask, Answer]] = []
        for ask in self._mailbox.take(count, BATCH_BYTES):
            if told := live.memory.told(ask.key):
                self._answers.give_told(live, ask, told)
                continue
            try:
                letter = self._answers.letter(live, ask)
                self._limit(live, ask, letter)
            except Exception as error:  # its own, and no neighbour's
                doubtful.append((ask, self._answers.told_as(error)))
                continue
            asks.append(ask)
            letters.append(letter)
        self._answers.give_unless_told(live, doubtful)
        return asks, letters

    def _limit(self, live: Live, ask: Ask, letter: Letter) -> None:
        """Bound what one author writes here; Orbit's own commands are not bounded."""
        is_free = ask.command or type(letter.command) in live.kind.unmetered
        if is_free or ask.is_charged:
            return
        if wait := self._limiter.spend(_payer(live, letter), ask.at):
            raise RateLimited(after=wait)
        ask.is_charged = True  # what is taken again, after a doubt, is not told again

    async def _decide_with(
        self, live: Live, asks: list[Ask], letters: list[Letter], keys: Set[Key]
    ) -> None:
        """Load what the letters need from the index, then decide."""
        try:
            reading = self._around.journal.needed(self.id, keys)
            items = await self._answers.in_time(asks, reading)
        except Unavailable as error:
            self._refuse(asks, error)
        except Exception as bug:
            self._part(asks, bug)
        else:
            if self._watching.live is live:
                self._decide(live, asks, letters, items)
            else:
                self._refuse(asks, Unavailable(after=1.0))

    def _decide(
        self, live: Live, asks: list[Ask], letters: list[Letter], items: Items
    ) -> None:
        try:
            turn = take_turn(live.kind, live.state, live.seq, letters, items)
            is_coarse = live.kind.guarded(turn.state)
            entries = [live.codec.entry(one, is_coarse) for one in turn.recorded]
            wake_at = live.kind.deadline(turn.state)
        except Exception as bug:
            self._part(asks, bug)
            return
        if not entries:
            self._answers.give(live, asks, turn)
            self._decided()
            return
        append = Append(live.claim, live.seq, entries, wake_at)
        now = self._around.clock.monotonic()
        self._is_deciding = True
        self._flight = _Flight(turn, asks, append, now)
        self._around.writer.submit(append, self._settled)

    def _part(self, asks: Sequence[Ask], bug: Exception) -> None:
        """Have a batch that hit a bug decided one by one: it costs one ask alone."""
        if self._has_ended or len(asks) == 1:
            self._refuse(asks, self._answers.told_as(bug))
            return
        self._solo = len(asks)
        self._mailbox.put_back(asks)
        self._decided()

    def _decided(self) -> None:
        """Let the next turn begin."""
        self._flight, self._is_deciding = None, False
        self._rest()
        if ahead := self._door.ahead():
            self._door.level(ahead)
        self._schedule()

    def _rest(self) -> None:
        """Tell whoever waits for it that no turn is under way."""
        if self._rested and not self._rested.done():
            self._rested.set_result(None)

    def _settled(self, outcome: Outcome) -> None:
        """Go on from what has become of the append in flight."""
        flight, live = self._flight, self._watching.live
        if flight is None or live is None:
            return  # ended meanwhile: its asks have been answered
        match outcome:
            case Outcome.DONE:
                self._commit(live, flight)
            case Outcome.BUSY:
                self._try_again(flight)
            case Outcome.REFUSED:
                job = self._sift(live, flight)
                self._around.jobs.start(job, f"sift {self.id}")
            case Outcome.UNAVAILABLE:
                self._refuse(flight.asks, Unavailable(after=1.0))
            case Outcome.FENCED:
                self._claim_again(flight)
            case Outcome.UNKNOWN:
                for ask in flight.asks:
                    ask.in_doubt = True
                self._claim_again(flight)

    def _commit(self, live: Live, flight: _Flight) -> None:
        live.state, live.seq = flight.turn.state, flight.turn.seq
        live.memory.keep(flight.append.entries)
        try:
            self._around.relay.published(self.id, live, flight.append.entries)
            self._watching.publish(live, flight.append.entries)
        finally:  # it is committed, whatever bug hides in rights: its askers are told
            self._answers.give(live, flight.asks, flight.turn)
            self._alarm.set(live.kind.deadline(live.state))
            if live.seq - self._saved >= SNAPSHOT_EVENTS:
                self._around.jobs.start(self.save(), f"save {self.id}")
            self._decided()

    def _try_again(self, flight: _Flight) -> None:
        """Somebody else holds the row: come again, for a while."""
        if self._around.clock.monotonic() - flight.since > BUSY_S:
            self._refuse(flight.asks, Unavailable(after=1.0))
        else:
            submit = self._around.writer.submit
            self._loop.call_later(0.01, submit, flight.append, self._settled)

    def _refuse(self, asks: Sequence[Ask], error: OrbitError) -> None:
        """Answer asks of which certainly nothing was committed now."""
        for ask in asks:
            ask.refuse(error)
        self._decided()

    async def _sift(self, live: Live, flight: _Flight) -> None:
        """Find which asks of a refused append were told before, or cannot be stored."""
        keys = [ask.key for ask in flight.asks]
        try:
            told = await self._around.journal.told(self.id, keys)
        except Exception as error:  # whatever it is, the board must not hang on it
            if not self._has_ended:
                self._refuse(flight.asks, self._answers.told_as(error))
            return
        if self._has_ended:
            return  # and all have been answered
        rest = []
        for ask in flight.asks:
            if ask.key in told:
                self._answers.give_told(live, ask, told[ask.key])
            else:
                rest.append(ask)
        if len(flight.asks) == 1 and rest:
            rest.pop().settle(Invalid("this cannot be stored"))
        elif len(rest) == len(flight.asks):
            self._solo = len(rest)  # one by one: only the culprit is refused
        self._mailbox.put_back(rest)
        self._decided()

    def _claim_again(self, flight: _Flight) -> None:
        """Forget what may be wrong, claim again, and look before deciding again."""
        self._mailbox.put_back(flight.asks)
        self._wake(self._watching.live)
        self._decided()

    # What time it is ----------------------------------------------------------------

    def _tick(self, due: datetime) -> None:
        """Have the kind told that its deadline has passed."""
        if self._watching.live:
            op = op_key(f"tick {due.astimezone(UTC).isoformat()}")
            at = self._around.clock.monotonic()
            self.tell(Ask(SYSTEM, op, "tick", b"", self._ticked, at, Tick(), 1))

    def _ticked(self, answer: Answer) -> None:
        """Nobody waits for the answer; but what could not be done is done later."""
        if isinstance(answer, Unavailable) and not self._has_ended:
            self._alarm.again()


def _payer(live: Live, letter: Letter) -> str:
    """Return whose rate a command counts against: a guest's is that of his claims.

    Those that give him no right are nobody's: all guests pay for them together, or
    each would come with another, until nobody's debts are remembered.
    """
    ctx, who = letter.ctx, letter.ctx.who
    if who.id or not who.claims:
        return who.id
    roles = live.kind.roles
    plain = roles(live.state, letter.command, replace(ctx, who=GUEST))
    is_valid = roles(live.state, letter.command, ctx) != plain
    return ",".join(sorted(who.claims)) if is_valid else ""
