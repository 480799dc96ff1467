"""Rules as sentences: given(kind, history).when(command, who).then(events or refusal).

History is events, or (command, who) pairs that must succeed.  Commands pass the table,
as they do in a turn.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from orbit.core.codec import shown, to_mapping
from orbit.core.errors import OrbitError
from orbit.core.kind import Command, Context, Event, Join, Kind, Letter, authorize
from orbit.core.turn import take_turn
from orbit.core.types import Items, Principal, sight, visible

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
Past = Event | tuple[Command, Principal]


class Given:
    """A board after some history."""

    def __init__(self, kind: Kind[Any], history: Sequence[Past], items: Items) -> None:
        self.kind, self.state, self.items = kind, kind.initial, items
        for n, past in enumerate(history, 1):
            if isinstance(past, Event):
                self.state = kind.apply(self.state, past)
            else:
                self._tell(*past, f"n{n}")

    def _tell(self, command: Command, who: Principal, id: str) -> None:
        ctx = Context(who, NOON, id)
        turn = take_turn(self.kind, self.state, 0, [Letter(command, ctx)], self.items)
        (answer,) = turn.answers
        if isinstance(answer, Exception):
            raise answer
        self.state = turn.state

    def when(
        self, command: Command, who: Principal, id: str = "new", at: datetime = NOON
    ) -> "Then":
        """Tell it a command."""
        letter = Letter(command, Context(who, at, id))
        turn = take_turn(self.kind, self.state, 0, [letter], self.items)
        return Then([r.event for r in turn.recorded], turn.answers[0])

    def roles(self, who: Principal) -> set[str]:
        """Return what somebody is who joins; raise unless he may."""
        ctx = Context(who, NOON, "")
        return {str(r) for r in authorize(self.kind, self.state, Join(), ctx)}

    def seen_by(self, who: Principal) -> dict[tuple[str, str], Mapping[str, Any]]:
        """Return the items that somebody gets who joins, as a browser reads them."""
        eyes = sight(who, self.roles(who))
        puts = visible(eyes, self.kind.view(self.state, eyes))
        return {(p.type, p.id): to_mapping(shown(p).data or b"") for p in puts}


class Then:
    """What a command came to."""

    def __init__(self, events: Sequence[Event], answer: int | Exception) -> None:
        self.events, self.answer = events, answer

    def then(self, *expected: Event | type[OrbitError], **details: str) -> None:
        """Expect these events, none at all, or a refusal; `field` names the culprit.

        A refusal is expected as its class: exactly that one.
        """
        if expected and isinstance(expected[0], type):
            assert type(self.answer) is expected[0], repr(self.answer)
            assert dict(self.answer.details) == details, self.answer.details
            assert not self.events
        else:
            assert isinstance(self.answer, int), repr(self.answer)
            assert self.events == list(expected)


def given(kind: Kind[Any], *history: Past, items: Items | None = None) -> Given:
    """Return a board with a history; `items` are in the index and not in the state."""
    return Given(kind, history, items or {})
