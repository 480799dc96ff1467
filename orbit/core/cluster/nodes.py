"""This node among others: who says what to whom, and where new owners are.

Between the carrier and the boards.  A board that is asked for here begins as a
follower, which looks for its owner; if it should live here it becomes an actor.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence, Set
from functools import partial
from itertools import count
from typing import Any

import msgspec

from orbit.core.actors.actor import BoardActor, Estate
from orbit.core.actors.around import Live, Surroundings
from orbit.core.actors.directory import Directory
from orbit.core.actors.mailbox import Answer, Ask, Done
from orbit.core.actors.periodic import every
from orbit.core.actors.presence import People
from orbit.core.cluster import words
from orbit.core.cluster.asking import Room
from orbit.core.cluster.carrier import Carrier, Member, Members, Sent
from orbit.core.cluster.following import Follower
from orbit.core.cluster.inflight import InFlight
from orbit.core.cluster.inquiry import Inquiry
from orbit.core.cluster.isolation import DEAF_S, Isolation
from orbit.core.cluster.looking import Looking
from orbit.core.cluster.members import Placement
from orbit.core.cluster.moving import Moving
from orbit.core.cluster.ring import choose
from orbit.core.cluster.serving import Head, Serving
from orbit.core.cluster.watches import Watches
from orbit.core.codec import Entry
from orbit.core.errors import Internal, Moved, OrbitError, Unavailable
from orbit.core.ports import Held, Registry
from orbit.core.types import BoardId, Principal

log = logging.getLogger(__name__)

BEAT_S, TICK_S = 2.0, 1.0
ISOLATED_S = 4.0  # for so long who is isolated gives its boards away


class Nodes:
    """The others, as this node knows them; `Relay` of its actors."""

    def __init__(
        self,
        carrier: Carrier,
        members: Members,
        registry: Registry,
        *,
        name: str,
        proto: int = 1,
        room: Room | None = None,
        deaf_s: float = DEAF_S,
    ) -> None:
        """After a silence of `deaf_s`, which others do not share, all boards move."""
        self._carrier, self._members = carrier, members
        self._name, self._proto = name, proto
        self._placement = Placement()
        self._isolation = Isolation(carrier, registry, deaf_s)
        self._refs = count(1)
        self._serving, self._watches = Serving(carrier.send), Watches(self.send)
        self._directory: Directory | None = None
        self._around: Surroundings | None = None
        self.inquiry = Inquiry(self.send, self._start)
        self._looking = Looking(self._peek_all, self._start)
        self.peek = self._looking.at
        self.inc, self.room = carrier.inc, room or Room()
        self.in_flight = InFlight()
        self.moving = Moving(self)
        self.is_draining = False

    def connect(self, directory: Directory, around: Surroundings) -> None:
        """Begin to listen, on behalf of these boards."""
        self._directory, self._around = directory, around
        self._carrier.listen(self._received)

    async def run(self) -> None:
        """Carry, beat, beacon, watch, follow and move boards until cancelled."""
        async with asyncio.TaskGroup() as loops:
            loops.create_task(self._carrier.run())
            loops.create_task(every(BEAT_S, self.beat, first_s=0.0))
            loops.create_task(every(TICK_S, self.tick, first_s=0.0))
            loops.create_task(every(TICK_S, self.move, first_s=0.0))

    async def beat(self) -> None:
        """Say that we are here, and see who is."""
        is_fit = not (self.is_draining or self._carrier.is_deaf)
        is_fit = is_fit and self._surroundings.lease.is_valid()
        me = Member(self.inc, self._name, self._proto, is_fit)
        try:
            view = await self._members.beat(me)
        except Unavailable:
            return  # the last view grows old, and nothing moves
        self._placement.see(view, self._surroundings.clock.monotonic())

    async def tick(self) -> None:
        """Beacon to those who watch here, and look after what is followed."""
        now = self._surroundings.clock.monotonic()
        for board in self._serving.beacon(self._head, now):
            self._people_changed(board)
        actors = self._boards.actors()
        followers = [actor for actor in actors if isinstance(actor, Follower)]
        self._watches.tick(followers)
        is_deaf = self.is_deaf
        for follower in followers:
            follower.tick(now, is_deaf=is_deaf)

    async def move(self) -> None:
        """Move what should live elsewhere: all of it, if others alone hear anything."""
        await self._isolation.look(self._surroundings.clock.monotonic())
        if self.is_isolated:
            await self.moving.give_all(ISOLATED_S)
        else:
            await self.moving.rebalance()

    async def hand_over(self, board: BoardId, heir: str) -> bool:
        """Give a board of this node to another one, the inc `heir`.

        What was begun is finished, and what waits is told there.  Tells whether it was
        given: False if the board is not live here, or lives where it should.

        Raises:
            Unavailable: no such node is seen, or the database did not answer.
        """
        if not self._knows(heir):
            await self.beat()  # it may have come since the last one
        actor = self._owned(board)
        if actor is None or heir == self.inc:
            return False
        if not self._knows(heir):
            raise Unavailable("no such node is seen")
        return await actor.hand_over(heir)

    def _knows(self, inc: str) -> bool:
        hearing = (member.inc for member in self._isolation.hearing)
        return self._placement.knows(inc) or inc in hearing

    def owned(self) -> Sequence[BoardActor]:
        """Return the boards that live here, those that are needed most last."""
        now = self._surroundings.clock.monotonic()
        actors = (actor for actor in self._boards.actors() if actor.claim)
        owned = [actor for actor in actors if isinstance(actor, BoardActor)]
        return sorted(owned, key=lambda actor: (-actor.idle_s(now), actor.is_busy))

    def settled(self) -> Set[str]:
        """Return the incs that boards may live on, once they have stood for 30 s."""
        now, lease = self._surroundings.clock.monotonic(), self._surroundings.lease
        is_well = lease.is_valid() and not (self.is_deaf or self.is_draining)
        if not (is_well and self._placement.may_rebalance(now)):
            return frozenset()
        return {member.inc for member in self._placement.candidates(now)}

    def deaf_s(self) -> float | None:
        """Return for how long this node has heard no other; None while it does."""
        return self._isolation.deaf_s(self._surroundings.clock.monotonic())

    @property
    def is_isolated(self) -> bool:
        """Whether this node has heard nothing for long, and others do hear."""
        return self._isolation.is_isolated

    # For followers ------------------------------------------------------------------

    @property
    def is_deaf(self) -> bool:
        """Whether nothing may be arriving."""
        return self._carrier.is_deaf

    def send(
        self, to: str, word: words.Word, told: Callable[[Sent], None] | None = None
    ) -> None:
        """Say something to another node; never waits."""
        self._carrier.send(to, words.encode(word), told)

    def next_ref(self) -> int:
        """Return a number that no ask of this node has had."""
        return next(self._refs)

    def seen(self) -> Mapping[str, Member]:
        """Return the nodes that Redis has told of, by inc; none if it is silent."""
        now = self._surroundings.clock.monotonic()
        return {member.inc: member for member in self._placement.members(now)}

    def place(self, board: BoardId) -> str:
        """Return the inc where a board without an owner should live."""
        now = self._surroundings.clock.monotonic()
        if hearing := self._isolation.hearing:
            return choose(board, hearing, self._proto) or self.inc
        return self._placement.choose(board, now, self._proto) or self.inc

    def own(self, board: BoardId, estate: Estate | None = None) -> None:
        """Make a board one of this node."""
        self._boards.put(
            BoardActor(board, self._surroundings, self._boards.forget, estate)
        )

    def follow(self, board: BoardId, estate: Estate | None = None) -> Follower:
        """Follow a board, wherever it lives."""
        around, forget = self._surroundings, self._boards.forget
        follower = Follower(board, around, self, forget, estate)
        self._boards.put(follower)
        return follower

    # For actors ---------------------------------------------------------------------

    def risen(self, board: BoardId, live: Live) -> None:
        """Tell the nodes that watch it where it is."""
        self._serving.risen(board, live)

    def published(self, board: BoardId, live: Live, entries: Sequence[Entry]) -> None:
        """Tell the nodes that watch it what was committed."""
        self._serving.published(board, live, entries)

    def signalled(self, board: BoardId, who: Principal, do: str, body: bytes) -> None:
        """Tell the nodes that watch it of a signal that was allowed."""
        self._serving.signalled(board, who, do, body)

    def redacted(self, board: BoardId) -> None:
        """Have the nodes that watch it read it again."""
        self._serving.say_to_all(board, words.Forget(board))

    def is_watched(self, board: BoardId) -> bool:
        """Whether another node watches it."""
        return bool(self._serving.watchers(board))

    def elsewhere(self, board: BoardId) -> People:
        """Return who is on it at other nodes."""
        return self._serving.people(board)

    def inherits(self, board: BoardId, estate: Any) -> bool:
        """Follow a board that lives elsewhere, and tell those who watch it here so."""
        word: words.Word = words.Elsewhere(0, board)
        if heir := estate.heir:
            word = words.Released(board, estate.before.claim.epoch, heir)
            self.send(heir, words.Take(board))
        for inc in self._serving.end(board):
            self.send(inc, word)
        self.follow(board, estate)
        return True

    # What others say ----------------------------------------------------------------

    def _received(self, sender: str, frame: bytes) -> None:
        try:
            word = words.decode(frame)
        except msgspec.DecodeError:
            log.warning("%s says what this release does not understand", sender)
            return
        try:
            self._take(sender, word)
        except Exception:
            log.exception("a word of %s could not be followed", sender)

    def _take(self, sender: str, word: words.Word) -> None:
        match word:
            case words.Happened() | words.Watched():  # first: most are, by far
                if follower := self._follower(word.board):
                    follower.told(sender, word)
            case words.Beacon(heads):
                self._hear(sender, heads)
            case words.Take(board):
                self._take_over(board)
            case words.Signalled():
                self._pass_on(sender, word)
            case words.Question() | words.Answered():
                self.inquiry.take(sender, word)
            case words.Ask() | words.Redact() | words.Watch():
                self._serve(sender, word)
            case words.Present() | words.Unwatch():
                self._serve(sender, word)
            case _:
                if follower := self._follower(word.board):
                    _tell(follower, sender, word)

    def _serve(self, sender: str, word: words.ToOwner) -> None:
        match word:
            case words.Ask():
                self._decide(sender, word)
            case words.Redact():
                job = self._redact(sender, word)
                self._surroundings.jobs.start(job, f"redact {word.board}")
            case words.Watch(boards):
                for board, interest in boards.items():
                    self._let_watch(sender, board, interest)
            case words.Present(board):
                if self._serving.present(sender, word):
                    self._people_changed(board)
            case words.Unwatch(board):
                self._serving.unwatch(sender, board)
                self._people_changed(board)

    def _hear(self, sender: str, heads: Mapping[BoardId, Head]) -> None:
        for board, (epoch, head, here) in heads.items():
            if follower := self._follower(board):
                follower.heard(sender, epoch, head, here)

    def _pass_on(self, sender: str, word: words.Signalled) -> None:
        if actor := self._owned(word.board):
            actor.signal(word.who, word.do, word.body)
        elif follower := self._follower(word.board):
            follower.signalled(sender, word)

    def _decide(self, sender: str, word: words.Ask) -> None:
        """Have a command of another node decided here, if the board is ours."""
        actor = self._addressed(sender, word)
        if actor is None or actor.live is None:
            return
        command = None
        if word.is_inner:
            command = actor.live.codec.inner(word.do, word.body)
        ask = Ask(
            who=word.who,
            op=word.op,
            do=word.do,
            body=word.body,
            settle=self.in_flight.enter(partial(self._answer, sender, word)),
            at=self._surroundings.clock.monotonic() - word.waited,
            command=command,
            attempt=word.attempt,
            is_foreign=True,
        )
        actor.tell(ask)

    async def _redact(self, sender: str, word: words.Redact) -> None:
        actor = self._addressed(sender, word)
        if actor is None:
            return
        try:
            await actor.redact(word.author, word.alias, word.upto)
        except OrbitError as error:
            self._answer(sender, word, error)
        else:
            self._answer(sender, word, Done(word.upto, ""))

    def _addressed(
        self, sender: str, word: words.Ask | words.Redact
    ) -> BoardActor | None:
        """Return the actor that a word is for; the asker is told if it is not here."""
        actor = self._owned(word.board)
        if actor and actor.claim and actor.claim.epoch == word.epoch:
            return actor
        self._take_over(word.board)  # the database named us, or the sender is late
        self.send(sender, words.Elsewhere(word.ref, word.board))
        return None

    def _answer(
        self, sender: str, word: words.Ask | words.Redact, answer: Answer
    ) -> None:
        ref, board = word.ref, word.board
        if isinstance(answer, Done):
            actor = self._owned(board)
            log_id = actor.live.claim.log_id if actor and actor.live else ""
            self.send(sender, words.Done(ref, board, answer.seq, answer.id, log_id))
        elif isinstance(answer, Moved):
            self.send(sender, words.Elsewhere(ref, board))
        else:
            error = answer if isinstance(answer, OrbitError) else Internal()
            copy = word.copy if isinstance(word, words.Ask) else 1
            told = error.code, error.message, error.details, error.after, copy
            self.send(sender, words.Refused(ref, board, *told))

    def _let_watch(self, sender: str, board: BoardId, interest: words.Interest) -> None:
        actor = self._owned(board)
        if actor is None:
            self._take_over(board)
            actor = self._owned(board)
        if actor is None:
            self.send(sender, words.Elsewhere(0, board))
            return
        now = self._surroundings.clock.monotonic()
        if self._serving.watch(sender, board, interest, actor.live, now):
            self._people_changed(board)

    def _take_over(self, board: BoardId) -> None:
        """Own a board that somebody says nobody owns; the claim decides."""
        if self.is_draining or self.is_isolated:
            return  # it has just been let go: whoever asks finds another
        if follower := self._follower(board):
            follower.take()
        elif board not in self._boards:
            self.own(board)

    def _people_changed(self, board: BoardId) -> None:
        if actor := self._owned(board):
            actor.tell_here_soon()

    def _head(self, board: BoardId) -> Head | None:
        actor = self._owned(board)
        if actor is None or actor.live is None:
            return None
        return actor.live.claim.epoch, actor.live.seq, actor.here()

    def _owned(self, board: BoardId) -> BoardActor | None:
        actor = self._boards.get(board)
        return actor if isinstance(actor, BoardActor) else None

    def _follower(self, board: BoardId) -> Follower | None:
        actor = self._boards.get(board)
        return actor if isinstance(actor, Follower) else None

    async def _peek_all(self, boards: Sequence[BoardId]) -> Mapping[BoardId, Held]:
        return await self._surroundings.journal.peek_all(boards)

    def _start(self, job: Coroutine[Any, Any, None], name: str) -> None:
        self._surroundings.jobs.start(job, name)

    @property
    def _boards(self) -> Directory:
        if self._directory is None:
            raise RuntimeError("connect first")
        return self._directory

    @property
    def _surroundings(self) -> Surroundings:
        if self._around is None:
            raise RuntimeError("connect first")
        return self._around


def _tell(follower: Follower, sender: str, word: words.ToFollower) -> None:
    match word:
        case words.Done():
            follower.done(word)
        case words.Refused():
            follower.refused(word)
        case words.Elsewhere(ref):
            follower.elsewhere(sender, ref)
        case words.Who():
            follower.asked_who(sender)
        case words.Forget():
            follower.redacted(sender)
        case words.Released(_, epoch, heir):
            follower.released(sender, epoch, heir)
