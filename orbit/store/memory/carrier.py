"""A carrier and its members in one process: for one node, tests and simulations.

Frames of a pair arrive in order, in a later turn of the loop.  A `Hub` stands for
Redis, and can be made to fail as Redis does; each fault that bit is counted.
It must never know what is carried.
"""

import asyncio
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable
from enum import StrEnum
from functools import partial

from orbit.core.cluster.carrier import Member, Received, Sent, View
from orbit.core.errors import Unavailable
from orbit.core.ports import Clock

FRAME_BYTES = 256 * 1024
QUEUE_FRAMES, QUEUE_BYTES = 4_096, 16 * 1024 * 1024
TIMEOUT_S = 1.0
SILENCE_S = 2.5
LEASE_S = 6.0

Pair = tuple[str, str]
Told = Callable[[Sent], None]


class Fate(StrEnum):
    """What becomes of one frame."""

    ARRIVE = "arrive"
    LOSE = "lose"  # carried, and lost on its last way: the reader was cut off
    REFUSE = "refuse"  # nowhere
    DOUBT = "doubt"  # unsure, and it does not arrive
    HOLD = "hold"  # unsure, and it arrives when it is released


def _arrives(_source: str, _to: str, _frame: bytes) -> Fate:
    return Fate.ARRIVE


def _at_once(_source: str, _to: str) -> float:
    return 0.0


class Hub:
    """What all carriers and members of a test share, in place of Redis.

    `fate` decides of each frame, `delay` how many seconds it travels (0: until the next
    turn of the loop).
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.fate: Callable[[str, str, bytes], Fate] = _arrives
        self.delay: Callable[[str, str], float] = _at_once
        self.faults: Counter[str] = Counter()
        self.starts = 1
        self.is_up = True
        self.frozen_at: float | None = None
        self._here: dict[str, MemoryCarrier] = {}
        self._cut: dict[str, float] = {}
        self._held: dict[Pair, deque[bytes]] = {}
        self._ways: dict[Pair, deque[bytes]] = defaultdict(deque)
        self._down_since = 0.0
        self._view = 0
        self._members: dict[str, tuple[float, Member]] = {}

    # --- faults ---

    def cut(self, inc: str) -> None:
        """Part an inc from everybody, silently: others' frames to it are lost."""
        self._cut[inc] = self.clock.monotonic()

    def mend(self, inc: str) -> None:
        """Undo `cut`."""
        self._cut.pop(inc, None)

    def stop(self) -> None:
        """Be down: nothing is carried, and everybody is deaf."""
        self.is_up, self._down_since = False, self.clock.monotonic()
        self._held.clear()
        self._ways.clear()

    def start(self, *, forgetting: bool = True) -> None:
        """Be up again, as another run, with or without what was known."""
        self.is_up = True
        self.starts += 1
        if forgetting:
            self.flush()

    def flush(self) -> None:
        """Forget the members."""
        self._members.clear()

    def lapse(self, inc: str) -> None:
        """Let a member's 6 s be over."""
        _, member = self._members[inc]
        self._members[inc] = self.clock.monotonic(), member

    def freeze(self) -> None:
        """Answer nothing; what is sent arrives after `thaw`."""
        self.frozen_at = self.clock.monotonic()

    def thaw(self) -> None:
        """Undo `freeze`."""
        self.frozen_at = None
        self.release()

    def release(self, pairs: Iterable[Pair] | None = None) -> None:
        """Let held frames arrive, of these pairs (from, to) or of all."""
        for pair in list(self._held) if pairs is None else pairs:
            for frame in self._held.pop(pair, ()):
                self._travel(pair, frame)

    # --- frames ---

    def enter(self, carrier: "MemoryCarrier") -> None:
        self._here[carrier.inc] = carrier

    def leave(self, carrier: "MemoryCarrier") -> None:
        self._here.pop(carrier.inc, None)

    def deaf_since(self, inc: str) -> float | None:
        """Return since when nothing has arrived at an inc; None if it hears."""
        if inc not in self._here:
            return float("-inf")
        if not self.is_up:
            return self._down_since
        silences = [self._cut.get(inc), self.frozen_at]
        known_by = self.clock.monotonic() - SILENCE_S
        known = [one for one in silences if one is not None and one <= known_by]
        return min(known, default=None)

    def carry(self, source: str, to: str, frame: bytes, told: Told) -> None:
        """Carry a frame or not; `told` is called in a later turn."""
        loop, pair = asyncio.get_running_loop(), (source, to)
        fate = self._fate(source, to, frame)
        if fate is not Fate.ARRIVE:
            self.faults[fate] += 1
        if self.frozen_at is not None or source in self._cut:
            loop.call_later(TIMEOUT_S, told, Sent.UNSURE)
        else:
            loop.call_soon(told, _ANSWERS[fate])
        if fate is Fate.HOLD or (fate is Fate.ARRIVE and pair in self._held):
            # what comes after a held frame must not overtake it
            self._held.setdefault(pair, deque()).append(frame)
        elif fate is Fate.ARRIVE:
            self._travel(pair, frame)

    def _fate(self, source: str, to: str, frame: bytes) -> Fate:
        if not self.is_up or source not in self._here:
            return Fate.REFUSE
        if source in self._cut:
            return Fate.DOUBT
        if self.frozen_at is not None:
            return Fate.HOLD
        if to not in self._here:
            return Fate.REFUSE
        if to in self._cut:
            return Fate.LOSE
        return self.fate(source, to, frame)

    def _travel(self, pair: Pair, frame: bytes) -> None:
        loop, delay = asyncio.get_running_loop(), self.delay(*pair)
        self._ways[pair].append(frame)
        if delay:
            loop.call_later(delay, self._arrive, pair)
        else:
            loop.call_soon(self._arrive, pair)

    def _arrive(self, pair: Pair) -> None:
        """Deliver the oldest frame of a pair: whichever timer ends first."""
        way = self._ways.get(pair)
        if way is None:
            return  # lost with the hub
        frame = way.popleft()
        if not way:
            del self._ways[pair]
        source, to = pair
        if to in self._here and to not in self._cut:
            self._here[to].received(source, frame)

    # --- members ---

    def beat(self, me: Member) -> View:
        """Enter a member for 6 s, and return who is there.

        Raises:
            Unavailable: the hub is down or frozen, or the member is cut off.
        """
        if not self.is_up or self.frozen_at is not None or me.inc in self._cut:
            raise Unavailable("nobody answers")
        now = self.clock.monotonic()
        before = {inc: member for inc, (_, member) in self._members.items()}
        self._members[me.inc] = now + LEASE_S, me
        for inc in [inc for inc, (ends, _) in self._members.items() if ends <= now]:
            del self._members[inc]
        members = {inc: member for inc, (_, member) in self._members.items()}
        self._view += members != before
        shown = [members[inc] for inc in sorted(members)]
        return View(self._view, f"run {self.starts}", shown)

    def forget(self, inc: str) -> None:
        """Take a member out."""
        if self.is_up and inc not in self._cut:
            self._view += self._members.pop(inc, None) is not None


_ANSWERS = {
    Fate.ARRIVE: Sent.CARRIED,
    Fate.LOSE: Sent.CARRIED,
    Fate.REFUSE: Sent.NOWHERE,
    Fate.DOUBT: Sent.UNSURE,
    Fate.HOLD: Sent.UNSURE,
}


class MemoryCarrier:
    """`core.cluster.carrier.Carrier` over a hub."""

    def __init__(self, hub: Hub, inc: str) -> None:
        self._hub = hub
        self._inc = inc
        self._received: Received | None = None
        self._frames = self._bytes = 0

    @property
    def inc(self) -> str:
        """This start of this node."""
        return self._inc

    @property
    def is_deaf(self) -> bool:
        """Whether nothing may be arriving: then silence means nothing."""
        return self.deaf_since is not None

    @property
    def deaf_since(self) -> float | None:
        """Since when (monotonic) nothing may be arriving; None while it hears."""
        return self._hub.deaf_since(self._inc)

    def listen(self, received: Received) -> None:
        """Have `received` called with each frame that arrives; it must not raise."""
        self._received = received

    def received(self, source: str, frame: bytes) -> None:
        """Take a frame in."""
        if self._received is not None:
            self._received(source, frame)

    def send(self, to: str, frame: bytes, told: Told | None = None) -> None:
        """Send at most 256 KiB to an inc; never waits."""
        has_room = self._frames < QUEUE_FRAMES and self._bytes < QUEUE_BYTES
        if len(frame) > FRAME_BYTES or not has_room:
            if told:
                told(Sent.NOWHERE)
            return
        self._frames += 1
        self._bytes += len(frame)
        self._hub.carry(self._inc, to, frame, partial(self._answered, len(frame), told))

    def _answered(self, size: int, told: Told | None, sent: Sent) -> None:
        self._frames -= 1
        self._bytes -= size
        if told:
            told(sent)

    async def run(self) -> None:
        """Carry until cancelled; what breaks is mended."""
        self._hub.enter(self)
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            self._hub.leave(self)


class MemoryMembers:
    """`core.cluster.carrier.Members` over a hub."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def beat(self, me: Member) -> View:
        """Say that we are here, for 6 s, and return who is."""
        return self._hub.beat(me)

    async def leave(self, inc: str) -> None:
        """Be gone.  Never raises."""
        self._hub.forget(inc)
