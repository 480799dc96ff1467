"""What is asked of a board and waits for its turn: bounded in number, size and age."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec import Struct

from orbit.core.errors import Busy, OrbitError, TimedOut, Unavailable, Unknown, outward
from orbit.core.kind import Command, Letter
from orbit.core.ports import Op, Told
from orbit.core.types import Principal

HOLD_S = 9.0  # then an ask is answered: within 10 s, the look and a look-up included
LOOK_UP_S = 0.5  # for so long who has waited in vain waits for the journal, too


class Done(Struct, frozen=True):
    """A command is committed; `seq` is its last event, `id` that of the command."""

    seq: int
    id: str


Answer = Done | Exception
Settle = Callable[[Answer], None]


class Ask(Struct):
    """A command, asked by somebody who waits for its one answer."""

    who: Principal
    op: bytes
    do: str
    body: bytes  # JSON; not looked at when `command` is given
    settle: Settle
    at: float  # monotonic seconds
    command: Command | None = None  # one that Orbit itself tells
    attempt: int = 0  # 0: not said
    letter: Letter | None = None  # once it has been decoded
    in_doubt: bool = False  # it has been in an append whose outcome is not known
    is_charged: bool = False  # against its author's rate, however often it is taken
    is_foreign: bool = False  # another node's, which keeps it and can tell it elsewhere

    @property
    def key(self) -> Op:
        return self.who.id, self.op

    @property
    def is_first(self) -> bool:
        """Whether it certainly has not been told before."""
        return self.attempt == 1 and not self.in_doubt

    def refuse(self, error: OrbitError) -> None:
        """Answer why it was not done now; whether it was done before, nobody knows."""
        if self.in_doubt or (isinstance(error, Unavailable) and self.attempt != 1):
            reason = outward(error).code
            error = Unknown(details={"reason": reason}, after=error.after)
        self.settle(error)

    def give_up(self) -> None:
        """Answer that nobody knows; what becomes of it then is told to nobody."""
        self.in_doubt = True
        self.refuse(TimedOut())
        self.settle = _nobody


def _nobody(_answer: Answer) -> None:
    """Nobody waits any more."""


class Mailbox:
    """Asks in the order of their arrival."""

    __slots__ = ("_asks", "_bytes", "_max_asks", "_max_bytes")

    def __init__(self, max_asks: int = 1_024, max_bytes: int = 4 << 20) -> None:
        self._asks: deque[Ask] = deque()
        self._bytes = 0
        self._max_asks, self._max_bytes = max_asks, max_bytes

    def __len__(self) -> int:
        return len(self._asks)

    def waits_s(self, now: float) -> float:
        """Return for how long the first has waited."""
        return now - self._asks[0].at if self._asks else 0.0

    def put(self, ask: Ask, *, is_full: bool = False) -> None:
        """Add an ask at the end.

        Raises:
            Busy: it is full; nothing was changed.
        """
        size = self._bytes + len(ask.body)
        is_full = is_full or len(self._asks) >= self._max_asks
        if is_full or size > self._max_bytes:
            raise Busy("too many wait for this board", after=0.5)
        self._asks.append(ask)
        self._bytes = size

    def put_back(self, asks: Sequence[Ask]) -> None:
        """Put asks that were taken back to the front, in their order."""
        self._asks.extendleft(reversed(asks))
        self._bytes += sum(len(ask.body) for ask in asks)

    def take(self, count: int, max_bytes: int) -> Iterator[Ask]:
        """Take up to `count` asks from the front, no two of them the same command."""
        taken: set[Op] = set()
        while self._asks and len(taken) < count and max_bytes > 0:
            ask = self._asks[0]
            if (key := ask.key) in taken:
                break  # its twin is decided first; then the journal answers it
            self._asks.popleft()
            self._bytes -= len(ask.body)
            max_bytes -= len(ask.body)
            taken.add(key)
            yield ask

    def resolve(
        self, told: Mapping[Op, Told], answer: Callable[[Ask, Told], None]
    ) -> None:
        """Answer those in doubt that the journal has; of the others there is none."""
        asks, self._asks, self._bytes = self._asks, deque(), 0
        for ask in asks:
            if ask.in_doubt and ask.key in told:
                answer(ask, told[ask.key])
            else:
                ask.in_doubt = False  # claimed since: no older append can commit now
                self._asks.append(ask)
                self._bytes += len(ask.body)

    def take_foreign(self) -> Sequence[Ask]:
        """Take those that other nodes keep."""
        foreign = [ask for ask in self._asks if ask.is_foreign]
        self._asks = deque(ask for ask in self._asks if not ask.is_foreign)
        self._bytes -= sum(len(ask.body) for ask in foreign)
        return foreign

    def doubtful(self) -> Sequence[Op]:
        """Return the commands that may have been applied."""
        return [ask.key for ask in self._asks if ask.in_doubt]

    def expire(self, now: float) -> None:
        """Answer those that have waited too long, wherever they stand."""
        late = [ask for ask in self._asks if now - ask.at > HOLD_S]
        if late:
            self._asks = deque(ask for ask in self._asks if now - ask.at <= HOLD_S)
            self._bytes = sum(len(ask.body) for ask in self._asks)
        for ask in late:
            ask.refuse(TimedOut())

    def clear(self) -> Sequence[Ask]:
        """Be empty, and return what was here."""
        asks, self._asks, self._bytes = self._asks, deque(), 0
        return asks

    def fail(self, error: OrbitError) -> None:
        """Answer all, in doubt or not, and be empty."""
        for ask in self.clear():
            ask.refuse(error)
