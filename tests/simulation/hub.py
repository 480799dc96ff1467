"""What carries words between simulated processes: each hears in its own time.

Beside the faults of `Hub`, a node may be cut off in one direction alone.
"""

from contextvars import Context

from orbit.core.cluster.carrier import Member, View
from orbit.core.errors import Unavailable
from orbit.core.ports import Clock
from orbit.store.memory.carrier import SILENCE_S, Fate, Hub, MemoryCarrier, Pair
from tests.kit.sim import Process, SimLoop


class SimHub(Hub):
    """In place of Redis; a word on its way belongs to no process."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self._deaf: dict[str, float] = {}
        self._mute: dict[str, float] = {}

    def deafen(self, inc: str) -> None:
        """Lose whatever is sent to an inc; what it says arrives."""
        self._deaf[inc] = self.clock.monotonic()

    def mute(self, inc: str) -> None:
        """Lose whatever an inc says; it hears the others, and not itself."""
        self._mute[inc] = self.clock.monotonic()

    def mend(self, inc: str) -> None:
        for silence in (self._deaf, self._mute):
            silence.pop(inc, None)
        super().mend(inc)

    def calm(self) -> None:
        """Carry everything from now on, and what was held."""
        if not self.is_up:
            self.start()
        for inc in {*self._cut, *self._deaf, *self._mute}:
            self.mend(inc)
        self.fate = lambda *_: Fate.ARRIVE
        self.delay = lambda *_: 0.0
        self.thaw()

    def deaf_since(self, inc: str) -> float | None:
        """Return since when nothing has arrived: its own words do not come back."""
        known_by = self.clock.monotonic() - SILENCE_S
        silences = [self._deaf.get(inc), self._mute.get(inc)]
        known = [at for at in silences if at is not None and at <= known_by]
        found = super().deaf_since(inc)
        return min([*known, *([] if found is None else [found])], default=None)

    def beat(self, me: Member) -> View:
        if me.inc in self._mute:
            raise Unavailable("nobody answers")
        return super().beat(me)

    def _fate(self, source: str, to: str, frame: bytes) -> Fate:
        fate = super()._fate(source, to, frame)
        if fate is Fate.ARRIVE and source in self._mute:
            return Fate.DOUBT
        return Fate.LOSE if fate is Fate.ARRIVE and to in self._deaf else fate

    def _travel(self, pair: Pair, frame: bytes) -> None:
        Context().run(super()._travel, pair, frame)


class SimCarrier(MemoryCarrier):
    """The end of the hub in one process: it hears when that runs."""

    def __init__(self, hub: Hub, inc: str, loop: SimLoop, process: Process) -> None:
        super().__init__(hub, inc)
        self._loop, self._process = loop, process

    def received(self, source: str, frame: bytes) -> None:
        hear = super().received
        self._loop.call_soon(hear, source, frame, context=self._process.context)
