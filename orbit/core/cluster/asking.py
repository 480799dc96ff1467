"""What a gateway has asked a board's owner, and still waits to be told of.

Each ask is one command of somebody here, under a number of its own, of which copies are
sent until one is answered.  Who asks must know what is true: an ask is in doubt while a
copy may still be decided.  It must never know where the owner is.

Source: guarantees.md, 2.8, Refusals and copies.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from msgspec import Struct

from orbit.core.actors.mailbox import HOLD_S, LOOK_UP_S, Answer, Ask, Settle
from orbit.core.cluster import words
from orbit.core.codec import encoded
from orbit.core.errors import Internal, OrbitError, Unavailable, catalogue
from orbit.core.kind import wire_name
from orbit.core.types import BoardId

AGAIN_S = 2.0  # without an answer for so long: it may be lost, and is asked for again
_BY_CODE: Mapping[str, type[OrbitError]] = {cls.code: cls for cls in catalogue()}


class Sent(Struct):
    """An ask that waits for its answer."""

    ask: Ask
    was_in_doubt: bool
    copies: int = 0  # that may still be decided
    sent: int = 0  # copies, all in all
    at: float = 0.0  # when the last one was

    def copy(self, ref: int, board: BoardId, epoch: int, now: float) -> words.Ask:
        """Return one more copy, for the owner; a second one says that it is."""
        ask, command = self.ask, self.ask.command
        again = ask.in_doubt and ask.attempt == 1
        self.copies, self.sent = self.copies + 1, self.sent + 1
        self.at, ask.in_doubt = now, True
        return words.Ask(
            ref=ref,
            board=board,
            epoch=epoch,
            who=ask.who,
            op=ask.op,
            do=wire_name(type(command)) if command else ask.do,
            body=encoded(command) if command else ask.body,
            attempt=2 if again else ask.attempt,
            waited=now - ask.at,
            is_inner=command is not None,
            copy=self.sent,
        )

    def void(self) -> None:
        """Note that a copy certainly is not, and will not be, decided."""
        self.copies = max(self.copies - 1, 0)
        if not self.copies:
            self.ask.in_doubt = self.was_in_doubt


class Room:
    """How much may wait for owners elsewhere, on all boards of a node together."""

    def __init__(
        self, letters: int = 1_024, size: int = 4 << 20, per_board: int = 256
    ) -> None:
        """Bound the asks, the bytes of their bodies, and the asks of one board."""
        self._max_letters, self._max_size, self._per_board = letters, size, per_board
        self._letters = self._size = 0

    def is_full(self, here: int, ask: Ask) -> bool:
        """Tell whether one more is too much, where `here` wait on its board."""
        size = self._size + len(ask.body)
        few = here < self._per_board and self._letters < self._max_letters
        return not few or size > self._max_size

    def take(self, ask: Ask) -> None:
        """Have one more wait."""
        self._letters += 1
        self._size += len(ask.body)

    def leave(self, ask: Ask) -> None:
        """Have one less wait."""
        self._letters -= 1
        self._size -= len(ask.body)


class Asks:
    """The asks of one board, by their numbers, in the order they came in."""

    def __init__(self, room: Room) -> None:
        self._sent: dict[int, Sent] = {}
        self._room = room

    def __len__(self) -> int:
        return len(self._sent)

    def __iter__(self) -> Iterator[int]:
        return iter(list(self._sent))

    def __contains__(self, ref: int) -> bool:
        return ref in self._sent

    def __getitem__(self, ref: int) -> Sent:
        return self._sent[ref]

    def get(self, ref: int) -> Sent | None:
        """Return an ask, if it still waits."""
        return self._sent.get(ref)

    def is_full(self, ask: Ask) -> bool:
        """Tell whether there is no room for one more."""
        return self._room.is_full(len(self._sent), ask)

    def keep(self, ref: int, ask: Ask) -> None:
        """Have an ask wait, even if there is no room."""
        self._sent[ref] = Sent(ask, ask.in_doubt)
        self._room.take(ask)

    def joins(self, ask: Ask) -> bool:
        """Have an ask share the answer of the same command that was told before.

        Neither is then decided after the other.  False if there is none that waits.
        """
        if ask.attempt <= 1:
            return False
        for sent in self._sent.values():
            twin = sent.ask
            if (twin.key, twin.do, twin.body) == (ask.key, ask.do, ask.body):
                twin.settle = partial(_both, twin.settle, ask.settle)
                return True
        return False

    def pop(self, ref: int) -> Sent | None:
        """Return an ask that waits no more."""
        sent = self._sent.pop(ref, None)
        if sent:
            self._room.leave(sent.ask)
        return sent

    def late(self, now: float) -> Sequence[Sent]:
        """Return those that have waited too long; they wait no more.

        There is time left to look up what is in doubt.
        """
        held_s = HOLD_S - LOOK_UP_S
        late = [ref for ref, sent in self._sent.items() if now - sent.ask.at > held_s]
        return [sent for ref in late if (sent := self.pop(ref))]

    def due(self, now: float) -> Sequence[int]:
        """Return those of which no copy is under way, or one that may be lost."""
        if not self._sent:
            return ()  # as for most boards, each second
        return [
            ref
            for ref, sent in self._sent.items()
            if not sent.copies or now - sent.at > AGAIN_S
        ]

    def take(self) -> Sequence[Ask]:
        """Return all; they wait here no more."""
        return [sent.ask for ref in self if (sent := self.pop(ref))]


class Redactions:
    """What an owner is to redact, and has not said yet whether it did."""

    def __init__(self) -> None:
        self._waiting: dict[int, asyncio.Future[OrbitError | None]] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def begin(self, ref: int) -> None:
        """Wait for an answer from here on."""
        self._waiting[ref] = asyncio.get_running_loop().create_future()

    async def end(self, ref: int) -> None:
        """Return when it was done.

        Raises:
            OrbitError: it was not.
            Unavailable: nobody said so within 10 s.
        """
        try:
            async with asyncio.timeout(HOLD_S):
                error = await self._waiting[ref]
        except TimeoutError:
            raise Unavailable(after=1.0) from None
        finally:
            del self._waiting[ref]
        if error:
            raise error

    def settle(self, ref: int, error: OrbitError | None) -> None:
        """Take an answer, if it is to one of these."""
        future = self._waiting.get(ref)
        if future and not future.done():
            future.set_result(error)


def error_of(word: words.Refused) -> OrbitError:
    """Return the error that the owner has told."""
    error = _BY_CODE.get(word.code, Internal)
    return error(word.message, details=word.details, after=word.after)


def _both(first: Settle, second: Settle, answer: Answer) -> None:
    first(answer)
    second(answer)
